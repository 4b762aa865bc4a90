"""Intervals are exact, know their open ends and say themselves in words."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.claims import Interval
from dagster_project.claims.read.interval import EMPTY, number_text

ends = st.fractions(0, 12, max_denominator=4)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    high = draw(st.none() | ends)
    return Interval(draw(ends), high, draw(st.booleans()), high is not None and draw(st.booleans()))


@given(intervals(), intervals(), ends)
def test_a_value_is_in_the_intersection_when_it_is_in_both(a: Interval, b: Interval, x: Fraction) -> None:
    assert a.intersect(b).contains(x) == (a.contains(x) and b.contains(x))


@given(intervals(), intervals(), ends)
def test_the_hull_holds_what_either_holds(a: Interval, b: Interval, x: Fraction) -> None:
    if a.contains(x) or b.contains(x):
        assert a.hull(b).contains(x)
    if not a.is_empty and not b.is_empty:
        assert a.hull(b).contains(min(a.low, b.low)) == (a.contains(min(a.low, b.low)) or b.contains(min(a.low, b.low)))


@given(intervals())
def test_tightening_keeps_every_whole_number_and_no_other(a: Interval) -> None:
    whole = a.tightened()
    assert [n for n in range(14) if whole.contains(n)] == [n for n in range(14) if a.contains(n)]
    if whole.high is not None:
        assert list(a.count_range()) == [n for n in range(14) if a.contains(n)]


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (Interval.of(140, 160), "140 to 160"),
        (Interval.of(40, None, low_open=True), "over 40"),
        (Interval.of(40, None), "40 or more"),
        (Interval.of(Fraction(83, 2), Fraction(85, 2)), "41.5 to 42.5"),
        (Interval.of(0, 8, high_open=True), "under 8"),
        (Interval.of(40, 100, low_open=True), "over 40 to 100"),
        (Interval.point(1234), "1,234"),
        (EMPTY, "none"),
    ],
)
def test_intervals_in_words(interval: Interval, text: str) -> None:
    assert str(interval) == text


def test_numbers_are_said_exactly_where_four_decimals_can() -> None:
    assert [number_text(x) for x in (Fraction(1, 8), Fraction(100, 3), -1, 12345)] == ["0.125", "33.33", "-1", "12,345"]


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError, match="not a float"):
        Interval.of(41.5, 42)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"use Interval\.of"):
        Interval(0.5, None)  # type: ignore[arg-type]


def test_whole_numbers_without_end_are_not_listed() -> None:
    with pytest.raises(ValueError, match="no end"):
        Interval.of(1, None).count_range()
