"""Features that are functions: signatures, decorators, generators, coroutines, closures, counters."""

from random_apps.bodies import body_lines, counter_lines
from random_apps.builder import worst
from random_apps.model import CHANGES, PURE

# (parameters, the names they bind, a call)
SIGNATURES = (
    ("n", "n", "{}(3)"),
    ("", "", "{}()"),
    ("n, m=2", "n m", "{}(3)"),
    ("n, /, m=2, *, k=1", "n m k", "{}(3, k=4)"),
    ("*args, **kw", "args kw", "{}(1, 2, z=3)"),
    ("n, /, *args, k, **kw", "n args k kw", "{}(1, 2, k='a', z=3)"),
    ("*, k, j=(1, 2)", "k j", "{}(k=[5])"),
    ("n: int, *args: 'no.such', k: int = 3, **kw: None", "n args k kw", "{}(1, 2, 3)"),
    ("self, cls=None, __fl=1", "self cls __fl", "{}(7)"),
    ("n, m=DEFAULT", "n m", "{}(3)"),
    ("n: ANNOTATION, m=DEFAULT, *, k: ANNOTATION = DEFAULT", "n m k", "{}(3)"),
)


def signature(builder, module):
    """(parameters, their names, call), with what other modules define in defaults and annotations."""
    parameters, names, call = builder.pick(SIGNATURES)
    for word in ("DEFAULT", "ANNOTATION"):
        if word in parameters:
            builder.features.add(word.lower())
            parameters = parameters.replace(word, builder.use(module, at_import=True)[1])
    return parameters, names.split(), call


def plain(builder, module):
    name = builder.name(builder.pick(("f", "f", "_f")))
    parameters, names, call = signature(builder, module)
    lines, state = body_lines(builder, module, name, names)
    returns = " -> 'no.such'" if builder.chance(10) else ""
    module.add(f"def {name}({parameters}){returns}:", *lines)
    module.export(name, call, state)


def described(builder, module):
    """Functions that look at themselves and at each other."""
    name, other = builder.name("f"), builder.name("f")
    parameters, names, call = signature(builder, module)
    lines, state = body_lines(builder, module, other, names, doc="Documented.")
    module.add(f"def {other}({parameters}):", *lines)
    module.add(f"{other}.note = 'kept'")
    what = builder.pick(
        (
            "str(inspect.signature({o}))",
            "{o}.__doc__",
            "({o}.__name__, {o}.__qualname__, {o}.__module__)",
            "({o}.__defaults__, {o}.__kwdefaults__)",
            "sorted({o}.__annotations__)",
            "{o}.__dict__",
            "inspect.getsource({o})",
            "inspect.getfullargspec({o}).args",
            "{o}.__code__.co_varnames[:{o}.__code__.co_argcount]",
            "sys.modules[__name__].{o}.__name__",
        )
    )
    module.add("import inspect, sys")
    module.add(f"def {name}():", f"    return ({name!r}, {what.format(o=other)})")
    module.export(other, call, state)
    module.export(name, "{}()")


def wrapped(builder, module):
    """A decorator of its own, maybe used by other modules, and a function under it."""
    name, wrapper = builder.name("deco"), "functools.wraps(f)" if builder.chance(60) else "staticmethod"
    module.add("import functools")
    mark = "wrapper" if wrapper == "staticmethod" else "wrapper.mark"
    inner = ["    @functools.wraps(f)"] if wrapper != "staticmethod" else []
    module.add(
        f"def {name}(f):",
        *inner,
        "    def wrapper(*args, **kw):",
        f"        return ({name!r}, f(*args, **kw))",
        *([f"    {mark} = {builder.number()}"] if inner else []),
        "    return wrapper",
    )
    module.export(name, "", kind="decorator")
    decorated(builder, module)


def decorated(builder, module):
    """A function under decorators of any module, or under the standard library's."""
    lines, kinds = [], builder.draw_int(1, 2)
    state, cached = PURE, False
    for _ in range(kinds):
        kind = builder.pick(("own", "lru_cache", "singledispatch", "partial", "class"))
        found = builder.candidates(module, lambda export: export.kind == "decorator")
        if kind == "own" and found:
            target, export = builder.pick(found)
            lines.append("@" + builder.reach(module, target, export, at_import=True)[1])
        elif kind == "lru_cache" and not lines:
            module.add("import functools")
            lines.append(builder.pick(("@functools.lru_cache(maxsize=None)", "@functools.lru_cache")))
            cached = True
        elif kind == "singledispatch" and not lines:
            module.add("import functools")
            lines.append("@functools.singledispatch")
        elif kind == "partial":
            module.add("import functools")
            lines.append("@(lambda f: functools.partial(f))")
        elif kind == "class":
            holder = builder.name("Holder")
            module.add(f"class {holder}:", "    def __init__(self, f):", "        self.f = f")
            module.add("    def __call__(self, *args, **kw):", f"        return ({holder!r}, self.f(*args, **kw))")
            lines.append("@" + holder)
    name = builder.name("f")
    body, body_state = body_lines(builder, module, name, ["n"])
    module.add(*lines, f"def {name}(n=1):", *body)
    if lines and lines[0] == "@functools.singledispatch" and len(lines) == 1:
        lines, more = body_lines(builder, module, name, ["n"])
        module.add(f"@{name}.register(str)", "def _(n):", *lines)
        body_state = worst(body_state, more)
        module.export(name, "{}('text')", body_state)
    if cached and len(lines) == 1:
        module.export(name, "({0}(4), {0}(4), {0}.cache_info().hits > 0)", max(state, body_state))
    module.export(name, "{}(4)", max(state, body_state))


def generator(builder, module):
    name = builder.name("gen")
    body, state = body_lines(builder, module, name, ["n"], last="yield")
    extra = builder.pick(
        (
            (["    yield n"], "list({}(2))"),
            (["    got = yield n", "    yield got", "    return got"], "[*{}(2)]"),
            (["    result = yield from (x for x in (n, n))", "    yield result"], "tuple({}(2))"),
            (
                ["    try:", "        yield n", "    except ValueError as e:", "        yield str(e)"],
                "(lambda g: [next(g), next(g), g.throw(ValueError('v'))])({}(2))",
            ),
            (
                ["    try:", "        yield n", "    finally:", "        n += 1"],
                "(lambda g: [next(g), g.close()])({}(2))",
            ),
        )
    )
    module.add(f"def {name}(n):", *body, *extra[0])
    module.export(name, extra[1], state)


def coroutine(builder, module):
    """A coroutine or an async generator, driven by hand: no event loop is needed."""
    name, caller = builder.name("co"), builder.name("f")
    if builder.chance(40):
        body, state = body_lines(builder, module, name, ["n"], last="yield")
        module.add(f"async def {name}(n):", *body)
        drive = [f"    g = {name}(2)", "    c = g.__anext__()"]
    else:
        body, state = body_lines(builder, module, name, ["n"])
        module.add(f"async def {name}(n):", *body)
        drive = [f"    c = {name}(2)"]
    module.add(
        f"def {caller}():",
        *drive,
        "    try:",
        "        c.send(None)",
        "    except StopIteration as stop:",
        "        return stop.value",
    )
    module.export(caller, "{}()", state)


def manager(builder, module):
    name = builder.name("manager")
    module.add("import contextlib")
    body, state = body_lines(builder, module, name, ["n"], last="x =")
    module.add(
        "@contextlib.contextmanager",
        f"def {name}(n):",
        *body,
        "    try:",
        "        yield x",
        "    except LookupError as error:",
        "        x = error",
    )
    use = builder.name("f")
    module.add(f"def {use}(n=1):", f"    with {name}(n) as got:", "        raise KeyError(n)", "    return got")
    module.export(use, "{}()", state)


def counter(builder, module):
    """A function that changes its module's globals, and one that reads them."""
    name = builder.name("f")
    lines, state = counter_lines(builder, module, name)
    module.add(f"def {name}(step=1):", *lines)
    module.export(name, "{}(2)", state)


def closures(builder, module):
    """Functions that a factory makes, kept by the module."""
    factory, made = builder.name("make"), builder.name("f")
    module.add(
        f"def {factory}(start):",
        "    def inner(step=1):",
        "        nonlocal start",
        "        start += step",
        f"        return ({made!r}, start)",
        "    return inner",
        f"{made} = {factory}({builder.number()})",
    )
    module.export(made, "{}()", CHANGES)
    module.export(factory, "{}(5)(2)")


def lambdas(builder, module):
    name = builder.name("f")
    head, value, state = builder.use(module)
    if head:
        value, state = str(builder.number()), PURE
    module.add(f"{name} = lambda n=1, *a, k=2: (n, a, k, {value})")
    module.export(name, "{}(2, 3)", state)


def overloaded(builder, module):
    """One name, defined twice: under a condition, again, or in another way when an import fails."""
    name = builder.name("f")
    first, state = body_lines(builder, module, name, ["n"], indent="        ")
    second, other = body_lines(builder, module, name, ["n"], indent="        ")
    head = builder.pick(
        (
            ("if __name__ != 'x':", "else:"),
            ("if not __name__:", "else:"),
            ("try:", "except NameError:"),
            ("try:\n    import no_such_module", "except ImportError:"),
            ("for _ in range(2):", "if 1:"),
        )
    )
    module.add(head[0], f"    def {name}(n=1):", *first, head[1], f"    def {name}(n=1):", *second)
    module.export(name, "{}(2)", worst(state, other))


def generic(builder, module):
    """The syntax of type parameters, from CPython 3.12 on."""
    if builder.minor < 12:
        plain(builder, module)
        return
    name, alias = builder.name("f"), builder.name("T")
    body, state = body_lines(builder, module, name, ["n"])
    module.add(f"type {alias} = list[{name}]", f"def {name}[X: int](n: X) -> X:", *body)
    module.export(name, "{}(2)", state)


FEATURES = (
    plain,
    described,
    wrapped,
    decorated,
    generator,
    coroutine,
    manager,
    counter,
    closures,
    lambdas,
    overloaded,
    generic,
)
