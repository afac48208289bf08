# R8, R9: a name that is also a submodule stays; a name is read late only if its origin cannot have changed.
# event
# then: main.pkg.copy()
# then: main.take()
# then: main.pkg.through_module()
# file: main.py
"""R8, R9."""
import pkg  # lazy
from calm import steady  # lazy
from origin import counter  # eager
from origin import patched  # eager
import patcher


def handler(event, context):
    return patcher.x


def take():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return steady, counter, patched, pkg.copy(), text, len(text), text.upper(), text[::-1]
# file: pkg/__init__.py
"""Has a function of a submodule's name."""
import pkg.copy as module  # eager
from .copy import copy  # eager


def through_module():
    return module.copy()
# file: pkg/copy.py
def copy():
    return "copied"
# file: calm.py
steady = ["steady"]
# file: origin.py
"""Its names change."""
counter = 0
patched = 1


def count():
    global counter
    counter += 1
# file: patcher.py
"""Changes a name of another module when it is imported."""
import origin
origin.count()
origin.patched = 2
x = 1
