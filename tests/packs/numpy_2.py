"""Looks up rows of the table for NumPy 2: `[[old, new or null], ...]` on standard input.

Run with NumPy 1.26 it prints old paths that are not there, with NumPy 2 new paths that are not, and old ones that are
there without a warning. Modules are not imported: what is below `numpy` must be there whenever numpy is.
"""

import importlib
import json
import sys
import warnings

import numpy

MISSING = object()
IS_OLD = numpy.__version__.startswith("1.")
# The same function under both names, of which one is left out of the documentation only.
STILL_THERE = {"numpy.row_stack"}


def look_up(path):
    module, *names = path.split(".")
    thing = importlib.import_module(module)
    for name in names:
        thing = getattr(thing, name, MISSING)
        if thing is MISSING:
            break
    return thing


def is_there_still(old):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return look_up(old) is not MISSING
        except DeprecationWarning:
            return False


wrong = []
for old, new in json.load(sys.stdin):
    if IS_OLD:
        warnings.simplefilter("ignore")
        if look_up(old) is MISSING:
            wrong.append(old)
    else:
        if new and look_up(new) is MISSING:
            wrong.append(new)
        if old not in STILL_THERE and is_there_still(old):
            wrong.append(old)
json.dump(wrong, sys.stdout)
