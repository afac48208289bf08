"""Carriage returns."""
def f():
    """Doc."""
    x = 1
    return x


from a import (b,
    c)
# lazy: f
# remove: b c
# epilogue