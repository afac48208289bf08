# R6: star imports take what they took.
# event
# then: main.names()
# then: main.public
# then: main.helper_value
# file: main.py
"""R6."""
from exports import *  # eager
from with_all import *  # lazy
from with_branch import *  # eager


def handler(event, context):
    return 1


def names():
    return sorted(name for name in globals() if not name.startswith("_"))
# file: exports.py
"""No __all__: every public name is taken."""
import helper  # eager
import helper as _private  # lazy
from helper import value as helper_value  # eager
public = 1


def use():  # guard: _private
    return _private.value
# file: with_all.py
"""With an __all__ that the text does not give: it is the trace's."""
import helper  # lazy
import helper as listed  # lazy
__all__ = list(("listed", "shown"))
shown = 2


def use():  # guard: helper
    return helper.value
# file: with_branch.py
"""With an __all__ that may be another elsewhere."""
import os
import helper  # lazy
import helper as branched  # eager
if os.environ.get("NEVER_SET"):
    __all__ = ["use"]
else:
    __all__ = list(("branched", "seen"))
seen = 2


def use():  # guard: helper
    return helper.value
# file: helper.py
value = "helper"
