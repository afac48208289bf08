# R4: what is loaded at its place is loaded in the nearest module that is, also when that one came to be later.
# event
# then: main.told()
# file: main.py
"""R4."""
import done as before  # hoist: done more
import rows  # eager


def handler(event, context):
    return rows.first


def told():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return before.name, state.seen, text, len(text), text.upper(), text[::-1], text.lower()


import state
# file: done.py
"""Loads the rows, then more."""
import rows as before  # hoist: rows
if __name__:
    import more  # hoist: more
import state
state.seen.append("done")
name = "done"


def use():
    return before.first
# file: rows.py
"""The first."""
import state
state.seen.append("rows")
first = 1
# file: more.py
"""The second."""
import state
state.seen.append("more")
# file: state.py
"""What all change."""
seen = []
