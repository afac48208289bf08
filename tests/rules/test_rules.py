"""The rules, case by case: each file of cases/ is a small application, and its comments say what must become of it.

A case is a Python file in parts: `# file: NAME` begins a file of the application. Comments at the end of a line state the
decision for what begins on that line:
    import x        # lazy            is taken out of the text, and loads nothing there
    import x        # eager           stays
    import x        # hoist: a.b      loads a.b there
    def f(): …      # lazy / kept / guard: a b   the body is loaded on first use / stays / binds a and b first
`main.handler` is the handler; the events are none, so that the trace is of the import and of what `handler` does when
the case has an `# event` line. `# then: EXPRESSION` lines are evaluated on the original and on the rewritten package,
each in a fresh process: what no event showed must come out the same.
"""

import json
import re
from pathlib import Path

import pytest
from machine import any_python, run_python, succeed

CASES = sorted((Path(__file__).parent / "cases").glob("*.py"))

CALL = """
import json, sys
answers = []
for text in json.loads(sys.argv[1]):
    import main
    try:
        answers.append(repr(eval(text, {"main": main, "sys": sys})))
    except Exception as error:
        answers.append(f"{type(error).__name__}: {error}")
print(json.dumps(answers))
"""


def write_app(case, folder):
    """Splits a case into its files; gives the expressions to try."""
    part = None
    for line in case.read_text().splitlines():
        begin = re.match(r"# file: (\S+)$", line)
        if begin:
            part = folder / begin.group(1)
            part.parent.mkdir(parents=True, exist_ok=True)
            part.write_text("")
        elif part:
            with part.open("a") as file:
                file.write(line + "\n")
    return re.findall(r"^# then: (.*)$", case.read_text(), re.MULTILINE)


def body_after(lines, start):
    """The text of a function's header line and what follows it, up to the next statement at its depth."""
    depth = len(lines[start]) - len(lines[start].lstrip())
    taken = [lines[start]]
    for line in lines[start + 1 :]:
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            break
        taken.append(line)
    return "\n".join(taken)


def check_line(number, line, original, rewritten):
    """One annotated line against the rewritten text; gives what is wrong, or nothing."""
    stated = re.search(r"# (lazy|eager|kept|guard|hoist)(?:: (.*))?$", line)
    if not stated:
        return None
    verdict, names = stated.group(1), (stated.group(2) or "").split()
    code = line[: stated.start()].strip()
    if code.startswith(("def ", "async def ")):
        body = body_after(rewritten, number)
        if verdict == "lazy":
            good = re.search(r"__fl__\(\d+", body)
        elif verdict == "guard":
            good = f"__fl__.use({', '.join(map(repr, names))})" in body
        else:
            good = "__fl__" not in body
    elif verdict == "hoist":
        good = f"__fl__.load({', '.join(map(repr, names))})" in rewritten[number]
    else:
        good = (code in rewritten[number]) == (verdict == "eager")
        good = good and (verdict == "eager" or "__fl__.load(" not in rewritten[number])
    return None if good else f"line {number + 1}: {line.strip()!r} became {rewritten[number].strip()!r}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case, tmp_path):
    app, python = tmp_path / "app", any_python()
    expressions = write_app(case, app)
    events = []
    if "\n# event" in case.read_text():
        (tmp_path / "event.json").write_text("{}")
        events = ["--events", tmp_path / "event.json"]
    succeed(
        "faaslight-trace", app, "--handler", "main.handler", "--python", python, *events, "-o", tmp_path / "app.trace"
    )
    out, texts = tmp_path / "out", tmp_path / "texts"
    succeed(
        "faaslight-rewrite", app, "--trace", tmp_path / "app.trace", "-o", out, "--emit-source", texts, "--no-repair"
    )
    wrong = []
    for file in sorted(app.rglob("*.py")):
        original = file.read_text().splitlines()
        text = texts / file.relative_to(app)
        rewritten = (text if text.exists() else file).read_text().splitlines()
        assert len(rewritten) >= len(original), "no line moves"
        for number, line in enumerate(original):
            if error := check_line(number, line, original, rewritten):
                wrong.append(f"{file.relative_to(app)}, {error}")
    assert not wrong, "\n".join(wrong)
    for expression in [*expressions, None]:
        asked = expressions if expression is None else [expression]
        answers = [run_python(python, CALL, app=folder, arguments=[json.dumps(asked)]) for folder in (app, out)]
        assert answers[0] == answers[1]
