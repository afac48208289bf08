# Which of two definitions counts is not known: both do.
import os

if os.environ.get("FAST"):

    def run():  # reached
        pass

else:

    def run():  # reached
        pass


def handler(event, context):  # reached
    return run()  # -> main:run
