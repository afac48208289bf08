# global and nonlocal names are the outer scopes' own.
def handler(event, context):  # reached
    state = one

    def inner():  # reached
        nonlocal state
        global chosen
        state = two  # -> main:two
        chosen = three  # -> main:three

    inner()  # -> main:handler.<locals>.inner
    return state


def one():  # reached
    pass


def two():  # reached
    pass


def three():  # reached
    pass


def four():  # dead
    pass
