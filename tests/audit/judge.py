"""Says by which paths a package's own files import its classes and functions, from the objects themselves.

    python judge.py AUDIT_JSON ROOT PACKAGE...

Reads every file of the current folder, resolves what its `from` imports and dotted uses name in the packages, which
lie in ROOT, and compares what is there by `is`. Prints a JSON object: how many paths of fragmented objects there are,
those that the audit lacks, and those of the audit that are another object.
"""

import ast
import importlib
import json
import pathlib
import sys
import types
import warnings

warnings.simplefilter("ignore")


def resolve(path):
    """The object at a dotted path, or None."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        try:
            found = importlib.import_module(name)
        except BaseException:
            continue
        try:
            for part in parts[length:]:
                found = getattr(found, part)
        except AttributeError:
            return None
        return found
    return None


def said(file, module, is_package):
    """The paths that from-imports and dotted uses of a file say, but for those that hand a name on."""
    tree = ast.parse(file.read_bytes())
    exported = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(it, ast.Name) and it.id == "__all__" for it in targets):
                exported |= {it.value for it in ast.walk(node.value) if isinstance(it, ast.Constant)}
    top = set()

    def at_top(body):
        for node in body:
            if isinstance(node, ast.ImportFrom):
                top.add(node)
            for field in ("body", "orelse", "finalbody", "handlers"):
                if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    at_top(getattr(node, field, []))

    at_top(tree.body)
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        base = module.split(".")
        if node.level:
            keep = len(base) - node.level + (1 if is_package else 0)
            base = base[:keep] + (node.module.split(".") if node.module else [])
        else:
            base = (node.module or "").split(".")
        for alias in node.names:
            bound = alias.asname or alias.name
            hands_on = node in top and (
                is_package or alias.asname == alias.name or bound in exported
            )
            if alias.name != "*" and not hands_on:
                yield ".".join(base + [alias.name])
    # `import a.b`, then `a.b.C`; only where nothing else binds `a`.
    plain = {
        alias.name.split(".")[0]: alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.asname is None
    }
    stored = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    stored |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    for node in ast.walk(tree):
        names = []
        at = node
        while isinstance(at, ast.Attribute):
            names.append(at.attr)
            at = at.value
        if names and isinstance(at, ast.Name) and at.id in plain and at.id not in stored:
            yield ".".join([at.id, *reversed(names)])


def main():
    report, root, *packages = sys.argv[1:]
    root = pathlib.Path(root)
    sys.path[:0] = [str(root), "."]
    paths = set()
    for file in sorted(pathlib.Path(".").rglob("*.py")):
        below = file.relative_to(root) if file.is_relative_to(root) else file
        names = list(below.with_suffix("").parts)
        is_package = names[-1] == "__init__"
        module = ".".join(names[:-1] if is_package else names)
        try:
            found = set(said(file, module, is_package))
        except SyntaxError:
            continue
        paths.update(path for path in found if path.split(".")[0] in packages)
    objects = {}
    for path in sorted(paths):
        found = resolve(path)
        # An object that answers for another one is none of ours, and may fail when it is asked.
        if not issubclass(type(found), (type, types.FunctionType)):
            continue
        if (found.__module__ or "").split(".")[0] in packages:
            objects.setdefault(id(found), (found, set()))[1].add(path)
    fragmented = {i: both for i, both in objects.items() if len(both[1]) > 1}
    audit = json.loads(pathlib.Path(report).read_bytes())["audits"][0]["fragmented"]
    listed = {path["path"]: symbol["path"] for symbol in audit for path in symbol["paths"]}
    lacking = sorted(
        path for _, paths in fragmented.values() for path in paths if path not in listed
    )
    wrong = sorted(
        f"{path} is not {definition}"
        for path, definition in listed.items()
        if resolve(path) is not None
        and resolve(definition) is not None
        and resolve(path) is not resolve(definition)
    )
    count = sum(len(paths) for _, paths in fragmented.values())
    print(json.dumps({"paths": count, "lacking": lacking, "wrong": wrong}))


if __name__ == "__main__":
    main()
