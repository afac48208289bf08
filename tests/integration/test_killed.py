"""A run that is cut off loses nothing that was seen: the trace is marked truncated and stays usable."""

import pytest
from machine import MINORS, python_or_skip, report, run_python, succeed, tool

APP = """
import os
import signal
import time
import json.tool


def before(event):
    return event["how"]


def after(event):
    return "never"


def handler(event, context):
    how = before(event)
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "exit":
        os._exit(3)
    if how == "hang":
        time.sleep(3600)
    return how
"""


@pytest.fixture
def app(tmp_path):
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "main.py").write_text(APP)
    return folder


@pytest.fixture(params=MINORS)
def python(request):
    return python_or_skip(request.param)


def write_events(folder, *hows):
    path = folder / "events.jsonl"
    path.write_text("".join(f'{{"how": "{how}"}}\n' for how in hows))
    return path


@pytest.mark.parametrize("how", ["kill", "exit", "hang"])
def test_cut_off_run(app, tmp_path, python, how):
    events = write_events(tmp_path, "fine", how, "fine")
    recorded = tmp_path / "app.trace"
    done = tool(
        "faaslight-trace", app, "--handler", "main.handler", "--events", events, "--python", python,
        "--timeout", "5", "-o", recorded,
    )  # fmt: skip
    assert done.returncode == 4, done.stderr
    assert recorded.exists()

    seen = report(recorded)
    assert seen["truncated"]["cause"]
    assert "events.jsonl:2" in seen["truncated"]["where"]
    (main,) = [row for row in seen["modules"] if row["name"] == "main"]
    assert main["entered"] >= 2, "handler and before() were entered"
    assert seen["events"][0]["outcome"] == "returned"
    assert succeed("faaslight-report", recorded).stdout.startswith("TRUNCATED TRACE: ")

    # What it saw is enough to rewrite by; what it did not see is lazy and works.
    out = tmp_path / "out"
    succeed("faaslight-rewrite", app, "--trace", recorded, "-o", out, "--no-verify")
    call = "import json, main; print(json.dumps([main.handler({'how': 'fine'}, None), main.after({})]))"
    assert run_python(python, call, app=out) == ["fine", "never"]
