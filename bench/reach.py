"""Measures static reachability against what really ran: recall, precision proxies, time and memory, beside PyCG.

    bench/reach.py [--out DIR] [--no-pycg] [APP...]

For each sample workload: its events and hold-out events run under sys.setprofile (bench/calls.py), which gives the
functions that were entered and who called whom; then faaslight-reach and PyCG read the package, and are held to it.
"""

import argparse
import ast
import collections
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "sample_workloads"), str(ROOT / "bench")]

import catalog  # noqa: E402
import common  # noqa: E402
import fetch  # noqa: E402
import running  # noqa: E402

BUILD = pathlib.Path(os.environ.get("FAASLIGHT_BUILD", ROOT / "build")).resolve()
PYCG_VENV = ROOT / "build/pycg"
TIME_LIMIT_S = 1200
PYCG_LIMIT_S = 120
MEMORY_LIMIT = 6 << 30


def measured(argv, output, limit=TIME_LIMIT_S, memory=0):
    """Runs a program with its standard output in a file: (exit code, seconds, peak MB, last line of stderr)."""

    def bound():
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    start = time.monotonic()
    with open(output, "wb") as out, tempfile.TemporaryFile() as errors:
        child = subprocess.Popen([str(part) for part in argv], stdout=out, stderr=errors, preexec_fn=bound)
        timed_out = False
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() - start > limit:
                child.kill()
                timed_out = True
            time.sleep(0.01)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - start
        errors.seek(0)
        lines = errors.read().decode(errors="replace").strip().splitlines()
    why = f"not done after {limit} s" if timed_out else lines[-1] if lines else ""
    return child.returncode, seconds, usage.ru_maxrss / 1024, why


def calls_of(workload, package, python, env, scratch):
    """What ran, as bench/calls.py writes it, of the events and of the hold-out events: united."""
    code, entered, edges = {}, set(), set()
    for folder in workload.event_folders:
        events = common.load_events([folder])
        home = scratch / f"home-{folder.name}"
        home.mkdir()
        arguments = argparse.Namespace(
            trigger="event", handler=workload.handler, env=[], layer=[], timeout=TIME_LIMIT_S
        )
        request, calls = scratch / "request.json", scratch / "calls.json"
        records = scratch / "outcomes.jsonl"
        request.write_text(json.dumps(common.request(arguments, package.resolve(), events, records)))
        variables = common.environment(arguments, package.resolve(), home, env)
        calls.unlink(missing_ok=True)
        argv = [python, "-S", "-s", "-B", ROOT / "bench/calls.py", calls, request]
        common.run(argv, variables, package, TIME_LIMIT_S)
        found = json.loads(calls.read_text())
        at = [code.setdefault(tuple(key), len(code)) for key in found["code"]]
        entered |= {at[index] for index in found["entered"]}
        edges |= {(at[a], at[b]) for a, b in found["edges"]}
    return list(code), entered, edges


class Reach:
    """What faaslight-reach printed."""

    def __init__(self, document):
        self.functions = {}  # (file, first line, name) -> reached
        self.dotted = {}  # the same key -> "module.qualified.name"
        self.calls = {}  # the same key; a module's body has line 1 and "<module>" -> (keys, names)
        self.module_names = {}  # file -> module
        modules = document["modules"]
        keys = [
            [(module["file"], line, qualname.rsplit(".", 1)[-1]) for qualname, line, *_ in module["functions"]]
            for module in modules
        ]
        for index, module in enumerate(modules):
            self.module_names[module["file"]] = module["name"]
            if module["body"]:
                self.note_calls((module["file"], 1, "<module>"), module["body"], keys)
            for key, (qualname, _, reached, calls) in zip(keys[index], module["functions"]):
                self.functions[key] = self.functions.get(key, False) or reached
                self.dotted[key] = f"{module['name']}.{qualname.replace('<locals>.', '')}"
                if calls:
                    self.note_calls(key, calls, keys)

    def note_calls(self, key, calls, keys):
        functions, names = self.calls.setdefault(key, (set(), set()))
        functions.update(keys[module][function] for module, function in calls[0])
        names.update(calls[1])

    def edge(self, caller, callee):
        """How the graph has this edge: "named", "by name", "special method" or, when it has not, "missing"."""
        functions, names = self.calls.get(caller, (set(), set()))
        name = callee[2]
        if callee in functions:
            return "named"
        if name in names:
            return "by name"
        if self.functions.get(callee) and name.startswith("__") and name.endswith("__"):
            return "special method"
        return "missing"


def recall_of_functions(reach, code, entered, package):
    """(entered, of these reached, [missed]) of functions whose file is a source file of the application."""
    root = str(package.resolve()) + os.sep
    wanted = [code[index] for index in entered if code[index][0].startswith(root)]
    missed = [key for key in wanted if not reach.functions.get(tuple(key), False)]
    return len(wanted), len(wanted) - len(missed), missed


def edges_of(reach, code, edges, root):
    """{how the graph has it: number} of the observed edges between functions of the application."""
    counted = collections.Counter()
    for caller, callee in edges:
        if code[caller][0].startswith(root) and code[callee][0].startswith(root):
            body = code[caller][2] == "<module>"
            counted[reach.edge((code[caller][0], 1, "<module>") if body else code[caller], code[callee])] += 1
    return dict(counted)


def install_pycg():
    """PyCG, pinned by hash, in a virtual environment of its own; its program."""
    program = PYCG_VENV / "bin/python"
    if not any(PYCG_VENV.glob("lib/*/site-packages/pycg")):
        shutil.rmtree(PYCG_VENV, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", PYCG_VENV], check=True)
        pip = [PYCG_VENV / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*pip, "-r", ROOT / "scripts/requirements/pycg.txt"], check=True)
        # The wheel's folder is PyCG, its modules import pycg: no difference on some file systems.
        (folder,) = PYCG_VENV.glob("lib/*/site-packages/PyCG")
        (folder.parent / "pycg").symlink_to("PyCG")
    return program


def pycg(workload, package, scratch, reach, code, entered, edges):
    """PyCG's figures, or why there are none."""
    module = workload.handler.rsplit(".", 1)[0]
    output = scratch / "pycg.json"
    output.unlink(missing_ok=True)
    argv = [
        install_pycg(),
        "-m",
        "pycg",
        "--package",
        package.resolve(),
        package.resolve() / f"{module}.py",
        "-o",
        output,
    ]
    status, seconds, megabytes, why = measured(argv, scratch / "pycg.out", PYCG_LIMIT_S, MEMORY_LIMIT)
    figures = {"seconds": round(seconds, 2), "mb": round(megabytes)}
    if status != 0 or not output.exists():
        return {**figures, "failed": why[:200]}
    graph = json.loads(output.read_text())
    todo = collections.deque([module, workload.handler])
    seen = set(todo)
    while todo:
        for callee in graph.get(todo.popleft(), []):
            if callee not in seen:
                seen.add(callee)
                todo.append(callee)
    root = str(package.resolve()) + os.sep
    names = {index: reach.dotted.get(code[index]) for index in range(len(code)) if code[index][0].startswith(root)}
    wanted = [index for index in entered if index in names]
    observed = [(a, b) for a, b in edges if b in names and code[a][0].startswith(root)]
    callers = {a: names.get(a) or reach.module_names.get(code[a][0]) for a, _ in observed}
    return {
        **figures,
        "edges": len(observed),
        "edges_recalled": sum(names[b] in graph.get(callers[a], []) for a, b in observed),
        "entered": len(wanted),
        "recalled": sum(names[index] in seen for index in wanted),
        "in_graph": sum(names[index] in graph for index in wanted),
        "reached": len(seen),
    }


def reach_of(workload, package, stdlib, version, scratch):
    """(Reach, seconds, MB): what faaslight-reach says of a folder, and what it costs without printing."""
    argv = [BUILD / "bin/faaslight-reach", package.resolve(), "--handler", workload.handler]
    argv += ["--tag", "cpython-" + version.replace(".", "")]
    argv += ["--stdlib", stdlib] if stdlib else []
    status, seconds, megabytes, why = measured(argv, scratch / "reach.json")
    if status != 0:
        raise common.BenchError(f"faaslight-reach ended with {status}: {why}")
    _, seconds, megabytes, _ = measured([*argv, "--quiet"], scratch / "quiet")
    return Reach(json.loads((scratch / "reach.json").read_text())), seconds, megabytes


def imported_by(path):
    """First names of the modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return sorted(found)


def libraries(workload, package, version, scratch, code, entered, edges):
    """The handler's module with one library that it imports, all others and CPython's left out: so PyCG survives more
    often, and both programs read the same files."""
    rows = []
    module = workload.handler.rsplit(".", 1)[0] + ".py"
    for name in imported_by(package / module):
        source = next((path for path in (package / name, package / f"{name}.py") if path.exists()), None)
        if source is None:
            continue
        alone = scratch / "libraries" / name
        alone.mkdir(parents=True)
        shutil.copy(package / module, alone / module)
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, alone / source.name)
        root = str(package.resolve()) + os.sep
        moved = [(file.replace(root, str(alone.resolve()) + os.sep, 1), *rest) for file, *rest in code]
        there = {
            index for index, (file, *_) in enumerate(moved) if os.path.exists(file) and file.startswith(str(alone))
        }
        ran = entered & there
        reach, seconds, megabytes = reach_of(workload, alone, None, version, scratch)
        wanted, recalled, _ = recall_of_functions(reach, moved, ran, alone)
        called = {(a, b) for a, b in edges if a in there and b in there}
        seen = edges_of(reach, moved, called, str(alone.resolve()) + os.sep)
        rows.append(
            {
                "library": name,
                "files": sum(file.startswith(str(alone.resolve())) for file in reach.module_names),
                "seconds": round(seconds, 2),
                "mb": round(megabytes),
                "entered": wanted,
                "recalled": recalled,
                "edges": seen,
                "pycg": pycg(workload, alone, scratch, reach, moved, ran, called),
            }
        )
        shutil.rmtree(alone)
    return rows


def measure(workload, python, version, arguments):
    package = ROOT / fetch.fetch(workload, python)
    stdlib = subprocess.run(
        [python, "-S", "-c", "import os; print(os.path.dirname(os.__file__))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    with tempfile.TemporaryDirectory(prefix="faaslight-reach-") as made:
        scratch = pathlib.Path(made).resolve()
        with running.running(workload, fetch.cloud_of(package)) as env:
            code, entered, edges = calls_of(workload, package, python, env, scratch)
        reach, seconds, megabytes = reach_of(workload, package, stdlib, version, scratch)
        root = str(package.resolve()) + os.sep
        wanted, recalled, missed = recall_of_functions(reach, code, entered, package)
        mine = [key for key in reach.functions if key[0].startswith(root)]
        figures = {
            "app": workload.name,
            "python": version,
            "seconds": round(seconds, 2),
            "mb": round(megabytes),
            "files": sum(file.endswith(".py") for file in reach.module_names),
            "defined": len(mine),
            "reached": sum(reach.functions[key] for key in mine),
            "entered": wanted,
            "recalled": recalled,
            "edges": edges_of(reach, code, edges, root),
            "missed": sorted(f"{key[0].removeprefix(root)}:{key[1]} {key[2]}" for key in missed),
        }
        if not arguments.no_pycg:
            figures["pycg"] = pycg(workload, package, scratch, reach, code, entered, edges)
            _, alone, _ = reach_of(workload, package, None, version, scratch)
            figures["seconds_without_stdlib"] = round(alone, 2)
            figures["libraries"] = libraries(workload, package, version, scratch, code, entered, edges)
    return figures


def percent(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else "-"


def table(out):
    """Markdown of all measured workloads in a folder."""
    lines = [
        "| app | files | s | MiB | entered | recall | reached | edges seen | by name of thing | by attribute | special "
        "| PyCG |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for path in sorted(out.glob("*.json")):
        row = json.loads(path.read_text())
        edges = row["edges"]
        seen = sum(edges.values())
        beside = row.get("pycg")
        if beside is None:
            told = "not run"
        elif "failed" in beside:
            told = f"fails: {beside['failed'].split(':')[0]} ({beside['seconds']:.0f} s)"
        else:
            told = (
                f"{percent(beside['recalled'], beside['entered'])} of entered, "
                f"{percent(beside['edges_recalled'], beside['edges'])} of edges, {beside['seconds']:.0f} s"
            )
        cells = [
            row["app"].split("_")[0],
            row["files"],
            f"{row['seconds']:.1f}",
            row["mb"],
            row["entered"],
            percent(row["recalled"], row["entered"]),
            percent(row["reached"], row["defined"]),
            seen,
            *(percent(edges.get(kind, 0), seen) for kind in ("named", "by name", "special method")),
            told,
        ]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    lines += ["", *library_lines(out)]
    missed = [
        f"{row['app'].split('_')[0]}: {name}"
        for path in sorted(out.glob("*.json"))
        for row in [json.loads(path.read_text())]
        for name in row["missed"]
    ]
    return "\n".join(lines) + "\n\nMissed, by name: " + ("; ".join(missed) or "none") + ".\n"


def library_lines(out):
    """Markdown of the libraries that were read alone, by both programs."""
    lines = [
        "| app | library | files | entered | recall | edges | s | PyCG: recall | edges | s | times |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for path in sorted(out.glob("*.json")):
        for row in json.loads(path.read_text()).get("libraries", []):
            seen = sum(row["edges"].values())
            beside = row["pycg"]
            told = [beside.get("failed", "").split(":")[0], ""]
            if "failed" not in beside:
                told = [percent(beside["recalled"], row["entered"]), percent(beside["edges_recalled"], seen)]
            cells = [
                path.stem.split("_")[0],
                row["library"],
                row["files"],
                row["entered"],
                percent(row["recalled"], row["entered"]),
                percent(seen - row["edges"].get("missing", 0), seen),
                f"{row['seconds']:.2f}",
                *told,
                f"{beside['seconds']:.1f}",
                f"{beside['seconds'] / max(row['seconds'], 0.01):.0f}",
            ]
            lines.append("| " + " | ".join(map(str, cells)) + " |")
    return lines


def write_docs(out):
    """Puts the table between its marks in docs/reachability.md."""
    docs = ROOT / "docs/reachability.md"
    before, begin, rest = docs.read_text(encoding="utf-8").partition("<!-- begin results -->\n")
    _, end, after = rest.partition("<!-- end results -->")
    docs.write_text(before + begin + table(out) + end + after, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(prog="bench-reach", description=__doc__.splitlines()[0])
    parser.add_argument("apps", nargs="*", metavar="APP", help="app20, say (default: all but the large ones)")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--python", default="", help="this version alone (default: the first of each workload)")
    parser.add_argument("--no-pycg", action="store_true")
    parser.add_argument("--docs", action="store_true", help="measure nothing: the table of OUT into docs/")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/bench-reach")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.docs:
        write_docs(arguments.out)
        return 0
    failed = 0
    for workload, python, version in fetch.runnable(catalog.choose(arguments.apps, arguments.large), arguments.python):
        try:
            figures = measure(workload, python, version, arguments)
        except (common.BenchError, catalog.WorkloadError, subprocess.SubprocessError, OSError, ValueError) as problem:
            failed += 1
            print(f"{workload.name}: FAILED: {problem}", flush=True)
            continue
        (arguments.out / f"{workload.name}.json").write_text(json.dumps(figures, indent=1) + "\n")
        shown = {key: value for key, value in figures.items() if key not in ("missed", "app")}
        print(f"{workload.name}: {shown}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
