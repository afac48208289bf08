"""What most events need is loaded with the import; what few of them need is not."""

from machine import python_or_skip, run_python, succeed, traced_app

FILES = {
    "main.py": """\
import lib


def handler(event, context):
    if event.get("seldom"):
        return seldom()
    return lib.often()


def seldom():
    return lib.seldom()
""",
    "lib/__init__.py": "from ._often import often\nfrom ._seldom import seldom\n",
    "lib/_often.py": "def often():\n    return 'often'\n",
    "lib/_seldom.py": "def seldom():\n    return 'seldom'\n",
}


def loaded_by_import(tmp_path, events):
    python, out = python_or_skip("3.11"), tmp_path / "out"
    app, recorded = traced_app(tmp_path, python, FILES, events)
    done = succeed("faaslight-rewrite", app, "--trace", recorded, "-o", out, "--no-repair")
    assert "same outcomes" in done.stdout
    names = run_python(python, "import json, main; print(json.dumps(list(sys.modules)))", app=out)
    return {name for name in names if name.startswith("lib._")}


def test_what_one_event_of_three_needs_waits(tmp_path):
    assert loaded_by_import(tmp_path, ["{}", "{}", '{"seldom": 1}']) == {"lib._often"}


def test_what_half_of_the_events_need_does_not(tmp_path):
    assert loaded_by_import(tmp_path, ["{}", '{"seldom": 1}']) == {"lib._often", "lib._seldom"}
