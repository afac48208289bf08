"""Each fault of the Lambda stand-in, as `faaslight-invoke aws` measures it: one fault among calls that go well."""

import json
import re

import pytest

from invoke.invoking import Aws, assert_measured, keys, schedule
from invoke.stub import lambda_api

CALLS = 3
# name: (call that it befalls, the stand-in's entries, what the round must say besides outcome ok and no fault).
FAULTS = {
    "throttle": (1, ["throttle"], {"attempts": 2, "faults": [r"429 TooManyRequestsException: Rate Exceeded\.; again"]}),
    "throttle_for_1_s": (
        1,
        [{"fault": "throttle", "retry_after": 1}],
        {"attempts": 2, "faults": [r"429 .*; again after 1000 ms"]},
    ),
    "throttle_always": (
        1,
        [{"fault": "throttle", "retry_after": 0, "times": 8}],
        {
            "outcome": "throttled",
            "attempts": 8,
            "http_status": 429,
            "error_type": "TooManyRequestsException",
            "detail": r"429 TooManyRequestsException: Rate Exceeded\.",
            "faults": [r"429 .*; again after 0 ms"] * 7,
        },
    ),
    "service_exception": (1, ["service_exception"], {"attempts": 2, "faults": [r"500 ServiceException: The service"]}),
    "ec2_throttle": (1, ["ec2_throttle"], {"attempts": 2, "faults": [r"502 EC2ThrottledException: Lambda was"]}),
    "bad_json_error": (1, ["bad_json_error"], {"attempts": 2, "faults": [r"500; again after"]}),
    "timeout": (
        1,
        ["timeout"],
        {
            "outcome": "function-error",
            "error_type": "Sandbox.Timedout",
            "detail": r"Task timed out after 3\.00 seconds",
        },
    ),
    "oom": (1, ["oom"], {"outcome": "function-error", "error_type": "Runtime.OutOfMemory", "detail": "signal: killed"}),
    "exit": (1, ["exit"], {"outcome": "function-error", "error_type": "Runtime.ExitError", "detail": "exit status 1"}),
    "import_error": (
        0,
        ["import_error"],
        {
            "outcome": "function-error",
            "error_type": "Runtime.ImportModuleError",
            "detail": "No module named 'numpy'",
            "faults": ["init ended with error Runtime.ImportModuleError"],
        },
    ),
    "handler_error": (
        1,
        [{"fault": "handler_error", "message": "a\nb\x1b[31m" + "x" * 5000, "error": "Own\x07Error"}],
        {"outcome": "function-error", "error_type": "Own Error", "detail": r"Own Error: a b \[31mx{200,}\.\.\.$"},
    ),
    "init_timeout": (0, ["init_timeout"], {"faults": [r"init ended with timeout\s*$"]}),
    "restore": (0, ["restore"], {}),
    "xray": (1, ["xray"], {}),
    "no_report": (1, ["no_report"], {"unmeasured": True, "faults": ["no REPORT of this request"]}),
    "no_log": (1, ["no_log"], {"unmeasured": True, "faults": ["no log tail"]}),
    "bad_base64": (1, ["bad_base64"], {"unmeasured": True, "faults": ["no base64"]}),
    "ansi": (1, ["ansi"], {}),
    "chatty": (1, ["chatty"], {}),
    "decoy": (1, ["decoy"], {}),
    "drop": (1, ["drop"], {"outcome": "dropped", "http_status": 0, "detail": "^127.0.0.1: ."}),
    "drop_mid": (1, ["drop_mid"], {"outcome": "dropped", "http_status": 0, "detail": "bytes remaining"}),
    "reset": (1, ["reset"], {"outcome": "dropped", "http_status": 0, "detail": "reset"}),
    "garbage": (1, ["garbage"], {"outcome": "bad-reply", "http_status": 0, "detail": "HTTP"}),
    "slow": (1, [{"fault": "slow", "seconds": 30}], {"outcome": "timed-out", "http_status": 0, "detail": "timed out"}),
    "huge": (1, ["huge"], {"outcome": "bad-reply", "http_status": 0, "detail": "larger than 8388608 bytes"}),
    "header_flood": (1, ["header_flood"], {"outcome": "bad-reply", "http_status": 0, "detail": "headers without end"}),
}
# Those whose log has another shape where the function logs as JSON.
IN_JSON = ["timeout", "oom", "exit", "import_error", "init_timeout", "restore", "xray", "no_report", "chatty", "ansi"]
CASES = [(fault, "Text") for fault in FAULTS] + [(fault, "JSON") for fault in IN_JSON]


def name_of(fault, log_format):
    return f"{fault}-{log_format}"


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """All faults in one measurement, each of a function of its own: (results, the stand-in's requests by function)."""
    functions = {}
    for fault, log_format in CASES:
        at, entries, _ = FAULTS[fault]
        said = {"init_ms": 300, "log_format": log_format, "invokes": ["ok"] * at + entries}
        functions[name_of(fault, log_format)] = said
    with lambda_api({"functions": functions}) as api:
        aws = Aws(api, tmp_path_factory.mktemp("faults"))
        done = aws.run(*functions, "--rounds", 1, "--warm", CALLS, "--timeout", 3)
        assert api.violations() == []
        requests = {name: [one for one in api.requests("invoke") if one["function"] == name] for name in functions}
        assert "\x1b" not in done.stdout + done.stderr
        return aws.results(), requests


def test_every_call_that_was_due_is_in_the_results(measured):
    results, _ = measured
    assert keys(results["rounds"]) == schedule(len(CASES), 1, CALLS)
    assert [one["label"] for one in results["deployments"]] == [name_of(*case) for case in CASES]


@pytest.mark.parametrize("fault, log_format", CASES)
def test_a_fault_is_told_and_the_calls_beside_it_are_measured(measured, fault, log_format):
    results, requests = measured
    at, entries, said = FAULTS[fault]
    index = CASES.index((fault, log_format))
    rounds = [one for one in results["rounds"] if one["deployment"] == index]
    # The stand-in's request of each round: the last attempt's.
    asked = iter(requests[name_of(fault, log_format)])
    last = [[next(asked) for _ in range(round_["attempts"])][-1] for round_ in rounds]
    assert list(asked) == []
    for call, (round_, request) in enumerate(zip(rounds, last)):
        if call != at:
            assert (round_["outcome"], round_["faults"], round_["attempts"]) == ("ok", [], 1)
            assert_measured(round_, request)
    round_, request = rounds[at], last[at]
    assert round_["outcome"] == said.get("outcome", "ok")
    assert round_["attempts"] == said.get("attempts", 1)
    assert round_["http_status"] == said.get("http_status", 200)
    assert round_["error_type"] == said.get("error_type", "")
    assert re.search(said.get("detail", "^$"), round_["detail"]), round_["detail"]
    assert len(round_["detail"]) < 700
    expected = said.get("faults", [])
    assert len(round_["faults"]) == len(expected)
    for pattern, text in zip(expected, round_["faults"]):
        assert re.search(pattern, text), text
    metrics = round_["metrics"]
    if round_["http_status"] != 200 or said.get("unmeasured"):
        # Nothing is made up where nothing was said.
        assert round_["start"] == "unknown"
        assert {name for name, value in metrics.items() if value is not None} <= {"end_to_end"}
    else:
        assert_measured(round_, request)


def test_the_retried_time_is_not_in_the_metrics(measured):
    results, _ = measured
    index = CASES.index(("throttle_for_1_s", "Text"))
    (round_,) = [one for one in results["rounds"] if one["deployment"] == index and one["attempts"] == 2]
    assert round_["metrics"]["end_to_end"] < 900


def test_nothing_but_faults(tmp_path):
    """No call went well: exit code 4, and the results are there all the same."""
    with lambda_api({"functions": {"shop": {"invokes": ["drop"] * 4}, "well": {}}}) as api:
        aws = Aws(api, tmp_path)
        done = aws.run("shop", "well", "--rounds", 2, code=4)
        assert "no call went well" in done.stderr
        assert [one["outcome"] for one in aws.rounds() if one["deployment"] == 0] == ["dropped"] * 4
        assert keys(sorted(aws.rounds(), key=lambda one: keys([one]))) == schedule(2, 2, 2)
        assert api.violations() == []


def test_logs_and_answers_of_the_functions_own_making(tmp_path):
    """What a handler prints and answers is text, whatever it holds."""
    log = "START\nREPORT RequestId: {request_id}\tDuration: 1e999 ms\tBilled Duration: -5 ms\tInit Duration: nan ms\n"
    invokes = [
        {"log": log},
        {"log": "REPORT RequestId: {request_id}\tDuration: 12.5 ms\tBilled Duration: 13 ms\tInit Dur"},
        {"log": '{"type":"platform.report","record":{"requestId":"{request_id}","metrics":{"durationMs":"x"}}}\n'},
        {"log": "\x00\x01\x02{request_id}\n"},
        {
            "log": "REPORT RequestId: {request_id}\tDuration: 7.5 ms\t\nREPORT RequestId: 0-0\tDuration: 1 ms\tInit Duration: 2 ms\n"
        },
        {"payload": "[" * 100_000},
        {"payload": '{"statusCode": 1e400}'},
        {"payload": ""},
        {"fault": "handler_error", "payload": "x"},
    ]
    with lambda_api({"functions": {"shop": {"invokes": invokes}}}) as api:
        aws = Aws(api, tmp_path)
        aws.run("shop", "--rounds", 1, "--warm", len(invokes))
        rounds = aws.rounds()
        assert api.violations() == []
    assert [one["outcome"] for one in rounds] == ["ok"] * 8 + ["function-error"]
    assert rounds[0]["metrics"]["function"] is rounds[0]["metrics"]["billed"] is rounds[0]["metrics"]["init"] is None
    assert (rounds[1]["metrics"]["function"], rounds[1]["metrics"]["init"]) == (12.5, None)
    assert rounds[2]["metrics"]["function"] is None
    assert rounds[3]["start"] == "unknown"
    assert (rounds[4]["start"], rounds[4]["metrics"]["function"]) == ("warm", 7.5)
    assert len({one["answer_sha256"] for one in rounds[5:]}) == 4


def test_a_suffix_of_the_error_type_is_left_out(tmp_path):
    scenario = {"functions": {"shop": {"invokes": [{"fault": "throttle", "retry_after": 0, "times": 8}]}}}
    with lambda_api({**scenario, "error_type_suffix": True}) as api:
        aws = Aws(api, tmp_path)
        aws.run("shop", "--rounds", 1, "--warm", 2)
        assert [one["error_type"] for one in aws.rounds()] == ["TooManyRequestsException", ""]


def test_an_event_that_the_service_refuses_is_a_round_of_its_own(tmp_path):
    """413 of the one event that is too large; the other goes on."""
    events = tmp_path / "events"
    events.mkdir()
    (events / "large.json").write_text(json.dumps("x" * 6_291_456))
    (events / "small.json").write_text("{}")
    with lambda_api({"functions": {"shop": {}}}) as api:
        aws = Aws(api, tmp_path)
        aws.run("shop", "--rounds", 1, "--warm", 2, "--events", events)
        large, small = aws.rounds()
        assert api.violations() == []
    assert (large["outcome"], large["http_status"], large["attempts"]) == ("refused", 413, 1)
    assert large["error_type"] == "RequestEntityTooLargeException" and "too large" in large["detail"]
    assert small["outcome"] == "ok"
