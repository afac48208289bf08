# R6: a star import of a package without __all__ runs before what it did not copy is loaded.
# then: main.main_names()
# then: 'part' in dir(names)
# file: main.py
"""R6."""
import names  # hoist: names
import package.part as again  # lazy


def handler(event, context):
    from package import part

    return part.x


def use():  # guard: again names
    return again, names
# file: names.py
"""Imports all names of a package, of which nothing is loaded."""
from package import *  # eager
# file: package/__init__.py
"""A package without __all__."""
# file: package/part.py
x = 1
