# R3: a package that keeps its text imports its submodule itself: who uses it does not load it, above all not earlier.
# event
# then: main.pkg.early.late_answer()
# file: main.py
"""R3."""
import pkg  # eager


def handler(event, context):
    return pkg.early.use()
# file: pkg/__init__.py
"""Replaces its class, so its text stays."""
import sys
import types
from . import early
ready = 42
from . import late


class Face(types.ModuleType):
    pass


sys.modules[__name__].__class__ = Face
# file: pkg/early.py
"""Uses pkg.late, which its package imports later."""
import pkg  # eager


def use():  # kept
    return pkg.late.answer


def late_answer():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return pkg.late.answer, text, len(text), text.upper(), text[::-1], text.lower(), text.title()
# file: pkg/late.py
"""Needs what the package has bound by then."""
import pkg
answer = pkg.ready
