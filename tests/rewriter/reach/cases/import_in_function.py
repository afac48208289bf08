# An import in a function counts when the function can run.
# file: main.py
def handler(event, context):  # reached
    from part import one

    return one()  # -> part:one


def never():  # dead
    import other

    other.run()


# file: part.py
def one():  # reached
    pass


# file: other.py
def run():  # dead
    pass


run()
