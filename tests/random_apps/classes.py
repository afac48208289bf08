"""Features that are classes: inheritance across modules, special methods, descriptors, metaclasses, exceptions."""

from random_apps.bodies import body_lines
from random_apps.functions import signature
from random_apps.model import CHANGES, PURE


def base_of(builder, module):
    """The expression of a class to extend, of any module below, or ""; and what it defines (a set of words)."""
    found = builder.candidates(module, lambda export: export.kind == "class" and "base" in export.more)
    if not found or builder.chance(35):
        return "", set()
    target, export = builder.pick(found)
    builder.features.add("base of another module" if target is not module else "base")
    return builder.reach(module, target, export, at_import=True)[1], set(export.more.split())


def method(builder, module, name, words, extends):
    """(lines of one method, a use of it on an instance, what that does)."""
    kind = builder.pick(("plain", "static", "class", "property", "mangled", "super", "generator", "cached", "async"))
    decorators, arguments, call = [], ["self"], f"{{}}.{name}()"
    last, own = "return", name
    if kind == "static":
        decorators, arguments = ["@staticmethod"], []
    elif kind == "class":
        decorators, arguments = ["@classmethod"], ["cls"]
    elif kind == "property":
        decorators, call = ["@property"], f"{{}}.{name}"
    elif kind == "cached" and "slots" not in words:
        module.add("import functools")
        decorators, call = ["@functools.cached_property"], f"(lambda o: (o.{name}, o.{name}))({{}})"
    elif kind == "mangled":
        own = "__" + name
    elif kind == "generator":
        last, call = "yield", f"[*{{}}.{name}()]"
    body, state = body_lines(builder, module, name, [], indent="        ", last=last)
    if kind == "async":
        call = f"{{}}.{name}().close()"
    if kind == "plain" and builder.chance(40):
        parameters, _, call = signature(builder, module)
        arguments += [parameters] if parameters else []
        call = call.replace("{}", f"{{}}.{name}")
        if "/" in parameters or "self" in parameters:  # not behind another parameter
            arguments, call = ["self"], f"{{}}.{name}()"
    if kind == "super" and extends:
        body.insert(0, "        got = super().__repr__()[:4], __class__.__name__")
        body[-1] = body[-1].replace("return (", "return (got, ", 1)
    builder.features.add("method " + kind)
    head = "async def" if kind == "async" else "def"
    lines = ["    " + line for line in decorators]
    lines += [f"    {head} {own}({', '.join(arguments)}):", *body]
    if kind == "mangled":
        lines += [f"    def {name}(self):", f"        return self.__{name}()"]
    if kind == "property":
        lines += [f"    @{name}.setter", f"    def {name}(self, value):", f"        self._{name} = value"]
    return lines, call, state


def ordinary(builder, module):
    """A class with methods, maybe extending one of another module."""
    name, words = builder.name("C"), {"base"}
    base, inherited = base_of(builder, module)
    words |= inherited
    head = f"class {name}({base}):" if base else f"class {name}:"
    lines, uses = ['    """A class."""'] if builder.chance(30) else [], []
    if not base and builder.chance(20):
        lines.append("    __slots__ = ('a', 'b', '__dict__')" if builder.chance(50) else "    __slots__ = ('a', 'b')")
        words.add("slots")
    if builder.chance(70):
        call_super = ["        super().__init__(a)"] if "init" in inherited else []
        lines += ["    def __init__(self, a=1):", *call_super, "        self.a = a", "        self.b = [a, a]"]
        words.add("init")
    if builder.chance(30):
        lines.append(f"    level = {builder.use(module, at_import=True)[1]}")
        words.add("level")
    if builder.chance(30):
        lines += ["    def __repr__(self):", f"        return '{name}(%s)' % getattr(self, 'a', None)"]
    if builder.chance(20):
        lines += [
            "    class Inner:",
            "        def deep(self):",
            f"            return ({name!r}, type(self).__qualname__)",
        ]
        uses.append(("{}.Inner().deep()", PURE))
    if builder.chance(20):
        lines += ["    def __init_subclass__(cls, **kw):", "        super().__init_subclass__(**kw)"]
        lines += [f"        cls.made_by = {name!r}"]
        words.add("made_by")
    if builder.chance(20):
        lines += ["    def __eq__(self, other):", "        return type(self) is type(other)", "    __hash__ = None"]
        uses.append(("{}.__eq__(1)", PURE))
    for _ in range(builder.draw_int(1, 3)):
        member = builder.name("m")
        more, call, done = method(builder, module, member, words, bool(base))
        lines += more
        uses.append((call, done))
    decorators = []
    if builder.chance(15):
        mark = builder.name("mark")
        module.add(f"def {mark}(cls):", f"    cls.mark = {name!r}", "    return cls")
        decorators, uses = ["@" + mark], [*uses, ("{}.mark", PURE)]
    module.add(*decorators, head, *lines)
    for call, done in uses:
        module.export(name, call.replace("{}", "{}()"), done)
    if "made_by" in inherited:
        module.export(name, "{}.made_by")
    if "level" in words:
        module.export(name, "{}().level")
    module.export(name, "[c.__name__ for c in {}.__mro__]", kind="class", more=" ".join(sorted(words)))
    if "init" in words and "slots" not in words and builder.chance(40):
        instance = builder.name("instance")
        module.add(f"{instance} = {name}()")
        module.export(instance, "(type({0}).__name__, {0}.a, {0}.b)")


def data(builder, module):
    """Classes that the standard library writes: dataclasses, named tuples, enums."""
    name = builder.name("C")
    value = builder.use(module, at_import=True)[1]
    body, state = body_lines(builder, module, name, [], indent="        ")
    kind = builder.pick(("dataclass", "frozen", "tuple", "enum", "abstract", "protocol"))
    builder.features.add("class " + kind)
    if kind in ("dataclass", "frozen"):
        module.add("import dataclasses")
        decorator = "@dataclasses.dataclass" + ("(frozen=True, order=True)" if kind == "frozen" else "")
        fields = [
            "    a: int = 1",
            "    b: 'list' = dataclasses.field(default_factory=list)",
            f"    c: object = ({value},)",
        ]
        module.add(decorator, f"class {name}:", *fields, "    def m(self):", *body)
        module.export(name, "{}(3)")
        module.export(name, "{0}(3) == {0}(3)")
    elif kind == "tuple":
        module.add("import typing", f"class {name}(typing.NamedTuple):", "    a: int = 1", f"    c: object = {value}")
        module.add("    def m(self):", *body)
        module.export(name, "{}()._asdict()")
    elif kind == "enum":
        module.add("import enum", f"class {name}(enum.Enum):", "    A = 1", "    B = 'b'", "    def m(self):", *body)
        module.export(name, "[*{}]")
        module.export(name, "{}.A.m()", state)
        return
    else:
        module.add("import abc", f"class {name}(abc.ABC):", "    @abc.abstractmethod", "    def m(self):", *body)
        lower = builder.name("C")
        module.add(f"class {lower}({name}):", "    def m(self):", "        return ('lower', super().m())")
        module.export(lower, "{}().m()", state)
        module.export(name, "", kind="raises")
        return
    module.export(name, "{}().m()", state)


def descriptors(builder, module):
    """__set_name__, __get__, and a metaclass that writes into its classes."""
    name, other, meta = builder.name("Field"), builder.name("C"), builder.name("Meta")
    body, state = body_lines(builder, module, name, [], indent="        ")
    module.add(
        f"class {name}:",
        "    def __set_name__(self, owner, name):",
        "        self.name = owner.__name__ + '.' + name",
        "    def __get__(self, instance, owner=None):",
        *body,
    )
    module.add(
        f"class {meta}(type):",
        "    def __new__(mcs, name, bases, space, **kw):",
        "        space['kw'] = kw",
        "        return super().__new__(mcs, name, bases, dict(space))",
        "    def __call__(cls, *args):",
        f"        return ({meta!r}, super().__call__(*args).x)",
    )
    module.add(f"class {other}(metaclass={meta}, word={builder.number()}):", f"    x = {name}()")
    module.export(other, "({0}.kw, {0}.__dict__['x'].name)")
    module.export(other, "{}()", state)


def errors(builder, module):
    """An exception class, maybe under another module's, and a function that raises it with a cause."""
    name, function = builder.name("Error"), builder.name("f")
    found = builder.candidates(module, lambda export: export.kind == "error")
    base = "Exception"
    if found and builder.chance(60):
        target, export = builder.pick(found)
        base = builder.reach(module, target, export, at_import=True)[1]
    module.add(f"class {name}({base}):", "    def __str__(self):", f"        return {name!r} + repr(self.args)")
    body, state = body_lines(builder, module, function, ["n"])
    cause = builder.pick(("from None", "from error", ""))
    module.add(
        f"def {function}(n=1):",
        "    try:",
        "        {}['missing']",
        "    except KeyError as error:",
        f"        raise {name}(n) {cause}",
    )
    caught = builder.name("f")
    module.add(
        f"def {caught}(n=2):", "    try:", f"        {function}(n)", f"    except {base}:", "        pass", *body
    )
    module.export(name, "str({}(1, 2))", kind="error")
    module.exports[-1].more = "error"
    module.export(function, "", kind="raises")
    module.export(caught, "{}()", state)


def instances(builder, module):
    """An object whose methods change it: kept by the module, or made on demand."""
    name, instance = builder.name("C"), builder.name("obj")
    body, state = body_lines(builder, module, name, ["n"], indent="        ")
    module.add(
        f"class {name}:",
        "    def __init__(self):",
        "        self.__seen = []",
        "    def __call__(self, n):",
        "        self.__seen.append(n)",
        f"        return ({name!r}, len(self.__seen))",
        "    def __getattr__(self, word):",
        "        if word.startswith('_'):",
        "            raise AttributeError(word)",
        "        return word",
        "    def __getitem__(self, n):",
        *body,
        f"{instance} = {name}()",
    )
    module.export(instance, "{}(1)", CHANGES)
    module.export(instance, "{}.anything")
    module.export(instance, "{}[3]", state)


FEATURES = (ordinary, ordinary, data, descriptors, errors, instances)
