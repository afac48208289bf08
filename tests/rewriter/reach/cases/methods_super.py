# super(): behind the class in the order of each class below it.
class Root:
    def close(self):  # reached
        pass


class Left(Root):
    def close(self):  # reached
        return super().close()  # -> main:Right.close


class Right(Root):
    def close(self):  # reached
        return super().close()  # -> main:Root.close


class Both(Left, Right):
    def close(self):  # reached
        return super().close()  # -> main:Left.close


def handler(event, context):  # reached
    return Both().close()  # -> main:Both.close
