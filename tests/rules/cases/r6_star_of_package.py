# R6: a star import of a package without __all__ copies the submodules that were loaded.
# then: dir(main)
# then: main.part.x
# file: main.py
"""R6."""
import package.part as again  # hoist: package.part
from package import *  # eager


def handler(event, context):
    return None


def use():  # guard: again
    return again
# file: package/__init__.py
"""A package without __all__."""
# file: package/part.py
x = 1
