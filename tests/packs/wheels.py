"""Looks up the rows of a table in published wheels, without installing them: is each old path in the old packages, and
each new one in the new?

wheels.py FOLDER OLD... -- NEW...: packages as pip names them; rows (old and new path, tab between) on standard input.
Prints what is missing.
"""

import ast
import functools
import pathlib
import subprocess
import sys
import zipfile


def unpacked(folder: pathlib.Path, packages: list[str]) -> pathlib.Path:
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", folder, *packages],
        check=True, stdout=sys.stderr,
    )
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return folder


@functools.cache
def names(file: pathlib.Path) -> frozenset[str]:
    """What a module binds anywhere, and the words by which it hands on names lazily."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.FunctionDef() | ast.ClassDef() | ast.AsyncFunctionDef():
                found.add(node.name)
            case ast.Import() | ast.ImportFrom():
                found.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
            case ast.Assign():
                found.update(target.id for target in node.targets if isinstance(target, ast.Name))
            case ast.Dict():
                found.update(key.value for key in node.keys if isinstance(key, ast.Constant))
            case ast.Compare(left=ast.Name(id="name")):
                found.update(it.value for it in node.comparators if isinstance(it, ast.Constant))
            case ast.List():
                found.update(it.value for it in node.elts if isinstance(it, ast.Constant))
    return frozenset(str(name) for name in found)


def holds(root: pathlib.Path, path: str) -> bool:
    place = root / path.replace(".", "/")
    if place.is_dir() or place.with_suffix(".py").exists():
        return True
    module, _, name = path.rpartition(".")
    folder = root / module.replace(".", "/")
    files = [folder / "__init__.py", folder.with_suffix(".py")]
    return any(file.exists() and name in names(file) for file in files)


folder = pathlib.Path(sys.argv[1])
cut = sys.argv.index("--")
(folder / "old").mkdir()
(folder / "new").mkdir()
old = unpacked(folder / "old", sys.argv[2:cut])
new = unpacked(folder / "new", sys.argv[cut + 1 :])
for row in sys.stdin:
    before, after = row.rstrip("\n").split("\t")
    if not holds(old, before):
        print(f"{before}: not there before")
    if not holds(new, after):
        print(f"{after}: not there after")
