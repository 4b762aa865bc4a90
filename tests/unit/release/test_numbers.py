"""One rule of rounding for every number of a page: half up, from the decimal that is stored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.claims import percent_text
from dagster_project.release import numbers


@given(st.integers(1, 100_000).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base))), st.integers(0, 3))
def test_a_share_is_rounded_as_the_published_percentage_of_its_count_and_base(
    count_and_base: tuple[int, int], places: int
) -> None:
    count, base = count_and_base
    assert numbers.percent(count / base, places) == percent_text(count, base, places)


@pytest.mark.parametrize(
    ("count", "base", "places", "shown"),
    [(1, 16, 1, "6.3"), (57, 200, 0, "29"), (201, 200, 1, "100.5"), (0, 7, 2, "0.00")],
)
def test_a_half_goes_up(count: int, base: int, places: int, shown: str) -> None:
    assert numbers.percent(count / base, places) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.5, "1"), (2.5, "3"), (812.5, "813"), (-0.5, "0"), (-1.5, "-1"), (12345.6, "12,346"), (None, "not known")],
)
def test_a_count_is_whole_with_its_thousands_apart(value: float | None, shown: str) -> None:
    assert numbers.number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (41.2345, "41.23"), (41.235, "41.24"), (1234.5, "1,235"), (0.51, "0.5100"), (0.00012345, "0.0001235"),
        (-2.0005, "-2.000"), (0, "0"), (0.0, "0"), (None, ""),
    ],
)  # fmt: skip
def test_a_quantity_has_four_digits(value: float | None, shown: str) -> None:
    assert numbers.amount(value) == shown


def test_a_proportion_has_at_least_one_decimal_as_an_interval() -> None:
    assert numbers.points(0.0625, 0) == "6.3"
    assert numbers.points(0.28125, 2) == "28.13"
    assert numbers.points(None, 2) == ""


def test_a_tiny_probability_is_no_zero() -> None:
    assert numbers.p_value(0.00099) == "p < 0.001"
    assert numbers.p_value(0.0625) == "p = 0.063"
