"""Folders of pinned packages under build/, kept between runs and made anew when the lists they come from change."""

import fcntl
import hashlib
import shutil
import subprocess

from machine import ROOT

STORE = ROOT / "build/upstream"
PIP_OPTIONS = ["--disable-pip-version-check", "--no-input", "--quiet", "--require-hashes", "--no-deps"]


def pip(python, *arguments, env=None):
    command = [python, "-m", "pip", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, f"pip {arguments[0]} failed; check the network\n{done.stderr}"


def stored(name, lists, fill):
    """A folder under build/upstream that fill(folder) made from these lists; made anew when they change."""
    target = STORE / name
    key = hashlib.sha256(b"".join(path.read_bytes() for path in lists)).hexdigest()
    mark = STORE / f"{name}.stamp"
    STORE.mkdir(parents=True, exist_ok=True)
    with (STORE / f"{name}.lock").open("w") as lock:  # tests run in several processes
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (target.is_dir() and mark.exists() and mark.read_text() == key):
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            fill(target)
            mark.write_text(key)
    return target


def install(name, python, lists):
    """A folder with the wheels that these requirement lists pin by hash, for this CPython."""
    options = ["--no-compile", "--only-binary", ":all:", "--root-user-action", "ignore"]
    requirements = [part for path in lists for part in ("-r", path)]

    def fill(target):
        pip(python, "install", *PIP_OPTIONS, *options, "--target", target, *requirements)

    return stored(name, lists, fill)
