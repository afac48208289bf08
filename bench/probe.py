"""One cold start, measured from inside: the import of the handler's module and its first call.

`python -S -s -B probe.py REQUEST.json`, in a fresh process each time. replay/runner.py, which lies beside it, plays the
cloud's bootstrap: what it loads is loaded before the clock starts, as in the cloud. Nothing is captured or hooked.

Asked for in the request: "before", what a user could do by hand (its own cost counts as import); "turns", calls per
second after the first thousand calls, in windows that the other end of two pipes asks for; "demand", what the other
events load on first use, each load timed; "loads", what loading each module took, and a second call.
"""

import gc
import importlib
import json
import os
import sys
import time

clock = time.perf_counter
WARM_UP_CALLS, WARM_UP_S = 1000, 1.0


def lazy_loader(handler):
    """Puts importlib.util.LazyLoader around the loader of every source module but the handler's."""
    from importlib.machinery import PathFinder, SourceFileLoader
    from importlib.util import LazyLoader

    class LazyFinder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            spec = PathFinder.find_spec(name, path, target)
            if spec is not None and type(spec.loader) is SourceFileLoader and name != handler.rpartition(".")[0]:
                spec.loader = LazyLoader(spec.loader)
            return spec

    sys.meta_path.insert(0, LazyFinder)


def load(runner, trigger, request):
    """Imports the handler's module as the variant has it."""
    if "lazy_loader" in request["before"]:
        lazy_loader(request["handler"])
    if "gc_held" in request["before"]:
        gc.disable()
    trigger.load(lambda: runner.get_handler(request["handler"]))
    if "gc_held" in request["before"]:
        gc.enable()


def throughput(trigger, text, turns):
    """Makes calls for a second or up to a thousand and says how many; then, for each line that comes, calls for as many
    seconds, and says how many in how many seconds. `turns`: the descriptors to read from and to write to."""
    with open(turns[0], encoding="ascii") as asked, open(turns[1], "w", encoding="ascii") as answers:
        start, made = clock(), 0
        while made < WARM_UP_CALLS and clock() - start < WARM_UP_S:
            trigger.call(trigger.prepare(0, text))
            made += 1
        print(made, file=answers, flush=True)
        for line in asked:
            start, counted, end = clock(), 0, clock() + float(line)
            while clock() < end:
                trigger.call(trigger.prepare(0, text))
                counted += 1
            print(counted, clock() - start, file=answers, flush=True)


def watch_loads():
    """{name of a module: ms of loading it} from now on: reading, unmarshalling and running its code, or dlopen and its
    initialisation; without finding it, and without what it imports."""
    import _frozen_importlib as bootstrap

    spent, inside = {}, [0.0]

    def timed(function, name_of):
        def measured(what, *others):
            inside.append(0.0)
            start = clock()
            try:
                return function(what, *others)
            finally:
                took, nested = clock() - start, inside.pop()
                inside[-1] += took
                if name_of is not None:
                    spent[name_of(what)] = spent.get(name_of(what), 0) + (took - nested) * 1e3

        return measured

    bootstrap._load_unlocked = timed(bootstrap._load_unlocked, lambda spec: spec.name)
    bootstrap._find_and_load_unlocked = timed(bootstrap._find_and_load_unlocked, None)
    return spent


def demand(trigger, events):
    """[[kind, name, ms]] of each first use while the events run: "function", or "module" for an import that loads."""
    runtime = sys.modules.get("_faaslight")
    if runtime is None:
        return []
    timed = []

    def time_of(method, kind):
        def measured(self, what, *others):
            before, start = len(sys.modules), clock()
            try:
                return method(self, what, *others)
            finally:
                spent, grown = (clock() - start) * 1e3, len(sys.modules) > before
                # A function whose first use brings modules would be counted for what they cost.
                if grown == (kind == "module"):
                    timed.append([kind, f"{self.globals.get('__name__')}:{what}", spent])

        return measured

    runtime.Module.first_call = time_of(runtime.Module.first_call, "function")
    runtime.Module.run = time_of(runtime.Module.run, "module")
    for index, event in enumerate(events):
        try:
            trigger.call(trigger.prepare(index, event["json"]))
        except Exception:  # hold-outs end in errors too
            pass
    return timed


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

    loads = watch_loads() if request.get("loads") else None
    cpu = time.process_time
    cpu_start, start = cpu(), clock()
    load(runner, trigger, request)
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
    if loads is not None:
        start = clock()
        trigger.call(trigger.prepare(0, request["events"][0]["json"]))
        record |= {"loads": loads, "again_ms": (clock() - start) * 1e3}
    if request.get("turns"):
        throughput(trigger, request["events"][0]["json"], request["turns"])
    if request.get("demand"):
        record["demand"] = demand(trigger, request["events"][1:])
    with open(request["outcomes"], "w", encoding="utf-8", errors="backslashreplace") as file:
        json.dump(record, file)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
