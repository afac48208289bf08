# R9: a module whose body reads what another import sets is loaded where it always was, be it before or after.
# then: main.late()
# then: main.origin.names, main.before.taken()
# file: main.py
"""R9."""
import origin
import before  # hoist: before
import patcher  # hoist: patcher
import after  # hoist: after
import neither  # lazy
START = origin.START


def handler(event, context):
    return START


def late():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return before.taken(), after.taken, neither.taken, patcher.x, text, len(text), text.upper(), text[::-1]
# file: origin.py
"""What others read and set."""
START = 1
names = ["old"]
class Box:
    size = 1
# file: before.py
"""Reads both before they are set."""
from origin import names  # eager
import origin
size = origin.Box.size
def taken():
    return names, size
# file: patcher.py
"""Sets both."""
import origin
origin.names = ["new"]
origin.Box.size = 2
x = 1
# file: after.py
"""Reads one after it was set."""
import origin
taken = [origin.names, 1]
# file: neither.py
"""Reads something else."""
from origin import START
taken = START
