"""What tests of faaslight-invoke share: running it, reading what it wrote, waiting for where it is."""

import contextlib
import json
import re
import signal
import subprocess
import time

from machine import BUILD, tool

PROGRAM = "faaslight-invoke"
# Metrics by the names that the stand-in's reports give them.
REPORTED = {"function": "duration_ms", "billed": "billed_ms", "used_memory": "used_mb"}


def invoke(*arguments, env=None, cwd=None):
    """Runs faaslight-invoke: its CompletedProcess. A crash is no exit code that a test may expect."""
    done = tool(PROGRAM, *arguments, env=env, cwd=cwd)
    assert done.returncode >= 0, f"ended by {signal.Signals(-done.returncode).name}\n{done.stderr}"
    return done


def refused(*arguments, code=2, says="", env=None, cwd=None):
    """Runs it where it must refuse: with this code, nothing on stdout, and one line that matches `says`."""
    done = invoke(*arguments, env=env, cwd=cwd)
    assert (done.returncode, done.stdout) == (code, ""), done.stdout + done.stderr
    assert done.stderr.startswith("faaslight-invoke: ") and done.stderr.count("\n") == 1, done.stderr
    assert re.search(says, done.stderr), done.stderr
    return done


class Aws:
    """`faaslight-invoke aws` against a stand-in, with results in a folder."""

    def __init__(self, api, folder, url=None):
        self.output, self.part = folder / "results.json", folder / "results.json.part"
        self.url = url or api.url
        self.env = {**api.environment, "HOME": str(folder)}

    def arguments(self, *arguments):
        return ["aws", *map(str, arguments), "--endpoint-url", self.url, "-o", str(self.output)]

    def run(self, *arguments, code=0, env=None):
        done = invoke(*self.arguments(*arguments), env={**self.env, **(env or {})})
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def refused(self, *arguments, code=2, says="", env=None):
        return refused(*self.arguments(*arguments), code=code, says=says, env={**self.env, **(env or {})})

    @contextlib.contextmanager
    def going(self, *arguments):
        """It runs meanwhile; whoever wants it ended sends the signal. Not left behind in any case."""
        argv = [str(BUILD / "bin" / PROGRAM), *self.arguments(*arguments)]
        process = subprocess.Popen(
            argv,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def results(self):
        return json.loads(self.output.read_text())

    def rounds(self):
        return self.results()["rounds"]

    def journal(self):
        return [json.loads(line) for line in self.part.read_text().splitlines()]


def wait_for(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while not (got := condition()):
        assert time.monotonic() < end, f"never came: {what}"
        time.sleep(0.01)
    return got


def end_with(process, number, code):
    """Sends the signal; gives (stdout, stderr) of a process that must then end with this code."""
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, out + err
    return out, err


def keys(rounds):
    """(deployment, session, call) of each, in their order."""
    return [(one["deployment"], one["session"], one["call"]) for one in rounds]


def schedule(deployments, sessions, calls):
    """The keys of a whole measurement, sorted."""
    return [(d, s, c) for d in range(deployments) for s in range(sessions) for c in range(calls)]


def assert_measured(round_, request):
    """A round's metrics are those that the stand-in reported of this request."""
    report, metrics = request["report"], round_["metrics"]
    assert round_["request_id"] == report["request_id"]
    assert {name: metrics[name] for name in REPORTED} == {name: report[ours] for name, ours in REPORTED.items()}
    assert round_["memory_size_mb"] == report["memory_mb"]
    # An init that failed or ran over has an INIT_REPORT alone.
    inits = [report.get("init_ms"), report.get("restore_ms"), *[one["init_ms"] for one in report["init_reports"][-1:]]]
    assert metrics["init"] == next((init for init in inits if init is not None), None)
    assert round_["start"] == ("cold" if request["cold"] else "warm")
    assert metrics["end_to_end"] > 0


def environments(api, function="shop"):
    """The digests of a function's environment that were sent, in order."""
    return [
        one["environment_digest"]
        for one in api.requests("put_configuration")
        if one["function"] == function and one["status"] == 200
    ]


def no_secrets(folder, done, *secrets):
    """None of these in any file of the folder, nor in what was printed."""
    texts = {str(path): path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file()}
    texts.update(stdout=done.stdout, stderr=done.stderr)
    found = [(where, secret) for where, text in texts.items() for secret in secrets if secret in text]
    assert found == []
