"""What a random application is made of: modules with text, what they define for each other, and steps that use it.

A module's names are numbered through the whole application (`f3`, `C7`), so that two imports never meet in one name
unless a feature wants them to. Each definition that others may use is an Export: its name and a template of an
expression over it whose value can be printed and is the same in every run.
"""

from dataclasses import dataclass, field

# What evaluating an export does, beyond giving a value. Import-time uses and threads take only what they may.
PURE, CHANGES, READS, PRINTS = 0, 1, 2, 3


@dataclass
class Export:
    name: str
    use: str  # a template: "{}(3)"
    state: int = PURE
    kind: str = "function"  # also: class, decorator, base, error, value, registry, manager
    starred: bool = True  # `from m import *` without __all__ brings it
    more: str = ""  # what features of other modules need to know


@dataclass
class Module:
    name: str  # dotted
    index: int  # a module uses, while it is imported, only modules of higher index
    is_package: bool = False
    doc: str = ""
    future: bool = False
    imports: list = field(default_factory=list)  # statements, each maybe of several lines
    body: list = field(default_factory=list)
    tail: list = field(default_factory=list)  # imports of circles: everything is defined by then
    exports: list = field(default_factory=list)
    all_names: object = None  # __all__, or None
    owns: set = field(default_factory=set)  # things that there is one of: "__getattr__"
    loads: set = field(default_factory=set)  # modules that its body surely imports

    @property
    def leaf(self):
        return self.name.rpartition(".")[2]

    @property
    def parent(self):
        return self.name.rpartition(".")[0]

    @property
    def package(self):
        """Where its relative imports start."""
        return self.name if self.is_package else self.parent

    @property
    def file(self):
        return self.name.replace(".", "/") + ("/__init__.py" if self.is_package else ".py")

    def add(self, *lines):
        self.body.append("\n".join(lines))

    def export(self, name, use, state=PURE, kind="function", more=""):
        self.exports.append(Export(name, use, state, kind, not name.startswith("_"), more))
        return name

    def text(self):
        parts = [f'"""{self.doc}"""'] if self.doc else []
        parts += ["from __future__ import annotations"] if self.future else []
        parts += self.imports
        if self.all_names is not None:
            parts.append(f"__all__ = {self.all_names!r}")
        return "\n".join(parts + self.body + self.tail) + "\n"


@dataclass
class App:
    prefix: str
    modules: list
    steps: list = field(default_factory=list)  # (key, text of its function): the entry's table
    quiet: list = field(default_factory=list)  # those of them that threads may run together
    outside: list = field(default_factory=list)  # what the worker does to the modules from outside
    features: set = field(default_factory=set)

    @property
    def entry(self):
        return self.modules[0].name

    @property
    def keys(self):
        return [key for key, _ in self.steps]

    def files(self):
        files = {module.file: module.text() for module in self.modules}
        files[self.modules[0].file] += self.table()
        return files

    def table(self):
        """The end of the entry: the steps, and what runs one by its key."""
        lines = [text for _, text in self.steps]
        lines.append("STEPS = {" + ", ".join(f"{key!r}: step_{key}" for key in self.keys) + "}")
        lines += [
            "def outcome(key):",
            "    try:",
            "        return repr(STEPS[key]())",
            "    except Exception as error:",
        ]
        return "\n".join([*lines, "        return type(error).__name__ + ': ' + str(error)"]) + "\n"


def main_text(apps):
    """The handler's module of a package that holds these applications side by side."""
    lines = ['"""Runs the named steps."""']
    lines += [f"import {app.entry}" for app in apps]
    table = ", ".join(app.entry for app in apps)
    lines += [
        f"APPS = [{table}]",
        "def handler(event, context):",
        "    answers = []",
        "    for name in event['call']:",
        "        for app in APPS:",
        "            if name in app.STEPS:",
        "                answers.append(app.outcome(name))",
        "    return answers",
    ]
    return "\n".join(lines) + "\n"
