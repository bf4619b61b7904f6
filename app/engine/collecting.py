"""How often the garbage collector looks for cycles while records flow."""

from __future__ import annotations

import gc

_YOUNG_OBJECTS = 20_000
"""A run makes tens of values for each record, none of them in a cycle: at the interpreter's 700 a tenth of the time
goes into looking for some."""


def collect_rarely() -> None:
    """From now on in this process. Does nothing where the window looks for garbage in its own way."""
    if gc.isenabled() and 0 < gc.get_threshold()[0] < _YOUNG_OBJECTS:
        gc.set_threshold(_YOUNG_OBJECTS, *gc.get_threshold()[1:])
