#!/usr/bin/env python3
"""Ratios of whole runs over a real tree of Python, measured side by side in one go.

    cargo build --release && benches/python_tree.py [--repeat 7] [--corpus DIR] [--binary PATH]

Without --corpus, published packages are put side by side once below target/bench-corpus, as in an
environment (some 15,000 Python files, 170 MB; needs pip and the network). Needs `rg` on PATH. Into
an environment of its own beside them go LibCST and ast-grep, which do the same move; those take minutes,
so they run once only (`--rivals N`: that often, 0 leaves them out).
"""

import pathlib
import re
import subprocess
import sys
import tempfile

import measure

LEAST_FILES = 9_800

# What is put side by side: large ones, and many of middle size, each by hand.
PACKAGES = """
aiohttp==3.14.5 ansible_core==2.19.14 anyio==4.16.0 astroid==4.3.4 attrs==26.1.0 babel==2.18.0
black==26.10.1 boto3==1.44.5 celery==5.7.0 click==8.5.1 dask==2026.8.0 distlib==0.4.4
django==5.2.19 docutils==0.23 fabric==3.2.3 fastapi==0.165.0 flask==3.1.3 gunicorn==27.0.1
httpx==0.28.1 hypothesis==6.170.15 ipython==9.18.1 jedi==0.20.1 jinja2==3.1.6 kombu==5.7.0
lark==1.3.1 mako==1.4.3 marshmallow==4.4.0 matplotlib==3.11.2 mypy==2.4.1 nbformat==5.11.1
networkx==3.6.1 nltk==3.10.4 notebook==7.6.5 pandas==3.1.1 paramiko==5.1.0 parso==0.8.7
peewee==4.5.3 pluggy==1.7.0 poetry_core==2.5.0 pydantic==2.14.3 pygments==2.21.0 pylint==4.1.4
pyparsing==3.3.3 pytest==9.2.0 requests==2.34.2 rich==15.0.0 scikit_learn==1.9.1 scrapy==2.19.0
setuptools==84.2.1 sphinx==9.0.4 sqlalchemy==2.1.9 starlette==1.10.0 sympy==1.14.0 textual==8.2.8
tornado==6.6.1 tox==4.67.15 transformers==5.23.0 trio==0.35.0 twisted==26.10.0 urllib3==2.8.0
uvicorn==0.54.0 werkzeug==3.1.9 wtforms==3.3.2
""".split()
TOOLS = ["libcst==1.9.0", "ast-grep-cli==0.51.1"]

# A module that one or two in a hundred of the files mention.
MODULE, MOVED = "sympy.utilities.iterables", "sympy.utilities.iteration"
# An item of it.
ITEM = "flatten"
# Modules of which each is known to a few files; their last names occur in more.
TEN = """
sklearn.utils._param_validation sympy.polys.polytools sympy.logic.boolalg pandas.util._decorators
sympy.functions.elementary.piecewise pandas._libs.tslibs nltk.termsec sphinx.locale
sympy.integrals.integrals sympy.functions.elementary.complexes
""".split()

# How many of the files that mention the module LibCST is given: it parses every file that it is
# given, one after the other, so that more would take long and say no more.
SAMPLE = 40

AST_GREP = """
id: move
language: python
rule:
  kind: dotted_name
  regex: ^{old}(\\.|$)
"""


def corpus_of(arguments):
    """The folder of sources; has pip fetch them if it is not there."""
    if arguments.corpus:
        return arguments.corpus.resolve()
    base = measure.HERE / "target" / "bench-corpus"
    corpus, done = base / "python", base / "python-complete"
    if not done.exists():
        print(f"fetching {len(PACKAGES)} packages into {corpus}", file=sys.stderr)
        # Only wheels: nothing of theirs is run.
        line = ["install", "--quiet", "--no-deps", "--no-compile", "--only-binary=:all:"]
        pip = [sys.executable, "-m", "pip", *line, "--upgrade", "--target", corpus]
        subprocess.run([*pip, *PACKAGES], check=True)
        for binary in corpus.rglob("*.so*"):
            if binary.is_file():
                binary.unlink()
        done.write_text("")
    # Makes it a project of its own, without a configuration.
    (corpus / "repoint.toml").touch()
    return corpus


def tools():
    """The folder of the programs to compare with; makes it if it is not there."""
    folder = measure.HERE / "target" / "bench-corpus" / "python-tools"
    done = folder / "complete"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", *TOOLS], check=True)
        done.write_text("")
    return folder / "bin"


def mentioning(files, module):
    """The files with an import that writes the module out, and those with its last name."""
    last = module.rpartition(".")[2]
    imports = re.compile(rf"^\s*(?:from|import)\s+{re.escape(module)}\b".encode(), re.MULTILINE)
    word = re.compile(rf"\b{last}\b".encode())
    texts = [(file, file.read_bytes()) for file in files]
    return (
        sorted(file for file, text in texts if imports.search(text)),
        sorted(file for file, text in texts if word.search(text)),
    )


def absent(number):
    """Moves of items that no file knows."""
    return [
        (f"zq_old.zq_a{i % 97}.Gone{i:x}Zq", f"zq_new.zq_a.Gone{i:x}Zq") for i in range(number)
    ]


def main():
    arguments = measure.arguments_of(__doc__, "Python", 7, [("--rivals", 1)])
    binary, corpus = arguments.binary, corpus_of(arguments)
    bin_of_tools = tools() if arguments.rivals else pathlib.Path()
    files = measure.sources(corpus, ".py", LEAST_FILES)
    imports, words = mentioning(files, MODULE)
    sample = imports[:: max(1, len(imports) // SAMPLE)][:SAMPLE]
    word = MODULE.rpartition(".")[2]
    print(
        f"{MODULE}: {len(imports)} files import it ({len(imports) / len(files):.2%}), "
        f"{len(words)} hold the word ({len(words) / len(files):.2%})"
    )

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        ten = [(old, f"{old}_moved") for old in TEN]
        tables = {
            "none": absent(1),
            "module": [(MODULE, MOVED)],
            "item": [(f"{MODULE}.{ITEM}", f"{MOVED}.{ITEM}")],
            "ten": ten,
            "many": ten + absent(10_000 - len(ten)),
        }
        for name, rules in tables.items():
            tables[name] = measure.table(folder / f"{name}.toml", "python", rules)
        rule = folder / "ast-grep.yml"
        rule.write_text(AST_GREP.format(old=MODULE.replace(".", "\\.")))

        def repoint(verb, mapping, *more):
            # Some packages hold sources on purpose that do not parse: those are named, with status 2.
            line = [binary, verb, "-m", tables[mapping], "--output-format", "concise", *more, corpus]
            return measure.Command(" ".join([verb, mapping, *more]), line, (0, 1, 2))

        def rg(name, word):
            return measure.Command(name, ["rg", "-l", "-w", "-g", "*.py", word, corpus])

        def load(name):
            line = [binary, "mapping", "check", tables[name]]
            return measure.Command(f"load {name}", line)

        def libcst(name, given):
            line = [bin_of_tools / "python", "-m", "libcst.tool", "codemod", "rename.RenameCommand"]
            line += ["--old_name", MODULE, "--new_name", MOVED, "--unified-diff=3", "--no-format"]
            # One job, without processes of its own.
            return measure.Command(name, [*line, "--hide-progress", "--jobs=1", *given])

        commands = [
            rg("rg none", "Gone0Zq"),
            repoint("check", "none"),
            rg("rg module", word),
            repoint("check", "module"),
            repoint("diff", "module"),
            rg("rg item", ITEM),
            repoint("check", "item"),
            repoint("diff", "item"),
            repoint("check", "ten"),
            repoint("check", "many"),
            load("ten"),
            load("many"),
            repoint("diff", "module", "-j1"),
            repoint("diff", "module", "-j2"),
        ]
        rivals = [
            measure.Command("ast-grep", [bin_of_tools / "ast-grep", "scan", "--rule", rule, corpus]),
            libcst("LibCST, one file", sample[:1]),
            libcst(f"LibCST, {len(sample)} files", sample),
        ]
        if arguments.rivals:
            for command in rivals:
                command.most = arguments.rivals
            commands += rivals
        named = measure.measured(commands, corpus, arguments.repeat)

    ratio = measure.ratio
    ratio("check, nothing matches / rg -l", named, "check none", "rg none")
    ratio("check, a module of 1-2% / rg -l", named, "check module", "rg module")
    ratio("diff, a module of 1-2% / rg -l", named, "diff module", "rg module")
    ratio("check, an item of it / rg -l", named, "check item", "rg item")
    ratio("diff, an item of it / rg -l", named, "diff item", "rg item")
    ratio("check, 10,000 rules / 10 rules", named, "check many", "check ten")
    ratio("the same, loading taken off", named, "check many", "check ten", "load many", "load ten")
    ratio("diff, 2 threads / 1 thread", named, "diff module -j2", "diff module -j1")
    if not arguments.rivals:
        return
    ratio("ast-grep finds the module / diff", named, "ast-grep", "diff module")
    # Without its start, a file's share of the sample times the files.
    start, some = "LibCST, one file", f"LibCST, {len(sample)} files"
    for what, number in (("the files with the import", len(imports)), ("the tree", len(files))):
        times = number / (len(sample) - 1)
        ratio(f"LibCST, {what}, estimated / diff of the tree", named, some, "diff module", start, times=times)


if __name__ == "__main__":
    main()
