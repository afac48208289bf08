"""Lazy bodies: every signature, every kind of function."""; from _faaslight import enter as __fl__; __fl__ = __fl__(globals(), 3, '0123456789abcdef', '', '')
import functools


def plain(a, b=1, *args, k, d=2, **kw):
    return __fl__(0)(a, b, *args, k=k, d=d, **kw)



def positional_only(a, b=3, /, c=4, *, k):  # a comment on the header
    """Keeps its docstring."""
    # a comment between

    return __fl__(1)(a, b, c, k=k)




def generator(n):
    return (yield from __fl__(2)(n))
  # a comment at the end


async def coroutine(x):
    return await __fl__(3)(x)



def one_line(x): return __fl__(4)(x)


def one_line_with_semicolon(x): return __fl__(5)(x)


def docstring_on_the_line(x): "doc"; return __fl__(6)(x)


class Outer:
    class Inner:
        def method(self):
            return __fl__(7, __class__)(self)

        @classmethod
        def make(cls, *, kind: "int" = 0):
            '''Makes.'''
            return __fl__(8)(cls, kind=kind)

    @property
    def value(self):
        return __fl__(9)(self)




    def __private(self, __x):
        return __fl__(10, __class__)(self, __x)


@functools.lru_cache(
    maxsize=None)
def decorated(n):
    return __fl__(11)(n)

# lazy: plain positional_only generator coroutine one_line one_line_with_semicolon docstring_on_the_line
# lazy: Outer.Inner.method Outer.Inner.make Outer.value Outer.__private decorated
