"""Trace, rewrite, verify and report both sample workloads once per CPython; the tests look at what came out."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from machine import MINORS, ROOT, fetch_workload, python_or_skip, report, succeed, trace

HANDLERS = {"app03_dataframe": "main.lambda_handler", "app20_random_user": "main.getUserDetails"}


@dataclass
class Pipeline:
    """One workload's way through the programs on one CPython."""

    name: str
    minor: str
    python: str
    app: Path
    events: Path
    env: dict
    trace: Path
    out: Path
    report: dict

    @property
    def handler(self):
        return HANDLERS[self.name]


@pytest.fixture(scope="session")
def service():
    """The environment that leads app20 to its service, which runs as long as the session."""
    program = ROOT / "sample_workloads/app20_random_user/service.py"
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True) as process:
        try:
            name, _, url = process.stdout.readline().strip().partition("=")
            assert name == "RANDOM_USER_URL", "the service's first line names its address"
            yield {name: url}
        finally:
            process.kill()


@pytest.fixture(scope="session")
def pipelines(tmp_path_factory, service):
    """Makes a pipeline when it is first asked for, whatever the order of the tests."""
    made = {}

    def make(name, minor):
        if (name, minor) not in made:
            made[name, minor] = run_pipeline(name, minor, tmp_path_factory.mktemp(f"{name}-{minor}"), service)
        return made[name, minor]

    return make


def run_pipeline(name, minor, folder, service):
    python = python_or_skip(minor)
    app = fetch_workload(name, python)
    events = ROOT / "sample_workloads" / name / "events"
    env = service if name == "app20_random_user" else {}
    recorded = trace(app, HANDLERS[name], folder / "app.trace", python=python, events=[events], env=env)
    out = folder / "out"
    succeed("faaslight-rewrite", app, "--trace", recorded, "-o", out, "--no-repair")
    reported = report(recorded, out / "faaslight.plan")
    return Pipeline(name, minor, python, app, events, env, recorded, out, reported)


@pytest.fixture(scope="session", params=[(a, m) for m in MINORS for a in HANDLERS], ids=lambda p: f"{p[0][:5]}-{p[1]}")
def pipeline(request, pipelines):
    return pipelines(*request.param)
