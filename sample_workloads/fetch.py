"""Makes a runnable folder of a sample workload: its handler, its data, and its pinned packages for one CPython.

    scripts/fetch-workload.sh APP PYTHON [DEST]   APP: app20 or app20_random_user; PYTHON: a path, or a version as 3.9
    scripts/fetch-workload.sh --all [--large]     each workload for each CPython that is there and that it supports

Prints the folder. Without DEST that is build/workloads/APP-3.N. Nothing is done again unless its inputs changed.

A workload's make_files.py is run with the installed packages, as `make_files.py PACKAGE CLOUD`: what it writes into
PACKAGE (models, data) ships with the function, what it writes into CLOUD (DEST.cloud) is what services/aws.py serves.
"""

import argparse
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import catalog
from catalog import ROOT, WorkloadError

NOT_SHIPPED = ("service.py", "make_files.py")


def find_pythons():
    """{"3.9": path} of the CPythons that are there."""
    lines = subprocess.run([ROOT / "scripts/find-python.sh"], capture_output=True, text=True, check=True).stdout
    return dict(line.split(" ", 1) for line in lines.splitlines())


def find_python(given):
    """The path of a version, or the path itself."""
    if not re.fullmatch(r"3\.\d+", given):
        return given
    pythons = find_pythons()
    if given not in pythons:
        raise WorkloadError(f"no CPython {given} on this machine")
    return pythons[given]


def version_of(python):
    """3.9 of an interpreter."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        raise WorkloadError(f"{python} does not run") from None


def run_logged(argv, what, next_step, **options):
    """Runs a program; the end of what it printed is part of the error."""
    done = subprocess.run(
        argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False, **options
    )
    if done.returncode != 0:
        lines = done.stdout.strip().splitlines()[-8:]
        raise WorkloadError("\n  ".join([f"{what} failed. {next_step}", *lines]))
    return done.stdout


def install_debian(workload):
    """The shared libraries that the packages load."""
    shown = ["dpkg-query", "-W", "-f", "${db:Status-Status}"]
    missing = [
        name
        for name in workload.debian
        if subprocess.run([*shown, name], capture_output=True, text=True, check=False).stdout != "installed"
    ]
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if os.geteuid() != 0:
        command.insert(0, "sudo")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run_logged(command, f"{workload.name}: {' '.join(command)}", "Install them by hand, then run again.", env=env)


def install_packages(workload, python, version, target):
    requirements = workload.requirements(version)
    # Source archives only where a requirements file asks for one by --no-binary.
    pip = "-m pip install --disable-pip-version-check --no-input --quiet --root-user-action ignore"
    pip += " --no-compile --no-deps --only-binary :all: --target"
    try:
        run_logged(
            [python, *pip.split(), target, "-r", requirements],
            f"{workload.name}: installing {requirements.name}",
            "Check the network, then run again.",
        )
    except WorkloadError as error:
        lacking = re.search(r"No matching distribution found for (\S+)", str(error))
        if not lacking:
            raise
        raise WorkloadError(
            f"{workload.name}: {lacking[1]} has no wheel for CPython {version} here. "
            f"Put versions that have one into a requirements-{version}.txt beside {requirements}."
        ) from None
    # Programs of the packages name the installing interpreter's path, and no function calls them.
    shutil.rmtree(pathlib.Path(target) / "bin", ignore_errors=True)


def make_files(workload, python, package, cloud):
    program = workload.folder / "make_files.py"
    if not program.is_file():
        return
    env = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "PYTHONPATH": str(package)}
    env |= {"PYTHONHASHSEED": "0", "HOME": str(cloud), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    run_logged(
        [python, "-S", "-s", "-B", program, package, cloud],
        f"{workload.name}: make_files.py",
        "It makes the data that the function needs; see above.",
        env=env,
        cwd=package,
    )


def stamp_of(workload, version):
    """What a folder is made from."""
    digest = hashlib.sha256(f"{workload.name} {version}".encode())
    files = [pathlib.Path(__file__), workload.requirements(version)]
    for file in files + sorted(workload.folder.glob("*.py")):
        digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def runnable(workloads, only=""):
    """(workload, CPython, its version) of each that can run here; says which cannot.

    only: this version alone; else the first that each workload names.
    """
    pythons = find_pythons()
    for workload in workloads:
        version = only or workload.pythons[0]
        if version in workload.pythons and version in pythons:
            yield workload, pythons[version], version
        else:
            print(f"{workload.name}: skipped: not for CPython {version}, or none here", flush=True)


def fetch(workload, python, dest=None):
    """The runnable folder; made if it is not there, or of other inputs. `python` is a path."""
    version = version_of(python)
    dest = pathlib.Path(dest) if dest else pathlib.Path("build/workloads") / f"{workload.short}-{version}"
    dest.parent.mkdir(parents=True, exist_ok=True)
    lock_file = ROOT / "build/workloads/.fetching"
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    # One at a time: two might install the same Debian packages, or make the same folder.
    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return fetch_alone(workload, python, version, dest)


def fetch_alone(workload, python, version, dest):
    stamp, mark = stamp_of(workload, version), dest.with_name(dest.name + ".stamp")
    install_debian(workload)
    if dest.is_dir() and mark.is_file() and mark.read_text() == stamp:
        return dest
    if dest.exists() and not mark.is_file():
        raise WorkloadError(f"{dest} exists and is not ours. Name another folder, or remove it.")
    with tempfile.TemporaryDirectory(prefix=dest.name + ".new.", dir=dest.parent) as folder:
        package, cloud = pathlib.Path(folder).resolve() / "package", pathlib.Path(folder).resolve() / "cloud"
        cloud.mkdir()
        install_packages(workload, python, version, package)
        for file in workload.folder.glob("*.py"):
            if file.name not in NOT_SHIPPED:
                shutil.copy(file, package)
        make_files(workload, python, package, cloud)
        for made, place in ((package, dest), (cloud, cloud_of(dest))):
            shutil.rmtree(place, ignore_errors=True)
            made.rename(place)
    mark.write_text(stamp)
    return dest


def cloud_of(package):
    """What services/aws.py serves to this package."""
    return package.with_name(package.name + ".cloud")


def main():
    parser = argparse.ArgumentParser(
        prog="fetch-workload.sh", description="Makes runnable folders of sample workloads."
    )
    parser.add_argument("app", nargs="?", help="app20, or app20_random_user")
    parser.add_argument("python", nargs="?", help="a path, or a version such as 3.9")
    parser.add_argument("dest", nargs="?", help="the folder to make (default: build/workloads/APP-3.N)")
    parser.add_argument("--all", action="store_true", help="each workload for each CPython that is there")
    parser.add_argument("--large", action="store_true", help="with --all: those of gigabytes too")
    arguments = parser.parse_args()
    if arguments.all == bool(arguments.app) or bool(arguments.app) != bool(arguments.python):
        parser.error("give APP and PYTHON, or --all")
    if arguments.app:
        print(fetch(catalog.find(arguments.app), find_python(arguments.python), arguments.dest))
        return
    pythons = find_pythons()
    for workload in catalog.choose([], arguments.large):
        for version in workload.pythons:
            if version in pythons:
                print(fetch(workload, pythons[version]), flush=True)


if __name__ == "__main__":
    try:
        main()
    except WorkloadError as problem:
        sys.exit(f"fetch-workload: {problem}")
