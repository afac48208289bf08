"""Warm calls: two living processes, the original's and the rewritten package's, take turns in short windows.

This machine's speed changes by tens of percent within minutes, so that two runs one after the other cannot tell 1 %
apart. Neighbouring windows can: each pair of them gives one ratio, and the median of all stands for the package. A
process keeps what chance gave it (addresses, order of allocation), therefore there are several pairs of processes.
"""

import contextlib
import os
import subprocess

import common
import starts

PAIRS, WINDOWS, WINDOW_S = 2, 16, 0.15


class Caller:
    """A process that has imported the handler, is warm, and makes calls when asked: calls_per_s(), once per window."""

    def __init__(self, runner, variant, home):
        to_read, self.asking = os.pipe()
        self.answering, to_write = os.pipe()
        argv, env, _ = runner.prepare(variant, home, turns=[to_read, to_write])
        # What goes wrong is said in the answers' place: nothing.
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        try:
            self.process = subprocess.Popen(
                list(map(str, argv)), env=env, cwd=variant.folder, pass_fds=(to_read, to_write), **quiet
            )
        finally:
            os.close(to_read)
            os.close(to_write)
        self.answers = os.fdopen(self.answering, encoding="ascii")
        self.warm_up_calls = int(self.answer())

    def answer(self):
        line = self.answers.readline()
        if not line:
            raise common.BenchError("a process that makes warm calls ended before its time")
        return line

    def calls_per_s(self, seconds):
        """How many calls per second it made in a window of as many seconds."""
        os.write(self.asking, f"{seconds}\n".encode())
        count, took = self.answer().split()
        return int(count) / float(took)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.answers.close()
        os.close(self.asking)


def measure(runner, kinds, pairs=PAIRS, windows=WINDOWS, window_s=WINDOW_S):
    """{variant: {"warm_up_calls", "calls_per_s": quartiles}} of the original and the rewritten package, and "ratio":
    quartiles of the rewritten package's calls per second to the original's, above 1 where it is faster."""
    pair = (starts.PYC, starts.REWRITTEN)
    rates = {kind: [] for kind in pair}
    made = {kind: [] for kind in pair}
    for number in range(pairs):
        with contextlib.ExitStack() as stack:
            callers = {}
            for at, kind in enumerate(pair):
                callers[kind] = Caller(runner, kinds[kind], runner.work / f"warm{at}")
                stack.callback(callers[kind].close)
                made[kind].append(callers[kind].warm_up_calls)
            for window in range(windows):
                # Who goes first alternates: the machine may slow down within a pair of windows as well.
                for kind in pair if (window + number) % 2 else pair[::-1]:
                    rates[kind].append(callers[kind].calls_per_s(window_s))
    ratios = [after / before for before, after in zip(*rates.values(), strict=True)]
    found = {kind: {"warm_up_calls": min(made[kind]), "calls_per_s": common.summary(rates[kind])} for kind in pair}
    return {**found, "ratio": common.summary(ratios)}
