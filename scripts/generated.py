"""Text in our documents that is made, not typed: it stands between <!-- begin NAME --> and <!-- end NAME -->.

generated.py session FILE --python PATH   puts a recorded demo into README.md
generated.py commands                     checks the README's session against the commands on standard input
generated.py tables [--check]             exit codes (from base/result.h), pinned versions (from scripts/), the sample
                                          workloads (from their folders), and bench/results/ in README.md
"""

import argparse
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "sample_workloads"), str(ROOT / "bench")]

import catalog  # noqa: E402
import tables as bench_tables  # noqa: E402


def block(text, name):
    """The place of a block's content in a text: (start, end)."""
    found = re.search(rf"<!-- begin {name} -->\n(.*?)<!-- end {name} -->", text, re.DOTALL)
    if not found:
        raise SystemExit(f"generated: no block '{name}' in the document: put its two markers back")
    return found.span(1)


def replace(path, name, content):
    """Puts content into the block and tells whether that changed the file."""
    text = path.read_text()
    start, end = block(text, name)
    new = text[:start] + content + text[end:]
    if new == text:
        return False
    path.write_text(new)
    return True


def neutral(line, python):
    """A line of a session without what is this machine's own: interpreter, folder, port."""
    minor = re.search(r"app20-(3\.\d+)", line)
    line = line.replace(python, f"python{minor.group(1)}" if minor else "python3")
    line = line.replace(f"{ROOT}/", "").replace(str(ROOT), ".")
    return re.sub(r"http://127\.0\.0\.1:\d+/", "http://127.0.0.1:8020/", line)


def write_session(recorded, python):
    lines = [neutral(line.rstrip(), python) for line in Path(recorded).read_text().splitlines()]
    content = "```console\n" + "\n".join(lines).strip() + "\n```\n"
    changed = replace(ROOT / "README.md", "session", content)
    print("README.md: session", "updated" if changed else "is current")


def check_commands(expected):
    """The commands of the README's session, in the words of `demo.sh --list`."""
    text = (ROOT / "README.md").read_text()
    start, end = block(text, "session")
    shown = [line[2:] for line in text[start:end].splitlines() if line.startswith("$ ")]
    shown = [re.sub(r"RANDOM_USER_URL=http://\S+", "RANDOM_USER_URL=RANDOM_USER_URL", line) for line in shown]
    shown = [re.sub(r"app20-3\.\d+", "app20-3.N", line) for line in shown]
    shown = [re.sub(r"(^|\s)python3\.\d+(?=\s)", r"\1PYTHON", line) for line in shown]
    if shown == expected:
        return 0
    print("README.md: its session is not what 'make demo' runs now: make demo && scripts/update-readme.sh")
    return 1


def exit_code_table():
    source = (ROOT / "base/result.h").read_text()
    enum = re.search(r"enum class ExitCode : int \{(.*?)\};", source, re.DOTALL).group(1)
    rows = re.findall(r"k(\w+) = (\d+),(?:\s*// (.*))?", enum)
    lines = ["| code | name | means |", "|---|---|---|"]
    lines += [f"| {code} | {name} | {meaning or 'it went well'} |" for name, code, meaning in rows]
    return "\n".join(lines) + "\n"


def pins_table():
    lines = ["| package | version | list |", "|---|---|---|"]
    for path in sorted((ROOT / "scripts/requirements").glob("*.txt")):
        for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", path.read_text(), re.MULTILINE):
            lines.append(f"| {name} | {version} | `scripts/requirements/{path.name}` |")
    # Of npm's and Go's what we ask for; what that needs in turn stands in their lock files.
    node = json.loads((ROOT / "scripts/requirements/servers-node/package.json").read_text())["dependencies"]
    go = (ROOT / "scripts/requirements/servers-go/go.mod").read_text()
    tool = re.search(r"^tool (\S+?)/cmd/", go, re.MULTILINE).group(1)
    version = re.search(rf"^\s*{re.escape(tool)} (\S+)", go, re.MULTILINE).group(1)
    lines.append(f"| {tool} | {version} | `scripts/requirements/servers-go/go.mod` |")
    for name, version in sorted(node.items()):
        lines.append(f"| {name} | {version} | `scripts/requirements/servers-node/package.json` |")
    return "\n".join(lines) + "\n"


SERVICES = {"aws": "`services/aws.py`", "site": "`services/site.py`", "own": "its `service.py`"}


def workloads_table():
    """Each workload, and what it stands on: its first packages, services, and libraries of the system."""
    lines = ["| folder | what the function does | handler | events; hold-outs | stands on |", "|---|---|---|---|---|"]
    for workload in catalog.everything():
        events = [", ".join(file.stem for file in sorted(folder.glob("*.json"))) for folder in workload.event_folders]
        stands_on = ["CPython " + workload.pythons[0] + (f"–{workload.pythons[-1]}" if workload.pythons[1:] else "")]
        stands_on += [SERVICES[name] for name in workload.services] + list(workload.debian)
        stands_on += ["gigabytes of packages"] if workload.large else []
        does = workload.does + (f" ({workload.paper} of the paper)" if workload.paper else "")
        lines.append(
            f"| `{workload.name}` | {does} | `{workload.handler}` | {'; '.join(events)} | {', '.join(stands_on)} |"
        )
    return "\n".join(lines) + "\n"


def bench_table():
    return bench_tables.readme(json.loads((ROOT / "bench/results/results.json").read_text()))


def tables(check):
    stale = 0
    for path, name, make in (
        (ROOT / "sample_workloads/README.md", "workloads", workloads_table),
        (ROOT / "README.md", "bench", bench_table),
        (ROOT / "docs/exit-codes.md", "exit-codes", exit_code_table),
        (ROOT / "docs/dependencies.md", "pins", pins_table),
    ):
        if check:
            start, end = block(path.read_text(), name)
            current = path.read_text()[start:end] == make()
            if not current:
                print(f"{path.relative_to(ROOT)}: '{name}' is stale: python3 scripts/generated.py tables")
            stale += not current
        elif replace(path, name, make()):
            print(f"{path.relative_to(ROOT)}: '{name}' updated")
    return 1 if stale else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="what", required=True)
    session = commands.add_parser("session")
    session.add_argument("recorded")
    session.add_argument("--python", required=True)
    commands.add_parser("commands")
    commands.add_parser("tables").add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    if arguments.what == "session":
        write_session(arguments.recorded, arguments.python)
        return 0
    if arguments.what == "commands":
        return check_commands(sys.stdin.read().splitlines())
    return tables(arguments.check)


if __name__ == "__main__":
    sys.exit(main())
