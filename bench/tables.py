"""The tables of bench/suite.py's results, from its document alone: as text for a terminal and as Markdown.

Every ratio is to the original with valid .pyc files (what a careful deployment has) unless a table says otherwise;
below 1 is faster or smaller. "without .pyc" is what `pip install --no-compile` leaves and what the seed's tool ships.
"""

import common
import ratios
import starts
from starts import REACHABLE, REWRITTEN

# The paper (FaaSLight, TOSEM 2023) on its 22 applications: reductions in per cent, average and largest.
PAPER = {"code-loading latency": (28.78, 78.95), "total response latency": (19.21, 42.05)}
TERMS = {"code-loading latency": "import_ms", "total response latency": "total_ms", "memory": "rss_mib"}


def short_name(app):
    return app["name"].partition("_")[0]


def median(app, kind, figure):
    return app["variants"][kind][figure][1]


def with_interval(values):
    value, low, high = values
    return f"{value:.2f} ({low:.2f}-{high:.2f})"


def starts_rows(document):
    """One row for each application: milliseconds of import + first call of three variants, and what comes of it."""
    rows = [
        [
            "app",
            "no .pyc, ms",
            "valid .pyc, ms",
            "rewritten, ms",
            "ratio (95 %)",
            "ratio to no .pyc",
            "RSS MiB",
            "modules",
            "MB",
        ]
    ]
    for app in document["apps"]:
        before, after = app["variants"][starts.PYC], app["variants"][REWRITTEN]
        none = median(app, starts.NO_PYC, "total_ms")
        rows.append(
            [
                app["name"],
                f"{none:.0f}",
                f"{before['total_ms'][1]:.0f}",
                f"{after['total_ms'][1]:.0f}",
                with_interval(after["ratio"]["total_ms"]),
                f"{after['total_ms'][1] / none:.2f}",
                f"{before['rss_mib'][1]:.0f} -> {after['rss_mib'][1]:.0f}",
                f"{before['modules'][1]:.0f} -> {after['modules'][1]:.0f}",
                f"{before['mb']:.0f} -> {after['mb']:.0f}",
            ]
        )
    return rows


def variants_rows(document):
    """The ratio of import + first call of each variant, and the geometric mean over the applications where it works."""
    kinds = [starts.NO_PYC, REWRITTEN, REACHABLE, *starts.BY_HAND]
    rows = [["app", *kinds]]
    for app in document["apps"]:
        rows.append([app["name"], *(variant_cell(app["variants"].get(kind)) for kind in kinds)])
    means = ["geometric mean"]
    for kind in kinds:
        values = [app["variants"][kind]["ratio"]["total_ms"][0] for app in document["apps"] if works(app, kind)]
        means.append(with_interval(ratios.geometric_mean(values)) if values else "-")
    return [*rows, means]


def works(app, kind):
    entry = app["variants"].get(kind)
    return entry is not None and "failed" not in entry and entry["same_answer"]


def variant_cell(entry):
    if entry is None:
        return "-"
    if "failed" in entry:
        return "fails"
    return f"{entry['ratio']['total_ms'][0]:.2f}" + ("" if entry["same_answer"] else " (answers otherwise)")


def costs_rows(document):
    """Warm throughput, first uses, and what tracing and rewriting take."""
    rows = [["app", "calls/s", "rewritten", "ratio", "functions on demand", "modules on demand", "trace", "rewrite"]]
    for app in document["apps"]:
        rows.append(
            [
                app["name"],
                *(f"{app['warm'][kind]['calls_per_s'][1]:.4g}" for kind in (starts.PYC, REWRITTEN)),
                warm_cell(app["warm"].get("ratio")),
                *(demand_cell(app["demand"].get(kind)) for kind in ("function", "module")),
                *(f"{cost['seconds']:.1f} s, {cost['peak_mib']:.0f} MiB" for cost in app["tools"].values()),
            ]
        )
    return rows


def warm_cell(ratio):
    return "-" if ratio is None else f"{ratio[1]:.2f} ({ratio[0]:.2f}-{ratio[2]:.2f})"


def floor_rows(document):
    """How far each rewritten package is above its floor: what loading the modules takes that the events need."""
    rows = [["app", "floor, ms", "rewritten, ms", "above it", "modules needed", "loaded"]]
    for app in document["apps"]:
        floor = app.get("floor")
        if floor is None:
            continue
        least, now = floor["floor_ms"][1], median(app, REWRITTEN, "total_ms")
        rows.append(
            [
                app["name"],
                f"{least:.0f}",
                f"{now:.0f}",
                f"{now / least:.2f}",
                str(floor["needed"]),
                str(floor["loaded"]),
            ]
        )
    return rows


def demand_cell(entry):
    return f"{entry['count']}: {entry['median_ms']:.2f} ms, at most {entry['max_ms']:.1f}" if entry else "none"


def paper_rows(document):
    """Reductions in the paper's terms over its own applications; the paper compares with what it found: no .pyc."""
    apps = [app for app in document["apps"] if app["paper"]]
    rows = [
        ["", "paper: average", "largest", "here, against no .pyc: average", "largest", "valid .pyc: average", "largest"]
    ]
    for term, figure in TERMS.items():
        cells = [f"-{value:.2f} %" for value in PAPER[term]] if term in PAPER else ["-", "-"]
        for base in (starts.NO_PYC, starts.PYC):
            cut = [100 * (1 - median(app, REWRITTEN, figure) / median(app, base, figure)) for app in apps]
            cells += [f"{-sum(cut) / len(cut):.2f} %", f"{-max(cut):.2f} %"] if cut else ["-", "-"]
        rows.append([term, *cells])
    return rows


def slower(document):
    """Names of applications whose rewritten package starts slower than the original with valid .pyc files: defects."""
    return [app["name"] for app in document["apps"] if app["variants"][REWRITTEN]["ratio"]["total_ms"][1] > 1]


SECTIONS = (
    ("Cold starts: import + first call", starts_rows),
    ("Each variant's ratio to the original with valid .pyc", variants_rows),
    ("Warm calls, first uses, and our tools", costs_rows),
    ("Above the floor: loading what the events need, and a second call", floor_rows),
    ("In the paper's terms", paper_rows),
)


def measured_on(document):
    apps = document["apps"]
    rounds = sorted({app["runs"] for app in apps})
    pythons = ", ".join(sorted({app["python"] for app in apps}))
    cache = "dropped from" if any(app["cold"] for app in apps) else "in"
    return (
        f"CPython {pythons}; medians of {rounds[0]} to {rounds[-1]} interleaved fresh processes of each variant; "
        f"the package's files {cache} the page cache; {common.describe(document['machine'])}"
    )


def plain(document):
    """For a terminal."""
    parts = [f"{title}\n{common.table(rows(document))}" for title, rows in SECTIONS]
    parts += ["\n".join(summary_lines(document) + failures(document))]
    return "\n\n".join([*parts, measured_on(document)])


def markdown(rows):
    lines = [rows[0], ["---"] + ["---:"] * (len(rows[0]) - 1), *rows[1:]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def mean_line(apps, base, figure, who=""):
    values = [median(app, base, "total_ms") / median(app, REWRITTEN, "total_ms") for app in apps]
    mean, low, high = ratios.geometric_mean(values)
    return (
        f"Against the original with {figure}{who}: {mean:.2f}x as fast in the geometric mean "
        f"(95 %: {low:.2f}-{high:.2f}), {max(values):.2f}x at most."
    )


def memory_line(apps):
    values = [median(app, starts.PYC, "rss_mib") / median(app, REWRITTEN, "rss_mib") for app in apps]
    mean, low, high = ratios.geometric_mean(values)
    return f"Memory at the peak: {mean:.2f}x smaller in the geometric mean (95 %: {low:.2f}-{high:.2f})."


def summary_lines(document):
    """The geometric means, over all and for each CPython, and what is slower than it was."""
    apps = document["apps"]
    bases = ((starts.PYC, "valid .pyc files"), (starts.NO_PYC, "no .pyc files"))
    lines = [mean_line(apps, *base) for base in bases]
    versions = sorted({app["python"] for app in apps}, key=lambda text: [int(part) for part in text.split(".")])
    for version in versions if len(versions) > 1 else ():
        some = [app for app in apps if app["python"] == version]
        lines += [mean_line(some, *base, f", the {len(some)} on CPython {version}") for base in bases]
    late = slower(document)
    lines.append(memory_line(apps))
    return lines + ["Slower than the original with valid .pyc files: " + (", ".join(late) or "none") + "."]


def readme(document):
    """The README's part."""
    title, rows = SECTIONS[0]
    lines = ["![Cold starts](bench/results/results.svg)", *summary_lines(document), markdown(rows(document))]
    lines += ["In the terms of the paper, over its own applications:", markdown(paper_rows(document))]
    lines += [f"{title}; the ratio is to the original with valid .pyc. {measured_on(document)}."]
    return "\n\n".join(lines) + "\n"


def failures(document):
    """Why what a user could do by hand does not work, where it does not."""
    lines = []
    for app in document["apps"]:
        for kind, entry in app["variants"].items():
            if "failed" in entry:
                lines.append(f"- {app['name']}, {kind}: `{entry['failed'].rpartition(' failed: ')[2]}`")
            elif not entry["same_answer"]:
                lines.append(f"- {app['name']}, {kind}: another answer")
    return lines


def everything(document):
    """bench/results/results.md."""
    parts = ["# Results of `make bench`", measured_on(document) + ".", *summary_lines(document)]
    for title, rows in SECTIONS:
        parts += [f"## {title}", markdown(rows(document))]
    parts += ["## What fails", "\n".join(failures(document)) or "Nothing."]
    return "\n\n".join(parts) + "\n"
