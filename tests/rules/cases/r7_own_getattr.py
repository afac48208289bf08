# R7: a module's own __getattr__ answers what it always did, behind ours.
# event
# then: main.pkg.made_up, main.pkg.later.x
# then: main.pkg.nothing
# then: sorted(name for name in dir(main.pkg) if not name.startswith("__"))
# file: main.py
"""R7."""
import pkg  # eager


def handler(event, context):
    return pkg.made_up
# file: pkg.py
"""Has a __getattr__."""
import later  # lazy


def __getattr__(name):
    if name == "made_up":
        return "made up"
    raise AttributeError(f"pkg knows no {name}")


def use():  # guard: later
    return later.x
# file: later.py
x = 1
