"""Source archives, and per CPython the folder of what the suites need: kept in build/upstream between runs."""

import tarfile

import pytest
from machine import ROOT
from stored import PIP_OPTIONS, install, pip, stored

HERE = ROOT / "tests/upstream"
TOOLS = ROOT / "scripts/requirements/tools.txt"


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
    return lambda python, minor: install(f"support-{minor}", python, [TOOLS, HERE / "support.txt"])
