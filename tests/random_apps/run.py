"""The long tier: random packages for as long as you like.

    .deps/venv/bin/python tests/random_apps/run.py --packages 1000 --seed 1 --python 3.12 --minutes 30

Goes round by round; a round is one hypothesis run with a seed of its own. A difference is shrunk, printed, and kept below
build/random/; the next round goes on with another seed. Ends with a summary; exit code 1 when something differed.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from machine import MINORS, ROOT  # noqa: E402

from random_apps.drive import Session, explain, keep  # noqa: E402
from random_apps.generate import apps, sequences  # noqa: E402

PER_ROUND = 20


class Differs(AssertionError):
    """A rewritten package answered otherwise."""


class OutOfTime(BaseException):
    """Ends a round: hypothesis lets it through."""


def run_round(session, examples, number, deadline=None, shrink=True, shrink_seconds=120):
    """One hypothesis run. Gives (apps, events, seed, differences) of the smallest failing package, or None."""
    smallest = []
    first = []  # when the first difference was found: shrinking has an end

    @st.composite
    def packages(draw):
        found = draw(apps(session.minor))
        return found, *draw(sequences(found))

    phases = [Phase.generate] + ([Phase.shrink] if shrink else [])

    @seed(number)
    @settings(
        max_examples=examples,
        phases=phases,
        deadline=None,
        database=None,
        print_blob=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(packages())
    def check(package):
        now = time.monotonic()
        if (first and now - first[0] > shrink_seconds) or (not first and deadline and now > deadline):
            raise OutOfTime
        differences = session.check(*package)
        if differences:
            first.append(now)
            smallest[:] = [(*package, differences)]
            raise Differs(str(differences[0]))

    try:
        check()
    except (Differs, OutOfTime):
        pass
    return smallest[0] if smallest else None


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=int, default=1000, help="packages to try, of up to six applications each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--python", action="append", help=f"a minor ({', '.join(MINORS)}); repeatable (default: all)")
    parser.add_argument("--minutes", type=float, default=60, help="stop after this time")
    parser.add_argument("--no-shrink", action="store_true")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    sessions = [Session(int(minor.split(".")[1])) for minor in arguments.python or MINORS]
    start, failures, number, done = time.monotonic(), 0, arguments.seed, 0
    deadline = start + arguments.minutes * 60
    while done < arguments.packages and time.monotonic() < deadline:
        session = sessions[number % len(sessions)]
        failing = run_round(session, PER_ROUND, number * 1000, deadline, not arguments.no_shrink)
        if failing:
            failures += 1
            folder = ROOT / f"build/random/{number}-3.{session.minor}"
            keep(*failing[:3], folder)
            print(f"==== seed {number}, kept in {folder}")
            print(explain(session, *failing[:2], failing[3]), flush=True)
        number += 1
        done = sum(s.counts["packages"] for s in sessions)
        spent = time.monotonic() - start
        print(f"{spent:6.0f} s  seed {number - 1}  3.{session.minor}  {done} packages, {failures} differ", flush=True)
    for session in sessions:
        print(f"3.{session.minor}: " + ", ".join(f"{n} {what}" for what, n in session.counts.items()))
        session.close()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
