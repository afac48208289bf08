"""Bad input: one clear line on standard error, a documented exit code, nothing written, nothing changed."""

import os
import shutil
import subprocess

import pytest
from machine import BUILD, any_python, find_python, run_python, succeed, tool, trace, tree

USAGE, BAD_INPUT, SYSTEM = 2, 3, 5

MAIN = """
import helper

try:
    import broken
except SyntaxError:
    broken = None


def handler(event, context):
    return helper.double(event["n"])
"""


@pytest.fixture
def app(tmp_path):
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "main.py").write_text(MAIN)
    (folder / "helper.py").write_text("def double(n):\n    return 2 * n\n\n\ndef unused(n):\n    return [n] * 3\n")
    (folder / "broken.py").write_text("def f(:\n    pass\n")
    (tmp_path / "event.json").write_text('{"n": 4}')
    return folder


@pytest.fixture
def traced(app, tmp_path):
    return trace(app, "main.handler", tmp_path / "app.trace", python=any_python(), events=[tmp_path / "event.json"])


def complains(done, code, *words):
    """Exit code, exactly one line on standard error, and in it each of the words."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    for word in words:
        assert str(word) in lines[0]


def try_trace(app, tmp_path, *, handler="main.handler", events=None, python=None, output=None):
    output = output or tmp_path / "bad.trace"
    arguments = [app, "--handler", handler, "--python", python or any_python(), "-o", output]
    done = tool("faaslight-trace", *arguments, "--events", events or tmp_path / "event.json")
    assert not output.exists()
    return done


def try_rewrite(app, trace_file, out, *more):
    before = tree(app) if app.is_dir() else None
    done = tool("faaslight-rewrite", app, "--trace", trace_file, "-o", out, *more)
    if before is not None:
        assert tree(app) == before
    return done


# --- tracing ---------------------------------------------------------------------------------------------------------


def test_no_such_handler(app, tmp_path):
    complains(try_trace(app, tmp_path, handler="main.nothing"), USAGE, "nothing", "main")


def test_no_such_module(app, tmp_path):
    complains(try_trace(app, tmp_path, handler="nowhere.handler"), USAGE, "nowhere")


def test_handler_without_a_dot(app, tmp_path):
    complains(try_trace(app, tmp_path, handler="main"), USAGE, "main")


def test_no_such_app(tmp_path, app):
    complains(try_trace(tmp_path / "absent", tmp_path), USAGE, tmp_path / "absent")


def test_no_such_events(app, tmp_path):
    complains(try_trace(app, tmp_path, events=tmp_path / "absent.json"), USAGE, "absent.json")


def test_event_that_is_not_json(app, tmp_path):
    (tmp_path / "bad.json").write_text('{"n": 1,\n "m": oops}\n')
    complains(try_trace(app, tmp_path, events=tmp_path / "bad.json"), BAD_INPUT, "bad.json:2")


def test_event_line_that_is_not_json(app, tmp_path):
    (tmp_path / "bad.jsonl").write_text('{"n": 1}\n{"n": 2}\n{"n": \n')
    complains(try_trace(app, tmp_path, events=tmp_path / "bad.jsonl"), BAD_INPUT, "bad.jsonl:3")


def test_no_such_python(app, tmp_path):
    complains(try_trace(app, tmp_path, python=tmp_path / "python9"), USAGE, "python9")


def test_python_without_a_tracer(app, tmp_path):
    python, reason = find_python("3.8")
    if python is None:
        pytest.skip(reason)
    complains(try_trace(app, tmp_path, python=python), USAGE, "3.8")


def test_trace_into_a_folder_that_is_not_there(app, tmp_path):
    done = try_trace(app, tmp_path, output=tmp_path / "no" / "folder" / "app.trace")
    assert done.returncode in (USAGE, SYSTEM), done.stderr
    assert str(tmp_path / "no" / "folder") in done.stderr


# --- rewriting -------------------------------------------------------------------------------------------------------


def test_no_such_trace(app, tmp_path):
    complains(try_rewrite(app, tmp_path / "absent.trace", tmp_path / "out"), USAGE, "absent.trace")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("keep", [0, 1, 10, 0.3, 0.7, -1])
def test_torn_trace(app, traced, tmp_path, keep):
    whole = traced.read_bytes()
    size = int(len(whole) * keep) if isinstance(keep, float) else keep
    (tmp_path / "torn.trace").write_bytes(whole[:size])
    complains(try_rewrite(app, tmp_path / "torn.trace", tmp_path / "out"), BAD_INPUT, "torn.trace")
    assert not (tmp_path / "out").exists()
    complains(tool("faaslight-report", tmp_path / "torn.trace"), BAD_INPUT, "torn.trace")


def test_damaged_trace(app, traced, tmp_path):
    whole = bytearray(traced.read_bytes())
    whole[len(whole) // 2] ^= 0x40
    (tmp_path / "damaged.trace").write_bytes(whole)
    complains(try_rewrite(app, tmp_path / "damaged.trace", tmp_path / "out"), BAD_INPUT, "damaged.trace")
    assert not (tmp_path / "out").exists()


def test_foreign_trace(app, tmp_path):
    complains(try_rewrite(app, app / "main.py", tmp_path / "out"), BAD_INPUT, "main.py")
    assert not (tmp_path / "out").exists()


def test_trace_of_a_changed_file(app, traced, tmp_path):
    with open(app / "helper.py", "a") as file:
        file.write("# changed\n")
    complains(try_rewrite(app, traced, tmp_path / "out"), BAD_INPUT, "helper.py")
    assert not (tmp_path / "out").exists()


def test_trace_of_another_app(app, traced, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "main.py").write_text("def handler(event, context):\n    return 1\n")
    complains(try_rewrite(other, traced, tmp_path / "out"), BAD_INPUT, "main.py")
    assert not (tmp_path / "out").exists()


def test_source_that_does_not_parse_is_kept_and_reported(app, traced, tmp_path):
    out = tmp_path / "out"
    done = succeed("faaslight-rewrite", app, "--trace", traced, "-o", out, "--no-repair")
    assert "broken.py" in done.stdout + done.stderr
    assert (out / "broken.py").read_bytes() == (app / "broken.py").read_bytes()
    call = "import json, main; print(json.dumps([main.handler({'n': 3}, None), main.broken]))"
    assert run_python(any_python(), call, app=out) == [6, None]


def test_code_that_walks_sys_modules_is_named(app, tmp_path):
    (app / "helper.py").write_text("import sys\n\n\ndef double(n):\n    return 2 * n * (len(list(sys.modules)) > 1)\n")
    event = tmp_path / "event.json"
    traced = trace(app, "main.handler", tmp_path / "a.trace", python=any_python(), events=[event])
    done = succeed("faaslight-rewrite", app, "--trace", traced, "-o", tmp_path / "out", "--no-repair")
    assert "helper goes over sys.modules: 1 modules stay loaded for it" in done.stdout


def test_output_that_is_not_ours(app, traced, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "precious.txt").write_text("mine")
    complains(try_rewrite(app, traced, out), USAGE, out)
    assert tree(out) == {"precious.txt": b"mine"}


def test_output_of_ours_is_replaced(app, traced, tmp_path):
    out = tmp_path / "out"
    succeed("faaslight-rewrite", app, "--trace", traced, "-o", out, "--no-repair")
    before = tree(out)
    (out / "left_over.py").write_text("x = 1\n")
    succeed("faaslight-rewrite", app, "--trace", traced, "-o", out, "--no-repair")
    assert tree(out) == before


@pytest.mark.parametrize("place", ["app", "app/inside", "parent"])
def test_output_that_touches_the_app(app, traced, tmp_path, place):
    out = {"app": app, "app/inside": app / "inside", "parent": tmp_path}[place]
    before = tree(app)
    complains(try_rewrite(app, traced, out), USAGE)
    assert tree(app) == before
    assert not (app / "inside").exists()


def test_unwritable_disk(app, traced):
    done = try_rewrite(app, traced, "/proc/faaslight-out")
    complains(done, SYSTEM, "/proc")


def test_full_disk(app, traced, tmp_path):
    if not shutil.which("unshare"):
        pytest.skip("no unshare program to mount a small disk with")
    disk = tmp_path / "disk"
    disk.mkdir()
    (app / "large.bin").write_bytes(os.urandom(1 << 20))
    script = (
        'mount -t tmpfs -o size=256k none "$1" || exit 77; "$2" "$3" --trace "$4" -o "$1/out" --no-verify; '
        'code=$?; ls -A "$1"; exit $code'
    )
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", disk, BUILD / "bin/faaslight-rewrite", app, traced],
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode in (1, 77) and ("mount" in done.stderr or "unshare" in done.stderr):
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    complains(done, SYSTEM, disk, "space")
