# Special methods and properties of classes that reachable code names.
class Box:
    def __init__(self):  # reached
        self.value = prepare()  # -> main:prepare

    def __len__(self):  # reached
        pass

    @property
    def size(self):  # reached
        pass

    @size.setter
    def size(self, value):  # reached
        pass

    def unused(self):  # dead
        pass


def prepare():  # reached
    pass


class Never:
    def __init__(self):  # dead
        pass


def handler(event, context):  # reached
    box = Box()  # -> main:Box.__init__
    box.size = 3  # -> main:Box.size
    return len(box)
