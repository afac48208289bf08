"""The compile worker: what it writes, what it refuses, and that its bytes depend on its input alone."""

import ast
import hashlib
import json
import marshal
import os
import pathlib
import subprocess

import pytest
import runtime_package as package

SOURCE = '''\
import json
def kept(a):
    return lambda: a
def lazy(a, *, b=1):
    """Doc."""
    return [x for x in (a, b)]
class C:
    size = 1
    def method(self):
        return super().__init__()
    def plain(self, n={1, 2}):
        self.n = n
'''


def entry(python, source, rewritten, functions, folder, **more):
    folder.mkdir(exist_ok=True)
    (folder / "m.py").write_bytes(source.encode() if isinstance(source, str) else source)
    data = (folder / "m.py").read_bytes()
    return {
        "index": 0,
        "source": str(folder / "m.py"),
        "rewritten": rewritten,
        "pyc": str(folder / "__pycache__" / "m.pyc"),
        "filename": "m.py",
        "hash": hashlib.sha256(data).hexdigest()[:16],
        "lazies": {},
        "functions": [
            {"number": n, "qualname": q, "name": q.rpartition(".")[2], "first_line": line, "uses": []}
            for n, (q, line) in enumerate(functions)
        ],
        **more,
    }


def ask(python, module, folder):
    answer = package.compile_modules(python, [module], folder / "blobs")
    assert list(answer) == ["modules"]
    written = os.path.exists(module["pyc"])
    only = answer["modules"][0]
    assert (folder / "blobs").stat().st_size == only["length"]
    assert written == (not only["refused"] and not only["error"])
    assert bool(only["length"]) == (written and module["rewritten"] is not None)
    return only


def stub(source, first, text):
    lines = source.split("\n")
    lines[first - 1] = lines[first - 1][: len(lines[first - 1]) - len(lines[first - 1].lstrip())] + text
    return "\n".join(lines)


GOOD = stub(stub(SOURCE, 6, "return __fl__(0)(a, b=b)"), 10, "return __fl__(1, __class__)(self)")
LAZY = [("lazy", 4), ("C.method", 9)]


def test_good(python, tmp_path):
    answer = ask(python, entry(python, SOURCE, GOOD, LAZY, tmp_path), tmp_path)
    assert answer["refused"] == [] and answer["error"] is None and len(answer["hash"]) == 16


REFUSED = {
    "kept function's constant": (GOOD.replace("return lambda: a", "return lambda: 1"), -1, "kept"),
    "kept function's line": (GOOD.replace("    return lambda: a", "    return (\n lambda: a)"), -1, "kept"),
    "kept function gone": (
        GOOD.replace("def kept(a):\n    return lambda: a", "\n"),
        -1,
        "holds 2 code objects, held 3",
    ),
    "class body": (GOOD.replace("size = 1", "sise = 1"), -1, "C: co_names"),
    "parameters": (GOOD.replace("def lazy(a, *, b=1)", "def lazy(a, b=1)"), 0, "lazy: co_argcount"),
    "parameter's name": (GOOD.replace("def lazy(a, *, b=1)", "def lazy(a, *, c=1)"), 0, "parameters are"),
    "kind": (GOOD.replace("return __fl__(0)(a, b=b)", "yield __fl__(0)(a, b=b)"), 0, "flags"),
    "no cell": (GOOD.replace("__fl__(1, __class__)", "__fl__(1)"), 1, "co_freevars"),
    "wrong number": (GOOD.replace("__fl__(0)", "__fl__(7)"), 0, "its body is not __fl__(0)"),
    "not a stub": (SOURCE, 0, "its body is not __fl__(0)"),
    "docstring": (GOOD.replace("Doc.", "Dog."), 0, "docstring"),
    "moved": (GOOD.replace("import json\n", "import json\n\n"), -1, "co_firstlineno"),
    "stub that reads globals": (
        GOOD.replace("__fl__(0)(a, b=b)", "__fl__(0, __class__)(a, b=b)"),
        0,
        "reads __fl__, __c",
    ),
    "stub with code": (GOOD.replace("__fl__(0)(a, b=b)", "__fl__(0)((lambda: a)(), b=b)"), 0, "holds other code"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(python, tmp_path, case):
    text, number, why = REFUSED[case]
    answer = ask(python, entry(python, SOURCE, text, LAZY, tmp_path), tmp_path)
    assert answer["error"] is None
    assert [r for r in answer["refused"] if r["number"] == number and why in r["why"]], answer


def test_what_cannot_be_lazy_is_refused(python, tmp_path):
    source = "async def a():\n    yield 1\ndef outer(x):\n    def inner():\n        return x\n    return inner\n"
    text = source.replace("yield 1", "yield __fl__(0)()")
    answer = ask(python, entry(python, source, text, [("a", 1)], tmp_path), tmp_path)
    assert "async generator" in answer["refused"][0]["why"]
    text = source.replace("        return x", "        return __fl__(0)()")
    answer = ask(python, entry(python, source, text, [("outer.<locals>.inner", 4)], tmp_path), tmp_path)
    assert [r for r in answer["refused"] if r["number"] == 0]
    answer = ask(python, entry(python, source, source, [("a", 2), ("nope", 1)], tmp_path), tmp_path)
    assert [r["number"] for r in answer["refused"]] == [0, 1] and "no such function" in answer["refused"][0]["why"]


def test_guards_change_what_they_stand_in_and_nothing_else(python, tmp_path):
    source = "def f(a):\n    def g(): return a\n    return g\ndef h():\n    return 1\n"
    guarded = "def f(a):\n    __fl__.use('x'); (1)\n    return g\n"
    text = source.replace("    return g", "    __fl__.use('x'); return g")
    assert not ask(python, entry(python, source, text, [], tmp_path), tmp_path)["refused"]
    text = source.replace("return a", "__fl__.use(); return a")
    assert not ask(python, entry(python, source, text, [], tmp_path / "b"), tmp_path)["refused"]
    text = guarded + source[source.index("def h") :]
    assert ask(python, entry(python, source, text, [], tmp_path / "c"), tmp_path)["refused"]


CODE_OF = """
import sys, marshal, types, json
def tree(code):
    return [code.co_name, code.co_code.hex(), repr([c for c in code.co_consts if not isinstance(c, types.CodeType)]),
            code.co_names, code.co_flags, (getattr(code, 'co_linetable', None) or code.co_lnotab).hex(),
            [tree(c) for c in code.co_consts if isinstance(c, types.CodeType)]]
data = open(sys.argv[1], 'rb').read()
code = marshal.loads(data[16:])
original = compile(open(sys.argv[2], 'rb').read(), 'm.py', 'exec', dont_inherit=True)
print(json.dumps([data[4:16].hex(), tree(code), tree(original)]))
"""


def test_pyc_has_the_originals_code_for_all_that_is_kept(python, tmp_path):
    """Bytes, constants, names and line tables (columns too) of kept code; __static_attributes__ of classes."""
    module = entry(python, SOURCE, GOOD, LAZY, tmp_path)
    ask(python, module, tmp_path)
    done = subprocess.run(
        [python, "-I", "-S", "-c", CODE_OF, module["pyc"], module["source"]], capture_output=True, text=True, check=True
    )
    flags, new, old = json.loads(done.stdout)
    assert flags[:8] == "01000000"  # unchecked hash
    kept, lazy, body = new[-1]
    assert kept == old[-1][0]
    assert lazy != old[-1][1]
    assert body[:-1] == old[-1][2][:-1]
    assert body[-1][0] != old[-1][2][-1][0] and body[-1][1] == old[-1][2][-1][1]


def test_pyc_is_taken_for_the_original_source_by_a_checking_interpreter(python, tmp_path):
    """The hash in the .pyc is the original's, so that even --check-hash-based-pycs=always takes it."""
    built = package.Package(python, tmp_path, {"m.py": "# PROLOGUE\ndef f():  # lazy\n    return 1\n"})
    outcome = built.run("import m; print(m.f())", flags=["--check-hash-based-pycs", "always"])
    assert outcome.functions == ["f"]


def test_encodings_and_odd_sources(python, tmp_path):
    for number, (source, text) in enumerate(
        [
            ("\ufeff# -*- coding: utf-8 -*-\nx = 'é'\n", "\ufeff# -*- coding: utf-8 -*-\nx = 'é'\n"),
            ("x = 1\r\ndef f():\r\n    return '''a\r\nb'''\r\n", None),
            (b"# coding: latin-1\nx = '\xe9'\n", None),
            ("", ""),
            ("x = '\\d'\nx is 1\nassert (1, 2)\n", "x = '\\d'\nx is 1\nassert (1, 2)\n"),  # warnings
            ("x = " + "[" * 90 + "]" * 90, None),
            ("def f():\n" + "".join("    x%d = %d\n" % (n, n * 1000) for n in range(30000)), None),
        ]
    ):
        folder = tmp_path / str(number)
        answer = ask(python, entry(python, source, text, [], folder), folder)
        assert not answer["error"] and not answer["refused"], (number, answer)


def test_sources_that_do_not_compile(python, tmp_path):
    for number, source in enumerate(["def :", "x = 1\0", b"x = '\xff'", "(" * 5000, "x = " + "-" * 100000 + "1"]):
        folder = tmp_path / str(number)
        answer = ask(python, entry(python, source, None, [], folder), folder)
        assert answer["error"].startswith("original: "), (number, answer)
    answer = ask(python, entry(python, "x = 1", "x = ", [], tmp_path / "a"), tmp_path)
    assert answer["error"].startswith("rewritten: SyntaxError")
    answer = ask(python, entry(python, "x = 1", "x = '\ud800'", [], tmp_path / "b"), tmp_path)
    assert answer["error"].startswith("rewritten: UnicodeEncodeError")
    answer = ask(python, entry(python, "x = 1", "x = 1", [], tmp_path / "c", hash="0" * 16), tmp_path)
    assert answer["error"].startswith("original: it changed")


def test_bad_requests_and_a_full_disk_are_answered_in_json(python, tmp_path):
    module = entry(python, "x = 1", None, [], tmp_path)
    for request in ("", "[]", "{}", "not json", '{"modules": [{}], "blobs": "x"}'):
        done = subprocess.run(
            [python, "-I", "-S", "-B", str(package.RUNTIME / "compile_worker.py")],
            input=request,
            capture_output=True,
            text=True,
            env=package.clean_environment(),
            check=False,
        )
        assert done.returncode == 1 and json.loads(done.stdout)["error"].startswith("bad request: ")
    answer = package.compile_modules(python, [dict(module, pyc="/dev/full/x.pyc")], tmp_path / "blobs")
    assert answer["modules"] == [] and "/dev/full" in answer["error"]
    good = entry(python, SOURCE, GOOD, LAZY, tmp_path / "good")
    answer = package.compile_modules(python, [good], "/dev/full")
    assert "No space left" in answer["error"]
    answer = package.compile_modules(python, [dict(module, source="/nowhere/m.py")], tmp_path / "blobs")
    assert answer["error"] == "/nowhere/m.py: No such file or directory"


def library_modules(python, folder, limit):
    """Modules of the standard library with every function that can be made lazy by a plain stub, all lazy."""
    code = "import os; print(os.path.dirname(os.__file__))"
    found = subprocess.run([python, "-I", "-S", "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    modules = []
    for path in sorted(pathlib.Path(found).glob("*.py")) + sorted(pathlib.Path(found).glob("email/*.py")):
        if len(modules) == limit:
            break
        source = path.read_bytes()
        lines = source.decode("utf-8", "replace").split("\n")
        try:
            functions = list(package.qualnames(ast.parse(source)))
        except SyntaxError:
            continue
        picked = []
        for qualname, node in functions:
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            awaits = isinstance(node, ast.AsyncFunctionDef)
            if not body or body[0].lineno == node.lineno or awaits or hasattr(body[0], "body"):
                continue
            lines[body[0].lineno - 1] = " " * body[0].col_offset + package.call_of(node, len(picked), "." in qualname)
            for at in range(body[0].lineno, body[-1].end_lineno):
                lines[at] = ""
            first = min([node.lineno] + [d.lineno for d in node.decorator_list])
            picked.append(
                {"number": len(picked), "qualname": qualname, "name": node.name, "first_line": first, "uses": ["x"]}
            )
        modules.append(
            {
                "index": len(modules), "source": str(path), "rewritten": "\n".join(lines), "filename": path.name,
                "pyc": str(folder / (path.name + "c")), "hash": hashlib.sha256(source).hexdigest()[:16],
                "lazies": {"x": ["a.b", 0, None, True, ["q"], []]}, "functions": picked,
            }
        )  # fmt: skip
    return modules


def test_the_same_bytes_whatever_the_chunks(python, tmp_path):
    def all_bytes(folder, chunks):
        folder.mkdir()
        modules = library_modules(python, folder, 60)
        parts = {}
        for start in range(chunks):
            blobs = folder / "blobs"
            for answer in package.compile_modules(python, modules[start::chunks], blobs)["modules"]:
                part = blobs.read_bytes()[answer["offset"] : answer["offset"] + answer["length"]]
                parts[answer["index"]] = part, json.dumps([answer["refused"], answer["error"], answer["hash"]])
        return parts, {path.name: path.read_bytes() for path in folder.glob("*.pyc")}

    one = all_bytes(tmp_path / "one", 1)
    assert len(one[1]) > 40, [why for part, why in one[0].values() if not part][:5]
    assert one == all_bytes(tmp_path / "again", 1)
    assert one == all_bytes(tmp_path / "three", 3)


def test_blob_format(python, tmp_path):
    """As docs/pack.md has it; read with the marshal of that CPython."""
    module = entry(python, SOURCE, GOOD, LAZY, tmp_path)
    module["lazies"] = {"np": ["numpy", 0, None, True, ["first"], []], "y": ["m", 2, "x", True, [], []]}
    module["functions"][0]["uses"] = ["np", "os.path"]
    ask(python, module, tmp_path)
    code = (
        "import sys, marshal, _imp; b = open(sys.argv[1], 'rb').read(); end = 4 + int.from_bytes(b[:4], 'little');"
        "h, l, f = marshal.loads(b[4:end]); codes = [b[end + o : end + o + n] for q, o, n, x, u in f];"
        "assert all(_imp.source_hash(0x666c, c) == x for c, (q, o, n, x, u) in zip(codes, f)) and f[0][1] == 0;"
        "assert end + sum(map(len, codes)) == len(b);"
        "codes = [marshal.loads(c) for c in codes];"
        "print(repr([h, l, [(q, type(c).__name__, c.co_name, u) for c, (q, o, n, x, u) in zip(codes, f)]]))"
    )
    out = subprocess.run(
        [python, "-I", "-c", code, str(tmp_path / "blobs")], capture_output=True, text=True, check=True
    ).stdout
    assert ast.literal_eval(out) == [
        module["hash"],
        {"np": ("numpy", 0, None, True, ("first",), ()), "y": ("m", 2, "x", True, (), ())},
        [("lazy", "code", "lazy", ("np", "os.path")), ("C.method", "code", "method", ())],
    ]
    assert marshal.version >= 4


def test_an_import_that_is_gone_may_change_how_methods_are_called(python, tmp_path):
    """From CPython 3.11 on `json.dumps()` is another call where an import of the module binds `json`."""
    source = "import json\ndef kept(a):\n    if a: return a\n    return [*(json.dumps(x) for x in a)]\n"
    rewritten = source.replace("import json", "pass").replace("    return [", "    __fl__.use('json'); return [")
    lazies = {"json": ["json", 0, None, False, [], []]}
    answer = ask(python, entry(python, source, rewritten, [], tmp_path, lazies=lazies), tmp_path)
    assert answer["refused"] == [] and answer["error"] is None
    data = pathlib.Path(tmp_path / "__pycache__" / "m.pyc").read_bytes()[16:]
    code = "import sys, marshal; print(marshal.loads(sys.stdin.buffer.read()).co_names)"
    done = subprocess.run([python, "-I", "-S", "-c", code], input=data, capture_output=True, check=True)
    assert b"'json'" not in done.stdout  # nothing of the import that never runs is shipped
    wrong, folder = rewritten.replace("dumps", "loads"), tmp_path / "wrong"
    assert ask(python, entry(python, source, wrong, [], folder, lazies=lazies), folder)["refused"]


def test_the_index_has_what_the_import_system_finds(python, tmp_path):
    root = tmp_path / "out"
    (root / "pkg/sub").mkdir(parents=True)
    for file in "a.py", "shadowed.py", "pkg/__init__.py", "pkg/b.py", "pkg/sub/c.py", "own.py":
        (root / file).write_text("x = 1\n")
    (root / "shadowed.abi3.so").write_bytes(b"not looked into")
    (root / "pkg.py").write_text("the package comes first\n")
    (root / "gone.pyc").write_bytes(b"sourceless")
    files = ["a.py", "shadowed.py", "shadowed.abi3.so", "pkg/__init__.py", "pkg.py", "pkg/b.py", "pkg/sub/c.py"]
    files += ["gone.pyc", "none.py", "pkg/none/__init__.py", "own.py"]
    module = {**entry(python, "y = 2\n", None, [], root), "pyc": str(root / "__pycache__/a.pyc")}
    tag = subprocess.run(
        [python, "-I", "-S", "-c", "import sys; print(sys.implementation.cache_tag)"], capture_output=True, text=True
    ).stdout.strip()
    for folder, name in ("", "a"), ("pkg", "b"), ("pkg/sub", "c"):
        module["pyc"] = str(root / folder / "__pycache__" / ("%s.%s.pyc" % (name, tag)))
        package.compile_modules(python, [module], tmp_path / "blobs")
    (root / "__pycache__" / ("own.%s.pyc" % tag)).write_bytes(b"an application's own, with a time in it")
    finder = {
        "index": 5,
        "root": str(root),
        "files": [[file, {"a.py": 0, "pkg/sub/c.py": 2}.get(file, 1)] for file in files],
    }
    finder["aliases"] = {"bare": "pkg.bare", "own": "pkg.own"}
    answer = package.compile_modules(python, [], tmp_path / "blobs", finder=finder)
    assert [part["index"] for part in answer["modules"]] == [5, 6, 7]
    blobs, first = (tmp_path / "blobs").read_bytes(), answer["modules"][0]["length"]
    last = answer["modules"][2]["offset"]
    found_tag, loaders, folders, aliases = marshal.loads(blobs[:first])
    code = (root / "pkg/__pycache__" / ("b.%s.pyc" % tag)).read_bytes()[16:]
    assert (found_tag, loaders[-2:]) == (tag, [(".py", "SourceFileLoader"), (".pyc", "SourcelessFileLoader")])
    assert folders == {
        "": {
            "a": ("a.py", 6, 0, 0, 0),
            "shadowed": ("shadowed.abi3.so", 15, 2, 0, 0),
            "pkg": ("pkg/__init__.py", 6, 1, 0, 0),
            "own": ("own.py", 6, 0, len(code), 0),
        },
        "pkg": {"b": ("b.py", 6, 0, 0, len(code))},
        "pkg/sub": {"c": ("c.py", 6, 0, 0, -1)},
    }
    assert blobs[first:last] == code and aliases == finder["aliases"]
    (tmp_path / "together").write_bytes(blobs[last:])
    (tmp_path / "alone").write_bytes(code)
    ask = "import marshal, sys; print(marshal.load(open('together', 'rb')) == [marshal.load(open('alone', 'rb'))])"
    same = subprocess.run([python, "-I", "-S", "-c", ask], capture_output=True, text=True, cwd=tmp_path)
    assert same.stdout == "True\n", same.stderr
