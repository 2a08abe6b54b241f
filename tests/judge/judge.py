#!/usr/bin/env python3
"""A second opinion on a rewritten tree, by LibCST, which shares no code with repoint.

LibCST says for every use (the longest chain of attributes that starts at a name) of every file
which paths it may mean. Each use of before, pushed through the rules, must be the use of after, in
source order; so must what every import binds. Prints one line of counts, then the faults, one a
line; exits 1 if there is one, or if it cannot judge.

    judge.py --before DIR --after DIR --root src --root . --move old.mod=new.mod
    judge.py --self-test
"""

import argparse
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

import libcst as cst
from libcst.metadata import (
    ImportAssignment,
    MetadataWrapper,
    PositionProvider,
    QualifiedNameSource,
    ScopeProvider,
)

# Where LibCST is blind or wrong. Each is excluded as narrowly as it can be told, and counted; the
# self-test has a case of each. Only those that name the old path, or may, are counted.
BLIND = {
    "shadow": "`old.gone` is taken for the module also where a parameter or a local name hides "
    "`old`, though `old` alone is not: where the two answers differ so, the chain must stay as written",
    "star": "names that a star import brings are unknown: they are compared as they are written",
    "string": "no string but an annotation is looked into: not judged",
    "annotation": "of a quoted chain only some prefixes are told: that set is compared as it is",
    "comment": "comments, `# type:` too, and doctests are not code: not judged",
    "import": "what `import a.b` binds is `a`, whatever b is: its chains are judged, not the "
    "clause, and so one that nothing uses is not judged",
    "unparsed": "a file that LibCST cannot parse: not judged, a fault if it was changed",
}


class Rules:
    """The rules as a function on dotted paths."""

    def __init__(self, moves):
        self.moves = [(old.split("."), new.split(".")) for old, new in moves]
        # Longest first: the first one that fits is the one that counts.
        self.moves.sort(key=lambda move: len(move[0]), reverse=True)

    def __call__(self, path):
        parts = path.split(".")
        for _ in range(len(self.moves) + 1):
            for old, new in self.moves:
                if parts[: len(old)] == old:
                    parts = new + parts[len(old) :]
                    break
            else:
                break
        return ".".join(parts)

    def words(self):
        """A word that each reference to a moved path has in its file; stars aside."""
        return {old[-1] for old, _ in self.moves}

    def named_in(self, text):
        return any(".".join(old) in text for old, _ in self.moves)


@dataclass
class Use:
    node: cst.CSTNode
    text: str
    """Absolute paths that it may mean; what is defined in the file itself is in `local`."""
    paths: frozenset = frozenset()
    local: frozenset = frozenset()
    hidden: bool = False

    def pushed(self, rules):
        """What it means, pushed through the rules; unknown names are what is written."""
        if not self.paths and not self.local:
            return ("text", self.text)
        return (frozenset(map(rules, self.paths)), self.local)


@dataclass
class View:
    """What LibCST sees in one file."""

    uses: list = field(default_factory=list)
    bindings: list = field(default_factory=list)
    excluded: Counter = field(default_factory=Counter)
    wrapper: MetadataWrapper = None

    def line(self, node):
        return self.wrapper.resolve(PositionProvider)[node].start.line


class Reader(cst.CSTVisitor):
    """Collects the uses of one file in source order, and what imports bind, scope by scope.

    What a node means is asked of its scope, which is all that LibCST's QualifiedNameProvider does,
    node by node; that asks for each node there is, and takes twice the time.
    """

    def __init__(self, wrapper, package, rules):
        super().__init__()
        self.scopes = wrapper.resolve(ScopeProvider)
        self.package = package
        self.rules = rules
        self.view = View(wrapper=wrapper)
        self.stars = False
        self.seen = set()
        self.module = wrapper.module

    def on_visit(self, node):
        scope = self.scopes.get(node)
        if scope is not None and id(scope) not in self.seen:
            self.seen.add(id(scope))
            self.view.bindings.append(self.bound_in(scope))
        return super().on_visit(node)

    def visit_Import(self, node):
        if any("." in self.text(alias.name) and not alias.asname for alias in node.names):
            self.view.excluded["import"] += self.rules.named_in(self.text(node))
        return False

    def visit_ImportFrom(self, node):
        self.stars |= isinstance(node.names, cst.ImportStar)
        return False

    def visit_Name(self, node):
        self.use(node, node)
        return False

    def visit_Attribute(self, node):
        head = node
        while isinstance(head, cst.Attribute):
            head = head.value
        if isinstance(head, cst.Name):
            self.use(node, head)
            return False
        # An attribute of a value: nobody knows of which, so it has to stay as it is.
        head.visit(self)
        names = []
        while isinstance(node, cst.Attribute):
            names.append(node.attr.value)
            node = node.value
        self.view.uses.append(Use(head, "." + ".".join(reversed(names))))
        return False

    def visit_SimpleString(self, node):
        names = self.found(node)
        if names:
            self.view.excluded["annotation"] += self.rules.named_in(node.value)
            # The text of before and after differ by right; what it means is compared.
            self.view.uses.append(self.made(node, names))
        else:
            self.view.excluded["string"] += self.rules.named_in(node.value)

    def visit_FormattedStringText(self, node):
        self.view.excluded["string"] += self.rules.named_in(node.value)

    def visit_Comment(self, node):
        self.view.excluded["comment"] += self.rules.named_in(node.value)

    def use(self, node, head):
        names = self.found(node)
        use = self.made(node, names)
        if not names and self.stars:
            self.view.excluded["star"] += 1
        if node is not head and use.paths:
            heads = self.found(head)
            imported = any(name.source is QualifiedNameSource.IMPORT for name in heads)
            if heads and not imported:
                use.hidden = True
                self.view.excluded["shadow"] += 1
        self.view.uses.append(use)

    def made(self, node, names):
        local = {name.name for name in names if name.source is QualifiedNameSource.LOCAL}
        paths = {
            self.absolute(name.name)
            for name in names
            if name.source is not QualifiedNameSource.LOCAL
        }
        return Use(node, self.text(node), frozenset(paths), frozenset(local))

    def found(self, node):
        scope = self.scopes.get(node)
        return scope.get_qualified_names_for(node) if scope else ()

    def bound_in(self, scope):
        """Local name to absolute paths, of each import that binds a name of its own."""
        bound = {}
        for assignment in scope.assignments:
            if not isinstance(assignment, ImportAssignment):
                continue
            if isinstance(assignment.node, cst.Import) and not any(
                alias.asname and alias.evaluated_alias == assignment.name
                for alias in assignment.node.names
            ):
                continue
            names = assignment.get_qualified_names_for(assignment.name)
            paths = {self.absolute(name.name) for name in names}
            bound.setdefault(assignment.name, set()).update(paths)
        return bound

    def absolute(self, path):
        written = path.lstrip(".")
        dots = len(path) - len(written)
        if not dots:
            return written
        package = self.package.split(".")
        package = package[: len(package) - (dots - 1)]
        return ".".join([*package, written] if written else package)

    def text(self, node):
        """A chain as one writes it, without the space and comments in it; else the source."""
        if isinstance(node, cst.Name):
            return node.value
        if isinstance(node, cst.Attribute):
            return f"{self.text(node.value)}.{node.attr.value}"
        return self.module.code_for_node(node)


def read(source, package, rules):
    """Raises ParserSyntaxError."""
    wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
    reader = Reader(wrapper, package, rules)
    wrapper.module.visit(reader)
    return reader.view


@dataclass
class Verdict:
    files: int = 0
    uses: int = 0
    moved: int = 0
    excluded: Counter = field(default_factory=Counter)
    faults: list = field(default_factory=list)


class Judge:
    def __init__(self, rules):
        self.rules = rules
        self.still = Rules([])
        self.verdict = Verdict()

    def file(self, name, before, after):
        """`before` and `after`: the source, and the package that its relative imports start at."""
        verdict = self.verdict
        verdict.files += 1
        try:
            old = read(*before, self.rules)
            new = old if before == after else read(*after, self.rules)
        except cst.ParserSyntaxError as error:
            verdict.excluded["unparsed"] += 1
            if before[0] != after[0]:
                verdict.faults.append(f"{name}: changed, and LibCST cannot parse it: {error}")
            return
        verdict.excluded.update(old.excluded)
        self.uses(name, old, new)
        self.bindings(name, old, new)

    def uses(self, name, old, new):
        for was, now in zip_longest(old.uses, new.uses):
            if was is None or now is None:
                line = (old if now is None else new).line((was or now).node)
                self.verdict.faults.append(
                    f"{name}: {len(old.uses)} uses before, {len(new.uses)} after; line {line}"
                )
                return
            self.verdict.uses += 1
            if was.hidden or now.hidden:
                wanted, found = ("text", was.text), ("text", now.text)
            else:
                wanted, found = was.pushed(self.rules), now.pushed(self.still)
                self.verdict.moved += wanted != was.pushed(self.still)
            if wanted != found:
                self.verdict.faults.append(
                    f"{name}:{new.line(now.node)}: {was.text} is to be {shown(wanted)}, "
                    f"but {now.text} is {shown(found)}"
                )

    def bindings(self, name, old, new):
        for was, now in zip_longest(old.bindings, new.bindings, fillvalue={}):
            for local, paths in was.items():
                wanted = set(map(self.rules, paths))
                found = now.get(local, set())
                self.verdict.uses += 1
                self.verdict.moved += wanted != paths
                if wanted != found:
                    self.verdict.faults.append(
                        f"{name}: import of {local} is to be {sorted(wanted)}, is {sorted(found)}"
                    )


def shown(meaning):
    if isinstance(meaning[0], frozenset):
        return sorted(meaning[0] | {f"{name} of this file" for name in meaning[1]})
    return " ".join(meaning)


def root_of(file, roots):
    """The deepest of the roots above a file."""
    above = [root for root in roots if file.is_relative_to(root)]
    if not above:
        raise SystemExit(f"no root above {file}")
    return max(above, key=lambda root: len(root.parts))


def package_of(file, roots):
    return ".".join(file.relative_to(root_of(file, roots)).parts[:-1])


def home_of(file, roots, rules):
    """Where a file is after its module moved; most stay."""
    root = root_of(file, roots)
    parts = file.relative_to(root).with_suffix("").parts
    if any("." in part for part in parts):
        return file  # no module
    return root.joinpath(*rules(".".join(parts)).split(".")).with_suffix(file.suffix)


def sources(tree):
    for path in sorted(tree.rglob("*.py*")):
        file = path.relative_to(tree)
        if path.suffix in (".py", ".pyi") and path.is_file() and file.parts[0] != ".git":
            yield file


def judge_trees(before, after, roots, moves):
    """A module that moves is a file, or a folder, that has moved to its new place by hand."""
    rules = Rules(moves)
    judge = Judge(rules)
    words = re.compile("|".join(rf"\b{word}\b" for word in sorted(rules.words())))
    homes = {}
    for file in sources(before):
        homes[home_of(file, roots, rules)] = file
    for file in sources(after):
        if file not in homes:
            judge.verdict.faults.append(f"{file}: not there before")
    for home, file in homes.items():
        if not (after / home).is_file():
            judge.verdict.faults.append(f"{home}: not there after")
            continue
        old, new = (before / file).read_bytes(), (after / home).read_bytes()
        # No word of a moved path, so no reference to one; the prefilter says the same.
        if old == new and not words.search(old.decode("latin-1")):
            continue
        judge.file(str(home), (old, package_of(file, roots)), (new, package_of(home, roots)))
    return judge.verdict


# Before, after, faults expected?, what is excluded. The rules: old.gone to new.home.
CASES = [
    ("import old.gone\nold.gone.f()\n", "import new.home\nnew.home.f()\n", False, {"import": 1}),
    ("import old.gone\nold.gone.f()\n", "import new.home\nnew.other.f()\n", True, {}),
    ("import old.gone\nold.gone.f()\n", "import old.gone\nold.gone.f()\n", True, {}),
    ("import old.gone\nold.gone.f\nold.gone.g\n", "import new.home\nnew.home.g\nnew.home.f\n", True, {}),
    ("import old.gone\nold.gone.f()\n", "import new.home\n", True, {}),
    # The import itself, used or not; half a rename; a longer name that only begins alike.
    ("from old.gone import f\n", "from new.home import f\n", False, {}),
    ("from old.gone import f\n", "from old.gone import f\n", True, {}),
    ("from old.gone import f\n", "from new.home import g as f\n", True, {}),
    ("from old.gone import f\n", "", True, {}),
    ("from old.gone import f\nf()\n", "from new.home import f as g\nf()\n", True, {}),
    ("from old.gone_x import f\nf()\n", "from new.home_x import f\nf()\n", True, {}),
    ("from old import gone\ngone.f\n", "from new import home as gone\ngone.f\n", False, {}),
    # The file is old.here: relative names are absolute to it.
    ("from .gone import f\nf()\n", "from new.home import f\nf()\n", False, {}),
    ("from .gone import f\nf()\n", "from .home import f\nf()\n", True, {}),
    ("from . import gone as g\ng.f\n", "from new import home as g\ng.f\n", False, {}),
    # Attributes of values and labels are not paths, whatever they are called.
    ("def f(x): x.gone\n", "def f(x): x.home\n", True, {}),
    ("def f(): f().gone\n", "def f(): f().home\n", True, {}),
    ("f(gone=1)\n", "f(home=1)\n", True, {}),
    ("gone = 1\ngone\n", "home = 1\nhome\n", True, {}),
    # A function's own import; the same name in two scopes.
    ("def f():\n from old.gone import k\n k\n", "def f():\n from new.home import k\n k\n", False, {}),
    ("def f():\n from old.gone import k\n k\n", "def f():\n from old.gone import k\n k\n", True, {}),
    # What the table at the head says: seen as it says, and no wider.
    ("import old.gone\ndef f(old): old.gone\n", "import new.home\ndef f(old): old.gone\n", False, {"shadow": 1, "import": 1}),
    ("import old.gone\ndef f(old): old.gone\n", "import new.home\ndef f(old): new.home\n", True, {}),
    ("import old.gone\ndef f(old): old\n", "import new.home\ndef f(old): new\n", True, {}),
    ("from old.gone import *\nK.f\n", "from new.home import *\nK.f\n", False, {"star": 1}),
    ("from old.gone import *\nK.f\n", "from new.home import *\nL.f\n", True, {}),
    ("patch('old.gone.f')\n", "patch('new.home.f')\n", False, {"string": 1}),
    ("import old.gone\nx: 'old.gone.K'\n", "import new.home\nx: 'new.home.K'\n", False, {"annotation": 1, "import": 1}),
    ("import old.gone\nx: 'old.gone.K'\n", "import new.home\nx: 'old.gone.K'\n", True, {}),
    ("x = 1  # type: old.gone.K\n", "x = 1  # type: new.home.K\n", False, {"comment": 1}),
    ("import old.gone\n", "import new.home\n", False, {"import": 1}),
    ("print 'old.gone'\n", "print 'old.gone'\n", False, {"unparsed": 1}),
    ("print 'old.gone'\n", "print 'new.home'\n", True, {}),
]  # fmt: skip


def self_test():
    """Each wrong rewrite must be caught, each right one must pass. Gives what went wrong."""
    wrong = []
    counted = Counter()
    for before, after, faulty, excluded in CASES:
        judge = Judge(Rules([("old.gone", "new.home")]))
        judge.file("case", (before.encode(), "old"), (after.encode(), "old"))
        verdict = judge.verdict
        if bool(verdict.faults) != faulty:
            wrong.append(f"{before!r} to {after!r}: {verdict.faults or 'no fault'}")
        if not faulty and +verdict.excluded != Counter(excluded):
            wrong.append(f"{before!r}: excluded {dict(verdict.excluded)}, not {excluded}")
        counted.update(excluded)
    wrong += [f"{reason}: no case" for reason in BLIND if not counted[reason]]
    for moves, path, target in [
        ([("a.b", "c"), ("a", "d")], "a.b.x", "c.x"),
        ([("a.b", "c"), ("a", "d")], "a.bx", "d.bx"),
        ([("a", "b"), ("b", "c.d")], "a.x", "c.d.x"),
        ([("a.b", "c")], "a", "a"),
    ]:
        if Rules(moves)(path) != target:
            wrong.append(f"{moves}: {path} gives {Rules(moves)(path)}, not {target}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--before", type=Path)
    parser.add_argument("--after", type=Path)
    parser.add_argument("--root", type=Path, action="append", default=[])
    parser.add_argument("--move", action="append", default=[], metavar="OLD=NEW")
    options = parser.parse_args()
    if options.self_test:
        wrong = self_test()
        print(f"self-test: {len(CASES)} cases, {len(wrong)} wrong", *wrong, sep="\n")
        return bool(wrong)
    if not (options.before and options.after and options.root and options.move):
        parser.error("--before, --after, --root and --move are needed")
    moves = [tuple(move.split("=", 1)) for move in options.move]
    verdict = judge_trees(options.before, options.after, options.root, moves)
    excluded = "".join(f", {count} {reason}" for reason, count in sorted((+verdict.excluded).items()))
    print(
        f"{verdict.files} files, {verdict.uses} uses, {verdict.moved} moved, "
        f"{len(verdict.faults)} faults; not judged or in part{excluded or ': none'}"
    )
    print(*verdict.faults[:50], sep="\n")
    return bool(verdict.faults)


if __name__ == "__main__":
    sys.exit(main())
