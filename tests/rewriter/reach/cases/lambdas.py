# What a lambda names is reached with it.
def handler(event, context):  # reached
    return sorted(event, key=lambda item: weigh(item))  # -> main:weigh


def weigh(item):  # reached
    pass
