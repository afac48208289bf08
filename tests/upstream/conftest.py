"""Source archives, and per CPython the folder of what the suites need: kept in build/upstream between runs."""

import hashlib
import shutil
import subprocess
import tarfile

import pytest
from machine import ROOT

HERE = ROOT / "tests/upstream"
STORE = ROOT / "build/upstream"
TOOLS = ROOT / "scripts/requirements/tools.txt"
PIP_OPTIONS = ["--disable-pip-version-check", "--no-input", "--quiet", "--require-hashes", "--no-deps"]


def pip(python, *arguments):
    done = subprocess.run([python, "-m", "pip", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"pip {arguments[0]} failed; check the network\n{done.stderr}"


def stored(name, lists, fill):
    """A folder under build/upstream that fill(folder) made from these lists; made anew when they change."""
    target = STORE / name
    key = hashlib.sha256(b"".join(path.read_bytes() for path in lists)).hexdigest()
    mark = STORE / f"{name}.stamp"
    if not (target.is_dir() and mark.exists() and mark.read_text() == key):
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        fill(target)
        mark.write_text(key)
    return target


@pytest.fixture(scope="session")
def archives():
    """The unpacked source archives: name of the library to its folder."""

    def fill(target):
        # Without isolation: what tells pip the metadata must be the pinned build tools of our own venv.
        pip(
            ROOT / ".deps/venv/bin/python", "download", *PIP_OPTIONS, "--no-build-isolation", "--no-binary", ":all:",
            "--dest", target, "-r", HERE / "sources.txt",
        )  # fmt: skip
        for archive in target.glob("*.tar.gz"):
            with tarfile.open(archive) as opened:
                opened.extractall(target)  # pinned by hash

    folder = stored("sources", [HERE / "sources.txt"], fill)
    return {path.name.partition("-")[0].lower(): path for path in folder.iterdir() if path.is_dir()}


@pytest.fixture(scope="session")
def support():
    """Gives, for a CPython, the folder with pytest and what else the suites import."""

    def folder(python, minor):
        def fill(target):
            options = ["--no-compile", "--only-binary", ":all:", "--root-user-action", "ignore", "--target", target]
            pip(python, "install", *PIP_OPTIONS, *options, "-r", TOOLS, "-r", HERE / "support.txt")

        return stored(f"support-{minor}", [TOOLS, HERE / "support.txt"], fill)

    return folder
