# Imports for the type checker alone do not run.
# file: main.py
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import heavy


def handler(event: "heavy.Thing", context):  # reached
    return 1


# file: heavy.py
def setup():  # dead
    pass


setup()
