"""What tracing costs: the same run of a function with the tracer's hooks and without, in fresh processes by turns.

    bench/tracing_cost.py --build build --app DIR --handler main.handler --events DIR [--python P]... [--runs 11]

Both runs go through replay/runner.py, which measures from inside: the import of the handler's module and all events.
The traced one is the function pass in libexec/faaslight/tracer-3.N; the effect witness has a pass of its own and may
be slow. The application has valid .pyc files: compiling would be the same work in both and flatter the ratio.
Limits: 1.1x from CPython 3.12 on (sys.monitoring), 1.3x before (a frame evaluator). Exit code 1 when one is passed.
"""

import argparse
import json
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile

import common

PLAIN = "plain"
TRACED = "traced"


def parse_arguments():
    parser = argparse.ArgumentParser(description="Measures what tracing a function costs.")
    parser.add_argument("--build", type=pathlib.Path, default=common.ROOT / "build", help="the build folder")
    parser.add_argument(
        "--python", type=pathlib.Path, action="append", default=[], help="default: each that a tracer was built for"
    )
    common.add_workload_arguments(parser)
    arguments = parser.parse_args()
    if arguments.runs < 1:
        parser.error("--runs: at least 1")
    if not arguments.app.is_dir():
        parser.error(f"no such folder: {arguments.app}")
    return arguments


def minor_of(version):
    return ".".join(version.split(".")[:2])


def limit_for(version):
    return 1.1 if int(version.split(".")[1]) >= 12 else 1.3


def interpreters(arguments):
    """[(path, version, its tracer)]."""
    paths = arguments.python
    if not paths:
        found = subprocess.run(
            [str(common.ROOT / "scripts" / "find-python.sh")], stdout=subprocess.PIPE, text=True, check=True
        )
        paths = [pathlib.Path(line.split(" ", 1)[1]) for line in found.stdout.splitlines()]
    out = []
    for path in paths:
        version = common.python_version(path)
        tracer = arguments.build.resolve() / "libexec" / "faaslight" / f"tracer-{minor_of(version)}"
        if tracer.exists():
            out.append((path, version, tracer))
        elif arguments.python:
            raise common.BenchError(f"no tracer for CPython {minor_of(version)} in {arguments.build}: build it first")
    if not out:
        raise common.BenchError(f"no tracer in {arguments.build}: build it first")
    return out


def make_log(path):
    """An empty record log, as the launcher makes it: tracer/log_format.h."""
    with open(path, "wb") as file:
        file.write(struct.pack("<QQQ", 0x31474F4C53414146, 4096, 4096).ljust(4096, b"\0"))
        file.truncate(256 << 20)


def measure(arguments, kind, python, tracer, app, events, work, variables):
    """Milliseconds of the import and all events in one process."""
    outcomes, asked, log, runner = (work / name for name in ("outcomes", "request.json", "log", "runner.py"))
    for file in work.glob("outcomes*"):
        file.unlink()
    asked.write_text(json.dumps(common.request(arguments, app, events, outcomes)), encoding="utf-8")
    env = common.environment(arguments, app, work / "home", variables)
    if kind == TRACED:
        make_log(log)
        argv = [tracer, log, "functions", python, runner, asked]
    else:
        argv = [python, "-S", "-s", "-B", runner, asked]
    common.run(argv, env, app, arguments.timeout)
    end = json.loads(outcomes.read_text(encoding="utf-8").splitlines()[-1])
    if end.get("kind") != "end" or not end["complete"]:
        raise common.BenchError(f"the {kind} run did not reach the end of its events; replay it to see why")
    return end["import_ms"] + sum(end["event_ms"])


def compare(arguments, python, tracer, events, work, variables):
    """{kind: [ms of each round]}."""
    shutil.copy(common.RUNNER, work)
    (work / "home").mkdir()
    app = common.with_bytecode(arguments.app.resolve(), work / "app" / arguments.app.resolve().name, python)
    shuffle = random.Random(arguments.seed).shuffle
    samples = {PLAIN: [], TRACED: []}
    for round_number in range(arguments.runs + 1):
        order = [PLAIN, TRACED]
        shuffle(order)
        for kind in order:
            spent = measure(arguments, kind, python, tracer, app, events, work, variables)
            if round_number:
                samples[kind].append(spent)
    return samples


def main():
    arguments = parse_arguments()
    facts = common.machine()
    events = common.load_events(arguments.events)
    rows = [["CPython", "plain ms", "traced ms", "ratio", "quartiles", "limit", ""]]
    document = {"format": 1, "handler": arguments.handler, "machine": facts, "samples": {}}
    passed = True
    with common.service(arguments) as variables:
        for python, version, tracer in interpreters(arguments):
            with tempfile.TemporaryDirectory(prefix="faaslight-bench-") as folder:
                work = pathlib.Path(folder).resolve()
                samples = compare(arguments, python, tracer, events, work, variables)
            document["samples"][version] = samples
            low, middle, high = common.spread([t / p for t, p in zip(samples[TRACED], samples[PLAIN])])
            good = middle <= limit_for(version)
            passed = passed and good
            medians = [f"{common.spread(samples[kind])[1]:.1f}" for kind in (PLAIN, TRACED)]
            rows.append(
                [version, *medians, f"{middle:.2f}x", f"{low:.2f}-{high:.2f}", f"{limit_for(version)}x"]
                + ["ok" if good else "too slow"]
            )
    print(f"tracing {arguments.handler}: import and {len(events)} events, medians of {arguments.runs} processes")
    print(common.table(rows))
    print(common.describe(facts))
    if arguments.json:
        common.write_json(arguments.json, document)
    return 0 if passed else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except common.BenchError as problem:
        print(f"tracing_cost: {problem}", file=sys.stderr)
        sys.exit(2)
