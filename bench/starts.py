"""One cold start of one variant of a function, in a fresh process; and the variants that are compared.

A variant is a folder with the package, the interpreter's flags, and what bench/probe.py does before the import. The
package is read-only in effect (PYTHONDONTWRITEBYTECODE): nobody writes a .pyc that the next start would find.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import random
import shutil
import subprocess
import time

import common

NO_PYC = "original, no .pyc"
PYC = "original, valid .pyc"
REWRITTEN, REACHABLE = "rewritten", "rewritten, --keep reachable"
LAZY_LOADER = "LazyLoader"
GC_HELD = "gc held"
OO = "-OO"
BY_HAND = (LAZY_LOADER, GC_HELD, OO)


@dataclasses.dataclass(frozen=True)
class Variant:
    """`flags` of the interpreter; `before` the import: "lazy_loader", "gc_held"; `fills`: the first start, which does
    not count, writes the .pyc files that the later ones read."""

    folder: pathlib.Path
    flags: tuple = ()
    before: tuple = ()
    fills: bool = False


def originals(app, python, work):
    """{name: Variant} of the original: as installers without compilation leave it, and with valid .pyc files."""
    return {
        NO_PYC: Variant(common.without_bytecode(app, work / "no-pyc" / app.name)),
        PYC: Variant(common.with_bytecode(app, work / "pyc" / app.name, python)),
    }


def without_us(app, work, compiled):
    """{name: Variant} of what a user can do by hand. `compiled`: the original with valid .pyc files.

    LazyLoader: importlib.util.LazyLoader around every source module's loader, by a finder in front of sys.meta_path.
    gc held: gc.disable() before the imports and gc.enable() behind them.
    -OO: no docstrings and asserts (PYTHONOPTIMIZE=2 in the function's settings).
    """
    return {
        LAZY_LOADER: Variant(compiled, before=("lazy_loader",)),
        GC_HELD: Variant(compiled, before=("gc_held",)),
        OO: Variant(common.without_bytecode(app, work / "oo" / app.name), flags=("-OO",), fills=True),
    }


class Starts:
    """Measures starts of one function. `function`: what common.add_workload_arguments describes, and python, preload.

    Scratch files lie in `work`, which the caller removes. Not for concurrent use.
    """

    def __init__(self, function, events, work, variables):
        self.function = function
        self.events = events
        self.work = work
        self.variables = variables
        programs = [shutil.copy(program, work) for program in (common.BENCH / "probe.py", common.RUNNER)]
        # The bootstrap's own compilation is no part of a start, but a .pyc keeps the rounds short.
        for flags in ((), ("-OO",)):
            subprocess.run([function.python, *flags, "-I", "-m", "compileall", "-q", *programs], check=False)

    def prepare(self, variant, home, **asked):
        """What a start in the scratch folder `home` is made of: (arguments, variables, file of the sample). `asked`:
        what else probe.py is to measure."""
        # A new instance has nothing in its folder for temporary files: no cache that an earlier start made.
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        answer, request = home.with_suffix(".answer"), home.with_suffix(".request")
        answer.unlink(missing_ok=True)
        document = common.request(self.function, variant.folder, self.events, answer)
        document |= {"preload": self.function.preload, "before": variant.before, **asked}
        request.write_text(json.dumps(document), encoding="utf-8")
        env = common.environment(self.function, variant.folder, home, self.variables)
        return [self.function.python, *variant.flags, "-S", "-s", self.work / "probe.py", request], env, answer

    def run(self, variant, cold=False, fill=False, **asked):
        """The sample of one start (see probe.py); BenchError if it fails or the handler raises. `fill`: it writes .pyc
        files."""
        argv, env, answer = self.prepare(variant, self.work / "home", **asked)
        if cold:
            drop_from_page_cache(variant.folder)
        if fill:
            del env["PYTHONDONTWRITEBYTECODE"]
        common.run(argv, env, variant.folder, self.function.timeout)
        try:
            sample = json.loads(answer.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise common.BenchError(str(error)) from None
        if sample["raised"]:
            raise common.BenchError(
                f"the handler raised {sample['raised']} on event {self.events[0][0]}; choose another with --event"
            )
        sample["total_ms"] = sample["import_ms"] + sample["call_ms"]
        return sample


def measure(starts, kinds, runs, seed=1, cold=False, may_fail=(), seconds=None, least=3):
    """{kind: [sample of each round]} and {kind: why it failed} of the kinds in `may_fail`; BenchError for the others.

    The kinds take turns within each round, in an order that the seed shuffles; the first round is not counted. With
    `seconds`, no round begins after them once `least` rounds are done: all kinds always have equally many samples.
    """
    kinds, failures = dict(kinds), {}
    shuffle = random.Random(seed).shuffle
    samples = {kind: [] for kind in kinds}
    end = None if seconds is None else time.monotonic() + seconds
    for round_number in range(runs + 1):
        if end is not None and round_number > least and time.monotonic() > end:
            break
        order = list(kinds)
        shuffle(order)
        for kind in order:
            try:
                sample = starts.run(kinds[kind], cold, fill=kinds[kind].fills and not round_number)
            except common.BenchError as error:
                if kind not in may_fail:
                    raise common.BenchError(f"{kind}: {error}") from None
                failures[kind] = str(error)
                del kinds[kind], samples[kind]
                continue
            if round_number:
                samples[kind].append(sample)
    return samples, failures


def drop_from_page_cache(folder):
    """Asks the kernel to forget the package's files (clean pages alone: written ones are flushed first)."""
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                file = os.open(os.path.join(root, name), os.O_RDONLY)
                try:
                    os.fdatasync(file)
                    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
                finally:
                    os.close(file)


def size_of(folder):
    """(MB of all files, MB of .py files) of a package; a MB is 10^6 bytes."""
    total = python = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                size = os.lstat(os.path.join(root, name)).st_size
                total += size
                python += size if name.endswith(".py") else 0
    return total / 1e6, python / 1e6
