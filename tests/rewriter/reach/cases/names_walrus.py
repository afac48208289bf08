# A walrus binds in the function around the comprehension.
def handler(event, context):  # reached
    [chosen := item for item in event]
    return chosen


def chosen():  # dead
    pass
