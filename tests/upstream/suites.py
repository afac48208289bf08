"""Runs a library's suite against the code in a folder, and compares two such runs test by test."""

import json
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from upstream.apps import archive

INSIDE = Path(__file__).resolve().parent / "inside.py"
# More tests than this that differ are not run again one by one: it is not flakiness then.
RERUN_AT_MOST = 30


@dataclass
class Suite:
    """How to run one library's suite: twice, with nothing different but the folder of the library."""

    library: object
    python: str
    beside: object
    scratch: Path
    runs: int = 0

    def run(self, code, only=None):
        """({test: outcome}, what was really imported) of the suite on the library in a folder; only: these tests."""
        if only is not None or not self.library.apart:
            return self.run_once(code, list(only or self.library.tests))
        ignored = [f"--ignore={path}" for path in self.library.apart]
        outcomes, origin = self.run_once(code, [*self.library.tests, *ignored])
        for path in self.library.apart:
            outcomes.update(self.run_once(code, [path])[0])
        return outcomes, origin

    def run_once(self, code, chosen):
        self.runs += 1
        here = self.scratch / f"run-{self.runs}"
        here.mkdir()
        record = here / "record.jsonl"
        record.touch()
        # The same paths in both runs, for some tests are named by theirs.
        place = self.scratch / "code"
        code.rename(place)
        try:
            return self.run_at(place, here, record, chosen)
        finally:
            place.rename(code)

    def run_at(self, code, here, record, chosen):
        arguments = self.arguments(code, here, chosen)
        # -S: the interpreter's own site-packages must not supply another copy of the library.
        command = [self.python, "-S", "-B", INSIDE, record, ",".join(self.library.tops), *arguments]
        with (here / "output.txt").open("w+", errors="replace") as output:
            done = subprocess.run(
                [str(part) for part in command], cwd=self.work_folder(code), env=self.environment(code),
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, timeout=self.library.limit_s,
            )  # fmt: skip
            output.seek(0)
            text = output.read()
        lines = [json.loads(line) for line in record.read_text().splitlines()]
        junit = here / "junit.xml"
        outcomes = junit_outcomes(junit) if junit.exists() else node_outcomes(lines)
        origin = next((line for line in lines if "files" in line), None)
        assert outcomes and origin, f"the suite did not run to its end (exit code {done.returncode})\n{text[-3000:]}"
        return outcomes, origin

    def work_folder(self, code):
        """A fresh folder with the tests of an archive and without its code; a wheel's tests are beside the code."""
        if self.library.source == "wheel":
            return code
        work = self.scratch / "work"
        shutil.rmtree(work, ignore_errors=True)
        if self.library.source == "stdlib":
            work.mkdir()
            return work
        source = archive(self.library)
        packages = {str(source / package) for package in self.library.packages}
        shutil.copytree(
            source, work, symlinks=True, ignore=lambda at, names: [name for name in names if f"{at}/{name}" in packages]
        )
        return work

    def environment(self, code):
        # A fixed seed: sets, and the order of tests made from them, are the same in both runs. One thread for linear
        # algebra: sums are formed in the same order.
        path = f"{code}:{self.beside}" if self.beside else str(code)
        return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0",
                "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": path,
                "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
                "UPSTREAM_FIRST": "main" if self.library.handler_first else ""}  # fmt: skip

    def arguments(self, code, here, chosen):
        library = self.library
        if library.source == "stdlib":
            single = [test for test in chosen if "." in test]
            if single:
                chosen = sorted({module_of(test) for test in single})
            matches = [part for test in single for part in ("-m", test)]
            return ["regrtest", "--junit-xml", here / "junit.xml", *library.options, *matches, *chosen]
        options = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", *library.options]
        if library.source == "wheel":
            ini = here / "pytest.ini"
            ini.write_text("\n".join(["[pytest]", *library.ini, ""]))
            options += ["-c", ini, "--rootdir", code]
        return ["pytest", *options, *chosen]


def module_of(test):
    """What CPython's own runner must be given for a test: test_json for test.test_json.test_decode.TestCDecode.test_nan."""
    return "test_unittest" if test.startswith("unittest.test.") else test.partition("test.")[2].partition(".")[0]


def node_outcomes(lines):
    """Equal node ids (a few parametrised ones) are numbered."""
    found, seen = {}, Counter()
    for line in lines:
        if "test" in line:
            seen[line["test"]] += 1
            count = seen[line["test"]]
            found[line["test"] if count == 1 else f"{line['test']}#{count}"] = line["outcome"]
    return found


def junit_outcomes(junit):
    """Of the JUnit file that CPython's own runner writes; a test with several failing parts stands there once."""
    found = {}
    for case in ElementTree.parse(junit).iter("testcase"):
        kinds = {child.tag for child in case} & {"failure", "error", "skipped"}
        skipped = case.get("result") == "skipped"
        found[case.get("name")] = kinds.pop() if kinds else "skipped" if skipped else "passed"
    return found


@dataclass
class Comparison:
    original: dict
    rewritten: dict
    broken: set
    flaky: set

    def passed(self, side):
        return sum(outcome == "passed" for outcome in side.values())


def failing(original, rewritten):
    return {test for test, was in original.items() if was == "passed" and rewritten.get(test) != "passed"}


def compare(suite, app, out, expected=()):
    """Both runs, and which tests pass on the original only.

    What differs counts when it differs alone as well, or again in a second run of the whole suite (it depends on the
    order then). Otherwise it is flaky.
    """
    original, _ = suite.run(app)
    rewritten, origin = suite.run(out)
    check_origin(origin, suite.scratch / "code")
    differ = failing(original, rewritten)
    doubtful = differ - set(expected)
    if not doubtful or len(doubtful) > RERUN_AT_MOST:
        return Comparison(original, rewritten, differ, set())
    agree = set()
    for test in sorted(doubtful):
        alone = [suite.run(folder, [test])[0].get(test) for folder in (app, out)]
        if alone[0] != "passed" or alone[1] == "passed":
            agree.add(test)
    flaky = agree - failing(original, suite.run(out)[0]) if agree else set()
    return Comparison(original, rewritten, differ - flaky, flaky)


def check_origin(origin, code):
    """The suite ran on the rewritten library and not on another copy, and lazy functions were in effect."""
    elsewhere = {name: file for name, file in origin["files"].items() if not str(file).startswith(f"{code}/")}
    assert not elsewhere, f"not the rewritten copy: {elsewhere}"
    assert origin["loaded"] > 0, "nothing was loaded on first use"
