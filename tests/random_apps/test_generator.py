"""The random packages themselves: they compile, they are deterministic, every feature comes up, and a rewriter that is
broken on purpose is caught."""

import json
import random
import subprocess

import pytest
from machine import any_python, python_or_skip, tool
from random_apps import bodies, generate
from random_apps.drive import Session, write
from random_apps.model import App, Module
from random_apps.reduce import reduced

COMPILE = "import json, sys\nfor text in json.load(sys.stdin): compile(text, 'x.py', 'exec')"
STYLES = {
    *("from", "from as", "dotted", "as", "try", "if", "getattr", "submodule", "submodule as", "parent only", "star"),
    *("relative from", "relative from as", "relative submodule", "import_module", "in function", "circle"),
}


def drawn(count, minor):
    """Applications by the plain random generator: no shrinking, but thousands in a second."""
    for number in range(count):
        chance = random.Random(number)
        yield generate.draw_app(chance.randint, "a", minor)


@pytest.fixture
def session():
    minor = int(subprocess.check_output([any_python(), "-c", "import sys; print(sys.version_info[1])"]))
    session = Session(minor)
    yield session
    session.close()


@pytest.mark.parametrize("minor", ["3.9", "3.13"])
def test_applications_compile(minor):
    python = python_or_skip(minor)
    texts = [text for app in drawn(80, int(minor.split(".")[1])) for text in app.files().values()]
    subprocess.run([python, "-W", "ignore", "-c", COMPILE], input=json.dumps(texts), text=True, check=True)


def test_every_feature_comes_up():
    seen = set().union(*(app.features for app in drawn(200, 13)))
    expected = {feature.__name__ for feature in generate.FEATURES}
    expected |= {"statement " + statement.__name__.strip("_") for statement in bodies.STATEMENTS}
    expected |= {"import " + style for style in STYLES}
    expected |= {"default", "annotation", "base of another module", "__all__"}
    assert expected <= seen, sorted(expected - seen)
    assert len(seen) > len(expected)


def test_applications_are_deterministic_and_mostly_live(session, tmp_path):
    apps = list(drawn(40, session.minor))
    dead = 0
    for number, app in enumerate(apps):
        write([app], tmp_path / str(number))
        operations = [["step", key] for key in app.keys] + app.outside
        answers = [session.run(tmp_path / str(number), [app], operations) for _ in range(2)]
        assert answers[0] == answers[1]
        assert "crash" not in answers[0]
        dead += answers[0]["answers"][0][1] is not None
    assert dead <= 4


def test_a_failing_package_becomes_small():
    apps, events = generate.draw_package(3, 13)
    assert len(apps) > 1
    tries = []

    def fails(some, _):
        tries.append(1)
        return any("nonlocal" in text for app in some for text in app.files().values())

    apps, events = reduced(fails, apps, events)
    assert len(apps) == 1 and not events
    assert sum(len(module.body) for module in apps[0].modules) == 1 and not apps[0].steps
    assert len(tries) < 200


# ---- broken on purpose


def small_app():
    """An entry, a table in one module, and a module that fills it and that only a function uses."""
    entry, table, filler = (Module(name, i) for i, name in enumerate(("aentry", "atable", "afiller")))
    entry.add("import atable, afiller")
    steps = [
        ("a0", "def step_a0():\n    return atable.shown()"),
        ("a1", "def step_a1():\n    return afiller.one(1), 'a text that makes it worth its while', 1, 2, 3"),
    ]
    table.add("TABLE = []", "def shown():", "    return list(TABLE)")
    filler.add("import atable", "atable.TABLE.append('filled')")
    filler.add("def one(n):", "    return n, 'a text that makes it worth its while', n, n * 2, [n]")
    filler.add("def two(n):", "    return n, 'another text that makes it worth its while', n, n * 2, [n]")
    return App("a", [entry, table, filler], steps, outside=[["use", "afiller", "two", "it(1)"]])


def test_a_good_rewriter_passes(session):
    assert session.check([small_app()], [["a0"]], 1) == []
    assert session.counts["functions loaded"] and session.counts["imports loaded"]


def test_an_ignored_effect_is_caught(session):
    """A trace without its second pass knows no effects: the module that fills the table is not loaded."""

    def spoil(what, work):
        if what == "trace":
            options = ["--handler", "main.handler", "--python", session.python, "--events", work / "events.jsonl"]
            done = tool("faaslight-trace", work / "app", *options, "--no-effects", "-o", work / "trace")
            assert done.returncode == 0, done.stderr

    session.spoil = spoil
    found = session.check([small_app()], [["a0"]], 1)
    assert found and "filled" in str(found[0])


@pytest.mark.parametrize(
    "good, bad",
    [
        (
            "qualname, offset, length, hash, uses = functions[number]",
            "qualname, offset, length, hash, uses = functions[0]",
        ),
        ("value = names.setdefault(name, value)", "value = names.setdefault(name, None)"),
    ],
    ids=["another function's body", "another import's value"],
)
def test_a_broken_runtime_is_caught(session, good, bad):
    def spoil(what, work):
        for runtime in work.glob("*/_faaslight.py") if what == "packages" else ():
            text = runtime.read_text()
            assert good in text
            runtime.write_text(text.replace(good, bad))
            for compiled in runtime.parent.glob("__pycache__/_faaslight.*"):
                compiled.unlink()

    session.spoil = spoil
    assert session.check([small_app()], [["a0"]], 1)
