"""Doc."""; import os
from __future_not__ import x
# remove: os
# epilogue
# hold
