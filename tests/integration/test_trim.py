"""--trim and --why on a small application with everything in it that a package need not carry."""

import pytest
from machine import python_or_skip, report, run_python, succeed, tool, traced_app, tree

MAIN = """\
import used


def handler(event, context):
    if event.get("rare"):
        import rarely

        return rarely.answer()
    with open(used.__file__.replace("used.py", "data.h")) as file:
        return used.answer() + file.read()
"""

FILES = {
    "main.py": MAIN,
    "used.py": "def answer():\n    return 'a'\n",
    "data.h": "opened",
    "other.h": "never opened",
    "rarely.py": "def answer():\n    return 'rare'\n",
    "pack/__init__.py": "raise RuntimeError('nothing imports this')\n",
    "pack/inner.py": "",
    "pack/inner.pyi": "",
    "pack/tests/test_inner.py": "",
    "pack/LICENSE.md": "may be copied",
    "pack-1.dist-info/METADATA": "Name: pack\n",
    "pack-1.dist-info/licenses/LICENSE": "may be copied",
    "__pycache__/used.cpython-27.pyc": "stale",
}


@pytest.fixture
def app(tmp_path):
    return *traced_app(tmp_path, python_or_skip("3.11"), FILES), tmp_path / "out"


def left_out(out):
    return sorted(set(FILES) - set(tree(out)))


def test_trim_leaves_out_what_no_import_reads(app):
    folder, recorded, out = app
    done = succeed("faaslight-rewrite", folder, "--trace", recorded, "-o", out, "--no-repair", "--trim")
    assert left_out(out) == [
        "__pycache__/used.cpython-27.pyc",
        "other.h",
        "pack-1.dist-info/METADATA",
        "pack/inner.pyi",
        "pack/tests/test_inner.py",
    ]
    assert not (out / "pack/tests").exists(), "a folder that is empty now is gone"
    assert "left out: 5 files" in done.stdout
    told = report(recorded, out / "faaslight.plan")["plan"]
    assert told["trim"] == "files"
    assert {row["what"] for row in told["left_out"]} >= {"tests", "type stubs", "distribution metadata"}
    assert sum(row["files"] for row in told["left_out"]) == 5


def test_unreachable_modules_raise_an_import_error_that_says_so(app):
    folder, recorded, out = app
    succeed("faaslight-rewrite", folder, "--trace", recorded, "-o", out, "--no-repair", "--trim=unreachable")
    python = python_or_skip("3.11")
    rare = run_python(python, "import json, main; print(json.dumps(main.handler({'rare': 1}, None)))", app=out)
    assert rare == "rare", "an import in a function that can run stays"
    for module in ("pack", "pack.inner"):
        code = f"""
import json
try:
    import {module}
except ImportError as error:
    print(json.dumps([error.name, str(error)]))
"""
        name, text = run_python(python, code, app=out)
        assert name == "pack"
        assert text.startswith("pack was left out of this package")
    code = "import importlib.util, json; print(json.dumps(importlib.util.find_spec('pack') is not None))"
    assert run_python(python, code, app=out)


def test_nothing_is_left_out_unless_asked(app):
    folder, recorded, out = app
    succeed("faaslight-rewrite", folder, "--trace", recorded, "-o", out, "--no-repair")
    assert left_out(out) == []


def test_options_that_may_be_given_twice(app):
    folder, recorded, out = app
    pins = ["--pin", "used", "--pin", "rarely"]
    succeed("faaslight-rewrite", folder, "--trace", recorded, "--trace", recorded, "-o", out, "--no-repair", *pins)
    assert report(recorded, out / "faaslight.plan")["plan"]["pins"] == ["used", "rarely"]


def test_why(app):
    folder, recorded, out = app
    why = ["--why", "rarely:answer", "--why", "used"]
    done = succeed("faaslight-rewrite", folder, "--trace", recorded, *why)
    assert done.stdout.splitlines() == [
        "rarely:answer (rarely.py:1), not entered",
        "  method by name in main:handler (main.py:8), entered",
        "  handler",
        "used (used.py), loaded",
        "  import in main (main.py:1), loaded",
        "  handler",
    ]
    assert not out.exists(), "it writes nothing"
    succeed("faaslight-rewrite", folder, "--trace", recorded, "-o", out, "--no-repair", "--keep", "reachable")
    told = succeed("faaslight-report", recorded, "--plan", out / "faaslight.plan", "--why", "rarely:answer")
    assert told.stdout.splitlines() == done.stdout.splitlines()[:3]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--why", "nowhere:f"], 2, "nowhere:f: no such module or function"),
        (["--trim=all", "-o", "x"], 2, "--trim=all: it is files or unreachable"),
        ([], 2, "--output is required"),
    ],
)
def test_wrong_arguments(app, arguments, code, said):
    folder, recorded, _ = app
    done = tool("faaslight-rewrite", folder, "--trace", recorded, *arguments)
    assert done.returncode == code
    assert said in done.stderr
