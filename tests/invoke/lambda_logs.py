"""Log tails as AWS Lambda writes them: the shapes are those of report_lines.json, with their sources."""

import datetime
import json

ARN = "arn:aws:lambda:eu-west-1::runtime:0cdcfbdefbc5e7d3343f73c2e2dd3cba17d61dea0686b404502a0c9ce83931b9"
TAIL_BYTES = 4096


def _now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def text_report(call):
    """REPORT's line, and X-Ray's if the call is traced. call: the invocation's record (lambda_invoke.py)."""
    fields = [
        f"REPORT RequestId: {call['request_id']}",
        f"Duration: {call['duration_ms']:.2f} ms",
        f"Billed Duration: {call['billed_ms']} ms",
        f"Memory Size: {call['memory_mb']} MB",
        f"Max Memory Used: {call['used_mb']} MB",
    ]
    if "init_ms" in call:
        fields.append(f"Init Duration: {call['init_ms']:.2f} ms")
    if "restore_ms" in call:
        fields.append(f"Restore Duration: {call['restore_ms']:.2f} ms")
        fields.append(f"Billed Restore Duration: {call['billed_restore_ms']} ms")
    if "status" in call:
        fields.append(f"Status: {call['status']}")
    if "error_type" in call:
        fields.append(f"Error Type: {call['error_type']}")
    # A call that went well ends in a tab, one with a status does not.
    line = "\t".join(fields) + ("\n" if "status" in call else "\t\n")
    if "xray_trace_id" in call:
        line += (
            f"XRAY TraceId: {call['xray_trace_id']}\tSegmentId: {call['xray_segment_id']}"
            f"\tSampled: {str(call['xray_sampled']).lower()}\t\n"
        )
    return line


def _text_init_report(report):
    line = (
        f"INIT_REPORT Init Duration: {report['init_ms']:.2f} ms\tPhase: {report['phase']}\tStatus: {report['status']}"
    )
    return line + (f"\tError Type: {report['error_type']}" if "error_type" in report else "") + "\n"


def _text_tail(call, said):
    request = call["request_id"]
    out = ""
    for report in call["init_reports"]:
        if "import_error" in report:
            out += f"[ERROR] Runtime.ImportModuleError: {report['import_error']}\nTraceback (most recent call last):"
        out += _text_init_report(report)
    if "restore_ms" in call:
        out += f"RESTORE_START Runtime Version: python:3.12.v40\tRuntime Version ARN: {ARN}\n"
        out += f"RESTORE_REPORT Restore Duration: {call['restore_ms']:.2f} ms\n"
    elif "init_ms" in call:
        out += f"INIT_START Runtime Version: python:3.12.v40\tRuntime Version ARN: {ARN}\n"
    out += f"START RequestId: {request} Version: {call['version']}\n" + said
    if call.get("reason"):
        out += call["reason"] + "\n"
    return out + f"END RequestId: {request}\n" + text_report(call)


def _event(kind, record):
    return json.dumps({"time": _now(), "type": kind, "record": record}, separators=(",", ":")) + "\n"


def json_report(call):
    metrics = {
        "durationMs": call["duration_ms"],
        "billedDurationMs": call["billed_ms"],
        "memorySizeMB": call["memory_mb"],
        "maxMemoryUsedMB": call["used_mb"],
    }
    for ours, theirs in (
        ("init_ms", "initDurationMs"),
        ("restore_ms", "restoreDurationMs"),
        ("billed_restore_ms", "billedRestoreDurationMs"),
    ):
        if ours in call:
            metrics[theirs] = call[ours]
    record = {"requestId": call["request_id"], "status": call.get("status", "success"), "metrics": metrics}
    if "error_type" in call:
        record["errorType"] = call["error_type"]
    if "xray_trace_id" in call:
        sampled = int(call["xray_sampled"])
        record["tracing"] = {
            "spanId": call["xray_segment_id"],
            "type": "X-Amzn-Trace-Id",
            "value": f"Root={call['xray_trace_id']};Parent=0efbd19962d95b05;Sampled={sampled}",
        }
    return _event("platform.report", record)


def _json_tail(call, said):
    out = ""
    reports = call["init_reports"]
    if "init_ms" in call:
        reports = [*reports, {"init_ms": call["init_ms"], "phase": "init", "status": "success"}]
    for report in reports:
        record = {"initializationType": "on-demand", "phase": report["phase"], "status": report["status"]}
        if "error_type" in report:
            record["errorType"] = report["error_type"]
        record["metrics"] = {"durationMs": report["init_ms"]}
        out += _event("platform.initReport", record)
    if "restore_ms" in call:
        out += _event("platform.restoreReport", {"status": "success", "metrics": {"durationMs": call["restore_ms"]}})
    out += _event("platform.start", {"requestId": call["request_id"], "version": call["version"]})
    for text in (said + (call.get("reason") or "")).splitlines():
        line = {"timestamp": _now(), "level": "INFO", "message": text, "requestId": call["request_id"]}
        out += json.dumps(line, ensure_ascii=False) + "\n"
    return out + json_report(call)


def _said(shape, call):
    """What the handler itself prints, by the shape of the tail that the scenario wants."""
    if shape == "ansi":
        return "\x1b[32mINFO\x1b[0m import of \x1b[1;38;5;208mnumpy\x1b[0m\n\x1b[36ma colour left open\n"
    if shape in ("chatty", "no_report"):
        return ("printed by the handler: é€😀 " * 3 + "\n") * 60
    if shape == "decoy":
        other = {**call, "request_id": "b3cd4ea3-9d24-4448-807a-dfcf32f3248b", "duration_ms": 1.0, "init_ms": 2.0}
        return text_report(other)
    return ""


def tail(call, *, log_format, shape="", said=""):
    """The bytes of the log's last 4 KB. shape: "", ansi, chatty, decoy or no_report."""
    said += _said(shape, call)
    whole = (_json_tail if log_format == "JSON" else _text_tail)(call, said)
    if shape == "ansi" and log_format != "JSON":
        whole = whole.replace("\nREPORT", "\n\x1b[0mREPORT", 1)
    if shape == "no_report":
        # What an extension writes after REPORT pushes that out of the tail.
        whole += "[extension] flushing telemetry: é€😀\n" * 150
    data = whole.encode()[-TAIL_BYTES:]
    if shape == "chatty":
        # As the cut falls: within a character.
        cut = next(at for at in range(len(data)) if data[at] & 0xC0 == 0x80)
        data = data[cut:]
    return data
