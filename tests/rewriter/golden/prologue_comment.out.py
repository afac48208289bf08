from _faaslight import enter as __fl__; __fl__ = __fl__(globals(), 3, '0123456789abcdef', 'os', '')  # A licence, so the prologue goes on this line.

pass
# remove: os
# names: os
