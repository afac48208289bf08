from __future__ import annotations; from _faaslight import enter as __fl__; __fl__ = __fl__(globals(), 3, '0123456789abcdef', '', '')
def simple(): __fl__.use('np', 'os.path'); return np.zeros(1)
def docstring():
    """Doc."""; __fl__.use('np', 'os.path')  # behind it
    if np:
        return 1
def own_line():
    __fl__.use('np', 'os.path')
    for x in np:
        print(x)
def comment_line():
        __fl__.use('np', 'os.path')          # a comment
        with np:
            pass
def or_if(x):
    if __fl__.use('np', 'os.path') or (x := np):
        return 1
def or_for():
    for x in __fl__.use('np', 'os.path') or (1, *np):
        print(x)
def or_with():
    with __fl__.use('np', 'os.path') or (np) as a, np as b:
        return a, b
def or_decorator():
    @__fl__.use('np', 'os.path') or (np.wraps(1))
    def inner():
        return np
    return inner
def or_default():
    def inner(a, b=__fl__.use('np', 'os.path') or (np)):
        return a
    return inner
def or_base():
    class C(__fl__.use('np', 'os.path') or (np.C), metaclass=type):
        pass
    return C
def declared():
    __fl__.use('np', 'os.path'); global x; x = np
def nested():
    def inner():
        __fl__.use('np', 'os.path'); return np
    return inner()
class C:
    def method(self): __fl__.use('np', 'os.path'); return np
    def docstring_and_code(self): "doc"; __fl__.use('np', 'os.path'); return np
# guard: simple docstring own_line comment_line or_if or_for or_with or_decorator or_default or_base
# guard: declared nested.<locals>.inner C.method C.docstring_and_code
# use: np os.path
