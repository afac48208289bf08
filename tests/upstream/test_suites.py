"""Upstream test suites on the rewritten libraries with everything lazy, compared test by test.

`--keep none` is the worst case: no function and no import stays eager because some event entered it. Each suite runs on
the original first, so what already fails there (on a newer CPython, say) is not held against the rewritten one.
The short tier is part of `make test`; the long one is `make upstream`, whose results are kept (docs/upstream.md).
"""

import time

from machine import python_or_skip
from upstream import apps, results
from upstream.library import known, libraries
from upstream.suites import Suite, compare


def pytest_generate_tests(metafunc):
    config = metafunc.config
    chosen = [
        (library.on(minor), minor)
        for library in libraries().values()
        for minor in getattr(library, config.getoption("tier", "short"))
        if config.getoption("library", None) in (None, library.name)
        and config.getoption("cpython", None) in (None, minor)
    ]
    metafunc.parametrize(("library", "minor"), chosen, ids=[f"{library.name}-{minor}" for library, minor in chosen])


def test_suite(library, minor, tmp_path, pytestconfig):
    python, began = python_or_skip(minor), time.monotonic()
    beside, app = apps.support(library, python, minor), tmp_path / "app"
    version = apps.copy_code(library, python, minor, app)
    apps.write_handler(library, app)
    out, lazy_share = apps.rewrite(library, app, beside, python, tmp_path)
    assert lazy_share > 0.5

    expected = known(library.name, minor)
    compared = compare(Suite(library, python, beside, tmp_path), app, out, expected)
    if pytestconfig.getoption("record", False):
        results.keep(library, version, minor, compared, lazy_share, time.monotonic() - began)
    assert compared.passed(compared.original) >= library.at_least
    # Not every CPython has, or passes, each test that is named for all.
    assert compared.broken == {test for test in expected if compared.original.get(test) == "passed"}
    assert set(compared.rewritten) == set(compared.original)
