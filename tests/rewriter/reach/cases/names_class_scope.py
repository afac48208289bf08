# Methods do not see the names of their class's body; the body itself does.
def helper():  # reached
    pass


class Shape:
    def helper(self):  # reached
        pass

    alias = helper

    def area(self):  # reached
        return helper()  # -> main:helper


def handler(event, context):  # reached
    return Shape().area()  # -> main:Shape.area
