# getattr() of a name that is made up may be any method of the class, and of those below it.
# file: main.py
class Library:
    def call(self, name):  # reached
        return getattr(self, name.lower())()

    def one(self):  # reached
        return 1

    @staticmethod
    def two():  # reached
        return 2


class Larger(Library):
    def three(self):  # reached
        return 3


class Unused(Library):
    def four(self):  # dead
        return 4


class Other:
    def one_more(self):  # dead
        return 1


class Visitor:
    def visit(self, kind):  # reached
        return getattr(self, f"visit_{kind}")()

    def visit_list(self):  # reached
        return 1

    def leave_list(self):  # dead
        return 1


def handler(event, context):  # reached
    Other()
    Visitor().visit("list")
    return Larger().call(event["name"])
