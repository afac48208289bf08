"""The short tier: some random packages on each CPython, the same in every run. run.py beside it is the long one."""

import pytest
from machine import MINORS, python_or_skip
from random_apps.drive import Session, explain
from random_apps.run import try_package

PACKAGES = 3  # for each CPython, of up to six applications


@pytest.mark.parametrize("minor", MINORS)
def test_rewritten_packages_answer_as_the_originals(minor):
    python_or_skip(minor)
    session = Session(int(minor.split(".")[1]))
    try:
        for seed in range(session.minor * PACKAGES, (session.minor + 1) * PACKAGES):
            failing = try_package(session, seed)
            if failing:
                pytest.fail(f"package {seed}\n" + explain(session, *failing), pytrace=False)
        assert session.counts["applications"] > 2 * session.counts["applications that died"]
        assert session.counts["functions loaded"] and session.counts["imports loaded"], "nothing was lazy"
    finally:
        session.close()
