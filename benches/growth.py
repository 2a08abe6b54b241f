#!/usr/bin/env python3
"""How time grows with one file: shapes of sources at n, 2n and 4n, of which none may grow faster than n log n.

    cargo build --release && benches/growth.py [-n 2500] [--repeat 2] [--binary PATH] [SHAPE...]

Each shape repeats one thing that a rewrite has to compare with others: imports of one name, globs, arms
of a fallback, rules. A shape may be refused by a limit, if that is told before the time is spent. Prints the processor
time and the peak memory of `diff`, marks with `<<` what grows too fast or takes too much, and ends with
status 1 if anything is marked.
"""

import argparse
import pathlib
import sys
import tempfile

import measure

# At n log n, four times 2,500 lines take 2.2 times as long as twice as many; the rest is noise.
MOST_RATIO = 2.6
# Less is noise too.
LEAST_SECONDS = 0.25
MOST_SECONDS = 20
MOST_MEMORY = 300e6

PYTHON = [("old.mod.Name", "new.home.Name"), ("old.pkg", "new.pkg")]
RUST = [("old::m::Name", "new::h::Name"), ("old::pkg", "new::pkg")]
MANIFEST = """
[package]
name = "grown"
version = "0.1.0"
edition = "2021"

[dependencies]
old = "1"
new = "1"
"""


class Shape:
    """Parts of a source, each repeated n times (`{i}` counts) or, in a tuple, written once."""

    def __init__(self, *parts, between="", rules=None, uses=False):
        self.parts, self.between, self.rules, self.uses = parts, between, rules, uses

    def text(self, times):
        lines = []
        for part in self.parts:
            if isinstance(part, tuple):
                lines.append(part[0])
            else:
                lines.append(self.between.join(part.replace("{i}", str(i)) for i in range(times)))
        return "".join(lines)


FROM = "from old.mod import Name\n"
USE = "use old::m::Name;\n"

PYTHON_SHAPES = {
    "modules imported": Shape("import old.pkg.m{i}\n"),
    "one module imported": Shape("import old.pkg.sub\n"),
    "one module, used between": Shape("import old.pkg.sub\nold.pkg.sub.run()\n"),
    "a package beside its module": Shape("import old\n", ("import old.pkg.sub\n",)),
    "names imported": Shape("from old.pkg.m{i} import f{i}\nf{i}()\n"),
    "one name imported": Shape(FROM),
    "one name, stars between": Shape("from old.mod import Name\nfrom other import *\n"),
    "a long list of names": Shape(("from old.mod import (Name,\n",), "    f{i},\n", (")\n",)),
    "aliases": Shape("from old.mod import Name as N{i}\nN{i}()\n"),
    "imports of functions": Shape("def f{i}():\n    import old.pkg.sub\n    return old.pkg.sub.g\n"),
    "uses": Shape(("import old.pkg.sub\n",), "x{i} = old.pkg.sub.f{i}()\n"),
    "uses of functions": Shape((FROM,), "def f{i}():\n    return Name\n"),
    "quoted types": Shape((FROM,), "def f{i}(x: 'Name') -> 'list[Name]': ...\n"),
    "optional imports": Shape(f"try:\n    {FROM}except ImportError:\n    Name = None\n"),
    "fallbacks": Shape(f"try:\n    from new.home import Name\nexcept ImportError:\n    {FROM}"),
    "arms": Shape((f"if a:\n    {FROM}",), f"elif b{{i}}:\n    {FROM}"),
    "imports times uses": Shape(f"if c{{i}}:\n    {FROM}", "x{i}: Name = Name({i})\n"),
    "assignments times uses": Shape((FROM,), "def f{i}():\n    global Name\n    Name = {i}\n", "def g{i}():\n    Name\n"),
    "deletions": Shape(f"{FROM}del Name\n"),
    "deletions of a package": Shape("import old.pkg.sub\nold.pkg.sub.run()\ndel old\n"),
    "a comprehension": Shape((f"{FROM}x = [Name",), " for a{i} in b{i}", ("]\n",)),
    "tests of a comprehension": Shape((f"{FROM}x = [Name for a in b",), " if (c{i} := a)", ("]\n",)),
    "comments": Shape("from old.mod import Name  # noqa\n# old.mod.Name\n"),
    "rules": Shape("from old.t import N{i}\nN{i}()\n", rules="old.t.N{i} new.t.N{i}"),
    "rules that rename uses": Shape("from old.t import N{i}\nN{i}()\n", rules="old.t.N{i} new.t.M{i}", uses=True),
}

RUST_SHAPES = {
    "use items": Shape("use old::pkg::T{i};\n"),
    "use items and uses": Shape("use old::pkg::m{i};\nfn f{i}() { m{i}::x(); old::pkg::m{i}::y() }\n"),
    "aliases": Shape("use old::m::Name as N{i};\nfn f{i}(_: N{i}) {}\n"),
    "modules with an import": Shape("mod a{i} { use old::m::Name; fn f(_: Name) {} }\n"),
    "a group": Shape(("use old::{m::Name, ",), "q{i}", ("};\n",), between=", "),
    "a group of other crates": Shape(("use {",), "old::pkg::q{i}", ("};\n",), between=", "),
    "a group that splits": Shape(("use old::{",), "pkg::q{i}, x::y{i}", ("};\n",), between=", "),
    "a group with comments": Shape(("use old::m::{\n    Name,\n",), "    y{i}, // {i}\n", ("};\n",)),
    "uses": Shape((USE,), "fn f{i}(_: Name) {}\n"),
    "uses under conditions": Shape(("use old::pkg::sub;\n",), '#[cfg(feature = "a{i}")]\nfn f{i}() { sub::x() }\n'),
    "links": Shape((USE,), "/// [`Name`] and [old::m::Name]\nfn f{i}() {}\n"),
    "macro tokens": Shape(("fn f() { vec![",), "old::pkg::X", ("]; }\n",), between=", "),
    "globs times uses": Shape("use old::pkg::g{i}::*;\n", "fn f{i}(_: T{i}) {}\n"),
    "globs of the file": Shape((USE,), "pub mod g{i} { pub struct T{i}; }\nuse g{i}::*;\n", "fn f{i}(_: T{i}, _: Name) {}\n"),
    "names of two globs": Shape(("use old::pkg::*;\nuse old::m::*;\n",), "fn f{i}(_: Name) {}\n"),
    "rules behind a glob": Shape(("use old::t::*;\n",), "fn f{i}(_: N{i}) {}\n", rules="old::t::N{i} new::t::N{i}"),
    "rules that rename uses": Shape("use old::t::N{i};\nfn f{i}(_: N{i}) {}\n", rules="old::t::N{i} new::t::M{i}", uses=True),
}


def measured(binary, language, shape, times, repeat):
    """Processor seconds, bytes at the peak, and whether a limit refused the file."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "repoint.toml").touch()
        is_rust = language == "rust"
        if is_rust:
            (folder / "Cargo.toml").write_text(MANIFEST)
        source = folder / ("src/lib.rs" if is_rust else "grown.py")
        source.parent.mkdir(exist_ok=True)
        source.write_text(shape.text(times))
        rules = RUST if is_rust else PYTHON
        if shape.rules:
            rules = [shape.rules.replace("{i}", str(i)).split() for i in range(times)]
        table = measure.table(folder / "rules.toml", language, rules)
        if shape.uses:
            table.write_text('rename = "uses"\n' + table.read_text())
        line = [binary, "diff", "-q", "-j1", "--max-file-size", "100M", "-m", table, folder]
        command = measure.Command("", line, (0, 1, 2))
        command.run(folder)
        while len(command.cpu) < repeat and command.cpu[0] < MOST_SECONDS:
            command.run(folder)
        return min(command.cpu), command.peak(folder), command.status == 2


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=2500)
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--binary", type=pathlib.Path, default=measure.HERE / "target/release/repoint")
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help="only those whose name holds one of these")
    arguments = parser.parse_args()
    binary = arguments.binary.resolve()
    if not binary.exists():
        sys.exit(f"{binary} does not exist: run `cargo build --release`")
    marked = 0
    print(f"{'':32}{'n':>8}{'2n':>8}{'4n':>8}{'4n/2n':>8}{'peak':>8}")
    for language, shapes in (("python", PYTHON_SHAPES), ("rust", RUST_SHAPES)):
        for name, shape in shapes.items():
            full = f"{language}, {name}"
            if arguments.shapes and not any(part in full for part in arguments.shapes):
                continue
            runs = []
            for times in (1, 2, 4):
                runs.append(measured(binary, language, shape, arguments.n * times, arguments.repeat))
                if runs[-1][0] > MOST_SECONDS:
                    break
            seconds = [run[0] for run in runs]
            peak = max(run[1] for run in runs)
            ratio = seconds[-1] / max(seconds[-2], 0.01) if len(seconds) > 1 else 0
            grows = ratio > MOST_RATIO and seconds[-1] > LEAST_SECONDS
            is_marked = grows or len(seconds) < 3 or seconds[-1] > MOST_SECONDS or peak > MOST_MEMORY
            marked += is_marked
            figures = "".join(f"{second:7.2f}s" for second in seconds)
            print(
                f"{full:32}{figures:24}{ratio:8.1f}{peak / 1e6:6.0f}MB"
                f"{'  refused' if runs[-1][2] else ''}{'  <<' if is_marked else ''}",
                flush=True,
            )
    sys.exit(1 if marked else 0)


if __name__ == "__main__":
    main()
