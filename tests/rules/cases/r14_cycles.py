# R14: a cycle is entered where it always was, also by the package around it and by its own members.
# then: main.one.X
# then: main.inner()
# file: main.py
"""R14."""
import pkg.one as one
import ring


def handler(event, context):
    return one.X, ring.value


def inner():
    return ring.first.g(), "a text that is long enough to be worth a stub of its own, and then some more"
# file: pkg/__init__.py
"""Its body runs before that of pkg.one, which the cycle begins with."""
from pkg import one as unused  # lazy
import pkg.two as two  # hoist: pkg.one
two.ITEMS.append(2)
# file: pkg/one.py
import pkg.two as t
from pkg.two import f  # eager
X = f()
# file: pkg/two.py
import pkg.three as h
ITEMS = []
def f():
    return h.g()
# file: pkg/three.py
def g():
    return 1
def later():
    return o.X
import pkg.one as o
# file: ring/__init__.py
"""first takes g from second, which takes f from the half-made first."""
from ring import first  # lazy
from ring.second import g  # hoist: ring.first
value = g()
# file: ring/first.py
"""."""
def f():
    return 1
from ring.second import g  # eager
value = g()
# file: ring/second.py
"""."""
from ring.first import f  # eager
def g():
    return f()
value = f()
