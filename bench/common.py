"""What the benchmarks share: copies of an application, its environment and service, the machine, and statistics."""

import contextlib
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "sample_workloads"))

import running  # noqa: E402

RUNNER = ROOT / "replay" / "runner.py"
BENCH = ROOT / "bench"


class BenchError(Exception):
    """One line for the user."""


def add_workload_arguments(parser):
    """The arguments that say which function is measured."""
    parser.add_argument("--app", required=True, type=pathlib.Path, help="the application's folder")
    parser.add_argument("--handler", required=True, help="main.handler")
    parser.add_argument(
        "--events", required=True, type=pathlib.Path, action="append", help="an event, or a folder of them"
    )
    parser.add_argument("--trigger", choices=("event", "http"), default="event")
    parser.add_argument("--layer", type=pathlib.Path, action="append", default=[])
    parser.add_argument("--env", action="append", default=[], metavar="K=V")
    parser.add_argument(
        "--service",
        type=pathlib.Path,
        help="a service that the function talks to: a Python program whose first line of output, K=V, goes into the "
        "function's environment (default: service.py of the application, if there)",
    )
    parser.add_argument("--runs", type=int, default=11, help="measured processes of each kind (default 11)")
    parser.add_argument("--seed", type=int, default=1, help="of the order within each round (default 1)")
    parser.add_argument("--timeout", type=float, default=300, help="seconds that one process may take")
    parser.add_argument("--json", type=pathlib.Path, metavar="OUT", help="write every sample to this file")


def load_events(paths):
    """[(name, JSON text)] of files and folders, in name order."""
    files = []
    for path in paths:
        if path.is_dir():
            files += sorted(file for file in path.iterdir() if file.suffix in (".json", ".jsonl"))
        else:
            files.append(path)
    events = []
    for file in files:
        try:
            text = file.read_text(encoding="utf-8-sig")
            parts = text.splitlines() if file.suffix == ".jsonl" else [text]
            for number, part in enumerate(parts, 1):
                if part.strip():
                    json.loads(part)
                    events.append((file.stem if file.suffix == ".json" else f"{file.name}:{number}", part))
        except (OSError, ValueError) as error:
            raise BenchError(f"{file}: {error}") from None
    if not events:
        raise BenchError("no events: " + ", ".join(map(str, paths)))
    return events


def environment(arguments, app, scratch, extra):
    """The clean environment that a handler sees (as replay/environment.cc makes it)."""
    env = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "TZ": ":UTC",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }
    if arguments.trigger == "http":
        env.update(
            K_SERVICE="function",
            K_REVISION="1",
            FUNCTION_TARGET=arguments.handler.rpartition(".")[2],
            FUNCTION_SIGNATURE_TYPE="http",
            PORT="8080",
        )
    else:
        env.update(
            AWS_DEFAULT_REGION="us-east-1",
            AWS_REGION="us-east-1",
            AWS_LAMBDA_FUNCTION_NAME="function",
            AWS_LAMBDA_FUNCTION_VERSION="$LATEST",
            AWS_LAMBDA_FUNCTION_MEMORY_SIZE="1769",
            LAMBDA_TASK_ROOT=str(app),
            _HANDLER=arguments.handler,
        )
    for assignment in arguments.env:
        name, equals, value = assignment.partition("=")
        if not equals or not name:
            raise BenchError(f"--env {assignment}: give it as K=V")
        env[name] = value
    env.update(extra)
    return env


def request(arguments, app, events, outcomes):
    """The document that replay/runner.py and bench/probe.py read."""
    return {
        "app": str(app),
        "layers": [str(layer.resolve()) for layer in arguments.layer],
        "handler": arguments.handler,
        "trigger": arguments.trigger,
        "events": [{"name": name, "json": text} for name, text in events],
        "timeout_s": arguments.timeout,
        "outcomes": str(outcomes),
    }


@contextlib.contextmanager
def service(arguments):
    """Runs the function's service meanwhile; gives the variables that it announces."""
    program = arguments.service
    if program is None:
        program = arguments.app / "service.py"
        if not program.is_file():
            yield {}
            return
    try:
        with running.serving([sys.executable, "-B", program]) as (name, value):
            yield {name: value}
    except running.WorkloadError as error:
        raise BenchError(str(error)) from None


def without_bytecode(app, copy):
    """A copy that has no .pyc file."""
    shutil.copytree(app, copy, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    return copy


def with_bytecode(app, copy, python):
    """A copy whose .pyc files are this CPython's, checked by time stamp: what an installer leaves behind."""
    without_bytecode(app, copy)
    # Files that do not compile (templates, other Pythons' sources) are in many packages: they have no .pyc anywhere.
    subprocess.run(
        [str(python), "-I", "-m", "compileall", "-q", "-j", "0", str(copy)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if not any(copy.rglob("*.pyc")):
        raise BenchError(f"{python} compiled nothing in {app}")
    return copy


def run(argv, env, cwd, timeout):
    """Runs a process to its end with nothing on its standard streams; raises on failure."""
    try:
        result = subprocess.run(
            [str(part) for part in argv],
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=timeout,
            check=False,
        )
    except OSError as error:
        raise BenchError(f"{argv[0]} cannot be started: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise BenchError(f"{argv[0]} did not end within {timeout:g} s; give more with --timeout") from None
    if result.returncode != 0:
        lines = result.stderr.decode("utf-8", "replace").strip().splitlines() or [f"exit code {result.returncode}"]
        raise BenchError(f"{pathlib.Path(argv[0]).name} failed: {lines[-1]}")


def spread(values):
    """(lower quartile, median, upper quartile)."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    quartiles = statistics.quantiles(values, n=4, method="inclusive")
    return quartiles[0], statistics.median(values), quartiles[2]


def summary(values):
    """The same, rounded for a results file."""
    return [round(value, 3) for value in spread(values)]


def machine():
    """What the figures were measured on."""
    model = "unknown processor"
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = " ".join(line.partition(":")[2].split())
                break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory, 1),
        "kernel": platform.release(),
        "load": round(os.getloadavg()[0], 2),
    }


def describe(facts):
    text = "{processor}, {cores} cores, {memory_gib} GiB, Linux {kernel}, load {load}".format(**facts)
    if facts["load"] > facts["cores"] * 0.75:
        text += "\nthe machine was busy before the run: read the ratios, not the milliseconds"
    return text


def python_version(python):
    try:
        result = subprocess.run(
            [str(python), "-I", "-S", "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        raise BenchError(f"no such interpreter: {python}") from None
    return result.stdout.strip()


def table(rows):
    """Text with columns as wide as needed: the first to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def write_json(path, document):
    text = json.dumps(document, indent=1, sort_keys=True) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BenchError(f"cannot write {path}: {error.strerror}") from None
