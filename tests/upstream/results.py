"""Keeps what a suite gave in results/LIBRARY-3.N.json and writes docs/upstream.md from all of them.

A run of one library on one CPython changes its own file and row only.
"""

import json

from machine import ROOT
from upstream.library import HERE, known, libraries

FOLDER = HERE / "results"
PAGE = ROOT / "docs/upstream.md"
HEAD = """# Upstream test suites

The worst case as a proof: each library is rewritten with `--keep none`, so that every function and import that the rules
allow is lazy, and its own test suite runs on the original and on the rewritten library, compared test by test.
Which part of a suite runs stands in `tests/upstream/libraries.toml`. `make upstream` writes this page; `scripts/upstream.sh LIBRARY 3.N` writes one row.

*Same on rewritten*: tests that pass on the original and pass on the rewritten one too. *Known*: tests that fail on the
rewritten one only, named with their reasons below. *Flaky*: tests that differed in one run and flipped or agreed when
they were run alone. *Lazy*: the share of the library's functions whose body is loaded on first use.

| library | version | CPython | pass on original | same on rewritten | known | flaky | lazy | seconds |
|---|---|---|---:|---:|---:|---:|---:|---:|
"""


def keep(library, version, minor, compared, lazy_share, seconds):
    FOLDER.mkdir(exist_ok=True)
    result = {
        "library": library.name,
        "version": version,
        "cpython": minor,
        "original": compared.passed(compared.original),
        "same": sum(
            compared.rewritten.get(test) == "passed" for test, was in compared.original.items() if was == "passed"
        ),
        "broken": sorted(compared.broken),
        "flaky": sorted(compared.flaky),
        "lazy_share": round(lazy_share, 3),
        "seconds": round(seconds),
    }
    (FOLDER / f"{library.name}-{minor}.json").write_text(json.dumps(result, indent=1) + "\n")
    write_page()


def cell(text):
    return text.replace("|", "\\|")


def write_page():
    order = list(libraries())
    found = [json.loads(path.read_text()) for path in FOLDER.glob("*.json")]
    found.sort(key=lambda result: (order.index(result["library"]), int(result["cpython"].partition(".")[2])))
    rows, named, flaky = [], {}, []
    for result in found:
        reasons = known(result["library"], result["cpython"])
        unknown = [test for test in result["broken"] if test not in reasons]
        for test in result["broken"]:
            where = named.setdefault((result["library"], test), ([], reasons.get(test, "**open**")))
            where[0].append(result["cpython"])
        flaky += [f"- {result['library']} on {result['cpython']}: `{test}`" for test in result["flaky"]]
        rows.append(
            f"| {result['library']} | {result['version']} | {result['cpython']} | {result['original']:,} | {result['same']:,} | "
            f"{len(result['broken']) - len(unknown)}{f' + {len(unknown)} open' if unknown else ''} | {len(result['flaky'])} | "
            f"{100 * result['lazy_share']:.0f} % | {result['seconds']} |"
        )
    text = HEAD + "\n".join(rows) + "\n"
    if named:
        text += "\n## Known\n| library | CPython | test | reason |\n|---|---|---|---|\n"
        for (library, test), (minors, reason) in named.items():
            text += f"| {library} | {', '.join(minors)} | `{cell(test)}` | {cell(reason)} |\n"
    if flaky:
        text += "\n## Flaky\n" + "\n".join(flaky) + "\n"
    PAGE.write_text(text)
