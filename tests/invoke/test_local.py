"""`faaslight-invoke local` with what runs functions: AWS's emulator and runtimes, functions-framework, a bare interpreter."""

import hashlib
import json
import subprocess
import sys
from statistics import median

import pytest
from machine import MINORS, ROOT, any_python, fetch_workload, python_or_skip, succeed, trace

from invoke.local_apps import TIMED, app, command, environment, listing, local, local_arguments, measured

__all__ = ["app"]
WORKLOADS = {"app03": ("app03_dataframe", "main.lambda_handler"), "app20": ("app20_random_user", "main.getUserDetails")}
SERVERS = ("rie", "bare")
FRAMEWORK = ("--server", "functions-framework", "--trigger", "http")
NODE = """\
const InitStart = Date.now();
let calls = 0;
exports.handler = async (event, context) =>
  ({InitStart, InitEnd: Date.now(), functionStart: Date.now(), functionEnd: Date.now(), calls: ++calls, event});
"""
NODE_HTTP = """\
const started = Date.now();
exports.handler = (request, response) => response.json({functionStart: Date.now(), functionEnd: Date.now(), started});
"""


@pytest.fixture(scope="module")
def service():
    """The options that lead app20 to its service."""
    program = ROOT / "sample_workloads/app20_random_user/service.py"
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True) as process:
        yield process.stdout.readline().strip()
        process.kill()


def starts(run):
    """Cold or warm, of each call in its session."""
    sessions = {}
    for one in run.rounds:
        sessions.setdefault((one["deployment"], one["session"]), []).append(one["start"])
    return list(sessions.values())


def assert_whole(run, deployments=1, rounds=1, warm=2):
    """All calls went well: the first of each session cold, with its init in its end-to-end; the others warm."""
    assert starts(run) == [["cold"] + warm * ["warm"]] * deployments * rounds
    assert run.column("outcome") == ["ok"] * len(run.rounds), run.out
    for one in run.rounds:
        metrics = one["metrics"]
        assert (metrics["init"] is not None) == (one["start"] == "cold")
        assert metrics["end_to_end"] >= (metrics["init"] or 0) > -1
        assert metrics["used_memory"] > 1


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_rewritten_workload_answers_the_same_and_starts_sooner(tmp_path, service, name):
    folder, handler = WORKLOADS[name]
    python = any_python()
    original = fetch_workload(name, python)
    events = ROOT / "sample_workloads" / folder / "events"
    env = dict([service.split("=", 1)])
    traced = trace(original, handler, tmp_path / "app.trace", python=python, events=[events], env=env)
    rewritten = tmp_path / "rewritten"
    succeed("faaslight-rewrite", original, "--trace", traced, "-o", rewritten, "--no-verify")
    before = listing(original), listing(rewritten)
    more = ["--compare", f"before={original}", f"after={rewritten}", "--events", events, "--env", service]
    run = measured(tmp_path / "app", *more, "--rounds", "5", "--warm", "3", handler=handler, apps=False)

    assert (listing(original), listing(rewritten)) == before, "the applications are only read"
    assert starts(run) == [["cold", "warm", "warm", "warm"]] * 10
    assert run.results["summary"]["different_answers"] == []
    assert {one["event"] for one in run.rounds} == {path.stem for path in events.glob("*.json")}
    ok = [one for one in run.rounds if one["outcome"] == "ok"]
    assert len(ok) >= len(run.rounds) / 2
    inits = [[], []]
    for one in run.rounds:
        if one["start"] == "cold":
            # The emulator's REPORT says a fraction of a millisecond; an interpreter takes longer.
            assert 10 < one["metrics"]["init"] <= one["metrics"]["end_to_end"]
            inits[one["deployment"]].append(one["metrics"]["init"])
    assert median(inits[1]) < median(inits[0])
    assert "before" in run.out and "after" in run.out and "init" in run.out


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("minor", MINORS)
def test_each_cpython(app, minor, server):
    folder = app(TIMED)
    runtime = f"python{minor}"
    python_or_skip(minor)
    run = measured(folder, "--server", server, "--rounds", "2", runtime=runtime)
    assert_whole(run, rounds=2)
    assert f"{server} on {runtime}" in run.results["setting"]
    for one in run.rounds:
        metrics = one["metrics"]
        assert 0 <= metrics["arrive_to_function"] <= metrics["end_to_end"]
        assert metrics["prepare"] == pytest.approx(metrics["arrive_to_function"] - (metrics["init"] or 0))


@pytest.mark.parametrize("server", SERVERS)
def test_an_import_is_in_init_and_a_handlers_time_is_not(app, server):
    files = "import time\ntime.sleep(0.3)\ndef handler(event, context=None):\n    time.sleep(0.1)\n    return 1\n"
    run = measured(app(files), "--server", server, "--rounds", "2", "--warm", "1")
    assert_whole(run, rounds=2, warm=1)
    for one in run.rounds:
        metrics = one["metrics"]
        assert 100 <= metrics["function"] < 300
        if one["start"] == "cold":
            assert metrics["init"] >= 300 and metrics["end_to_end"] >= 400


def test_functions_framework_imports_before_it_listens(app):
    files = "import time\ntime.sleep(0.3)\n" + TIMED.replace("event, context=None", "request").replace("event", "1")
    folder = app(files)
    before = listing(folder)
    run = measured(folder, *FRAMEWORK, "--rounds", "2")
    assert_whole(run, rounds=2)
    assert all(one["metrics"]["init"] >= 300 for one in run.rounds if one["start"] == "cold")
    assert all(one["metrics"]["end_to_end"] < 300 for one in run.rounds if one["start"] == "warm")
    assert listing(folder) == before


def test_a_workload_for_http(tmp_path, service):
    """app20 takes Flask's requests too: the framework is its own trigger."""
    event = tmp_path / "event.json"
    event.write_text('{"query": {"seed": "faaslight"}}')
    folder = fetch_workload("app20", any_python())
    before = listing(folder)
    more = ["--app", folder, "--events", event, "--env", service, *FRAMEWORK, "--rounds", "2"]
    run = measured(tmp_path / "app", *more, handler="main.getUserDetails", apps=False)
    assert_whole(run, rounds=2)
    assert len(set(run.column("answer_sha256"))) == 1
    assert listing(folder) == before


@pytest.mark.parametrize(
    ("files", "options"),
    [
        ({"main.js": NODE}, ["--server", "rie"]),
        ({"main.js": NODE}, ["--server", "bare"]),
        ({"main.mjs": NODE.replace("exports.handler =", "export const handler =")}, ["--server", "rie"]),
        ({"main.mjs": NODE.replace("exports.handler =", "export const handler =")}, ["--server", "bare"]),
        ({"main.js": NODE_HTTP}, FRAMEWORK),
    ],
    ids=["rie", "bare", "rie-module", "bare-module", "framework"],
)
def test_node(app, node, files, options):
    folder = app(files)
    before = listing(folder)
    run = measured(folder, *options, "--rounds", "2", runtime=node)
    assert_whole(run, rounds=2)
    assert listing(folder) == before
    assert "clock" not in run.out, "Date counts whole milliseconds: no sign of another clock"


@pytest.fixture(scope="module")
def node():
    """nodejs20, or what there is."""
    try:
        said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    except OSError as error:
        pytest.skip(f"node: {error}")
    return "nodejs" + said.lstrip("v").split(".")[0]


ECHO = "def handler(event, context=None):\n    return event\n"
ECHO_NODE = {"main.js": "exports.handler = async (event) => event;\n"}
TEXTS = {
    "newlines": '{\n  "a": "zeile\\n2",\r\n\t"b": [1,\n2]\n}\n',
    "unicode": json.dumps({"a": "é 日本 \u2028 😀 \0 \x7f"}, ensure_ascii=False),
    "escaped": json.dumps({"a": "é 日本 \u2028 😀 \0"}),
    "numbers": '{"a": 1e2, "b": 12345678901234567890, "c": -0.0, "d": 0.1}',
    "scalar": '"text"',
    "megabyte": json.dumps({"a": "ü" * 500_000, "b": "x" * 500_000}),
}


@pytest.mark.parametrize("server", SERVERS)
def test_events_arrive_as_they_are(app, server, tmp_path):
    """Each is what Python reads in the file."""
    digest = """\
import hashlib, json
def digest_of(value):
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
def handler(event, context=None):
    if digest_of(event) not in KNOWN: raise ValueError(json.dumps(event)[:200])
"""
    events = tmp_path / "events"
    events.mkdir()
    known = []
    for name, text in TEXTS.items():
        (events / f"{name}.json").write_text(text, newline="")
        value = json.dumps(json.loads(text), sort_keys=True)
        known.append(hashlib.sha256(value.encode()).hexdigest())
    folder = app(f"{digest}KNOWN = {known!r}\n")
    more = ["--events", events, "--server", server, "--rounds", "1", "--warm", str(len(TEXTS) - 1)]
    run = measured(folder, *more)
    assert_whole(run, warm=len(TEXTS) - 1)
    assert sorted(run.column("event")) == sorted(TEXTS)


@pytest.mark.parametrize("server", SERVERS)
def test_events_arrive_as_they_are_at_node(app, node, server, tmp_path):
    (tmp_path / "event.json").write_text(TEXTS["megabyte"])
    more = ["--events", tmp_path / "event.json", "--server", server, "--rounds", "1", "--warm", "1"]
    run = measured(app(ECHO_NODE), *more, runtime=node)
    assert_whole(run, warm=1)
    assert len(set(run.column("answer_sha256"))) == 1


def test_warm_calls_alone_keep_one_process(app):
    folder = app("calls = []\ndef handler(event, context=None):\n    calls.append(1)\n    return len(calls)\n")
    run = measured(folder, "--cold", "0", "--rounds", "3", "--warm", "2")
    assert run.column("start") == ["cold"] + ["warm"] * 5
    assert len(set(run.column("answer_sha256"))) == 6, "1 to 6"


def test_different_answers_are_an_exit_code(app, tmp_path):
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.py").write_text(f"def handler(event, context=None):\n    return {name!r}\n")
    more = ["--compare", f"before={tmp_path / 'before'}", f"after={tmp_path / 'after'}", "--rounds", "1"]
    run = local(tmp_path / "app", *more, apps=False)
    assert run.code == 1
    assert len(run.results["summary"]["different_answers"]) > 0
    assert "different" in run.out


def test_the_function_sees_what_it_is_told(app):
    files = """\
import os
def handler(event, context=None):
    names = ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_TIMEOUT", "GREETING"]
    values = [os.environ[name] for name in names]
    assert values == ["512", "7", "a=b c"], values
    assert "OUTSIDE" not in os.environ and not any("SECRET" in v for v in os.environ.values())
    assert os.getcwd() == os.environ["LAMBDA_TASK_ROOT"]
    return 1
"""
    options = ["--memory", "512", "--timeout", "7", "--env", "GREETING=a=b c", "--rounds", "1"]
    for server in SERVERS:
        run = measured(app(files), *options, "--server", server, env={"OUTSIDE": "SECRET"})
        assert_whole(run)


def test_a_dry_run_starts_nothing(app):
    folder = app("open('started', 'w')\n" + ECHO)
    before = listing(folder)
    run = local(folder, "--dry-run")
    assert run.code == 0 and run.results is None
    assert str(folder) in run.out and "30 calls in 10 sessions of 3, 10 cold starts" in run.out
    assert listing(folder) == before


def test_other_outputs(app, tmp_path):
    folder = app(TIMED)
    arguments = local_arguments(folder, tmp_path / "r.json", "--rounds", "1", "--quiet")
    arguments += ["--csv", tmp_path / "r.csv", "--html", tmp_path / "r.html"]
    done = subprocess.run(command(arguments), capture_output=True, text=True, env=environment(), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert len((tmp_path / "r.csv").read_text().splitlines()) == 4
    assert "<html" in (tmp_path / "r.html").read_text()
    again = subprocess.run(command(arguments), capture_output=True, text=True, env=environment(), cwd=tmp_path)
    assert again.returncode == 2 and "--overwrite" in again.stderr
