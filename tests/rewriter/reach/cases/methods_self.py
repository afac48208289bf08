# self: what the class, its bases and the classes below it define; nothing else of that name.
class Root:
    def inherited(self):  # reached
        pass


class Base(Root):
    def run(self):  # reached
        self.step()  # -> main:Base.step main:Below.step
        self.inherited()  # -> main:Root.inherited

    def step(self):  # reached
        pass


class Below(Base):
    def step(self):  # reached
        pass


class Stranger:
    def step(self):  # dead
        pass

    def inherited(self):  # dead
        pass


def handler(event, context):  # reached
    Stranger
    return Below().run()  # -> main:Base.run
