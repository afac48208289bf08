# R6: without an __all__, a star import whose names the text gives is a list of names as well.
# event
# then: main.plain.first, main.plain.second(), main.plain.sub.x
# then: [name for name in dir(main.plain) if name[0] != "_"]
# then: [name for name in dir(main.by_branch) if name[0] != "_"], main.by_branch.only
# then: [name for name in dir(main.by_deletion) if name[0] != "_"], main.by_deletion.stays
# then: [name for name in dir(main.by_function) if name[0] != "_"], main.by_function.made
# then: [name for name in dir(main.by_globals) if name[0] != "_"], main.by_globals.made
# then: [name for name in dir(main.by_others) if name[0] != "_"], main.by_others.given
# then: [name for name in dir(main.gatherer) if name[0] != "_"], main.gatherer.inner.x
# then: [name for name in dir(main.later) if name[0] != "_"]
# then: [name for name in dir(main.cautious) if name[0] != "_"], main.cautious.names()
# file: main.py
"""R6, public names."""
import plain  # eager
import by_branch  # eager
import by_deletion  # eager
import by_function  # eager
import by_globals  # eager
import by_others  # eager
import gatherer  # eager
import later  # eager
import cautious  # eager


def handler(event, context):
    return [module.mine for module in (plain, by_branch, by_deletion, by_function, by_globals, by_others, gatherer, later, cautious)]
# file: plain.py
from parts import *  # lazy
mine = 1
# file: parts/__init__.py
"""All its names are plain."""
from . import sub  # lazy
from .sub import x as _hidden  # lazy
first = "first"


def second():
    return _hidden
# file: parts/sub.py
x = 1
# file: by_branch.py
from branches import *  # eager
mine = 2
# file: branches.py
import os
only = 1
if os.environ.get("NEVER_SET"):
    more = 2
# file: by_deletion.py
from deletions import *  # eager
mine = 3
# file: deletions.py
goes = stays = 1
del goes
# file: by_function.py
from functions import *  # eager
mine = 4
# file: functions.py
made = 1


def make():
    global made
    made = 2
# file: by_globals.py
from unseen import *  # eager
mine = 5
# file: unseen.py
globals()["ma" + "de"] = 1
seen = 2
# file: by_others.py
import giver
from given_to import *  # eager
mine = 6
# file: giver.py
import given_to
given_to.given = 1
# file: given_to.py
own = 1
# file: gatherer.py
from gathered import *  # lazy
mine = 7
# file: gathered/__init__.py
"""Its body loads inner."""
import gathered.inner as _inner  # lazy
own = 1
# file: gathered/inner.py
x = 1
# file: later.py
import grows.sub
from grows import *  # eager
mine = 8
# file: grows/__init__.py
"""Others load its submodule."""
own = 1
# file: grows/sub.py
x = 1
# file: careful.py
own = 1
# file: cautious.py
from careful import *  # eager
mine = 9


def names():
    return sorted(name for name in globals() if name[0] != "_")
