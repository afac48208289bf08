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
from shop import price  # lazy
from warehouse import stock  # eager
from market import offer  # eager
import patcher


def handler(event, context):
    return patcher.x


def take():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return steady, counter, patched, price, stock, offer, pkg.copy(), text, len(text), text.upper(), text[::-1]
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
# file: shop.py
"""Has a name by a star import: the copy that it holds is there for good."""
from goods import *  # eager
# file: goods.py
price = ["price"]
# file: warehouse.py
"""A function of it may bind names that the text does not show."""
from shelves import *  # eager


def refill(name):
    globals()[name] = [name]
# file: shelves.py
stock = ["stock"]
# file: market.py
"""Makes up names."""
from goods import *  # eager


def __getattr__(name):
    return [name]
