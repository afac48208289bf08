"""What one invocation of the Lambda stand-in answers: a call that goes well, or the fault that the scenario wants."""

import base64
import json
import math
import uuid
from dataclasses import dataclass, field

from lambda_logs import tail
from lambda_model import ApiError

# Faults that keep the service from running the function: nothing is cold or warm of these.
REFUSALS = {"throttle", "service_exception", "ec2_throttle", "bad_json_error"}
# Faults of the function or its environment, by their payload's errorType; None of the status: the call goes well.
DEATHS = {"timeout", "oom", "exit", "import_error"}
# Faults of the log alone, and of the connection alone: the call itself goes well.
LOGS = {"no_report", "no_log", "bad_base64", "ansi", "chatty", "decoy"}
TRANSPORTS = {"drop", "drop_mid", "reset", "garbage", "slow", "huge", "header_flood"}
FAULTS = {"ok", "handler_error", "init_timeout", "restore", "xray"} | REFUSALS | DEATHS | LOGS | TRANSPORTS
ENTRY_KEYS = {"fault", "times", "payload", "seconds", "retry_after", "reason", "said", "message", "error", "log"}


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict = field(default_factory=dict)
    # A transport fault's name and its seconds.
    transport: str = ""
    seconds: float = 0
    # For the state log.
    note: dict = field(default_factory=dict)


def check_entry(name, entry):
    said = {"fault": entry} if isinstance(entry, str) else entry
    if set(said) - ENTRY_KEYS or said.get("fault", "ok") not in FAULTS:
        raise SystemExit(f"scenario: function {name}: unknown invoke {entry!r}")


def next_entry(function):
    entry = function.invokes.pop(0) if function.invokes else "ok"
    return {"fault": entry} if isinstance(entry, str) else dict(entry)


def _refuse(fault, entry):
    if fault == "throttle":
        headers = {"Retry-After": str(entry["retry_after"])} if "retry_after" in entry else {}
        reason = entry.get("reason", "ConcurrentInvocationLimitExceeded")
        body = {"Reason": reason, "Type": "User"}
        raise ApiError(429, "TooManyRequestsException", "Rate Exceeded.", headers=headers, body=body)
    if fault == "service_exception":
        raise ApiError(500, "ServiceException", "The service encountered an error.", body={"Type": "Service"})
    message = "Lambda was throttled by Amazon EC2 during Lambda function initialization using the execution role."
    raise ApiError(502, "EC2ThrottledException", message, body={"Type": "Server"})


def _error(request, kind, message):
    return {"errorType": kind, "errorMessage": f"RequestId: {request} Error: {message}"}


def _jitter(function, milliseconds):
    return round(milliseconds * (1 + 0.05 * function.random.random()), 2)


def start(function, qualifier, entry):
    """Takes an environment and makes the invocation's record. Call it with the account's lock held."""
    fault = entry.get("fault", "ok")
    said = function.said
    version, environment, cold = function.take(qualifier)
    request = str(uuid.UUID(int=function.random.getrandbits(128), version=4))
    call = {
        "request_id": request,
        "version": version,
        "environment": f"{function.name}/{environment[1]}",
        "cold": cold,
        "duration_ms": _jitter(function, said.get("duration_ms", 5.0)),
        "memory_mb": said.get("memory", 128),
        "used_mb": said.get("used_mb", 40),
        "init_reports": [],
    }
    init = _jitter(function, said.get("init_ms", 150.0))
    limit = said.get("timeout_s", 3) * 1000
    if fault == "import_error":
        why = entry.get("message", "Unable to import module 'main': No module named 'numpy'")
        failed = {"status": "error", "error_type": "Runtime.ImportModuleError", "import_error": why}
        call["init_reports"] = [{"init_ms": init, "phase": phase, **failed} for phase in ("init", "invoke")]
        call.update(duration_ms=round(init + 12.5, 2), status="error", error_type="Runtime.ImportModuleError")
    elif fault == "init_timeout":
        call["init_reports"] = [{"init_ms": 9999.91, "phase": "init", "status": "timeout"}]
        call["duration_ms"] = round(init + call["duration_ms"], 2)
    elif fault == "restore" or (cold and said.get("snapstart") and version != "$LATEST"):
        call["restore_ms"] = init
        call["billed_restore_ms"] = math.ceil(init / 5)
    elif cold:
        call["init_ms"] = init
    if fault == "timeout":
        call.update(duration_ms=float(limit), status="timeout")
        call["reason"] = f"2026-01-02T03:04:05.678Z {request} Task timed out after {limit / 1000:.2f} seconds\n"
    elif fault == "oom":
        call.update(used_mb=call["memory_mb"], status="error", error_type="Runtime.OutOfMemory")
        call["reason"] = f"RequestId: {request} Error: Runtime exited with error: signal: killed\nRuntime.ExitError"
    elif fault == "exit":
        call.update(status="error", error_type="Runtime.ExitError")
        call["reason"] = f"RequestId: {request} Error: Runtime exited with error: exit status 1\nRuntime.ExitError"
    if fault == "xray" or said.get("xray"):
        trace = f"{function.random.getrandbits(96):024x}"
        call["xray_trace_id"] = f"1-6ac7d554-{trace}"
        call["xray_segment_id"] = f"{function.random.getrandbits(64):016x}"
        call["xray_sampled"] = True
    # The init is billed since August 2025, a restore in part.
    call["billed_ms"] = math.ceil(call["duration_ms"] + call.get("init_ms", 0)) + call.get("billed_restore_ms", 0)
    return call, environment


def finish(function, entry, call, environment):
    """Returns the environment, or loses it with a function that died. Call it with the account's lock held."""
    if entry.get("fault", "ok") not in DEATHS:
        function.give_back(environment)


def _payload(fault, entry, function, call):
    """(body, X-Amz-Function-Error or None)."""
    request = call["request_id"]
    if fault == "timeout":
        limit = call["duration_ms"] / 1000
        return _error(request, "Sandbox.Timedout", f"Task timed out after {limit:.2f} seconds"), "Unhandled"
    if fault == "oom":
        return _error(request, "Runtime.ExitError", "Runtime exited with error: signal: killed"), "Unhandled"
    if fault == "exit":
        return _error(request, "Runtime.ExitError", "Runtime exited with error: exit status 1"), "Unhandled"
    if fault == "import_error":
        message = call["init_reports"][0]["import_error"]
        kind = "Runtime.ImportModuleError"
        return {"errorMessage": message, "errorType": kind, "requestId": "", "stackTrace": []}, "Unhandled"
    if fault == "handler_error":
        frame = '  File "/var/task/main.py", line 7, in handler\n    raise KeyError("size")\n'
        said = {"errorMessage": entry.get("message", "'size'"), "errorType": entry.get("error", "KeyError")}
        return {**said, "requestId": request, "stackTrace": [frame]}, "Unhandled"
    return entry.get("payload", function.said.get("payload", {"statusCode": 200, "body": "ok"})), None


def answer(function, entry, call):
    """The Answer of an invocation that start() began; of a fault that keeps Lambda from answering, its transport."""
    fault = entry.get("fault", "ok")
    payload, error = _payload(fault, entry, function, call)
    headers = {"x-amzn-RequestId": call["request_id"], "X-Amz-Executed-Version": call["version"]}
    headers["X-Amzn-Trace-Id"] = "Root=1-6ac7d554-62c6be2f6c1bd8032dac9acf;Sampled=0"
    headers["X-Amzn-Remapped-Content-Length"] = "0"
    if error:
        headers["X-Amz-Function-Error"] = error
    said = entry.get("said", function.said.get("said", ""))
    shape = fault if fault in LOGS else ""
    if fault == "bad_base64":
        headers["X-Amz-Log-Result"] = "U1RBUlQg*not*base64=="
    elif "log" in entry:
        # The scenario's own text for the tail, {request_id} put in.
        text = entry["log"].replace("{request_id}", call["request_id"])
        headers["X-Amz-Log-Result"] = base64.b64encode(text.encode()[-4096:]).decode()
    elif fault != "no_log":
        data = tail(call, log_format=function.said.get("log_format", "Text"), shape=shape, said=said)
        headers["X-Amz-Log-Result"] = base64.b64encode(data).decode()
    body = payload.encode() if isinstance(payload, str) else json.dumps(payload, separators=(",", ":")).encode()
    transport = fault if fault in TRANSPORTS else ""
    report = {name: value for name, value in call.items() if name not in ("environment", "cold", "reason")}
    note = {"environment": call["environment"], "cold": call["cold"], "report": report, "function_error": error}
    return Answer(200, body, headers, transport, entry.get("seconds", 5), note)


def refuse_if_wanted(entry):
    """Raises the ApiError, or gives the Answer, of a fault before the function runs; else None."""
    fault = entry.get("fault", "ok")
    if fault not in REFUSALS:
        return None
    if fault == "bad_json_error":
        page = b"<html><body><h1>500 Internal Server Error</h1></body></html>"
        return Answer(500, page, {"Content-Type": "text/html"})
    return _refuse(fault, entry)
