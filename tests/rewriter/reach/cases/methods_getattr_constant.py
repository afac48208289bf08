# getattr with a constant.
class Thing:
    def wanted(self):  # reached
        pass

    def unwanted(self):  # dead
        pass


def handler(event, context):  # reached
    return getattr(event, "wanted")(), Thing  # -> main:Thing.wanted
