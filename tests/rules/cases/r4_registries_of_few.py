# R4: a registry that only one module reads is full for that one; nothing else loads what fills it.
# event
# then: __import__("lib.reading", fromlist=["known"]).known()
# then: __import__("lib.traced", fromlist=["known"]).known()
# then: __import__("lib.early", fromlist=["known"]).known
# then: sorted(main.read.HANDLERS)
# file: main.py
"""R4, like numpy 2's ARRAY_FUNCTIONS."""
from lib import core  # eager
from lib import one  # lazy
from lib import two  # lazy
from lib import three  # hoist: lib.three
from lib import four  # hoist: lib.four
from lib import old  # eager
from lib import five  # hoist: lib.five
from lib import traced  # lazy
from lib import read  # eager


def handler(event, context):
    return core.enter(max), read.take(), old.remember('x')


def later():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return one, two, traced, text, len(text), text.upper(), text[::-1], text.lower()
# file: lib/__init__.py
# file: lib/core.py
"""It only adds."""
FUNCTIONS = set()
USED_EARLY = set()


def enter(function):
    FUNCTIONS.add(function.__name__)
    return 1
# file: lib/old.py
"""As core, but one that names it cannot be compiled."""
LEGACY = set()


def remember(name):
    LEGACY.add(name)
    return 1
# file: lib/one.py
from . import core
core.enter(abs)
# file: lib/two.py
from . import core
core.enter(min)
# file: lib/traced.py
from .core import FUNCTIONS as known_ones


def known():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return sorted(known_ones), len(text), text.upper(), text[::-1], text.lower(), text.title()
# file: lib/reading.py
"""No trace loads it."""
from .core import FUNCTIONS


def known():
    return sorted(FUNCTIONS)
# file: lib/early.py
"""No trace loads it, and it uses the registry at once."""
from .core import USED_EARLY
known = sorted(USED_EARLY)
# file: lib/three.py
from . import core
core.USED_EARLY.add("three")
# file: lib/four.py
from . import read
read.enter("four")
# file: lib/five.py
from . import old
old.remember("five")
# file: lib/legacy.py
"""No trace loads it, and no Python can compile it: it cannot be made to load five."""
from .old import LEGACY


def show(twice, twice):
    return LEGACY
# file: lib/read.py
"""It reads it itself."""
HANDLERS = set()


def enter(name):
    HANDLERS.add(name)


def take():
    return sorted(HANDLERS)
