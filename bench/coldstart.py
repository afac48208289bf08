"""Cold starts of one function: without .pyc files, with valid ones, rewritten, and what a user could do without us.

    bench/coldstart.py --python P --app DIR --handler main.handler --events DIR [--rewritten DIR] [--dir NAME=DIR]...
                       [--by-hand] [--cold] [--runs 11]

Each start is a fresh process with a clean environment. The kinds take turns within each round, in an order that a
pinned seed shuffles, so that what else the machine does meets all of them alike; the first round is not counted, and
leaves the package's files in the page cache (--cold: they are dropped from it before each start).
Import plus first call is the figure to look at: lazy imports can also move time from the one into the other.
Ratios are formed within each round; their median and quartiles are printed.
"""

import argparse
import pathlib
import sys
import tempfile

import common
from starts import BY_HAND, PYC, REWRITTEN, Starts, Variant, measure, originals, without_us

FIGURES = ("import_ms", "call_ms", "total_ms", "cpu_ms", "rss_mib", "modules")


def parse_arguments():
    parser = argparse.ArgumentParser(description="Measures cold starts of one function.")
    parser.add_argument("--python", type=pathlib.Path, default=pathlib.Path(sys.executable))
    parser.add_argument("--rewritten", type=pathlib.Path, help="the rewritten package")
    parser.add_argument(
        "--dir",
        action="append",
        default=[],
        metavar="NAME=DIR",
        help="one more package to measure, under this name: what another tool made of the same function",
    )
    parser.add_argument(
        "--by-hand",
        action="store_true",
        help="also LazyLoader, gc held during the import, and -OO: see bench/starts.py",
    )
    parser.add_argument(
        "--cold", action="store_true", help="drop the package's files from the page cache before each start"
    )
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
    arguments.dir = dict(parse_assignment(parser, text) for text in arguments.dir)
    for folder in filter(None, [arguments.app, arguments.rewritten, *arguments.dir.values()]):
        if not folder.is_dir():
            parser.error(f"no such folder: {folder}")
    return arguments


def parse_assignment(parser, text):
    name, equals, folder = text.partition("=")
    if not equals or not name:
        parser.error(f"--dir {text}: give it as NAME=DIR")
    return name, pathlib.Path(folder)


def choose_event(arguments):
    events = common.load_events(arguments.events)
    if arguments.event is None:
        return events[0]
    for event in events:
        if event[0] == arguments.event:
            return event
    raise common.BenchError(f"no event {arguments.event}; there are " + ", ".join(name for name, _ in events))


def prepare_kinds(arguments, work):
    """{kind: Variant}."""
    app = arguments.app.resolve()
    kinds = originals(app, arguments.python, work)
    if arguments.by_hand:
        kinds |= without_us(app, work, kinds[PYC].folder)
    if arguments.rewritten:
        kinds[REWRITTEN] = Variant(arguments.rewritten.resolve())
    for name, folder in arguments.dir.items():
        kinds[name] = Variant(folder.resolve())
    return kinds


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
        work = pathlib.Path(folder).resolve()
        kinds = prepare_kinds(arguments, work)
        starts = Starts(arguments, [event], work, variables)
        samples, failures = measure(starts, kinds, arguments.runs, arguments.seed, arguments.cold, BY_HAND)
    cache = "dropped from" if arguments.cold else "in"
    preloaded = f", with {', '.join(arguments.preload)} loaded before" if arguments.preload else ""
    print(
        f"cold starts of {arguments.handler} on CPython {version}, event {event[0]}{preloaded}: "
        f"medians of {arguments.runs}"
    )
    print(f"files {cache} the page cache")
    print(format_table(samples))
    print(format_ratios(samples))
    print(common.describe(facts))
    for kind, why in failures.items():
        print(f"{kind} does not work: {why}")
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
