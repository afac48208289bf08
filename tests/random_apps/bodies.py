"""Draws the bodies of functions: statements over their parameters and over what other modules define."""

from random_apps.builder import worst
from random_apps.model import CHANGES, PRINTS, PURE


class Body:
    """The statements of one function, and what they leave in variables."""

    def __init__(self, builder, module, name, variables):
        self.builder, self.module, self.name = builder, module, name
        self.variables = list(variables)
        self.head, self.lines, self.state = [], [], PURE  # head: local imports, each a block of lines

    def new(self):
        variable = self.builder.name("v")
        self.variables.append(variable)
        return variable

    def use(self):
        head, expression, state = self.builder.use(self.module)
        self.head += head
        self.state = worst(self.state, state)
        return expression

    def any(self):
        """A variable that is bound already, or a number."""
        return self.builder.pick(self.variables) if self.variables else str(self.builder.number())


def _assign(body):
    value, known = body.use(), body.any()
    body.lines.append(f"{body.new()} = ({value}, {known})")


def _loop(body):
    value, known, variable = body.use(), body.any(), body.new()
    body.lines += [f"{variable} = []", "for i in range(3):", f"    {variable}.append((i, {known}))"]
    body.lines += ["    if i == 1:", f"        {variable}.append({value})", "        continue"]


def _comprehension(body):
    value = body.use()
    shape = body.builder.pick(("[{v} for _ in range(2)]", "{{i: {v} for i in range(2)}}", "list({v} for _ in 'ab')"))
    body.lines.append(f"{body.new()} = {shape.format(v=value)}")


def _closure(body):
    value, variable, inner = body.use(), body.new(), body.builder.name("inner")
    body.lines += [f"{variable} = 0", f"def {inner}(step):", f"    nonlocal {variable}", f"    {variable} += step"]
    body.lines += [f"    return {value}", f"{variable} = ({inner}(1), {inner}(2), {variable}, {inner}.__qualname__)"]


def _caught(body):
    value, variable = body.use(), body.new()
    body.lines += ["try:", f"    raise KeyError({value})", "except (KeyError, ValueError) as error:"]
    body.lines += [f"    {variable} = (type(error).__name__, str(error))"]
    body.lines += ["else:", f"    {variable} = None", "finally:", f"    {variable} = ({variable}, 'done')"]


def _text(body):
    value, known = body.use(), body.any()
    body.lines.append(f"{body.new()} = f'{{{value}!r:>4}}|{{{known}}}'" if "'" not in value else f"{body.new()} = 0")


def _walrus(body):
    value, variable = body.use(), body.new()
    body.lines += [f"if ({variable} := {value}) != 2:", f"    {variable} = [{variable}]"]


def _lambda(body):
    value, variable = body.use(), body.new()
    body.lines.append(f"{variable} = (lambda x, y=1: (x, y, {value}))({body.builder.number()})")


def _print(body):
    stream = body.builder.pick(("", ", file=sys.stderr"))
    if stream:
        body.head.append("import sys")
    body.lines.append(f"print({body.name!r}, {body.any()}{stream})")
    body.state = worst(body.state, PRINTS)


def _own_names(body):
    body.lines.append(f"{body.new()} = (__name__, (__doc__ or '')[:9], __package__, __file__.rpartition('/')[2])")


def _match(body):
    if body.builder.minor < 10:
        _walrus(body)
        return
    value, variable = body.use(), body.new()
    body.lines += [f"match {value}:", "    case [first, *rest]:", f"        {variable} = (first, len(rest))"]
    body.lines += ["    case int(x) if x > 3:", f"        {variable} = x", "    case other:"]
    body.lines += [f"        {variable} = ('other', other)"]


def _with(body):
    value, variable = body.use(), body.new()
    body.head.append("import contextlib")
    body.lines += ["with contextlib.suppress(ZeroDivisionError):", f"    {variable} = ({value}, 1 // 1)"]


def _namespace(body):
    known = body.builder.pick(("sorted(n for n in globals() if n[1:].isdigit())", "sorted(vars())", "sorted(locals())"))
    body.lines.append(f"{body.new()} = {known}")


def _class_inside(body):
    value, name = body.use(), body.builder.name("Local")
    body.lines += [f"class {name}:", "    level = 1", "    def get(self):", f"        return (self.level, {value})"]
    body.lines.append(f"{body.new()} = ({name}().get(), {name}.__qualname__)")


def _shadow(body):
    """A local name that is also a name of the module."""
    names = [export.name for export in body.module.exports] or ["unused"]
    name = body.builder.pick(names)
    if name == body.name or any(name in line for line in body.lines + body.head):
        return
    body.lines.append(f"{body.new()} = (lambda {name}: ({name}, 1))(5)")


def _evaluated(body):
    value = body.use()
    if not body.head:
        body.lines.append(f"{body.new()} = eval({value!r})")


# worker.py turns code on that the trace has not seen: in some operations, never while something is imported.
TURNED = "getattr(sys, 'turned', bool)()"


def _cold(body):
    """Lines that no event comes to."""
    value, known, variable = body.use(), body.any(), body.new()
    body.head.append("import sys")
    shape = body.builder.pick(
        (
            ["if {t}:", "    {v} = {x}"],
            ["if not {t}:", "    pass", "else:", "    {v} = ({k}, {x})"],
            [
                "if {k} == 'no':",
                "    {v} = 1",
                "elif {t}:",
                "    # Here.",
                "    for i in (1, 2):",
                "        {v} = (i, {x})",
            ],
            ["for i in range(2):", "    if i and {t}:", "        {v} = {x}", "        continue", "    {v} = [i]"],
            [
                "try:",
                "    if {t}:",
                "        raise KeyError({x})",
                "except KeyError as error:",
                "    {v} = str(error), {x}",
            ],
            ["if {t}:", "", "    if {x} != 2:", "        {v} = [lambda: {x}][0]()"],
            ["if {t}:", "    while not {v}:", "        {v} = [{x}]", "    else:", "        {v} = {v}, {k}"],
            ["if {t}:", "    def inner(n={k}):", "        return n, {x}", "    {v} = inner()"],
            ["if {t}: {v} = {x}"],
        )
    )
    lines = [f"{variable} = 0"] + [
        line.format(t=TURNED, v=variable, x=value, k=known) for line in shape if "{" not in value
    ]
    body.lines += lines


def _cold_rest(body):
    """What follows is cold, and maybe lines before it."""
    value, variable = body.use(), body.new()
    body.head.append("import sys")
    body.lines += [f"{variable} = 0"]
    if "{" not in value:
        body.lines += [f"if {TURNED} and {body.any()} != 5:", f"    {variable} = {value}"]
    body.lines += [f"if not {TURNED}:", "    return"]
    if body.builder.chance(50):
        body.lines += ["", "# Only when it is turned on."]


STATEMENTS = (
    _assign,
    _loop,
    _comprehension,
    _closure,
    _caught,
    _text,
    _walrus,
    _lambda,
    _print,
    _own_names,
    _match,
    _with,
    _namespace,
    _class_inside,
    _shadow,
    _evaluated,
    _cold,
    _cold,
    _cold_rest,
)


def body_lines(builder, module, name, variables, *, indent="    ", doc=None, last="return"):
    """(lines of a body, what running it does). last: "return" or "yield" for its closing value."""
    body = Body(builder, module, name, variables)
    for _ in range(builder.draw_int(0, 3)):
        statement = builder.pick(STATEMENTS)
        builder.features.add("statement " + statement.__name__.strip("_"))
        statement(body)
    values = ", ".join([repr(name)] + body.variables)
    lines = (
        [line for block in dict.fromkeys(body.head) for line in block.split("\n")] + body.lines + [f"{last} ({values})"]
    )
    if doc is None and builder.chance(20):
        doc = f"What {name} is for."
    if doc:
        lines.insert(0, f'"""{doc}"""')
    return [indent + line for line in lines], body.state


def counter_lines(builder, module, name):
    """A module global and the lines of a body that counts it up."""
    total = builder.name("total")
    module.add(f"{total} = {builder.number()}")
    return [f"    global {total}", f"    {total} += step", f"    return ({name!r}, {total})"], CHANGES
