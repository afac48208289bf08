"""Small applications for `faaslight-invoke local`, its runs, and what a run may leave behind: nothing."""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from machine import BUILD, ROOT, TIME_LIMIT_S, any_python

SERVERS = Path(os.environ.get("FAASLIGHT_SERVERS", ROOT / ".deps/servers"))
# Answers with the times that the seed's scripts read, in milliseconds.
TIMED = """\
import time
InitStart = time.time() * 1000
InitEnd = time.time() * 1000
calls = []
def handler(event, context=None):
    start = time.time() * 1000
    calls.append(event)
    return {"InitStart": InitStart, "InitEnd": InitEnd, "functionStart": start, "functionEnd": time.time() * 1000}
"""


@dataclass
class Run:
    """How a run of faaslight-invoke ended, and its results if there are any."""

    code: int
    out: str
    err: str
    results: dict | None

    @property
    def rounds(self):
        return self.results["rounds"]

    def column(self, name):
        """The same member of every round."""
        return [one[name] for one in self.rounds]


def write_app(folder, files):
    """FOLDER of {file: text}; a text alone is main.py."""
    for name, text in ({"main.py": files} if isinstance(files, str) else files).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def runtime_of(python):
    """The name that AWS gives the runtime of this CPython."""
    said = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout
    return "python" + ".".join(said.split()[1].split(".")[:2])


def local_arguments(app, output, *more, runtime=None, handler="main.handler", apps=True):
    named = ["--app", app] if apps else []
    return [
        "local",
        *named,
        "--handler",
        handler,
        "--runtime",
        runtime or runtime_of(any_python()),
        "-o",
        output,
        *more,
    ]


def command(arguments):
    return [str(part) for part in (BUILD / "bin/faaslight-invoke", *arguments)]


def environment(**more):
    return {**os.environ, "FAASLIGHT_SERVERS": str(SERVERS), **more}


def invoke(arguments, *, env=None, clean=True):
    """Runs faaslight-invoke. A run that ends leaves no process, no scratch folder and no journal (unless not clean)."""
    output = Path(arguments[arguments.index("-o") + 1])
    with nothing_left_behind(output.parent):
        done = subprocess.run(
            command(arguments),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIME_LIMIT_S,
            stdin=subprocess.DEVNULL,
            env=environment(TMPDIR=str(scratch_of(output.parent)), **(env or {})),
        )
    if clean:
        assert not Path(f"{output}.part").exists(), "the journal"
    results = json.loads(output.read_text()) if output.exists() else None
    return Run(done.returncode, done.stdout, done.stderr, results)


@contextlib.contextmanager
def going(arguments):
    """It runs meanwhile, and its journal's path; nothing of it is left afterwards."""
    output = Path(arguments[arguments.index("-o") + 1])
    env = environment(TMPDIR=str(scratch_of(output.parent)))
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with nothing_left_behind(output.parent):
        with subprocess.Popen(command(arguments), env=env, text=True, **pipes) as process:
            try:
                yield process, Path(f"{output}.part")
            finally:
                process.kill()


def local(app, *more, env=None, clean=True, **options):
    """A measurement of this application; its results in the folder beside it."""
    output = app.parent / "results.json"
    output.unlink(missing_ok=True)
    return invoke(local_arguments(app, output, *more, **options), env=env, clean=clean)


def measured(app, *more, **options):
    """The same, of a run that must go well."""
    done = local(app, *more, **options)
    assert done.code == 0, f"{done.code}\n{done.out}\n{done.err}"
    return done


def scratch_of(folder):
    (folder / "scratch").mkdir(exist_ok=True)
    return folder / "scratch"


def living_below(folder):
    """{process: command line} of the processes that were started with a folder of this one as theirs or as TMPDIR."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.name == str(os.getpid()):
                continue
            environ = (process / "environ").read_bytes().split(b"\0")
            temporary = any(line.startswith(f"TMPDIR={folder}".encode()) for line in environ)
            if temporary or str((process / "cwd").readlink()).startswith(str(folder)):
                found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


@contextlib.contextmanager
def nothing_left_behind(folder):
    """No process of this folder is alive when the block ends, and nothing lies in its scratch folder."""
    yield
    end = time.monotonic() + 2  # one that was killed is gone a moment later
    while (left := living_below(folder)) and time.monotonic() < end:
        time.sleep(0.02)
    for process in left:
        os.kill(process, signal.SIGKILL)
    assert not left, f"left running: {left}"
    assert list(scratch_of(folder).iterdir()) == [], "left in TMPDIR"


def listing(folder):
    """{path: what it is, its time, its content's hash} of everything in a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
        found[str(path.relative_to(folder))] = (status.st_mode, status.st_mtime_ns, digest)
    return found


@pytest.fixture
def app(tmp_path):
    """Makes an application of {file: text} in a folder of its own."""
    return lambda files: write_app(tmp_path / "app", files)
