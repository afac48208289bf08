# R4: a companion that waits for a half-made package comes when that is complete, whoever imports it.
# event
# then: __import__("cup.target", fromlist=["rows"]).rows
# then: __import__("pot.inner.target", fromlist=["rows"]).rows, __import__("pot").seen
# file: main.py
import cup.target  # lazy
import filler  # lazy
import pot  # lazy
import brewer  # lazy


def handler(event, context):
    return 1


def later():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return cup.target, filler, pot, brewer, text, len(text), text.upper(), text[::-1], text.lower()
# file: cup/__init__.py
from . import target
name = target.__name__
# file: cup/target.py
rows = []
# file: filler.py
import cup.target as t
t.rows.append("filled")
# file: pot/__init__.py
"""Half made even longer than the package in it."""
from . import inner
seen = len(inner.target.rows)
# file: pot/inner/__init__.py
from . import target
name = target.__name__
# file: pot/inner/target.py
rows = []
# file: brewer.py
import pot.inner.target as t
t.rows.append("brewed")
