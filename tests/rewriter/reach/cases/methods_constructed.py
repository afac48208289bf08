# What calling a class gives is an instance of it.
# file: main.py
import shapes


def handler(event, context):  # reached
    circle = shapes.Circle()
    shapes.Square
    return circle.area()  # -> shapes:Circle.area


# file: shapes.py
class Circle:
    def area(self):  # reached
        pass


class Square:
    def area(self):  # dead
        pass
