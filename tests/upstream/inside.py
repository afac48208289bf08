"""Runs a suite inside the CPython under test: inside.py RECORD NAMES RUNNER [arguments for the runner]

It writes to RECORD, as JSON lines, each test with its outcome (pytest; CPython's own runner writes a JUnit file), and at
the end where the modules in NAMES came from and how much was loaded on first use: that the rewritten library was really
what ran. Lines are written at once, so that a crash loses nothing. The module that UPSTREAM_FIRST names is imported
before the suite begins.
"""

import atexit
import importlib
import json
import os
import site
import sys


class Recorder:
    """A plugin of pytest: the worst outcome of a test's phases, by its node id."""

    def __init__(self, write):
        self.write = write
        self.worst = None

    def pytest_runtest_logreport(self, report):
        if report.when == "setup":
            self.worst = "passed"
        if report.failed:
            self.worst = "failed" if report.when == "call" else "error"
        elif report.skipped and self.worst == "passed":
            self.worst = "xfailed" if hasattr(report, "wasxfail") else "skipped"
        if report.when == "teardown":
            self.write({"test": report.nodeid, "outcome": self.worst})

    def pytest_collectreport(self, report):
        if report.failed:
            self.write({"test": f"{report.nodeid} (collected)", "outcome": "error"})


def main(record, names, runner, *arguments):
    # Opened per line: a suite may close every file or fork.
    def write(line, dumps=json.dumps):
        with open(record, "a") as file:
            file.write(dumps(line) + "\n")

    owner = os.getpid()

    def tell():
        if os.getpid() != owner:
            return
        runtime = sys.modules.get("_faaslight")
        files = {name: getattr(sys.modules.get(name), "__file__", None) for name in names.split(",")}
        write({"files": files, "loaded": len(runtime.loaded()) if runtime else 0})

    atexit.register(tell)
    sys.path[0] = os.getcwd()  # as for python -m
    site.sethelper()  # -S leaves it out
    if first := os.environ.pop("UPSTREAM_FIRST", ""):
        importlib.import_module(first)
    if runner == "pytest":
        import pytest

        sys.exit(pytest.main(list(arguments), plugins=[Recorder(write)]))
    from test.libregrtest.main import main as regrtest

    sys.argv = ["-m test", *arguments]
    regrtest()


if __name__ == "__main__":
    main(*sys.argv[1:])
