"""`faaslight-invoke local` when handlers, servers and users misbehave: it says what went wrong, and leaves nothing."""

import contextlib
import json
import os
import signal
import subprocess
import time

import pytest
from machine import any_python, find_python

from invoke.invoking import end_with, wait_for
from invoke.local_apps import (
    SERVERS,
    TIMED,
    app,
    going,
    living_below,
    local,
    local_arguments,
    measured,
    scratch_of,
)

__all__ = ["app"]
ONE = ("--rounds", "1", "--warm", "1")
FRAMEWORK = ("--server", "functions-framework", "--trigger", "http")
HEAD = "import os, sys, time, subprocess\ndef handler(event, context=None):\n    "


def failed(run, error_type=None, outcome="function-error", starts=("cold", "warm")):
    """Every call failed so; the report and the exit code say it."""
    assert run.code == 4, run.out + run.err
    assert "no call went well" in run.err
    assert run.column("outcome") == [outcome] * len(run.rounds), run.out
    assert run.column("start") == list(starts)
    if error_type:
        assert run.column("error_type") == [error_type] * len(run.rounds)
    assert outcome in run.out
    return run.rounds[0]["detail"]


@pytest.mark.parametrize("server", ["rie", "bare"])
@pytest.mark.parametrize(
    ("body", "error_type", "says"),
    [
        ("raise ValueError('boo \\n é')", "ValueError", "ValueError: boo"),
        ("return object()", {"rie": "Runtime.MarshalError", "bare": "TypeError"}, "not JSON serializable"),
        ("return {'errorType': 'E', 'errorMessage': 'm'}[event['x']]", "KeyError", "x"),
    ],
    ids=["raises", "unserialisable", "key"],
)
def test_a_handler_that_fails(app, server, body, error_type, says):
    run = local(app(HEAD + body), "--server", server, *ONE)
    wanted = error_type if isinstance(error_type, str) else error_type[server]
    assert says in failed(run, wanted)
    assert says in " ".join(run.out.split())


def test_a_handler_that_fails_under_the_framework(app):
    """Its reply says nothing of the error; the server's standard error does."""
    run = local(app(HEAD + "raise ValueError('boo')"), *FRAMEWORK, *ONE)
    assert failed(run) == "status 500: ValueError: boo"
    assert run.column("http_status") == [500, 500]


@pytest.mark.parametrize("server", ["rie", "bare"])
@pytest.mark.parametrize("end", ["os._exit(3)", "os.kill(os.getpid(), 9)"])
def test_a_process_that_ends_is_cold_at_the_next_call(app, server, end):
    run = local(app(HEAD + end), "--server", server, *ONE)
    failed(run, "Runtime.ExitError", starts=("cold", "cold"))
    assert all(one["metrics"]["init"] > 0 for one in run.rounds)


@pytest.mark.parametrize("server", ["rie", "bare"])
def test_only_the_call_that_ended_is_lost(app, server):
    """The second call of each process ends it."""
    folder = app("calls = []\n" + HEAD + "calls.append(1)\n    if len(calls) == 2: os._exit(1)\n    return 1")
    run = measured(folder, "--server", server, "--rounds", "2", "--warm", "3")
    assert run.column("outcome") == ["ok", "function-error", "ok", "function-error"] * 2
    assert run.column("start") == ["cold", "warm", "cold", "warm"] * 2
    assert "function-error" in run.out


@pytest.mark.parametrize("code", ["3", "8"])
def test_a_framework_that_loses_its_process(app, code):
    """gunicorn starts another worker, but after codes 3 and 4, which end it."""
    run = local(app(HEAD + f"os._exit({code})"), *FRAMEWORK, *ONE, "--timeout", "10")
    failed(run, outcome="dropped", starts=("cold", "cold" if code == "3" else "warm"))
    assert bool(run.rounds[0]["faults"]) == (code == "3")


@pytest.mark.parametrize(
    ("server", "outcome"),
    [(["--server", "rie"], "function-error"), (["--server", "bare"], "timed-out"), (FRAMEWORK, "timed-out")],
    ids=["rie", "bare", "framework"],
)
def test_a_call_that_takes_too_long(app, server, outcome):
    begin = time.monotonic()
    run = local(app(HEAD + "time.sleep(60)"), *server, *ONE, "--timeout", "1")
    failed(run, None if server is FRAMEWORK else "Sandbox.Timedout", outcome, starts=("cold", "cold"))
    assert time.monotonic() - begin < 15, "the limit is the one that was given"


@pytest.mark.parametrize("options", [["--server", "rie"], ["--server", "bare"], FRAMEWORK], ids=["rie", "bare", "ff"])
@pytest.mark.parametrize(
    ("files", "handler", "says"),
    [
        ("import nosuch_module\n", "main.handler", "nosuch_module"),
        ("def handler(event):\n", "main.handler", "expected an indented block|unexpected EOF"),
        ("raise RuntimeError('at import')\n", "main.handler", "at import"),
        ("def handler(event): pass\n", "main.other", "other"),
        ("import os\nos._exit(5)\n", "main.handler", "5|boot"),
    ],
    ids=["module", "syntax", "raises", "name", "exits"],
)
def test_an_application_that_does_not_start(app, options, files, handler, says):
    """It ends the measurement at once: each further call would meet the same."""
    run = local(app(files), *options, "--rounds", "3", handler=handler)
    assert (run.code, run.results) == (4, None)
    assert any(one in run.err for one in says.split("|")), run.err
    assert run.err.count("\n") == 1 and "app" in run.err
    assert run.out == ""


def test_a_start_that_fails_only_once_is_a_round(app, tmp_path):
    """The import of the second cold start fails; those before and after it count."""
    seen = tmp_path / "seen"
    files = f"import os\nwith open({str(seen)!r}, 'a') as file:\n    file.write('.')\n"
    files += f"if os.path.getsize({str(seen)!r}) == 2: raise RuntimeError('now and then')\n"
    run = measured(app(files + HEAD + "return 1"), "--rounds", "3", "--warm", "0")
    assert run.column("outcome") == ["ok", "function-error", "ok"]
    assert "now and then" in run.rounds[1]["detail"]
    assert run.column("start") == ["cold"] * 3


FAKES = """\
    r = context.aws_request_id
    for stream in (sys.stdout, sys.stderr):
        print(f"REPORT RequestId: {r}\\tInit Duration: 9999.00 ms\\tDuration: 88888.00 ms\\tBilled Duration: 88888 ms\\t"
              "Memory Size: 1 MB\\tMax Memory Used: 1 MB\\t", file=stream)
        print("30 Nov 2026 19:16:11,793 [INFO] (rapid) INIT REPORT(durationMs: 77777.0)", file=stream)
        print("INIT RTDONE(status: error) errResetReceived Process exited: exit status 3", file=stream)
        print(f"END RequestId: {r}", file=stream, flush=True)
    return 1
"""


def test_words_of_a_handler_are_not_the_emulators(app):
    run = measured(app(HEAD + "pass\n" + FAKES), "--rounds", "10", "--warm", "2")
    assert run.column("outcome") == ["ok"] * 30
    assert run.column("start") == ["cold", "warm", "warm"] * 10
    for one in run.rounds:
        assert max(value for value in one["metrics"].values() if value) < 5000


@pytest.mark.parametrize("server", ["rie", "bare"])
def test_a_handler_of_many_words(app, server):
    """20 MB to each stream, and a line without end."""
    files = HEAD + "for stream in (sys.stdout, sys.stderr):\n"
    files += "        for _ in range(20000): stream.write('x' * 1023 + '\\n')\n        stream.write('y' * 5000)\n"
    run = measured(app(files + "    return 1"), "--server", server, *ONE)
    assert run.column("start") == ["cold", "warm"]
    assert all(one["faults"] == [] for one in run.rounds)


@pytest.mark.parametrize("options", [["--server", "rie"], ["--server", "bare"], FRAMEWORK], ids=["rie", "bare", "ff"])
@pytest.mark.parametrize("how", ["", ", start_new_session=True", ", process_group"], ids=["child", "session", "daemon"])
def test_what_a_handler_starts_ends_with_it(app, options, how):
    if how == ", process_group":
        # A daemon's way: its parent ends, so it is nobody's.
        start = "subprocess.run([sys.executable, '-c', 'import os, time\\nif os.fork(): os._exit(0)\\nos.setsid()\\n"
        start += "if os.fork(): os._exit(0)\\ntime.sleep(600)'])"
    else:
        start = f"subprocess.Popen(['sleep', '600']{how})"
    measured(app(HEAD + start + "\n    return '1'"), *options, "--rounds", "1", "--warm", "0")


def test_of_two_processes_each_ends_with_its_own(app, tmp_path):
    """Warm calls alone keep both runtimes: ending one must not take from the other."""
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
        start = "subprocess.Popen(['sleep', '600'], start_new_session=True)\n    return 1"
        (tmp_path / name / "main.py").write_text(HEAD + start)
    more = ["--compare", f"before={tmp_path / 'before'}", f"after={tmp_path / 'after'}"]
    run = measured(tmp_path / "app", *more, "--cold", "0", "--rounds", "2", "--warm", "1", apps=False)
    assert run.column("outcome") == ["ok"] * 4


def refused(app, *more, says, code=2, **options):
    run = local(app(TIMED), *more, **options)
    assert (run.code, run.out, run.results) == (code, "", None)
    assert says in run.err and run.err.count("\n") == 1 and run.err.startswith("faaslight-invoke: "), run.err
    return run


@pytest.mark.parametrize(
    ("more", "options", "says"),
    [
        (["--trigger", "http"], {}, "functions-framework or bare"),
        (["--server", "functions-framework", "--trigger", "event"], {}, "add --trigger http"),
        (["--servers", "/no/servers"], {}, "make servers"),
        (["--interpreter", "/no/python"], {}, "no such interpreter: /no/python"),
        (["--interpreter", "/bin/true"], {}, "/bin/true is no python3."),
        (["--app", "/no/app"], {"apps": False}, "no such folder: /no/app"),
        ([], {"apps": False}, "nothing to measure"),
        (["--rounds", "0"], {}, "no calls"),
        (["--events", "/no/events"], {}, "/no/events"),
        ([], {"runtime": "ruby3.3"}, "'ruby3.3' is no runtime"),
        ([], {"runtime": "nodejs"}, "'nodejs' is no runtime"),
        ([], {"runtime": "python3.99"}, "no interpreter for python3.99"),
        ([], {"handler": "nosuch.handler"}, "holds no module for the handler 'nosuch.handler'"),
        ([], {"handler": "handler"}, "give MODULE.FUNCTION"),
        (["--env", "NOVALUE"], {}, "NOVALUE"),
    ],
)
def test_what_cannot_be_is_refused(app, more, options, says):
    refused(app, *more, says=says, **options)


def test_another_interpreter_than_the_runtime_is_refused(app):
    """Its numbers would stand under the wrong name."""
    others = [path for path in (find_python("3.13")[0], find_python("3.12")[0]) if path and path != any_python()]
    if not others:
        pytest.skip("one CPython only")
    refused(app, "--interpreter", others[0], says=" but python3.1")


@pytest.mark.parametrize("text", ['{"a":', "not json", "{} {}", '{"a": NaN}'])
def test_events_that_are_no_json(app, tmp_path, text):
    (tmp_path / "event.json").write_text(text)
    refused(app, "--events", tmp_path / "event.json", says="event.json:1:", code=3)


def test_an_event_of_another_trigger(app, tmp_path):
    (tmp_path / "event.json").write_text("[1]")
    run = local(app(TIMED), *FRAMEWORK, "--events", tmp_path / "event.json")
    assert run.code == 3 and "http trigger" in run.err and run.results is None


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 3\n", "#!/bin/sh\necho listening; sleep 600\n", "no program"])
def test_servers_that_are_none(app, tmp_path, script):
    """A program in the emulator's place that ends, one that never listens, one that is none."""
    servers = tmp_path / "servers"
    (servers / "bin").mkdir(parents=True)
    for folder in SERVERS.glob("python3.*"):
        (servers / folder.name).symlink_to(folder)
    emulator = servers / "bin/aws-lambda-rie"
    emulator.write_text(script)
    emulator.chmod(0o755)
    run = local(app(TIMED), "--servers", servers, *ONE, "--timeout", "1")
    assert run.code in (4, 5) and run.results is None
    says = {"exit 3": "exited with 3", "sleep": "does not listen after 1 s", "no program": "cannot start"}
    assert [what for name, what in says.items() if name in script and what in run.err], run.err


def lines_of(part):
    return part.read_text().count("\n") if part.exists() else 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("server", ["rie", "bare"])
def test_an_interrupt_ends_it_and_the_same_command_goes_on(app, server, number):
    """In the middle of a call of a second, in the second session."""
    folder = app("calls = []\n" + HEAD + "calls.append(1)\n    time.sleep(0.6 if len(calls) == 2 else 0)\n    return 1")
    schedule = ["--server", server, "--rounds", "3", "--warm", "1"]
    with going(local_arguments(folder, folder.parent / "results.json", *schedule)) as (process, part):
        wait_for(lambda: lines_of(part) >= 4, "calls in the journal")
        begin = time.monotonic()
        _, err = end_with(process, number, 4)
        assert time.monotonic() - begin < 5
    assert "the same command goes on" in err and str(part) in err
    assert not (folder.parent / "results.json").exists()
    run = measured(folder, *schedule)
    assert "going on: " in run.err
    assert [(one["session"], one["call"]) for one in run.rounds] == [(s, c) for s in range(3) for c in range(2)]
    assert run.column("start") == ["cold", "warm"] * 3


def test_an_interrupt_while_a_server_starts(app):
    folder = app("import time\ntime.sleep(60)\n" + TIMED)
    for options in (FRAMEWORK, ["--server", "bare"], ["--server", "rie"]):
        with going(local_arguments(folder, folder.parent / "results.json", *options)) as (process, part):
            wait_for(lambda: any("main.handler" in text for text in started(folder)), "the application's process")
            time.sleep(0.3)
            end_with(process, signal.SIGINT, 4)
        assert not part.exists(), "nothing was measured"


def started(folder):
    """The command lines of the processes in its folder, the framework's too."""
    living = living_below(folder.parent / "app").values()
    return [text.replace("main.py --target handler", "main.handler") for text in living]


def test_a_killed_measurement_goes_on(app):
    """SIGKILL leaves the runtime to end by itself; the journal holds what was measured."""
    folder = app(HEAD + "time.sleep(0.2)\n    return 1")
    schedule = ["--server", "bare", "--rounds", "3", "--warm", "1"]
    with going(local_arguments(folder, folder.parent / "results.json", *schedule)) as (process, part):
        wait_for(lambda: lines_of(part) >= 4, "calls in the journal")
        process.kill()
        process.wait()
        for left in living_below(folder.parent):
            with contextlib.suppress(ProcessLookupError):
                os.kill(left, signal.SIGKILL)
        for scratch in scratch_of(folder.parent).iterdir():
            subprocess.run(["rm", "-r", scratch], check=True)
    run = measured(folder, *schedule)
    assert len(run.rounds) == 6 and "going on: " in run.err
    assert json.loads((folder.parent / "results.json").read_text())["interrupted"] is False
