# R1: types.coroutine marks the code of a generator, which is a lazy one's stand-in then: the body bears the mark too.
# event
# then: main.drive()
# then: main.pause(1).gi_code.co_flags & 0x100
# file: main.py
"""R1."""
import types


def handler(event, context):  # kept
    return {"total": sum(range(3))}


@types.coroutine
def pause(n):  # lazy
    got = yield n
    total = 0
    for number in range(n):
        total += number * number
        total -= number // 2
    return got, total, "long enough to be worth a stub of its own"


async def twice():  # lazy
    first = await pause(3)
    second = await pause(4)
    return [first, second, "long enough to be worth a stub of its own, and then some more text"]


def drive():  # lazy
    running = twice()
    seen = [running.send(None), running.send("a")]
    try:
        running.send("b")
    except StopIteration as end:
        seen.append(end.value)
    return seen + ["long enough to be worth a stub of its own, and then some more text"]
