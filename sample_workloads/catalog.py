"""The sample workloads: what each folder's workload.json says, checked.

{
  "does": "one line for tables",           what the function does
  "handler": "main.handler",
  "pythons": ["3.9"],                      CPythons that its pinned packages have wheels for; the first is the one
                                           that benchmarks use
  "services": ["site", "aws"],             of services/, or "own" for the folder's service.py; none by default
  "debian": ["libmagickwand-6.q16-6"],     shared libraries that a layer would bring in the cloud
  "env": {"K": "V"},                       the function's environment
  "bench_event": "prices",                 the event that benchmarks call with; by default the first in name order
  "paper": "App3",                         its name in the evaluation of FaaSLight (TOSEM 2023); none for others
  "large": true                            gigabytes: only where asked for
}
"""

import dataclasses
import json
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parent
SERVICES = ("site", "aws", "own")


class WorkloadError(Exception):
    """One line for the user."""


@dataclasses.dataclass(frozen=True)
class Workload:
    folder: pathlib.Path
    does: str
    handler: str
    pythons: tuple
    services: tuple = ()
    debian: tuple = ()
    env: dict = dataclasses.field(default_factory=dict)
    bench_event: str = ""
    paper: str = ""
    large: bool = False

    @property
    def name(self):
        return self.folder.name

    @property
    def short(self):
        """app03 of app03_dataframe."""
        return self.name.partition("_")[0]

    @property
    def events(self):
        return self.folder / "events"

    @property
    def holdout(self):
        return self.folder / "holdout"

    @property
    def event_folders(self):
        return self.events, self.holdout

    def requirements(self, version):
        """Versions of packages for a CPython: the newest requirements-3.M.txt not above it, else requirements.txt."""
        return self.for_python("requirements", ".txt", version)

    def expected(self, version):
        """What the function answers on a CPython: expected-3.M.json as above, else expected.json."""
        return self.for_python("expected", ".json", version)

    def for_python(self, stem, suffix, version):
        for minor in range(int(version.partition(".")[2]), 8, -1):
            file = self.folder / f"{stem}-3.{minor}{suffix}"
            if file.is_file():
                return file
        return self.folder / f"{stem}{suffix}"


def load(folder):
    """The workload of a folder; WorkloadError names the file and what is wrong with it."""
    file = folder / "workload.json"
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        document["pythons"] = tuple(document["pythons"])
        document["services"] = tuple(document.get("services", ()))
        document["debian"] = tuple(document.get("debian", ()))
        workload = Workload(folder, **document)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WorkloadError(f"{file}: {error}") from None
    unknown = set(workload.services) - set(SERVICES)
    if unknown or not workload.pythons:
        raise WorkloadError(f"{file}: " + (f"no service {', '.join(unknown)}" if unknown else "pythons is empty"))
    return workload


def everything():
    """All of them, in name order."""
    return [load(file.parent) for file in sorted(FOLDER.glob("*/workload.json"))]


def find(name):
    """The workload of a name: app20, or app20_random_user."""
    for folder in sorted(FOLDER.iterdir()):
        if folder.is_dir() and name in (folder.name, folder.name.partition("_")[0]):
            return load(folder)
    raise WorkloadError(f"no workload '{name}' in {FOLDER.name}/")


def choose(names, large):
    """The workloads of these names; without names all, the large ones only if wanted."""
    if names:
        return [find(name) for name in names]
    return [workload for workload in everything() if large or not workload.large]
