"""Starts the loopback services of a workload and ends them: services/, or the folder's own service.py.

A service is a Python program that prints one line, K=V, for the function's environment once it can answer, then serves
until it is ended, and gives the same answers every time.
"""

import contextlib
import pathlib
import subprocess
import sys

from catalog import FOLDER, ROOT, WorkloadError

# What the AWS libraries ask for before they send anything; moto looks at none of it.
AWS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true"}


@contextlib.contextmanager
def running(workload, cloud=None):
    """Runs the workload's services meanwhile; gives the function's environment. `cloud`: what aws.py serves."""
    env = dict(workload.env)
    with contextlib.ExitStack() as started:
        for name in workload.services:
            if name == "aws":
                env |= AWS
            key, value = started.enter_context(serving(command_of(workload, name, cloud)))
            env[key] = value
        yield env


def command_of(workload, name, cloud):
    if name == "own":
        return [sys.executable, "-B", workload.folder / "service.py"]
    if name == "site":
        return [sys.executable, "-B", FOLDER / "services/site.py"]
    done = subprocess.run([ROOT / "scripts/install-moto.sh"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise WorkloadError(done.stderr.strip())
    return [ROOT / ".deps/moto/bin/python", "-B", FOLDER / "services/aws.py", *([cloud] if cloud else [])]


@contextlib.contextmanager
def serving(command):
    """Runs one service meanwhile; gives the name and the value of its line."""
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True) as process:
        try:
            name, equals, value = process.stdout.readline().strip().partition("=")
            if not equals:
                program = next(str(part) for part in command if pathlib.Path(part).suffix == ".py")
                raise WorkloadError(f"{program} did not announce K=V on its first line. Try it alone.")
            yield name, value
        finally:
            process.kill()
