# A star import gives what __all__ lists, built by += too; without it what has no underscore.
# file: main.py
from listed import *
from plain import *


def handler(event, context):  # reached
    first()  # -> listed:first
    second()  # -> listed:second
    public()  # -> plain:public


# file: listed.py
__all__ = ["first"]
__all__ += ["second"]


def first():  # reached
    pass


def second():  # reached
    pass


def public():  # dead
    pass


# file: plain.py
def public():  # reached
    pass


def _private():  # dead
    pass
