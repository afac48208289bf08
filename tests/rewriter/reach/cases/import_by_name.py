# import_module and __import__ with constants.
# file: main.py
import importlib


def handler(event, context):  # reached
    module = importlib.import_module("plugins.csv")
    return module.load(event)  # -> plugins.csv:load


# file: plugins/__init__.py
# file: plugins/csv.py
def load(event):  # reached
    pass


# file: plugins/xml.py
def load(event):  # dead
    pass
