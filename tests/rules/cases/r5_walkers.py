# R5: code that goes over sys.modules finds what it found in the original.
# event
# then: main.handler({}, None)
# then: main.scan.all_of_them()
# file: main.py
"""R5."""
import scan  # eager
import plugins  # hoist: plugins plugins.csv plugins.xml


def handler(event, context):
    return scan.names("plugins.")


def use():  # guard: plugins
    return plugins
# file: scan.py
"""Finds plugins by looking at what is loaded."""
import sys


def names(prefix):
    return sorted(name for name in sys.modules if name.startswith("plugins."))


def all_of_them():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return sorted(name for name in list(sys.modules) if name.startswith("plugins")), text, len(text), text.upper()
# file: plugins/__init__.py
"""Plugins."""
from . import csv, xml


def use():
    return csv, xml
# file: plugins/csv.py
"""One."""
x = 1
# file: plugins/xml.py
"""Another."""
x = 2
