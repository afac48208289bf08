# R6: a star import whose names are certain is a list of names; dir() in a body lists what it listed.
# event
# then: main.pkg.__all__, sorted(main.pkg.__all__) == main.pkg.__all__
# then: main.gathered.__all__, main.gathered.first_name
# then: main.late()
# then: main.pkg.never.__name__, main.pkg.also
# then: [name for name in dir(main.pkg) if name[0] != "_"]
# then: main.twice.same, main.twice.other
# then: main.guessed.__all__, main.guessed.made
# then: main.listing.__all__
# file: main.py
"""R6, expanded."""
import pkg  # eager
import gathered  # eager
import twice  # eager
import guessed  # eager
import listing  # lazy


def handler(event, context):
    return getattr(pkg, "used")(), len(gathered.__all__), twice.__all__, guessed.__all__


def late():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return pkg.never(), pkg.later, text, len(text), text.upper(), text.lower()
# file: pkg/__init__.py
"""Most packages of scipy look like this."""
from ._used import *  # lazy
from ._never import *  # lazy
from . import _plain  # lazy
from ._plain import value  # lazy
_early = dir()
__all__ = [name for name in dir() if not name.startswith("_")]
from ._plain import later  # lazy
from . import loaded  # lazy
# file: pkg/_used.py
__all__ = ["used"]


def used():
    return 1
# file: pkg/_never.py
import pkg.loaded  # lazy
__all__ = ["never", "also"]
also = 2


def never():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return text, len(text), text.upper(), text.lower(), text[::-1], text.title(), pkg.loaded.x
# file: pkg/_plain.py
value, later = "value", "later"
# file: pkg/loaded.py
x = 1
# file: gathered/__init__.py
"""numpy.lib looks like this."""
from .first import *  # lazy
from .second import *  # lazy
from .third import *  # eager
__all__ = ["own"]
__all__ += first.__all__
__all__.extend(second.__all__ + ["more"])
__all__ += third.__all__
own = more = 0
# file: gathered/first.py
__all__ = ["first_name"]
first_name = 1
# file: gathered/second.py
__all__ = ["second_name"] + ["second_too"]
second_name = second_too = 2
# file: gathered/third.py
__all__ = [str("third_name")]
third_name = 3
# file: twice/__init__.py
"""Two lists have one name: it stays, and with it the module is loaded anyway."""
from .one import *  # eager
from .two import *  # eager
__all__ = dir()[:0]
# file: twice/one.py
__all__ = ["same", "other"]
same, other = 1, "other"
# file: twice/two.py
__all__ = ["same"]
same = 2
# file: guessed/__init__.py
"""The list is one of the other module's."""
from .first import *  # eager
__all__ = first.__all__
# file: guessed/first.py
__all__ = ["made"]
made = 1
# file: listing/__init__.py
"""Another dir than the builtin's."""
from .first import *  # eager
def dir(): return sorted(globals())
__all__ = [name for name in dir() if not name.startswith("_")]
# file: listing/first.py
__all__ = ["anything"]
anything = 1
