# R1: functions that no event entered become lazy, unless something about them forbids it.
# event
# then: main.lazy_one(3)
# then: main.looks_at_frames()
# then: main.C().method(2)
# then: list(main.generate(3))
# then: main.C.made(4).method(1)
# file: main.py
"""R1."""
import sys


def handler(event, context):  # kept
    total = 0
    for number in range(5):
        total += number * number
        total -= number // 2
    return {"total": total, "text": "long enough to be worth a stub of its own"}


def lazy_one(x, y=2, *args, z=3, **kw):  # lazy
    total = x + y + z
    for number in range(total):
        total += number * number
        total -= number // 2
    return {"total": total, "text": "long enough to be worth a stub of its own"}


def looks_at_frames():  # kept
    frame = sys._getframe()
    total = 0
    for number in range(5):
        total += number * number
    return frame.f_code.co_name, total, "long enough to be worth a stub of its own"


def small(x):  # kept
    return x + 1


def generate(n):  # lazy
    for number in range(n):
        yield number
        yield number * number
    yield "long enough to be worth a stub of its own, and then some more text"
    yield "the end of it all"


async def stream(n):  # kept
    for number in range(n):
        yield number
        yield number * number
    yield "long enough to be worth a stub of its own, and then some more text"
    yield "the end of it all"


class C:
    def __init__(self, start=0):  # kept
        self.start = start

    def method(self, x):  # lazy
        total = self.start + x
        for number in range(total):
            total += number * number
            total -= number // 2
        return {"total": total, "text": "long enough to be worth a stub of its own"}

    @classmethod
    def made(cls, start):
        text = "long enough to be worth a stub of its own, and then some more text"
        made = cls(start)
        made.text = text + text
        made.other = text * 3
        return made

    def __del__(self):  # kept
        text = "long enough to be worth a stub of its own, and then some more text"
        self.text = text + text
        self.other = text * 3
