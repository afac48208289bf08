"""Lazy imports: what the statement would have bound, when it is needed, with the same errors."""

import pytest

HELPERS = {
    "a/__init__.py": "print('run a')",
    "a/b.py": "print('run a.b'); value = 'a.b.value'",
    "a/c.py": "print('run a.c')",
    "p/__init__.py": "",
    "p/low.py": "print('run p.low'); x = ['x']; y = 'y'",
    "p/q/__init__.py": "",
    "p/q/sub.py": "print('run p.q.sub')",
}


def test_every_form_binds_what_the_statement_binds(build):
    build(
        {
            **HELPERS,
            "p/q/m.py": """
                # PROLOGUE
                import a.b  # lazy
                import a.c  # lazy
                import a.b as ab  # lazy
                import json as j  # lazy
                import os.path  # lazy
                from a.b import value, value as renamed  # lazy
                from ..low import x, y as z  # lazy
                from . import sub  # lazy
                from .. import low  # lazy
                from xml.dom import minidom  # lazy
                import xml.etree.ElementTree as ET  # lazy
                def f():  # lazy: a ab j os value renamed x z sub low minidom ET
                    return a.b is ab, a.c.__name__, j, os.path, value, renamed, x is low.x, z, sub, low, minidom, ET
            """,
        }
    ).same(
        """
        import contextlib, io
        with contextlib.redirect_stdout(io.StringIO()):  # the order in which modules run differs
            import p.q.m as m
            m.f()
        print(m.a, m.ab, m.j, m.os, m.value, m.renamed, m.x, m.z, m.sub, m.low, m.minidom, m.ET, sep='\\n')
        print(m.f())
        from p.q.m import ab, x as again, low
        print(ab, again, low)
    """,
        functions=["f"],
        # renamed comes with value, z with x: see bind_others()
        imports=["a", "ab", "j", "os", "value", "x", "sub", "low", "minidom", "ET"],
    )


def test_nothing_is_loaded_before_it_is_needed(build):
    package = build(
        {
            **HELPERS,
            "p/q/m.py": """
                # PROLOGUE
                import a.b  # lazy
                from ..low import x  # lazy
                def f():  # lazy: x
                    return x
                def unused():
                    return a
            """,
        }
    )
    outcome = package.run("""
        import p.q.m as m
        print(sorted(n for n in sys.modules if n in ('a', 'a.b', 'p.low')))
        print(m.f(), m.f(), sorted(n for n in sys.modules if n in ('a', 'a.b', 'p.low')), 'x' in vars(m))
        print(m.a.b.value)
    """)
    assert outcome.out == "[]\nrun p.low\n['x'] ['x'] ['p.low'] True\nrun a\nrun a.b\na.b.value\n"
    assert outcome.imports == ["x", "a"]


def test_guards_and_hoists(build):
    package = build(
        {
            **HELPERS,
            "p/q/m.py": """
                # PROLOGUE
                import a.b  # lazy
                from ..low import x, y  # lazy
                import urllib  # lazy
                print('body')
                # hoist: a.c p.q.sub
                def named():
                    # guard: x
                    return x
                def dotted():
                    # guard: urllib urllib.request
                    return urllib.request.__name__
                def everything():
                    # guard
                    return sorted(n for n in globals() if n[:2] != '__')
            """,
        }
    )
    out = package.run("""
        import p.q.m as m
        print(m.named(), m.named(), m.dotted())
        print(m.everything())
        del m.x
        try: m.named()
        except NameError as e: print(e)
    """).out.splitlines()
    assert out == [
        "body",
        "run a",
        "run a.c",
        "run p.q.sub",
        "run p.low",
        "['x'] ['x'] urllib.request",
        "run a.b",
        "['a', 'dotted', 'everything', 'named', 'urllib', 'x', 'y']",
        "name 'x' is not defined",
    ]


def test_dir_star_and_patching(build):
    build(
        {
            **HELPERS,
            "p/m.py": """
                # PROLOGUE
                import json  # lazy
                from .low import x, y  # lazy
                __all__ = ['json', 'x', 'f']
                __version__ = '1'
                def f():  # lazy: json x
                    return json, x
                def g():  # lazy: json
                    return json
            """,
            "p/star.py": "from p.m import *\n",
        }
    ).same("""
        import io, contextlib
        with contextlib.redirect_stdout(io.StringIO()):
            import p.low, p.m as m
        print(dir(m))
        import p.star
        print(p.star.json.__name__, p.star.x, p.star.f is m.f, hasattr(p.star, 'y'))
        from unittest import mock
        with mock.patch.object(m, 'json', 'fake'), mock.patch('p.m.y', 'fake y'):
            print(m.json, m.f(), m.y)
        print(m.json.__name__, m.f(), m.g().__name__, m.y)
        m.x = 'set'
        print(m.f()[1])
        del m.json
        print(hasattr(m, 'json'), getattr(m, 'json', 'default'), 'json' in dir(m))
        for name in ('g', 'f'):
            try: print(getattr(m, name)())
            except NameError as e: print(e)
        setattr(m, 'json', 'back')
        print(m.g())
        import inspect
        print([n for n, v in inspect.getmembers(m) if n[:2] != '__'])
    """)


def test_patching_before_anything_was_imported(build):
    build(
        {
            **HELPERS,
            "p/m.py": """
                # PROLOGUE
                import json  # lazy
                def f():  # lazy: json
                    return json
            """,
        }
    ).same(
        """
        import p.m as m
        m.json = 'fake'
        print(m.f(), m.json)
        m.__dict__['json'] = 'other'
        print(m.f())
        from p.m import json
        print(json)
    """,
        imports=[],
    )


def test_errors_of_missing_names(build):
    build(
        {
            "m.py": """
                # PROLOGUE
                import json  # lazy
                import os.path as path
                def f():  # lazy
                    return 1
            """,
            "half.py": "import half_user\nlate = 1",
            "half_user.py": """
                # PROLOGUE
                import json  # lazy
                import half
                try: half.late
                except AttributeError as e: print(e)
                import half_user
                try: half_user.later
                except AttributeError as e: print(e)
                try: from half_user import later
                except ImportError as e: print(e)
                later = 1
            """,
        }
    ).same("""
        import m, half
        for name in ('nope', '__path__', '__wrapped__', 'jso', 'json path', '', 'js'):
            try: getattr(m, name)
            except AttributeError as e:
                print(e, getattr(e, 'name', None), getattr(e, 'obj', None) is (m if sys.version_info >= (3, 10) else None))
            print(hasattr(m, name), getattr(m, name, 'default'))
        for text in ('from m import nope', 'from m.nope import x', 'import m.nope', 'from m import json, nope'):
            try: exec(text)
            except ImportError as e: print(type(e).__name__, str(e).replace(m.__file__, 'FILE'), e.name)
        try: m.jsom
        except AttributeError:
            import traceback
            print(traceback.format_exc().splitlines()[-1])
    """)


@pytest.mark.parametrize(
    "body",
    [
        "import missing_module",
        "from missing_module import x",
        "import p.missing",
        "import p.missing.deeper as x",
        "from p import missing",
        "from p.low import missing",
        "from .low import missing",
        "from . import missing",
        "from ....low import x",
        "import p.low.x as x",
        "from p.broken import x",
        "import p.raises_value",
        "from p.raises_import import x",
        "from p.forgetful import gone",
    ],
)
def test_errors_of_the_import_are_the_statements(build, body):
    """The same type, text and name as the statement's own; and hasattr() does not swallow them."""
    package = build(
        {
            **HELPERS,
            "p/low.py": "x = 1",
            "p/broken.py": "def :",
            "p/raises_value.py": "raise ValueError('mine')",
            "p/raises_import.py": "raise ImportError('mine', name='n')",
            "p/forgetful.py": "def __getattr__(name): raise AttributeError('never ' + name)",
            "p/lazy.py": f"# PROLOGUE\n{body}  # lazy\ndef f():  # lazy: x p missing missing_module gone\n    pass\n",
            "p/eager.py": body,
        }
    )
    name = body.replace(" as ", " ").split()[-1].partition(".")[0]
    out = package.run(f"""
        def describe(e):
            text = str(e).replace('<lazy import in p.lazy>', '')
            return type(e).__name__, text, getattr(e, 'name', None), getattr(e, 'path', None)
        try: import p.eager
        except Exception as e: print(describe(e))
        import p.lazy
        for attempt in (lambda: p.lazy.{name}, lambda: hasattr(p.lazy, {name!r}), lambda: getattr(p.lazy, {name!r}, 1)):
            try: print('nothing raised', attempt())
            except Exception as e: print(describe(e))
        try: exec('from p.lazy import {name}')
        except Exception as e: print(describe(e))
    """).out.splitlines()
    assert len(out) == 5 and len(set(out)) == 1, "\n".join(out)


def test_an_attribute_error_inside_an_import_is_not_a_missing_name(build):
    package = build(
        {
            "broken.py": "import json; json.nothing_like_it",
            "m.py": """
                # PROLOGUE
                import broken  # lazy
                def f():  # lazy: broken
                    return broken
            """,
        }
    )
    out = package.run("""
        import m
        for attempt in (lambda: m.broken, lambda: hasattr(m, 'broken'), m.f, m.f, lambda: exec('from m import broken')):
            try: print('nothing raised', attempt())
            except ImportError as e: print(e, '|', repr(e.__cause__))
    """).out.splitlines()
    assert len(out) == 5 and len(set(out)) == 1, out
    assert out[0].startswith(
        "import of 'broken', lazy in module 'm', failed: AttributeError: module 'json' has no attr"
    )
    assert "| AttributeError(" in out[0]


def test_a_failed_import_is_tried_again(build):
    package = build(
        {
            "flaky.py": "import m\nif not m.allowed: raise ImportError('not yet')\nvalue = 1",
            "m.py": """
                # PROLOGUE
                from flaky import value  # lazy
                allowed = False
                def f():  # lazy: value
                    return value
            """,
        }
    )
    out = package.run("""
        import m
        for allowed in (False, True, False):
            m.allowed = allowed
            try: print(m.f())
            except ImportError as e: print(e)
    """).out
    assert out == "not yet\n1\n1\n"


def test_submodules_are_found_by_getattr(build):
    """R3: `p.sub` without an import of it, since someone else's import had supplied it in the original."""
    package = build(
        {
            "p/__init__.py": "# PROLOGUE\nhere = 1\n",
            "p/sub.py": "import p\nprint('run', p.here, 'sub' in vars(p), hasattr(p, 'nope'))\nx = 1",
            "p/broken.py": "import json; json.nope",
            "p/hidden.py": "",
        },
        submodules={"p/__init__.py": "sub broken"},
    )
    out = package.run("""
        import p
        print([n for n in dir(p) if n[0] != '_'])
        print(p.sub.x, p.sub is sys.modules['p.sub'], 'sub' in vars(p), hasattr(p, 'hidden'))
        try: p.broken
        except ImportError as e: print(type(e.__cause__).__name__)
        from p import hidden
        print(hidden.__name__)
        del p.sub
        print(hasattr(p, 'sub'))
    """).out.splitlines()
    assert out == [
        "['broken', 'here', 'sub']",
        "run 1 False False",
        "1 True True False",
        "AttributeError",
        "p.hidden",
        "False",
    ]


def test_own_getattr_and_dir(build):
    for form in (
        "def __getattr__(name):\n    calls.append(name)\n    if name == 'magic': return 'made'\n"
        "    raise AttributeError('mine: ' + name)\ndef __dir__(): return ['magic', *globals()]",
        "if True:\n    __getattr__ = __import__('hooks').hook\n    from hooks import own_dir as __dir__",
    ):
        build(
            {
                "hooks.py": "def hook(name):\n    if name == 'magic': return 'made'\n    raise AttributeError(name)\n"
                "def own_dir(): return ('b', 'a')",
                "m.py": f"# PROLOGUE\nimport json  # lazy\ncalls = []\n{form}\n# ready\n",
            }
        ).same(
            """
            import m
            print(m.magic, m.json.__name__, hasattr(m, 'nope'), m.calls[:0])
            try: m.nope
            except AttributeError as e: print(e)
            try: from m import nope
            except ImportError as e: print(str(e).replace(m.__file__, ''))
            from m import json, magic
            print(json.__name__, magic)
            print(dir(m))
            print(m.__getattr__('magic'))
        """,
            imports=["json"],
        )


def test_custom_import_is_respected(build):
    """A replaced builtins.__import__ sees the lazy import as it would have seen the statement."""
    build(
        {
            **HELPERS,
            "p/m.py": """
                # PROLOGUE
                import a.b as ab  # lazy
                from .low import x  # lazy
                import json  # lazy
                def f():  # lazy: ab x json
                    return ab, x, json
            """,
        }
    ).same("""
        import builtins, io, contextlib
        real, seen = builtins.__import__, []
        def mine(name, globals=None, locals=None, fromlist=(), level=0):
            if globals and globals.get('__name__') == 'p.m' and name != '_faaslight':
                seen.append((name, fromlist, level, globals is locals))
            return real(name, globals, locals, fromlist, level)
        builtins.__import__ = mine
        with contextlib.redirect_stdout(io.StringIO()):
            import p.m; p.m.f()
        print(seen)
    """)


def test_circular_imports(build):
    """What a circular import finds half-made, it finds; what it would not have found, it does not; and it ends."""
    package = build(
        {
            "one.py": """
                # PROLOGUE
                from two import y  # lazy
                import two as whole  # lazy
                def f():  # lazy: y
                    return y
            """,
            "two.py": """
                # PROLOGUE
                from one import y  # lazy
                import one
                late = 1
            """,
            "three.py": "import four_lazy\nseen = four_lazy.three\nname = seen.__name__",
            "four_lazy.py": "# PROLOGUE\nimport three  # lazy\nfrom five import z  # lazy\n",
            "five.py": """
                import four_lazy
                try: four_lazy.z
                except AttributeError as e: print('AttributeError', e)
                try: from four_lazy import z
                except ImportError as e: print('ImportError', str(e).partition(' (')[0])
                z = 'z'
                print(four_lazy.z)
            """,
        }
    )
    out = package.run("""
        import one, four_lazy
        for attempt in (one.f, lambda: one.y):
            try: attempt()
            except ImportError as e: print(str(e).partition(' (')[0])
        print(one.whole.late, four_lazy.three.name, four_lazy.z)
    """).out.splitlines()
    assert out[:2] == ["cannot import name 'y' from 'one'"] * 2 or out[:2] == ["cannot import name 'y' from 'two'"] * 2
    assert out[2:] == [
        "AttributeError module 'four_lazy' has no attribute 'z'",
        "ImportError cannot import name 'z' from 'four_lazy'",
        "z",
        "1 three z",
    ]


def test_first_call_inside_the_import_it_needs(build):
    """A lazy function called while the import of its own name is under way is asked again later."""
    package = build(
        {
            "user.py": """
                import m
                try: print(m.f())
                except NameError as e: print('NameError')
                value = 5
            """,
            "m.py": """
                # PROLOGUE
                from user import value  # lazy
                def f():  # lazy: value
                    return value
            """,
        }
    )
    out = package.run("""
        import m
        print(m.f(), m.f())
    """).out
    assert out == "NameError\n5 5\n"


def test_modules_loaded_before(build):
    """R14: `first` is imported before a lazy import."""
    package = build(
        {
            "m.py": """
                # PROLOGUE
                import second  # lazy first: zero one
            """,
            "zero.py": "print('zero')",
            "one.py": "print('one')",
            "second.py": "print('second')",
        }
    )
    out = package.run("""
        import m
        print('start'); m.second; m.second
    """).out
    assert out == "start\nzero\none\nsecond\n"


def test_threads_import_once_and_do_not_deadlock(build):
    build(
        {
            "slow.py": "import time\nruns.append(1) if 'runs' in globals() else None\ntime.sleep(0.05)\nvalue = object()",
            "left.py": "# PROLOGUE\nimport right  # lazy\nfrom slow import value  # lazy\n"
            "def f():  # lazy: right value\n    return right.g()\ndef g():  # lazy: value\n    return value\n",
            "right.py": "# PROLOGUE\nimport left  # lazy\nfrom slow import value  # lazy\n"
            "def f():  # lazy: left value\n    return left.g()\ndef g():  # lazy: value\n    return value\n",
        }
    ).same("""
        import threading, left, right
        sys.setswitchinterval(1e-6)
        got, start = [], threading.Barrier(8)
        def work(n):
            start.wait()
            got.append((left.f if n % 2 else right.f)())
            got.append((left if n % 2 else right).value)
        threads = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(8)]
        for t in threads: t.start()
        for t in threads: t.join(20)
        print(len(got), len(set(got)))
    """)


def test_finding_after_the_interpreter_has_begun_to_shut_down(build):
    package = build("""
        # PROLOGUE
        import json  # lazy
        import colorsys  # lazy
        def f():  # lazy: json
            return json
        def g():  # lazy
            return 'g'
        class C:
            def __del__(self):
                for name, call in (('f', f), ('g', g), ('colorsys', lambda: globals()['__getattr__']('colorsys'))):
                    try: print(name, bool(call()), flush=True)
                    except Exception as e: print(name, type(e).__name__, flush=True)
    """)
    outcome = package.run("""
        import m, builtins, sys
        builtins.kept_to_the_end = m.C()
    """)
    assert len(outcome.out.splitlines()) == 3  # whatever each gives: an answer or an exception, and no crash
    outcome = package.run("""
        import m, _faaslight
        for name in [n for n in vars(_faaslight) if n[:2] != '__']: vars(_faaslight)[name] = None
        for call in (m.g, lambda: m.colorsys):
            try: call()
            except ImportError as e: print(e)
        del sys.modules['_faaslight']
    """)
    assert outcome.out == (
        "cannot load a lazy function: the interpreter is shutting down\n"
        "cannot import 'colorsys': the interpreter is shutting down\n"
    )


def test_many_names_of_one_module_come_together(build):
    build(
        {
            "p/__init__.py": "",
            "p/many.py": "a, b, c, d, e, f, g, h = ([n] for n in range(8))\n",
            "p/never.py": "n = 1\n",
            "p/m.py": """
                # PROLOGUE
                from .many import a, b, c, d, e  # lazy
                from .many import f as other, g, h  # lazy
                from .never import n  # lazy
            """,
        }
    ).same(
        """
        import sys
        import p.m as m, p.many as many
        m.g = 'mine'
        print(m.a, m.b, m.c, m.d)
        many.e = many.f = many.g = 'changed since'
        print(m.e, m.other, m.g, m.h, [name for name in dir(m) if name[0] != '_'])
        del m.h
        print(hasattr(m, 'h'), m.a is many.a)
    """,
        imports=["a", "b", "c", "d"],
    )


def test_not_while_the_body_runs(build):
    package = build(
        {
            "p/__init__.py": "",
            "p/many.py": "a, b, c, d, e, f = ([n] for n in range(6))\n",
            "p/m.py": """
                # PROLOGUE
                from .many import a, b, c, d, e  # lazy
                # guard: a
                # guard: b
                # guard: c
                # guard: d
                early = 'e' in globals()
            """,
        }
    )
    assert package.run("import p.m as m; print(m.early, m.e)").out.split() == ["False", "[4]"]
