"""Says of each source what Python makes of its names, as JSON lines."""
import ast
import json
import symtable
import sys
import tokenize


def scopes(table, found):
    kind = table.get_type()
    if not isinstance(kind, str):
        kind = kind.value
    if kind == "function" and table.get_name() in ("listcomp", "setcomp", "dictcomp", "genexpr"):
        kind = "comprehension"
    if kind == "function" and table.get_name() == "lambda":
        kind = "lambda"
    names = {}
    for symbol in table.get_symbols():
        name = symbol.get_name()
        if name.startswith(".") or name == "__class__":
            continue
        is_mentioned = (
            symbol.is_referenced()
            or symbol.is_assigned()
            or symbol.is_parameter()
            or symbol.is_annotated()
            or symbol.is_imported()
            or symbol.is_declared_global()
        )
        if not is_mentioned:
            continue
        if kind == "module" and symbol.is_declared_global():
            names[name] = "declared"
        elif symbol.is_local() or kind == "module" and symbol.is_assigned():
            names[name] = "local"
        elif symbol.is_free():
            names[name] = "free"
        else:
            names[name] = "global"
    found.append([kind, table.get_lineno(), names])
    for child in table.get_children():
        scopes(child, found)
    return found


def counts(tree):
    reads = binds = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                reads += 1
            else:
                binds += 1
        elif isinstance(node, ast.AugAssign):
            reads += isinstance(node.target, ast.Name)
        elif isinstance(node, ast.AnnAssign):
            is_name = isinstance(node.target, ast.Name)
            binds -= is_name and not node.simple and node.value is None
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.arg, ast.alias)):
            binds += 1
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
            binds += node.name is not None
        elif isinstance(node, ast.MatchMapping):
            binds += node.rest is not None
        elif type(node).__name__ in ("TypeVar", "ParamSpec", "TypeVarTuple"):
            binds += 1
    return reads, binds


def judge(path):
    with tokenize.open(path) as file:
        text = file.read()
    tree = ast.parse(text)
    is_future = any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(name.name == "annotations" for name in node.names)
        for node in tree.body
    )
    reads, binds = counts(tree)
    return {
        "path": path,
        "text": text,
        "is_future": is_future,
        "reads": reads,
        "binds": binds,
        "scopes": scopes(symtable.symtable(text, path, "exec"), []),
    }


sys.setrecursionlimit(10000)
for path in sys.stdin.read().splitlines():
    try:
        print(json.dumps(judge(path)))
    except (SyntaxError, ValueError, UnicodeError, RecursionError):
        pass
