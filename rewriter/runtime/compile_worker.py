"""Compiles rewritten modules with the traced CPython: their .pyc files and their parts of the pack.

Fed one JSON document on standard input, answers with one on standard output (docs/pack.md, "The compile worker").
It trusts its caller and nothing else: before a module is written, its rewritten code is compared with the original's,
function by function, so that a mistake of the rewriter is a refusal and never a program that does something else.

The same module gives the same bytes whatever else the process has compiled: marshal marks an object as shared when
its reference count is over 1, and for interned strings that depends on the rest of the process. So all strings are
held twice while they are written. Sets of strings need PYTHONHASHSEED=0, which -I ignores: it starts itself anew then.
"""

import sys

if not sys.flags.isolated and sys.path:
    del sys.path[0]  # the script's folder, or the working one: nothing here is imported from there

import _imp
import hashlib
import json
import marshal
import operator
import os
import warnings

import _frozen_importlib_external as external
from _frozen_importlib_external import MAGIC_NUMBER

RAW_MAGIC = int.from_bytes(MAGIC_NUMBER, "little")
HASH_KEY = 0x666C
UNCHECKED_HASH = (1).to_bytes(4, "little")
NOT_WANTED, ALONE, TOGETHER = 0, 1, 2  # code in the pack, see make_index()
Code = type(compile("", "", "exec"))

FUNCTION = 0x1 | 0x2  # CO_OPTIMIZED, CO_NEWLOCALS: not the code of a module or class
CO_NOFREE = 0x40  # 3.9, 3.10: no cells; a stub has none where the original's nested functions need some
CO_ASYNC_GENERATOR = 0x200
CO_HAS_DOCSTRING = 0x4000000  # 3.14; before, a function without one has None as its first constant
SHAPE = ("co_name", "co_firstlineno", "co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_freevars")
BODY = ("co_code", "co_names", "co_varnames", "co_cellvars", "co_nlocals", "co_stacksize", "co_flags")


# ---- comparing


def children(code):
    return [const for const in code.co_consts if type(const) is Code]


def is_function(code):
    return code.co_flags & FUNCTION == FUNCTION


def qualname_of(code, parent, prefix):
    """The qualified name of a code object in `parent`, whose own is `prefix` ('' for the module)."""
    name = getattr(code, "co_qualname", None)  # 3.11
    if name is not None:
        return name
    if not prefix:
        return code.co_name
    return "%s%s%s" % (prefix, ".<locals>." if is_function(parent) else ".", code.co_name)


def arguments(code):
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & 0x4) + bool(code.co_flags & 0x8)  # *args, **kwargs
    return code.co_varnames[:count]


def docstring(code):
    if not code.co_consts or type(code.co_consts[0]) is not str:
        return None
    if sys.version_info >= (3, 14) and not code.co_flags & CO_HAS_DOCSTRING:
        return None
    return code.co_consts[0]


def lines(code):
    """What decides which line an instruction is on; columns may move with a guard on the same line."""
    return list(code.co_lines()) if hasattr(code, "co_lines") else code.co_lnotab


def constant(value):
    """Something that is equal for constants that are the same in type and value: 0, 0.0, -0.0 and False differ."""
    if type(value) is tuple:
        return tuple(map(constant, value))
    if type(value) is frozenset:
        return frozenset(map(constant, value))
    if type(value) is Code:
        return Code  # compared as children
    return type(value), repr(value) if type(value) in (float, complex) else value


def difference_in_shape(original, rewritten):
    """What a caller, or a stub for a function, must have in common with it. None: nothing differs."""
    for name in SHAPE:
        if getattr(original, name) != getattr(rewritten, name):
            return "%s is %r, was %r" % (name, getattr(rewritten, name), getattr(original, name))
    if arguments(original) != arguments(rewritten):
        return "its parameters are %r, were %r" % (arguments(rewritten), arguments(original))
    if (original.co_flags ^ rewritten.co_flags) & ~CO_NOFREE:
        return "its flags are %#x, were %#x" % (rewritten.co_flags, original.co_flags)
    if is_function(original) and docstring(original) != docstring(rewritten):
        return "its docstring changed"
    return None


def difference_in_body(original, rewritten):
    """For code that ran: everything. None: nothing differs."""
    if sys.version_info >= (3, 13) and not is_function(original):
        # A class lists the attributes that its methods set (__static_attributes__), and stubs set none.
        return None if original.co_names == rewritten.co_names else "co_names changed"
    for name in BODY:
        if getattr(original, name) != getattr(rewritten, name):
            return "%s changed" % name
    if getattr(original, "co_exceptiontable", b"") != getattr(rewritten, "co_exceptiontable", b""):
        return "its exception table changed"
    if list(map(constant, original.co_consts)) != list(map(constant, rewritten.co_consts)):
        return "its constants changed"
    if lines(original) != lines(rewritten):
        return "its line table changed"
    return None


def difference_in_stub(original, rewritten, number):
    """For a lazy function: `rewritten` must be a stub that can stand for it. None: it can."""
    if original.co_flags & CO_ASYNC_GENERATOR:
        return "it is an async generator"
    if set(original.co_freevars) - {"__class__"}:
        return "it closes over %s" % ", ".join(original.co_freevars)
    if "__fl__" not in rewritten.co_names or number not in rewritten.co_consts:
        return "its body is not __fl__(%d)" % number
    if children(rewritten):
        return "its stub holds other code"
    why = difference_in_shape(original, rewritten)
    if not why and rewritten.co_names != ("__fl__",):
        why = "its stub reads %s" % ", ".join(rewritten.co_names)
    return why


class Comparison:
    """Compares a module's two compiled forms and joins them.

    wanted: (qualname, first line) -> function entry of the request. After join(): `code`, the module as it is shipped,
    with the original's own code objects for all that is neither lazy nor guarded nor the module's body; `codes`, the
    lazy functions' original code by number; `refused`, [(number or -1, why)].
    """

    def __init__(self, original, rewritten, wanted, body=None):
        """`body`: the form whose module body is shipped, when that is another one than `rewritten`."""
        self.wanted, self.codes, self.refused = wanted, {}, []
        self.code = self.join(original, rewritten, "", body or rewritten)
        for entry in wanted.values():
            if entry["number"] not in self.codes:
                why = "%s: no such function at line %d" % (entry["qualname"], entry["first_line"])
                self.refused.append((entry["number"], why))

    def join(self, original, rewritten, prefix, base):
        """`base`, one of the two, with the right code objects inside."""
        held, holds = children(original), children(rewritten)
        if len(held) != len(holds):
            why = "%s: holds %d code objects, held %d" % (prefix or "<module>", len(holds), len(held))
            self.refused.append((-1, why))
            return base
        chosen = [self.choose(old, new, qualname_of(old, original, prefix)) for old, new in zip(held, holds)]
        if all(map(operator.is_, chosen, children(base))):
            return base
        chosen = iter(chosen)
        return base.replace(co_consts=tuple(next(chosen) if type(const) is Code else const for const in base.co_consts))

    def choose(self, old, new, qualname):
        """What stands for one code object: a lazy function's stub, or the original's with the right ones inside."""
        entry = self.wanted.get((qualname, old.co_firstlineno)) if is_function(old) else None
        if entry is None:
            number = -1
            guarded = "__fl__" in new.co_names and "__fl__" not in old.co_names
            why = difference_in_shape(old, new) or (None if guarded else difference_in_body(old, new))
            code = self.join(old, new, qualname, new if guarded else old)
        else:
            number, code = entry["number"], new
            why = difference_in_stub(old, new, number)
            if entry["name"] != old.co_name:
                why = "its name is %r" % old.co_name
            if number in self.codes:
                why = "there are two of it"
            self.codes[number] = old
        if why:
            self.refused.append((number, "%s: %s" % (qualname, why)))
        return code


# ---- writing


def strings(code, into):
    """Appends all strings that marshal writes for this code object to the list `into`."""
    todo = [code]
    while todo:
        value = todo.pop()
        if type(value) is str:
            into.append(value)
        elif type(value) in (tuple, frozenset):
            todo.extend(value)
        elif type(value) is Code:
            todo.extend(
                (
                    value.co_consts,
                    value.co_names,
                    value.co_varnames,
                    value.co_freevars,
                    value.co_cellvars,
                    value.co_name,
                    value.co_filename,
                    getattr(value, "co_qualname", ""),
                )
            )


def dumps(code):
    kept = []
    strings(code, kept)
    return marshal.dumps(code)


def write_pyc(path, code, source):
    data = MAGIC_NUMBER + UNCHECKED_HASH + _imp.source_hash(RAW_MAGIC, source) + dumps(code)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def make_blob(module, codes):
    """A module's part of the pack: its head, which is read and hashed whole, and the code of its functions."""
    intern = sys.intern
    lazies = {}
    for name, (target, level, attribute, alias, first, more) in module.get("lazies", {}).items():
        attribute = None if attribute is None else intern(attribute)
        lazies[intern(name)] = (
            intern(target),
            level,
            attribute,
            bool(alias),
            tuple(map(intern, first)),
            tuple(map(intern, more)),
        )
    functions, written, offset = [], [], 0
    for entry in module.get("functions", ()):
        code = dumps(codes[entry["number"]])
        uses = tuple(map(intern, entry["uses"]))
        functions.append((intern(entry["qualname"]), offset, len(code), _imp.source_hash(HASH_KEY, code), uses))
        written.append(code)
        offset += len(code)
    kept = []
    strings((tuple(lazies), tuple(lazies.values()), tuple(functions)), kept)
    head = marshal.dumps((intern(module["hash"]), lazies, tuple(functions)))
    return len(head).to_bytes(4, "little") + head, b"".join(written)


def parse(source, filename):
    """Compiles as the import system does; the error as a text where it cannot."""
    try:
        if type(source) is str:
            source = source.encode()  # so that a byte order mark and the encoding's cookie are read as in a file
        return compile(source, filename, "exec", dont_inherit=True), None
    except Exception as error:
        return None, "%s: %s" % (type(error).__name__, error)


def make(module, blobs):
    """One module: writes its .pyc, appends its blob to the list `blobs`. Gives the answer's fields that are set."""
    with open(module["source"], "rb") as file:
        source = file.read()
    original, error = parse(source, module["filename"])
    if error:
        return {"error": "original: " + error}
    if module.get("rewritten") is None:
        write_pyc(module["pyc"], original, source)
        return {}
    if hashlib.sha256(source).hexdigest()[:16] != module["hash"]:
        return {"error": "original: it changed while it was rewritten"}
    rewritten, error = parse(module["rewritten"], module["filename"])
    if error:
        return {"error": "rewritten: " + error}
    functions = module.get("functions", [])
    wanted = {(entry["qualname"], entry["first_line"]): entry for entry in functions}
    if len(wanted) != len(functions) or [entry["number"] for entry in functions] != list(range(len(functions))):
        raise ValueError("module %s: functions must be numbered from 0, and differ" % module["index"])
    joined = Comparison(original, rewritten, wanted)
    if joined.refused and sys.version_info >= (3, 11):
        # The compiler makes another call of `a.b()` when an import in the module binds `a`. One that never runs does.
        unrun = "\n\nif 0: import %s\n" % ", ".join(sorted(module.get("lazies") or ("sys",)))
        imported, error = parse(module["rewritten"] + unrun, module["filename"])
        joined = joined if error else Comparison(original, imported, wanted, rewritten)
    if joined.refused:
        return {"refused": [{"number": number, "why": why} for number, why in joined.refused]}
    head, rest = make_blob(module, joined.codes)
    write_pyc(module["pyc"], joined.code, source)
    blobs.append(head + rest)
    return {"length": len(blobs[-1]), "hash": _imp.source_hash(HASH_KEY, head).hex()}


def make_patterns(patterns):
    """The blob with the compiled forms of regular expressions: what re's compiler hands to _sre for each.

    Left out is what its compiler warns of or does not take: that is for the application to see.
    """
    import _sre
    import re

    try:
        from re import _compiler as compiler  # 3.11
    except ImportError:
        import sre_compile as compiler

    class Recorder:
        def __getattr__(self, name):
            return getattr(_sre, name)

        def compile(self, *arguments):
            self.arguments = arguments
            return _sre.compile(*arguments)

    rows, compiler._sre = [], Recorder()
    for is_bytes, text, flags in patterns:
        pattern = text.encode("latin-1") if is_bytes else text
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                compiled = compiler.compile(pattern, flags)
            except Exception:
                continue
        given, final, code, groups, index, names = compiler._sre.arguments
        packed = b"".join(word.to_bytes(4, "little") for word in code)
        if compiled == re.compile(pattern, flags) and given == pattern:
            rows.append((pattern, flags, int(final), packed, groups, dict(index), names))
    # Format 2 has no references: the bytes depend on the values alone.
    return marshal.dumps((sys.hexversion, _sre.MAGIC, rows), 2)


def make_texts(dedent, evaluated):
    """The blob with what textwrap.dedent and the compiler of `eval` make of these texts."""
    import textwrap

    compiled = {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for text in evaluated:
            try:
                code = compile(text.lstrip(" \t"), "<string>", "eval", dont_inherit=True)
            except (SyntaxError, Warning, ValueError, RecursionError, MemoryError):
                continue  # eval says so itself
            compiled[text] = marshal.dumps(code, 2)
    return marshal.dumps((sys.hexversion, {text: textwrap.dedent(text) for text in dedent}, compiled), 2)


def make_index(finder):
    """Three blobs: which file the import system finds for a module in its folder, the code of those that it may load one
    after the other, and a list of the code of those that it surely loads.

    finder: {"root": the package's folder, "files": [[file relative to it, NOT_WANTED, ALONE or TOGETHER], …]}. A file
    that the import system would not find by its own name, or with another loader than the usual ones, is left out.
    "aliases": second names in sys.modules and whose they are.
    """
    root, details = finder["root"], external._get_supported_file_loaders()
    finders, folders, codes, offset = {"": external.FileFinder(root, *details)}, {}, [], 0
    together = []
    for file, wanted in finder["files"]:
        folder, _, base = file.rpartition("/")
        if base == "__init__.py":
            folder, _, name = folder.rpartition("/")
        else:
            name = base.partition(".")[0]
        if folder not in finders:
            finders[folder] = external.FileFinder("%s/%s" % (root, folder), *details)
        path = "%s/%s" % (root, file)
        spec = finders[folder].find_spec(name)
        if spec is None or spec.origin != path or name == "__init__":
            continue
        kind = {external.SourceFileLoader: 0, external.ExtensionFileLoader: 2}.get(type(spec.loader))
        if kind is None or bool(spec.submodule_search_locations) != (base == "__init__.py"):
            continue
        at, length = offset, 0
        if kind == 0:
            kind = int(base == "__init__.py")
            code = shipped_code(spec.cached) if wanted != NOT_WANTED else b""
            if code and wanted == TOGETHER:
                at, length = len(together), -1
                together.append(marshal.loads(code))
            else:
                codes.append(code)
                length = len(code)
                offset += length
        within = file[len(folder) + 1 :] if folder else file
        rows = folders.setdefault(folder, {})
        rows[name] = within, os.stat(path).st_size, kind, at, length
    names = [(suffix, loader.__name__) for suffix, loader in finders[""]._loaders]
    index = marshal.dumps((sys.implementation.cache_tag, names, folders, finder["aliases"]), 2)
    return index, b"".join(codes), marshal.dumps(together)


def shipped_code(path):
    """What follows the header of a .pyc that is used whatever its source; b"" without one."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return b""
    return data[16:] if data[:8] == MAGIC_NUMBER + UNCHECKED_HASH else b""


def run(request):
    warnings.simplefilter("ignore")  # SyntaxWarnings are the original's, and were seen when it was compiled
    answers, blobs, offset = [], [], 0
    for module in request["modules"]:
        answer = {"index": module["index"], "offset": offset, "length": 0, "hash": "", "refused": [], "error": None}
        try:
            answer.update(make(module, blobs))
        except RecursionError as error:
            answer["error"] = "original: %s" % error
        offset += answer["length"]
        answers.append(answer)
    parts = []
    if "prepare" in request:
        asked = request["prepare"]
        made = make_patterns(asked["patterns"]), make_texts(asked["dedent"], asked["eval"])
        parts.extend(enumerate(made, asked["index"]))
    if "finder" in request:
        parts.extend(enumerate(make_index(request["finder"]), request["finder"]["index"]))
    for number, blob in parts:
        answer = {"index": number, "offset": offset, "length": len(blob), "refused": [], "error": None}
        answers.append({**answer, "hash": _imp.source_hash(HASH_KEY, blob).hex()})
        blobs.append(blob)
        offset += len(blob)
    with open(request["blobs"], "wb") as file:
        file.writelines(blobs)
    return {"modules": answers}


def main():
    if sys.flags.hash_randomization:
        command = [sys.executable, "-s", "-S", "-B", os.path.abspath(__file__)]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        os.execve(sys.executable, command, {**environment, "PYTHONHASHSEED": "0"})
    for number in range(256):  # one object each in all of CPython, so marked as interned by whoever comes first
        sys.intern(chr(number))
    sys.intern("")
    sys.setrecursionlimit(5000)
    try:
        answer = run(json.loads(sys.stdin.buffer.read()))
    except OSError as error:
        answer = {"modules": [], "error": "%s: %s" % (error.filename, error.strerror)}
    except Exception as error:
        answer = {"modules": [], "error": "bad request: %s: %s" % (type(error).__name__, error)}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 1 if answer.get("error") else 0


if __name__ == "__main__":
    sys.exit(main())
