# R4: where code may ask multiprocessing for a way of starting processes by name, loky's are there as they always were.
# event
# then: main.ask("spawn")
# then: main.start()
# file: main.py
"""R4."""
import multiprocessing
import joblib  # hoist: joblib.externals.loky.backend.context
import user  # eager

def handler(event, context):
    return multiprocessing.cpu_count() > 0, user.NAME


def ask(method):
    return user.ask(method)


def start():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return joblib.context().get_start_method(), text, len(text), text.upper(), text[::-1], text.lower()
# file: joblib/__init__.py
"""Like joblib."""
from .externals.loky.backend import context as _context  # lazy


def context():
    return _context.CONTEXT
# file: joblib/externals/__init__.py
# file: joblib/externals/loky/__init__.py
# file: joblib/externals/loky/backend/__init__.py
# file: joblib/externals/loky/backend/context.py
import multiprocessing


class LokyContext(multiprocessing.context.SpawnContext):
    _name = "loky"


CONTEXT = LokyContext()
multiprocessing.context._concrete_contexts["loky"] = CONTEXT
# file: user.py
import multiprocessing
NAME = "user"


def ask(method):
    return multiprocessing.get_context(method).get_start_method(), multiprocessing.get_context("loky").get_start_method()
