"""Looks for references to the old paths of the manager. Knows nothing of the program that rewrites
them: it is the second opinion.

Counts each import clause, each dotted use that would be another one now, and each name in a string
that is looked up: targets of patches, names of modules, quoted annotations.
"""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ("app", "websocket_core")
HOME = "websocket_manager"
OLD_MODULES = ("manager", "unified_manager", "websocket_manager_factory")
RENAMED = {
    "UnifiedWebSocketManager": "WebSocketManager",
    "create_websocket_manager": "get_websocket_manager",
}
EXPORTED = {*RENAMED, *RENAMED.values(), "WebSocketManagerFactory"}
LOOKED_UP = {"find_spec", "import_module"}


def successor(path):
    """The path, a tuple of names, that is in force now."""
    rest = path[2:]
    if path[:2] != PACKAGE or not rest:
        return path
    if rest[0] in OLD_MODULES:
        rest = rest[1:]
    elif rest[0] not in EXPORTED:
        return path
    return (*PACKAGE, HOME, *(RENAMED.get(name, name) for name in rest[:1]), *rest[1:])


def scan_tree(root=ROOT):
    """`file:line: path` of each reference. The old modules themselves may say what they are."""
    old = {root.joinpath(*PACKAGE, f"{name}.py") for name in OLD_MODULES}
    files = sorted(file for file in root.rglob("*.py") if file not in old)
    return [
        f"{file.relative_to(root).as_posix()}:{line}: {'.'.join(path)}"
        for file in files
        for line, path in scan(file.read_text(encoding="utf-8"), file.relative_to(root))
    ]


def scan(text, file):
    """Line and path of each reference in the text of the file, which is relative to the root."""
    tree = ast.parse(text, str(file))
    visitor = _Scan(file.parent.parts)
    visitor.imports(tree)
    visitor.visit(tree)
    return sorted(visitor.found)


class _Scan(ast.NodeVisitor):
    def __init__(self, package):
        self.package = package
        self.bound = {}  # local name -> path; scopes are not told apart
        self.found = []

    def note(self, line, path):
        if successor(path) != path:
            self.found.append((line, path))

    def imports(self, tree):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    path = tuple(alias.name.split("."))
                    self.note(alias.lineno, path)
                    head = path if alias.asname else path[:1]
                    self.bound[alias.asname or head[0]] = head
            elif isinstance(node, ast.ImportFrom):
                module = tuple(node.module.split(".")) if node.module else ()
                if node.level:
                    module = self.package[: len(self.package) - node.level + 1] + module
                for alias in node.names:
                    path = (*module, alias.name)
                    self.note(alias.lineno, path)
                    self.bound[alias.asname or alias.name] = path

    def visit_Attribute(self, node):
        names, head = [], node
        while isinstance(head, ast.Attribute):
            names.insert(0, head.attr)
            head = head.value
        if isinstance(head, ast.Name) and head.id in self.bound:
            self.chain(node.lineno, self.bound[head.id], names)
        else:
            self.visit(head)

    def chain(self, line, head, names):
        # What the import says holds for the chain too, unless its own names change.
        path = (*head, *names)
        if successor(path) != (*successor(head), *names):
            self.note(line, path)

    def visit_Call(self, node):
        called = ast.unparse(node.func)
        first = node.args[0] if node.args else None
        for keyword in node.keywords:
            if keyword.arg == "target":
                first = keyword.value
        if called.endswith("patch.object"):
            self.attribute(first, node.args[1])
        elif called.split(".")[-1] in LOOKED_UP or called.endswith(("patch", "patch.dict")):
            self.string(first, node)
        elif called == "cast":
            self.annotation(first)
        self.generic_visit(node)

    def string(self, first, call):
        if not isinstance(first, ast.Constant):
            return
        name = first.value
        if name.startswith("."):
            others = [*call.args[1:], *(k.value for k in call.keywords if k.arg == "package")]
            name = others[0].value + name
        self.note(first.lineno, tuple(name.split(".")))

    def attribute(self, thing, name):
        path = self.bound.get(ast.unparse(thing))
        if path and isinstance(name, ast.Constant):
            self.chain(name.lineno, path, [name.value])

    def annotation(self, node):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            quoted = ast.parse(node.value, mode="eval").body
            for part in ast.walk(quoted):
                if hasattr(part, "lineno"):
                    part.lineno = node.lineno
            self.visit(quoted)

    def visit_arg(self, node):
        self.annotation(node.annotation)
        self.generic_visit(node)

    def visit_AnnAssign(self, node):
        self.annotation(node.annotation)
        self.generic_visit(node)

    def visit_FunctionDef(self, node):
        self.annotation(node.returns)
        self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef
