# Through aliases and re-exports, four modules deep.
# file: main.py
import api as a


def handler(event, context):  # reached
    return a.go()  # -> impl:work


# file: api.py
from layer import start as go
# file: layer.py
from impl import work as start
# file: impl.py
def work():  # reached
    pass


def rest():  # dead
    pass
