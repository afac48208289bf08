"""The short tier: some random packages on each CPython, the same in every run. run.py beside it is the long one."""

import pytest
from machine import MINORS, python_or_skip
from random_apps.drive import Session, explain
from random_apps.run import run_round

PACKAGES = 3  # of up to six applications each; hypothesis begins with the simplest


@pytest.mark.parametrize("minor", MINORS)
def test_rewritten_packages_answer_as_the_originals(minor):
    python_or_skip(minor)
    session = Session(int(minor.split(".")[1]))
    try:
        failing = run_round(session, PACKAGES, number=2026 + session.minor)
        if failing:
            pytest.fail(explain(session, *failing[:2], failing[3]), pytrace=False)
        assert session.counts["applications"] > session.counts["applications that died"]
        assert session.counts["functions loaded"] and session.counts["imports loaded"], "nothing was lazy"
    finally:
        session.close()
