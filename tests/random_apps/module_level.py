"""Features of module bodies: import effects on other modules, registries, module hooks, names bound in odd ways."""

from random_apps.bodies import body_lines
from random_apps.model import CHANGES, PURE, READS


def registry(builder, module):
    """A table that other modules may fill while they are imported, and functions over it."""
    table, decorator, shown = builder.name("TABLE"), builder.name("register"), builder.name("f")
    module.add(
        f"{table} = {{}}",
        f"def {decorator}(f):",
        f"    {table}[getattr(f, '__name__', 'none')] = len({table})",
        "    return f",
        f"def {shown}():",
        f"    return ({shown!r}, list({table}.items()))",
    )
    module.export(decorator, "", kind="decorator")
    module.export(table, "list({})", READS, kind="table")
    module.export(shown, "{}()", READS)


def holder(builder, module):
    """A class, a list and a setting for others to change while they are imported."""
    cls, items, setting, shown = builder.name("C"), builder.name("ITEMS"), builder.name("SETTING"), builder.name("f")
    hook = builder.name("hook")
    module.add(
        f"class {cls}:",
        "    extra = 0",
        "    known = ()",
        f"{items} = []",
        f"{setting} = 0",
        f"def {hook}(n=1):",
        f"    return ({hook!r}, n, 'a text that makes it worth its while', n * 2, [n for _ in range(3)])",
        f"def {shown}():",
        f"    return ({shown!r}, {cls}.extra, {cls}.known, list({items}), {setting}, {hook}(2))",
    )
    more = f"{cls} {items} {setting} {hook}"
    module.export(shown, "{}()", READS, kind="holder", more=more)
    module.export(cls, "({0}.extra, {0}.known)", READS)
    module.export(items, "list({})", READS)


def effect(builder, module):
    """Changes another module (or this one) while it is imported."""
    found = builder.candidates(module, lambda export: export.kind in ("table", "holder"))
    if not found:
        holder(builder, module)
        return
    target, export = builder.pick(found)
    owner, number = builder.name("owner"), builder.number()
    lines = [f"import {target.name} as {owner}"]
    if builder.chance(30) and target is not module:
        lines = [f"import sys, {target.name}", f"{owner} = sys.modules[{target.name!r}]"]
    if target is module:
        lines = ["import sys", f"{owner} = sys.modules[__name__]"]
    if export.kind == "table":
        lines.append(
            builder.pick(
                (
                    f"{owner}.{export.name}[{owner!r}] = {number}",
                    f"{owner}.{export.name}.update({owner}={number})",
                    f"{owner}.{export.name}.setdefault('first', {owner!r})",
                    f"{owner}.{export.name}['last'] = {owner!r}",
                )
            )
        )
    else:
        cls, items, setting, hook = export.more.split()
        lines += builder.pick(
            (
                [f"{owner}.{items}.append({number})"],
                [f"{owner}.{items}[:] = [{owner!r}]"],
                [f"{owner}.{setting} = {owner!r}"],
                [f"{owner}.{cls}.extra = {owner!r}"],
                [f"{owner}.{cls}.extra += 1"],
                [f"{owner}.{cls}.known += ({number},)"],
                [f"setattr({owner}.{cls}, 'added', {number})"],
                [f"del {owner}.{cls}.known"] if builder.chance(10) else [f"{owner}.{items} = ({number},)"],
                [f"{owner}.{owner} = lambda: {number}"],
                [
                    f"def {owner}_patched(n=1, before={owner}.{hook}):",
                    f"    return ({owner!r}, before(n), 'and a text that makes it worth its while', n, n * 2)",
                    f"{owner}.{hook} = {owner}_patched",
                ],
                [
                    f"def {owner}_method(self):",
                    f"    return ({owner!r}, self.extra, 'and a text that makes it worth its while', 1, 2)",
                    f"{owner}.{cls}.__repr__ = {owner}_method",
                ],
            )
        )
    module.loads.add(target.name)
    if builder.chance(30):  # what the module says is not where it stands
        lines = ["if __name__:", *["    " + line for line in lines]]
    module.add(*lines)


def process_effect(builder, module):
    """Changes what belongs to the process."""
    mark = builder.prefix + builder.name("mark")
    known = {
        "environ": (f"os.environ[{mark!r}] = 'set'", f"os.environ.get({mark!r})"),
        "path": (f"sys.path.append('/nowhere/{mark}')", f"'/nowhere/{mark}' in sys.path"),
        "builtins": (f"builtins.{mark} = 5", f"getattr(builtins, {mark!r}, None)"),
        "codecs": (
            f"codecs.register_error({mark!r}, lambda e: ('?', e.end))",
            f"b'\\xff'.decode('ascii', {mark!r})",
        ),
        "logging": (
            f"logging.getLogger({mark!r}).setLevel(7)",
            f"logging.getLogger({mark!r}).getEffectiveLevel()",
        ),
        "copyreg": (
            f"copyreg.dispatch_table[type(NotImplemented)] = {mark!r}.count",
            "len(copyreg.dispatch_table) > 0",
        ),
        "atexit": (f"atexit.register(print, {mark!r})", "1"),
        "warnings": (
            f"warnings.filterwarnings('ignore', message={mark!r})",
            f"any({mark!r} in str(f[1]) for f in warnings.filters)",
        ),
    }
    kind = builder.pick(sorted(known))
    builder.features.add("process " + kind)
    name = builder.name("f")
    module.add("import atexit, builtins, codecs, copyreg, logging, os, sys, warnings", known[kind][0])
    reader = builder.pick([other for other in builder.modules if other.index >= module.index])
    reader.add("import atexit, builtins, codecs, copyreg, logging, os, sys, warnings")
    reader.add(f"def {name}():", f"    return ({name!r}, {known[kind][1]}, 'a text to make it worth its while', 1, 2)")
    reader.export(name, "{}()", READS)


def plugins(builder, module):
    """A base class that keeps its subclasses by a hook: others plug in by being imported."""
    name, plugin, shown = builder.name("C"), builder.name("C"), builder.name("f")
    module.add(
        f"class {name}:",
        "    plugins = []",
        "    def __init_subclass__(cls, **kw):",
        f"        {name}.plugins.append(cls.__name__)",
        f"class {plugin}({name}):",
        "    pass",
        f"def {shown}():",
        f"    return ({shown!r}, {name}.plugins, 'a text that makes it worth its while', 1, 2)",
    )
    module.export(name, "{}.__name__", kind="class", more="base")
    module.export(shown, "{}()", READS)


def module_hooks(builder, module):
    """A module's own __getattr__, and maybe its own __dir__."""
    if "__getattr__" in module.owns:
        return
    module.owns.add("__getattr__")
    name = builder.name("dynamic")
    body, state = body_lines(builder, module, "__getattr__", ["name"])
    if state != PURE:  # a from-import evaluates it: as in Builder.use
        body = [f"    return ({name!r}, __name__)"]
    definition = [
        "def __getattr__(name):",
        f"    if name == {name!r}:",
        *["    " + line for line in body],
        "    raise AttributeError(f'{__name__} has no {name}')",
    ]
    if builder.chance(30):
        definition = ["def _lookup(name):", *definition[1:], "globals()['__getattr__'] = _lookup"]
    module.add(*definition)
    module.export(name, "{}", kind="dynamic")
    module.exports[-1].starred = False
    if builder.chance(40):
        module.add("def __dir__():", f"    return [{name!r}, 'zzz']")


def values(builder, module):
    """Values computed while the module is imported."""
    name = builder.name(builder.pick(("VALUE", "VALUE", "_VALUE")))
    value = builder.use(module, at_import=True)[1]
    other = builder.use(module, at_import=True)[1]
    shape = builder.pick(
        (
            "{a}",
            "[{a} for _ in range(2)]",
            "({a}, {b})",
            "{{'k': {a}, 'l': {b}}}",
            "(lambda: {a})()",
            "{a} if __name__ else {b}",
            "repr({a}) + str({b})",
            "(w{n} := {a}, w{n})",
        )
    )
    module.add(f"{name} = {shape.format(a=value, b=other, n=name)}")
    module.export(name, "{}", kind="value")


def odd_names(builder, module):
    """Names that are rebound, deleted, made by a loop, by exec or through globals()."""
    name = builder.name("f")
    body, state = body_lines(builder, module, name, ["n"])
    define = [f"def {name}(n=1):", *body]
    temp = builder.name("temp")
    kind = builder.draw_int(0, 6)
    builder.features.add(f"odd {kind}")
    if kind == 0:
        module.add(f"{name} = 0", *define, f"{temp} = {name}", f"del {temp}")
        module.export(temp, "", kind="deleted")
    elif kind == 1:
        module.add(*define, f"{temp} = {name}", f"{name} = (lambda f: lambda n=1: ('again', f(n)))({name})")
        module.export(temp, "{}()", state)
    elif kind == 2:
        text = "\n".join(define)
        module.add(f"exec({text!r})")
    elif kind == 3:
        module.add(*define, f"for {temp} in ('a', 'b'):", f"    globals()[{name!r} + {temp}] = {temp} * 2")
        module.export(f"{name}a", "{}")
    elif kind == 4:
        module.add(f"def {temp}():", f"    global {name}", *["    " + line for line in define], f"{temp}()")
    elif kind == 5:
        module.add(*define, f"{temp} = {name}.__get__(7)")
        module.export(temp, "{}()", state)
    else:
        module.add("import math, string as text", *define, "math = text = 0")
        module.export("math", "{}", kind="rebound")
        module.exports[-1].starred = False
        module.exports[-1].use = ""
    module.export(name, "{}(2)", state)


def reexport(builder, module):
    """A name of another module, given on: by an import that nothing here uses."""
    found = builder.candidates(
        module, lambda export: export.kind in ("function", "class", "value", "error", "decorator")
    )
    found = [(target, export) for target, export in found if target is not module]
    if not found:
        return
    target, export = builder.pick(found)
    style = builder.pick(("from", "relative", "alias", "star"))
    relative = target.name
    if style == "relative" and target.name.split(".")[0] == module.name.split(".")[0]:
        relative = builder.relative(module, target.name)
    given = export.name
    if style == "alias":
        given = builder.name("z")
        module.imports.append(f"from {relative} import {export.name} as {given}")
    elif style == "star" and "star" in builder.styles(module, target, export, True):
        module.imports.append(f"from {relative} import *")
    else:
        module.imports.append(f"from {relative} import {export.name}")
    builder.features.add("reexport " + style)
    module.loads.add(target.name)
    if all(known.name != given for known in module.exports):
        for use in [use for use in target.exports if use.name == export.name]:
            module.export(given, use.use, use.state, use.kind, use.more)


def same_name(builder, module):
    """A package that binds a function under the name of the submodule that it comes from (`from .copy import copy`)."""
    below = [m for m in builder.modules if m.index > module.index and m.parent == module.name and not m.is_package]
    if not below:
        return
    target = builder.pick(below)
    if target.leaf not in target.owns:
        target.owns.add(target.leaf)
        body, state = body_lines(builder, target, target.leaf, ["n"])
        target.add(f"def {target.leaf}(n=1):", *body)
        module.add(f"from .{target.leaf} import {target.leaf}")
        target.owns.add("hidden")


def late_import(builder, module):
    """An import that fails: caught when the module is imported, or raised when a function is called."""
    name = builder.name("f")
    missing = builder.pick((f"no_such_{builder.prefix}", f"{module.package or module.name}.nothing", "json.nothing"))
    guard = ["try:", f"    import {missing} as gone", "except ImportError as error:", "    gone = str(error)"]
    if builder.chance(50):
        module.add(*guard, f"def {name}():", f"    return ({name!r}, gone)")
        module.export(name, "{}()")
    else:
        attribute = builder.pick(("import {}", "from {} import x", "from json import nothing"))
        module.add(f"def {name}():", "    " + attribute.format(missing), f"    return {name!r}")
        module.export(name, "", kind="raises")


def changed_later(builder, module):
    """A setting that a function changes when it is called, and one that reads it."""
    setting, change, shown = builder.name("setting"), builder.name("f"), builder.name("f")
    module.add(
        f"{setting} = {{'n': 0}}",
        f"def {change}(n=1):",
        f"    {setting}['n'] += n",
        f"    return ({change!r}, {setting}['n'], 'a text that makes it worth its while', n)",
        f"def {shown}():",
        f"    return ({shown!r}, dict({setting}), 'a text that makes it worth its while', 1)",
    )
    module.export(change, "{}()", CHANGES)
    module.export(shown, "{}()", READS)
    module.export(setting, "", kind="state")


FEATURES = (
    registry,
    holder,
    effect,
    effect,
    process_effect,
    plugins,
    module_hooks,
    values,
    odd_names,
    reexport,
    same_name,
    late_import,
    changed_later,
)
