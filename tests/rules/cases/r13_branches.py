# R13: an import under `if` alone is lazy from the moment the statement is come to.
# event
# then: main.take()
# then: main.pkg.later.x, main.pkg.deep.x
# then: main.pkg.other
# then: hasattr(main.pkg, "other"), "later" in dir(main.pkg), "other" in dir(main.pkg), main.pkg.early
# then: main.pkg.absent()
# then: main.pkg.present()
# file: main.py
"""Imports under if."""
import pkg  # eager
import never  # eager
if len("a") == 1:
    import nested  # lazy
    from names import one, two  # eager
elif pkg:
    import unused  # eager
else:
    import other  # eager


def handler(event, context):
    return pkg.early, two, never.x


def take():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return nested.x, one, two, text, len(text), text.upper()
# file: pkg/__init__.py
"""One branch is taken, the other is not."""
import sys
early = sys.maxsize > 10
if sys.maxsize < 10:
    from . import other  # lazy
    import never  # lazy
else:
    if sys.maxsize: from . import later; from .deep import x as deep_x  # lazy
    try:
        from . import deep  # eager
    except ImportError:
        pass


def absent():  # lazy
    text = "a name whose import was not come to is no name, and then some more text"
    return never, text, len(text), text.upper(), text.lower(), text[::-1]


def present():  # lazy
    text = "names whose import was come to are there, and then some more text"
    return later.x, deep_x, text, len(text), text.upper(), text.lower(), text[::-1]
# file: pkg/later.py
x = "later"
# file: pkg/other.py
x = "other"
# file: pkg/deep.py
x = "deep"
# file: nested.py
x = "nested"
# file: names.py
one = "one"
two = "two"
# file: unused.py
x = "unused"
# file: other.py
x = "other"
# file: never.py
x = "never"
