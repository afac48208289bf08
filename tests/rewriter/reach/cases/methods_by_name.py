# On a receiver that nothing tells, all methods of the name of classes that reachable code names.
class Circle:
    def area(self):  # reached
        pass


class Square:
    def area(self):  # dead
        pass


def handler(event, context):  # reached
    return event.area(), Circle  # -> main:Circle.area
