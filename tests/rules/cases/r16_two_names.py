# R16: a file that is two modules keeps its text, which could not fit both names.
# event
# then: main.second()
# file: main.py
"""R16."""
import pack  # eager


def handler(event, context):
    return pack.first.used()


def second():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    import pack.part as again
    return again.unused(), again.helper.__name__, again is pack.first, text, len(text), text.upper(), text[::-1]
# file: pack/__init__.py
"""Imports a module by two names, as it has put a folder of its own in front of its path."""
import os
from .api import part as first
__path__.insert(0, os.path.join(os.path.dirname(__file__), "api"))
import pack.part
# file: pack/api/__init__.py
# file: pack/api/part.py
"""pack.api.part and pack.part."""
from . import helper  # eager


def used():  # kept
    return __name__


def unused():  # kept
    text = "long enough to be worth a stub of its own, and then some more text"
    return helper.answer, text, len(text), text.upper(), text[::-1], text.lower(), text.title()
# file: pack/api/helper.py
answer = __name__
