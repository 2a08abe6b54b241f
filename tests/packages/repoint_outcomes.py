"""A pytest plugin: writes what came of every test, and which modules were loaded, as JSON."""

import json
import os
import sys

outcomes = {}


def pytest_runtest_logreport(report):
    # Setup and teardown are told of only if something came of them.
    if report.when == "call" or report.outcome != "passed":
        said = f"{report.when} {report.outcome}"
        outcomes.setdefault(report.nodeid, []).append(said)


def pytest_collectreport(report):
    if report.outcome != "passed":
        outcomes.setdefault(report.nodeid, []).append(f"collect {report.outcome}")


def pytest_sessionfinish():
    with open(os.environ["REPOINT_OUTCOMES"], "w", encoding="utf-8") as file:
        tests = {name: sorted(said) for name, said in outcomes.items()}
        modules = {
            name: getattr(sys.modules.get(name), "__file__", None)
            for name in os.environ["REPOINT_MODULES"].split()
        }
        json.dump({"tests": tests, "modules": modules}, file)
