# R6: what stands under an `if` that asks for a constant is bound for certain.
# event
# then: main.taken.late, main.taken.none
# then: main.open_to_doubt.late
# then: sorted(main.core.__all__)
# file: main.py
import taken  # eager
import open_to_doubt  # eager
import core  # lazy


def handler(event, context):
    return taken.kept, open_to_doubt.kept
# file: taken.py
"""A star import of what numpy looks like."""
from core import *  # lazy
kept = 1
# file: core/__init__.py
"""numpy."""
try:
    __SETUP__
except NameError:
    __SETUP__ = False
if __SETUP__:
    print("never")
else:
    from core import part  # lazy
    from core.part import late  # lazy
    none = None
    __all__ = list(set(part.__all__) | {"none"})
# file: core/part.py
__all__ = ["late"]
late = "late"
# file: open_to_doubt.py
"""The condition is none."""
from doubted import *  # eager
kept = 1
# file: doubted.py
"""As above, but for the list."""
import os
if os.sep == "/":
    late = 1
    __all__ = list(set(["late"]))
