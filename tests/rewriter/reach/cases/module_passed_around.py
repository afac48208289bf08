# A module that is passed on: attribute names reach its functions, here and elsewhere.
# file: main.py
import backend


def use(module):  # reached
    return module.compute()  # -> backend:compute


def handler(event, context):  # reached
    return use(backend), backend.other()  # -> main:use backend:other


# file: backend.py
def compute():  # reached
    pass


def other():  # reached
    pass


def rest():  # dead
    pass
