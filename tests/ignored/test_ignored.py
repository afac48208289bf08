"""The long tier of repair: whole libraries whose import effects are said to be harmless, which they are not.

Verification must catch that, and repair must mend it by itself: a few pins, with which the events' outcomes are the
original's. Other calls are not asked: an effect that is ignored at the user's word may break what no event shows. Takes minutes
per library: `make ignored`.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest
from machine import ROOT, fetch_workload, python_or_skip, report, succeed, tool, trace
from newest.test_newest import HERE, newest

LIBRARIES = {"app03": "pandas*", "pandas": "pandas*", "sqlalchemy": "*"}


@dataclass
class Workload:
    python: str
    app: Path
    handler: str
    events: Path


def workload(name):
    if name == "app03":
        python = python_or_skip("3.9")
        app = fetch_workload("app03_dataframe", python)
        events = ROOT / "sample_workloads/app03_dataframe/events"
        return Workload(python, app, "main.lambda_handler", events)
    python, app = newest(name)
    return Workload(python, app, "main.handler", HERE / name / "events")


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_library_whose_effects_are_ignored_is_mended(name, tmp_path):
    own = workload(name)
    recorded = trace(own.app, own.handler, tmp_path / "app.trace", python=own.python, events=[own.events])
    out = tmp_path / "out"
    arguments = [own.app, "--trace", recorded, "-o", out, "--ignore-effect", LIBRARIES[name]]
    refused = tool("faaslight-rewrite", *arguments, "--no-repair", cwd=tmp_path)
    assert refused.returncode == 1 and not out.exists()
    print(refused.stderr)

    print(succeed("faaslight-rewrite", *arguments, cwd=tmp_path).stdout)
    plan = report(recorded, out / "faaslight.plan")["plan"]
    assert plan["verified"] and 1 <= len(plan["pins"]) <= 10
    assert all(repair["evidence"] for repair in plan["repairs"])
