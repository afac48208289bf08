"""What the benchmarks compute from samples, on a real small function and on samples that are known."""

import json
import shutil
import subprocess
import sys
import types
import xml.etree.ElementTree as ElementTree

import pytest
from machine import ROOT, any_python

sys.path[:0] = [str(ROOT / "bench")]

import common  # noqa: E402
import plot  # noqa: E402
import ratios  # noqa: E402
import starts  # noqa: E402
import tables  # noqa: E402
import warm  # noqa: E402


@pytest.fixture
def function(tmp_path):
    """A function of two modules that run for real, with a folder for scratch files."""
    app = tmp_path / "app"
    app.mkdir()
    (app / "main.py").write_text(
        "import gc, helper\nHELD = not gc.isenabled()\n\n\ndef handler(event, context):\n"
        "    return {'twice': helper.twice(event['n']), 'held': HELD, 'doc': handler.__doc__}\n"
    )
    (app / "helper.py").write_text("def twice(n):\n    return n * 2\n")
    (tmp_path / "work").mkdir()
    return types.SimpleNamespace(
        app=app,
        work=tmp_path / "work",
        handler="main.handler",
        trigger="event",
        layer=[],
        env=[],
        timeout=60,
        python=any_python(),
        preload=[],
    )


def test_warm_calls_of_two_packages_are_compared_by_turns(function, tmp_path):
    slow = shutil.copytree(function.app, tmp_path / "slow")
    (slow / "helper.py").write_text("import time\n\n\ndef twice(n):\n    time.sleep(0.002)\n    return n * 2\n")
    runner = starts.Starts(function, [("a", '{"n": 21}')], function.work, {})
    kinds = {starts.PYC: starts.Variant(function.app), starts.REWRITTEN: starts.Variant(slow)}
    found = warm.measure(runner, kinds, pairs=2, windows=3, window_s=0.02)
    assert found[starts.PYC]["warm_up_calls"] == 1000 > found[starts.REWRITTEN]["warm_up_calls"] > 10
    assert found[starts.PYC]["calls_per_s"][1] > 1000 > 500 > found[starts.REWRITTEN]["calls_per_s"][1]
    assert 0 < found["ratio"][2] < 0.9


def test_a_process_that_ends_while_it_is_warm_is_said(function):
    (function.app / "helper.py").write_text("import os\n\n\ndef twice(n):\n    os._exit(0)\n")
    runner = starts.Starts(function, [("a", '{"n": 21}')], function.work, {})
    kinds = dict.fromkeys((starts.PYC, starts.REWRITTEN), starts.Variant(function.app))
    with pytest.raises(common.BenchError, match="ended before its time"):
        warm.measure(runner, kinds)


def test_one_start_is_measured(function):
    variants = starts.originals(function.app, function.python, function.work)
    runner = starts.Starts(function, [("a", '{"n": 21}')], function.work, {})
    for variant in variants.values():
        sample = runner.run(variant)
        assert json.loads(sample["result"]) == {"twice": 42, "held": False, "doc": None}
        assert sample["total_ms"] == sample["import_ms"] + sample["call_ms"] > 0
        assert sample["modules"] >= sample["modules_before"] + 2
    folders = [variant.folder for variant in variants.values()]
    assert [bool(list(folder.rglob("*.pyc"))) for folder in folders] == [False, True]
    assert not list(function.app.rglob("*.pyc"))


def test_what_a_user_could_do_by_hand(function):
    runner = starts.Starts(function, [("a", '{"n": 1}')], function.work, {})
    compiled = starts.originals(function.app, function.python, function.work)[starts.PYC].folder
    variants = starts.without_us(function.app, function.work, compiled)
    assert tuple(variants) == starts.BY_HAND
    held = {name: json.loads(runner.run(variant)["result"])["held"] for name, variant in variants.items()}
    assert held == {starts.LAZY_LOADER: False, starts.GC_HELD: True, starts.OO: False}
    assert not list(variants[starts.OO].folder.rglob("*.pyc"))
    starts.measure(runner, {starts.OO: variants[starts.OO]}, 1)
    written = sorted(file.name for file in variants[starts.OO].folder.rglob("*.pyc"))
    assert [name.partition(".")[0] for name in written] == ["helper", "main"] and "opt-2" in written[0]


def test_a_kind_that_fails_is_left_out_or_ends_it(function):
    runner = starts.Starts(function, [("a", '{"n": 1}')], function.work, {})
    broken = function.work / "broken"
    broken.mkdir()
    (broken / "main.py").write_text("raise ImportError('no such thing')\n")
    kinds = {"good": starts.Variant(function.app), "bad": starts.Variant(broken)}
    samples, failures = starts.measure(runner, kinds, 2, may_fail=("bad",))
    assert list(samples) == ["good"] and len(samples["good"]) == 2 and "no such thing" in failures["bad"]
    with pytest.raises(common.BenchError, match="bad: .*no such thing"):
        starts.measure(runner, kinds, 2)


def test_the_kinds_take_turns_and_the_time_ends_it():
    class Recorder:
        def __init__(self):
            self.order = []

        def run(self, variant, cold, fill):
            self.order.append(variant.folder)
            return {"total_ms": 1}

    recorder = Recorder()
    samples, _ = starts.measure(recorder, {kind: starts.Variant(kind) for kind in "abc"}, 50, seconds=0, least=4)
    assert {len(runs) for runs in samples.values()} == {4}
    rounds = [recorder.order[i : i + 3] for i in range(0, len(recorder.order), 3)]
    assert all(sorted(turn) == ["a", "b", "c"] for turn in rounds) and len({tuple(turn) for turn in rounds}) > 1


def test_ratio_and_its_interval():
    slow = [{"ms": value} for value in (10, 12, 11, 10, 30)]
    fast = [{"ms": value} for value in (5, 6, 5.5, 5, 15)]
    assert ratios.ratio(slow, fast, "ms") == (2, 2, 2)  # rounds are drawn whole: what slows both cancels
    middle, low, high = ratios.ratio(slow, [{"ms": value} for value in (5, 5, 5, 20, 5)], "ms")
    assert low <= middle == 2.2 <= high and low < high


def test_geometric_mean():
    middle, low, high = ratios.geometric_mean([0.5, 2.0, 1.0])
    assert middle == pytest.approx(1) and low < 1 < high
    assert ratios.geometric_mean([0.25]) == pytest.approx((0.25, 0.25, 0.25))


def variant(total, ratio, same=True):
    figures = {
        name: [total, total, total] for name in ("import_ms", "call_ms", "total_ms", "cpu_ms", "rss_mib", "modules")
    }
    return {
        **figures,
        "mb": 1,
        "py_mb": 1,
        "same_answer": same,
        "ratio": {"total_ms": [ratio, ratio - 0.1, ratio + 0.1]},
    }


@pytest.fixture
def document():
    def app(name, total, ratio):
        kinds = {starts.NO_PYC: variant(400, 4), starts.PYC: variant(100, 1), starts.REWRITTEN: variant(total, ratio)}
        kinds |= {starts.REACHABLE: variant(90, 0.9), starts.GC_HELD: variant(90, 0.9, same=False)}
        kinds |= {starts.LAZY_LOADER: {"failed": "python failed: ImportError: <x>"}}
        warm = {kind: {"warm_up_calls": 1000, "calls_per_s": [1, 2, 3]} for kind in (starts.PYC, starts.REWRITTEN)}
        cost = {"seconds": 1.5, "peak_mib": 50}
        demand = {"function": {"count": 3, "median_ms": 0.02, "max_ms": 0.5}}
        facts = {"name": name, "paper": "App1", "python": "3.9.18", "runs": 7, "cold": False}
        return {**facts, "variants": kinds, "warm": warm, "demand": demand, "tools": {"trace": cost, "rewrite": cost}}

    machine = {"processor": "P", "cores": 2, "memory_gib": 1.0, "kernel": "6", "load": 0.1}
    return {"format": 1, "machine": machine, "apps": [app("app01_<fast>", 50, 0.5), app("app02_slow", 125, 1.25)]}


def test_tables_say_what_is_slower_and_what_fails(document):
    text = tables.plain(document)
    assert "Slower than the original with valid .pyc files: app02_slow." in text
    assert "app02_slow, LazyLoader: `ImportError: <x>`" in text and "gc held: another answer" in text
    # 400 to 50 and to 125; 100 to 50 and to 125.
    assert "-78.12 %" in text and "-87.50 %" in text and "-12.50 %" in text and "-50.00 %" in text
    assert "1.26x as fast in the geometric mean" in text and "2.00x at most" in text
    for page in (tables.readme(document), tables.everything(document)):
        assert "| app01_<fast> | 400 | 100 | 50 | 0.50 (0.40-0.60) | 0.12 |" in page


def test_the_picture_is_well_formed(document):
    root = ElementTree.fromstring(plot.draw(document))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "app01_<fast>" in texts and texts.count("125") == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--runs", "0"], "--runs"),
        (["--dir", "other"], "NAME=DIR"),
        (["--dir", "other=nowhere"], "no such folder"),
        (["--event", "none"], "no event none"),
    ],
)
def test_wrong_arguments_are_named(function, arguments, says):
    (function.work / "a.json").write_text("{}")
    base = ["--app", function.app, "--handler", "main.handler", "--events", function.work / "a.json"]
    done = subprocess.run(
        [function.python, ROOT / "bench/coldstart.py", *base, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0 and says in done.stderr
