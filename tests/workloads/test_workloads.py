"""A few sample workloads from end to end, one for each kind of service and generation of packages; `make workloads`
runs all of them. And what a broken workload says."""

import json
import subprocess
import sys

import pytest
from machine import ROOT, python_or_skip

sys.path[:0] = [str(ROOT / "sample_workloads"), str(ROOT / "bench")]

import catalog  # noqa: E402
import fetch  # noqa: E402
import running  # noqa: E402

# Small packages: numpy alone; lxml and a web site; FastAPI and pydantic; httpx; boto3 and moto.
QUICK = ["app05", "app13", "app23", "app28", "app29"]


@pytest.mark.parametrize("name", QUICK)
def test_from_end_to_end(name):
    python_or_skip(catalog.find(name).pythons[0])
    done = subprocess.run(
        [ROOT / "scripts/workloads.sh", name], capture_output=True, text=True, timeout=900, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "outcomes equal" in done.stdout


@pytest.mark.parametrize("workload", catalog.everything(), ids=lambda w: w.name)
def test_each_folder_is_complete(workload):
    assert len(list(workload.events.glob("*.json"))) >= 3
    assert len(list(workload.holdout.glob("*.json"))) >= 2
    files = [f"{folder.name}/{file.stem}" for folder in workload.event_folders for file in folder.glob("*.json")]
    for version in workload.pythons:
        expected = json.loads(workload.expected(version).read_text(encoding="utf-8"))
        assert sorted(expected) == sorted(files)
        # One hold-out at least ends in an error that the handler's caller sees, and one returns.
        holdouts = [outcome for name, outcome in expected.items() if name.startswith("holdout/")]
        assert {"raised" in outcome for outcome in holdouts} == {True, False}
        pins = workload.requirements(version).read_text(encoding="utf-8").splitlines()
        assert all("==" in line for line in pins if line and not line.startswith(("#", "--no-binary ")))
    assert workload.bench_event in {file.stem for file in workload.events.glob("*.json")}


def write(folder, document):
    folder.mkdir(exist_ok=True)
    (folder / "workload.json").write_text(document if isinstance(document, str) else json.dumps(document))
    return folder


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("{", "workload.json"),
        ({"does": "x", "handler": "main.handler"}, "pythons"),
        ({"does": "x", "handler": "main.handler", "pythons": []}, "pythons is empty"),
        ({"does": "x", "handler": "main.handler", "pythons": ["3.9"], "services": ["ftp"]}, "no service ftp"),
        ({"does": "x", "handler": "main.handler", "pythons": ["3.9"], "colour": "red"}, "colour"),
    ],
)
def test_a_broken_description_is_named(tmp_path, document, says):
    with pytest.raises(catalog.WorkloadError, match=says):
        catalog.load(write(tmp_path / "app99_broken", document))


def test_an_unknown_workload_is_named():
    with pytest.raises(catalog.WorkloadError, match="app99"):
        catalog.find("app99")


def test_a_service_that_does_not_announce_itself(tmp_path):
    (tmp_path / "service.py").write_text("print('hello')\n")
    with pytest.raises(catalog.WorkloadError, match="did not announce"):
        with running.serving([sys.executable, tmp_path / "service.py"]):
            pass


def test_a_folder_that_is_not_ours_stays(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "keep.txt").write_text("mine")
    with pytest.raises(catalog.WorkloadError, match="not ours"):
        fetch.fetch(catalog.find("app20"), sys.executable, mine)
    assert (mine / "keep.txt").read_text() == "mine"


def test_another_answer_fails(tmp_path):
    """The check itself: what the package answers is held to expected.json."""
    sys.path.insert(0, str(ROOT / "tests/workloads"))
    import run

    run.must_equal({"events/a": {"returned": 1}}, {"events/a": {"returned": 1}}, "the original")
    for actual in ({"events/a": {"returned": 2}}, {}, {"events/a": {"returned": 1}, "events/b": {"returned": 1}}):
        with pytest.raises(run.Failed, match="events/"):
            run.must_equal({"events/a": {"returned": 1}}, actual, "the original")
