"""One cold start, measured from inside: the import of the handler's module and its first call.

`python -S -s -B probe.py REQUEST.json`, in a fresh process each time. replay/runner.py, which lies beside it, plays the
cloud's bootstrap: what it loads is loaded before the clock starts, as in the cloud. Nothing is captured or hooked.
"""

import importlib
import json
import os
import sys
import time


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    import runner

    del sys.modules["runner"]  # the application may have a module of that name
    runner.lay_path(request["app"], request["layers"])
    runner.add_site_names()
    for name in request["preload"]:
        importlib.import_module(name)
    os.chdir(request["app"])
    if request["trigger"] == "http":
        trigger = runner.HttpTrigger(request["handler"])
    else:
        trigger = runner.EventTrigger(request["timeout_s"])
    loaded_before = len(sys.modules)

    cpu = time.process_time
    clock = time.perf_counter
    cpu_start, start = cpu(), clock()
    trigger.load(lambda: runner.get_handler(request["handler"]))
    imported = clock()
    prepared = trigger.prepare(0, request["events"][0]["json"])
    called = clock()
    raised = result = None
    try:
        result = trigger.call(prepared)
    except Exception as error:
        raised = error
    end, cpu_end = clock(), cpu()

    record = {
        "import_ms": (imported - start) * 1e3,
        "call_ms": (end - called) * 1e3,
        "cpu_ms": (cpu_end - cpu_start) * 1e3,
        "rss_mib": runner.peak_memory() / 1024,
        "modules": len(sys.modules),
        "modules_before": loaded_before,
        "raised": None if raised is None else f"{type(raised).__name__}: {raised}",
    }
    try:
        record["result"] = None if raised is not None else trigger.marshal(result)
    except Exception:
        record["result"] = None
    with open(request["outcomes"], "w", encoding="utf-8", errors="backslashreplace") as file:
        json.dump(record, file)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
