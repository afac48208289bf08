"""Odd Python sources made of ordinary ones: what CPython still compiles is what the rewriter must cope with.

A mutant is a piece of a real file (some of its top-level statements) with a few changes: in its tokens (a line goes on
behind a backslash, a blank becomes a tab, a statement moves up behind a semicolon), in its definitions (a body moves
onto the header's line, a docstring becomes something that only looks like one), or in its statements (doubled, swapped,
put under `if` or into a class). Most changes spoil nothing; those that do are left out by whoever asks CPython.
"""

import ast
import io
import random
import tokenize

DOCSTRINGS = (
    '"""Doc."""',
    "'Doc.'",
    '"Doc." "more"',
    '("Doc.")',
    'r"""Doc\\n."""',
    'u"Doc."',
    'b"no doc"',
    'f"no doc"',
    '"""Doc."""; x_ = 1',
    '"Doc." \\\n    "more"',
    '("Doc."\n "more")',
    '"""two\nlines"""',
    '"""Doc.""" # comment',
    '"""Doc.""";',
    "'''é'''",
    '"no doc" % 1',
    '"no doc",',
    "...",
)
HEADERS = (
    "import a, b as c, d.e\n",
    "from . import x\n",
    "from .. import (x, y as z,)\n",
    "from m import (  # comment\n    x,  # x\n    y)\n",
    "import a; import b\n",
    "import a; x = 1; from b import c\n",
    "from m import *\n",
    "from __future__ import annotations\n",
    "'''Doc.'''; from __future__ import annotations; import a\n",
    "if True: import a\n",
    "import a \\\n    , b\n",
    "try:\n    import a\nexcept ImportError: a = None\n",
    "class C:\n    import a\n    def m(self): import b; return super().m, a\n",
    "def f(): 'Doc.'\n",
    "def f(): 'Doc.'; return a\n",
    "def f(a=(yield_ := 1), /, *b, c: int = 2, **d) -> 'x': return a, b, c, d\n",
    "async def f(): await a; return [x async for x in b]\n",
    "async def f(): yield a\n",
    "def f():\n    yield\n    return (yield from a)\n",
    "class C:\n    def __m(self, __a, *, b=1): return __a\n    async def g(self): return __class__\n",
    "def f():\n    def g(): nonlocal x; x = 1\n    x = 2\n    return g\n",
    "def f(): global g_, h_; g_ = h_ = 1\n",
    "@d\n\n# comment\n@ e . f (1)\ndef f(): pass\n",
    "def f(a, b=lambda x=1: (yield)): return [a for a in b if (z := a)]\n",
    "x = lambda: (yield)\n",
    "__getattr__ = lambda name: 1\n",
    "def __getattr__(name): raise AttributeError(name)\n",
    "def f(): return locals()\n",
    "with a as b, c as (d, e): import f\n",
    "for import_ in a: from a import b\nelse: import c\n",
    "match x:\n    case {'a': [b, *c], **d} if b: import e\n    case C(f, g=h) | None: pass\n",
    "def f[T: (int, str), *U, **V](a: T) -> U:\n    'Doc.'\n    return a, T\n",
    "type X[T] = list[T]\n",
    "class C[T]:\n    def m(self) -> T: return T, super()\n",
    "x = f\"{a!r:>{b}} {c=} {d['e']}\"\n",
    "def f():\n    try: import a\n    except* E: pass\n",
    "if x:\n    def f(): return 1\nelse:\n    def f():\n        'Doc.'\n        return 2\n",
    "def f():\n\tif a:\n\t        return 1\n",
    "del a\n",
    "def f(\n    a,\n    # comment\n    b = 1,\n): # comment\n\n    # comment\n    'Doc.'\n\n    # comment\n    return a\n",
)


def pieces(source):
    """The top-level statements, as texts."""
    tree = ast.parse(source)
    lines = source.splitlines(keepends=True)
    out = []
    for node in tree.body:
        first = min([node.lineno] + [d.lineno for d in getattr(node, "decorator_list", [])])
        if node.end_lineno - first < 80:
            out.append("".join(lines[first - 1 : node.end_lineno]).rstrip("\n") + "\n")
    return out


def tokens(text):
    """(start, end, type, string) as offsets into the text."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    out = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            start, end = (starts[line - 1] + column for line, column in (token.start, token.end))
            out.append((start, end, token.type, token.string))
    except (tokenize.TokenError, SyntaxError, IndexError):
        pass
    return out


def between_tokens(random, text):
    """A place between two tokens of a line."""
    found = tokens(text)
    pairs = [(a[1], b[0]) for a, b in zip(found, found[1:]) if a[3].strip() and b[3].strip() and a[1] <= b[0]]
    return random.choice(pairs) if pairs else (0, 0)


def change_gap(random, text):
    begin, end = between_tokens(random, text)
    gap = random.choice(
        (" \\\n", " \\\n  ", "\t", "  ", "\f", " \f ", "\\\r\n", " # c\n", "\n", ";", "; ", ";;", " ", "")
    )
    return text[:begin] + gap + text[end:]


def change_token(random, text):
    found = [token for token in tokens(text) if token[3].strip()]
    if not found:
        return text
    begin, end, _, string = random.choice(found)
    kind = random.randrange(4)
    if kind == 0:
        return text[:begin] + text[end:]
    if kind == 1:
        return text[:end] + " " + text[begin:]
    if kind == 2:
        return text[:begin] + random.choice(found)[3] + text[end:]
    return text[:begin] + "(" + string + ")" + text[end:]


def change_docstring(random, text):
    """Puts something like a docstring first into a body, or in front of everything."""
    lines = text.split("\n")
    heads = [at for at, line in enumerate(lines) if line.lstrip().startswith(("def ", "class ", "async def "))]
    doc = random.choice(DOCSTRINGS)
    if not heads or random.random() < 0.1:
        return doc + "\n" + text
    at = random.choice(heads)
    for stop in range(at, len(lines)):
        if lines[stop].split("#")[0].rstrip().endswith(":"):
            indent = " " * (len(lines[at]) - len(lines[at].lstrip()) + 4)
            if random.random() < 0.2:
                lines[stop] = lines[stop].split("#")[0].rstrip() + " " + doc
            else:
                lines.insert(stop + 1, indent + doc)
            break
    return "\n".join(lines)


def change_lines(random, text):
    lines = text.split("\n")
    at = random.randrange(len(lines))
    kind = random.randrange(9)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, lines[random.randrange(len(lines))])
    elif kind == 2:
        lines.insert(at, random.choice(("", "   ", "# c", "    # c", "\f", "\t# c")))
    elif kind == 3 and at:  # a statement moves up
        lines[at - 1] += random.choice((" ", "; ", ";")) + lines.pop(at).lstrip()
    elif kind == 4:
        lines[at] += random.choice(("  # c", ";", " ;", " \\", "\r", "; pass", "  # type: ignore"))
    elif kind == 5:
        lines = [line.replace("    ", "\t") for line in lines]
    elif kind == 6:
        lines = [line + "\r" for line in lines[:-1]] + lines[-1:]
    elif kind == 7:
        indented = ["    " + line if line.strip() else line for line in lines]
        lines = [
            random.choice(("if True:", "class Wrapped:", "def wrapped():", "try:", "async def wrapped():"))
        ] + indented
        if lines[0] == "try:":
            lines += ["finally: pass", ""]
    else:
        lines[at] = lines[at].replace(
            *random.choice((("def ", "async def "), ("return", "yield"), ("self", "é"), ("self", "__x")))
        )
    return "\n".join(lines)


def change_statements(random, text, donors):
    extra = random.choice(HEADERS) if random.random() < 0.7 else random.choice(donors)
    if random.random() < 0.6:
        return extra + text
    return text.rstrip("\n") + "\n" + extra


def change_end(random, text):
    return text.rstrip("\n") + random.choice(
        ("", "\n\n", "  ", "\n# c", " # c", "\n    ", "\f", "\r\n", ";", "\n\t", "\\\n")
    )


def mutant(random, donors):
    """One mutant, as bytes."""
    text = "".join(random.choice(donors) for _ in range(random.randint(1, 3)))
    if random.random() < 0.8:  # where a compound statement comes first there is no place for a prologue
        text = random.choice(("import a\n", "'''Doc.'''\n", "# comment\n\n", "x = 1\n", "from a import b\n")) + text
    for _ in range(random.randint(1, 5)):
        kind = random.randrange(8)
        if kind <= 1:
            text = change_gap(random, text)
        elif kind == 2:
            text = change_token(random, text)
        elif kind == 3:
            text = change_docstring(random, text)
        elif kind <= 5:
            text = change_lines(random, text)
        elif kind == 6:
            text = change_statements(random, text, donors)
        elif random.random() < 0.3:
            text = change_end(random, text)
    data = text.encode("utf-8", "surrogatepass")
    if random.random() < 0.02:
        data = b"\xef\xbb\xbf" + data
    if random.random() < 0.02:
        data = b"# -*- coding: %s -*-\n" % random.choice((b"utf-8", b"latin-1", b"ascii", b"utf-8-sig")) + data
    return data


def donors_of(files, seed):
    """Pieces of some of these files."""
    files = list(files)
    random.Random(seed).shuffle(files)
    out = list(HEADERS)
    for file in files:
        if len(out) > 3000:
            break
        try:
            with open(file, encoding="utf-8") as stream:
                out += pieces(stream.read())
        except (SyntaxError, ValueError, RecursionError, OSError):
            continue
    return out
