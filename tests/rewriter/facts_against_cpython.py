"""Compares what faaslight-facts reads off Python files with what CPython itself says of them.

    python facts_against_cpython.py FAASLIGHT_FACTS [--limit N] FILE_OR_FOLDER...

CPython compiles each file; its syntax tree, symbol tables and code objects are the truth. Differences on the unsafe side
are printed and counted; the exit code says whether there were any. Files that CPython does not compile are skipped.
Files that faaslight-facts refuses are listed: a refused file is kept as it is, so that is safe, but should be rare.
"""

import ast
import collections
import dis
import json
import os
import subprocess
import symtable
import sys
import types
import warnings

warnings.simplefilter("ignore")
OPTIMIZED_FUNCTION = 0x3  # CO_OPTIMIZED | CO_NEWLOCALS
COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}
READS = {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"}
STORES = {"STORE_GLOBAL", "DELETE_GLOBAL"}
# What the compiler reads or keeps on its own account.
IMPLICIT = {
    "__name__",
    "__annotations__",
    "__build_class__",
    "__class__",
    "__classdict__",
    ".type_params",
    ".generic_base",
    ".defaults",
    ".kwdefaults",
    "__static_attributes__",
    "__firstlineno__",
    "AssertionError",
}


def is_function(code):
    return (
        code.co_flags & OPTIMIZED_FUNCTION == OPTIMIZED_FUNCTION
        and code.co_name not in COMPREHENSIONS
        and not code.co_name.startswith("<generic parameters")
    )


def walk_codes(code):
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield const
            yield from walk_codes(const)


def globals_of(code, kinds):
    """Names of globals that this code and what belongs to it (comprehensions, class bodies) touch."""
    names = set()
    for instruction in dis.get_instructions(code):
        if instruction.opname in kinds:
            names.add(instruction.argval)
    for const in code.co_consts:
        if isinstance(const, types.CodeType) and not is_function(const):
            names |= globals_of(const, kinds)
    return names - IMPLICIT


def kind_of(code):
    if code.co_flags & 0x200:
        return "async_generator"
    if code.co_flags & 0x80:
        return "coroutine"
    return "generator" if code.co_flags & 0x20 else "plain"


def parameters_of(code):
    names = list(code.co_varnames)
    positional, keyword_only = code.co_argcount, code.co_kwonlyargcount
    out = [
        (name, "positional_only" if i < code.co_posonlyargcount else "positional")
        for i, name in enumerate(names[:positional])
    ]
    at = positional + keyword_only
    if code.co_flags & 4:
        out.append((names[at], "var_positional"))
        at += 1
    out += [(name, "keyword_only") for name in names[positional : positional + keyword_only]]
    if code.co_flags & 8:
        out.append((names[at], "var_keyword"))
    return out


class Comparison:
    def __init__(self):
        self.files = self.functions = self.skipped = 0
        self.refused = []
        self.differences = []

    def differ(self, what):
        self.differences.append(f"{self.file}: {what}")

    def compare(self, file, answer):
        self.file = file
        with open(file, "rb") as stream:
            source = stream.read()
        try:
            tree = ast.parse(source, file)
            module = compile(source, file, "exec", dont_inherit=True)
            if source.startswith(b"\xef\xbb\xbf"):
                table = symtable.symtable(source[3:].decode("utf-8"), file, "exec")
            else:
                table = symtable.symtable(source, file, "exec")
        except (SyntaxError, ValueError, RecursionError, MemoryError, LookupError):
            self.skipped += 1
            return
        if "error" in answer:
            self.refused.append(f"{file}: {answer['error']}")
            return
        self.files += 1
        facts = answer["facts"]
        self.lines = [0]
        for line in source.split(b"\n"):
            self.lines.append(self.lines[-1] + len(line) + 1)
        self.source = source
        self.bom = 3 if source.startswith(b"\xef\xbb\xbf") else 0
        self.compare_tree(tree, facts)
        self.compare_codes(module, facts)
        self.compare_bindings(module, table, facts)

    def offset(self, line, column):
        return self.lines[line - 1] + column + (self.bom if line == 1 else 0)

    # --- the syntax tree: imports, definitions and their ranges
    def compare_tree(self, tree, facts):
        imports, functions, classes = [], [], []
        for node in ast.walk(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                imports.append(node)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                functions.append(node)
            elif isinstance(node, ast.ClassDef):
                classes.append(node)
        self.compare_imports(imports, facts)
        names = collections.Counter((getattr(f, "name", "<lambda>"), f.lineno) for f in functions)
        ours = collections.Counter((f["name"], f["def_line"]) for f in facts["functions"])
        if names != ours:
            self.differ(f"functions: missing {names - ours}, extra {ours - names}")
        names = collections.Counter((c.name, c.lineno) for c in classes)
        ours = collections.Counter((c["qualname"].rpartition(".")[2], c["line"]) for c in facts["classes"])
        if names != ours:
            self.differ(f"classes: missing {names - ours}, extra {ours - names}")
        self.defined = {
            (getattr(f, "name", "<lambda>"), min([f.lineno] + [d.lineno for d in getattr(f, "decorator_list", [])]))
            for f in functions
        }
        by_place = {(f["def_line"], f["name"], f["range"][0]): f for f in facts["functions"]}
        for node in functions:
            if not isinstance(node, ast.Lambda):
                self.compare_body(node, by_place)

    def compare_body(self, node, by_place):
        begin = self.offset(node.lineno, node.col_offset)
        if node.decorator_list:
            first = node.decorator_list[0]
            begin = self.source.rindex(b"@", 0, self.offset(first.lineno, first.col_offset))
        fact = by_place.get((node.lineno, node.name, begin))
        if fact is None:
            return self.differ(f"{node.name}, line {node.lineno}: no function begins at byte {begin}")
        docstring = ast.get_docstring(node, clean=False) is not None
        if docstring != fact["has_docstring"]:
            self.differ(f"{node.name}, line {node.lineno}: docstring {docstring}")
        body = node.body[1:] if docstring else node.body
        if fact["end_line"] != node.end_lineno:
            self.differ(f"{node.name}, line {node.lineno}: ends at line {node.end_lineno}, not {fact['end_line']}")
        if not body:
            if fact["body"][0] != fact["body"][1]:
                self.differ(f"{node.name}, line {node.lineno}: a body beside the docstring")
            return
        first = body[0]
        expected = self.offset(first.lineno, first.col_offset)
        if getattr(first, "decorator_list", None):
            first = first.decorator_list[0]
            expected = self.source.rindex(b"@", 0, self.offset(first.lineno, first.col_offset))
        # CPython leaves the parentheses around an expression out of its range.
        if self.source[fact["body"][0] : expected].strip(b"( \t\f\r\n\\"):
            self.differ(f"{node.name}, line {node.lineno}: body begins at {expected}, not {fact['body'][0]}")
        end = self.offset(body[-1].end_lineno, body[-1].end_col_offset)
        if fact["body"][1] < end or self.source[end : fact["body"][1]].strip(b") \t\f\r\n;,\\"):
            if b"#" not in self.source[end : fact["body"][1]]:
                self.differ(f"{node.name}, line {node.lineno}: body ends at {end}, not {fact['body'][1]}")

    def compare_imports(self, imports, facts):
        imports.sort(key=lambda node: (node.lineno, node.col_offset))
        expected = []
        for node in imports:
            is_from = isinstance(node, ast.ImportFrom)
            names = []
            for alias in node.names:
                module = (node.module or "") if is_from else alias.name
                names.append(
                    (
                        module,
                        node.level if is_from else 0,
                        alias.name if is_from else "",
                        alias.asname or (alias.name if is_from else alias.name.split(".")[0]),
                        alias.asname is not None,
                    )
                )
            expected.append(
                (
                    node.lineno,
                    node.end_lineno,
                    is_from,
                    names,
                    [self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)],
                )
            )
        ours = [
            (
                i["line"],
                i["end_line"],
                i["is_from"],
                [(n["module"], n["level"], n["attribute"], n["bound"], n["has_alias"]) for n in i["names"]],
                i["range"],
            )
            for i in facts["imports"]
        ]
        if expected != ours:
            first = next((pair for pair in zip(expected, ours) if pair[0] != pair[1]), (len(expected), len(ours)))
            self.differ(f"imports: {first}")

    # --- code objects: what each function is and uses
    def compare_codes(self, module, facts):
        named = list(facts["at_import"]["names"]) + [read["name"] for read in facts["all_reads"]]
        self.compare_reads("at import", globals_of(module, READS), named)
        ours = collections.defaultdict(list)
        for fact in facts["functions"]:
            ours[fact["first_line"], fact["name"]].append(fact)
        for code in walk_codes(module):
            if not is_function(code):
                continue
            self.functions += 1
            candidates = ours[code.co_firstlineno, code.co_name]
            if (code.co_name, code.co_firstlineno) not in self.defined:
                continue  # the value of a type alias, or the bound of a type parameter
            if not candidates:
                self.differ(f"no {code.co_name} at line {code.co_firstlineno}")
                continue
            problems = [self.compare_function(code, fact) for fact in candidates]
            if all(problems):
                self.differ(f"{code.co_name}, line {code.co_firstlineno}: {min(problems, key=len)}")

    def compare_function(self, code, fact):
        """What differs, as a list of texts."""
        out = []
        qualname = getattr(code, "co_qualname", None)
        if qualname is not None and not fact["is_lambda"]:
            plain = fact["qualname"]
            for name in COMPREHENSIONS:  # inlined since 3.12
                plain = plain.replace(name + ".<locals>.", "")
                qualname = qualname.replace(name + ".<locals>.", "")
            if qualname != plain:
                out.append(f"qualname {qualname}, not {plain}")
        if kind_of(code) != fact["kind"]:
            out.append(f"kind {kind_of(code)}, not {fact['kind']}")
        theirs = parameters_of(code)
        ours = [(name, kind) for name, kind, _ in fact["parameters"]]
        # co_varnames has *args behind the keyword-only ones, we have source order.
        order = {"positional_only": 0, "positional": 0, "var_positional": 1, "keyword_only": 2, "var_keyword": 3}
        ours.sort(key=lambda parameter: order[parameter[1]])
        same = len(theirs) == len(ours) and all(
            a[1] == b[1] and (a[0] == b[0] or (a[0].endswith(b[0]) and b[0].startswith("__")))
            for a, b in zip(theirs, ours)
        )
        if not same:
            out.append(f"parameters {theirs}, not {ours}")
        cell = "__class__" in code.co_freevars
        # A variable of an enclosing function may have that name as well.
        if cell != fact["needs_class_cell"] and not (cell and fact["other_free_variables"]):
            out.append(f"class cell {'__class__' in code.co_freevars}")
        others = set(code.co_freevars) - {"__class__", "__classdict__"}
        if bool(others) != fact["other_free_variables"]:
            # A name that only an unevaluated annotation mentions is closed over by some versions.
            if others or sys.version_info >= (3, 14):
                out.append(f"closes over {others}")
            elif not cell and not self.loose_annotations():
                out.append("closes over nothing")
        missing = globals_of(code, READS) - set(fact["own"]["names"])
        if missing:
            out.append(f"reads {missing} too")
        stored = globals_of(code, STORES) - set(fact["declared_global"])
        if stored:
            out.append(f"declares {stored} global")
        return out

    def loose_annotations(self):
        return b"from __future__ import annotations" in self.source or sys.version_info >= (3, 10)

    def compare_reads(self, where, theirs, ours):
        missing = theirs - set(ours)
        if missing:
            self.differ(f"{where}: reads {missing} too")

    # --- symbol tables: what the module binds
    def compare_bindings(self, module, table, facts):
        bound, imported, defined, unsure = set(), set(), set(), set()
        names = {i.argval for i in dis.get_instructions(module) if i.opname in ("STORE_NAME", "DELETE_NAME")}
        for symbol in table.get_symbols():
            # Since 3.12 the table lists the variables of inlined comprehensions, too. What is in it and not in the
            # code may also be a bare annotation, or stand under `if False:`; to have it is no mistake.
            if sys.version_info >= (3, 12) and symbol.get_name() not in names:
                unsure.add(symbol.get_name())
                continue
            if symbol.is_assigned() or symbol.is_imported() or symbol.is_annotated():
                bound.add(symbol.get_name())
            if symbol.is_imported():
                imported.add(symbol.get_name())
            if symbol.is_namespace():
                defined.add(symbol.get_name())
        stored = set()
        for code in walk_codes(module):
            stored |= {i.argval for i in dis.get_instructions(code) if i.opname in STORES}
        ours = set(facts["bindings"])
        expected = (bound | stored) - IMPLICIT
        missing, extra = expected - ours, ours - expected - IMPLICIT - unsure
        # `global` in a class body or in code that the compiler drops
        extra = {name for name in extra if not facts["bindings"][name]["global_in_function"]}
        if missing or extra:
            self.differ(f"bindings: missing {missing}, extra {extra}")
        for name in imported & ours:
            if not facts["bindings"][name]["import"]:
                self.differ(f"bindings: {name} is imported")
        for name in defined & ours:
            if not facts["bindings"][name]["definition"] and name not in (".defaults",):
                if not facts["bindings"][name]["assignment"]:
                    self.differ(f"bindings: {name} is defined")
        for name in stored & ours:
            if not facts["bindings"][name]["global_in_function"]:
                self.differ(f"bindings: {name} is bound by a function")


def python_files(paths):
    for path in paths:
        if os.path.isfile(path):
            yield path
        for folder, folders, files in os.walk(path):
            folders.sort()
            yield from (os.path.join(folder, name) for name in sorted(files) if name.endswith(".py"))


def main():
    sys.setrecursionlimit(10000)
    arguments = sys.argv[1:]
    program = arguments.pop(0)
    limit = None
    if arguments[0] == "--limit":
        limit = int(arguments[1])
        del arguments[:2]
    files = list(python_files(arguments))[:limit]
    comparison = Comparison()
    for at in range(0, len(files), 200):
        part = files[at : at + 200]
        answers = subprocess.run(
            [program, "-"],
            input="\n".join(part) + "\n",
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=True,
        ).stdout
        for file, line in zip(part, answers.split("\n")):
            comparison.compare(file, json.loads(line))
    for text in comparison.refused:
        print("refused", text)
    for text in comparison.differences:
        print("differs", text)
    print(
        f"{sys.version.split()[0]}: {comparison.files} files and {comparison.functions} functions compared, "
        f"{comparison.skipped} files that CPython refuses, {len(comparison.refused)} refused by us, "
        f"{len(comparison.differences)} differences"
    )
    return 1 if comparison.differences or not comparison.files else 0


if __name__ == "__main__":
    sys.exit(main())
