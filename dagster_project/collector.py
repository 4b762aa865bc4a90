"""Python's garbage collector, kept away from what a process holds to its end."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_HELD: set[str] = set()


@contextmanager
def held_to_the_end(what: str) -> Iterator[None]:
    """Imports, definitions: the collector neither runs meanwhile nor ever looks through them, a million objects.

    Only the first time for each word: what is made again later may go again.
    """
    if what in _HELD or not gc.isenabled():
        yield
        return
    _HELD.add(what)
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
