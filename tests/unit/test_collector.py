"""What a process holds to its end is looked through by no garbage collector, and what it makes later is."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from dagster_project.collector import held_to_the_end


class Ring:
    """Something that only the collector can let go."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_was_made_meanwhile_stays_and_the_collector_runs_again() -> None:
    with held_to_the_end("a test"):
        assert not gc.isenabled()
        made = weakref.ref(Ring())
    assert gc.isenabled()
    gc.collect()
    assert made() is not None


def test_what_is_made_a_second_time_is_let_go() -> None:
    for _ in range(2):
        with held_to_the_end("another test"):
            made = weakref.ref(Ring())
    gc.collect()
    assert made() is None


def test_a_failure_leaves_the_collector_running() -> None:
    with pytest.raises(ValueError, match="broken"), held_to_the_end("a third test"):
        raise ValueError("broken")
    assert gc.isenabled()
