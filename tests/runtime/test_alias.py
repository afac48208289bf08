"""A name that a module gives itself in sys.modules is found before the module is loaded."""

import subprocess

import runtime_package as package

CODE = """
import sys
sys.path.insert(0, %r)
import _faaslight as runtime
machinery = sys.modules["_frozen_importlib_external"]
finder = sys.path_importer_cache[sys.path[0]]
runtime.index[finder.path] = 0, sys.implementation.cache_tag, {}
runtime.aliases.update({"bare": "pkg.bare", "pkg.other.bare": "pkg.bare"})
runtime.become(finder, runtime.Finder)
import importlib.util
print(importlib.util.find_spec("bare").name, "pkg" in sys.modules)
import bare
import pkg.bare as whole
print(bare is whole is sys.modules["bare"], bare.__name__, bare.__spec__.name, bare.__spec__ is whole.__spec__)
import pkg.other
import pkgutil
below = pkgutil.get_importer(pkg.other.__path__[0])
runtime.index[below.path] = 0, sys.implementation.cache_tag, {}
runtime.become(below, runtime.Finder)
import pkg.other.bare as third
print(third is bare, sys.modules["pkg.other.bare"] is bare, pkg.other.bare is bare, bare.__spec__.name)
print(bare.__spec__.origin.endswith("bare.py"), bare.__loader__ is bare.__spec__.loader, bare.VALUE)
for name in "pkg.missing", "missing":
    try:
        __import__(name)
    except ImportError as error:
        print(error)
"""


def test_the_bare_name_loads_the_module(python, tmp_path):
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/other").mkdir()
    for file in "pkg/__init__.py", "pkg/other/__init__.py":
        (tmp_path / file).write_text("")
    (tmp_path / "pkg/bare.py").write_text("import sys\nsys.modules['bare'] = sys.modules[__name__]\nVALUE = 7\n")
    (tmp_path / "_faaslight.py").write_text((package.RUNTIME / "_faaslight.py").read_text())
    command = [python, "-I", "-S", "-B", "-c", CODE % str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "bare False",
        "True pkg.bare pkg.bare True",
        "True True True pkg.bare",
        "True True 7",
        "No module named 'pkg.missing'",
        "No module named 'missing'",
    ]
