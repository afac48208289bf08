"""What tests share that drive the built programs: where those are, which CPythons there are, how to run either."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("FAASLIGHT_BUILD", ROOT / "build"))
MINORS = ("3.9", "3.10", "3.11", "3.12", "3.13")
# Long enough for a sanitizer build on a busy machine; a hang still ends.
TIME_LIMIT_S = 600


@cache
def find_python(minor):
    """(path, None) of a CPython that a tracer can be built for, or (None, why there is none)."""
    found = subprocess.run([ROOT / "scripts/find-python.sh", minor], capture_output=True, text=True)
    if found.returncode:
        return None, found.stderr.strip()
    return found.stdout.strip(), None


def python_or_skip(minor):
    path, reason = find_python(minor)
    if path is None:
        pytest.skip(reason)
    return path


def any_python():
    """The oldest CPython that is there, for tests that need only one."""
    for minor in MINORS:
        path, _ = find_python(minor)
        if path:
            return path
    return pytest.fail("no CPython from 3.9 to 3.13 with libpython on this machine")


def tool(name, *arguments, **options):
    """Runs one of our programs and gives its CompletedProcess, output as text."""
    argv = [BUILD / "bin" / name, *arguments]
    return subprocess.run(
        [str(part) for part in argv],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=TIME_LIMIT_S,
        stdin=subprocess.DEVNULL,
        **options,
    )


def succeed(name, *arguments, **options):
    """Like tool(), for runs that must go well."""
    done = tool(name, *arguments, **options)
    assert done.returncode == 0, f"{name} exited with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def trace(app, handler, output, *, python, events=(), env=None):
    """Traces and gives the trace's path. Nothing of events: the import alone."""
    arguments = [app, "--handler", handler, "--python", python, "-o", output]
    for event in events:
        arguments += ["--events", event]
    for name, value in (env or {}).items():
        arguments += ["--env", f"{name}={value}"]
    succeed("faaslight-trace", *arguments)
    return output


def traced_app(folder, python, files, events=("{}",)):
    """FOLDER/app of {file: text}, and its trace under these events: gives both paths."""
    app = folder / "app"
    for name, text in files.items():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(text)
    (folder / "events.jsonl").write_text("\n".join(events))
    return app, trace(app, "main.handler", folder / "app.trace", python=python, events=[folder / "events.jsonl"])


def make_app(folder, python, files):
    """The same under one empty event, and what is made of it in FOLDER/out."""
    _, traced = traced_app(folder, python, files)
    succeed("faaslight-rewrite", folder / "app", "--trace", traced, "-o", folder / "out", "--no-repair")


def run_in(folder, python, code, flags=(), **environment):
    """Runs code in a package's folder, without the PYTHON variables of this environment: its CompletedProcess, which
    must have gone well."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [python, *flags, "-B", "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**inherited, **environment},
        timeout=TIME_LIMIT_S,
    )
    assert done.returncode == 0, done.stderr
    return done


def watch_known(answerer):
    """Code that puts into `found`, for each text that this class of the runtime is asked for, whether it knew it."""
    return f"""\
class Watch(dict):
    def get(self, key):
        found.append(super().get(key) is not None)
        return super().get(key)
found = []
try:
    import _faaslight
except ImportError:
    pass
else:
    begin = _faaslight.{answerer}.__init__
    _faaslight.{answerer}.__init__ = lambda self, function, known: begin(self, function, Watch(known))
"""


def report(trace_file, plan=None):
    """The report as its JSON document."""
    arguments = [trace_file, "--format", "json"]
    if plan:
        arguments += ["--plan", plan]
    return json.loads(succeed("faaslight-report", *arguments).stdout)


def fetch_workload(app, python):
    """The runnable folder of a sample workload for this CPython."""
    fetched = subprocess.run(
        [ROOT / "scripts/fetch-workload.sh", app, python], capture_output=True, text=True, timeout=TIME_LIMIT_S
    )
    assert fetched.returncode == 0, fetched.stderr
    return ROOT / fetched.stdout.splitlines()[-1]


def tree(folder):
    """Every file of a folder: relative path to bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def run_python(python, code, *, app, cwd=None, env=None, arguments=()):
    """Runs a program with an app's folder as the only place beside the standard library, and gives its JSON answer.

    -I -S: the interpreter's own site-packages would supply what the app lacks. -B: nothing is written into the app.
    """
    head = f"import sys; sys.path.insert(0, {str(app)!r})\n"
    done = subprocess.run(
        [python, "-I", "-S", "-B", "-c", head + code, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **(env or {})},
        timeout=TIME_LIMIT_S,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


CALL_EACH = """
import json
answers = []
for call in sys.argv[1:]:
    try:
        answers.append(repr(eval(call)))
    except Exception as error:
        # Addresses of objects differ from run to run.
        answers.append([type(error).__module__, type(error).__name__, str(error).split(" object at 0x")[0]])
print(json.dumps(answers))
"""


def answers(python, calls, *, app, names, env=None):
    """What each of these expressions gives or raises, one after the other in one process. names: defines what they use."""
    return run_python(python, names + CALL_EACH, app=app, env=env, arguments=calls)


def assert_same_answers(python, calls, *, app, out, names, env=None):
    """The package in `out` answers as `app` does: to all calls in a row, and to each alone in a fresh process."""

    def run(folder, some):
        return answers(python, some, app=folder, names=names, env=env)

    original = run(app, calls)
    assert run(out, calls) == original, "all in a row"
    for call, expected in zip(calls, original):
        assert run(out, [call]) == [expected], f"alone: {call}"
