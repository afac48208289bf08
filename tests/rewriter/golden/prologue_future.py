r"""Doc."""
from __future__ import (
    annotations,
    division,
)  # comment
from __future__ import print_function
import os
# remove: os
