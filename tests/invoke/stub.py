"""Starts the Lambda stand-in for a test, and reads what it saw.

    with lambda_api({"functions": {"shop": {"init_ms": 400, "invokes": ["throttle", "ok"]}}}) as api:
        ... run the client with api.url and api.environment ...
        assert api.violations() == []

A scenario: region, account, credentials [{access_key, secret_key, session_token?}], error_type_suffix (a namespace
after the error type, as some services give it), functions {name: function}. A function, all optional:
  init_ms, duration_ms (jittered by at most 5 % upwards, from seed), memory, used_mb, timeout_s, hold_ms (how long a call
  really takes), environment {name: value}, description, log_format (Text or JSON), snapstart, xray, runtime,
  package_type, payload (JSON, or a string as it is), said (what the handler prints), versions (published already);
  update_polls, publish_polls: how many GETs still show InProgress, Pending (1); update_fails, publish_fails: a reason;
  cold_on: any (a configuration update) or environment (only if variables changed); revision_moves (true): RevisionId
  changes again as an update settles, as on AWS. An update is in effect only once a GET has shown it Successful.
  invokes: one entry per call, then "ok": a fault's name, or {fault, times, payload, said, seconds, retry_after, reason,
  message, error, log (the tail's text, {request_id} put in)}. The faults are those of lambda_invoke.FAULTS.
"""

import contextlib
import json
import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

from invoke.lambda_model import digest

__all__ = ["digest", "lambda_api", "moto_python"]
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ACCESS_KEY = "AKIDFAASLIGHTSTUB"
SECRET_KEY = "stub/secret+key=for.tests"
SESSION_TOKEN = "IQoJb3JpZ2luX2VjEJr//////////wEaCWV1LXdlc3QtMSJH+stub/token=="


@cache
def moto_python():
    """A Python with botocore and boto3: .deps/moto, made if it is not there."""
    done = subprocess.run(
        [ROOT / "scripts/install-moto.sh"], cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        pytest.fail(f"scripts/install-moto.sh: {done.stderr}")
    return ROOT / ".deps/moto/bin/python"


class Api:
    def __init__(self, url, log, scenario, folder):
        self.url, self._log, self._scenario, self._folder = url, log, scenario, folder

    def _lines(self):
        # A line that is still being written has no newline yet.
        return [json.loads(line) for line in self._log.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def requests(self, operation=None):
        """The requests in the order of their answers; of one operation: invoke, get_configuration, put_configuration,
        publish, delete."""
        return [
            one
            for one in self._lines()
            if "event" not in one and (operation is None or one.get("operation") == operation)
        ]

    def events(self):
        """What befell the connections: client_gone, streamed."""
        return [one for one in self._lines() if "event" in one]

    def violations(self):
        return [one["violation"] for one in self.requests() if one["violation"]]

    @property
    def environment(self):
        """The client's environment: credentials, region, and nothing of this machine's own AWS configuration."""
        first = self._scenario["credentials"][0]
        region = self._scenario.get("region", "eu-west-1")
        kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("AWS_")}
        kept = {name: value for name, value in kept.items() if not name.lower().endswith("_proxy")}
        token = {"AWS_SESSION_TOKEN": first["session_token"]} if "session_token" in first else {}
        return {
            **kept,
            "AWS_ACCESS_KEY_ID": first["access_key"],
            "AWS_SECRET_ACCESS_KEY": first["secret_key"],
            **token,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_CONFIG_FILE": str(self._folder / "no-config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(self._folder / "no-credentials"),
            "AWS_EC2_METADATA_DISABLED": "true",
        }


@contextlib.contextmanager
def lambda_api(scenario):
    scenario = {"credentials": [{"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}], **scenario}
    with tempfile.TemporaryDirectory(prefix="lambda-stub-") as name:
        folder = Path(name)
        (folder / "scenario.json").write_text(json.dumps(scenario))
        log = folder / "state.jsonl"
        log.touch()
        argv = [moto_python(), "-B", HERE / "lambda_stub.py", "--scenario", folder / "scenario.json"]
        with (folder / "stderr").open("w+") as errors:
            server = subprocess.Popen(
                [*argv, "--state-log", log],
                stdout=subprocess.PIPE,
                stderr=errors,
                stdin=subprocess.DEVNULL,
                text=True,
            )
            try:
                first = server.stdout.readline()
                if not first.startswith("LAMBDA_URL="):
                    pytest.fail(f"lambda_stub.py: {(folder / 'stderr').read_text()}")
                yield Api(first.strip().partition("=")[2], log, scenario, folder)
            finally:
                server.terminate()
                server.wait(timeout=60)
                server.stdout.close()
            # A fault of the stand-in itself must not pass as one of the client.
            said = (folder / "stderr").read_text()
            assert said == "", said
