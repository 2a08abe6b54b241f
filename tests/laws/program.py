"""Runs generated programs: a line of JSON for each on standard input, and one back.

`stubs` says what there is by absolute path, and which one it is: two paths of one identity are one
object. A module is loaded, and becomes an attribute of its package, when it is imported and not before,
as with files.
"""

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import sys
import types


def module_of(identity):
    module = types.ModuleType(identity)
    module.identity = identity
    module.__path__ = []
    return module


def object_of(kind, identity):
    if kind == "class":
        return type("Stub", (), {"identity": identity})

    def stub():
        return identity

    stub.identity = identity
    return stub


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the stubs of one state."""

    def __init__(self, stubs):
        self.stubs = stubs
        self.made = {}

    def find_spec(self, name, path=None, target=None):
        if self.stubs.get(name, {}).get("kind") != "module":
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        # One module under two names: the first that was loaded, as `sys.modules[old] = new` does it.
        shared = self.make(module.__name__)
        sys.modules[module.__name__] = shared

    def make(self, path):
        stub = self.stubs[path]
        known = self.made.get(stub["is"])
        if known is not None:
            return known
        if stub["kind"] != "module":
            made = self.made[stub["is"]] = object_of(stub["kind"], stub["is"])
            return made
        made = self.made[stub["is"]] = module_of(stub["is"])
        paths = [known for known, other in self.stubs.items() if other["is"] == stub["is"]]
        for path in paths:
            for below, other in self.stubs.items():
                parent, _, name = below.rpartition(".")
                if parent == path and other["kind"] != "module":
                    setattr(made, name, self.make(below))
        return made


def name(value):
    return getattr(value, "identity", None) or repr(value)


def show(*values):
    for value in values:
        if isinstance(value, (list, tuple)):
            show(*value)
        else:
            print(name(value))


@contextlib.contextmanager
def patch(path):
    """Replaces what a path names, as `unittest.mock.patch` does. No program passes one that is not there."""
    from unittest import mock

    class Patched:
        identity = "patched"

    with mock.patch(path, Patched):
        yield


def run(source, stubs):
    finder = Finder(stubs)
    known = set(sys.modules)
    sys.meta_path.insert(0, finder)
    printed = io.StringIO()
    scope = {"__name__": "program", "show": show, "name": name, "patch": patch}
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(source, "program", "exec"), scope)
    except BaseException as error:
        printed.write(f"!failed {type(error).__name__}: {error}\n")
    finally:
        sys.meta_path.remove(finder)
        for loaded in set(sys.modules) - known:
            del sys.modules[loaded]
    return printed.getvalue()


def main():
    import unittest.mock  # not between two states

    answers = []
    for line in sys.stdin:
        request = json.loads(line)
        answers.append({state: run(**given) for state, given in request.items()})
    for answer in answers:
        print(json.dumps(answer))


main()
