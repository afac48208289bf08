# The body of whatever is imported runs: its calls, decorators and defaults.
# file: main.py
import part


def handler(event, context):  # reached
    pass


# file: part.py
def prepare():  # reached
    pass


def default():  # reached
    pass


def later():  # dead
    pass


prepare()  # -> part:prepare


def takes(value=default()):  # dead
    return later()
