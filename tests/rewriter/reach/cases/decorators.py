# A decorator that may keep what it gets makes it reachable; one that does not, does not.
# file: main.py
import functools

import registry


@registry.register
def registered():  # reached
    pass


@functools.lru_cache
def cached():  # dead
    pass


def handler(event, context):  # reached
    pass


# file: registry.py
known = []


def register(function):  # reached
    known.append(function)
    return function
