"""click's and jinja2's own test suites on the rewritten library with everything lazy, compared test by test.

`--keep none` is the worst case: no function and no import stays eager because some event entered it. Each suite runs on
the original first, so what already fails there (on a newer CPython, say) is not held against the rewritten one.
"""

import shutil
import subprocess
from collections import Counter
from xml.etree import ElementTree

import pytest
from machine import MINORS, ROOT, TIME_LIMIT_S, python_or_skip, report, succeed, trace

KNOWN = ROOT / "tests/upstream/known.tsv"
# Fewer than the suites have: a suite that quietly runs nothing must not pass.
AT_LEAST = {"click": 580, "jinja2": 900}


def known(library):
    lines = [line.split("\t") for line in KNOWN.read_text().splitlines() if not line.startswith("#")]
    return {test: reason for name, test, reason in lines if name == library}


def make_app(archive, library, folder):
    """An app whose handler's module imports every module of the library that can be imported here."""
    package = archive / "src" / library
    shutil.copytree(package, folder / library)
    lines = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        lines.append(
            f"try:\n    import {name}\nexcept (AssertionError, ImportError):  # for another system\n    pass\n"
        )
    (folder / "main.py").write_text("".join(lines) + "\n\ndef handler(event, context):\n    return None\n")
    return folder


def run_suite(python, archive, library_folder, support_folder, output):
    """Runs the archive's tests against the library in a folder and writes a JUnit file.

    -S: the interpreter's own site-packages must not supply another copy of the library.
    """
    done = subprocess.run(
        [python, "-S", "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", f"--junitxml={output}"],
        cwd=archive,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
             "PYTHONPATH": f"{library_folder}:{support_folder}"},
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT_S,
    )  # fmt: skip
    assert done.returncode in (0, 1), f"the suite did not run\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def outcomes(junit):
    """{test: outcome} of a JUnit file. Equal names (a few parametrised ids) are numbered."""
    found, seen = {}, Counter()
    for case in ElementTree.parse(junit).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        seen[name] += 1
        kinds = {child.tag for child in case} & {"failure", "error", "skipped"}
        found[name if seen[name] == 1 else f"{name}#{seen[name]}"] = kinds.pop() if kinds else "passed"
    return found


@pytest.mark.parametrize("minor", MINORS)
@pytest.mark.parametrize("library", sorted(AT_LEAST))
def test_suite(library, minor, archives, support, tmp_path):
    python = python_or_skip(minor)
    archive, beside = archives[library], support(python, minor)
    app = tmp_path / "app"
    app.mkdir()
    make_app(archive, library, app)
    if library == "jinja2":
        shutil.copytree(beside / "markupsafe", app / "markupsafe")
    recorded = trace(app, "main.handler", tmp_path / "app.trace", python=python)
    out = tmp_path / "out"
    succeed("faaslight-rewrite", app, "--trace", recorded, "-o", out, "--keep", "none")
    totals = report(recorded, out / "faaslight.plan")["totals"]
    assert totals["lazy_functions"] > 0.5 * totals["functions"]

    run_suite(python, archive, app, beside, tmp_path / "original.xml")
    run_suite(python, archive, out, beside, tmp_path / "rewritten.xml")
    original, rewritten = outcomes(tmp_path / "original.xml"), outcomes(tmp_path / "rewritten.xml")
    assert sum(outcome == "passed" for outcome in original.values()) >= AT_LEAST[library]
    assert set(rewritten) == set(original)
    broken = {test for test, outcome in original.items() if outcome == "passed" and rewritten[test] != "passed"}
    assert broken == set(known(library))
