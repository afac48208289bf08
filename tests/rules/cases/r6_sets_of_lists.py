# R6: set(part.__all__) and the like in a module's body is a set of a list that is known.
# event
# then: sorted(main.pkg.__all__), main.pkg.kept, main.pkg.known
# then: main.pkg.lib._one.one(), main.pkg._mat.two
# then: sorted(main.early.names), main.early.core.lib.names
# then: main.shadowed.seen, main.unsure.__all__, sorted(main.splat.__all__)
# file: main.py
"""R6, sets."""
import pkg  # eager
import early  # eager
import shadowed  # eager
import unsure  # eager
import splat  # eager


def handler(event, context):
    return sorted(pkg.__all__), sorted(early.names), shadowed.seen, unsure.names, splat.__all__
# file: pkg/__init__.py
"""numpy 2 looks like this."""
import os
if not os:
    known = ()
else:
    from . import mat as _mat  # lazy
    from . import lib  # lazy
    from .lib._one import one  # lazy
    __all__ = list(
        {"own"} | set(_mat.__all__) |
        set(lib._one.__all__)
    )
    known = sorted(lib._one.__all__), tuple(_mat.__all__)
kept = 1
# file: pkg/mat.py
__all__ = ["two"]
two = 2
# file: pkg/lib/__init__.py
from . import _one  # lazy
text = "the package around the modules with the lists"
# file: pkg/lib/_one.py
import pkg  # lazy
__all__ = ["one"]


def one():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return text, len(text), text.upper(), text.lower(), text[::-1], text.title(), pkg.kept
# file: early/__init__.py
"""core leads to lib, which reads core's list while that is half there."""
from . import core  # lazy
names = set(core.__all__)
# file: early/core.py
__all__ = ["half"]
from . import lib  # eager
__all__ += ["whole"]
# file: early/lib.py
import early.core as core  # eager
names = sorted(core.__all__)
# file: shadowed/__init__.py
"""Not the builtin."""
from . import part  # eager
def set(names): return names is part.__all__
seen = set(part.__all__)
# file: shadowed/part.py
__all__ = ["anything"]
# file: unsure/__init__.py
"""Its list is not known from its text, nor is what it is called."""
from . import made  # eager
from . import first as other  # eager
from . import second as other  # eager
names = sorted(set(made.__all__) | set(other.__all__))
__all__ = []
# file: unsure/made.py
__all__ = [name for name in ("a", "b")]
# file: unsure/first.py
__all__ = ["first"]
# file: unsure/second.py
__all__ = ["second"]
# file: splat/__init__.py
"""A list of lists."""
from . import first  # lazy
__all__ = [*first.__all__, "own"]
own = 1
# file: splat/first.py
__all__ = ["there"]
there = 1
