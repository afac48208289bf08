# R13: who loads what was imported under `with` loads the module with the `with` before, for it is part of it.
# then: main.late()
# then: main.quiet.seen, main.deep.seen, main.loose.seen
# then: main.deep.seen
# file: main.py
"""R13."""
import switch
import holder  # hoist: holder
import user
import bare  # lazy
import keeper  # lazy
import deep  # lazy
import quiet  # lazy
import loose  # lazy
START = user.seen


def handler(event, context):
    return START, switch.on


def late():  # lazy
    text = "long enough to be worth a stub of its own, and then some more text"
    return holder.inner.seen, keeper.deep.seen, bare.loose.seen, text, len(text), text.upper(), text[::-1], text.title()
# file: switch.py
"""What a body that is imported finds switched off."""
import contextlib
on = True
@contextlib.contextmanager
def off():  # kept
    global on
    on = False
    yield
    on = True
# file: holder.py
"""Loaded where it was, for the sake of inner."""
import switch
with switch.off():
    import inner  # eager
# file: inner.py
"""Loaded by what stays."""
import switch
seen = switch.on
# file: user.py
"""Its body uses inner."""
from inner import seen  # eager
# file: bare.py
"""Suppresses; loose may be loaded alone."""
from contextlib import suppress
with suppress(ImportError):
    import loose  # eager
# file: loose.py
"""Not under a with that counts."""
import switch
seen = switch.on
# file: keeper.py
"""Loaded on demand, before what it imports under with."""
import switch
from contextlib import suppress
with suppress(ImportError), switch.off():
    import deep  # eager
# file: deep.py
"""What its import leads to is under it, too."""
import switch
import quiet  # eager
seen = [switch.on, quiet.seen]
# file: quiet.py
"""Two steps below."""
import switch
seen = switch.on
