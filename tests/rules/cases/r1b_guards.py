# R1b: an unentered function that cannot be lazy binds the lazy names it uses before anything else.
# event
# then: main.small('{"a": 1}')
# then: main.outer()('{"b": [1]}')
# file: main.py
"""R1b."""
import other  # lazy


def small(text):  # guard: other
    return other.read(text)


def outer():
    def inner(text):  # guard: other
        return other.read(text)

    return inner


def handler(event, context):
    outer()
    return 1
# file: other.py
"""Reads."""
import json


def read(text):
    return json.loads(text)
