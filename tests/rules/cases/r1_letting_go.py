# R1: a function that gives up a parameter is kept: the frame of a stub would hold the argument on.
# event
# then: main.by_none()
# then: main.by_delete()
# then: main.by_chain()
# then: main.by_method()
# then: main.lib.of_others(main.watch.lib.Task())
# file: main.py
"""R1."""
import lib
import watch


def handler(event, context):  # kept
    return watch.freed(lambda task: None)


def by_none():
    return ["long enough to be worth a stub of its own", "and then some more text", watch.freed(lib.by_none)]


def by_delete():
    return ["long enough to be worth a stub of its own", "and then some more text", watch.freed(lib.by_delete)]


def by_chain():
    return ["long enough to be worth a stub of its own", "and then some more text", watch.freed(lib.by_chain)]


def by_method():
    return ["long enough to be worth a stub of its own", "and then some more text", watch.freed(lib.Task.step)]


# file: watch.py
import weakref

import lib


def freed(function):  # kept
    """The error that it gives has a traceback; its frames lead to that of the stub, if there is one."""
    task = lib.Task()
    seen = weakref.ref(task)
    error = function(task)
    del task
    return type(error).__name__, seen() is None


# file: lib.py
"""Most give an error whose traceback leads to the frame above."""


class Task:
    def step(self):  # kept
        try:
            raise ValueError("long enough to be worth a stub of its own, and then some more text, and so on")
        except ValueError as error:
            return error
        finally:
            self = None


def by_none(task):  # kept
    try:
        raise ValueError("long enough to be worth a stub of its own, and then some more text, and so on")
    except ValueError as error:
        task = None
        return error


def by_delete(task):  # kept
    try:
        raise ValueError("long enough to be worth a stub of its own, and then some more text, and so on")
    except ValueError as error:
        del task
        return error


def by_chain(task):  # kept
    try:
        raise ValueError("long enough to be worth a stub of its own, and then some more text, and so on")
    except ValueError as error:
        other = task = None
        return error if other is None else None


def of_others(task):  # lazy
    task.value = other = None
    del task.value, other
    return "long enough to be worth a stub of its own, and then some more text, and so on, and so on"
