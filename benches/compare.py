#!/usr/bin/env python3
"""What other programs do to the sample backend, counted by its own tests.

Run in an environment with `libcst` and `reorder-python-imports`: python benches/compare.py [REPOINT]. The sample is copied for
each; `tests.test_no_deprecated_imports` counts the references that are left, `tests/golden` says what broke.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "tests/sample-python"
OLD = "app.websocket_core"
NEW = "app.websocket_core.websocket_manager"

# The names of the table `websocket-ssot`, one a row, as these programs want them.
NAMES = {
    f"{OLD}.manager.WebSocketManager": f"{NEW}.WebSocketManager",
    f"{OLD}.manager.get_websocket_manager": f"{NEW}.get_websocket_manager",
    f"{OLD}.unified_manager.UnifiedWebSocketManager": f"{NEW}.WebSocketManager",
    f"{OLD}.unified_manager.get_websocket_manager": f"{NEW}.get_websocket_manager",
    f"{OLD}.websocket_manager_factory.create_websocket_manager": f"{NEW}.get_websocket_manager",
    f"{OLD}.websocket_manager_factory.FactoryError": f"{NEW}.FactoryError",
    f"{OLD}.WebSocketManager": f"{NEW}.WebSocketManager",
    f"{OLD}.get_websocket_manager": f"{NEW}.get_websocket_manager",
}
# The modules themselves, after the names in them.
MODULES = {f"{OLD}.{name}": NEW for name in ("manager", "unified_manager", "websocket_manager_factory")}


def sources(root):
    shims = {"manager.py", "unified_manager.py", "websocket_manager_factory.py"}
    every = sorted(root.rglob("*.py"))
    return [file for file in every if not (file.parent.name == "websocket_core" and file.name in shims | {"__init__.py"})]


def libcst(root):
    from libcst.codemod import CodemodContext
    from libcst.codemod.commands.rename import RenameCommand
    import libcst

    for file in sources(root):
        text = file.read_text()
        for old, new in (NAMES | MODULES).items():
            try:
                command = RenameCommand(CodemodContext(filename=str(file)), old, new)
                text = command.transform_module(libcst.parse_module(text)).code
            except Exception as error:
                print(f"  libcst: {file.relative_to(root)}: {old}: {type(error).__name__}", file=sys.stderr)
        file.write_text(text)


def reorder(root):
    replace = []
    for old, new in NAMES.items():
        (old_module, old_name), (new_module, _) = old.rsplit(".", 1), new.rsplit(".", 1)
        replace += ["--replace-import", f"{old_module}={new_module}:{old_name}"]
    for old, new in MODULES.items():
        replace += ["--replace-import", f"{old}={new}"]
    command = [sys.executable, "-m", "reorder_python_imports", *replace, *map(str, sources(root))]
    subprocess.run(command, capture_output=True, check=False)


def repoint(root):
    program = sys.argv[1] if len(sys.argv) > 1 else "repoint"
    subprocess.run([program, "apply", "-q"], cwd=root, check=False, capture_output=True)


def counted(root):
    left = subprocess.run(
        [sys.executable, "-m", "unittest", "tests.test_no_deprecated_imports"], cwd=root, capture_output=True, text=True
    )
    found = re.search(r"(\d+) deprecated references", left.stderr)
    golden = subprocess.run(
        [sys.executable, "-m", "unittest", "discover", "-t", ".", "-s", "tests/golden"],
        cwd=root, capture_output=True, text=True,
    )
    numbers = re.findall(r"(?:failures|errors)=(\d+)", golden.stderr)
    return int(found.group(1)) if found else 0, sum(map(int, numbers))


print("| program | references left | tests of the golden path that broke |\n| --- | --- | --- |")
for name, run in [("none", lambda root: None), ("repoint", repoint), ("LibCST, rename", libcst), ("reorder-python-imports", reorder)]:
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder) / "sample"
        shutil.copytree(SAMPLE, root, ignore=shutil.ignore_patterns("__pycache__", ".repoint"))
        run(root)
        left, broken = counted(root)
        print(f"| {name} | {left} | {broken} |")
