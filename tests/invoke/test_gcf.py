"""`faaslight-invoke gcf`: a real functions-framework that was started elsewhere, and stand-ins that misbehave."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time

import pytest
from machine import any_python

from invoke.http_stand_in import OK, answering, cut_off, dropped, garbage, slow
from invoke.invoking import end_with, no_secrets, wait_for
from invoke.local_apps import SERVERS, TIMED, going, invoke, runtime_of, write_app

TOKEN = "ya29.faaslight-test-token"
TOKEN_COMMAND = ("--token-command", f"printf ' {TOKEN}\\n\\n'")


def gcf(folder, url, *more, env=None):
    """A measurement of this URL; its results in the folder."""
    folder.mkdir(exist_ok=True)
    output = folder / "results.json"
    output.unlink(missing_ok=True)
    return invoke(["gcf", url, "-o", output, *more], env=env)


def measured(folder, url, *more, code=0):
    run = gcf(folder, url, *more)
    assert run.code == code, f"{run.code}\n{run.out}\n{run.err}"
    return run


def refused(folder, url, *more, says, code=2, env=None):
    run = gcf(folder, url, *more, env=env)
    assert (run.code, run.out, run.results) == (code, "", None), run.err
    assert says in run.err and run.err.count("\n") == 1, run.err
    return run


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def framework(folder, port):
    """The function of FOLDER/main.py under functions-framework, as one would start it by hand."""
    python = any_python()
    minor = runtime_of(python).removeprefix("python")
    env = {**os.environ, "PYTHONPATH": str(SERVERS / f"functions-framework-{minor}"), "PYTHONDONTWRITEBYTECODE": "1"}
    argv = [python, "-m", "functions_framework", "--source", "main.py", "--target", "handler"]
    argv += ["--port", str(port), "--host", "127.0.0.1"]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(argv, cwd=folder, env=env, start_new_session=True, **quiet)
    try:
        end = time.monotonic() + 60
        while not accepts(port):
            assert process.poll() is None and time.monotonic() < end, "functions-framework does not start"
            time.sleep(0.01)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_function_that_was_started_elsewhere(tmp_path):
    """It was warm before the first call; its InitStart says so."""
    write_app(tmp_path / "app", TIMED)
    port = free_port()
    with framework(tmp_path / "app", port):
        time.sleep(1.1)  # two clocks may differ by a second: an instance that young could be a cold one
        run = measured(
            tmp_path / "measured", f"http://127.0.0.1:{port}", "--trigger", "http", "--rounds", "3", "--warm", "2"
        )
    assert run.column("start") == ["warm"] * 6
    assert run.column("outcome") == ["ok"] * 6
    for one in run.rounds:
        metrics = one["metrics"]
        assert metrics["init"] is None and metrics["function"] >= 0
        assert 0 < metrics["arrive_to_function"] <= metrics["end_to_end"]
    assert "no token" in run.results["setting"]


def test_an_instance_that_began_for_a_call_is_cold(tmp_path):
    """The worker imports the function only when its first request comes (as an instance of the cloud does)."""
    lazy = """\
import os, time
state = {}
def handler(request):
    if not state:
        state["InitStart"] = time.time() * 1000
        time.sleep(0.2)
        state["InitEnd"] = time.time() * 1000
    start = time.time() * 1000
    if request.args.get("end"): os._exit(9)
    return {**state, "functionStart": start, "functionEnd": time.time() * 1000}
"""
    write_app(tmp_path / "app", lazy)
    ending = tmp_path / "events"
    ending.mkdir()
    for name, event in {"0": {}, "1": {}, "2": {"query": {"end": 1}}, "3": {}}.items():
        (ending / f"{name}.json").write_text(json.dumps(event))
    port = free_port()
    with framework(tmp_path / "app", port):
        run = measured(
            tmp_path / "measured", f"http://127.0.0.1:{port}/", "--events", ending, "--rounds", "1", "--warm", "8"
        )
    assert run.column("outcome") == ["ok", "ok", "dropped", "ok", "ok", "ok", "dropped", "ok"]
    assert [one["start"] for one in run.rounds if one["outcome"] == "ok"] == [
        "cold",
        "warm",
        "cold",
        "warm",
        "warm",
        "cold",
    ]
    for one in run.rounds:
        if one["start"] == "cold":
            assert one["metrics"]["init"] == pytest.approx(200, abs=100)
            assert one["metrics"]["end_to_end"] > one["metrics"]["init"]
    assert "2 dropped" in run.out


def test_a_function_that_says_nothing_of_its_start(tmp_path):
    with answering(OK) as server:
        run = measured(tmp_path, server.url, "--rounds", "2", "--warm", "3")
    assert run.column("start") == ["unknown"] * 6
    assert "6 of 6 calls gave no sign of whether they were cold or warm" in run.out


@pytest.mark.parametrize(
    ("path", "event", "asked"),
    [
        ("/f", {}, ("GET", "/f", b"")),
        ("/f/", {}, ("GET", "/f/", b"")),
        ("", {}, ("GET", "/", b"")),
        ("/f?key=1", {}, ("GET", "/f?key=1", b"")),
        ("/f?key=1", {"path": "/g?a=2", "query": {"b": "ü"}}, ("GET", "/f/g?key=1&a=2&b=%C3%BC", b"")),
        ("/f", {"body": {"é": [1]}}, ("POST", "/f", b'{"\\u00e9":[1]}')),
        ("/f", {"method": "put", "body": "aGk=", "base64": True}, ("PUT", "/f", b"hi")),
    ],
)
def test_the_request_is_the_events(tmp_path, path, event, asked):
    (tmp_path / "event.json").write_text(json.dumps(event))
    with answering(OK) as server:
        measured(tmp_path, server.url + path, "--events", tmp_path / "event.json", "--rounds", "1", "--warm", "1")
    assert [(method, where, body) for method, where, _, body in server.seen] == [asked]


def test_a_token_arrives_and_is_nowhere_else(tmp_path):
    with answering(OK, OK, (500, {}, b"no"), OK) as server:
        run = measured(tmp_path, server.url, "--rounds", "2", "--warm", "2", *TOKEN_COMMAND)
    assert server.authorizations() == [f"Bearer {TOKEN}"] * 4
    assert "bearer token" in run.results["setting"]
    done = subprocess.CompletedProcess([], run.code, run.out, run.err)
    no_secrets(tmp_path, done, TOKEN)


def test_a_refusal_that_comes_later_is_a_round(tmp_path):
    with answering(OK, OK, (403, {}, b"no")) as server:
        run = measured(tmp_path, server.url, "--rounds", "2", "--warm", "2", *TOKEN_COMMAND)
    assert run.column("outcome") == ["ok", "ok", "refused", "refused"]


def test_an_interrupt_and_no_token_in_the_journal(tmp_path):
    """In the middle of a call, which is made again by the same command."""
    schedule = ["--rounds", "2", "--warm", "2", *TOKEN_COMMAND]
    with answering(OK, OK, OK, slow, OK) as server:
        arguments = ["gcf", server.url, "-o", tmp_path / "results.json", *schedule]
        with going(arguments) as (process, part):
            wait_for(lambda: len(server.seen) == 4, "the fourth request")
            begin = time.monotonic()
            out, err = end_with(process, signal.SIGINT, 4)
            assert time.monotonic() - begin < 1.5
            assert part.exists() and "the same command goes on" in err
            no_secrets(tmp_path, subprocess.CompletedProcess([], 4, out, err), TOKEN)
        run = measured(tmp_path, server.url, *schedule)
    assert len(run.rounds) == 4 and "going on: " in run.err
    assert run.column("outcome") == ["ok"] * 4


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("echo who are you >&2; exit 3", "(exit code 3: who are you)"),
        ("true", "gave no token (exit code 0)"),
        ("echo two words", "gave no token"),
        ("/no/such/program", "(exit code 127: "),
    ],
)
def test_a_command_that_gives_no_token(tmp_path, command, says):
    with answering(OK) as server:
        run = refused(tmp_path, server.url, "--token-command", command, says=says)
    assert server.seen == []
    assert "Give another by --token-command" in run.err


def test_a_token_does_not_go_over_plain_http(tmp_path):
    run = refused(tmp_path, "http://faaslight.invalid/f", *TOKEN_COMMAND, says="faaslight.invalid is not https")
    assert TOKEN not in run.err


def test_another_machine_gets_a_token_unless_it_is_told_not_to(tmp_path):
    """gcloud is asked for one: here a program that knows none."""
    (tmp_path / "gcloud").write_text("#!/bin/sh\necho not logged in >&2\nexit 1\n")
    (tmp_path / "gcloud").chmod(0o755)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    refused(tmp_path, "https://faaslight.invalid/f", says="gcloud auth print-identity-token", env=path)


def test_an_expired_token_is_made_anew_once(tmp_path):
    count = tmp_path / "count"
    command = f"echo x >> {count}; wc -l < {count}"
    with answering(OK, (401, {}, b"expired"), OK) as server:
        run = measured(tmp_path, server.url, "--rounds", "1", "--warm", "3", "--token-command", command)
    assert server.authorizations() == ["Bearer 1", "Bearer 1", "Bearer 2", "Bearer 2"]
    assert run.column("outcome") == ["ok"] * 3


@pytest.mark.parametrize(("status", "requests"), [(401, 2), (403, 1)])
def test_who_may_not_call_is_told(tmp_path, status, requests):
    with answering((status, {}, b"no")) as server:
        run = refused(tmp_path, server.url, *TOKEN_COMMAND, says=f"refuses with status {status}")
    assert len(server.seen) == requests
    assert "--token-command" in run.err and TOKEN not in run.err


def test_throttling_is_waited_for(tmp_path):
    with answering((429, {"Retry-After": "1"}, b"slow down"), OK) as server:
        run = measured(tmp_path, server.url, "--rounds", "1", "--warm", "2")
    assert run.column("outcome") == ["ok", "ok"]
    assert run.column("attempts") == [2, 1]
    assert len(run.rounds[0]["faults"]) == 1 and "429" in run.rounds[0]["faults"][0]
    assert all(one["metrics"]["end_to_end"] < 900 for one in run.rounds), "the wait is not the function's"


def test_a_function_that_fails(tmp_path):
    with answering((500, {}, b"<b>oh no</b>\n\x1b[31m")) as server:
        run = measured(tmp_path, server.url, "--rounds", "1", "--warm", "3", code=4)
    assert run.column("outcome") == ["function-error"] * 3
    assert run.column("http_status") == [500] * 3
    assert len(server.seen) == 3, "it has run: it is not asked again"
    assert "oh no" in run.out and "\x1b" not in run.out + run.err


def test_what_is_no_answer_is_a_round(tmp_path):
    with answering(OK, dropped, garbage, cut_off, slow, OK) as server:
        run = measured(tmp_path, server.url, "--rounds", "1", "--warm", "6", "--timeout", "1")
    assert run.column("outcome") == ["ok", "dropped", "bad-reply", "dropped", "timed-out", "ok"]
    assert len(server.seen) == 6, "none is sent twice: it may have run"
    for outcome in ("2 dropped", "1 bad-reply", "1 timed-out"):
        assert outcome in run.out
    assert [bool(one["detail"]) for one in run.rounds] == [False, True, True, True, True, False]


@pytest.mark.parametrize("status", [302, 404])
def test_an_answer_that_may_be_another_servers_is_told(tmp_path, status):
    with answering((status, {"Location": "http://faaslight.invalid/"}, b"")) as server:
        run = measured(tmp_path, server.url, "--rounds", "1", "--warm", "2")
    assert len(server.seen) == 2, "redirections are not followed"
    assert "2 of 2 answers have a status from 300 on" in run.out


def test_before_and_after(tmp_path):
    with answering((200, {}, b'{"a":1}')) as before, answering((200, {}, b'{"a":1}')) as after:
        targets = [f"before={before.url}", f"after={after.url}"]
        run = invoke(["gcf", "--compare", *targets, "--rounds", "2", "--warm", "2", "-o", tmp_path / "results.json"])
    assert run.code == 0 and run.results["compared"]
    assert (len(before.seen), len(after.seen)) == (4, 4)
    with answering((200, {}, b"1")) as before, answering((200, {}, b"2")) as after:
        targets = [f"before={before.url}", f"after={after.url}"]
        run = invoke(["gcf", "--compare", *targets, "--rounds", "1", "-o", tmp_path / "other.json"])
    assert run.code == 1 and "different" in run.out


def test_a_function_by_name(tmp_path):
    more = ["--region", "europe-west1", "--project", "my-project", "--dry-run", *TOKEN_COMMAND]
    run = measured(tmp_path, "shop", *more)
    assert "https://europe-west1-my-project.cloudfunctions.net/shop\n" in run.out
    assert "20 calls" in run.out and "US dollars" in run.out and TOKEN not in run.out


@pytest.mark.parametrize(
    ("target", "more", "says"),
    [
        ("shop", ["--region", "europe-west1"], "--project"),
        ("shop", ["--project", "p"], "--region"),
        ("sh/op", ["--region", "r", "--project", "p"], "the function's name"),
        ("ftp://host/f", [], "is no http or https URL"),
        ("https://", [], "is no http or https URL"),
        ("http://me:secret@127.0.0.1/f", [], "names a user"),
        ("http://127.0.0.1:1/", ["--cold", "1"], "cold starts are forced or not measured"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, target, more, says):
    run = refused(tmp_path, target, *more, says=says)
    assert "secret" not in run.err


def test_events_of_another_trigger(tmp_path):
    (tmp_path / "event.json").write_text("[1]")
    with answering(OK) as server:
        refused(tmp_path, server.url, "--events", tmp_path / "event.json", says="http trigger", code=3)
    assert server.seen == []
