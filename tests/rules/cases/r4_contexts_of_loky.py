# R4: loky's ways of starting processes are no effect where no code asks multiprocessing for one by name.
# event
# then: main.ask("spawn")
# then: main.start()
# file: main.py
"""R4."""
import multiprocessing
import joblib  # lazy


def handler(event, context):
    return multiprocessing.cpu_count() > 0


def ask(method):
    return method


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
