# A name that is deleted and bound again keeps both meanings.
def first():  # reached
    pass


step = first
del step


def step():  # reached
    pass


def handler(event, context):  # reached
    return step()  # -> main:step
