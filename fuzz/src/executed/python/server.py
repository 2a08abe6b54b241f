"""Runs programs: a line of JSON for each on standard input, and one back.

A line with `old`, `new` and `both` says what there is in each state, by absolute path: its kind and which
one it is. Two paths of one identity are one object. A module is loaded, and becomes an attribute of its
package, when it is imported and not before, as with files.

What was left with a finding is run where all modules are loaded: it may need one that another import loaded.

A line with `before` and `after` has the files of a program in both states. They are run in a child, which
ends after two seconds at the latest, and what they showed comes back. So does what the printed trees of a file that
was rewritten differ in besides imports and paths: the oracle for that is the text in the first argument.
"""

import builtins
import gc
import importlib.abc
import importlib.machinery
import json
import os
import signal
import sys
import types
import unittest.mock
import contextlib, functools, importlib, typing  # noqa: E401  programs import them

LIMIT = 2
TRACE = []
PRINTED = {"__name__": "printed"}
exec(sys.argv[1], PRINTED)


def module_of(identity):
    module = types.ModuleType(identity)
    module.__identity__ = identity
    module.__path__ = []
    return module


def object_of(kind, identity):
    if kind == "class":
        return type("Stub", (Exception,), {"__identity__": identity, "item": object_of("function", identity + ".item")})

    def stub(*given):
        return given[0] if given and callable(given[0]) else identity

    stub.__identity__ = identity
    return stub


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the stubs of one state, and the files of a program."""

    def __init__(self, stubs, files):
        self.stubs = stubs
        self.made = {}
        self.sources = {}
        for path, text in files.items():
            name = path[: -len(".py")].replace("/", ".")
            package = name.endswith(".__init__")
            self.sources[name.removesuffix(".__init__")] = (path, text, package)

    def find_spec(self, name, path=None, target=None):
        if name in self.sources:
            return importlib.machinery.ModuleSpec(name, self, is_package=self.sources[name][2])
        if self.stubs.get(name, {}).get("kind") == "module":
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__name__
        if name in self.sources:
            path, text, _ = self.sources[name]
            module.__identity__ = "own " + name
            exec(compile(text, path, "exec"), module.__dict__)
        else:
            # One module under two names: the first that was loaded, as `sys.modules[old] = new` does it.
            sys.modules[name] = self.make(name)

    def make(self, path):
        stub = self.stubs[path]
        known = self.made.get(stub["is"])
        if known is not None:
            return known
        if stub["kind"] != "module":
            made = self.made[stub["is"]] = object_of(stub["kind"], stub["is"])
            return made
        made = self.made[stub["is"]] = module_of(stub["is"])
        for same, other in self.stubs.items():
            if other["is"] != stub["is"]:
                continue
            for below in other["below"]:
                setattr(made, below, self.make(same + "." + below))
        # What is loaded besides is no matter of a star.
        made.__all__ = [name for name in vars(made) if not name.startswith("__")]
        return made


def name(value):
    identity = getattr(value, "__identity__", None)
    if isinstance(identity, str):
        return identity
    if isinstance(value, (type, types.FunctionType)):
        return "own " + value.__name__
    if isinstance(value, (bool, int, str, type(None))):
        return repr(value)
    return type(value).__name__


def show(*values):
    for value in values:
        if isinstance(value, (list, tuple, set)):
            show(*value)
        elif isinstance(value, dict):
            show(*value.items())
        else:
            TRACE.append(name(value))


def failed(error):
    """What it is for a program, whichever way it came about."""
    for kind in (NameError, ImportError, AttributeError, SyntaxError):
        if isinstance(error, kind):
            return "!" + kind.__name__
    return "!" + name(type(error))


def attempt(function, *given):
    try:
        show(function(*given))
    except Exception as error:
        TRACE.append(failed(error))


def hints(function):
    """The values of quoted annotations."""
    for value in function.__annotations__.values():
        attempt(eval, value, function.__globals__) if isinstance(value, str) else show(value)


for function in (show, attempt, hints):
    setattr(builtins, function.__name__, function)
builtins.yes = lambda *_: True
builtins.no = lambda *_: False
builtins.name_of = name


def run(files, stubs, is_loaded=False):
    finder = Finder(stubs, files)
    known = set(sys.modules)
    sys.meta_path.insert(0, finder)
    if is_loaded:
        for path, stub in stubs.items():
            if stub["kind"] == "module":
                importlib.import_module(path)
    TRACE.clear()
    for module in sorted(finder.sources, key=lambda module: (module != "own.main", module)):
        TRACE.append("#" + module)
        try:
            importlib.import_module(module)
        except Exception as error:
            TRACE.append(failed(error))
    sys.meta_path.remove(finder)
    for loaded in set(sys.modules) - known:
        del sys.modules[loaded]
    return list(TRACE)


def printed(before, after, words):
    """What the trees of files differ in."""
    pairs = ((path, text, after.get(path, "")) for path, text in before.items())
    said = ((path, PRINTED["difference"](old, new, words)) for path, old, new in pairs if old != new)
    return [f"{path} {difference}" for path, difference in said if difference]


def answered(line, worlds, words):
    """The answer of a child."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        gc.disable()
        signal.alarm(LIMIT)
        os.close(read)
        # Nobody reads what a program prints.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        request = json.loads(line)
        answer = {
            "before": run(request["before"], worlds["old"]),
            "after": run(request["after"], worlds[request["state"]], request["state"] == "both"),
            "printed": printed(request["before"], request["after"], words),
        }
        os.write(write, json.dumps(answer).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    # A program that does not end says the same of both states: that is nothing.
    return answer.decode() or '{"before": ["!SyntaxError"]}'


def main():
    worlds, words = {}, []
    gc.freeze()
    out = sys.stdout
    for line in sys.stdin:
        if line.startswith('{"after"') or line.startswith('{"before"'):
            out.write(answered(line, worlds, words) + "\n")
        else:
            worlds = json.loads(line)
            words = worlds.pop("words")
            for stubs in worlds.values():
                for path in stubs:
                    stubs[path]["below"] = []
                for path, stub in stubs.items():
                    parent, _, last = path.rpartition(".")
                    if parent and stub["kind"] != "module":
                        stubs[parent]["below"].append(last)
            out.write("{}\n")
        out.flush()


main()
