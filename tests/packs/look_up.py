"""Looks up the rows of the tables for Python: `{table: [[old, new], ...]}` on standard input.

Prints `{table: {question: [path, ...]}}`. All lists are to be empty.
"""

import builtins
import collections
import collections.abc
import importlib
import json
import sys
import typing
import warnings

# Said to be deprecated when they are asked for: that is known.
warnings.simplefilter("ignore")

MISSING = object()

# What the heads of the tables say is left out, or came later.
NO_PART_OF_PEP_585 = {"ByteString", "Hashable", "Sized"}
NEVER_IN_COLLECTIONS = {"Buffer"}


def look_up(path):
    """The thing at this path, or MISSING."""
    module, *names = path.split(".")
    thing = importlib.import_module(module)
    for name in names:
        module = f"{module}.{name}"
        found = getattr(thing, name, MISSING)
        if found is MISSING:
            try:
                found = importlib.import_module(module)
            except ImportError:
                return MISSING
        thing = found
    return thing


def is_double(old, new):
    """Whether `old` is `new`, or what typing has in its place."""
    return old is new or getattr(old, "__origin__", MISSING) is new


def missing(rows):
    """New paths at which there is nothing."""
    return [new for _, new in rows if look_up(new) is MISSING]


def typing_builtins(rows):
    """Old paths are there, mean the new ones, and are all that typing has."""
    old = {path: look_up(path) for path, _ in rows}
    gone = {path for path, thing in old.items() if thing is MISSING}
    if sys.version_info >= (3, 13):
        gone -= {"typing.re.Match", "typing.re.Pattern"}

    def is_deprecated(name):
        thing = getattr(typing, name, None)
        origin = getattr(thing, "__origin__", None)
        is_alias = isinstance(origin, type) and origin.__module__ != "typing"
        return is_alias or (isinstance(thing, type) and thing in vars(builtins).values())

    deprecated = {name for name in typing.__all__ if is_deprecated(name)}
    return {
        "missing": missing(rows),
        "gone": sorted(gone),
        "different": [
            path
            for path, new in rows
            if old[path] is not MISSING and not is_double(old[path], look_up(new))
        ],
        "forgotten": sorted(
            name for name in deprecated - NO_PART_OF_PEP_585 if f"typing.{name}" not in old
        ),
        # The list above is worth something only if it finds what is left out.
        "unseen": sorted(
            name
            for name in {path.split(".")[1] for path in old} | NO_PART_OF_PEP_585
            if name not in deprecated and name != "re" and hasattr(typing, name)
        ),
    }


def collections_abc(rows):
    """Old paths are those of `collections.abc`, and nothing that `collections` still has."""
    names = {path.split(".")[1] for path, _ in rows}
    there = {name for name in collections.abc.__all__ if hasattr(collections.abc, name)}
    removed = sys.version_info >= (3, 10)
    return {
        "missing": missing(rows),
        "different": [
            old
            for old, new in rows
            if (look_up(old) is not MISSING if removed else look_up(old) is not look_up(new))
        ],
        "forgotten": sorted(there - names - NEVER_IN_COLLECTIONS),
        "lost": sorted(names - there - {"ByteString"}),
        "own": sorted(names & set(collections.__all__)),
    }


def main():
    tables = json.load(sys.stdin)
    look = {
        "python/typing-builtins": typing_builtins,
        "python/collections-abc": collections_abc,
    }
    json.dump({name: look[name](rows) for name, rows in tables.items()}, sys.stdout)


if __name__ == "__main__":
    main()
