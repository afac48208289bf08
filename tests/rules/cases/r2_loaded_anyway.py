# R2: a name is bound at once where its module is loaded by then anyway; a patch that comes later is not seen.
# then: main.patch()
# then: main.told()
# then: main.settings_again()
# file: main.py
"""R2."""
import again
import settings as late  # lazy
from lonely import word  # lazy
from settings import limit  # eager
from settings import path  # lazy
from settings import shape, size  # eager

AREA = size * 2


def handler(event, context):
    return AREA


def patch():  # lazy
    for name in ("limit", "shape", "size"):
        setattr(late, name, "patched, by a function that no event entered, and nobody can see that in the text")


def told():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return limit, shape, size, path.sep, word, text, len(text), text.upper(), text[::-1]


def settings_again():  # guard: late
    return late.limit
# file: again.py
"""Lazy itself; when it is loaded, settings is there."""
from settings import limit  # eager


def use():
    return limit
# file: settings.py
"""Loaded by main, which needs size."""
import folder as path  # lazy
limit = 10
shape = "round"
size = 3
# file: folder.py
sep = "/"
# file: lonely.py
"""Nothing else loads it."""
word = "word"
