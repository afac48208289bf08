# R4 on the worst: registries behind closures, weak sets, subclasses, patches, scans.
# event
# then: main.handler({}, None)
# then: main.shapes()
# then: main.scanned()
# then: main.patched(3)
# then: main.deep()
# file: main.py
"""R4."""
import hooks  # eager
import plugins.by_closure  # hoist: plugins.by_closure
import plugins.by_subclass  # hoist: plugins.by_subclass
import plugins.by_weakset  # hoist: plugins.by_weakset
import plugins.by_patch  # hoist: plugins.by_patch
import plugins.deep  # hoist: plugins.deep
import plugins.alone  # lazy
import plugins.twice  # hoist: plugins.twice
import scanner  # lazy


def handler(event, context):
    return sorted(hooks.known("names")), [cls.__name__ for cls in hooks.Base.__subclasses__()]


def shapes():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return sorted(hooks.area(shape) for shape in (1, "ab", [1, 2, 3])), len(hooks.live), text, len(text)


def scanned():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return sorted(scanner.found), text, len(text), text.upper(), text[::-1], text.lower()


def patched(n):  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return hooks.double(n), hooks.Base().hello(), text, len(text), text.upper(), text[::-1]


def deep():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return hooks.app.router.table.rows, plugins.alone.x, text, len(text), text.upper(), text[::-1]
# file: hooks.py
"""What others register with."""
import functools
import weakref


def make():
    names = {}

    def known(name=None, value=None):
        if value is not None:
            names[name] = value
        return list(names)

    return known


known = make()
live = weakref.WeakSet()


class Base:
    def hello(self):
        return "hello"


class Node:
    pass


app = Node()
app.router = Node()
app.router.table = Node()
app.router.table.rows = []


def double(n):
    return n * 2


@functools.singledispatch
def area(shape):
    return -1
# file: plugins/__init__.py
# file: plugins/by_closure.py
import hooks

hooks.known("closure", 1)
# file: plugins/by_subclass.py
import hooks


class Plugin(hooks.Base):
    pass
# file: plugins/by_weakset.py
import hooks


class Live:
    pass


one = Live()
hooks.live.add(one)
# file: plugins/by_patch.py
"""Replaces a function and a method of another module."""
import hooks

original = hooks.double
hooks.double = lambda n: original(n) + 1
hooks.Base.hello = lambda self: "patched"
# file: plugins/deep.py
import hooks

hooks.app.router.table.rows.append("deep")
# file: plugins/alone.py
x = 1
# file: plugins/twice.py
"""Registers types with a generic function."""
import hooks


@hooks.area.register(str)
def of_text(shape):
    return len(shape)
# file: scanner/__init__.py
"""Imports all that lies beside it."""
import importlib
import pkgutil

found = {}
for info in pkgutil.iter_modules(__path__):
    module = importlib.import_module(__name__ + "." + info.name)
    found[info.name] = module.value
# file: scanner/one.py
value = 1
# file: scanner/two.py
value = 2
