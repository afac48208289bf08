"""--keep reachable on a small application: what an event that no trace saw could need is loaded as it always was."""

import re

import pytest
from machine import python_or_skip, run_python, succeed, traced_app

FILES = {
    "main.py": """\
import effect
import pack
import passed
from pack import dead
from shared import thing


def handler(event, context):
    kind = event.get("kind")
    if kind is None:
        import plugin

        return plugin.__name__
    known = {"chain": by_chain, "import": by_import, "getattr": by_getattr, "string": by_string}
    return known[kind]()


def by_chain():
    return pack.Heavy().name


def by_import():
    from pack import Other

    return Other().name


def by_getattr():
    return ask(passed, "third")


def by_string():
    return find("strung.fourth")


def ask(module, name):
    return getattr(module, name)().name


def find(path):
    import importlib

    module, _, name = path.partition(".")
    return getattr(importlib.import_module(module), name)().name


def nobody_calls():
    return dead.thing(thing)
""",
    "pack/__init__.py": "from .heavy import Heavy\nfrom .other import Other\nfrom .unused import Unused\n",
    "pack/heavy.py": "class Heavy:\n    name = 'heavy'\n",
    "pack/other.py": "class Other:\n    name = 'other'\n",
    "pack/unused.py": "class Unused:\n    name = 'unused'\n",
    "pack/dead.py": "def thing():\n    return 'dead'\n",
    "passed.py": "from thirds import third\n",
    "thirds.py": "class third:\n    name = 'third'\n",
    "effect.py": "",
    "plugin.py": "import shared\n\nvalue = shared.thing\n",
    "shared.py": "thing = 1\n",
    "strung.py": "from fourths import fourth\n",
    "fourths.py": "class fourth:\n    name = 'fourth'\n",
}
KINDS = ("chain", "import", "getattr", "string")


@pytest.fixture
def app(tmp_path):
    held = tmp_path / "held"
    held.mkdir()
    for kind in KINDS:
        (held / f"{kind}.json").write_text(f'{{"kind": "{kind}"}}')
    return *traced_app(tmp_path, python_or_skip("3.11"), FILES), held, tmp_path


def on_demand(app, keep):
    folder, recorded, held, work = app
    out = work / keep
    options = ["--keep", keep, "--holdout", held, "--no-repair"]
    done = succeed("faaslight-rewrite", folder, "--trace", recorded, "-o", out, *options)
    counts = re.findall(r"loaded on demand: (\d+) functions, (\d+) modules", done.stdout)
    return [(int(functions), int(modules)) for functions, modules in counts]


def test_what_can_be_reached_is_not_loaded_on_demand(app):
    assert on_demand(app, "reachable") == [(0, 0), (0, 0)]


def test_what_cannot_is_not_loaded(app):
    on_demand(app, "reachable")
    code = "import json, main; print(json.dumps(list(sys.modules)))"
    loaded = set(run_python(python_or_skip("3.11"), code, app=app[3] / "reachable"))
    assert {"pack.heavy", "pack.other", "effect"} <= loaded
    assert not {"pack.unused", "pack.dead"} & loaded


def test_without_it_the_same_events_load_on_demand(app):
    events, held = on_demand(app, "traced")
    assert events[1] >= 1 and held[1] >= 3
