# The handler in a bare CPython, call by call: no server, no emulator. What stands around the handler (sys.path,
# context, marshalling, the http trigger) is replay/runner.py's own, given by path.
#
#   python -S -s -B bare_runner.py RUNNER APP HANDLER TRIGGER TIMEOUT_S
#
# Each line of standard input is one event as JSON text. Descriptor 3 gets a line when the import is done
# ({"init_start", "init_end"} or {"failed"}), then one for each event: {"function_start", "function_end",
# "answer"} or {…, "error_type", "error"}. Times: milliseconds since 1970.
import json
import os
import sys
import time
import types


def main():
    runner_path, app, handler, name, timeout = sys.argv[1:6]
    replies = os.fdopen(3, "wb", buffering=0)
    os.set_inheritable(3, False)

    def reply(**members):
        replies.write(json.dumps(members).encode("ascii") + b"\n")

    runner = types.ModuleType("_faaslight_replay")
    with open(runner_path, encoding="utf-8") as file:
        exec(compile(file.read(), runner_path, "exec"), runner.__dict__)
    lines = sys.stdin.buffer
    sys.stdin = open(os.devnull)
    runner.lay_path(app, ())
    sys.argv = ["/var/runtime/bootstrap.py"]
    os.chdir(app)
    runner.add_site_names()
    trigger = None
    init_start = time.time() * 1000
    try:
        trigger = runner.HttpTrigger(handler) if name == "http" else runner.EventTrigger(float(timeout))
        init_start = time.time() * 1000
        trigger.load(lambda: runner.get_handler(handler))
    except BaseException as error:
        reply(failed=f"{kind_of(runner, error)}: {error}")
        return 1
    reply(init_start=init_start, init_end=time.time() * 1000)
    for index, line in enumerate(lines):
        reply(**call(runner, trigger, index, line.decode("utf-8")))
    return 0


def kind_of(runner, error):
    return str(error.kind) if isinstance(error, runner.Fault) else type(error).__name__


def call(runner, trigger, index, text):
    start = time.time() * 1000
    times = {"function_start": start}
    try:
        prepared = trigger.prepare(index, text)
        times["function_start"] = time.time() * 1000
        result = trigger.call(prepared)
        answer = trigger.marshal(result)
        times["function_end"] = time.time() * 1000
    except BaseException as error:
        times["function_end"] = time.time() * 1000
        if isinstance(error, SystemExit):
            return {**times, "error_type": "Runtime.ExitError", "error": f"exit status {error.code}"}
        return {**times, "error_type": kind_of(runner, error), "error": str(error)}
    return {**times, "answer": answer}


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
