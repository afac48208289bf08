"""Verification catches a wrong plan, and repair mends it: small applications with an effect ignored on purpose.

`--ignore-effect` is the user's word that an import effect is harmless. Here it is not, so the package differs.
"""

import json

import pytest
from machine import MINORS, any_python, python_or_skip, report, run_python, succeed, tool, trace

# plugins.csv registers itself with the table that main looks into; no name of it is used anywhere.
SHOP = {
    "main.py": """
import os
import tables
import plugins
import plugins.csv


def handler(event, context):
    if event.get("note"):
        with open(os.path.join(os.environ["TMPDIR"], "note.txt"), "w") as file:
            file.write(",".join(tables.READERS))
    if event.get("late"):
        return late(event["late"])
    if event.get("readers"):
        return sorted(tables.READERS)
    return len(event)


def late(text):
    import plugins.late
    return plugins.late.shout(text) + str(len(tables.READERS)) + str(sum(range(len(text) * 1000))) + text.upper() * 2
""",
    "tables.py": "READERS = {}\n",
    "plugins/__init__.py": "",
    "plugins/csv.py": "import tables\n\n\ndef read(text):\n    return text.split(',')\n\n\ntables.READERS['csv'] = read\n",
    "plugins/late.py": "def shout(text):\n    return text + '!'\n",
}


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def events(folder, **named):
    folder.mkdir(exist_ok=True)
    for name, event in named.items():
        (folder / f"{name}.json").write_text(json.dumps(event))
    return folder


@pytest.fixture
def shop(tmp_path):
    return write(tmp_path / "shop", SHOP)


@pytest.mark.parametrize("minor", MINORS)
def test_an_ignored_effect_is_mended(minor, shop, tmp_path):
    python = python_or_skip(minor)
    recorded = trace(
        shop, "main.handler", tmp_path / "t", python=python, events=[events(tmp_path / "e", a={"readers": 1})]
    )
    arguments = [shop, "--trace", recorded, "-o", tmp_path / "out", "--ignore-effect", "plugins.csv"]
    refused = tool("faaslight-rewrite", *arguments, "--no-repair", cwd=tmp_path)
    assert refused.returncode == 1
    assert "event a: result" in refused.stderr and not (tmp_path / "out").exists()
    assert not (tmp_path / "faaslight.toml").exists()

    mended = succeed("faaslight-rewrite", *arguments, cwd=tmp_path)
    assert "1 pinned" in mended.stdout
    code = "import json, main; print(json.dumps(main.handler({'readers': 1}, None)))"
    assert run_python(python, code, app=tmp_path / "out") == ["csv"]
    plan = report(recorded, tmp_path / "out/faaslight.plan")["plan"]
    assert [repair["pin"] for repair in plan["repairs"]] == plan["pins"]
    assert "event a: result" in plan["repairs"][0]["evidence"]
    assert plan["ignored_effects"] == ["plugins.csv"]

    # The pin is kept in the settings file: the next run has nothing to repair.
    settings = (tmp_path / "faaslight.toml").read_text()
    assert f'"{plan["pins"][0]}",' in settings and "# event a: result" in settings
    again = succeed("faaslight-rewrite", *arguments, "--no-repair", cwd=tmp_path)
    assert "repaired" not in again.stdout


def test_files_left_behind_are_compared(shop, tmp_path):
    python = any_python()
    recorded = trace(
        shop, "main.handler", tmp_path / "t", python=python, events=[events(tmp_path / "e", a={"note": 1})]
    )
    refused = tool(
        "faaslight-rewrite", shop, "--trace", recorded, "-o", tmp_path / "out", "--ignore-effect", "plugins*",
        "--no-repair", cwd=tmp_path,
    )  # fmt: skip
    assert refused.returncode == 1
    assert "the whole run: file note.txt differs" in refused.stderr


def test_hold_out_events_shape_nothing_and_are_compared(shop, tmp_path):
    python = any_python()
    recorded = trace(shop, "main.handler", tmp_path / "t", python=python, events=[events(tmp_path / "e", a={"x": 1})])
    held = events(tmp_path / "held", late={"late": "abc"}, same={})
    arguments = [shop, "--trace", recorded, "-o", tmp_path / "out"]
    done = succeed("faaslight-rewrite", *arguments, "--holdout", held, cwd=tmp_path)
    assert "and with 2 hold-out events" in done.stdout
    plan = report(recorded, tmp_path / "out/faaslight.plan")["plan"]
    rows = {row["event"]: row for row in plan["holdouts"]}
    assert rows["late"]["functions"] >= 1 and rows["same"]["functions"] == 0
    assert rows["late"]["original_us"] > 0

    # What only a hold-out event shows is mended too.
    held = events(tmp_path / "held", readers={"readers": 1})
    (tmp_path / "faaslight.toml").write_text(
        'holdout = ["held"]  # mine\nignore_effects = ["plugins.csv > tables.READERS"]\n'
    )
    mended = succeed("faaslight-rewrite", *arguments, cwd=tmp_path)
    assert "event readers: result" in mended.stderr and "repaired" in mended.stdout
    settings = (tmp_path / "faaslight.toml").read_text()
    assert settings.startswith('holdout = ["held"]  # mine\n') and "plugins" in settings


def test_what_depends_on_the_folder_is_not_compared(tmp_path):
    """The package lies elsewhere than the original: the order of a set of its paths is another, as for matplotlib's fonts."""
    python = any_python()
    app = write(
        tmp_path / "app",
        {
            "main.py": """
import os

HERE = os.path.dirname(os.path.abspath(__file__))
PATHS = {os.path.join(HERE, "font%d.ttf" % number) for number in range(40)}


def handler(event, context):
    with open(os.path.join(os.environ["TMPDIR"], "fonts.txt"), "w") as file:
        file.write("\\n".join(os.path.basename(path) for path in PATHS))
    return len(PATHS)
"""
        },
    )
    recorded = trace(app, "main.handler", tmp_path / "t", python=python, events=[events(tmp_path / "e", a=1)])
    done = succeed("faaslight-rewrite", app, "--trace", recorded, "-o", tmp_path / "out", cwd=tmp_path)
    assert "not compared" in done.stdout and "fonts.txt" in done.stdout, done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app", "e", "out", "t"]


def test_chance_is_not_compared_and_cannot_be_mended(tmp_path):
    python = any_python()
    app = write(
        tmp_path / "app",
        {
            "main.py": """
import os
import uuid


def handler(event, context):
    if event == "random":
        open(os.path.join(os.environ["TMPDIR"], uuid.uuid4().hex), "w").close()
        return {uuid.uuid4().hex: 1}
    return sorted(os.listdir(os.path.dirname(__file__)))
"""
        },
    )
    recorded = trace(app, "main.handler", tmp_path / "t", python=python, events=[events(tmp_path / "e", a="random")])
    done = succeed("faaslight-rewrite", app, "--trace", recorded, "-o", tmp_path / "out", cwd=tmp_path)
    assert "not compared" in done.stdout
    # The handler looks at the package's own files: no decision makes them the original's.
    looked = tool(
        "faaslight-rewrite", app, "--trace", recorded, "-o", tmp_path / "out2", "--holdout",
        events(tmp_path / "held", look="look"), cwd=tmp_path,
    )  # fmt: skip
    assert looked.returncode == 1
    assert "no pins mended it" in looked.stderr and not (tmp_path / "out2").exists()


def test_settings_for_the_trace(shop, tmp_path):
    events(tmp_path / "e", a={"x": 1})
    settings = tmp_path / "faaslight.toml"
    settings.write_text('handler = "main.handler"\nevents = ["e"]\n')
    succeed("faaslight-trace", shop, "-o", tmp_path / "t", "--python", any_python(), cwd=tmp_path)
    assert len(report(tmp_path / "t")["events"]) == 1
    settings.write_text("pins = []\n")
    wrong = tool("faaslight-trace", shop, "-o", tmp_path / "t", cwd=tmp_path)
    assert wrong.returncode == 3 and "faaslight.toml:1:1: unknown key pins" in wrong.stderr
    missing = tool("faaslight-rewrite", shop, "--trace", tmp_path / "t", "-o", tmp_path / "o", "--config", "none.toml")
    assert missing.returncode == 2 and "none.toml" in missing.stderr
    settings.write_text('keep = "all"\n')
    wrong = tool("faaslight-rewrite", shop, "--trace", tmp_path / "t", "-o", tmp_path / "o", cwd=tmp_path)
    assert wrong.returncode == 3 and 'keep = "all"' in wrong.stderr
    settings.unlink()
    wrong = tool(
        "faaslight-rewrite", shop, "--trace", tmp_path / "t", "-o", tmp_path / "o", "--ignore-effect", "nobody"
    )
    assert wrong.returncode == 2 and "no import effect matches nobody" in wrong.stderr
