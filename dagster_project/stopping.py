"""Ending a program from outside: which signal came, whatever a library makes of it, and one line, no traceback."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

ENDS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "the signal to terminate (SIGTERM)"}
Came = Callable[[], signal.Signals | None]
_LISTENING: list[Came] = []  # at most one: a process has one pipe for the numbers of its signals


class Stopped(Exception):  # noqa: N818 # no error: somebody wanted it
    """What was being done was ended by a signal, from a person or the system."""

    def __init__(self, what: str, signalled: signal.Signals) -> None:
        super().__init__(f"{what} was stopped by {ENDS[signalled]}; nothing more is run.")
        self.exit_code = 128 + signalled


@contextmanager
def stoppable(what: str) -> Iterator[Came]:
    """Raise `Stopped` where a signal ends what is done inside. What is given tells which signal came, if one did.

    Dagster takes a signal for the failure of one step, and puts handlers of its own in place of those here; so signals
    are `heard` as well. Outside the main thread no signal is heard.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    handlers_before = {one: signal.signal(one, signal.default_int_handler) for one in ENDS}
    try:
        with heard() as came:
            try:
                yield came
            except KeyboardInterrupt:
                raise Stopped(what, came() or signal.SIGINT) from None
    finally:
        for one, handler in handlers_before.items():
            signal.signal(one, handler)


@contextmanager
def heard() -> Iterator[Came]:
    """Tell which signal came inside, if one did, whatever became of what its handler raised.

    DuckDB takes that for an error of the SQL where it is raised in one of our SQL functions, and goes on where it only
    tried whether the value is a constant. So signals are heard by the number that Python writes to a pipe. One inside
    another is the same one.
    """
    if _LISTENING or threading.current_thread() is not threading.main_thread():
        yield _LISTENING[0] if _LISTENING else lambda: None
        return
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    numbers = bytearray()

    def came() -> signal.Signals | None:
        with suppress(BlockingIOError):
            numbers.extend(os.read(reading, 4096))
        return next((one for one in ENDS if one in numbers), None)

    pipe_before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    _LISTENING.append(came)
    try:
        yield came
    finally:
        _LISTENING.clear()
        signal.set_wakeup_fd(pipe_before)
        os.close(reading)
        os.close(writing)


def end_if_signalled() -> None:
    """Raise what Ctrl-C does where a signal is `heard` to have come before: what is done next would be too much."""
    for came in _LISTENING:
        if (signalled := came()) is not None:
            raise KeyboardInterrupt(f"stopped by a signal ({signalled.name})")
