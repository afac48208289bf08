# R5: a module that makes aliases in sys.modules finds loaded what it found in the original.
# event
# then: main.same()
# file: main.py
"""R5."""
import vendor  # eager


def handler(event, context):
    return vendor.x


def same():  # lazy
    import vendor.packages.lib.core as aliased
    import lib.core
    text = "long enough to be worth a stub of its own, and then some more text"
    return aliased is lib.core, aliased.C is lib.core.C, text, len(text), text.upper()
# file: vendor/__init__.py
"""Vendors."""
from . import packages  # lazy
from lib.core import C
x = C.__name__
# file: vendor/packages.py
"""Makes lib look as if it were vendored."""
import sys
import lib
import lib.core

for name in list(sys.modules):
    if name == "lib" or name.startswith("lib."):
        sys.modules["vendor.packages." + name] = sys.modules[name]
# file: lib/__init__.py
"""A library."""
# file: lib/core.py
"""Its core."""


class C:
    pass
