"""Many threads meet a package for the first time at once, over and over in fresh processes."""

MODULES = 12
PROCESSES = 4

PART = """
    # PROLOGUE
    import json  # lazy
    import package.{after} as after  # lazy
    from package.{before} import table as others  # lazy
    from package import shared  # lazy
    import functools
    table = {{'here': {n}}}
    calls = []
    def f(a, *, b={n}):  # lazy: json others
        return json.dumps([a, b, others['here']])
    def g(depth):  # lazy: after
        return {n} if depth == 0 else after.g(depth - 1)
    def gen(n):  # lazy: shared
        for i in range(n):
            yield shared.add(i, {n})
    async def co(n):  # lazy
        return n + {n}
    def kept(a):
        # guard: json shared
        return json.loads(json.dumps(shared.add(a, {n})))
    class C:
        n = {n}
        @functools.lru_cache(None)
        def cached(self):  # lazy
            return __class__, self.n
        @property
        def value(self):  # lazy
            return self.cached()[1] + super().__sizeof__() * 0
        @classmethod
        def make(cls):  # lazy
            return cls().value
"""
SHARED = """
    # PROLOGUE
    table = {'here': 99}
    def add(a, b):  # lazy
        return a + b
    def g(depth):  # lazy
        return add(depth, 1000)
"""
PACKAGE = {"package/shared.py": SHARED}
PACKAGE["package/__init__.py"] = "# PROLOGUE\nfrom . import shared  # lazy\n" + "".join(
    f"from .part{n} import f as f{n}  # lazy\n" for n in range(MODULES)
)
for number in range(MODULES):
    # Each leads to others, without a cycle: it would be one in the original, too.
    before, after = (f"part{number - back}" if number >= back else "shared" for back in (1, 3))
    PACKAGE[f"package/part{number}.py"] = PART.format(n=number, before=before, after=after)

SCRIPT = """
    import asyncio, importlib, json, random, sys, threading
    COUNT = %d
    sys.setswitchinterval(1e-6)
    def use(n, seed):
        "Everything that one part has, in an order of the thread's own."
        part = importlib.import_module('package.part%%d' %% n)
        def coroutine():
            try: part.co(1).send(None)
            except StopIteration as e: return e.value
        calls = [lambda: part.f(1), lambda: part.f(2, b=3), lambda: part.g(4), lambda: list(part.gen(3)), coroutine,
                 lambda: part.kept(5), lambda: part.C().value, lambda: part.C.make(), lambda: part.C().cached()[1],
                 lambda: part.others['here'], lambda: part.after.table['here'],
                 lambda: getattr(__import__('package'), 'f%%d' %% n)(7), lambda: part.json is json,
                 lambda: __import__('package').shared.add(1, n)]
        order = list(range(len(calls)))
        random.Random(seed).shuffle(order)
        return sorted((at, repr(calls[at]())) for at in order)
    def work(seed):
        order = list(range(COUNT))
        if seed %% 2: random.Random(seed).shuffle(order)
        start.wait()
        try:
            for n in order: answers[seed].append((n, use(n, seed)))
        except BaseException as e: answers[seed].append((-1, repr(e)))
    def others():
        "Imports of what has nothing to do with it, meanwhile."
        start.wait()
        for name in ('csv', 'difflib', 'fractions', 'colorsys', 'queue', 'sched', 'shelve', 'this_is_not_there'):
            try: importlib.import_module(name)
            except ImportError: pass
    THREADS = 8
    answers, start = [[] for _ in range(THREADS)], threading.Barrier(THREADS + 2)
    package = importlib.import_module('package')
    for n in range(COUNT): importlib.import_module('package.part%%d' %% n)
    threads = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(THREADS)]
    threads += [threading.Thread(target=others, daemon=True) for _ in range(2)]
    for thread in threads: thread.start()
    for thread in threads: thread.join(100)
    print(sum(thread.is_alive() for thread in threads), 'hang')
    for one in answers: print(sorted(one) == sorted(answers[0]))
    print(sorted(answers[0]))
"""


def test_first_uses_from_many_threads(build):
    package = build(PACKAGE)
    script = SCRIPT % MODULES
    before = package.run(script, root=package.original).out
    assert before.startswith("0 hang\n") and "-1" not in before and "False" not in before.split("[")[0]
    for _ in range(PROCESSES):
        after = package.run(script)
        assert after.out == before
        # Each function is loaded once; an import may be run by two threads, and is logged by one.
        assert len(after.loaded) == len(set(after.loaded))
        assert len(after.functions) == 7 * MODULES + 2
