# R14: loading a submodule enters the cycle that its package is in.
# then: main.late()
# file: main.py
"""R14."""
import first as late_first  # hoist: first package.part
from package import *  # eager


def handler(event, context):
    return part.NAME


def late():
    return late_first.NAME, "a text that is long enough to be worth a stub of its own, and then some more"
# file: first.py
"""The cycle begins here: package -> second -> first."""
from package.part import NAME
OWN = NAME + "!"
# file: package/__init__.py
"""A package without __all__, which a star import copies."""
import second
KNOWN = second.NAME
# file: package/part.py
"""In no cycle itself, but second must be complete."""
from second import NAME  # eager
OTHER = NAME
# file: second.py
import first as f  # eager
NAME = f.__name__
