# R4: a hoist stands where a module's body led to the import, also when a function did the importing: the module of that
# function is half executed at its own prologue, and nothing there led to anything. (anyio's packages are made like this.)
# event
# then: main.other()
# then: main.api.Thing.__name__
# file: main.py
"""R4."""
import api  # eager
import user  # hoist: api.part


def handler(event, context):
    return api.NAME


def other():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return user.Part.thing().__name__, text, len(text), text.upper(), text[::-1], text.lower()
# file: user.py
"""Uses a part of the API."""
from api import Part
# file: api/__init__.py
"""An API that imports its parts on demand, by a function of another module."""
from ._importer import install  # eager
NAME = "api"
install()
# file: api/_importer.py
"""Gives the package that asks for it a __getattr__."""
import sys
from importlib import import_module


def install():
    names = sys._getframe(1).f_globals

    def __getattr__(name):
        if name not in ("Part", "Thing"):
            raise AttributeError(name)
        value = getattr(import_module("api." + name.lower()), name)
        if name == "Thing":
            names[name] = value
        return value

    names["__getattr__"] = __getattr__
# file: api/part.py
"""A part. Its import leaves Thing in the package."""
from api import Thing


class Part:
    @staticmethod
    def thing():
        return Thing
# file: api/thing.py
"""Another."""


class Thing:
    pass
