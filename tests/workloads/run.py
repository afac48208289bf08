"""The sample workloads from end to end: each is run, traced, rewritten, verified, and its outcomes held to expected.json.

    tests/workloads/run.py [--large] [--python 3.9] [--keep KEEP] [--update] [APP...]

For each: the original answers its events and hold-out events as expected.json says; faaslight-trace traces the events;
faaslight-rewrite rewrites and verifies, with the hold-outs, and may repair nothing; then the rewritten package answers
all of them as expected.json says. --update writes expected.json from the original. Exit code 1: a workload failed.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "sample_workloads"), str(ROOT / "bench")]

import catalog  # noqa: E402
import common  # noqa: E402
import fetch  # noqa: E402
import running  # noqa: E402

TIME_LIMIT_S = 1800
OUT = ROOT / "build/workloads-rewritten"
BUILD = pathlib.Path(os.environ.get("FAASLIGHT_BUILD", ROOT / "build")).resolve()


class Failed(Exception):
    """What is wrong with a workload."""


def outcomes(workload, package, python, env):
    """{event: outcome} of the events and the hold-outs, each set in a fresh process; runs replay/runner.py."""
    found = {}
    for folder in workload.event_folders:
        events = common.load_events([folder])
        with tempfile.TemporaryDirectory(prefix="faaslight-workload-") as made:
            scratch = pathlib.Path(made).resolve()
            (scratch / "home").mkdir()
            records = scratch / "outcomes.jsonl"
            arguments = argparse.Namespace(
                trigger="event", handler=workload.handler, env=[], layer=[], timeout=TIME_LIMIT_S
            )
            request = scratch / "request.json"
            request.write_text(json.dumps(common.request(arguments, package.resolve(), events, records)))
            variables = common.environment(arguments, package.resolve(), scratch / "home", env)
            common.run([python, "-S", "-s", "-B", common.RUNNER, request], variables, package, TIME_LIMIT_S)
            lines = [json.loads(line) for line in records.read_text().splitlines()]
            for record in lines:
                if record["kind"] == "outcome":
                    found[f"{folder.name}/{events[record['event']][0]}"] = outcome_of(record, scratch, package)
    return found


def outcome_of(record, scratch, package):
    """What expected.json holds of one record: what is the same on every machine."""
    if not record["returned"]:
        text = record["exception_message"].replace(str(scratch), "SCRATCH").replace(str(package.resolve()), "PACKAGE")
        text = re.sub(r"http://127\.0\.0\.1:\d+", "http://SERVICE", text)
        return {"raised": record["exception_type"], "message": text}
    return {"returned": json.loads(record["result_json"]) if record["result_is_json"] else record["result_json"]}


def must_equal(expected, actual, what):
    for name in sorted(set(expected) | set(actual)):
        if expected.get(name) != actual.get(name):
            wanted, got = json.dumps(expected.get(name))[:600], json.dumps(actual.get(name))[:600]
            raise Failed(f"{what}: {name}: expected {wanted}, got {got}")


def run_tool(name, *arguments):
    """Runs a program of ours; its seconds, and what it said."""
    start = time.monotonic()
    done = subprocess.run(
        [BUILD / "bin" / name, *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=TIME_LIMIT_S,
        # No faaslight.toml of this folder, and none left in it.
        cwd=OUT,
    )
    if done.returncode != 0:
        raise Failed(f"{name} ended with {done.returncode}:\n" + "\n".join(done.stderr.strip().splitlines()[-25:]))
    return time.monotonic() - start, done.stdout + done.stderr


def on_demand(said):
    """[(functions, modules)] that the events loaded on demand, and the hold-out events, as faaslight-rewrite told."""
    return [(int(f), int(i)) for f, i in re.findall(r"loaded on demand: (\d+) functions, (\d+) modules", said)]


def check(workload, python, version, arguments):
    """One workload on one CPython; a line for the user. Raises Failed."""
    package = ROOT / fetch.fetch(workload, python)
    file = workload.expected(version)
    out, trace = OUT / package.name, OUT / f"{package.name}.trace"
    for old in (out, trace):
        shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
    with running.running(workload, fetch.cloud_of(package)) as env:
        original = outcomes(workload, package, python, env)
        if arguments.update:
            file.write_text(json.dumps(original, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
        expected = json.loads(file.read_text(encoding="utf-8"))
        must_equal(expected, original, "the original")
        variables = [part for key, value in env.items() for part in ("--env", f"{key}={value}")]
        source = [package.resolve(), "--handler", workload.handler, "--events", workload.events]
        traced, _ = run_tool("faaslight-trace", *source, "--python", python, *variables, "-o", trace)
        keep = ["--keep", arguments.keep] if arguments.keep else []
        rewrite = [package.resolve(), "--trace", trace, "-o", out, "--holdout", workload.holdout, "--no-repair"]
        rewritten, said = run_tool("faaslight-rewrite", *rewrite, *keep)
        if arguments.keep == "reachable" and any(map(any, on_demand(said))):
            raise Failed(f"what can be reached was loaded on demand: {said}")
        must_equal(expected, outcomes(workload, out, python, env), "the rewritten package")
    loaded = " and ".join(f"{functions} functions, {modules} modules" for functions, modules in on_demand(said))
    return (
        f"{len(expected)} outcomes equal; traced in {traced:.1f} s, rewritten and verified in {rewritten:.1f} s; on "
        f"demand, for the events and the hold-outs: {loaded}"
    )


def main():
    parser = argparse.ArgumentParser(
        prog="workloads.sh", description="Runs, traces, rewrites and verifies the sample workloads."
    )
    parser.add_argument("apps", nargs="*", metavar="APP", help="app20, say (default: all but the large ones)")
    parser.add_argument("--large", action="store_true", help="the large ones too: several GB, an hour")
    parser.add_argument("--python", help="this version alone (default: the first that each workload names)")
    parser.add_argument("--keep", help="passed to faaslight-rewrite")
    parser.add_argument("--update", action="store_true", help="write expected.json from what the original does")
    arguments = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    failed = 0
    for workload, python, version in fetch.runnable(catalog.choose(arguments.apps, arguments.large), arguments.python):
        try:
            print(f"{workload.name}: {check(workload, python, version, arguments)}", flush=True)
        except (
            Failed,
            common.BenchError,
            catalog.WorkloadError,
            subprocess.TimeoutExpired,
            OSError,
            ValueError,
        ) as problem:
            failed += 1
            print(f"{workload.name}: FAILED: {problem}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except catalog.WorkloadError as problem:
        sys.exit(f"workloads: {problem}")
