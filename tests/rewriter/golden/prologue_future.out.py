r"""Doc."""
from __future__ import (
    annotations,
    division,
)  # comment
from __future__ import print_function; from _faaslight import enter as __fl__; __fl__ = __fl__(globals(), 3, '0123456789abcdef', '', '')
pass
# remove: os
