# R14: who reads of a half-made module what that changes later, runs when it did.
# event
# then: main.bound.core.lib.seen, main.bound.core.names
# then: main.filled.core.lib.seen, main.filled.core.far.reader.seen, main.filled.core.items
# then: main.fixed.core.lib.seen
# file: main.py
"""R14, half made."""
import bound  # eager
import filled  # eager
import fixed  # eager


def handler(event, context):
    return bound.names, filled.items, fixed.names
# file: bound/__init__.py
from . import core
names = core.names
# file: bound/core.py
names = ["half"]
from . import lib  # eager
names = names + ["whole"]
# file: bound/lib.py
from . import core
seen = sorted(core.names)
# file: filled/__init__.py
from . import core
items = len(core.items)
# file: filled/core.py
items = []
items.append(1)
from . import lib  # eager
items.append(2)
from . import far  # eager
items.append(3)
# file: filled/lib.py
from .core import items
seen = len(items)
# file: filled/far/__init__.py
"""On the way to the reader."""
from . import reader  # eager
# file: filled/far/reader.py
from filled import core
seen = len(core.items)
# file: fixed/__init__.py
from . import core
names = core.names
# file: fixed/core.py
"""What is read was there for good: as most circles are."""
names = ["whole"]
def late(): return lib.seen
from . import lib  # lazy
other = 1
# file: fixed/lib.py
from . import core
seen = sorted(core.names)
