"""Where a package may be run from: a zip, a link, a file system that cannot be written, and by another CPython."""

import os
import shutil
import subprocess
import zipfile

import pytest
import runtime_package

FILES = {
    "m.py": """
        # PROLOGUE
        import json  # lazy
        import pkg.part  # lazy
        class C:
            def method(self, n):  # lazy: json
                "Doc."
                return json.dumps([n, __class__.__name__])
        def f(n):  # lazy: pkg.part pkg
            return pkg.part.g(n)
        def kept(n):
            # guard: json
            return json.dumps(n)
    """,
    "pkg/__init__.py": "# PROLOGUE\nfrom .part import g  # lazy\n",
    "pkg/part.py": "# PROLOGUE\ndef g(n=2, *, k=3):  # lazy\n    yield_ = n * k\n    return yield_\n",
}
USE = """
    import os, m
    print(m.C().method(1), m.C.method.__doc__, m.f(4), m.kept('x'), m.pkg.g(5, k=1), m.json.__name__)
    try: m.f([])
    except TypeError as e: print('?', e)
    else: print(m.f([]))
    import inspect
    print(inspect.getsource(m.f), sorted(dir(m)) == sorted(set(dir(m))))
"""


def test_imported_from_a_zip(build, tmp_path):
    """zipimport looks for no __pycache__: the original text is what it runs."""
    package = build(FILES)
    archives = []
    for root in (package.original, package.rewritten):
        archives.append(tmp_path / (root.name + ".zip"))
        with zipfile.ZipFile(archives[-1], "w") as archive:
            for path in sorted(root.rglob("*")):
                archive.write(path, path.relative_to(root))
    before, after = (package.run(USE, root=archive) for archive in archives)
    assert after.loaded is None
    assert (after.out, after.code) == (before.out, before.code)
    assert "Doc. 12" in after.out


def test_through_links_and_relative_entries(build, tmp_path):
    package = build(FILES)
    expected = package.run(USE, root=package.original).out
    (tmp_path / "link").symlink_to(package.rewritten, target_is_directory=True)
    files = tmp_path / "files"  # each file a link, as some deployment tools lay them out
    for path in package.rewritten.rglob("*"):
        target = files / path.relative_to(package.rewritten)
        if path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(path)
    for root in (tmp_path / "link", files):
        outcome = package.run(USE, root=root)
        assert outcome.loaded and outcome.out == expected
    for entry, cwd in (("../rewritten", package.original), ("", package.rewritten), ("./link/.", tmp_path)):
        # What is imported on first use is looked for by the sys.path of that moment, so the folder must not change.
        script = f"sys.path[0] = {entry!r}\nimport m\nprint(m.f(4), m.kept(1))"
        outcome = package.run(script, cwd=cwd)
        assert outcome.loaded and outcome.out == "12 1\n"


def test_moved_between_import_and_first_use(build, tmp_path):
    """The pack is read where the package was imported from: gone, that is an error that names the file."""
    package = build(FILES)
    outcome = package.run(f"""
        import os, m
        os.rename({str(package.rewritten)!r}, {str(tmp_path / "away")!r})
        try: m.f(1)
        except ImportError as e: print(e)
        os.rename({str(tmp_path / "away")!r}, {str(package.rewritten)!r})
        print(m.f(1))
    """)
    error, value = outcome.out.splitlines()
    assert error == "cannot load lazy code of module 'm': <root>/_faaslight.pack: No such file or directory"
    assert value == "3"


def can_unshare():
    return shutil.which("unshare") and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not can_unshare(), reason="no mount namespace can be made here: needs root, or unshare(1)")
def test_read_only_file_system(build, tmp_path):
    package = build(FILES)
    script = tmp_path / "use.py"
    script.write_text(
        f"import sys\nsys.path.insert(0, {str(package.rewritten)!r})\nimport m, _faaslight\n"
        f"print(m.f(4), m.kept(1), len(_faaslight.loaded()) > 3)\n"
        f"try: open({str(package.rewritten / 'x')!r}, 'w')\nexcept OSError as e: print(e.strerror)\n"
    )
    mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", mount, package.rewritten, package.python, "-S", script],
        capture_output=True,
        text=True,
        cwd="/",
        env=runtime_package.clean_environment(),
    )
    if "mount:" in done.stderr:
        pytest.skip("bind mounts are refused here: " + done.stderr.strip())
    assert (done.stdout, done.stderr) == ("12 1 True\nRead-only file system\n", "")


def test_by_another_cpython_minor(build, python, tmp_path):
    """No .pyc of ours is for it: it runs the original texts, with or without writing caches of its own."""
    package = build(FILES)
    expected = package.run(USE, root=package.original).out
    for minor, other in runtime_package.interpreters().items():
        if os.path.samefile(other, python):
            continue
        package.python = other
        for flags in ((), ("-O",)):
            outcome = package.run(USE, flags=flags)
            assert outcome.loaded is None, minor
            assert outcome.out == expected, minor
    package.python = python
    outcome = package.run(USE)
    assert outcome.loaded and outcome.out == expected


@pytest.mark.parametrize("flags", [("-O",), ("-OO",)])
def test_optimised(build, flags):
    package = build(FILES)
    outcome = package.run(USE, flags=flags)
    assert outcome.loaded is None
    assert outcome.out == package.run(USE, root=package.original, flags=flags).out
