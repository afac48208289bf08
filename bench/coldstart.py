"""Cold starts of one function: without .pyc files, with valid ones, and rewritten.

    bench/coldstart.py --python P --app DIR --handler main.handler --events DIR [--rewritten DIR] [--runs 11]

Each start is a fresh process with a clean environment. The kinds take turns within each round, in an order that a
pinned seed shuffles, so that what else the machine does meets all of them alike; the first round is not counted.
Import plus first call is the figure to look at: lazy imports can also move time from the one into the other.
Ratios are formed within each round; their median and quartiles are printed.
"""

import argparse
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import common

NO_PYC = "original, no .pyc"
PYC = "original, valid .pyc"
REWRITTEN = "rewritten"
FIGURES = ("import_ms", "call_ms", "total_ms", "cpu_ms", "rss_mib", "modules")


def parse_arguments():
    parser = argparse.ArgumentParser(description="Measures cold starts of one function.")
    parser.add_argument("--python", type=pathlib.Path, default=pathlib.Path(sys.executable))
    parser.add_argument("--rewritten", type=pathlib.Path, help="the rewritten package")
    parser.add_argument("--event", help="name of the event to call with (default: the first)")
    parser.add_argument(
        "--preload",
        action="append",
        default=[],
        metavar="MODULE",
        help="a module of the standard library that the platform has loaded before the function, beyond those that "
        "Lambda's current runtime loads: http.client, say, which awslambdaric 2.0.4 imported and 2.0.8 does not",
    )
    common.add_workload_arguments(parser)
    arguments = parser.parse_args()
    if arguments.runs < 1:
        parser.error("--runs: at least 1")
    for folder in filter(None, [arguments.app, arguments.rewritten]):
        if not folder.is_dir():
            parser.error(f"no such folder: {folder}")
    return arguments


def choose_event(arguments):
    events = common.load_events(arguments.events)
    if arguments.event is None:
        return events[0]
    for event in events:
        if event[0] == arguments.event:
            return event
    raise common.BenchError(f"no event {arguments.event}; there are " + ", ".join(name for name, _ in events))


def prepare_kinds(arguments, work):
    """{kind: folder to run}."""
    app = arguments.app.resolve()
    kinds = {
        NO_PYC: common.without_bytecode(app, work / "no-pyc" / app.name),
        PYC: common.with_bytecode(app, work / "pyc" / app.name, arguments.python),
    }
    if arguments.rewritten:
        kinds[REWRITTEN] = arguments.rewritten.resolve()
    return kinds


def measure(arguments, kind, app, event, work, variables):
    """One cold start."""
    answer = work / "answer.json"
    answer.unlink(missing_ok=True)
    asked = work / "request.json"
    request = common.request(arguments, app, [event], answer) | {"preload": arguments.preload}
    asked.write_text(json.dumps(request), encoding="utf-8")
    scratch = work / "home"
    env = common.environment(arguments, app, scratch, variables)
    argv = [arguments.python, "-S", "-s", "-B", work / "probe.py", asked]
    try:
        common.run(argv, env, app, arguments.timeout)
        sample = json.loads(answer.read_text(encoding="utf-8"))
    except (common.BenchError, OSError, ValueError) as error:
        raise common.BenchError(f"{kind}: {error}") from None
    if sample["raised"]:
        raise common.BenchError(
            f"{kind}: the handler raised {sample['raised']} on event {event[0]}; choose another with --event"
        )
    sample["total_ms"] = sample["import_ms"] + sample["call_ms"]
    return sample


def measure_all(arguments, event, work, variables):
    """{kind: [sample of each round]}; the uncounted first round warms the file cache."""
    for program in (common.BENCH / "probe.py", common.RUNNER):
        shutil.copy(program, work)
    # The bootstrap's own compilation is no part of a start, but a .pyc keeps the rounds short.
    subprocess.run([str(arguments.python), "-I", "-m", "compileall", "-q", str(work)], check=False)
    (work / "home").mkdir()
    kinds = prepare_kinds(arguments, work)
    shuffle = random.Random(arguments.seed).shuffle
    samples = {kind: [] for kind in kinds}
    for round_number in range(arguments.runs + 1):
        order = list(kinds)
        shuffle(order)
        for kind in order:
            sample = measure(arguments, kind, kinds[kind], event, work, variables)
            if round_number:
                samples[kind].append(sample)
    return samples


def ratios(samples, slower, faster, figure="total_ms"):
    """Of each round: how many times as much the first takes."""
    return [a[figure] / b[figure] for a, b in zip(samples[slower], samples[faster]) if b[figure]]


def format_table(samples):
    head = ["", "import ms", "first call ms", "import + call ms", "quartiles", "CPU ms", "RSS MiB", "modules"]
    rows = [head]
    for kind, runs in samples.items():
        middle = {figure: common.spread([run[figure] for run in runs])[1] for figure in FIGURES}
        low, _, high = common.spread([run["total_ms"] for run in runs])
        rows.append(
            [kind]
            + [f"{middle[figure]:.1f}" for figure in ("import_ms", "call_ms", "total_ms")]
            + [f"{low:.1f}-{high:.1f}", f"{middle['cpu_ms']:.1f}", f"{middle['rss_mib']:.1f}"]
            + [f"{middle['modules']:.0f}"]
        )
    return common.table(rows)


def format_ratios(samples):
    lines = []
    fastest = REWRITTEN if REWRITTEN in samples else PYC
    for kind in samples:
        if kind == fastest:
            continue
        low, middle, high = common.spread(ratios(samples, kind, fastest))
        memory = common.spread(ratios(samples, kind, fastest, "rss_mib"))[1]
        speed = f"{middle:.2f}x as fast (quartiles {low:.2f}-{high:.2f})"
        lines.append(f"{fastest} against {kind}: {speed}, {memory:.2f}x less memory")
    return "\n".join(lines)


def main():
    arguments = parse_arguments()
    version = common.python_version(arguments.python)
    facts = common.machine()
    event = choose_event(arguments)
    with tempfile.TemporaryDirectory(prefix="faaslight-bench-") as folder, common.service(arguments) as variables:
        samples = measure_all(arguments, event, pathlib.Path(folder).resolve(), variables)
    preloaded = f", with {', '.join(arguments.preload)} loaded before" if arguments.preload else ""
    print(
        f"cold starts of {arguments.handler} on CPython {version}, event {event[0]}{preloaded}: "
        f"medians of {arguments.runs}"
    )
    print(format_table(samples))
    print(format_ratios(samples))
    print(common.describe(facts))
    results = {run["result"] for runs in samples.values() for run in runs}
    if len(results) > 1:
        print("note: the results of the first call were not all the same")
    if arguments.json:
        document = {
            "format": 1,
            "python": version,
            "handler": arguments.handler,
            "event": event[0],
            "seed": arguments.seed,
            "machine": facts,
            "samples": samples,
        }
        common.write_json(arguments.json, document)


if __name__ == "__main__":
    try:
        main()
    except common.BenchError as problem:
        sys.exit(f"coldstart: {problem}")
