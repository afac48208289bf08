"""Regular expressions that the import compiled are in re's cache when the handler's module begins."""

import json
import subprocess

import pytest
from machine import MINORS, any_python, make_app, python_or_skip, run_in, succeed

FILES = {
    "main.py": """\
import sys
cache = set(key[1:] for key in getattr(sys.modules.get("re"), "_cache", ()))
import re
import shapes
later = re.compile(r"later:(?P<digits>\\d+)", re.I)


def handler(event, context):
    return [bool(re.match("in an event|other", "other")), shapes.NAME.findall("a1 b2"), unused.__name__]


def unused():
    import never
    return never, "long enough to be worth a stub of its own, and then some more text", never.ODD
""",
    "shapes.py": """\
import re
import warnings
NAME = re.compile(r"(?P<letter>[a-z\\u00e4-\\u00f6])(\\d)(?:x|yy|[^z]){0,3}?", re.X)
BYTES = re.compile(b"\\xff[\\x80-\\x90]+", re.DOTALL)
LOCAL = re.compile(b"local", re.LOCALE)
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    ODD = re.compile("[[a]")
WARNED = [str(warning.message)[:10] for warning in seen]
""",
    "never.py": """\
import re
ODD = re.compile("never in the trace")
""",
}

ASK = """\
import json, sys
{first}
import main, shapes, re
fresh = [re._cache.clear(), shapes.re.compile(shapes.NAME.pattern, re.X)]
print(json.dumps({{
    "cached": sorted(str(key[0]) for key in main.cache),
    "equal": shapes.NAME == fresh[1] and shapes.NAME.groupindex == fresh[1].groupindex,
    "flags": [shapes.NAME.flags, shapes.BYTES.flags, main.later.flags],
    "groups": [main.later.match("LATER:12").groupdict(), shapes.NAME.fullmatch("b7yy").groups()],
    "bytes": shapes.BYTES.search(b"a\\xff\\x85\\x86").span(),
    "warned": shapes.WARNED,
    "handler": main.handler({{}}, None),
}}))
"""


def ask(python, folder, first=""):
    return json.loads(run_in(folder, python, ASK.format(first=first)).stdout)


@pytest.fixture(scope="module", params=MINORS)
def packages(request, tmp_path_factory):
    folder, python = tmp_path_factory.mktemp("regexes"), python_or_skip(request.param)
    make_app(folder, python, FILES)
    return python, folder


def test_they_are_there_and_do_what_they_did(packages):
    python, folder = packages
    original, rewritten = ask(python, folder / "app"), ask(python, folder / "out")
    cached = rewritten.pop("cached")
    original.pop("cached")
    assert rewritten == original
    texts = " ".join(cached)
    for part in ("letter", "later:", "in an event", "xff"):
        assert part in texts, part
    for part in ("[[a]", "local", "never in the trace"):  # warns, hangs on the locale, not traced
        assert part not in texts, part


def test_another_cpython_compiles_for_itself(packages):
    python, folder = packages
    original = ask(python, folder / "app")
    rewritten = ask(python, folder / "out", "sys.hexversion += 1")
    assert "letter" not in " ".join(rewritten.pop("cached"))
    original.pop("cached")
    assert rewritten == original


@pytest.mark.parametrize("damage", ["last byte", "cut off", "gone"])
def test_a_damaged_part_is_not_used(packages, damage, tmp_path):
    python, folder = packages
    for file in folder.joinpath("out").rglob("*"):
        if file.is_file():
            copy = tmp_path / file.relative_to(folder / "out")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    pack = tmp_path / "_faaslight.pack"
    data = pack.read_bytes()
    row = 20 + 20 * (int.from_bytes(data[16:20], "little") - 5)
    end = int.from_bytes(data[row : row + 8], "little") + int.from_bytes(data[row + 8 : row + 12], "little")
    if damage == "gone":
        pack.unlink()
    elif damage == "last byte":
        pack.write_bytes(data[: end - 1] + bytes([data[end - 1] ^ 1]) + data[end:])
    else:
        pack.write_bytes(data[: end - 1])
    answer = ask(python, tmp_path)
    assert "letter" not in " ".join(answer["cached"])
    assert answer["groups"] == ask(python, folder / "app")["groups"]


def test_re_of_its_own_is_let_alone(tmp_path):
    python = any_python()
    app = tmp_path / "app"
    app.mkdir()
    (app / "re.py").write_text("_cache = {}\n_MAXCACHE = 512\nmine = True\n")
    (app / "main.py").write_text(
        "import re\n\n\ndef handler(event, context):\n    return [re.mine, len(re._cache)]\n\n\n"
        "def unused():\n    text = 'long enough to be worth a stub of its own, and more'\n    return re, text\n"
    )
    (tmp_path / "event.json").write_text("{}")
    out = tmp_path / "out"
    arguments = ["--handler", "main.handler", "--python", python, "--events", tmp_path / "event.json"]
    succeed("faaslight-trace", app, *arguments, "-o", tmp_path / "app.trace")
    succeed("faaslight-rewrite", app, "--trace", tmp_path / "app.trace", "-o", out, "--no-repair", "--no-verify")
    for folder in app, out:
        # Nothing has loaded the standard library's before.
        code = "import sys; sys.path.insert(0, '.'); import main; print(main.handler({}, None))"
        done = subprocess.run([python, "-I", "-S", "-B", "-c", code], cwd=folder, capture_output=True, text=True)
        assert (done.stdout, done.stderr) == ("[True, 0]\n", "")
