# R2: what a function that ran uses only on lines that no event came to, guards there bind.
# event
# then: main.handler({"kind": 1}, None)
# then: main.handler({"kind": 2}, None)
# then: main.handler({"kind": 3}, None)
# then: main.handler({"kind": 4}, None), sorted(name for name in ("one", "two") if name in sys.modules)
# then: main.handler({"kind": 5}, None)
# then: main.handler({"kind": 6}, None)
# then: main.tail(1), main.tail(2)
# then: main.nested(True)()
# then: main.counted(3)
# then: sorted(name for name in main.names(True) if name in ("one", "nine"))
# then: main.both(1), main.both(2)
# then: main.both(2)
# then: main.package.inner.deep.x if main.handler({"kind": 7}, None) else None
# file: main.py
"""Cold lines."""
import one  # lazy
import two  # lazy
import three  # lazy
import four  # eager
import five  # eager
import six  # eager
import seven  # lazy
import warm  # eager
import package  # lazy
from eight import value, other  # lazy
import nine  # lazy
import ten  # lazy
import eleven  # lazy


def handler(event, context):
    kind = event.get("kind", 0)
    if kind == 1:
        return one.x
    elif kind == 2:
        # A comment above a compound statement is a place.
        for item in [1]:
            return two.x, item
    elif kind == 3: return five.x
    if kind == 4:
        if one:
            return one.x, two.x
    try:
        result = warm.x
        if kind == 5:
            raise ValueError(three.x)
    except ValueError as error:
        return str(error), value
    while kind == 6:
        while four.x:
            kind = 0
            return four.x, kind
    if kind == 7:
        return package.inner.deep.x
    tail(1)
    nested(False)
    counted(1)
    names(False)
    both(0)
    return result


def tail(size):
    if size == 1:
        return warm.x
    names = [seven.x for name in range(size)]
    return names, [lambda: seven.x][0](), other


def nested(wanted):
    if wanted:
        def inner():
            return one.x, seven.x, [lambda: two.x][0]()
        return inner
    return None


def counted(size):
    total = 0
    for i in range(size):
        if i == 2:
            global five
            total += six.x
        total += len((
            warm.x,
            six.x if i == 2 else "",
        ))
    return total
def names(wanted):
    if wanted:
        return list(globals())
    return None
def both(size):
    if size == 1:
        return ten.x
    elif not size:
        return None

    # Code before it has cold lines of its own.
    if eleven.x:
        return eleven.x, size
    return None
# file: one.py
x = "one"
# file: two.py
x = "two"
# file: three.py
x = "three"
# file: four.py
x = "four"
# file: five.py
x = "five"
# file: six.py
x = 6
# file: seven.py
x = "seven"
# file: eight.py
value = "eight"
other = "other"
# file: warm.py
x = "warm"
# file: package/__init__.py
import package.inner  # lazy
# file: package/inner/__init__.py
import package.inner.deep  # lazy
# file: package/inner/deep.py
x = "deep"
# file: nine.py
x = "nine"
# file: ten.py
x = "ten"
# file: eleven.py
x = "eleven"
