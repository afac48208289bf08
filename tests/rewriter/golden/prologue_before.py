import os; x = os.sep
# names: os path
# submodules: a b
# hold
