# R2: a name that the event reads from outside of its module is loaded with the import, not in the first call; what it did not
# come to waits.
# event
# then: main.handler({"seldom": 1, "never": 1}, None), main.never()
# file: main.py
"""R2, by phase."""
import lib  # eager


def handler(event, context):
    answer = lib.often(), by_chain(event.get("times", 0))
    if event.get("seldom"):
        answer += (by_seldom(),)
    if event.get("never"):
        answer += (lib.never(),)
    return answer


def by_chain(times):
    return lib.deep.deeper.name * times


def by_seldom():
    return lib.seldom()


def never():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return lib.never(), text, len(text), text.upper(), text[::-1], text.lower()
# file: lib/__init__.py
from ._often import often  # eager
from ._seldom import seldom  # lazy
from ._never import never  # lazy
from . import deep  # eager
# file: lib/_often.py
def often():
    return "often"
# file: lib/_seldom.py
def seldom():
    return "seldom"
# file: lib/_never.py
def never():
    return "never"
# file: lib/deep/__init__.py
from . import deeper  # eager
from . import other  # lazy
# file: lib/deep/deeper.py
name = "deeper"
# file: lib/deep/other.py
name = "other"
