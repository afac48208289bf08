"""Whole small applications, drawn at random from a seed.

An application has an entry module with a table of steps; the handler runs those that an event names.

LIMITS: what is drawn by construction never, because the README ("What is not preserved") or docs/trace.md ("What it
does not see") names it:
  - hashes, sizes and constants of __code__, and decorators that keep __code__: no feature looks at them;
  - stacklevel= of warnings, and warnings that a module's body issues: no feature warns;
  - imports that fail under a module-level import: a module that raises is only imported in functions or under try, and no import under try
    goes upward (a module whose first import failed half way, in a circle, and succeeded later);
  - a value that is patched into a module while the program runs: effects happen at import, and what functions change
    later (changed_later, counters) they change in their own module;
  - submodules in dir() of their package (docs/rules.md, R3: found on request once the traced run had loaded them): the
    worker leaves them out;
  - what sys.modules holds: features ask it only for modules that are sure to be loaded;
  - an import that reads what others change later (`N = len(other.TABLE)`): Builder.use takes for import time only what
    reads nothing that changes;
  - text printed while a module is imported: bodies that print are not called then;
  - state inside C code (ABCMeta.register, random's, itertools.count) and lists of subclasses (__subclasses__).
"""

import random

from random_apps import classes, module_level
from random_apps import functions as function_features
from random_apps.builder import Builder
from random_apps.model import PRINTS, PURE

FEATURES = function_features.FEATURES * 2 + classes.FEATURES * 2 + module_level.FEATURES
MAX_STEPS = 24
MAX_OUTSIDE = 14
MAX_APPS = 6
PREFIXES = "abcdegh"
TRACED = 0.35  # of the steps are run by an event


def fill(builder, module):
    """Draws what stands in one module."""
    if builder.chance(40):
        module.doc = f"Module {module.leaf}."
    module.future = builder.chance(20)
    while len(module.body) < 40 and builder.chance(75):
        feature = builder.pick(FEATURES)
        builder.features.add(feature.__name__)
        feature(builder, module)
    if builder.chance(25):
        module.all_names = sorted(
            {export.name for export in module.exports if export.use and builder.chance(70)} - module.owns
        )
        builder.features.add("__all__")


def circles(builder):
    """Functions that name what stands above them."""
    for module in reversed(builder.modules[1:]):
        if builder.chance(30):
            name = builder.name("f")
            head, value, state = builder.use(module, upward=True)
            lines = [line for block in head for line in block.split("\n")] + [f"return ({name!r}, {value})"]
            module.add(f"def {name}(n=1):", *["    " + line for line in lines])
            module.export(name, "{}()", state)


def steps(builder, app):
    """The entry's table: one function per step, each using one definition of some module."""
    entry = app.modules[0]
    found = [(m, e) for m in app.modules for e in m.exports if e.use or e.kind == "raises"]
    while len(found) > MAX_STEPS:
        found.pop(builder.draw_int(0, len(found) - 1))
    for target, export in found:
        key = f"{builder.prefix}{len(app.steps)}"
        head, name = builder.reach(entry, target, export)
        lines = [line for block in head for line in block.split("\n")]
        lines.append("return " + (export.use or "{}()").format(name))
        app.steps.append((key, "\n".join([f"def step_{key}():", *["    " + line for line in lines]])))
        if export.state == PURE:
            app.quiet.append(key)


def outside(builder, app):
    """What is done to the modules from outside, as a debugger, a test or a pickle would."""
    for _ in range(builder.draw_int(0, MAX_OUTSIDE)):
        module = builder.pick(app.modules)
        if "hidden" in module.owns or not module.exports:
            continue
        export = builder.pick(module.exports)
        app.outside.append([builder.pick(("get", "from", "use", "dir", "pickle", "doc")), module.name, export.name])
        if app.outside[-1][0] == "use":
            app.outside[-1].append((export.use or "{}").format("it") if export.state != PRINTS else "it")


def draw_app(draw_int, prefix, minor):
    builder = Builder(draw_int, prefix, minor)
    for module in reversed(builder.modules):
        fill(builder, module)
    circles(builder)
    app = builder.app()
    steps(builder, app)
    outside(builder, app)
    return app


def draw_package(seed, minor, most=MAX_APPS):
    """(applications side by side, the steps that each event runs): one package costs little more than one application."""
    chance = random.Random(seed)
    apps = [draw_app(chance.randint, prefix, minor) for prefix in PREFIXES[: chance.randint(1, most)]]
    chosen = [key for app in apps for key in app.keys if chance.random() < TRACED]
    return apps, [chosen[i : i + 5] for i in range(0, len(chosen), 5)]
