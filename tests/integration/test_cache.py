"""--cache: the same package, and no word of the folder's is taken that reading the sources would not give."""

import pytest
from machine import python_or_skip, succeed, tool, traced_app, tree

FILES = {
    "main.py": "import used\n\n\ndef handler(event, context):\n    return used.answer()\n",
    "used.py": "import json\n\n\ndef answer():\n    return 'a'\n\n\ndef unused():\n"
    + "".join(f"    value_{i} = json.dumps({i})\n" for i in range(20)),
}


@pytest.fixture
def app(tmp_path):
    return *traced_app(tmp_path, python_or_skip("3.11"), FILES), tmp_path


def contents(folder):
    return {name: (folder / name).read_bytes() for name in tree(folder) if (folder / name).is_file()}


def test_the_package_is_the_same(app):
    folder, recorded, work = app
    packages = []
    for name, options in ("plain", []), ("first", ["--cache", work / "kept"]), ("second", ["--cache", work / "kept"]):
        options += ["--keep", "reachable", "--no-verify"]
        succeed("faaslight-rewrite", folder, "--trace", recorded, "-o", work / name, *options)
        packages.append(contents(work / name))
        if name == "first":
            entries = set(tree(work / "kept"))
    assert packages[0] == packages[1] == packages[2]
    assert len(entries) > 2 and set(tree(work / "kept")) == entries


def test_folders_that_would_be_shipped_or_replaced_are_refused(app):
    folder, recorded, work = app
    (work / "file").write_text("")
    for cache, why in (
        (folder / "cache", "lies inside"),
        (work / "out/cache", "lies inside"),
        (work / "file/cache", "cannot make the cache"),
    ):
        done = tool("faaslight-rewrite", folder, "--trace", recorded, "-o", work / "out", "--cache", cache)
        assert done.returncode != 0 and why in done.stderr, done.stderr
        assert not (work / "out").exists() and not cache.exists()
