# R4 for what is loaded on demand: the effects that come with it come in the order they had.
# event
# then: main.nested()
# then: main.inner()
# then: main.by_second(), main.table.rows, main.table.last
# then: main.by_eager_second(), main.board.rows, main.board.last
# then: main.six.x, main.ring.rows, main.five.x
# then: main.through(), main.pile.rows
# then: main.listed()
# file: main.py
"""R4."""
import shelf  # lazy
import shop  # lazy
import hall  # lazy
import table  # lazy
import one  # lazy
import two  # lazy
import board  # lazy
import three  # lazy
import four  # lazy
import user  # lazy
import ring  # lazy
import five  # lazy
import six  # lazy
import pile  # lazy
import outer  # lazy
import middle  # lazy


def handler(event, context):
    return 1


def nested():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return shelf.rows, shelf.last, text, len(text), text.upper(), text[::-1], text.lower()


def inner():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return hall.rows, hall.last, text, len(text), text.upper(), text[::-1], text.lower()


def by_second():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return two.x, text, len(text), text.upper(), text[::-1]


def by_eager_second():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return user.taken, text, len(text), text.upper(), text[::-1]


def through():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return middle.taken, text, len(text), text.upper(), text[::-1], text.lower()


def listed():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return ring.rows, five.x, six.x, text, len(text), text.upper(), text[::-1], text.lower()
# file: shelf.py
"""Filled by shop and, in the middle of that, by stock."""
rows = []
last = "shelf"
# file: shop.py
"""Fills the shelf on both sides of an import that does too."""
import shelf
shelf.rows.append("shop begins")
shelf.last = "shop begins"
import between  # hoist: stock
shelf.rows.append("shop ends")


def use():
    return between
# file: between.py
"""On the way."""
import stock  # lazy


def use():
    return stock
# file: stock.py
"""Fills the shelf."""
import shelf
shelf.rows.append("stock")
shelf.last = "stock"
# file: hall.py
"""Filled by what it imports itself."""
rows = ["hall begins"]
last = "hall"
import guest  # hoist: guest
rows.append("hall ends")


def use():
    return guest
# file: guest.py
"""Fills the half-made hall."""
import sys
sys.modules["hall"].rows.append("guest")
sys.modules["hall"].last = "guest"
# file: table.py
"""Filled by one, then by two."""
rows = []
last = "table"
# file: one.py
"""The first."""
import table
x = len(table.rows)
table.rows.append("one")
table.last = "one"
# file: two.py
"""The second, asked for first."""
import table
x = len(table.rows)
table.rows.append("two")
table.last = "two"
# file: board.py
"""Filled by three, then by four."""
rows = []
last = "board"
# file: three.py
"""The first."""
import board
board.rows.append("three")
board.last = "three"
# file: four.py
"""The second, loaded by a module that wants it at once."""
import board
x = len(board.rows)
board.rows.append("four")
board.last = "four"
# file: user.py
"""Loads the second and not the first."""
from four import x  # hoist: three
taken = x + 1
# file: ring.py
"""Filled by five and six, that import each other."""
rows = []
# file: five.py
"""The first."""
import ring
ring.rows.append("five")
x = len(ring.rows)
import six  # eager
y = six.x
# file: six.py
"""The second."""
import ring
ring.rows.append("six")
x = len(ring.rows)
import five  # lazy


def use():
    return five.x
# file: pile.py
"""Filled by outer and, in the middle of that, by inner."""
rows = []
# file: outer.py
"""The first."""
import pile
pile.rows.append("outer begins")
from middle import taken  # eager
pile.rows.append(taken)
# file: middle.py
"""Loads the second at once; may be asked for first."""
from inner import x  # eager
taken = x + 1
# file: inner.py
"""The second."""
import pile
pile.rows.append("inner")
x = len(pile.rows)
