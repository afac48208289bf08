# R1: what the serverless runtime has loaded is not the application's to rewrite, unless the application brings a copy of
# its own and takes the runtime's out of sys.modules: the copy is what runs then.
# event
# then: main.decimal.price(3)
# file: main.py
"""R1."""
import sys

sys.modules.pop("decimal", None)
import decimal  # eager


def handler(event, context):  # kept
    return {"module": decimal.__name__}
# file: decimal.py
"""A module that the runtime has loaded under the same name."""


def price(n):  # lazy
    total = 0
    for number in range(n):
        total += number * number
        total -= number // 2
    return total, "long enough to be worth a stub of its own, and then some more text"
