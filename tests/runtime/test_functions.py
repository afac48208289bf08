"""Lazy functions: what the body was must not be told from what it is."""

import textwrap

import pytest


def test_parameters(build):
    build("""
        # PROLOGUE
        def defaults(a, b=2, *rest, c, d=[], **more):  # lazy
            d.append(a)
            return a, b, rest, c, d, more
        def positional_only(a, b=5, /, c=6, *, d):  # lazy
            return a, b, c, d
        def ten_tuple(n):  # lazy
            return (n, 1, 2, 3, 4, 5, 6, 7, 8, 9)
        def mixed(n):  # lazy
            if n == 0:
                return
            if n == 1:
                return 'one', 2
            if n == 2:
                raise KeyError(n)
            return [n]
        def one_line(a): return a * 2  # lazy
        class C:
            size = 3
            def attribute_default(self, n=size, m=size * 2):  # lazy
                return self, n, m
        LIMIT = 7
        def global_default(n=LIMIT):  # lazy
            return n
    """).same(
        """
        import m
        print(m.defaults(1, c=3), m.defaults(1, 9, 8, c=3, z=1), m.defaults(a=1, c=4, b=0))
        print(m.defaults.__defaults__, m.defaults.__kwdefaults__)
        print(m.positional_only(1, d=2), m.positional_only(1, 2, c=3, d=4))
        for bad in (lambda: m.positional_only(a=1, d=2), lambda: m.defaults(1), lambda: m.ten_tuple()):
            for _ in range(2):
                try: bad()
                except TypeError as e: print(e)
        print(m.ten_tuple(0), len(m.ten_tuple(0)))
        print(m.mixed(0), m.mixed(1), m.mixed(3))
        try: m.mixed(2)
        except KeyError as e: print('KeyError', e)
        print(m.one_line(4), m.one_line(a=5))
        c = m.C()
        m.C.size = 99
        print(c.attribute_default()[1:], c.attribute_default(1)[1:], c.attribute_default() [0] is c)
        m.LIMIT = 8
        print(m.global_default(), m.global_default(2))
    """,
        functions=[
            "defaults",
            "positional_only",
            "ten_tuple",
            "mixed",
            "one_line",
            "C.attribute_default",
            "global_default",
        ],
    )


def test_bad_calls_load_nothing_and_say_the_same(build):
    build("""
        # PROLOGUE
        def f(a, *, key):  # lazy
            return a
    """).same(
        """
        import m
        for args, kw in (((), {}), ((1,), {}), ((1, 2), {'key': 1}), ((1,), {'key': 1, 'x': 2})):
            try: m.f(*args, **kw)
            except TypeError as e: print(e)
    """,
        functions=[],
    )


def test_kinds(build):
    build('''
        # PROLOGUE
        import contextlib
        def generator(n):  # lazy
            got = yield n
            try:
                got = yield got * 2
            except ValueError as e:
                got = yield str(e)
            yield from range(got)
            return 'end'
        @contextlib.contextmanager
        def manager(log):  # lazy
            log.append('in')
            try:
                yield log
            except KeyError:
                log.append('error')
            finally:
                log.append('out')
        async def coroutine(n):  # lazy
            """Waits."""
            await other()
            return n + 1
        async def other():  # lazy
            return None
        @contextlib.asynccontextmanager
        async def async_manager():
            yield await coroutine(1)
    ''').same(
        """
        import asyncio, inspect, m
        for _ in range(2):
            g = m.generator(3)
            print(next(g), g.send(4), g.throw(ValueError('v')), g.send(2), next(g))
            try: next(g)
            except StopIteration as e: print(e.value)
            print(g.gi_code.co_name, g.__qualname__)
        log = []
        with m.manager(log): pass
        with m.manager(log): raise KeyError
        print(log)
        for name in ('generator', 'manager', 'coroutine', 'other'):
            f = getattr(m, name)
            print(name, inspect.isgeneratorfunction(f), inspect.iscoroutinefunction(f), f.__doc__)
        print(asyncio.run(m.coroutine(1)), asyncio.run(m.coroutine(2)))
        for name in ('generator', 'manager', 'coroutine', 'other'):
            f = getattr(m, name)
            print(name, inspect.isgeneratorfunction(f), inspect.iscoroutinefunction(f), inspect.signature(f))
        async def main():
            async with m.async_manager() as n:
                return n
        print(asyncio.run(main()))
        closed = m.generator(1); next(closed); closed.close()
        try: asyncio.run(asyncio.wait_for(m.coroutine('a'), 5))
        except TypeError as e: print(e)
    """,
        functions=["generator", "manager", "coroutine", "other"],
    )


def test_globals_and_recursion(build):
    build("""
        # PROLOGUE
        count = 0
        def add(n):  # lazy
            global count, made
            count += n
            made = count
            return helper(n)
        def helper(n):  # lazy
            return fib(n)
        def fib(n):  # lazy
            return n if n < 2 else fib(n - 1) + fib(n - 2)
        def even(n):  # lazy
            return n == 0 or odd(n - 1)
        def odd(n):  # lazy
            return n != 0 and even(n - 1)
    """).same(
        """
        import m
        print(m.add(5), m.count, m.made, m.add(10), m.count, m.made, m.even(10), m.odd(10))
    """,
        functions=["add", "helper", "fib", "even", "odd"],
    )


def test_classes(build):
    build("""
        # PROLOGUE
        import abc, functools
        class Base:
            def greet(self, name):  # lazy
                return 'base ' + name
            @classmethod
            def make(cls, *args):  # lazy
                return cls, args
        class Child(Base, metaclass=abc.ABCMeta):
            def __init__(self, n=1):  # lazy
                super().__init__()
                self.__secret = n
            def greet(self, name):  # lazy
                return super().greet(name) + ' child ' + __class__.__name__
            def __mangled(self):  # lazy
                return self.__secret, [self.__secret for _ in (1, 2)]
            def call_mangled(self):  # lazy
                return self.__mangled(), (lambda: self.__mangled())()
            @classmethod
            def make(cls, *args):  # lazy
                return super().make(*args)
            @staticmethod
            def static(a, b=2):  # lazy
                return a + b
            @property
            def value(self):  # lazy
                return self.__secret
            @value.setter
            def value(self, n):  # lazy
                self.__secret = n
            @value.deleter
            def value(self):  # lazy
                self.__secret = None
            @functools.cached_property
            def cached(self):  # lazy
                return object()
            @abc.abstractmethod
            def abstract(self):  # lazy
                return 'abstract'
            part = functools.partialmethod(greet, 'partial')
            def __getitem__(self, key):  # lazy
                return key
            def __eq__(self, other):  # lazy
                return isinstance(other, Child)
            def __len__(self):  # lazy
                return 3
            def __new__(cls, *args):  # lazy
                return super().__new__(cls)
            def __init_subclass__(cls, **kw):  # lazy
                super().__init_subclass__()
                cls.kw = kw
            class Nested:
                def inner(self):  # lazy
                    return __class__.__qualname__
                class Deep:
                    def __down(self):  # lazy
                        return 'deep'
                    def down(self):  # lazy
                        return self.__down()
        class Grandchild(Child, flag=1):
            def abstract(self):  # lazy
                return super().abstract() + ' made'
        class __Private:
            def run(self):  # lazy
                return __class__.__name__
        make_private = lambda: globals()['__Private']()
    """).same("""
        import m
        for _ in range(2):
            c = m.Grandchild(5)
            print(c.greet('x'), c.call_mangled(), m.Grandchild.make(1, 2), c.static(1), m.Child.static(1, 5))
            print(c.value); c.value = 7; print(c.value); del c.value; print(c.value)
            print(c.cached is c.cached, c.abstract(), c.part(), c[4], c == m.Grandchild(), c != 3, len(c), c.kw)
            print(m.Child.Nested().inner(), m.Child.Nested.Deep().down())
            print(m.make_private().run())
        try: m.Child()
        except TypeError as e: print(e)
        print(sorted(m.Child.__abstractmethods__))
        for name in ('greet', '_Child__mangled', 'call_mangled', '__init__', '__eq__', '__len__', '__getitem__'):
            print(name, m.Child.__dict__[name].__code__.co_names)  # swapped: the original's names
        for f in (m.Child.value.fget, m.Child.value.fset, m.Child.value.fdel, m.Child.static, m.Child.make.__func__,
                  m.Child.Nested.Deep._Deep__down, m.Child.cached.func, m.Child.__new__, m.Child.__init_subclass__):
            print(f.__qualname__, '__fl__' in f.__code__.co_names, f.__code__.co_firstlineno)
    """)


def test_dataclass_slots_and_copied_classes(build, python):
    slots = "slots=True" if "3.9" not in python else ""
    build(
        """
        # PROLOGUE
        import dataclasses
        def copied(cls):
            names = dict(cls.__dict__)
            names.pop('__dict__', None), names.pop('__weakref__', None)
            return type(cls)(cls.__name__, cls.__bases__, names)
        @dataclasses.dataclass(%s)
        class D:
            x: int = 1
            def double(self):  # lazy
                return self.x * 2
            def __post_init__(self):  # lazy
                self.x += 1
        @copied
        class E:
            def plain(self):  # lazy
                return 'plain'
            def who(self):  # lazy
                return __class__ is E, __class__.__name__
        class F:
            def __m(self):  # lazy
                return 'm'
            def run(self):  # lazy
                return self.__m()
        G = F
        del F
    """
        % slots
    ).same(
        """
        import m
        for _ in range(3):
            d = m.D(4)
            print(d.double(), m.E().plain(), m.E().who(), m.G().run())
        print('__fl__' in m.D.double.__code__.co_names, '__fl__' in m.E.plain.__code__.co_names)
    """,
        functions=["D.double", "D.__post_init__", "E.plain", "E.who", "F.__m", "F.run"],
    )


def test_decorators_run_once_and_state_is_shared(build):
    build('''
        # PROLOGUE
        import functools
        runs = []
        def register(f):
            runs.append(f.__name__)
            return f
        def counted(f):  # keeps no __wrapped__
            def call(*args):
                call.count += 1
                return f(*args)
            call.count = 0
            return call
        class Command:
            """An object that stands for a function, and must not be asked anything."""
            def __init__(self, f):
                self.callback = f
            def __getattribute__(self, name):
                if name not in ('callback', 'run'):
                    raise SystemExit('asked for ' + name)
                return object.__getattribute__(self, name)
            def run(self):
                return self.callback()
        def parameterised(n):
            return register
        @register
        @functools.lru_cache(maxsize=None)
        def cached(n):  # lazy
            runs.append(n)
            return object()
        @counted
        def plain(n):  # lazy
            return n
        @functools.wraps(print)
        @parameterised(3)
        def wrapped(n):  # lazy
            return n
        @Command
        def command():  # lazy
            return 'command'
        @functools.singledispatch
        def single(x):  # lazy
            return 'any'
        @single.register(int)
        def _(x):  # lazy
            return 'int'
        @single.register(str)
        def _(x):  # lazy
            return 'str'
        partial = functools.partial(plain, 3)
        bound = [].append
    ''').same(
        """
        import m
        print(m.runs)
        print(m.cached(1) is m.cached(1), m.cached(2) is m.cached(1), m.cached.cache_info(), m.runs)
        print(m.plain(1), m.plain(2), m.plain.count, m.partial(), m.wrapped(5), m.wrapped(6), m.wrapped.__name__)
        print(m.command.run(), m.command.run())
        for _ in range(3):
            print(m.single(1), m.single('s'), m.single(2.0))
        print(m.runs)
        print('__fl__' in m.cached.__wrapped__.__code__.co_names)
        print('__fl__' in m.plain.__closure__[1].cell_contents.__code__.co_names)
        print('__fl__' in object.__getattribute__(m.command, 'callback').__code__.co_names)
        print('__fl__' in m.single.registry[object].__code__.co_names)
    """,
        functions=["cached", "plain", "wrapped", "command", "single", "_", "_"],
    )


def test_shadowed_and_renamed(build):
    """Functions that are not where their qualified name says keep working, and do not take each other's code."""
    build("""
        # PROLOGUE
        def twice():  # lazy
            return 'first'
        old = [twice]
        def twice():  # lazy
            return 'second'
        def renamed():  # lazy
            return 'renamed'
        renamed.__qualname__ = renamed.__name__ = 'other'
        renamed.__module__ = 'elsewhere'
        moved = renamed
        del renamed
        def hidden():  # lazy
            return 'hidden'
        hidden, keep = None, {'f': hidden}
        import types
        def copy_me(n):  # lazy
            return n, seen
        seen = 'module'
        copy = types.FunctionType(copy_me.__code__, {**globals(), 'seen': 'copy'}, 'copy')
        for k in (1, 2):
            def loop():  # lazy
                return 'loop'
            old.append(loop)
    """).same("""
        import m
        for _ in range(3):
            print(m.old[0](), m.twice(), m.moved(), m.keep['f'](), m.copy_me(1), m.old[1](), m.old[2](), m.loop())
        print(m.moved.__qualname__, m.moved.__module__)
        print('__fl__' in m.twice.__code__.co_names, '__fl__' in m.moved.__code__.co_names)
    """)


def test_foreign_globals_are_never_touched(build):
    package = build("""
        # PROLOGUE
        import types
        def f():  # lazy
            return where
        where = 'here'
        g = types.FunctionType(f.__code__, dict(globals(), where='there'), 'f')
        f = g
    """)
    out = package.run("""
        import m
        before = m.f.__code__
        m.f()
        print(m.f.__code__ is before)
    """).out
    assert out == "True\n"


def test_metaclasses_and_descriptors_run_no_code(build):
    build("""
        # PROLOGUE
        class Meta(type):
            def __getattribute__(cls, name):
                if name in armed: raise SystemExit('asked the class for ' + name)
                return super().__getattribute__(name)
            def __hash__(cls): raise SystemExit('hash')
            def __eq__(cls, other): raise SystemExit('eq')
        armed = ()
        class Trap:
            def __init__(self, f): self.f = f
            def __get__(self, instance, owner):
                log.append('get')
                return self.f.__get__(instance, owner)
        log = []
        class C(metaclass=Meta):
            def plain(self):  # lazy
                return 'plain'
            def cell(self):  # lazy
                return 'cell', __class__ is not None
            @Trap
            def trapped(self):  # lazy
                return 'trapped'
        def disarm():
            global armed
            armed = ()
    """).same(
        """
        import m
        c = m.C()
        m.armed = ('__dict__', 'plain', 'cell', '__module__', '__mro__', 'trapped')
        for _ in range(2):
            print(c.plain(), c.cell(), c.trapped(), m.log)
    """,
        functions=["C.plain", "C.cell", "C.trapped"],
    )


def test_same_object_and_attributes(build):
    build(
        '''
        # PROLOGUE
        from __future__ import annotations
        def f(a: int, b: "str" = 'x', *, c: list = ()) -> dict:  # lazy
            """Documented."""
            return {}
        f.attribute = 'mine'
        f.__defaults__ = ('y',)
    '''.replace(
            "# PROLOGUE\n        from __future__ import annotations",
            "from __future__ import annotations\n        # PROLOGUE",
        )
    ).same(
        """
        import inspect, pickle, typing, m
        f = m.f
        for _ in range(2):
            print(f.__doc__, f.__name__, f.__qualname__, f.__module__, f.__defaults__, f.__kwdefaults__)
            print(f.__annotations__, f.__dict__, inspect.signature(f), typing.get_type_hints(f))
            print(inspect.getsourcelines(f)[1])
            print(pickle.loads(pickle.dumps(f)) is f, m.f is f, f.__code__.co_varnames[:3], f.__code__.co_filename)
            print(f(1))
        print(inspect.getsource(f))
    """,
        functions=["f"],
    )


def test_pickling_of_instances_and_methods(build):
    build("""
        # PROLOGUE
        class C:
            def __init__(self, n):  # lazy
                self.n = n
            def __reduce__(self):  # lazy
                return C, (self.n,)
            def method(self):  # lazy
                return self.n
    """).same(
        """
        import copy, pickle, m
        c = pickle.loads(pickle.dumps(m.C(3)))
        print(c.method(), pickle.loads(pickle.dumps(c.method))(), copy.deepcopy(c).method())
    """,
        functions=["C.__init__", "C.__reduce__", "C.method"],
    )


def test_tracebacks(build):
    """From the second call on all lines are the original's; the first has the stub's frame more."""
    after = build('''
        # PROLOGUE
        def fails(n):  # lazy
            """Doc."""
            value = n

            if value:
                return inner(
                    value)
        def inner(n):  # lazy
            x = 1
            raise ValueError(n)
    ''').same(
        """
        import traceback, m
        for attempt in (1, 2, 3):
            try: m.fails(attempt)
            except ValueError:
                text = traceback.format_exc()
                if attempt > 1: print(text)
                else: sys.stderr.write(text)
    """,
        functions=["fails", "inner"],
    )
    assert "raise ValueError(n)" in after.err and 'File "<root>/m.py", line 11, in inner' in after.err


@pytest.mark.parametrize("flag", ["-O", "-OO", "-Xno_debug_ranges"])
def test_flags(build, flag, python):
    package = build('''
        # PROLOGUE
        def f():  # lazy
            """Doc."""
            assert False, 'checked'
            return __debug__
    ''')
    script = """
        import m
        try: print(m.f(), m.f.__doc__)
        except AssertionError as e: print(e)
    """
    before = package.run(script, root=package.original, flags=[flag])
    after = package.run(script, flags=[flag])
    assert after.out == before.out
    assert (after.loaded is None) == flag.startswith("-O")  # no .pyc of ours: the original program


def test_reload_and_copies(build):
    build(
        {
            "p/__init__.py": "",
            "p/helper.py": "value = 1",
            "p/m.py": """
        # PROLOGUE
        import json  # lazy
        from .helper import value  # lazy
        def f():  # lazy: json value
            return json.dumps(value), __name__
        old = globals().get('f_before')
        f_before = f
    """,
        }
    ).same("""
        import importlib, importlib.util, p.m as m, p.helper
        print(m.f(), m.value)
        m.json = 'patched'
        p.helper.value = 2
        before = m.f
        importlib.reload(m)
        print(before(), m.f(), m.old is before, m.value, m.json.__name__)
        spec = importlib.util.spec_from_file_location('p.copy', m.__file__)
        copy = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(copy)
        copy.value = 7
        print(copy.f(), m.f(), copy.f is not m.f)
        import runpy
        names = runpy.run_module('p.m', run_name='q')
        print(names['f']())
    """)


def test_large_module_and_log(build):
    source = "# PROLOGUE\n" + "".join("def f%d(a, b=%d):  # lazy\n    return a + b\n" % (n, n) for n in range(500))
    build(source).same(
        """
        import m
        print(sum(getattr(m, 'f%d' % n)(n) for n in range(500)))
        print(sum(getattr(m, 'f%d' % n)(n) for n in range(500)))
    """,
        functions=["f%d" % n for n in range(500)],
    )


def test_threads(build):
    """8 threads, 4,000 first calls each, the interpreter switching as often as it can."""
    source = "# PROLOGUE\nimport functools\nclass C:\n" + "".join(
        textwrap.dedent("""
        @functools.wraps(len)
        def f{0}(self, a, b={0}):  # lazy
            return a + b + self.g{0}()
        @classmethod
        def g{0}(cls, c=1):  # lazy
            return c if __class__ is cls else None
        """)
        .replace("\n", "\n    ")
        .format(n)
        for n in range(500)
    )
    source += "".join("\ndef h%d(n):  # lazy\n    yield n + %d" % (n, n) for n in range(1000))
    source += "".join("\nasync def k%d(n):  # lazy\n    return n" % n for n in range(2000))
    package = build(source)
    script = """
        import threading, m
        sys.setswitchinterval(1e-6)
        c, wrong, start = m.C(), [], threading.Barrier(8)
        def work():
            start.wait()
            for n in range(500):
                if getattr(c, 'f%d' % n)(1) != n + 2: wrong.append(n)
            for n in range(1000):
                if list(getattr(m, 'h%d' % n)(1)) != [n + 1]: wrong.append(n)
            for n in range(2000):
                try: getattr(m, 'k%d' % n)(n).send(None)
                except StopIteration as e:
                    if e.value != n: wrong.append(n)
        threads = [threading.Thread(target=work) for _ in range(8)]
        for t in threads: t.start()
        for t in threads: t.join()
        print(wrong)
        left = [f for f in list(vars(m).values()) + list(vars(m.C).values()) if '__fl__' in
                getattr(getattr(getattr(f, '__func__', f), '__code__', None), 'co_names', ())]
        print(left)
    """
    outcome = package.run(script)
    assert outcome.out == "[]\n[]\n"
    assert len(outcome.functions) == len(set(outcome.functions)) == 4000


def test_fork_in_the_middle(build):
    build("""
        # PROLOGUE
        import json  # lazy
        def before():  # lazy
            return 'before'
        def after():  # lazy: json
            return json.dumps(before())
    """).same(
        """
        import os, threading, m
        print(m.before(), flush=True)
        stop = threading.Event()
        t = threading.Thread(target=stop.wait); t.start()
        for _ in range(2):
            pid = os.fork()
            if pid == 0:
                os.write(1, (m.after() + m.before() + '\\n').encode())
                os._exit(0)
            assert os.waitpid(pid, 0)[1] == 0
        stop.set(); t.join()
        print(m.after())
    """,
        functions=["before", "after"],
        imports=["json"],
        flags=["-Wignore"],
    )
