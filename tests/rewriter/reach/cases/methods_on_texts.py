# Methods of literals are the interpreter's own.
class Template:
    def join(self, parts):  # dead
        pass

    def swapcase(self):  # dead
        pass


def handler(event, context):  # reached
    text = "x"
    Template
    return "-".join(["a"]), "{}".format(1).swapcase(), text.swapcase(), str(event).swapcase()
