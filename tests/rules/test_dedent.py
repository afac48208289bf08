"""What the import gives to textwrap.dedent is worked out beforehand; dedent is what it was when the import is over."""

import json

import pytest
from machine import MINORS, make_app, python_or_skip, run_in, watch_known

FILES = {
    "main.py": """\
import textwrap
import sys
from docs import Texts, TOLD
early = textwrap.dedent.__name__, textwrap.dedent.__defaults__, textwrap.dedent.__code__.co_varnames[0]


def handler(event, context):
    return [Texts.method.__doc__, TOLD, textwrap.dedent("   only in an event\\n   twice")]


def unused():
    import never
    return never, "long enough to be worth a stub of its own, and then some more text", never.TEXT
""",
    "docs.py": """\
import os
from textwrap import dedent


class Odd(str):
    def __eq__(self, other):
        return True
    __hash__ = str.__hash__


def described(text):
    def decorate(function):
        function.__doc__ = dedent(text % function.__name__)
        return function
    return decorate


class Texts:
    @described('''
        Says %s.
          More: \\u00e4\\u20ac
\t
        ''')
    def method(self):
        pass


def failed(*arguments):
    try:
        return dedent(*arguments)
    except TypeError as error:
        return str(error)


class Bytes(str):
    pass


TOLD = [dedent(Odd("  odd\\n")), dedent("flat"), type(dedent(Bytes("flat"))).__name__, dedent(""), failed(None), failed(), failed(1, 2)]
TOLD.append(dedent("  another each time: %s" % os.environ.get("TEXT", "")))
TOLD.append(dedent(text="  by name\\n    and\\n"))
""",
    "never.py": """\
from textwrap import dedent
TEXT = dedent("   never in the trace")
""",
}

ASK = """\
import json, sys, textwrap
before = textwrap.dedent.__code__
{first}
{watch}try:
    import main
except ZeroDivisionError:
    main = None
print(json.dumps([
    main and main.handler({{}}, None), main and main.early, textwrap.dedent.__code__ is before,
    [textwrap.dedent(text) for text in ("", " a\\n b", "   never in the trace")],
]))
print(found.count(True), file=sys.stderr)
"""


def ask(python, folder, first="", **environment):
    code = ASK.format(first=first, watch=watch_known("Dedent"))
    done = run_in(folder, python, code, **environment)
    return json.loads(done.stdout), int(done.stderr)


@pytest.fixture(scope="module", params=MINORS)
def packages(request, tmp_path_factory):
    folder, python = tmp_path_factory.mktemp("dedent"), python_or_skip(request.param)
    make_app(folder, python, FILES)
    return python, folder


def test_same_answers(packages):
    python, folder = packages
    for text in "", "another":
        original, _ = ask(python, folder / "app", TEXT=text)
        rewritten, found = ask(python, folder / "out", TEXT=text)
        assert rewritten == original
        assert rewritten[2] is True  # the code that it had before
        assert found == (5 if text == "" else 4)  # method's, "flat", "", by name, and the one of the trace


def test_another_cpython_works_it_out(packages):
    python, folder = packages
    original, _ = ask(python, folder / "app")
    assert ask(python, folder / "out", "sys.hexversion += 1") == (original, 0)


@pytest.mark.parametrize(
    "first", ["textwrap.dedent = lambda text='': 'mine'", "textwrap.dedent.__code__ = (lambda text: 'mine').__code__"]
)
def test_one_that_is_replaced_is_let_alone(packages, first):
    python, folder = packages
    first += "\nbefore = textwrap.dedent.__code__"
    original, _ = ask(python, folder / "app", first)
    assert ask(python, folder / "out", first) == (original, 0)


def test_an_import_that_dies(packages, tmp_path):
    python, _ = packages
    dies = FILES["main.py"].replace(
        "early =", "import os\nif os.environ.get('DIES'):\n    raise ZeroDivisionError\nearly ="
    )
    make_app(tmp_path, python, {**FILES, "main.py": dies})
    first = "import gc; gc.collect()"
    assert ask(python, tmp_path / "out", first, DIES="1")[0] == ask(python, tmp_path / "app", first, DIES="1")[0]
