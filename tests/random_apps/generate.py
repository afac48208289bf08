"""Whole small applications, drawn at random: the strategy that hypothesis draws from and shrinks.

Every choice is a small integer and 0 is the plainest, so that a failing application shrinks to few modules with few
definitions. An application has an entry module with a table of steps; the handler runs those that an event names.

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

import functools

from hypothesis import strategies as st

from random_apps import classes, module_level
from random_apps import functions as function_features
from random_apps.builder import Builder
from random_apps.model import PRINTS, PURE

FEATURES = function_features.FEATURES * 2 + classes.FEATURES * 2 + module_level.FEATURES
MAX_STEPS = 24
MAX_OUTSIDE = 14


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
    table = []
    for target, export in found:
        key = f"{builder.prefix}{len(table)}"
        head, name = builder.reach(entry, target, export)
        lines = [line for block in head for line in block.split("\n")]
        entry.add(
            f"def step_{key}():", *["    " + x for x in lines], f"    return {(export.use or '{}()').format(name)}"
        )
        table.append(f"{key!r}: step_{key}")
        app.steps.append(key)
        if export.state == PURE:
            app.quiet.append(key)
    entry.add(
        f"STEPS = {{{', '.join(table)}}}",
        "def outcome(key):",
        "    try:",
        "        return repr(STEPS[key]())",
        "    except Exception as error:",
        "        return type(error).__name__ + ': ' + str(error)",
    )


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


integers = functools.cache(st.integers)  # making a strategy costs more than drawing from it


@st.composite
def apps(draw, minor, most=6):
    """A package: some applications side by side, which costs little more than one."""
    prefixes = "abcdefgh"

    def draw_int(low, high):
        return draw(integers(low, high))

    found = [draw_app(draw_int, prefixes[0], minor)]
    while len(found) < most and draw_int(0, 9) > 1:
        found.append(draw_app(draw_int, prefixes[len(found)], minor))
    return found


@st.composite
def sequences(draw, app_list):
    """(names of the steps that the events run, by event; a shuffled order of all; the rest of the randomness)."""
    keys = [key for app in app_list for key in app.steps]
    chosen = [key for key in keys if draw(integers(0, 2)) == 2]
    events, rest = [], chosen
    while rest:
        events.append(rest[:5])
        rest = rest[5:]
    return events, draw(integers(0, 2**16))
