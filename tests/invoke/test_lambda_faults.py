"""Each fault of the Lambda stand-in as a client sees it, and the recorded log tails that its own are held against."""

import base64
import json
import re
from pathlib import Path

import pytest

from invoke.callers import boto, raw, shop
from invoke.stub import lambda_api
from invoke.tail_reader import read_tail

LINES = json.loads((Path(__file__).parent / "report_lines.json").read_text())["lines"]
# A client without retries, and the raw answer where boto3 hides it.
SOCKET = """
import socket, time
def exchange(limit=1 << 30):
    import io
    keep = {}
    class Taken(Exception): pass
    real = http.client.HTTPConnection.getresponse
    def take(connection):
        keep["socket"] = connection.sock
        raise Taken
    http.client.HTTPConnection.getresponse = take
    try:
        send()
    except Taken:
        pass
    got, how = b"", "end"
    try:
        while len(got) < limit:
            more = keep["socket"].recv(1 << 16)
            if not more:
                break
            got += more
        else:
            how = "limit"
    except ConnectionResetError:
        how = "reset"
    keep["socket"].close()
    return [got[:2000].decode("latin-1"), len(got), how]
"""


@pytest.mark.parametrize("line", LINES, ids=[line["name"] for line in LINES])
def test_the_recorded_tails_hold_what_is_expected_of_them(line):
    data = line["text"].encode() if "text" in line else base64.b64decode(line["base64"])
    assert len(data) <= 4096
    assert line["source"].startswith(("https://", "find_string index"))
    assert read_tail(data, line["request_id"]) == line["expected"]


ERRORS = {
    "throttle": [429, "TooManyRequestsException"],
    "service_exception": [500, "ServiceException"],
    "ec2_throttle": [502, "EC2ThrottledException"],
}


@pytest.mark.parametrize("fault", ERRORS)
@pytest.mark.parametrize("suffix", [False, True])
def test_a_refusal_is_boto3s_own_exception_and_takes_no_environment(fault, suffix):
    with lambda_api({**shop(invokes=[fault]), "error_type_suffix": suffix}) as api:
        assert boto(api, "out = [refused(call), cold()]") == [ERRORS[fault], True]
        assert api.violations() == []


def test_a_throttle_says_why_and_when():
    entry = {"fault": "throttle", "retry_after": 7, "reason": "CallerRateLimitExceeded", "times": 2}
    with lambda_api(shop(invokes=[entry])) as api:
        code = "keep = []\nreal = http.client.HTTPConnection.getresponse\n"
        code += "def take(c):\n    keep.append(real(c))\n    return keep[-1]\n"
        code += "http.client.HTTPConnection.getresponse = take\nfirst, second, third = send(), send(), send()\n"
        first, second, after, third = raw(api, code + "out = [first, second, keep[0].headers['Retry-After'], third]")
    body = {"Reason": "CallerRateLimitExceeded", "Type": "User", "message": "Rate Exceeded."}
    assert first == second == [429, "TooManyRequestsException", body]
    assert (after, third[0]) == ("7", 200)


# fault: errorType of the payload, what the tail must match, whether the next call is cold.
FAILED = {
    "timeout": ("Sandbox.Timedout", r"Task timed out after 3\.00 seconds\n\nEND .*\tStatus: timeout\n$", True),
    "oom": ("Runtime.ExitError", r"signal: killed\nRuntime\.ExitError\n.*\tError Type: Runtime\.OutOfMemory\n$", True),
    "exit": ("Runtime.ExitError", r"exit status 1\n.*\tStatus: error\tError Type: Runtime\.ExitError\n$", True),
    "import_error": (
        "Runtime.ImportModuleError",
        r"INIT_REPORT .*Phase: init\tStatus: error\tError Type: Runtime\.ImportModuleError\n.*Phase: invoke\t",
        True,
    ),
    "handler_error": ("KeyError", r"Max Memory Used: 40 MB\t", False),
}


@pytest.mark.parametrize("fault", FAILED)
def test_a_function_that_fails(fault):
    kind, pattern, cold_after = FAILED[fault]
    with lambda_api(shop(invokes=[fault])) as api:
        got, after = boto(api, "out = [call(), cold()]")
        assert api.violations() == []
        request = api.requests("invoke")[0]
    payload = json.loads(got["payload"])
    assert (got["status"], got["error"], payload["errorType"]) == (200, "Unhandled", kind)
    assert payload["errorMessage"] and re.search(pattern, got["log"], re.DOTALL), got["log"]
    assert after == cold_after
    assert request["function_error"] == "Unhandled"


@pytest.mark.parametrize("log_format", ["Text", "JSON"])
@pytest.mark.parametrize("fault", ["ok", "timeout", "oom", "import_error", "init_timeout", "xray", "chatty", "ansi"])
def test_a_tail_reads_as_what_was_noted(fault, log_format):
    said = shop(log_format=log_format, invokes=[{"fault": fault}], init_ms=321)
    with lambda_api(said) as api:
        got = boto(
            api,
            "got = aws.invoke(FunctionName='shop', LogType='Tail', InvocationType='RequestResponse')\nout = got['LogResult']",
        )
        noted = api.requests("invoke")[0]["report"]
    data = base64.b64decode(got)
    read = read_tail(data, noted["request_id"])
    assert len(data) <= 4096
    wanted = {name: value for name, value in noted.items() if name not in ("version", "init_reports")}
    if noted["init_reports"]:
        wanted["init_report"] = {
            key: value for key, value in noted["init_reports"][-1].items() if key != "import_error"
        }
    elif log_format == "JSON" and "init_report" in read:
        wanted["init_report"] = {"init_ms": noted["init_ms"], "phase": "init", "status": "success"}
    if log_format == "JSON":
        wanted.setdefault("status", "success")
    assert read == wanted


def test_a_version_of_snapstart_is_restored():
    with lambda_api(shop(snapstart=True, versions=1, init_ms=500)) as api:
        first, again, latest = boto(api, "out = [call(Qualifier='1'), call(Qualifier='1'), call()]")
    assert "RESTORE_REPORT Restore Duration: 5" in first["log"] and "\tBilled Restore Duration: 10" in first["log"]
    assert "Init Duration" not in first["log"] and "Restore" not in again["log"]
    assert "Init Duration" in latest["log"] and "Restore" not in latest["log"]


def test_tails_that_say_nothing():
    invokes = ["no_report", "no_log", "bad_base64", "decoy", {"log": "only {request_id}\n"}]
    with lambda_api(shop(invokes=invokes)) as api:
        code = "got = lambda: aws.invoke(FunctionName='shop', LogType='Tail', InvocationType='RequestResponse')\n"
        logs = boto(api, code + "out = [got().get('LogResult') for _ in range(5)]")
        requests = [one["report"]["request_id"] for one in api.requests("invoke")]
    chatty, none, bad, decoy, own = logs
    assert len(base64.b64decode(chatty)) == 4096 and b"REPORT" not in base64.b64decode(chatty)
    assert none is None
    with pytest.raises(ValueError):
        base64.b64decode(bad, validate=True)
    decoy = base64.b64decode(decoy).decode()
    assert decoy.count("REPORT RequestId") == 2 and decoy.index(requests[3]) < decoy.rindex("REPORT RequestId")
    assert base64.b64decode(own).decode() == f"only {requests[4]}\n"


def test_a_chatty_tail_starts_within_a_character():
    with lambda_api(shop(invokes=["chatty"])) as api:
        code = "got = aws.invoke(FunctionName='shop', LogType='Tail', InvocationType='RequestResponse')\n"
        data = base64.b64decode(boto(api, code + "out = got['LogResult']"))
    assert data[0] & 0xC0 == 0x80 and b"\nREPORT RequestId: " in data


def exchange(api, limit=1 << 30):
    return raw(api, SOCKET + f"out = exchange({limit})")


def test_connections_that_end_badly():
    with lambda_api(shop(invokes=["drop", "reset", "garbage", "drop_mid"], payload="x" * 1000)) as api:
        drop, reset, garbage, mid = (exchange(api) for _ in range(4))
        assert api.violations() == []
        assert [one["transport"] for one in api.requests("invoke")] == ["drop", "reset", "garbage", "drop_mid"]
    assert drop == ["", 0, "end"]
    assert reset == ["", 0, "reset"]
    assert garbage[0].startswith("\x16\x03\x01") and garbage[2] == "end"
    head, _, body = mid[0].partition("\r\n\r\n")
    assert "\r\nContent-Length: 1000\r\n" in head + "\r\n" and len(body) == 500 and mid[2] == "end"


def test_answers_that_are_too_much():
    with lambda_api(shop(invokes=["huge", "header_flood", "bad_json_error"])) as api:
        huge, flood, page = exchange(api, 20 << 20), exchange(api, 1 << 20), boto(api, "out = refused(call)")
        (streamed,) = [one for one in api.events() if one["event"] == "streamed"]
    assert huge[1] >= 20 << 20 and "Transfer-Encoding: chunked" in huge[0]
    assert streamed["bytes"] > 6291556
    assert "X-Amz-Flood: fff" in flood[0] and "\r\n\r\n" not in flood[0]
    assert page[0] == 500


def test_a_slow_answer_is_late():
    with lambda_api(shop(invokes=[{"fault": "slow", "seconds": 1.5}])) as api:
        took = boto(api, "import time\nbegin = time.monotonic()\ncall()\nout = time.monotonic() - begin")
    assert took >= 1.5


def test_a_scenario_that_is_not_known_is_an_error():
    for scenario in ({"function": {}}, shop(durations=1), shop(invokes=["unheard_of"])):
        with pytest.raises(pytest.fail.Exception, match="scenario: "), lambda_api(scenario):
            pass
