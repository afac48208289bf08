"""CPython's word on the golden cases: what they become compiles, and keeps lines, signatures, kinds and docstrings.

python golden_compile.py FOLDER
"""

import glob
import os
import re
import sys

from rewrite_round_trip import docstrings, module_level, shape


def lines_of(source):
    return source.count(b"\n") + (not source.endswith(b"\n"))


def problems_of(source, text, file):
    before = compile(source, file, "exec", dont_inherit=True)
    after = compile(text, file, "exec", dont_inherit=True)
    old, new = list(module_level(before)), list(module_level(after))
    if [shape(code) for code in old] != [shape(code) for code in new]:
        yield f"{[shape(code) for code in old]} became {[shape(code) for code in new]}"
    if docstrings(source) != docstrings(text):
        yield f"{docstrings(source)} became {docstrings(text)}"
    epilogue = re.search(rb"^# epilogue\r?$", source, re.M) is not None
    wanted = max(lines_of(source), 1) + epilogue
    if lines_of(text) != wanted:
        yield f"{lines_of(text)} lines instead of {wanted}"
    for at, (one, other) in enumerate(zip(source.splitlines(), text.splitlines()), 1):
        name = re.match(rb"\s*(?:async )?(?:def|class)\s+\w*|\s*@", one)
        if name and not other.startswith(name.group()):
            yield f"line {at}: {other!r} instead of {one!r}"


def main():
    failures = cases = 0
    for file in sorted(glob.glob(os.path.join(sys.argv[1], "*.out.py"))):
        with open(file[: -len(".out.py")] + ".py", "rb") as stream:
            source = stream.read()
        with open(file, "rb") as stream:
            text = stream.read()
        needs = re.search(rb"^# python: 3\.(\d+)", source, re.M)
        if needs and sys.version_info < (3, int(needs.group(1))):
            print("skipped", os.path.basename(file), "needs Python 3." + needs.group(1).decode())
            continue
        cases += 1
        for problem in problems_of(source, text, file):
            failures += 1
            print("fails", os.path.basename(file), problem)
    print(f"{cases} cases, {failures} failures")
    return 1 if failures or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
