# R6: a star import of what lies below the package is a list of names although both are in an import cycle: the package's
# body always begins first, so the other one ends before its names are copied. Not so of a neighbour.
# event
# then: main.pkg.one(), main.pkg.two
# then: [name for name in dir(main.pkg) if name in ("one", "two", "three", "four")]
# then: main.pkg.three.four()
# then: main.left.right_name, main.right.left_name
# file: main.py
"""R6 in cycles."""
import pkg  # eager
import left  # eager
import right  # lazy


def handler(event, context):
    return getattr(pkg, "base")(), left.left_name
# file: pkg/__init__.py
"""Like scipy.sparse.linalg."""
from ._one import *  # lazy
from . import _two  # lazy
from ._two import *  # lazy
from ._three import *  # lazy
from ._base import base  # lazy
# file: pkg/_one.py
from pkg._base import base  # lazy
__all__ = ["one"]


def one():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return base(), text, len(text), text.upper(), text[::-1], text.lower()
# file: pkg/_two.py
import helper  # eager
__all__ = ["two"]
two = helper.number
# file: helper.py
"""Imports the package that is being imported."""
import pkg  # lazy
number = 2


def late():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return pkg.one, text, len(text), text.upper(), text[::-1], text.lower()
# file: pkg/_three.py
import pkg  # lazy
__all__ = ["three"]


class three:
    @staticmethod
    def four():
        return pkg.two
# file: pkg/_base.py
import pkg  # lazy


def base():
    return 0


def deep():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return pkg.two, text, len(text), text.upper(), text[::-1], text.lower()
# file: left.py
"""One of two neighbours that import each other."""
left_name = "left"
from right import *  # eager
# file: right.py
"""The other."""
__all__ = ["right_name"]
import left  # eager
right_name = "right"
left_name = left.left_name
