"""No block of the package is too complex but those that are listed, and the list only shrinks."""

from __future__ import annotations

import pytest

from tests.complexity import complaints, listed, measured


def test_no_block_is_more_complex_than_allowed() -> None:
    assert complaints(measured(), listed()) == []


@pytest.mark.parametrize(
    ("score", "allowed", "told"),
    [
        (10, {}, []),
        (11, {}, ["a.py:f: a complexity of 11, where 10 is allowed; take it apart"]),
        (14, {"a.py:f": 14}, []),
        (15, {"a.py:f": 14}, ["a.py:f: a complexity of 15, where 14 is allowed; take it apart"]),
        (13, {"a.py:f": 14}, ["a.py:f: no longer a complexity of 14, as complexity.txt says; run make complexity"]),
        (10, {"a.py:f": 14}, ["a.py:f: no longer a complexity of 14, as complexity.txt says; run make complexity"]),
        (3, {"b.py:g": 12}, ["b.py:g: no longer a complexity of 12, as complexity.txt says; run make complexity"]),
    ],
)
def test_the_list_of_complex_blocks_only_shrinks(score: int, allowed: dict[str, int], told: list[str]) -> None:
    assert complaints({"a.py:f": score}, allowed) == told
