# Branches that CPython 3.9 rules out use nothing, and define nothing that can be reached.
# file: main.py
import sys

import six
from six import PY2, PY3 as modern

import compat

if sys.version_info >= (3, 8):
    from new import tool
else:
    from old import tool

if sys.version_info < (3,):

    def text(value):  # dead
        return old_text(value)

    class Shape:
        def area(self):  # dead
            return flat()

elif PY2 or sys.version_info[0] == 2:

    def text(value):  # dead
        return value

    class Shape:
        def area(self):  # dead
            return flat()

else:

    def text(value):  # reached
        return value

    class Shape:
        def area(self):  # reached
            return 1


if sys.version_info[:2] >= (3, 10):
    later()
elif sys.version_info >= (3, 9, 1):
    perhaps()


def handler(event, context):  # reached
    if not six.PY3:
        flat()
    if modern and (sys.version_info.minor < 9 or event):
        maybe()
    if PY2 and event:
        flat()
    else:
        text(tool())
    return Shape().area()


def old_text(value):  # dead
    return value


def flat():  # dead
    return 0


def later():  # dead
    return 0


def perhaps():  # reached
    return 0


def maybe():  # reached
    return 0


# file: new.py
def tool():  # reached
    return 1


# file: old.py
def tool():  # dead
    return 1


# file: six.py
PY2 = False
PY3 = True


# file: compat.py
import sys

if sys.version_info[0] > 2:
    import new
else:
    import old
