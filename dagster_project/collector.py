"""Python's garbage collector, kept away from what a process holds to its end."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_to_the_end() -> Iterator[None]:
    """Imports and definitions: the collector neither runs meanwhile nor ever looks through them, of which there are a
    million objects. Only the first time: what a later one makes may go again.
    """
    if gc.get_freeze_count() or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
