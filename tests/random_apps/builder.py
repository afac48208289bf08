"""Draws one application: its layout, and how its modules name each other's definitions.

Modules are numbered so that a package and what is in it are contiguous, and drawn from the last to the first. While it
is imported, a module uses those of higher number alone: no import of a circle meets a half-made module by accident. Calls
may go anywhere: upward imports stand in functions or on a module's last lines.
"""

from random_apps.model import CHANGES, PURE, App, Module

LAYOUTS = (  # after the entry: names below the application's prefix, packages end with a dot
    ("one", "two"),
    ("pkg.", "pkg.one"),
    ("one", "pkg.", "pkg.two"),
    ("pkg.", "pkg.one", "pkg.two", "three"),
    ("pkg.", "pkg.one", "pkg.sub.", "pkg.sub.two", "three"),
    ("one", "pkg.", "pkg.two", "pkg.three", "four", "five"),
    ("pkg.", "pkg.one", "pkg.sub.", "pkg.sub.two", "pkg.sub.three", "four", "five"),
    ("pkg.", "pkg.one", "pkg.two", "other.", "other.three", "other.four", "five"),
)
# Imports that work on a module whose body has only begun.
HALF_MADE = ("dotted", "as")


class Builder:
    def __init__(self, draw_int, prefix, minor):
        self.draw_int = draw_int  # (low, high) -> int, small is simple
        self.prefix = prefix
        self.minor = minor
        self.count = 0
        self.features = set()
        layout = self.pick(LAYOUTS)
        names = [("entry", False)] + [(name.rstrip("."), name.endswith(".")) for name in layout]
        self.modules = [Module(self.dotted(name), i, is_package) for i, (name, is_package) in enumerate(names)]

    def dotted(self, name):
        """Every part of the name carries the prefix: submodules of two packages do not share a last name either."""
        return ".".join(self.prefix + part for part in name.split("."))

    def pick(self, options):
        return options[self.draw_int(0, len(options) - 1)]

    def chance(self, percent):
        return self.draw_int(0, 99) >= 100 - percent

    def number(self):
        return self.draw_int(0, 9)

    def name(self, stem):
        self.count += 1
        return f"{stem}{self.count}"

    def app(self):
        return App(self.prefix, self.modules, features=self.features)

    # ---- who may be used

    def candidates(self, module, accept, upward=False):
        """(module, export) pairs that this module may name: its own so far, and those of modules below it."""
        found = []
        for other in self.modules:
            if other.index >= module.index or upward:
                found += [(other, export) for export in other.exports if accept(export)]
        return found

    def use(self, module, at_import=False, upward=False):
        """(blocks for the function's head, expression, what evaluating it does); a plain number when nothing is there."""

        def accept(export):
            # An import that reads what others change later is a known limit: see generate.LIMITS.
            return export.use and (not at_import or export.state in (PURE, CHANGES))

        found = self.candidates(module, accept, upward)
        if not found or self.chance(10):
            return [], str(self.number()), PURE
        target, export = self.pick(found)
        lines, name = self.reach(module, target, export, at_import)
        return lines, export.use.format(name), export.state

    def reach(self, module, target, export, at_import=False):
        """(blocks for the function's head, expression that gives the export); adds an import where one is needed."""
        if target is module:
            return [], f"__import__('sys').modules[__name__].{export.name}" if export.kind == "dynamic" else export.name
        upward = target.index < module.index
        in_function = not at_import and (self.chance(60 if upward else 20) or (upward and "hidden" in target.owns))
        style = self.pick(self.styles(module, target, export, at_import))
        if in_function and style == "star":
            style = "from"
        elif upward and not in_function:
            style = self.pick(HALF_MADE + (("submodule as",) if target.parent else ()))
            self.features.add("import circle")
        lines, name = self.statement(module, target, export, style)
        self.features.add("import " + style)
        if in_function:
            self.features.add("import in function")
            return ["\n".join(lines)], name
        statement = "\n".join(lines)
        if upward:
            module.tail.append(statement)
        elif at_import and self.chance(20):
            module.body.append(statement)
        elif statement not in module.imports:
            module.imports.append(statement)
        module.loads.add(target.name)
        return [], name

    def styles(self, module, target, export, at_import):
        if "hidden" in target.owns:  # its package binds something else under its name
            return ["from", "from as"]
        styles = ["from", "from as", "dotted", "as", "try", "if", "getattr"]
        if target.parent:
            styles += ["submodule", "submodule as"]
            if not at_import and any(
                target.name in other.loads for other in self.modules if other.index > module.index
            ):
                styles.append("parent only")
        if target.name.split(".")[0] == module.name.split(".")[0]:
            styles += ["relative from", "relative from as"] + (["relative submodule"] if target.parent else [])
        listed = target.all_names
        if target.index > module.index and (export.starred if listed is None else export.name in listed):
            styles.append("star")
        if self.chance(10):
            styles.append("import_module")
        return styles

    def relative(self, module, name):
        """How `module` writes the dotted `name` from where it is."""
        base, parts, dots = module.package.split("."), name.split("."), "."
        while base and base != parts[: len(base)]:
            base, dots = base[:-1], dots + "."
        return dots + ".".join(parts[len(base) :])

    def statement(self, module, target, export, style):
        """(lines of the import, expression)."""
        full, name, alias = target.name, export.name, self.name("z")
        if style in ("from", "star"):
            return [f"from {full} import {name if style == 'from' else '*'}"], name
        if style == "from as":
            return [f"from {full} import {name} as {alias}"], alias
        if style == "dotted":
            return [f"import {full}"], f"{full}.{name}"
        if style == "parent only":
            return [f"import {target.parent}"], f"{full}.{name}"
        if style == "as":
            return [f"import {full} as {alias}"], f"{alias}.{name}"
        if style == "getattr":
            return [f"import {full} as {alias}"], f"getattr({alias}, {name!r})"
        if style == "try":
            lines = ["try:", f"    from {full} import {name} as {alias}", "except ImportError:", f"    {alias} = None"]
            return lines, alias
        if style == "if":
            return ["if __name__:", f"    import {full} as {alias}"], f"{alias}.{name}"
        if style == "submodule":
            return [f"from {target.parent} import {target.leaf}"], f"{target.leaf}.{name}"
        if style == "submodule as":
            return [f"from {target.parent} import {target.leaf} as {alias}"], f"{alias}.{name}"
        if style == "relative from":
            return [f"from {self.relative(module, full)} import {name}"], name
        if style == "relative from as":
            return [f"from {self.relative(module, full)} import {name} as {alias}"], alias
        if style == "relative submodule":
            return [f"from {self.relative(module, target.parent)} import {target.leaf}"], f"{target.leaf}.{name}"
        assert style == "import_module", style
        return ["import importlib"], f"importlib.import_module({full!r}).{name}"


def worst(*states):
    """What several evaluations do together."""
    return max(states, default=PURE)
