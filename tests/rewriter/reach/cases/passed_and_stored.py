# Functions that are passed on or stored count as called.
def handler(event, context):  # reached
    table = {"x": stored}  # -> main:stored
    return sorted(event, key=passed), table  # -> main:passed


def passed(item):  # reached
    pass


def stored():  # reached
    pass
