# R8: an import that makes a package's own name the submodule stays, for all who read it.
# event
# then: main.reader.read(), main.lib.part.x, main.held.lib_version
# file: main.py
"""R8, overwritten."""
import lib  # eager
import reader  # eager
import user  # eager
import held  # eager


def handler(event, context):
    return lib.version, reader.version, user.version, held.lib_version


def late():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return user, text, len(text), text.upper(), text[::-1], text.lower()
# file: lib/__init__.py
"""It has the names already, as other things."""
part = other = None
version = 1
# file: lib/part.py
x = "part"
# file: lib/other.py
x = "other"
# file: reader.py
import lib  # eager
version = lib.version


def read():
    return lib.part.x, lib.other.x
# file: user.py
"""Nobody uses its name."""
import lib.part  # eager
version = 2
# file: held.py
"""The name is needed."""
import lib  # eager
import lib.other  # eager
lib_version = lib.version
