# R4: an import in a function that ran, on a line that did not, loads nothing in the trace's runs: what changes its module
# is not hoisted for it, and comes along when the line runs after all.
# event
# then: main.tool.run(True)
# then: main.tool.run(True), main.other()
# then: main.tool.read()
# file: main.py
"""R4."""
import plugin  # lazy
import writer  # hoist: writer
import tool  # eager


def handler(event, context):
    return tool.run(False), tool.read()


def other():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return plugin.name, writer.name, text, len(text), text.upper(), text[::-1], text.lower()
# file: tool.py
"""Reads the shelf now and then, and the board always."""


def run(deep):
    text = 1
    if deep:
        import shelf
        return shelf.rows, text
    return text


def read():
    import board
    return board.rows
# file: plugin.py
"""Fills the shelf."""
import shelf
shelf.rows.append("plugin")
name = "plugin"
# file: writer.py
"""Fills the board."""
import board
board.rows.append("writer")
name = "writer"
# file: shelf.py
rows = []
# file: board.py
rows = []
