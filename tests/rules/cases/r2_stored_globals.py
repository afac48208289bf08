# R2: globals()[key] = value binds a name that the text tells, and reads none.
# event
# then: main.known.a, main.known.b, main.known.c, main.known.lazy.x
# then: main.bound.name, main.bound.other
# then: main.unknown.name, main.looped.name
# file: main.py
import known  # eager
import bound  # eager
import unknown  # eager
import looped  # eager


def handler(event, context):
    return known.a, bound.other, unknown.other, looped.other
# file: known.py
import lazy  # lazy
globals()["a"] = 1
for key in ["b", "c"]:
    try:
        globals()[key] = len(key)
    except AttributeError:
        pass
del key
# file: lazy.py
x = 1
# file: bound.py
"""What is stored is what is imported, before or after."""
globals()["name"] = "stored"
from values import name  # eager
from values import other  # eager
for other in ("other", "name"):
    globals()[other] = "over it"
# file: unknown.py
from values import name  # eager
for key in list("other"):
    globals()[key] = 1
other = 1
# file: looped.py
"""Stored before it is imported."""
for key in ["name", "other"]:
    globals()[key] = "stored"
from more import name  # eager
# file: more.py
name = "imported"
# file: values.py
name, other = "imported", "imported, too"
