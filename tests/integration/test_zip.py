"""--zip: the archive for AWS Lambda holds what the folder holds, and its handler answers from where Lambda unpacks it."""

import os
import stat
import subprocess
import zipfile

import pytest
from machine import python_or_skip, run_python, succeed, tool, traced_app, tree

MAIN = """\
import os

import helper


def handler(event, context):
    if "look" in event:
        return len(os.listdir(os.path.dirname(__file__)))
    return [helper.answer(event), helper.__file__]


def rarely():
    import json.tool

    return json.tool.__name__
"""

FILES = {
    "main.py": MAIN,
    "helper.py": "def answer(event):\n    return sorted(event)\n\n\ndef other():\n    return 1\n",
    "data/größe.txt": "a name outside ASCII",
    "run.sh": "#!/bin/sh\n",
}

# What Lambda does: the handler's module from the root of what was unpacked, and an event. Our runtime must be at work
# where .pyc files are read.
CALL = """
import json, main
given = main.handler({"b": 1, "a": 2}, None)
print(json.dumps([given[0], given[1], main.rarely(), "_faaslight" in sys.modules]))
"""


@pytest.fixture
def app(tmp_path):
    folder, recorded = traced_app(tmp_path, python_or_skip("3.11"), FILES, ['{"a": 1}'])
    (folder / "run.sh").chmod(0o700)
    (folder / "helper.py").chmod(0o600)
    (folder / "alias.sh").symlink_to("run.sh")
    (folder / "empty").mkdir()
    return folder, recorded, tmp_path


def zipped(app, *more):
    folder, recorded, around = app
    arguments = ["-o", around / "out", "--zip", around / "out.zip", "--no-repair"]
    return succeed("faaslight-rewrite", folder, "--trace", recorded, *arguments, *more)


def test_the_archive_is_the_folder_and_runs_where_it_is_unpacked(app):
    *_, around = app
    done = zipped(app)
    with zipfile.ZipFile(around / "out.zip") as archive:
        assert archive.testzip() is None
        infos = archive.infolist()
        archive.extractall(around / "task")
    names = [info.filename for info in infos]
    assert names == sorted(names, key=os.fsencode)
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    modes = {info.filename: stat.filemode(info.external_attr >> 16) for info in infos}
    assert modes.pop("run.sh") == "-rwxr-xr-x"
    assert modes.pop("alias.sh") == "lrwxrwxrwx"
    assert modes.pop("empty/") == "drwxr-xr-x"
    assert set(modes.values()) == {"-rw-r--r--"}

    # Python's zipfile unpacks a link as a file that holds its target.
    (around / "task/alias.sh").unlink()
    (around / "task/alias.sh").symlink_to("run.sh")
    package = tree(around / "out")
    assert package.pop("faaslight.plan"), "for people, and in the folder alone"
    assert tree(around / "task") == package
    assert (around / "task/empty").is_dir()
    size = sum(len(bytes_) for name, bytes_ in package.items() if name != "alias.sh") + len("run.sh")
    assert sum(info.file_size for info in infos) == size
    assert f"in {len(infos) - 1} files" in done.stdout, "the empty folder is none"

    python = python_or_skip("3.11")
    for place in ("out", "task"):
        answer = run_python(python, CALL, app=around / place)
        assert answer == [["a", "b"], str(around / place / "helper.py"), "json.tool", True]


def test_zipimport_runs_the_original(app):
    *_, around = app
    zipped(app)
    answer = run_python(python_or_skip("3.11"), CALL, app=around / "out.zip")
    assert answer == [["a", "b"], str(around / "out.zip/helper.py"), "json.tool", False]


def test_two_runs_give_the_same_bytes(app, monkeypatch):
    folder, _, around = app
    zipped(app)
    first = (around / "out.zip").read_bytes()
    assert (around / "out.zip").stat().st_mode & 0o777 == 0o666 & ~current_umask()
    os.utime(folder / "run.sh", (1, 1_000_000_000))
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    zipped(app)
    assert (around / "out.zip").read_bytes() == first


def current_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_an_unchanged_archive_when_the_package_differs(app):
    """Complete or absent: what verification refuses replaces neither folder nor archive. The package has more files."""
    folder, recorded, around = app
    zipped(app)
    before = (around / "out.zip").read_bytes(), tree(around / "out")
    differs = around / "differs.jsonl"
    differs.write_text('{"look": 1}')
    done = tool(
        "faaslight-rewrite", folder, "--trace", recorded, "-o", around / "out", "--zip", around / "out.zip",
        "--holdout", differs, "--no-repair",
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert ((around / "out.zip").read_bytes(), tree(around / "out")) == before
    assert sorted(p.name for p in around.iterdir()) == [
        "app", "app.trace", "differs.jsonl", "events.jsonl", "out", "out.zip",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("zip_", "code", "said"),
    [
        ("app/out.zip", 2, "app/out.zip lies inside app"),
        ("out/out.zip", 2, "out/out.zip lies inside out"),
        ("out", 2, "lies inside out"),
        (".", 2, "lies inside ., which is to be the archive"),
        ("app.trace", 2, "app.trace exists and is no ZIP archive"),
        ("app.trace/out.zip", 5, "cannot make the folder"),
        ("new/", 2, "new/ is a folder"),
    ],
)
def test_wrong_places(app, zip_, code, said):
    _, recorded, around = app
    before = recorded.read_bytes()
    done = tool("faaslight-rewrite", "app", "--trace", recorded, "-o", "out", "--zip", zip_, cwd=around)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (around / "out").exists()
    assert recorded.read_bytes() == before


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (["-o", "out"], "the output out lies inside the application"),
        (["-o", "../out", "--zip", "out.zip"], "the archive out.zip lies inside ."),
    ],
)
def test_inside_the_application_by_a_relative_name(app, places, said):
    folder, recorded, _ = app
    before = tree(folder)
    done = tool("faaslight-rewrite", ".", "--trace", recorded, *places, cwd=folder)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert tree(folder) == before


def test_a_name_that_is_not_utf8(app):
    folder, recorded, around = app
    with open(os.fsencode(folder) + b"/gr\xf6sse", "wb"):
        pass
    done = tool("faaslight-rewrite", folder, "--trace", recorded, "-o", around / "out", "--zip", around / "out.zip")
    assert done.returncode == 3
    assert r"gr\xf6sse" in done.stderr
    assert not (around / "out").exists()
    assert not (around / "out.zip").exists()


def test_warnings(app):
    folder, _, around = app
    (folder / "leads/out").mkdir(parents=True)
    (folder / "leads/out/of").symlink_to("/opt/it")
    # Sparse, and nearly nothing when zipped.
    with open(folder / "leads/large.h", "wb") as large:
        large.truncate(262_144_000)
    done = zipped(app)
    said = [line.split(": warning: ", 1)[1].split(": ", 1)[1] for line in done.stderr.splitlines()]
    assert said[0].startswith("unzipped it has 26")
    assert said[1] == "largest, unzipped: leads 262.1 MB"
    assert "about 262.1 MB" in said[2]
    assert "leads/out/of -> /opt/it" in said[-1]
    assert (around / "out.zip").exists(), "a warning is no error"
    done = zipped(app, "--trim")
    assert len(done.stderr.splitlines()) == 1, "trimmed, it is small enough: only the link is left"


def test_unzip_makes_links(app):
    """By Info-ZIP, where it is there: as Lambda unpacks."""
    *_, around = app
    zipped(app)
    try:
        subprocess.run(["unzip", "-q", around / "out.zip", "-d", around / "task"], check=True)
    except FileNotFoundError:
        pytest.skip("no unzip")
    assert os.readlink(around / "task/alias.sh") == "run.sh"
