# R1: who calls a function of another module that counts frames is kept, however it is named.
# then: main.calls("A")
# then: main.renamed("B")
# then: main.through_package("C")
# then: main.constructs("D")
# then: main.second("E")
# then: main.unrelated("F")
# file: main.py
"""R1."""
import helpers
import package
from helpers import caller as who
from package import Made
from package.inner import first

LONG = "a text"


def handler(event, context):
    return None


def calls(name):  # guard: helpers
    found = helpers.caller(2)
    return name, found, LONG, "long enough to be worth a stub of its own, and then some more text, and so on, and so on"


def renamed(name):  # guard: who
    found = who(2)
    return name, found, LONG, "long enough to be worth a stub of its own, and then some more text, and so on, and so on"


def through_package(name):  # guard: package
    found = package.tell(2)
    return name, found, LONG, "long enough to be worth a stub of its own, and then some more text, and so on, and so on"


def constructs(name):  # guard: Made
    made = Made()
    return name, made.by, LONG, "long enough to be worth a stub of its own, and then some more text, and so on, and so on"


def second(name):  # lazy
    found = first()
    return name, found, LONG, "long enough to be worth a stub of its own, and then some more text, and so on, and so on"


def unrelated(name):  # lazy
    found = [name]
    return found, LONG, "long enough to be worth a stub of its own, and then some more text, and so on, and so on"
# file: helpers.py
import sys


def caller(depth=1):
    return sys._getframe(depth).f_code.co_name


class Made:
    def __init__(self):
        self.by = caller(2)
# file: package/__init__.py
from helpers import Made
from helpers import caller as tell
# file: package/inner.py
import helpers


def first():  # guard: helpers
    found = helpers.caller(2)
    return found, "long enough to be worth a stub of its own, and then some more text, and so on, and so on"
