"""Carriage returns."""; from _faaslight import enter as __fl__; __fl__ = __fl__(globals(), 3, '0123456789abcdef', '', '')
def f():
    """Doc."""
    return __fl__(0)()



pass

# lazy: f
# remove: b c
# epilogue
__fl__.ready()
