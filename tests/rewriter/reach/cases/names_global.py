# A name means what the module binds; a local binding of the same name hides it.
def handler(event, context):  # reached
    used()  # -> main:used
    hidden = event
    return hidden


def used():  # reached
    pass


def hidden():  # dead
    pass
