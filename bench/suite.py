"""All sample workloads: cold starts of each variant, warm throughput, first uses, and what our tools cost.

    bench/suite.py [--large] [--runs 11] [--seconds 24] [--cold] [--main] [--out build/bench] [APP...]

For each workload: fetched, traced, rewritten under each --keep, then measured as bench/starts.py does it, with its
services running. A workload's rounds end after --seconds once three are done. Its figures go to OUT/apps/NAME.json at
once; at the end OUT/results.json holds all of them, OUT/results.md the tables and OUT/results.svg the picture.
--tables makes the last three again from OUT/apps. Exit code 1 if a workload failed; the others are measured.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import types

import common  # first: it makes sample_workloads/ importable

# isort: split
import catalog
import fetch
import plot
import ratios
import running
import starts
import tables
import warm
from starts import REACHABLE, REWRITTEN

TIME_LIMIT_S = 1800
FIGURES = ("import_ms", "call_ms", "total_ms", "cpu_ms", "rss_mib", "modules")
FLOOR_RUNS = 5


def run_tool(build, name, *arguments, cwd):
    """Runs a program of ours to its end: {"seconds", "peak_mib"}; the peak is that of its largest process."""
    start = time.monotonic()
    argv = [str(build / "bin" / name), *map(str, arguments)]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=cwd)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            said = output.read().decode("utf-8", "replace").strip().splitlines()[-6:]
            raise common.BenchError("\n  ".join([f"{name} ended with exit code {process.returncode}", *said]))
    return {"seconds": time.monotonic() - start, "peak_mib": usage.ru_maxrss / 1024}


def make_packages(workload, package, python, env, out, build, with_reachable):
    """Traces and rewrites: ({variant: folder}, {tool: cost}); `with_reachable`: under --keep reachable too."""
    trace = out / "app.trace"
    variables = [part for key, value in env.items() for part in ("--env", f"{key}={value}")]
    source = [package.resolve(), "--handler", workload.handler, "--events", workload.events]
    cost = {"trace": run_tool(build, "faaslight-trace", *source, "--python", python, *variables, "-o", trace, cwd=out)}
    folders = {REWRITTEN: out / "traced"}
    rewrite = ["faaslight-rewrite", package.resolve(), "--trace", trace]
    cost["rewrite"] = run_tool(build, *rewrite, "--no-verify", "-o", folders[REWRITTEN], cwd=out)
    if with_reachable:
        folders[REACHABLE] = out / "reachable"
        run_tool(build, *rewrite, "--no-verify", "--keep", "reachable", "-o", folders[REACHABLE], cwd=out)
    return folders, cost


def summarise(kinds, samples, failures):
    """The figures of all variants, and each one's ratio to the original with valid .pyc files (below 1: faster)."""
    found = {}
    base = samples[starts.PYC]
    for kind, runs in samples.items():
        megabytes, python_megabytes = starts.size_of(kinds[kind].folder)
        entry = {figure: common.summary([run[figure] for run in runs]) for figure in FIGURES}
        entry |= {"mb": round(megabytes, 2), "py_mb": round(python_megabytes, 2)}
        entry["ratio"] = {
            figure: [round(value, 4) for value in ratios.ratio(runs, base, figure)]
            for figure in ("import_ms", "total_ms", "cpu_ms", "rss_mib")
        }
        entry["same_answer"] = {run["result"] for run in runs} == {run["result"] for run in base}
        found[kind] = entry
    # What is kept speaks of the package, not of where it lay.
    return found | {kind: {"failed": why.replace(str(kinds[kind].folder), "PACKAGE")} for kind, why in failures.items()}


def measure_demand(runner, kinds):
    """{"function"/"module": {"count", "median_ms", "max_ms"}} of the first uses while the hold-out events run."""
    loads = runner.run(kinds[REWRITTEN], demand=True)["demand"]
    found = {}
    for kind in ("function", "module"):
        spent = [milliseconds for what, _, milliseconds in loads if what == kind]
        if spent:
            found[kind] = {"count": len(spent), "median_ms": common.summary(spent)[1], "max_ms": round(max(spent), 3)}
    return found


def needed_modules(trace, plan, build, cwd):
    """The modules without which the events cannot be handled: those whose functions an event entered or that it loaded,
    the handler's own, and what these need in turn: what they use while they are imported (R2 in the plan), what stands
    outside of our reach (imported by an extension module or the standard library), and the packages around them."""
    argv = [build / "bin" / "faaslight-report", trace, "--plan", plan, "--format", "json", "--top", "0"]
    report = json.loads(subprocess.run(argv, stdout=subprocess.PIPE, cwd=cwd, check=True).stdout)
    needed = {report["handler"].rpartition(".")[0]}
    needed |= {row["name"] for row in report["modules"] if row["entered_in_events"] or row["modules_in_events"]}
    kept = [row for row in report["plan"]["why_eager"]["rows"] if row["cause"]["rule"] in ("R2", "outside", "")]
    before = 0
    while len(needed) > before:
        before = len(needed)
        needed |= {name[:at] for name in needed for at, letter in enumerate(name) if letter == "."}
        needed |= {row["module"] for row in kept if row["importer"] in needed}
    return needed


def measure_floor(runner, kinds, needed):
    """What a cold start of the rewritten package cannot do without: {"floor_ms": quartiles of loading the needed
    modules and a second call of the event; "needed", how many are loaded; "loaded", how many at all}."""
    runs = [runner.run(kinds[REWRITTEN], loads=True) for _ in range(FLOOR_RUNS)]
    sums = [sum(ms for name, ms in run["loads"].items() if name in needed) + run["again_ms"] for run in runs]
    loads = runs[-1]["loads"]
    return {"floor_ms": common.summary(sums), "needed": sum(name in needed for name in loads), "loaded": len(loads)}


def measure_workload(workload, python, arguments):
    """Everything about one workload, as OUT/apps/NAME.json has it."""
    package = fetch.fetch(workload, python)
    event = next(
        e for e in common.load_events([workload.events]) if e[0] == workload.bench_event or not workload.bench_event
    )
    others = common.load_events([workload.holdout])
    function = types.SimpleNamespace(
        handler=workload.handler, trigger="event", layer=[], env=[], timeout=TIME_LIMIT_S, python=python, preload=[]
    )
    # Beside the results, not in /tmp: that may lie on another file system, or in memory.
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=arguments.out) as folder,
        running.running(workload, fetch.cloud_of(package)) as env,
    ):
        work = pathlib.Path(folder).resolve()
        (work / "packages").mkdir()
        (work / "starts").mkdir()
        folders, cost = make_packages(
            workload, package, python, env, work / "packages", arguments.build, not arguments.main
        )
        kinds = starts.originals(package.resolve(), python, work)
        if not arguments.main:
            kinds |= starts.without_us(package.resolve(), work, kinds[starts.PYC].folder)
        kinds |= {kind: starts.Variant(made) for kind, made in folders.items()}
        runner = starts.Starts(function, [event], work / "starts", env)
        samples, failures = starts.measure(
            runner, kinds, arguments.runs, arguments.seed, arguments.cold, starts.BY_HAND, arguments.seconds
        )
        steady = warm.measure(runner, kinds)
        plan = folders[REWRITTEN] / "faaslight.plan"
        needed = needed_modules(work / "packages" / "app.trace", plan, arguments.build, work)
        floor = measure_floor(runner, kinds, needed)
        runner.events = [event, *others]
        return {
            "name": workload.name,
            "paper": workload.paper,
            "does": workload.does,
            "python": common.python_version(python),
            "event": event[0],
            "runs": len(samples[starts.PYC]),
            "cold": arguments.cold,
            "variants": summarise(kinds, samples, failures),
            "warm": steady,
            "floor": floor,
            "demand": measure_demand(runner, kinds),
            "tools": cost,
        }


def write_results(out):
    """OUT/results.json, .md and .svg from OUT/apps and OUT/machine.json."""
    apps = [json.loads(file.read_text(encoding="utf-8")) for file in sorted((out / "apps").glob("*.json"))]
    if not apps:
        raise common.BenchError(f"nothing was measured: {out / 'apps'} is empty")
    machine = json.loads((out / "machine.json").read_text(encoding="utf-8"))
    document = {"format": 1, "machine": machine, "apps": apps}
    common.write_json(out / "results.json", document)
    (out / "results.md").write_text(tables.everything(document), encoding="utf-8")
    (out / "results.svg").write_text(plot.draw(document), encoding="utf-8")
    print(tables.plain(document))


def main():
    parser = argparse.ArgumentParser(prog="bench.sh", description="Measures all sample workloads.")
    parser.add_argument("apps", nargs="*", metavar="APP", help="app20, say (default: all but the large ones)")
    parser.add_argument("--large", action="store_true", help="the large ones too")
    parser.add_argument("--runs", type=int, default=11, help="measured rounds at most (default 11)")
    parser.add_argument("--seconds", type=float, default=24, help="of rounds for each workload (default 24)")
    parser.add_argument("--seed", type=int, default=1, help="of the order within each round (default 1)")
    parser.add_argument(
        "--main", action="store_true", help="the original and the rewritten package alone: more rounds in the same time"
    )
    parser.add_argument("--python", metavar="3.N", help="only workloads that have packages for this CPython, on it")
    parser.add_argument("--cold", action="store_true", help="drop the package from the page cache before each start")
    parser.add_argument("--build", type=pathlib.Path, default=common.ROOT / "build")
    parser.add_argument("--out", type=pathlib.Path, default=common.ROOT / "build/bench")
    parser.add_argument("--tables", action="store_true", help="measure nothing: tables and picture from OUT/apps")
    arguments = parser.parse_args()
    arguments.out, arguments.build = arguments.out.resolve(), arguments.build.resolve()
    (arguments.out / "apps").mkdir(parents=True, exist_ok=True)
    failed = 0
    if not arguments.tables:
        if not arguments.apps:  # a whole run holds nothing of an earlier one
            shutil.rmtree(arguments.out / "apps")
            (arguments.out / "apps").mkdir()
        common.write_json(arguments.out / "machine.json", common.machine())
        pythons = fetch.find_pythons()
        chosen = catalog.choose(arguments.apps, arguments.large)
        for number, workload in enumerate(chosen, 1):
            version = arguments.python or workload.pythons[0]
            if version not in workload.pythons or version not in pythons:
                where = "here" if version in workload.pythons else f"in its folder: {', '.join(workload.pythons)}"
                print(f"{workload.name}: skipped: no CPython {version} {where}", file=sys.stderr)
                continue
            python = pythons[version]
            start = time.monotonic()
            try:
                found = measure_workload(workload, python, arguments)
            except (common.BenchError, catalog.WorkloadError) as problem:
                failed = 1
                print(f"{workload.name}: FAILED: {problem}", file=sys.stderr, flush=True)
                continue
            common.write_json(arguments.out / "apps" / f"{workload.name}.json", found)
            spent = time.monotonic() - start
            print(f"[{number}/{len(chosen)}] {workload.name}: {found['runs']} rounds, {spent:.0f} s", file=sys.stderr)
    write_results(arguments.out)
    return failed


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (common.BenchError, catalog.WorkloadError, OSError) as problem:
        sys.exit(f"bench: {problem}")
