# R6: a star import in a module that no trace loaded finds the lazy names all the same.
# then: sorted(name for name in dir(__import__("late")) if name[:1] != "_")
# then: "hidden" in dir(__import__("late"))
# then: __import__("later").again.word
# file: main.py
"""R6."""
import lib
import own  # lazy


def handler(event, context):
    return lib
# file: late.py
from lib import *
# file: later.py
from own import *
# file: lib/__init__.py
"""A package without __all__."""
import word as again  # lazy
import word as _hidden  # lazy
# file: own.py
"""Has a hook of its own."""
import word as again  # lazy


def __getattr__(name):
    raise AttributeError(name)
# file: word.py
word = "word"
