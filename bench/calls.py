"""Runs replay/runner.py under sys.setprofile and writes down which functions ran and who called whom.

    python -S -s -B bench/calls.py CALLS.json REQUEST.json

Runs inside the CPython of the workload, so it uses nothing but the standard library. CALLS.json: {"code": [[file, first
line, name], …], "entered": [index, …], "edges": [[caller, callee], …]} with indexes into "code". A module's body is a
caller (name "<module>"), never a callee. Comprehensions and class bodies count as the code around them. Generators and
coroutines count as entered, but not in edges: before 3.11 they start when somebody asks for the first item, which need
not be who called them.
"""

import json
import os
import runpy
import sys
import threading

OPTIMIZED, SUSPENDS = 0x1, 0x20 | 0x80 | 0x200
IMPLICIT = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}
RUNNER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "replay", "runner.py")


class Calls:
    def __init__(self):
        self.entered = set()
        self.edges = set()

    @staticmethod
    def around(frame):
        """The frame whose function or module this frame's code is part of."""
        while frame is not None:
            code = frame.f_code
            body = code.co_name == "<module>"
            if body or (code.co_flags & OPTIMIZED and code.co_name not in IMPLICIT):
                return frame
            frame = frame.f_back
        return None

    def profile(self, frame, event, argument):
        if event != "call":
            return
        code = frame.f_code
        if not code.co_flags & OPTIMIZED or code.co_name in IMPLICIT:
            return
        self.entered.add(code)
        if code.co_flags & SUSPENDS:
            return
        caller = self.around(frame.f_back)
        if caller is not None:
            self.edges.add((caller.f_code, code))

    def document(self):
        numbers = {}

        def number(code):
            return numbers.setdefault((code.co_filename, code.co_firstlineno, code.co_name), len(numbers))

        entered = [number(code) for code in self.entered]
        edges = [[number(caller), number(callee)] for caller, callee in self.edges]
        return {
            "code": list(numbers),
            "entered": sorted(set(entered)),
            "edges": sorted(map(list, set(map(tuple, edges)))),
        }


def main():
    calls = Calls()
    out, request, pid = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), os.getpid()

    leave = os._exit

    def write_and_leave(status):
        """The runner ends so, as the cloud does: without exit handlers."""
        sys.setprofile(None)
        threading.setprofile(None)
        if os.getpid() == pid:
            with open(out, "w", encoding="utf-8") as file:
                json.dump(calls.document(), file)
        leave(status)

    os._exit = write_and_leave
    sys.argv = [RUNNER, request]
    threading.setprofile(calls.profile)
    sys.setprofile(calls.profile)
    runpy.run_path(RUNNER, run_name="__main__")


if __name__ == "__main__":
    main()
