# Class and static methods, called on the class.
class Parser:
    @classmethod
    def make(cls):  # reached
        return cls.build()  # -> main:Parser.build

    @classmethod
    def build(cls):  # reached
        pass

    @staticmethod
    def check(value):  # reached
        pass


class Other:
    @staticmethod
    def check(value):  # dead
        pass


def handler(event, context):  # reached
    Other
    return Parser.make(), Parser.check(event)  # -> main:Parser.make main:Parser.check
