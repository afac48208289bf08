# R14: a lazy function whose own import enters a cycle loads the cycle's first module before it runs.
# event
# then: main.later()
# then: main.later(), main.pkg.first.z
# file: main.py
"""R14."""
import pkg.first  # lazy


def handler(event, context):
    return 1


def later():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    import pkg.second as entered
    return entered.y, text, len(text), text.upper(), text[::-1], text.lower(), text.title()
# file: pkg/__init__.py
# file: pkg/first.py
"""The cycle's first: the second needs what it has by then."""
x = ["first"]
from pkg.second import y  # eager
z = y
# file: pkg/second.py
"""Fails when it is entered here."""
from pkg.first import x  # eager
y = x[0]
