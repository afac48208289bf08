import np
def in_while():
    while np:
        pass
def in_try():
    try:
        return np
    except ImportError:
        return None
def with_parentheses():
    with (np as a, np as b):
        return a, b
def inner_without_default():
    def inner():
        return np
    return inner
# no guard: in_while in_try with_parentheses inner_without_default
# python: 3.10
