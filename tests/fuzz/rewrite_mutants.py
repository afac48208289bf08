"""Rewrites mutants of real Python sources, and lets CPython judge the result.

    python rewrite_mutants.py FAASLIGHT_FACTS [--count N | --minutes M] [--seed S] [--keep FOLDER] [FILE_OR_FOLDER...]

What CPython compiled before must compile after, with the same lines, and every function with the same name, signature,
defaults, decorators, annotations, docstring and kind; and what faaslight-facts reads off the source must be what CPython
says of it. Without a folder the mutants are made of this interpreter's standard library. What fails is made small and
printed, and kept in FOLDER.
"""

import argparse
import ast
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import warnings

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "rewriter"))
import facts_against_cpython  # noqa: E402
import rewrite_round_trip  # noqa: E402
from mutate_source import donors_of, mutant  # noqa: E402

warnings.simplefilter("ignore")
sys.setrecursionlimit(10000)
BATCH = 250
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError, LookupError)


def compiles(source):
    try:
        compile(source, "m", "exec", dont_inherit=True)
    except UNREADABLE:
        return False
    return True


def ask(program, mode, files):
    """The program's answers for these files."""
    command = [program, *([mode] if mode else []), "-"]
    done = subprocess.run(command, input="\n".join(files) + "\n", stdout=subprocess.PIPE, text=True, encoding="utf-8")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode or len(answers) != len(files):
        where = files[len(answers)] if len(answers) < len(files) else files[-1]
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode} at {where}")
    return answers


def heads(source):
    """All that stands in front of the bodies of the functions that no function encloses."""
    out, todo = [], [ast.parse(source)]
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            parts = [node.args, *node.decorator_list, *filter(None, [node.returns]), *getattr(node, "type_params", [])]
            out.append((type(node).__name__, node.name, node.lineno, [ast.dump(part) for part in parts]))
        elif not isinstance(node, ast.expr):
            todo += ast.iter_child_nodes(node)
    return sorted(out, key=repr)


def rewriting_problems(file, source, answer):
    if "text" not in answer:
        return []
    if any(isinstance(node, ast.Raise) for node in ast.parse(source).body):
        return []  # some CPythons drop the functions behind it: nothing to compare
    problems = rewrite_round_trip.judge(file, source, answer)
    if not problems and heads(source) != heads(answer["text"].encode()):
        problems = ["a signature, a decorator or an annotation changed"]
    return problems


def fact_problems(file, answer):
    comparison = facts_against_cpython.Comparison()
    comparison.compare(file, answer)
    return [text.partition(": ")[2] for text in comparison.differences]


def problems_of(program, files):
    """file -> (mode, problem) for those that have one; and how many were rewritten."""
    found, rewritten = {}, 0
    for mode in (None, "--rewrite", "--guard"):
        for file, answer in zip(files, ask(program, mode, files)):
            source = pathlib.Path(file).read_bytes()
            rewritten += mode == "--rewrite" and "text" in answer
            problems = rewriting_problems(file, source, answer) if mode else fact_problems(file, answer)
            if problems:
                found.setdefault(file, (mode or "facts", problems[0]))
    return found, rewritten


def smaller(program, folder, source, mode):
    """Lines are left out as long as the same kind of problem remains."""
    path = os.path.join(folder, "small.py")

    def fails(lines):
        candidate = b"".join(lines)
        if not compiles(candidate):
            return False
        pathlib.Path(path).write_bytes(candidate)
        found, _ = problems_of(program, [path])
        return path in found and found[path][0] == mode

    lines = source.splitlines(keepends=True)
    size = len(lines) // 2
    while size:
        at = 0
        while at < len(lines):
            fewer = lines[:at] + lines[at + size :]
            if fails(fewer):
                lines = fewer
            else:
                at += size
        size //= 2
    return b"".join(lines)


def make_batch(chance, donors, folder):
    """Paths of mutants that CPython compiles, and how many were tried."""
    files, tried = [], 0
    while len(files) < BATCH:
        tried += 1
        source = mutant(chance, donors)
        if compiles(source):
            files.append(os.path.join(folder, f"m{len(files)}.py"))
            pathlib.Path(files[-1]).write_bytes(source)
    return files, tried


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("paths", nargs="*", default=[os.path.dirname(os.__file__)])
    parser.add_argument("--count", type=int, default=BATCH)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep")
    options = parser.parse_intermixed_args()
    chance = random.Random(options.seed)
    donors = donors_of(facts_against_cpython.python_files(options.paths), options.seed)
    begin = time.monotonic()
    mutants = tried = rewritten = 0
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() - begin < options.minutes * 60 if options.minutes else mutants < options.count:
            files, more = make_batch(chance, donors, folder)
            tried += more
            found, done = problems_of(options.program, files)
            mutants, rewritten = mutants + len(files), rewritten + done
            for file, (mode, problem) in found.items():
                source = smaller(options.program, folder, pathlib.Path(file).read_bytes(), mode)
                failures.append(source)
                print(f"fails ({mode}): {problem}\n{source!r}", flush=True)
                if options.keep:
                    pathlib.Path(options.keep).mkdir(parents=True, exist_ok=True)
                    pathlib.Path(options.keep, f"{options.seed}-{len(failures)}.py").write_bytes(source)
    print(
        f"{sys.version.split()[0]}: {mutants} mutants of {tried} compile, {rewritten} were rewritten, "
        f"{len(failures)} failures"
    )
    return 1 if failures or rewritten < mutants / 2 else 0


if __name__ == "__main__":
    sys.exit(main())
