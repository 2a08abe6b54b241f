"""An oracle that shares nothing with the rewriter: what ast.unparse prints of the trees of before and
after, with paths blanked and imports left out, is the same.

Standard input: a JSON list of [name, before, after]. Standard output: a JSON list of [name, what differs].
A text that this Python cannot parse is passed over.
"""

import ast
import json
import re
import sys

WORDS = re.compile(r"\w+(?:[.:]+\w+)*")


class Blank(ast.NodeTransformer):
    """Blanks all that a rewrite may change."""

    def name(self, node):
        return ast.copy_location(ast.Name(id="p", ctx=node.ctx), node)

    def visit_Name(self, node):
        return self.name(node)

    def visit_Attribute(self, node):
        inner = node.value
        while isinstance(inner, ast.Attribute):
            inner = inner.value
        if isinstance(inner, ast.Name):
            return self.name(node)
        # The chain behind a call may go on with a path: `__import__("a.b").b`.
        node.attr = "a"
        return self.generic_visit(node)

    def visit_Constant(self, node):
        if isinstance(node.value, str):
            # A string may hold imports, and a docstring examples.
            is_long = "\n" in node.value or "import" in node.value
            text = "s" if is_long else WORDS.sub("p", node.value)
            return ast.copy_location(ast.Constant(value=text), node)
        return node

    def visit_Global(self, node):
        node.names = ["p"]
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


def printed(text):
    return ast.unparse(ast.fix_missing_locations(Blank().visit(ast.parse(text))))


def difference(before, after):
    try:
        old, new = printed(before), printed(after)
    except (SyntaxError, ValueError, RecursionError):
        return None
    if old == new:
        return None
    for was, now in zip(old.splitlines(), new.splitlines()):
        if was != now:
            return f"prints `{was.strip()}` before and `{now.strip()}` after"
    return "prints more lines in one state than in the other"


differences = [(name, difference(before, after)) for name, before, after in json.load(sys.stdin)]
json.dump([pair for pair in differences if pair[1]], sys.stdout)
