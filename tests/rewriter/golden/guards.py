from __future__ import annotations
def simple(): return np.zeros(1)
def docstring():
    """Doc."""  # behind it
    if np:
        return 1
def own_line():

    for x in np:
        print(x)
def comment_line():
        # a comment
        with np:
            pass
def or_if(x):
    if x := np:
        return 1
def or_for():
    for x in 1, *np:
        print(x)
def or_with():
    with np as a, np as b:
        return a, b
def or_decorator():
    @np.wraps(1)
    def inner():
        return np
    return inner
def or_default():
    def inner(a, b=np):
        return a
    return inner
def or_base():
    class C(np.C, metaclass=type):
        pass
    return C
def declared():
    global x; x = np
def nested():
    def inner():
        return np
    return inner()
class C:
    def method(self): return np
    def docstring_and_code(self): "doc"; return np
# guard: simple docstring own_line comment_line or_if or_for or_with or_decorator or_default or_base
# guard: declared nested.<locals>.inner C.method C.docstring_and_code
# use: np os.path
