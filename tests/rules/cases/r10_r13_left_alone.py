# R10, R12, R13: modules that replace themselves, namespace packages, imports that are not plain statements.
# event
# then: main.take()
# then: main.chosen.x, main.nested.x
# file: main.py
"""R10 to R13."""
import sys
import replaced  # lazy
import space.inside  # eager
try:
    import missing_module as chosen
except ImportError:
    import chosen  # eager
if sys.version_info > (3,):
    import nested  # lazy


def handler(event, context):
    return 1


def take():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return replaced.answer, space.inside.x, chosen.x, nested.x, text, len(text), text.upper()
# file: replaced.py
"""Replaces itself."""
import sys


class Face:
    answer = 42


sys.modules[__name__] = Face()
# file: space/inside.py
x = "inside"
# file: chosen.py
x = "chosen"
# file: nested.py
x = "nested"
