"""Runs programs: a line of JSON for each on standard input, and one back.

A line with `old`, `new` and `both` says what there is in each state, by absolute path: its kind and which
one it is. Two paths of one identity are one object. A module is loaded, and becomes an attribute of its
package, when it is imported and not before, as with files.

What was left with a finding is run where all modules are loaded: it may need one that another import loaded.

A line with `before` and `after` has the files of a program in both states. They are run in a child, which runs one
program after the other: a fork for each costs more than all the rest. One that takes more than two seconds ends the
child, and the next one starts another. What they showed comes back. So does what the printed trees of a file that
was rewritten differ in besides imports and paths: the oracle for that is the text in the first argument.

What one file of a program needs, and has only since another one imports it, is not followed (which imports are run,
and when, is no promise): `unloaded` says where that is why a program fails. So it says where a module would have
failed before too, had it been imported first.

A line with `afresh` ends the child, so that the next program runs alone in its own.
"""

import builtins
import gc
import importlib.abc
import importlib.machinery
import json
import os
import signal
import sys
import traceback
import types
import unittest.mock
import contextlib, functools, importlib, typing  # noqa: E401  programs import them

LIMIT = 2
ENDS = " ends it"
TRACE = []
MISSING = []
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


def own_name(frame):
    """The module of the program whose code a frame runs, if it is one."""
    name = frame.f_globals.get("__name__") or ""
    return name if name.split(".")[0] == "own" else None


def importer():
    """The module of the program whose code runs."""
    frame = sys._getframe(1)
    while frame and not own_name(frame):
        frame = frame.f_back
    return frame and own_name(frame)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the stubs of one state, and the files of a program."""

    def __init__(self, stubs, files):
        self.stubs = stubs
        self.made = {}
        # By module of the program, the modules that it imports or goes through by itself, with how much was
        # shown by then.
        self.imported = {}
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


def note_missing(error):
    """Which module of the program finds no module below another one."""
    owner = getattr(error.obj, "__identity__", None)
    names = [own_name(frame) for frame, _ in traceback.walk_tb(error.__traceback__)]
    if isinstance(error.obj, types.ModuleType) and isinstance(owner, str) and any(names):
        MISSING.append((len(TRACE), [name for name in names if name][-1], f"{owner}.{error.name}"))


def failed(error):
    """What it is for a program, whichever way it came about."""
    if isinstance(error, AttributeError):
        note_missing(error)
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


def told(load, finder):
    """An import function that tells the finder which module of the program asks for what."""

    def loading(name, *given, **named):
        known = finder.imported.setdefault(importer(), {})
        if isinstance(name, str):
            parts = name.split(".")
            paths = [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
            paths += [f"{name}.{below}" for below in (given[2:3] or [named.get("fromlist")])[0] or ()]
            for path in paths:
                known.setdefault(path, len(TRACE))
        return load(name, *given, **named)

    return loading


class Ran:
    """What a program showed in one state, and which of its modules missed and imported what."""

    def __init__(self, files, stubs, is_loaded=False, first="own.main"):
        finder = Finder(stubs, files)
        known = set(sys.modules)
        sys.meta_path.insert(0, finder)
        if is_loaded:
            for path, stub in stubs.items():
                if stub["kind"] == "module":
                    importlib.import_module(path)
        TRACE.clear()
        MISSING.clear()
        loaders = builtins.__import__, importlib.import_module
        builtins.__import__, importlib.import_module = (told(load, finder) for load in loaders)
        for module in sorted(finder.sources, key=lambda module: (module != first, module)):
            TRACE.append("#" + module)
            try:
                importlib.import_module(module)
            except Exception as error:
                # It shows no more, which is something else than one failure on the way.
                TRACE.append(failed(error) + ENDS)
        builtins.__import__, importlib.import_module = loaders
        sys.meta_path.remove(finder)
        for loaded in set(sys.modules) - known:
            del sys.modules[loaded]
        self.trace, self.missing, self.imported = list(TRACE), list(MISSING), finder.imported


def unloaded(before, after):
    """Where a program fails after since it has no module that only another of its files had loaded."""
    imported = before.imported
    loaded = set().union(*imported.values())

    def is_theirs(at, module, path):
        own = imported.get(module, {}).get(path)
        return path in loaded and (own is None or own > at)

    return [missing[0] for missing in after.missing if is_theirs(*missing)]


def section(trace, module):
    """What a module shows, and those that it imports for the first time."""
    start = trace.index("#" + module)
    ends = (at for at in range(start + 1, len(trace)) if trace[at].startswith("#"))
    return trace[start : next(ends, len(trace))]


def is_of_order(request, before, after, stubs):
    """Where a module of a program does not show after what it did, if it does not before either when it is imported
    first: what it needs was loaded by those before it."""
    pairs = enumerate(zip(before.trace, after.trace))
    at = next((at for at, (was, then) in pairs if was != then), None)
    if at is None:
        return []
    modules = [line[1:] for line in before.trace[: at + 1] if line.startswith("#")]
    if len(modules) < 2:
        return []
    was = section(before.trace, modules[-1])
    alone = section(Ran(request["before"], stubs, first=modules[-1]).trace, modules[-1])
    shown = before.trace[at]
    return [at] if alone.count(shown) < was.count(shown) else []


def printed(before, after, words):
    """What the trees of files differ in."""
    pairs = ((path, text, after.get(path, "")) for path, text in before.items())
    said = ((path, PRINTED["difference"](old, new, words)) for path, old, new in pairs if old != new)
    return [f"{path} {difference}" for path, difference in said if difference]


class Child:
    """Runs the programs of one world."""

    def __init__(self, worlds, words):
        self.worlds = worlds
        self.words = words
        self.number = 0

    def start(self):
        requests, self.requests = os.pipe()
        self.answers, answers = os.pipe()
        self.number = os.fork()
        if self.number == 0:
            os.close(self.requests)
            os.close(self.answers)
            # Nobody reads what a program prints.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            self.serve(requests, answers)
            os._exit(0)
        os.close(requests)
        os.close(answers)
        self.lines = os.fdopen(self.answers)

    def serve(self, requests, answers):
        for line in os.fdopen(requests):
            signal.alarm(LIMIT)
            answer = json.dumps(self.answer(json.loads(line)))
            signal.alarm(0)
            data = answer.encode() + b"\n"
            while data:
                data = data[os.write(answers, data) :]

    def answer(self, request):
        before = Ran(request["before"], self.worlds["old"])
        after = Ran(request["after"], self.worlds[request["state"]], request["state"] == "both")
        order = is_of_order(request, before, after, self.worlds["old"])
        return {
            "before": before.trace,
            "after": after.trace,
            "printed": printed(request["before"], request["after"], self.words),
            "unloaded": [str(at) for at in unloaded(before, after) + order],
        }

    def ask(self, line):
        if not self.number:
            self.start()
        data = line.encode()
        while data:
            data = data[os.write(self.requests, data) :]
        answer = self.lines.readline()
        if answer:
            return answer.rstrip("\n")
        self.end()
        # A program that does not end says the same of both states: that is nothing.
        return json.dumps({"before": ["!SyntaxError" + ENDS]})

    def end(self):
        if self.number:
            os.close(self.requests)
            self.lines.close()
            os.waitpid(self.number, 0)
            self.number = 0


def with_names(worlds):
    """What is there, each with the names of the objects below it."""
    for stubs in worlds.values():
        for path in stubs:
            stubs[path]["below"] = []
        for path, stub in stubs.items():
            parent, _, last = path.rpartition(".")
            if parent and stub["kind"] != "module":
                stubs[parent]["below"].append(last)
    return worlds


def main():
    child = None
    gc.freeze()
    for line in sys.stdin:
        answer = "{}"
        if line.startswith('{"after"') or line.startswith('{"before"'):
            answer = child.ask(line)
        elif child:
            child.end()
        if line.startswith('{"both"'):
            worlds = json.loads(line)
            words = worlds.pop("words")
            child = Child(with_names(worlds), words)
        print(answer, flush=True)


main()
