from _faaslight import enter as __fl__; __fl__ = __fl__(globals(), 3, '0123456789abcdef', 'os path', 'a b'); __fl__.hold(9); import os; x = os.sep
# names: os path
# submodules: a b
# hold
