# R2: a name is lazy when every use of it lies in functions that bind it first.
# event
# then: main.uses_later()
# then: main.used_in_handler.__name__, main.later.__name__
# then: [name for name in dir(main) if not name.startswith("__")]
# then: main.rebound
# file: main.py
"""R2."""
import at_import  # eager
import later  # lazy
import used_in_handler  # eager
import in_default  # eager
import in_annotation  # eager
import in_lambda  # eager
import rebound  # eager
from later import value as renamed  # lazy
from later import value, other  # lazy

rebound = at_import.x
pick = lambda: in_lambda.x  # noqa: E731


def handler(event, context):
    return used_in_handler.x


def uses_later(y=in_default.x):  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return later.value, renamed, value, other, y, text, len(text), text.upper(), text[::-1]


def annotated(x: "in_annotation.T"):
    return x
# file: at_import.py
x = 1
# file: later.py
loaded = True
value = ["later"]
other = 3
# file: used_in_handler.py
x = 2
# file: in_default.py
x = 3
# file: in_annotation.py
T = int
# file: in_lambda.py
x = 4
# file: rebound.py
x = 5
