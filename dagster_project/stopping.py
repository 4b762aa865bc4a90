"""Ending a program from outside: which signal came, whatever a library makes of it, and one line, no traceback."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ENDS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "the signal to terminate (SIGTERM)"}
Came = Callable[[], signal.Signals | None]


class Stopped(Exception):  # noqa: N818 # no error: somebody wanted it
    """What was being done was ended by a signal, from a person or the system."""

    def __init__(self, what: str, signalled: signal.Signals) -> None:
        super().__init__(f"{what} was stopped by {ENDS[signalled]}; nothing more is run.")
        self.exit_code = 128 + signalled


@contextmanager
def stoppable(what: str) -> Iterator[Came]:
    """Raise `Stopped` where a signal ends what is done inside. What is given tells which signal came, if one did.

    Dagster takes a signal for the failure of one step, and puts handlers of its own in place of those here; so signals
    are also heard by the number that Python writes to a pipe. Outside the main thread no signal is heard.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    pipe_before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    handlers_before = {one: signal.signal(one, signal.default_int_handler) for one in ENDS}
    try:
        yield lambda: _came(reading)
    except KeyboardInterrupt:
        raise Stopped(what, _came(reading) or signal.SIGINT) from None
    finally:
        signal.set_wakeup_fd(pipe_before)
        for one, handler in handlers_before.items():
            signal.signal(one, handler)
        os.close(reading)
        os.close(writing)


def _came(reading: int) -> signal.Signals | None:
    try:
        numbers = os.read(reading, 4096)
    except BlockingIOError:
        return None
    return next((one for one in ENDS if one in numbers), None)
