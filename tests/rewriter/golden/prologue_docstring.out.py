"""Doc."""; from _faaslight import enter as __fl__; __fl__ = __fl__(globals(), 3, '0123456789abcdef', '', ''); __fl__.hold(9); pass
from __future_not__ import x
# remove: os
# epilogue
# hold
__fl__.ready()
