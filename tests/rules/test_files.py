"""The package's modules are found by the pack's index, and their code comes from the pack: nothing of it shows."""

import json
import shutil

import pytest
from machine import MINORS, any_python, make_app, python_or_skip, run_in

FILES = {
    "main.py": """\
import sys
import importlib.util
import pkgutil
import tools
import tools.sub
import early
own = repr(__spec__.loader), type(sys.modules["early"].__loader__).__name__


def handler(event, context):
    import tools.late
    return [tools.late.VALUE, tools.sub.VALUE, early.SEEN]


def unused():
    import never
    return never, "long enough to be worth a stub of its own, and then some more text", never.VALUE
""",
    "early.py": """\
import sys
import traceback
import warnings
SEEN = [type(__loader__) is type(sys).__class__, type(__spec__.loader).__name__, len(traceback.extract_stack())]
SEEN.append([frame.name for frame in traceback.extract_stack()][-6:])
""",
    "tools/__init__.py": "VALUE = 'tools'\n",
    "tools/sub/__init__.py": "from . import deep\nVALUE = 'sub', deep.VALUE\n",
    "tools/sub/deep.py": "VALUE = 'deep'\n",
    "tools/late.py": "VALUE = 'late'\n",
    "never.py": "VALUE = 'never'\n",
}

# What a module says of itself, and the import system of it.
ASK = """\
import sys, json
{first}
import main
{then}
main.handler({{}}, None), main.tools.sub.deep
machinery = sys.modules["_frozen_importlib_external"]
def told(spec):
    shown = dict(vars(spec), loader=[type(spec.loader) is machinery.SourceFileLoader, vars(spec.loader)])
    shown.pop("_uninitialized_submodules", None)
    return shown, spec.cached, spec.has_location, spec.parent
answers = {{}}
for name in "main", "early", "tools", "tools.sub", "tools.sub.deep", "tools.late":
    module = sys.modules.get(name)
    if module:
        shown = {{key: str(getattr(module, key, None)) for key in ("__cached__", "__file__", "__path__", "__package__")}}
        answers[name] = shown, told(module.__spec__), module.__spec__.loader is module.__loader__
import importlib.util
import pkgutil, pickle, inspect
found = importlib.util.find_spec("never")
ours = importlib.util.find_spec("early")
other = machinery.SourceFileLoader("never", found.origin)
answers["found"] = [
    repr(found).replace(hex(id(found.loader)), "ID"), found.loader == other, other == found.loader,
    found.loader.__class__ is machinery.SourceFileLoader, isinstance(found.loader, machinery.SourceFileLoader),
    found.loader.get_code("never").co_filename, found.loader.get_code("never").co_filename,
    type(found.loader) is machinery.SourceFileLoader, found.loader.is_package("never"),
    ours == main.early.__spec__, inspect.getsource(main.early) == open("early.py").read(),
    sorted(name for _, name, _ in pkgutil.walk_packages([sys.path[0]]) if "faaslight" not in name),
    [repr(finder) for folder, finder in sorted(sys.path_importer_cache.items())
     if folder in (sys.path[0], main.tools.__path__[0])],
    [finder.__class__.__name__ for folder, finder in sys.path_importer_cache.items() if folder == sys.path[0]],
    main.handler({{}}, None), main.own[0].startswith("<_frozen_importlib_external.SourceFileLoader"), main.own[1],
    sorted(sys.modules["early"].__dict__) == sorted(dir(sys.modules["early"])),
]
import importlib
answers["again"] = importlib.reload(main.tools.sub.deep).VALUE, importlib.reload(main.tools).__spec__.origin
answers["none"] = importlib.util.find_spec("tools.none"), importlib.util.find_spec("nothing")
print(json.dumps(answers, default=str))
print("by the index:", len(getattr(sys.modules.get("_faaslight"), "codes", ())), file=sys.stderr)
"""


def run(python, folder, code):
    done = run_in(folder, python, "import sys; sys.path[0] = %r\n%s" % (str(folder), code))
    return done.stdout.replace(str(folder), "ROOT"), done.stderr


def ask(python, folder, first="", then=""):
    out, error = run(python, folder, ASK.format(first=first, then=then))
    return json.loads(out), int(error.rsplit(":", 1)[1])


@pytest.fixture(scope="module", params=MINORS)
def packages(request, tmp_path_factory):
    folder, python = tmp_path_factory.mktemp("files"), python_or_skip(request.param)
    make_app(folder, python, FILES)
    return python, folder


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    folder, python = tmp_path_factory.mktemp("files"), any_python()
    make_app(folder, python, FILES)
    return python, folder


@pytest.fixture
def copied(one, tmp_path):
    """(python, the original, a copy of the rewritten package)."""
    python, folder = one
    shutil.copytree(folder / "out", tmp_path / "out")
    shutil.copytree(folder / "app", tmp_path / "app")
    return python, tmp_path / "app", tmp_path / "out"


def test_nothing_shows(packages):
    python, folder = packages
    original, none = ask(python, folder / "app")
    rewritten, found = ask(python, folder / "out")
    assert rewritten == original
    assert none == 0 and found >= 4


@pytest.mark.parametrize(
    "first",
    [
        "sys.flags = type('Flags', (), {**{name: getattr(sys.flags, name) for name in dir(sys.flags)"
        " if name[0] != '_'}, 'verbose': 1})",
        "sys.path_hooks.insert(0, type('Hook', (sys.modules['_frozen_importlib_external'].FileFinder,), {}).path_hook("
        "*sys.modules['_frozen_importlib_external']._get_supported_file_loaders())); sys.path_importer_cache.clear()",
        "import _frozen_importlib_external as e, types; before = e.FileFinder.path_hook("
        "*e._get_supported_file_loaders()); sys.path_hooks.insert(0, lambda path: before(path)"
        " if path.endswith('tools') else before('no such folder'))",
        "import _frozen_importlib_external as e; e.FileFinder.find_spec = (lambda find: lambda *a: find(*a))"
        "(e.FileFinder.find_spec)",
    ],
)
def test_another_import_system_is_let_alone(one, first):
    python, folder = one
    original, _ = ask(python, folder / "app", first)
    rewritten, found = ask(python, folder / "out", first)
    assert (rewritten, found) == (original, 0)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_replaced_loader_is_asked(one, when):
    python, folder = one
    replace = """
import _frozen_importlib_external as e
asked, before = [], e.SourceFileLoader.get_code
e.SourceFileLoader.get_code = lambda self, name: asked.append(name) or before(self, name)
"""
    code = replace + "import main\n" if when == "before" else "import main\n" + replace
    code += "main.handler({}, None)\nprint(sorted(name for name in asked if name in ('early', 'tools.late')))"
    answer = run(python, folder / "out", code)[0]
    assert answer == run(python, folder / "app", code)[0]
    assert answer == ("['early', 'tools.late']\n" if when == "before" else "['tools.late']\n")


def test_an_emptied_cache_of_finders(one):
    python, folder = one
    then = "sys.path_importer_cache.clear()"
    assert ask(python, folder / "out", then=then)[0] == ask(python, folder / "app", then=then)[0]


@pytest.mark.parametrize("damage", ["index", "cut off", "code", "together"])
def test_a_damaged_pack(copied, damage):
    python, app, out = copied
    pack = out / "_faaslight.pack"
    data = bytearray(pack.read_bytes())
    count = int.from_bytes(data[16:20], "little")
    index, code, together = (
        int.from_bytes(data[at : at + 8], "little") for at in range(20 + 20 * (count - 3), 20 + 20 * count, 20)
    )
    if damage == "index":
        data[index + 5] ^= 1
    elif damage == "cut off":
        del data[code:]
    elif damage == "code":
        data[code:] = bytes(len(data) - code)
    elif damage == "together":
        data[together:] = bytes(len(data) - together)
    pack.write_bytes(data)
    assert ask(python, out)[0] == ask(python, app)[0]


def test_a_file_that_is_gone(copied):
    python, app, out = copied
    code = "import main\ntry: main.handler({}, None)\nexcept ImportError as e: print(e)"
    for folder in app, out:
        (folder / "tools/late.py").unlink()
    assert run(python, out, code) == run(python, app, code)


def test_a_file_that_was_changed(copied):
    python, app, out = copied
    for folder in app, out:
        (folder / "tools/late.py").write_text("VALUE = 'mended by hand'\n")
        (folder / "tools/sub/deep").mkdir()
        (folder / "tools/sub/deep/__init__.py").write_text("VALUE = 'a package instead'\n")
        (folder / "tools/sub/deep.py").write_text("VALUE = 'not looked at'\n")
    for file in out.glob("tools/**/*.pyc"):
        file.unlink()
    code = "import main; print(main.handler({}, None)[:2])"
    assert run(python, out, code) == run(python, app, code)
    assert "by hand" in run(python, out, code)[0]
