"""What namedtuple gives to eval while the import runs is compiled beforehand; its classes are what they always were."""

import json

import pytest
from machine import MINORS, make_app, python_or_skip, run_in, watch_known

FILES = {
    "main.py": """\
import collections
from kinds import KINDS, described, failures


def handler(event, context):
    late = collections.namedtuple("Late", "x y")
    return [described(kind) for kind in [*KINDS, late]], failures()


def unused():
    import never
    return never, "long enough to be worth a stub of its own, and then some more text", never.Never
""",
    "kinds.py": """\
import collections
import os
import pickle
from collections import namedtuple
from typing import NamedTuple


class Typed(NamedTuple):
    a: int
    b: str = "b"


class Sub(namedtuple("Base", ["x", "y"])):
    pass


def described(kind):
    new = kind.__new__
    code = new.__code__
    return [
        kind.__name__, kind.__doc__, repr(kind(*range(len(kind._fields)))), kind._field_defaults, new.__doc__,
        new.__module__, new.__name__, new.__qualname__, sorted(map(str, new.__globals__)), new.__defaults__,
        code.co_filename, code.co_name, code.co_names, code.co_varnames, str(code.co_consts), code.co_code.hex(),
        code.co_firstlineno, code.co_flags, code.co_argcount, repr(kind._make(range(len(kind._fields)))),
    ]


def failures():
    found = []
    for arguments in ("A", "x x"), ("class", "a"), ("B", "_a"), ("C", "def"), ("D",):
        try:
            namedtuple(*arguments)
        except (TypeError, ValueError) as error:
            found.append(str(error))
    return found


Point = namedtuple("Point", "x y")
KINDS = [
    Point, Typed, Sub, namedtuple("Same", "x y"), namedtuple("None_", ""), namedtuple("One", "only"),
    namedtuple("Renamed", "def _x ok", rename=True), namedtuple("Defaults", "a b", defaults=(1,)),
    namedtuple("Umlaut", "\\u00e4 b"), namedtuple("Other", "a " + os.environ.get("FIELD", "usual")),
]
KINDS.append(pickle.loads(pickle.dumps(Point(1, 2))).__class__)
EVALUATED = eval("1 + 1"), eval(" x", {"x": 3}), collections.__dict__.get("namedtuple") is namedtuple, failures()
""",
    "never.py": """\
from collections import namedtuple
Never = namedtuple("Never", "never in the trace")
""",
}

ASK = """\
import json, sys, collections
before = collections.namedtuple.__code__, vars(collections).get("eval")
{first}
{watch}try:
    import main, kinds
except ZeroDivisionError:
    main = None
print(json.dumps([
    main and main.handler({{}}, None), main and kinds.EVALUATED,
    (getattr(collections.namedtuple, "__code__", None), vars(collections).get("eval")) == before,
    str(collections.namedtuple("Afterwards", "p q")(1, 2)),
]))
print(found.count(True), file=sys.stderr)
"""


def ask(python, folder, first="", flags=(), **environment):
    code = ASK.format(first=first, watch=watch_known("Evaluator"))
    done = run_in(folder, python, code, flags, **environment)
    return json.loads(done.stdout), int(done.stderr)


@pytest.fixture(scope="module", params=MINORS)
def packages(request, tmp_path_factory):
    folder, python = tmp_path_factory.mktemp("namedtuple"), python_or_skip(request.param)
    make_app(folder, python, FILES)
    return python, folder


def test_same_classes(packages):
    python, folder = packages
    for field in "usual", "another":
        original, _ = ask(python, folder / "app", FIELD=field)
        rewritten, found = ask(python, folder / "out", FIELD=field)
        assert rewritten == original
        assert rewritten[2] is True  # collections is what it was
        # Point, Typed, Base, Same, None_, One, Renamed, Defaults, Umlaut; Other as it was in the trace
        assert found == (10 if field == "usual" else 9)


def test_without_asserts_it_works_it_out(packages):
    python, folder = packages
    original, _ = ask(python, folder / "app", flags=["-O"])
    assert ask(python, folder / "out", flags=["-O"]) == (original, 0)


def test_another_cpython_works_it_out(packages):
    python, folder = packages
    original, _ = ask(python, folder / "app")
    assert ask(python, folder / "out", "sys.hexversion += 1") == (original, 0)


@pytest.mark.parametrize(
    "first",
    [
        "import functools; collections.namedtuple = functools.partial(collections.namedtuple)",
        "real = eval; collections.eval = lambda *a: real(*a)",
        "real = collections.namedtuple.__code__\n"
        "collections.namedtuple.__code__ = real.replace(co_filename='mine', co_consts=real.co_consts)",
    ],
)
def test_one_that_is_replaced_is_let_alone(packages, first):
    python, folder = packages
    first += "\nbefore = getattr(collections.namedtuple, '__code__', None), vars(collections).get('eval')"
    original, _ = ask(python, folder / "app", first)
    assert ask(python, folder / "out", first) == (original, 0)


def test_an_import_that_dies(packages, tmp_path):
    python, _ = packages
    dies = FILES["main.py"] + "\n\nimport os\nif os.environ.get('DIES'):\n    raise ZeroDivisionError\n"
    make_app(tmp_path, python, {**FILES, "main.py": dies})
    first = "import gc; gc.collect()"
    rewritten, found = ask(python, tmp_path / "out", first, DIES="1")
    assert rewritten == ask(python, tmp_path / "app", first, DIES="1")[0]
    assert rewritten[2] is True and found == 10
