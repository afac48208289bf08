# R3: what only the import of a submodule binds in its package is there for the package's own code.
# event
# then: main.pkg.bare()
# then: main.pkg.supplied()
# then: [main.pkg.A, main.pkg.B, main.pkg.C, hasattr(main.pkg, "b")]
# file: main.py
"""R3."""
import pkg  # eager
import supplier  # hoist: pkg.d
NAME = pkg.__name__


def handler(event, context):
    return 1
# file: supplier.py
"""Supplies a submodule to a package whose code uses it."""
import pkg.d
x = pkg.d.VALUE
# file: pkg/__init__.py
"""Uses names that none of its statements binds."""
from .a import A  # eager
from .b import B  # eager
from .c import C  # lazy
del b


def bare():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return a.VALUE, text, len(text), text.upper(), text[::-1], text.lower(), text.title()


def supplied():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return d.VALUE, text, len(text), text.upper(), text[::-1], text.lower(), text.title()
# file: pkg/a.py
VALUE = A = 1
# file: pkg/b.py
B = 2
# file: pkg/c.py
C = 3
# file: pkg/d.py
VALUE = 4
