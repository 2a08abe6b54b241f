"""An oracle that shares nothing with the rewriter: what ast.unparse prints of the trees of before and
after, with paths blanked and imports left out, is the same.

Standard input: a JSON list of [name, before, after]. Standard output: a JSON list of [name, what differs].
A text that this Python cannot parse is passed over.

Where the words of the table are given, only chains and strings with one of these, or with a name that an import of
either text has, are blanked, up to that name.
"""

import ast
import json
import re
import sys

WORDS = re.compile(r"\w+(?:[.:]+\w+)*")


class Blank(ast.NodeTransformer):
    """Blanks all that a rewrite may change."""

    def __init__(self, words=None):
        self.words = words

    def is_blank(self, name):
        return self.words is None or name in self.words

    def name(self, node, rest=()):
        chain = ast.Name(id="p", ctx=ast.Load() if rest else node.ctx)
        for name in rest:
            chain = ast.Attribute(value=chain, attr=name, ctx=node.ctx)
        return ast.copy_location(chain, node)

    def visit_Name(self, node):
        return self.name(node) if self.is_blank(node.id) else node

    def visit_Attribute(self, node):
        names, inner = [node.attr], node.value
        while isinstance(inner, ast.Attribute):
            names.insert(0, inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            names.insert(0, inner.id)
            if self.words is None:
                return self.name(node)
            last = max((at for at, name in enumerate(names) if name in self.words), default=None)
            return node if last is None else self.name(node, names[last + 1 :])
        # The chain behind a call may go on with a path: `__import__("a.b").b`.
        if self.is_blank(node.attr):
            node.attr = "a"
        return self.generic_visit(node)

    def visit_Constant(self, node):
        if isinstance(node.value, str):
            # A string may hold imports, and a docstring examples.
            is_long = "\n" in node.value or "import" in node.value
            text = "s" if is_long else WORDS.sub(self.path, node.value)
            return ast.copy_location(ast.Constant(value=text), node)
        return node

    def path(self, found):
        names = re.split("[.:]+", found[0])
        return "p" if any(map(self.is_blank, names)) else found[0]

    def visit_Global(self, node):
        node.names = sorted({"p" if self.is_blank(name) else name for name in node.names})
        return node

    visit_Nonlocal = visit_Global

    def generic_visit(self, node):
        super().generic_visit(node)
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if isinstance(body, list):
                kept = [it for it in body if not isinstance(it, (ast.Import, ast.ImportFrom))]
                if body and not kept and not isinstance(node, ast.Module):
                    kept = [ast.Pass()]
                setattr(node, field, kept)
        return node


def imported(tree):
    """Every name in the imports of a tree."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (getattr(node, "module", None) or "").split(".")
            for alias in node.names:
                yield from alias.name.split(".")
                yield alias.asname


def printed(tree, words):
    return ast.unparse(ast.fix_missing_locations(Blank(words).visit(tree)))


def difference(before, after, words=None):
    try:
        old, new = ast.parse(before), ast.parse(after)
        if words is not None:
            words = {*words, *imported(old), *imported(new)}
        old, new = printed(old, words), printed(new, words)
    except (SyntaxError, ValueError, RecursionError):
        return None
    if old == new:
        return None
    for was, now in zip(old.splitlines(), new.splitlines()):
        if was != now:
            return f"prints `{was.strip()}` before and `{now.strip()}` after"
    return "prints more lines in one state than in the other"


if __name__ == "__main__":
    differences = [(name, difference(before, after)) for name, before, after in json.load(sys.stdin)]
    json.dump([pair for pair in differences if pair[1]], sys.stdout)
