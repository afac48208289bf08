"""Rewrites every file as boldly as it allows and lets CPython judge the result.

    python rewrite_round_trip.py FAASLIGHT_FACTS [--guard] [--limit N] FILE_OR_FOLDER...

faaslight-facts --rewrite makes every function and module-level import lazy that can be, guards the others, and adds
hoists, prologue and epilogue; with --guard no function is lazy and all are guarded. The result must compile, must have as many lines, and every function that is left must
have its name, first line, kind, parameters and free variables; what was made lazy keeps its docstring.
"""

import ast
import json
import subprocess
import sys
import types
import warnings

from facts_against_cpython import is_function, python_files

warnings.simplefilter("ignore")


def shape(code):
    names = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)
    return (
        code.co_name,
        code.co_firstlineno,
        code.co_argcount,
        code.co_posonlyargcount,
        code.co_kwonlyargcount,
        code.co_varnames[:names],
        code.co_flags & 0x2AC,
        code.co_freevars,
    )


def docstrings(source):
    """Of the module, of its classes and of the functions that no function encloses, with their names and lines."""
    out, todo = [], [ast.parse(source)]
    while todo:
        node = todo.pop()
        out.append((getattr(node, "name", ""), getattr(node, "lineno", 0), ast.get_docstring(node, clean=False)))
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            todo += [n for n in node.body if isinstance(n, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))]
    return out


def module_level(code):
    """The functions that no function encloses: those that rewriting keeps."""
    for const in code.co_consts:
        if not isinstance(const, types.CodeType):
            continue
        if is_function(const):
            yield const
        elif not const.co_name.startswith("<") or const.co_name.startswith("<generic"):
            yield from module_level(const)


def judge(file, source, answer):
    """The problems of one rewritten file."""
    before = compile(source, file, "exec", dont_inherit=True)
    text = answer["text"]
    try:
        after = compile(text.encode(), file, "exec", dont_inherit=True)
    except SyntaxError as error:
        return [f"line {error.lineno}: {error.msg}: {(error.text or '').rstrip()[:200]!r}"]
    problems = []
    old_lines, new_lines = source.split(b"\n"), text.encode().split(b"\n")
    # The epilogue stands on a line of its own at the end.
    if old_lines[-1] == b"":
        old_lines.pop()
    # In a file of comments alone the prologue may have taken the empty line behind them.
    spare = 0 if ast.parse(source).body else 1
    if not 2 <= len(new_lines) - max(len(old_lines), 1) <= 2 + spare:
        problems.append(f"{len(old_lines)} lines became {len(new_lines)}")
    for old, new in zip(module_level(before), module_level(after)):
        if shape(old) != shape(new):
            problems.append(f"{shape(old)} became {shape(new)}")
            break
    counts = [sum(1 for _ in module_level(code)) for code in (before, after)]
    if counts[0] != counts[1]:
        problems.append(f"{counts[0]} functions became {counts[1]}")
    if docstrings(source) != docstrings(text.encode()):
        problems.append("a docstring changed")
    return problems


def main():
    arguments = sys.argv[1:]
    program = arguments.pop(0)
    mode, limit = "--rewrite", None
    if arguments[0] in ("--guard", "--rewrite"):
        mode = arguments.pop(0)
    if arguments[0] == "--limit":
        limit = int(arguments[1])
        del arguments[:2]
    files = list(python_files(arguments))[:limit]
    rewritten = lazy = guarded = imports = failures = 0
    refused = []
    for at in range(0, len(files), 200):
        part = files[at : at + 200]
        answers = subprocess.run(
            [program, mode, "-"],
            input="\n".join(part) + "\n",
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=True,
        ).stdout
        for file, line in zip(part, answers.split("\n")):
            answer = json.loads(line)
            with open(file, "rb") as stream:
                source = stream.read()
            try:
                compile(source, file, "exec", dont_inherit=True)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            if "text" not in answer:
                refused.append(f"{file}: {answer.get('error') or answer.get('refused')}")
                continue
            rewritten += 1
            lazy += answer["lazy"]
            guarded += answer["guarded"]
            imports += answer["imports"]
            for problem in judge(file, source, answer):
                failures += 1
                print("fails", file, problem)
    for text in refused:
        print("refused", text)
    print(
        f"{sys.version.split()[0]}: {rewritten} files rewritten ({lazy} lazy functions, {guarded} guards, {imports} lazy "
        f"imports), {len(refused)} refused, {failures} failures"
    )
    return 1 if failures or not rewritten else 0


if __name__ == "__main__":
    sys.exit(main())
