# R3: an import that only brings a submodule waits, where its package's name is needed and there.
# event
# then: main.user.lib.later.x, main.user.lib.deep.inner.x
# then: main.other.take()
# then: main.asks.lib.now.x
# then: main.alone.late.x
# file: main.py
"""R3, left to the package."""
import user  # eager
import other  # eager
import asks  # eager
import alone  # eager
import effect  # eager


def handler(event, context):
    return user.version, asks.now(), other.one(), alone.version, effect.version
# file: user.py
"""The name is needed, and there by the first import."""
import lib  # eager
import lib.later  # lazy
import lib.deep.inner  # lazy
version = lib.version


def use():
    return lib.later.x
# file: other.py
"""It has lib.later of the other module's import."""
import lib  # eager


def one():
    return lib.version


def take():
    return lib.later.x
# file: asks.py
"""What runs names one of the submodules."""
import lib  # eager
import lib.now  # eager
import lib.both, lib.later  # lazy
version = lib.version


def now():
    return lib.now.x, lib.both.x
# file: alone.py
"""The name is bound by this import."""
import alone_lib.late  # eager
version = alone_lib.version
late = alone_lib.late
# file: effect.py
"""What the submodule does when it is imported counts."""
import lib  # eager
import lib.loud  # eager
version = lib.version
# file: lib/__init__.py
version = 1
seen = []
# file: lib/later.py
x = "later"
# file: lib/now.py
x = "now"
# file: lib/both.py
x = "both"
# file: lib/loud.py
import lib
lib.seen.append("loud")
# file: lib/deep/__init__.py
x = "deep"
# file: lib/deep/inner.py
x = "inner"
# file: alone_lib/__init__.py
version = 2
# file: alone_lib/late.py
x = "late"
