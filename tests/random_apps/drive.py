"""Traces, rewrites and runs random packages, and tells where the rewritten ones answer otherwise.

Cost: a package of several applications is traced once and rewritten three times; every run after that is a fork of a
worker that is started once per CPython.
"""

import json
import random
import shutil
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from machine import find_python, tool
from random_apps.model import main_text

POLICIES = ("traced", "reachable", "none")
HERE = Path(__file__).parent
SINGLES = 4  # runs of one step in a process of its own
DIED = 4  # exit code of the tracer: the handler's module cannot be imported


@dataclass
class Difference:
    """One run that was not what the original's was."""

    policy: str
    operations: list
    number: int  # of the operation; -1: at the end
    expected: object
    got: object

    def __str__(self):
        what = self.operations[self.number - 1] if self.number > 0 else ["the import", "the end"][self.number < 0]
        lines = [f"--keep {self.policy}, operation {self.number}: {json.dumps(what)}"]
        lines += [f"  original:  {self.expected}", f"  rewritten: {self.got}"]
        return "\n".join([*lines, f"  after: {json.dumps(self.operations[: max(self.number - 1, 0)])[:600]}"])


class Session:
    """One CPython: its worker, and counts of what was done."""

    def __init__(self, minor):
        path, reason = find_python(f"3.{minor}")
        if path is None:
            raise LookupError(reason)
        self.minor, self.python = minor, path
        self.counts = Counter()
        self.features = Counter()
        self.worker = None
        self.spoil = lambda what, work: None  # tests break things here on purpose

    def close(self):
        if self.worker is not None:
            self.worker.stdin.close()
            self.worker.wait()
            self.worker = None

    def run(self, folder, apps, operations):
        if self.worker is None:
            argv = [self.python, "-I", "-S", HERE / "worker.py"]
            self.worker = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        entries = {app.prefix: app.entry for app in apps}
        request = {"folder": str(folder), "entries": entries, "operations": operations}
        self.worker.stdin.write(json.dumps(request) + "\n")
        self.worker.stdin.flush()
        self.counts["runs"] += 1
        return json.loads(self.worker.stdout.readline())

    # ---- one package

    def check(self, apps, events, seed, policies=POLICIES):
        """The differences of one package (a list of applications)."""
        with tempfile.TemporaryDirectory(prefix="random-app-", dir=fast_folder()) as name:
            work = Path(name)
            self.counts["packages"] += 1
            self.counts["applications"] += len(apps)
            self.features.update(feature for app in apps for feature in app.features)
            apps, events = self.alive(apps, events, work)
            if apps:
                write(apps, work / "app")
            if not apps or not self.trace(work, events):
                self.counts["packages that died"] += 1
                return []
            self.spoil("trace", work)
            for policy in policies:
                self.rewrite(work, policy)
            self.spoil("packages", work)
            return self.compare(work, apps, events, policies, random.Random(seed))

    def alive(self, apps, events, work):
        """Those that can be imported. One that cannot would keep the others from being tried; alone it has no trace."""
        for app in apps:
            write([app], work / app.prefix)
        dead = [app for app in apps if self.run(work / app.prefix, [app], [])["answers"][0][1]]
        self.counts["applications that died"] += len(dead)
        keys = {key for app in apps if app not in dead for key in app.keys}
        return [app for app in apps if app not in dead], [[key for key in event if key in keys] for event in events]

    def trace(self, work, events):
        """False: the original cannot be imported either."""
        lines = [json.dumps({"call": keys}) for keys in events]
        (work / "events.jsonl").write_text("\n".join(lines) + "\n")
        arguments = ["--events", work / "events.jsonl"] if events else []
        done = tool(
            "faaslight-trace",
            work / "app",
            *("--handler", "main.handler", "--python", self.python, "-o", work / "trace"),
            *arguments,
        )
        if done.returncode == DIED:
            return False
        assert done.returncode == 0, f"faaslight-trace exited with {done.returncode}\n{done.stderr}"
        return True

    def rewrite(self, work, policy):
        done = tool(
            "faaslight-rewrite",
            work / "app",
            *("--trace", work / "trace", "-o", work / policy, "--keep", policy, "--no-verify", "-q", "-j", "1"),
        )
        assert done.returncode == 0, f"faaslight-rewrite --keep {policy} exited with {done.returncode}\n{done.stderr}"

    def compare(self, work, apps, events, policies, chance):
        found = []
        for operations in plans(apps, events, chance):
            expected = self.run(work / "app", apps, operations)
            assert "crash" not in expected, expected["crash"]
            for policy in policies:
                got = self.run(work / policy, apps, operations)
                if "crash" in got:
                    got = {"answers": [], "end": got["crash"], "loaded": [0, 0]}
                self.counts["operations"] += len(operations)
                self.counts["functions loaded"] += got["loaded"][0]
                self.counts["imports loaded"] += got["loaded"][1]
                found += first_difference(policy, operations, expected, got)
        return found


def first_difference(policy, operations, expected, got):
    """A list of at most one: what comes after the first is often its consequence."""
    for number, (one, other) in enumerate(zip(expected["answers"], got["answers"])):
        if one != other:
            return [Difference(policy, operations, number, one, other)]
    if expected["end"] != got["end"] or len(expected["answers"]) != len(got["answers"]):
        return [Difference(policy, operations, -1, expected["end"], got["end"])]
    return []


def plans(apps, events, chance):
    """The runs that are compared: lists of operations."""
    steps = [["step", key] for app in apps for key in app.keys]
    outside = [operation for app in apps for operation in app.outside]
    quiet = [key for app in apps for key in app.quiet]
    chance.shuffle(steps)
    yield [["event", keys] for keys in events] + steps + outside
    mixed = steps + outside
    chance.shuffle(mixed)
    yield mixed
    if len(quiet) > 1:
        yield [["threads", chance.sample(quiet, min(len(quiet), 8))], *steps[:5]]
    for operation in chance.sample(mixed, min(len(mixed), SINGLES)):
        yield [operation]


def write(apps, folder):
    """The package's files. An application alone has the same handler."""
    for app in apps:
        for file, text in app.files().items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    (folder / "main.py").write_text(main_text(apps))


def fast_folder():
    """A folder in memory where there is one: thousands of small files are written and removed."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() else None


def keep(apps, events, seed, folder):
    """Writes a failing package where a person can look at it, with a command that runs it again."""
    shutil.rmtree(folder, ignore_errors=True)
    write(apps, folder / "app")
    (folder / "events.jsonl").write_text("".join(json.dumps({"call": keys}) + "\n" for keys in events))
    (folder / "seed").write_text(f"{seed}\n")


def explain(session, apps, events, differences):
    """What a person needs to act: the files, the decisions, and the answers that differ."""
    parts = [f"CPython 3.{session.minor}, events {json.dumps(events)}"]
    with tempfile.TemporaryDirectory(prefix="random-app-") as name:
        work = Path(name)
        write(apps, work / "app")
        session.trace(work, events)
        policy = differences[0].policy
        options = ["--keep", policy, "--no-verify", "-q", "--emit-source", work / "texts"]
        tool("faaslight-rewrite", work / "app", "--trace", work / "trace", "-o", work / "out", *options)
        for path in sorted((work / "app").rglob("*.py")):
            file = path.relative_to(work / "app")
            text = work / "texts" / file
            parts.append(side_by_side(file, path.read_text(), text.read_text() if text.exists() else None))
        plan = work / "out/faaslight.plan"
        if plan.exists():
            shown = tool("faaslight-report", work / "trace", "--plan", plan, "--top", "30").stdout
            parts.append(shown[shown.find("Became lazy") :])
    parts += [str(difference) for difference in differences[:4]]
    return "\n".join(parts)


def side_by_side(file, original, rewritten):
    """A file's text; below each line that was rewritten what became of it."""
    lines = [f"---- {file}" + ("" if rewritten else " (as it was)")]
    after = (rewritten or original).splitlines()
    for number, line in enumerate(original.splitlines()):
        lines.append(f"{number + 1:4} {line}")
        if after[number] != line:
            lines.append(f"   > {after[number]}")
    lines += [f"   > {line}" for line in after[len(original.splitlines()) :]]
    return "\n".join(lines)
