# R4: a module that changes another one that is still loaded is loaded where it always was.
# event
# then: main.registry.known
# then: main.late_registry()
# file: main.py
"""R4."""
import registry  # eager
import plugins  # hoist: plugins.first
import catalogue  # lazy


def handler(event, context):
    return sorted(registry.known)


def names():  # guard: plugins
    return plugins.all_of_them


def late_registry():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return sorted(catalogue.entries), text, len(text), text.upper(), text[::-1], text.lower()
# file: registry.py
known = {}


def register(name):
    known[name] = len(known)
# file: plugins/__init__.py
"""Plugins."""
from . import first, harmless, late
all_of_them = ["first", "harmless"]


def use():
    return first, harmless, late
# file: plugins/first.py
"""Registers itself in a module that the handler uses."""
import registry
registry.register("first")
# file: plugins/harmless.py
"""Changes nothing."""
x = 1
# file: plugins/late.py
"""Registers itself in a module that is loaded late: it comes with it."""
import catalogue
catalogue.entries.append("late")
# file: catalogue.py
"""Filled by others."""
entries = []
