"""The table of libraries (libraries.toml) and of the tests that are known to differ (known.tsv)."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import tomllib

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Library:
    """One table of libraries.toml, which says what each field means."""

    name: str
    source: str
    packages: list
    tests: list
    short: list
    long: list
    at_least: int
    release: str = ""
    hash: str = ""
    skip: tuple = ()
    needs: tuple = ()
    apart: tuple = ()
    options: tuple = ()
    ini: tuple = ()
    limit_s: int = 600
    handler_first: bool = False
    tests_on: dict = field(default_factory=dict)

    def on(self, minor):
        """The same library with the tests of this CPython."""
        return replace(self, tests=self.tests_on.get(minor, self.tests))

    @property
    def tops(self):
        """The names that the library is imported by."""
        return [package.rpartition("/")[2] for package in self.packages]


def libraries():
    with (HERE / "libraries.toml").open("rb") as file:
        tables = tomllib.load(file)
    return {name: Library(name=name, source=table.pop("from"), **table) for name, table in tables.items()}


def requirements(name):
    return HERE / "requirements" / f"{name}.txt"


def known(library, minor):
    """{test: reason} of the tests that may fail on the rewritten library only."""
    lines = [line.split("\t") for line in (HERE / "known.tsv").read_text().splitlines() if not line.startswith("#")]
    return {test: reason for name, on, test, reason in lines if name == library and on in ("*", minor)}
