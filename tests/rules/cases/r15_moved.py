# R15: what was found through a folder that is in sys.path for a moment only is loaded in that moment.
# event
# then: main.late()
# then: main.hidden()
# file: main.py
"""R15."""
import os
import sys
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE + "/parts")
import part  # hoist: part
import pack.sub  # hoist: pack.sub pack
import user  # lazy
import helper  # hoist: other
import plain  # lazy
sys.path.remove(HERE + "/parts")
sys.path.insert(0, HERE + "/newer")
import twin  # eager


def handler(event, context):
    return twin.value


def late():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return part.value, pack.sub.value, user.use(), helper.use(), plain.value, text, len(text), text[::-1]


def hidden():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return text, len(text), text.upper(), text[::-1], text.lower(), plain.value, plain.value
# file: parts/part.py
value = "a part"
# file: parts/pack/__init__.py
# file: parts/pack/sub.py
value = "a part of a package"
# file: parts/other.py
value = "other"
# file: user.py
"""Needs what is always there."""
import plain  # lazy


def use():
    return plain.value
# file: helper.py
"""Needs what is there now."""
import other  # lazy


def use():
    return other.value
# file: plain.py
value = "plain"
# file: twin.py
value = "the older twin"
# file: newer/twin.py
value = "the newer twin"
