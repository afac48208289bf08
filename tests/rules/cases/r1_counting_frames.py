# R1: who calls a function that counts frames is kept, or the stub's frame would be counted.
# then: main.lib.new("A")
# then: main.lib.New("B").module
# then: main.lib.Log().info("C")
# then: main.lib.Log().debug("D")
# then: main.lib.other("E")
# then: main.lib.by_class("F")
# then: main.lib.outer("G")
# then: main.lib.unrelated("H")
# file: main.py
"""R1."""
import lib


def handler(event, context):
    return None


# file: frames.py
import sys

get_frame = sys._getframe if hasattr(sys, "_getframe") else None


# file: lib.py
"""As typing's NewType, which wants to know who made it."""
import sys

from frames import get_frame


def caller(depth=1):  # guard
    return sys._getframe(depth + 1).f_globals.get("__name__"), "long enough to be worth a stub of its own, and so on"


def new(name):  # kept
    made = caller()
    return name, made, "long enough to be worth a stub of its own, and then some more text, and so on, and so on"


def other(name):  # kept
    made = new(name)
    return name, made, "long enough to be worth a stub of its own, and then some more text, and so on, and so on"


def by_class(name):  # kept
    made = New(name)
    return name, made.module, "long enough to be worth a stub of its own, and then some more text, and so on, and so on"


def outer(name):  # guard
    def inner():
        return sys._getframe(2).f_globals.get("__name__")

    return name, inner(), "long enough to be worth a stub of its own, and then some more text, and so on, and so on"


def unrelated(name):  # lazy
    made = [name]
    return made, "long enough to be worth a stub of its own, and then some more text, and so on, and so on"


class New:
    def __init__(self, name):  # kept
        self.name = name
        self.module = caller()
        self.text = "long enough to be worth a stub of its own, and then some more text, and so on, and so on"


class Log:
    def find(self):  # guard
        text = "long enough to be worth a stub of its own, and then some more text, and so on, and so on"
        return sys._getframe(2).f_globals.get("__name__"), text

    def info(self, text):  # kept
        found = self.find()
        return text, found, "long enough to be worth a stub of its own, and then some more text, and so on, and so on"

    def log(self, text):  # guard
        frame = get_frame(2)
        return frame.f_globals.get("__name__"), text, "long enough to be worth a stub of its own, and so on, and so on"

    def debug(self, text):  # kept
        found = self.log(text)
        return text, found, "long enough to be worth a stub of its own, and then some more text, and so on, and so on"
