# Relative imports of any depth.
# file: main.py
from pack.deep.leaf import leaf


def handler(event, context):  # reached
    return leaf()  # -> pack.deep.leaf:leaf


# file: pack/__init__.py
def top():  # reached
    pass


def other():  # dead
    pass


# file: pack/deep/__init__.py
# file: pack/deep/leaf.py
from .. import top
from ..side import beside
from . import near


def leaf():  # reached
    top()  # -> pack:top
    beside()  # -> pack.side:beside
    near.close()  # -> pack.deep.near:close


# file: pack/deep/near.py
def close():  # reached
    pass


# file: pack/side.py
def beside():  # reached
    pass
