# R3: `import a.b` also sets a.b: who uses it through the package finds it.
# event
# then: main.through_package()
# then: main.pkg.sub.x
# file: main.py
"""R3."""
import pkg  # eager
import supplier  # lazy


def handler(event, context):
    return pkg.y


def through_package():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return pkg.sub.x, text, len(text), text.upper(), text[::-1], text.lower(), text.title()


def supply():  # guard: supplier
    return supplier.x
# file: supplier.py
"""Imports a submodule that others use without importing it."""
import pkg.sub
x = pkg.sub.x
# file: pkg/__init__.py
y = 1
# file: pkg/sub.py
x = "sub"
