"""Makes a failing package small: takes parts out as long as it still fails.

Every try costs a trace and a rewrite, so the cuts are large first: all applications but one, then halves of every list
of parts (steps, definitions, imports, events), then quarters, down to single ones.
"""

import copy
import time


def reduced(fails, apps, events, seconds=240):
    """The smallest (apps, events) found in this time for which fails(apps, events) holds."""
    end = time.monotonic() + seconds
    for app in apps if len(apps) > 1 else ():
        if fails([app], only(app, events)):
            apps, events = [app], only(app, events)
            break
    smaller = True
    while smaller and time.monotonic() < end:
        smaller = False
        for number in range(len(parts(apps, events))):
            smaller |= shorten(fails, apps, events, number, end)
    return apps, events


def only(app, events):
    """The events as far as they are this application's."""
    mine = [[key for key in event if key in app.keys] for event in events]
    return [event for event in mine if event]


def parts(apps, events):
    """The lists that may lose elements, the most telling first. They are the package's own: who cuts one changes it."""
    lists = [apps] if len(apps) > 1 else []
    lists += [app.steps for app in apps] + [app.outside for app in apps] + [events] + list(events)
    for app in apps:
        for module in app.modules:
            lists += [module.body, module.imports, module.tail]
    return lists


def shorten(fails, apps, events, number, end):
    """Cuts one list as far as possible. True: it has become shorter."""
    if number >= len(parts(apps, events)):  # a cut has removed lists
        return False
    cut = False
    size = len(parts(apps, events)[number])
    while size:
        start = 0
        while start < len(parts(apps, events)[number]) and time.monotonic() < end:
            fewer_apps, fewer_events = copy.deepcopy((apps, events))
            del parts(fewer_apps, fewer_events)[number][start : start + size]
            if fails(fewer_apps, fewer_events):
                apps[:], events[:] = fewer_apps, fewer_events
                cut = True
            else:
                start += size
            if number >= len(parts(apps, events)):
                return cut
        size //= 2
    return cut
