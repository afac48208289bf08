"""Builds a small rewritten package and runs scripts on it and on its original, in fresh processes.

The rewriter itself is not used: what is rewritten is marked in comments of the source, so that each test says by hand
what the runtime is given.
    # PROLOGUE                on its own line: the prologue goes here
    import numpy as np  # lazy        the import is taken out and is lazy (`# lazy first: a b`, R14)
    def f(a):  # lazy                 the body becomes a stub (`# lazy: np os.path`, the names that it uses)
    # guard: np               on its own line: __fl__.use('np');  `# guard` binds all
    # hoist: a.b c            on its own line: __fl__.load('a.b', 'c')
    # hold, # ready           on their own lines
"""

import ast
import hashlib
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import textwrap

RUNTIME = pathlib.Path(__file__).resolve().parents[2] / "rewriter" / "runtime"
MINORS = ("3.9", "3.10", "3.11", "3.12", "3.13")


def interpreters():
    """minor -> path of a CPython of this machine."""
    found = {}
    names = [shutil.which("python" + minor) for minor in MINORS]
    versions = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv")) / "versions"
    names += [str(path) for path in sorted(versions.glob("3.*/bin/python"))]
    for name in filter(None, names):
        try:
            out = subprocess.run(
                [name, "-S", "-c", 'import sys; print("%d.%d" % sys.version_info[:2])'],
                capture_output=True,
                text=True,
                timeout=60,
            ).stdout.strip()
        except OSError:
            continue
        if out in MINORS:
            found.setdefault(out, name)
    return found


def clean_environment(**more):
    keep = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return {**keep, "PYTHONHASHSEED": "0", **more}


# ---- marks


def qualnames(tree):
    """(qualname, node) of all functions at module and class level."""

    def walk(body, prefix):
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield prefix + node.name, node
            elif isinstance(node, ast.ClassDef):
                yield from walk(node.body, prefix + node.name + ".")
            else:
                for part in ("body", "orelse", "handlers", "finalbody"):
                    yield from walk(getattr(node, part, []), prefix)

    return walk(tree.body, "")


def is_generator(node):
    todo = list(node.body)
    for node in todo:
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            todo.extend(ast.iter_child_nodes(node))
    return False


def call_of(node, number, in_class):
    args = node.args
    passed = [arg.arg for arg in args.posonlyargs + args.args]
    passed += ["*" + args.vararg.arg] if args.vararg else []
    passed += ["%s=%s" % (arg.arg, arg.arg) for arg in args.kwonlyargs]
    passed += ["**" + args.kwarg.arg] if args.kwarg else []
    cell = False
    todo = list(node.body) if in_class else []
    for part in todo:
        cell = cell or isinstance(part, ast.Name) and part.id in ("super", "__class__")
        if not isinstance(part, ast.ClassDef):
            todo.extend(ast.iter_child_nodes(part))
    call = "__fl__(%d%s)(%s)" % (number, ", __class__" if cell else "", ", ".join(passed))
    if isinstance(node, ast.AsyncFunctionDef):
        return "return await " + call
    return "return (yield from %s)" % call if is_generator(node) else "return " + call


def lazies_of(line, first):
    node = ast.parse(line.strip()).body[0]
    level = getattr(node, "level", 0)
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            yield alias.asname or alias.name, [node.module or "", level, alias.name, bool(alias.asname), first, []]
        elif alias.asname:
            yield alias.asname, [alias.name, 0, None, True, first, []]
        else:
            yield alias.name.partition(".")[0], [alias.name, 0, None, False, first, []]


def rewrite(source, index, submodules=""):
    """The marks of one source carried out: (rewritten text, lazies, functions)."""
    lines = source.split("\n")
    lazies, functions = {}, []
    for qualname, node in qualnames(ast.parse(source)):
        mark = re.search(r"#\s*lazy(?::\s*(.*))?$", lines[node.lineno - 1])
        if not mark:
            continue
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        start, end = body[0], body[-1]
        number = len(functions)
        stub = call_of(node, number, "." in qualname)
        if start.lineno == node.lineno:  # def f(): return 1
            lines[node.lineno - 1] = lines[node.lineno - 1][: start.col_offset] + stub
        else:
            lines[start.lineno - 1] = " " * start.col_offset + stub
            for at in range(start.lineno, end.end_lineno):
                lines[at] = ""
        first_line = min([node.lineno] + [decorator.lineno for decorator in node.decorator_list])
        functions.append(
            {
                "number": number,
                "qualname": qualname,
                "name": node.name,
                "first_line": first_line,
                "uses": (mark.group(1) or "").split(),
            }
        )
    for at, line in enumerate(lines):
        mark = re.search(r"#\s*lazy(?: first: (.*))?$", line)
        if mark and re.match(r"(import|from)\b", line):
            for name, entry in lazies_of(line, (mark.group(1) or "").split()):
                if name in lazies:  # import a.b; import a.c
                    lazies[name][5].append(entry[0])
                else:
                    lazies[name] = entry
            lines[at] = ""
    hash = hashlib.sha256(source.encode()).hexdigest()[:16]
    forms = {
        "PROLOGUE": lambda rest: "from _faaslight import enter as __fl__; __fl__ = __fl__(globals(), %d, %r, %r, %r)"
        % (index, hash, " ".join(sorted(lazies)), submodules),
        "guard": lambda rest: "__fl__.use(%s)" % ", ".join(map(repr, rest.split())),
        "hoist": lambda rest: "__fl__.load(%s)" % ", ".join(map(repr, rest.split())),
        "hold": lambda rest: "__fl__.hold()",
        "ready": lambda rest: "__fl__.ready()",
    }
    for at, line in enumerate(lines):
        mark = re.match(r"(\s*)# (%s)(?:: (.*))?$" % "|".join(forms), line)
        if mark:
            lines[at] = mark.group(1) + forms[mark.group(2)](mark.group(3) or "")
    return "\n".join(lines), lazies, functions


# ---- building


def compile_modules(python, modules, blobs, **more):
    """Runs the compile worker. Gives its answer."""
    done = subprocess.run(
        [python, "-I", "-S", "-B", str(RUNTIME / "compile_worker.py")],
        input=json.dumps({"modules": modules, "blobs": str(blobs), **more}).encode(),
        capture_output=True,
        env=clean_environment(),
        timeout=120,
    )
    assert not done.stderr, done.stderr.decode()
    return json.loads(done.stdout)


def assemble(magic, rows, blobs):
    """The pack's bytes. rows: [(offset into blobs, length, hash)]."""
    start = 20 + 20 * len(rows)
    table = b"".join(struct.pack("<QI", start + offset, length) + hash for offset, length, hash in rows)
    return b"FAASPACK" + struct.pack("<I", 2) + magic + struct.pack("<I", len(rows)) + table + blobs


class Outcome:
    def __init__(self, done, root):
        self.out = done.stdout.replace(str(root), "<root>")
        self.err = done.stderr.replace(str(root), "<root>")
        self.code = done.returncode
        self.loaded = None
        *rest, last = self.err.rstrip("\n").split("\n")
        if last.startswith("LOADED "):
            self.loaded = [tuple(item) for item in json.loads(last[7:])]
            self.err = "\n".join(rest)

    @property
    def functions(self):
        return [name for kind, module, name in self.loaded if kind == "function"]

    @property
    def imports(self):
        return [name for kind, module, name in self.loaded if kind == "import"]


class Package:
    """files: relative path -> marked source. Files without marks stay as they are."""

    def __init__(self, python, folder, files, submodules=None):
        self.python, self.folder = python, folder
        self.original, self.rewritten = folder / "original", folder / "rewritten"
        modules = [self.module("_faaslight.py", (RUNTIME / "_faaslight.py").read_text(), None, {}, [], 0)]
        self.indexes = {}
        for path, source in files.items():
            source = textwrap.dedent(source)
            for root in (self.original, self.rewritten):
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(source.encode())
            text = lazies = functions = None
            if "# PROLOGUE" in source:
                self.indexes[path] = len(self.indexes)
                text, lazies, functions = rewrite(source, self.indexes[path], (submodules or {}).get(path, ""))
            modules.append(self.module(path, source, text, lazies or {}, functions or [], self.indexes.get(path, 0)))
        shutil.copy(RUNTIME / "_faaslight.py", self.rewritten)
        blobs = folder / "blobs"
        self.answer = compile_modules(python, modules, blobs)
        rows = [(0, 0, bytes(8))] * len(self.indexes)
        for module, answer in zip(modules, self.answer["modules"]):
            assert not answer["refused"] and (not answer["error"] or module["rewritten"] is None), answer
            if module["rewritten"] is not None:
                rows[module["index"]] = answer["offset"], answer["length"], bytes.fromhex(answer["hash"])
        magic = next(self.rewritten.glob("__pycache__/_faaslight.*.pyc")).read_bytes()[:4]
        self.pack = self.rewritten / "_faaslight.pack"
        self.pack.write_bytes(assemble(magic, rows, blobs.read_bytes()))

    def module(self, path, source, text, lazies, functions, index):
        at = self.rewritten / path
        tag = (
            "cpython-"
            + subprocess.run(
                [self.python, "-S", "-c", 'import sys; print("%d%d" % sys.version_info[:2])'],
                capture_output=True,
                text=True,
            ).stdout.strip()
        )
        at.parent.mkdir(parents=True, exist_ok=True)
        if path == "_faaslight.py":
            at.write_text(source)
        return {
            "index": index,
            "source": str(at),
            "rewritten": text,
            "filename": path,
            "lazies": lazies,
            "pyc": str(at.parent / "__pycache__" / ("%s.%s.pyc" % (at.stem, tag))),
            "functions": functions,
            "hash": hashlib.sha256(source.encode()).hexdigest()[:16],
        }

    def run(self, script, root=None, flags=(), cwd="/", check=True, **env):
        root = root or self.rewritten
        script = (
            ("import sys; sys.path.insert(0, %r)\n" % str(root))
            + textwrap.dedent(script)
            + textwrap.dedent("""
            if "_faaslight" in sys.modules:
                import json
                sys.stdout.flush()
                sys.stderr.write("\\nLOADED " + json.dumps(sys.modules["_faaslight"].loaded()) + "\\n")
            """)
        )
        done = subprocess.run(
            [self.python, "-S", "-B", *flags, "-c", script],
            capture_output=True,
            text=True,
            cwd=cwd,
            env=clean_environment(**env),
            timeout=300,
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return Outcome(done, root)

    def same(self, script, functions=None, imports=None, **options):
        """Runs the script on both packages: output and exit code must be equal. Gives the rewritten one's outcome.

        functions, imports: what must have been loaded on first use (any order, once each).
        """
        before = self.run(script, root=self.original, **options)
        after = self.run(script, **options)
        assert before.loaded is None and after.loaded is not None, "the rewritten code was not used"
        assert (after.out, after.code) == (before.out, before.code)
        assert after.out.strip(), "the script printed nothing"
        if functions is not None:
            assert sorted(after.functions) == sorted(functions)
        if imports is not None:
            assert sorted(after.imports) == sorted(imports)
        return after
