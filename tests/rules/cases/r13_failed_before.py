# R13: an import that fails because of a circle, before another one works, fails again.
# event
# then: main.first, main.second, main.late()
# file: main.py
"""R13."""
try:
    from inside import value  # eager
    first = value
except ImportError as error:
    first = type(error).__name__
from ring import other  # eager
from inside import value as second  # eager
import outside  # lazy


def handler(event, context):
    return first, second, other


def late():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return outside.use(), text, len(text), text.upper(), text[::-1], text.lower()
# file: inside.py
"""Works when the ring was entered at its first module."""
import ring  # eager
value = "inside"


def use():  # kept
    text = "long enough to be worth a stub of its own, and then some more text"
    return ring.other, text, len(text), text.upper(), text[::-1], text.lower()
# file: ring.py
"""Wants what a half-made module does not have yet."""
from inside import value  # eager
other = value + " of the ring"
# file: outside.py
"""Loads a member from outside, later."""
from inside import value


def use():
    return value
