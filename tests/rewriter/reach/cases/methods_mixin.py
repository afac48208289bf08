# A mixin calls what only meets it in a class below both.
class Mixin:
    def run(self):  # reached
        return self.load()  # -> main:Loader.load


class Loader:
    def load(self):  # reached
        pass


class Job(Mixin, Loader):
    pass


class Other:
    def load(self):  # dead
        pass


def handler(event, context):  # reached
    Other
    return Job().run()  # -> main:Mixin.run
