"""Where the package lies, what may be wrong with its pack, and the garbage collector's hold."""

import os
import shutil
import struct

import pytest

SIMPLE = """
    # PROLOGUE
    import json  # lazy
    def f(n):  # lazy: json
        return json.dumps(n)
    def g():  # lazy
        return 'g'
"""


def test_moved_read_only_and_another_working_folder(build, tmp_path):
    package = build(SIMPLE)
    moved = tmp_path / "elsewhere" / "deep"
    shutil.copytree(package.rewritten, moved)
    shutil.rmtree(package.rewritten)
    for folder, _, files in os.walk(moved):
        for name in files:
            os.chmod(os.path.join(folder, name), 0o444)
        os.chmod(folder, 0o555)
    listed = sorted(str(path) for path in moved.rglob("*"))
    outcome = package.run(
        """
        import os, m
        os.chdir('/tmp')
        print(m.f(1), m.f.__code__.co_filename == m.__file__)
        try: m.f(m)
        except TypeError as e: print(e.__traceback__.tb_next.tb_frame.f_code.co_filename)
    """,
        root=moved,
    )
    assert outcome.out == "1 True\n<root>/m.py\n"
    assert sorted(str(path) for path in moved.rglob("*")) == listed
    os.chmod(moved, 0o755)


def test_relative_path_and_chdir_before_the_first_use(build):
    package = build(SIMPLE)
    outcome = package.run(
        """
        import os
        sys.path[0] = '.'
        import m
        os.chdir('/')
        print(m.f(2), m.g())
    """,
        cwd=package.rewritten,
    )
    assert outcome.out == "2 g\n"


def test_nothing_is_read_before_the_first_use_and_no_file_stays_open(build):
    package = build(SIMPLE)
    out = package.run("""
        import os
        opened = []
        sys.addaudithook(lambda event, args: opened.append(args[0]) if event == 'open' else None)
        import m
        hasattr(m, '__path__'), hasattr(m, 'nothing'), dir(m)
        print([os.path.basename(str(o)) for o in opened if str(o).endswith('.pack')])
        before = len(os.listdir('/proc/self/fd'))
        m.f(1), m.g(), m.json
        print([os.path.basename(str(o)) for o in opened if str(o).endswith('.pack')])
        print(len(os.listdir('/proc/self/fd')) - before)
    """).out
    # The head once, and the code of each function.
    assert out == "[]\n['_faaslight.pack', '_faaslight.pack', '_faaslight.pack']\n0\n"


def change(pack, at, data):
    return pack[:at] + data + pack[at + len(data) :]


DAMAGES = {
    "missing": (lambda pack: None, "No such file"),
    "empty": (lambda pack: b"", "it is truncated"),
    "foreign": (lambda pack: change(pack, 0, b"ELF"), "it is not a pack of this version"),
    "newer": (lambda pack: change(pack, 8, b"\3"), "it is not a pack of this version"),
    "magic": (lambda pack: change(pack, 12, b"\0\0"), "it was made for another CPython"),
    "count": (lambda pack: change(pack, 16, b"\0"), "it was made for another build"),
    "in header": (lambda pack: pack[:15], "it is truncated"),
    "in table": (lambda pack: pack[:30], "it is truncated"),
    "cut": (lambda pack: pack[:-1], "it is truncated"),
    "bit": (
        lambda pack: change(pack, int.from_bytes(pack[20:28], "little") + 30, b"!"),
        "it is damaged: a hash does not match",
    ),
    "offset": (lambda pack: change(pack, 20, struct.pack("<Q", 1 << 60)), "it is truncated"),
    "length": (lambda pack: change(pack, 28, struct.pack("<I", 0xFFFFFFFF)), "it is truncated"),
    "no part": (lambda pack: change(pack, 28, bytes(12)), "it is damaged"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_packs_are_import_errors(build, damage):
    """Never a wrong function, never a crash; and when the pack is right again, so is the function."""
    package = build(SIMPLE)
    make, text = DAMAGES[damage]
    good = package.pack.read_bytes()
    bad = make(good)
    if bad is None:
        package.pack.unlink()
    else:
        package.pack.write_bytes(bad)
    outcome = package.run(f"""
        import m, _faaslight
        for use in (lambda: m.f(1), m.g, lambda: m.json, lambda: hasattr(m, 'json')):
            try: print(use())
            except ImportError as e: print(e, '|', e.name, e.path == _faaslight.pack)
        open(_faaslight.pack, 'wb').write({good!r})
        print(m.f(1), m.g(), m.json.__name__)
    """)
    *lines, last = outcome.out.splitlines()
    assert len(lines) == 4 and last == "1 g json"
    for line in lines:
        assert line.startswith("cannot load lazy code of module 'm': <root>/_faaslight.pack: ")
        assert text in line and line.endswith("| m True")


@pytest.mark.parametrize("damage", ["bit", "cut"])
def test_damaged_code_of_one_function(build, damage):
    package = build(SIMPLE)
    good = package.pack.read_bytes()
    bad = change(good, len(good) - 9, b"!")
    outcome = package.run(f"""
        import m, _faaslight
        print(m.json.__name__, m.f(1))
        open(_faaslight.pack, 'wb').write({bad!r} if {damage!r} == 'bit' else {good[:-9]!r})
        try: print(m.g())
        except ImportError as e: print(e)
        open(_faaslight.pack, 'wb').write({good!r})
        print(m.g())
    """)
    text = "it is damaged: a hash does not match" if damage == "bit" else "it is truncated"
    assert outcome.out.splitlines() == [
        "json 1",
        "cannot load lazy code of module 'm': <root>/_faaslight.pack: " + text,
        "g",
    ]


def test_pack_of_another_build(build, tmp_path):
    package = build(SIMPLE)
    other = tmp_path / "other"
    other.mkdir()
    again = type(package)(package.python, other, {"m.py": SIMPLE.replace("'g'", "'other'")})
    shutil.copy(again.pack, package.pack)
    out = package.run("""
        import m
        try: print(m.g())
        except ImportError as e: print(e)
    """).out
    assert "it was made for another build of the package" in out


HANDLER = """
    # PROLOGUE
    # hold
    import gc
    during = gc.get_threshold(), gc.isenabled()
    before = gc.get_stats()[0]['collections']
    cycles = []
    for _ in range(5000):
        cycles.append([])
        cycles[-1].append(cycles[-1])
    counted = gc.get_stats()[0]['collections'] - before
    {body}
    # ready
"""


def test_hold_and_ready(build):
    package = build({"handler.py": HANDLER.format(body=""), "plain.py": "# PROLOGUE\n# ready\n"})
    out = package.run("""
        import gc
        gc.set_threshold(400, 7, 9)
        before = gc.get_freeze_count()
        import handler, plain
        print(handler.during, handler.counted, gc.get_threshold(), gc.isenabled())
        print(gc.get_freeze_count() > before + 5000, gc.get_count()[0] < 400)
        import importlib; importlib.reload(handler)
        print(gc.get_threshold(), handler.during)
    """).out.splitlines()
    assert out[0] == "((0, 7, 9), True) 0 (400, 7, 9) True"
    assert out[1:] == ["True True", "(400, 7, 9) ((0, 7, 9), True)"]


def test_the_threshold_that_the_application_sets_stays(build):
    package = build({"handler.py": HANDLER.format(body="gc.set_threshold(1234, 5, 6)")})
    assert (
        package.run("""
        import gc, handler
        print(gc.get_threshold())
    """).out
        == "(1234, 5, 6)\n"
    )
    package = build({"handler.py": HANDLER.format(body="gc.disable()")})
    assert (
        package.run("""
        import gc, handler
        print(gc.get_threshold() == handler.during[0], gc.isenabled())
        import handler
    """).out
        == "False False\n"
    )


def test_an_import_that_dies_puts_the_threshold_back(build):
    package = build(
        {"handler.py": HANDLER.format(body="def kept(): pass\n    gc.kept = kept\n    raise ValueError('dies')")}
    )
    assert (
        package.run("""
        import gc
        before = gc.get_threshold()
        for _ in range(2):
            try: import handler
            except ValueError: print('died')
            print(gc.get_threshold() == before)
    """).out
        == "died\nTrue\ndied\nTrue\n"
    )


def test_a_collector_that_is_off_stays_off(build):
    package = build({"handler.py": HANDLER.format(body="")})
    assert (
        package.run("""
        import gc
        gc.set_threshold(0)
        import handler
        print(gc.get_threshold()[0], gc.get_freeze_count() < 5000)
    """).out
        == "0 True\n"
    )


def test_pickled_with_its_module_globals(build):
    package = build(SIMPLE)
    assert (
        package.run("""
        import copy, pickle, m
        print(pickle.loads(pickle.dumps(m.__fl__)) is m.__fl__, copy.deepcopy(m.__fl__) is m.__fl__)
    """).out
        == "True True\n"
    )


def test_the_runtime_imports_only_what_the_interpreter_has_in_it(build):
    package = build(SIMPLE)
    out = package.run("""
        before = set(sys.modules)
        import _faaslight
        new = set(sys.modules) - before
        print(sorted(n for n in new if n not in sys.builtin_module_names))
    """).out
    assert out == "['_faaslight']\n"
