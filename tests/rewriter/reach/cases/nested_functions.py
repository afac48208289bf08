# Functions and classes inside a reachable function.
def handler(event, context):  # reached
    def inner():  # reached
        return helper()  # -> main:helper

    class Local:
        def run(self):  # reached
            pass

    return inner(), Local().run()  # -> main:handler.<locals>.inner main:handler.<locals>.Local.run


def helper():  # reached
    pass
