"""Lazy bodies: every signature, every kind of function."""
import functools


def plain(a, b=1, *args, k, d=2, **kw):
    x = a + b
    return x, args, k, d, kw


def positional_only(a, b=3, /, c=4, *, k):  # a comment on the header
    """Keeps its docstring."""
    # a comment between

    if a:
        return b
    return c, k


def generator(n):
    for i in range(n):
        yield i  # a comment at the end


async def coroutine(x):
    await x
    return x


def one_line(x): return x * 2


def one_line_with_semicolon(x): y = x; return y;


def docstring_on_the_line(x): "doc"; return x


class Outer:
    class Inner:
        def method(self):
            return super().method()

        @classmethod
        def make(cls, *, kind: "int" = 0):
            '''Makes.'''
            return cls()

    @property
    def value(self):
        text = """
        two lines
        """
        return text

    def __private(self, __x):
        return __class__, __x


@functools.lru_cache(
    maxsize=None)
def decorated(n):
    return 1 if n < 2 else decorated(n - 1) + decorated(n - 2)

# lazy: plain positional_only generator coroutine one_line one_line_with_semicolon docstring_on_the_line
# lazy: Outer.Inner.method Outer.Inner.make Outer.value Outer.__private decorated
