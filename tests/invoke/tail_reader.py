"""A plain reader of log tails: what report_lines.json expects is held against it, and so is what the stand-in writes."""

import json
import re

ANSI = re.compile(r"\x1b\[[0-9;]*m")
FIELDS = (
    ("duration_ms", r"(?<!Billed )(?<!Init )(?<!Restore )Duration: ([\d.]+) ms", float),
    ("billed_ms", r"(?<!Restore )Billed Duration: (\d+) ms", int),
    ("memory_mb", r"Memory Size: (\d+) MB", int),
    ("used_mb", r"Max Memory Used: (\d+) MB", int),
    ("init_ms", r"Init Duration: ([\d.]+) ms", float),
    ("restore_ms", r"(?<!Billed )Restore Duration: ([\d.]+) ms", float),
    ("billed_restore_ms", r"Billed Restore Duration: (\d+) ms", int),
    ("xray_trace_id", r"XRAY TraceId: (\S+)", str),
    ("xray_segment_id", r"SegmentId: (\S+)", str),
    ("xray_sampled", r"Sampled: (\S+)", lambda text: text == "true"),
    ("phase", r"Phase: (\S+)", str),
    ("status", r"Status: (\S+)", str),
    ("error_type", r"Error Type: (\S+)", str),
)


def _fields(text):
    found = {}
    for name, pattern, kind in FIELDS:
        matched = re.search(pattern, text)
        if matched:
            found[name] = kind(matched[1])
    return found


def _json_lines(text):
    for line in text.splitlines():
        try:
            one = json.loads(line)
        except ValueError:
            continue
        if isinstance(one, dict) and str(one.get("type", "")).startswith("platform."):
            yield one["type"], one["record"]


def _json_fields(record, names):
    metrics = record.get("metrics", {})
    found = {ours: metrics[theirs] for ours, theirs in names if theirs in metrics}
    found.update({name: record[name] for name in ("phase", "status") if name in record})
    if "errorType" in record:
        found["error_type"] = record["errorType"]
    return found


def _read_json(text, request_id):
    found = {}
    for kind, record in _json_lines(text):
        if kind == "platform.initReport":
            found["init_report"] = _json_fields(record, [("init_ms", "durationMs")])
        if kind != "platform.report" or record.get("requestId") != request_id:
            continue
        names = ("duration_ms", "durationMs"), ("billed_ms", "billedDurationMs"), ("memory_mb", "memorySizeMB")
        names += (("used_mb", "maxMemoryUsedMB"), ("init_ms", "initDurationMs"), ("restore_ms", "restoreDurationMs"))
        names += (("billed_restore_ms", "billedRestoreDurationMs"),)
        found.update(request_id=request_id, **_json_fields(record, names))
        if "tracing" in record:
            parts = dict(part.split("=", 1) for part in record["tracing"]["value"].split(";"))
            found["xray_trace_id"], found["xray_sampled"] = parts["Root"], parts["Sampled"] == "1"
            found["xray_segment_id"] = record["tracing"]["spanId"]
    return found


def read_tail(data, request_id):
    text = ANSI.sub("", data.decode(errors="replace"))
    found = _read_json(text, request_id)
    for matched in re.finditer(r"INIT_REPORT (Init Duration.*)", text):
        found["init_report"] = _fields(matched[1])
    for matched in re.finditer(r"^REPORT RequestId: (\S+)(.*(?:\nXRAY .*)?)", text, re.MULTILINE):
        if matched[1] == request_id:
            found = {"init_report": found["init_report"]} if "init_report" in found else {}
            found.update(request_id=request_id, **_fields(matched[2]))
    return found
