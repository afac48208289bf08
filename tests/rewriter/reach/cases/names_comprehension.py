# A comprehension is a scope of its own: its variable hides nothing outside it.
def handler(event, context):  # reached
    sizes = [size for size in event]
    return size(), sizes  # -> main:size


def size():  # reached
    pass
