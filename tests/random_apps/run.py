"""The long tier: random packages for as long as you like.

    .deps/venv/bin/python tests/random_apps/run.py --packages 1000 --seed 1 --python 3.12 --minutes 30

Package number N of a seed is the same in every run (`--seed N --packages 1 --python 3.M` tries that one again). One that differs is
made smaller, printed, and kept below build/random/. Ends with a summary; exit code 1 when something differed.
"""

import argparse
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from machine import MINORS, ROOT
from random_apps.drive import Session, explain, keep
from random_apps.generate import draw_package
from random_apps.reduce import reduced


def try_package(session, seed, seconds=240):
    """(apps, events, differences) of package number `seed`, made small if it fails; None: it answers as it should."""
    apps, events = draw_package(seed, session.minor)
    differences = session.check(apps, events, seed)
    if not differences:
        return None
    policies = (differences[0].policy,)
    if seconds:
        apps, events = reduced(lambda *package: bool(session.check(*package, seed, policies)), apps, events, seconds)
        differences = session.check(apps, events, seed, policies) or differences
    return apps, events, differences


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=int, default=1000, help="packages to try, of up to six applications each")
    parser.add_argument("--seed", type=int, default=1, help="number of the first")
    parser.add_argument("--python", action="append", help=f"a minor ({', '.join(MINORS)}); repeatable (default: all)")
    parser.add_argument("--minutes", type=float, default=60, help="stop after this time")
    parser.add_argument("--reduce", type=float, default=240, metavar="SECONDS", help="for making one smaller; 0: none")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    sessions = [Session(int(minor.split(".")[1])) for minor in arguments.python or MINORS]
    start, failures = time.monotonic(), []
    for number in range(arguments.packages):
        if time.monotonic() > start + arguments.minutes * 60:
            break
        session, seed = sessions[number % len(sessions)], arguments.seed + number
        failing = try_package(session, seed, arguments.reduce)
        if failing:
            failures.append(f"{seed} on 3.{session.minor}")
            folder = ROOT / f"build/random/{seed}-3.{session.minor}"
            keep(*failing[:2], seed, folder)
            print(f"==== package {seed} differs, kept in {folder}")
            print(explain(session, *failing), flush=True)
        if (number + 1) % 10 == 0:
            spent = time.monotonic() - start
            print(f"{spent:6.0f} s  {number + 1} packages, {len(failures)} differ", flush=True)
    for session in sessions:
        print(f"3.{session.minor}: " + ", ".join(f"{n} {what}" for what, n in session.counts.items()))
        session.close()
    print(f"{len(failures)} packages differ" + "".join(f"\n  {failure}" for failure in failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
