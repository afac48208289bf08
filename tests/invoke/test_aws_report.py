"""What `faaslight-invoke` writes beside the results, and `report`: of its own results, and of any other file."""

import csv
import io
import json
import re

import pytest

from invoke.invoking import Aws, invoke, refused
from invoke.stub import lambda_api

HOSTILE = "<script>alert(1)</script>\x1b]0;x\x07=cmd|' /C calc'!A0"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A comparison with a fault whose text is hostile: (folder, CompletedProcess)."""
    folder = tmp_path_factory.mktemp("written")
    hostile = {"fault": "handler_error", "message": HOSTILE, "error": "=1+1"}
    functions = {"slow": {"init_ms": 900, "invokes": ["ok", hostile]}, "fast": {"init_ms": 100}}
    with lambda_api({"functions": functions}) as api:
        aws = Aws(api, folder)
        compared = ["--compare", "before=slow", "after=fast"]
        done = aws.run(*compared, "--force-cold", "--rounds", 3, "--csv", folder / "r.csv", "--html", folder / "r.html")
        assert api.violations() == []
    return folder, done


def test_the_csv_has_a_row_for_each_call(written):
    folder, _ = written
    text = (folder / "r.csv").read_bytes().decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    rounds = json.loads((folder / "results.json").read_text())["rounds"]
    assert len(rows) == len(rounds) == 18
    for row, round_ in zip(rows, rounds):
        assert (row["status"], row["outcome"]) == (round_["start"], round_["outcome"])
        assert float(row["Function-Duration"]) == round_["metrics"]["function"]
        assert float(row["Init-Duration"]) == (round_["metrics"]["init"] or 0)
    # No cell is a formula to a spreadsheet.
    cells = [cell for row in rows for cell in row.values()]
    assert not any(cell.startswith(("=", "@", "\t")) for cell in cells)
    assert "\x1b" not in text


def test_the_page_stands_alone_and_nothing_in_it_is_run(written):
    folder, _ = written
    page = (folder / "r.html").read_text()
    assert page.lower().startswith("<!doctype html>") and "<svg" in page
    assert "<script" not in page.lower() and "\x1b" not in page and "&lt;script&gt;" in page
    # A namespace is a name: nothing is fetched.
    assert "src=" not in page and "url(" not in page and "<link" not in page


def test_the_table_is_text_alone(written):
    _, done = written
    assert "\x1b" not in done.stdout and "\x07" not in done.stdout
    assert "function-error" in done.stdout and "after compared with before, cold starts" in done.stdout


def test_report_gives_the_same_again(written, tmp_path):
    folder, done = written
    results = folder / "results.json"

    def report(*arguments):
        got = invoke("report", results, *arguments)
        assert got.returncode == 0 and got.stderr == ""
        return got.stdout

    assert report() == report("--format", "text") == done.stdout
    assert report("--format", "json") == results.read_text()
    assert report("--format", "csv").encode() == (folder / "r.csv").read_bytes().replace(b"\r\n", b"\n")
    assert report("--format", "html") == (folder / "r.html").read_text()
    for form, ours in (("json", "results.json"), ("html", "r.html"), ("csv", "r.csv")):
        assert report("--format", form, "-o", tmp_path / ours) == ""
        assert (tmp_path / ours).read_bytes() == (folder / ours).read_bytes()


@pytest.mark.parametrize("form", ["text", "csv", "html", "json"])
def test_a_report_that_cannot_be_written(written, form):
    folder, _ = written
    refused("report", folder / "results.json", "--format", form, "-o", "/nowhere/at/all", code=5, says="/nowhere/at")


def spoilt(change):
    def make(results):
        change(results)
        return json.dumps(results).encode()

    return make


def put(results, path, value):
    *way, last = path
    for step in way:
        results = results[step]
    results[last] = value


def of(path, value):
    return spoilt(lambda results: put(results, path, value))


UNTRUSTED = {
    "empty": lambda _: b"",
    "no JSON": lambda _: b"\x00\xff\xfe results",
    "null": lambda _: b"null",
    "a list": lambda _: b"[]",
    "an object": lambda _: b"{}",
    "deep": lambda _: b"[" * 1_000_000,
    "deep objects": lambda _: b'{"a":' * 500_000,
    "cut off": lambda results: json.dumps(results).encode()[:-2],
    "a number without end": lambda _: b'{"faaslight_invoke": ' + b"9" * 10_000 + b"}",
    "an infinite time": lambda results: json.dumps(results).replace('"sent_at_ms": ', '"sent_at_ms": 1e', 1).encode(),
    "another version": of(["faaslight_invoke"], 2),
    "no version": of(["faaslight_invoke"], "1"),
    "no deployments": of(["deployments"], []),
    "a thousand and one deployments": of(["deployments"], [{"label": "x", "target": "x"}] * 1001),
    "a deployment that is text": of(["deployments"], ["shop"]),
    "rounds that are none": of(["rounds"], {"0": 1}),
    "a round that is none": of(["rounds", 0], 7),
    "a round of no deployment": of(["rounds", 0, "deployment"], 2),
    "a negative session": of(["rounds", 0, "session"], -1),
    "a huge session": of(["rounds", 0, "session"], 2**64),
    "half a call": of(["rounds", 0, "call"], 0.5),
    "a huge metric": of(["rounds", 0, "metrics", "init"], 1e300),
    "a metric that is text": of(["rounds", 0, "metrics", "init"], "7"),
    "metrics that are none": of(["rounds", 0, "metrics"], None),
    "an unknown start": of(["rounds", 0, "start"], "lukewarm"),
    "an unknown outcome": of(["rounds", 0, "outcome"], None),
    "a status beyond all": of(["rounds", 0, "http_status"], 10**6),
    "faults that are numbers": of(["rounds", 0, "faults"], [1]),
    "a text of 2 MB": of(["rounds", 0, "detail"], "x" * (2 << 20)),
    "compared, but one": spoilt(lambda results: results.update(deployments=results["deployments"][:1], rounds=[])),
}


@pytest.mark.parametrize("how", UNTRUSTED)
def test_a_file_that_is_no_results(written, tmp_path, how):
    folder, _ = written
    results = json.loads((folder / "results.json").read_text())
    (tmp_path / "x.json").write_bytes(UNTRUSTED[how](results))
    refused("report", tmp_path / "x.json", code=3, says=r"x\.json: ")


def test_results_of_large_numbers_are_drawn_all_the_same(written, tmp_path):
    """The largest that is taken, the smallest, and none: no form crashes over them."""
    folder, _ = written
    results = json.loads((folder / "results.json").read_text())
    values = [1e15, -1e15, 5e-324, 0, 1e-300, None, 999_999_999_999_999]
    for at, round_ in enumerate(results["rounds"]):
        for metric in round_["metrics"]:
            round_["metrics"][metric] = values[(at + len(metric)) % len(values)]
        round_["session"], round_["event"], round_["detail"] = 2**32 - 1 - at, HOSTILE, HOSTILE * 1000
        round_["sent_at_ms"] = 1e15
    (tmp_path / "x.json").write_text(json.dumps(results))
    for form in ("text", "csv", "html", "json"):
        done = invoke("report", tmp_path / "x.json", "--format", form)
        assert done.returncode == 0, done.stderr
        assert form == "json" or "\x1b" not in done.stdout
        assert form == "csv" or not re.search(r"\b(nan|inf)\b", done.stdout.lower())


def test_a_file_that_is_not_there(tmp_path):
    refused("report", tmp_path / "gone.json", code=2, says=r"gone\.json")
    refused("report", tmp_path, code=2, says="is a folder, not a file")


def test_results_without_rounds(written, tmp_path):
    folder, _ = written
    results = json.loads((folder / "results.json").read_text())
    results["rounds"] = []
    (tmp_path / "x.json").write_text(json.dumps(results))
    for form in ("text", "csv", "html", "json"):
        assert invoke("report", tmp_path / "x.json", "--format", form).returncode == 0


def test_a_page_that_could_not_be_written_is_told_before_any_call(tmp_path):
    (tmp_path / "mine.csv").write_text("mine")
    with lambda_api({"functions": {"shop": {}}}) as api:
        aws = Aws(api, tmp_path)
        aws.refused("shop", "--html", tmp_path / "gone/page.html", says="no such folder")
        aws.refused("shop", "--csv", tmp_path / "mine.csv", says="--overwrite")
        assert api.requests() == []
        assert (tmp_path / "mine.csv").read_text() == "mine"
        aws.run("shop", "--rounds", 1, "--csv", tmp_path / "mine.csv", "--overwrite")
        assert (tmp_path / "mine.csv").read_text().startswith("Function-Name,")


def test_version_and_help():
    assert invoke("--version").returncode == 0
    for command in ([], ["aws"], ["report"]):
        done = invoke(*command, "--help")
        assert done.returncode == 0 and "Usage" in done.stdout
    refused(says="(?i)subcommand")
    refused("report", says="RESULTS")
    refused("report", "x", "--format", "pdf", says="format")
    refused("aws", "shop", says="--output")
