# A local name that is bound to something else too may be anything.
class Circle:
    def area(self):  # reached
        pass


class Square:
    def area(self):  # reached
        pass


def handler(event, context):  # reached
    shape = Circle()
    if event:
        shape = event.make(Square)
    return shape.area()  # -> main:Circle.area main:Square.area
