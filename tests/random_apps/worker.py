"""Runs packages in the CPython under test: a process that forks one child per run, so that each run starts fresh.

Reads one request per line, {"folder": DIR, "entries": {prefix: module}, "operations": [...]}, and answers each with one line:
{"answers": [...], "end": text, "loaded": [functions, imports]}. What packages commonly import of the standard library is
loaded before the fork: it would be the same in every run, and costs more than the packages themselves.
"""

import atexit
import contextlib
import dataclasses  # noqa: F401
import enum  # noqa: F401
import functools  # noqa: F401
import importlib
import inspect  # noqa: F401
import io
import json
import linecache  # noqa: F401
import logging  # noqa: F401
import os
import pickle
import re
import select
import signal
import sys
import threading
import traceback
import typing  # noqa: F401

TIME_LIMIT_S = 60


class Run:
    """One package in one process."""

    def __init__(self, request):
        self.folder = request["folder"]
        self.entries = request["entries"]
        self.count = 0
        sys.path.insert(0, self.folder)

    def clean(self, text):
        """Without what differs from run to run: addresses, and where the package lies."""
        return re.sub(r"0x[0-9a-f]{6,}", "0x…", str(text)).replace(self.folder, "APP")

    def frames(self, error):
        """[file, line, function] of the package's frames. A lazy function's first call has one more: it counts once."""
        found = []
        for frame, line in traceback.walk_tb(error.__traceback__):
            file = frame.f_code.co_filename
            if file.startswith(self.folder) and not file.endswith("_faaslight.py"):
                entry = [file[len(self.folder) + 1 :], line, frame.f_code.co_name]
                if found and found[-1][0] == entry[0] and found[-1][2] == entry[2]:
                    found.pop()
                found.append(entry)
        return found

    def chain(self, error):
        """The exception and those that it came from."""
        described = []
        while error is not None and len(described) < 8:
            kind = type(error)
            try:
                message = self.clean(error)
            except Exception as second:
                message = f"str() raised {type(second).__name__}"
            entry = [f"{kind.__module__}.{kind.__qualname__}", message, self.frames(error)]
            described.append([*entry, error.__suppress_context__, error.__cause__ is not None])
            error = error.__cause__ or error.__context__
        return described

    def step(self, key):
        return sys.modules[self.entries[key[0]]].STEPS[key]()

    def thread_answers(self, keys):
        """What these steps give in threads that start together."""
        answers = [None] * len(keys)
        barrier = threading.Barrier(len(keys))

        def work(index, key):
            barrier.wait()
            try:
                answers[index] = self.clean(repr(self.step(key)))
            except Exception as error:
                answers[index] = f"{type(error).__name__}: {self.clean(error)}"

        threads = [threading.Thread(target=work, args=pair) for pair in enumerate(keys)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def is_submodule(self, module, name):
        """A package shows a submodule from the start that the original shows once it is imported: see generate.LIMITS."""
        return any(
            os.path.exists(os.path.join(path, name + end))
            for path in getattr(module, "__path__", ())
            for end in ("", ".py")
        )

    def operate(self, kind, *arguments):
        if kind == "event":
            return sys.modules["main"].handler({"call": arguments[0]}, None)
        if kind == "step":
            return self.step(arguments[0])
        if kind == "threads":
            return self.thread_answers(arguments[0])
        module, name = arguments[:2]
        if kind == "from":
            scope = {}
            exec(f"from {module} import {name} as it", scope)
            return scope["it"]
        found = importlib.import_module(module)
        if kind == "dir":
            return [name for name in sorted(dir(found)) if not self.is_submodule(found, name)]
        if kind == "doc":
            return found.__doc__, found.__name__, found.__package__
        value = getattr(found, name)
        if kind == "pickle":
            data = pickle.dumps(value)
            return data, pickle.loads(data) is value
        return eval(arguments[2], {"it": value}) if kind == "use" else value

    def turn(self, kind):
        """Every other operation runs code that the trace did not: bodies.TURNED. What is imported then does not.

        Nor threads: a lazy import of one would be seen by the others, which in the original does not happen.
        """
        self.count += 1
        on = self.count % 2 == 0 and kind != "threads"
        sys.turned = lambda: on and not any(
            getattr(getattr(module, "__spec__", None), "_initializing", False) for module in list(sys.modules.values())
        )

    def answer(self, operation):
        """[value or None, exception chain or None, what it printed]."""
        self.turn(operation[0])
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                value, error = self.clean(repr(self.operate(*operation))), None
            except BaseException as raised:
                value, error = None, self.chain(raised)
        return [value, error, self.clean(printed.getvalue()) if operation[0] != "threads" else ""]

    def run(self, operations):
        answers = [self.answer(["doc", "main", ""])]
        answers += [self.answer(operation) for operation in operations]
        end = io.StringIO()
        with contextlib.redirect_stdout(end), contextlib.redirect_stderr(end):
            atexit._run_exitfuncs()
        runtime = sys.modules.get("_faaslight")
        kinds = [entry[0] for entry in runtime.loaded()] if runtime else []
        loaded = [kinds.count("function"), kinds.count("import")]
        return {"answers": answers, "end": self.clean(end.getvalue()), "loaded": loaded}


def in_child(request, pipe):
    """Never returns: one run, its answer into the pipe."""
    try:
        text = json.dumps(Run(request).run(request["operations"]))
    except BaseException:
        text = json.dumps({"crash": traceback.format_exc()})
    with os.fdopen(pipe, "w") as file:
        file.write(text)
    os._exit(0)


def forked(request):
    """The answer of a child that has a limited time."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        in_child(request, writing)
    os.close(writing)
    text, ended = b"", False
    while select.select([reading], [], [], TIME_LIMIT_S)[0]:
        more = os.read(reading, 1 << 16)
        text += more
        if not more:
            ended = True
            break
    if not ended:
        os.kill(child, signal.SIGKILL)
    os.close(reading)
    status = os.waitpid(child, 0)[1]
    if ended and text:
        return text.decode()
    return json.dumps({"crash": f"no answer within {TIME_LIMIT_S} s" if not ended else f"ended by status {status}"})


def main():
    sys.stdout.flush()
    for line in sys.stdin:
        print(forked(json.loads(line)), flush=True)


if __name__ == "__main__":
    main()
