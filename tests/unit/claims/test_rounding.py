"""Rounding is right against integers for every share of every base up to 300, 0 to 2 decimals, every rule."""

from fractions import Fraction
from math import gcd

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.claims import RoundingRule, counts_possible, percent_text
from dagster_project.claims.read.rounding import percent_preimage, preimage, round_fraction

LARGEST_BASE = 300
SHARES = [(k, n) for n in range(1, LARGEST_BASE + 1) for k in range(n + 1) if gcd(k, n) == 1]  # each value once


def printed_by_integers(k: int, n: int, decimals: int, rule: RoundingRule) -> set[int]:
    """The printed values in units of the last decimal, by integer division alone."""
    below, rest = divmod(100 * 10**decimals * k, n)
    if rest == 0:
        return {below}
    above = below + 1
    nearest = {below} if 2 * rest < n else {above}
    tie = 2 * rest == n
    match rule:
        case RoundingRule.HALF_UP:
            return {above} if tie else nearest
        case RoundingRule.HALF_DOWN:
            return {below} if tie else nearest
        case RoundingRule.HALF_EVEN:
            return {below + below % 2} if tie else nearest
        case RoundingRule.EITHER_HALF:
            return {below, above} if tie else nearest
        case RoundingRule.DOWN:
            return {below}
        case RoundingRule.UP:
            return {above}
        case RoundingRule.UNKNOWN:
            return {below, above}


@pytest.mark.parametrize("decimals", [0, 1, 2])
@pytest.mark.parametrize("rule", list(RoundingRule))
def test_every_share_of_every_base_to_300_is_printed_right(rule: RoundingRule, decimals: int) -> None:
    unit = 10**decimals
    for k, n in SHARES:
        printed = {v.numerator * unit // v.denominator for v in round_fraction(Fraction(100 * k, n), decimals, rule)}
        assert printed == printed_by_integers(k, n, decimals, rule), (k, n)


@given(st.fractions(0, 100, max_denominator=400), st.integers(0, 2), st.sampled_from(list(RoundingRule)))
def test_a_value_is_printed_for_exactly_what_it_stands_for(x: Fraction, decimals: int, rule: RoundingRule) -> None:
    below = Fraction(int(x * 10**decimals), 10**decimals)
    candidates = [below + Fraction(n, 10**decimals) for n in (-1, 0, 1, 2)]
    assert [v for v in candidates if preimage(v, decimals, rule).contains(x)] == list(round_fraction(x, decimals, rule))


@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_the_printed_text_is_half_up_for_every_count_and_base_to_300(decimals: int) -> None:
    for n in range(1, LARGEST_BASE + 1):
        for k in range(n + 1):
            steps = (200 * 10**decimals * k + n) // (2 * n)
            whole, rest = divmod(steps, 10**decimals)
            expected = f"{whole}.{rest:0{decimals}d}" if decimals else str(whole)
            assert percent_text(k, n, decimals) == expected, (k, n)


@pytest.mark.parametrize("decimals", [0, 1, 2])
@pytest.mark.parametrize("rule", list(RoundingRule))
def test_every_share_of_every_base_to_300_lies_in_what_is_printed_for_it_and_not_beside_it(
    rule: RoundingRule, decimals: int
) -> None:
    unit = 10**decimals
    ends = []  # of each printed value: its interval in units of the last decimal, and which end is open
    for v in range(100 * unit + 1):
        found = percent_preimage(Fraction(v, unit), decimals, rule)
        low, high = 2 * unit * found.low, 2 * unit * (found.high or 0)
        assert low.denominator == high.denominator == 1  # all ends are whole or half units
        ends.append((low.numerator, high.numerator, found.low_open, found.high_open))
    for k, n in SHARES:
        share, near = 200 * unit * k, 100 * unit * k // n
        inside = set()
        for v in range(max(0, near - 1), min(100 * unit, near + 2) + 1):
            low, high, low_open, high_open = ends[v]
            if low * n + low_open <= share <= high * n - high_open:
                inside.add(v)
        assert inside == printed_by_integers(k, n, decimals, rule), (k, n)


def test_the_counts_possible_are_those_that_print_so_for_every_base_to_300() -> None:
    rule = RoundingRule.HALF_EVEN  # the one whose ends open and close
    intervals = [percent_preimage(Fraction(v), 0, rule) for v in range(101)]
    for n in range(1, LARGEST_BASE + 1):
        found = {(k, v) for v, p in enumerate(intervals) for k in counts_possible(p, n).count_range()}
        expected = {(k, v) for k in range(n + 1) for v in printed_by_integers(k, n, 0, rule)}
        assert found == expected, n


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("half_up", "41.5 to under 42.5"),
        ("half_down", "over 41.5 to 42.5"),
        ("half_even", "41.5 to 42.5"),
        ("either_half", "41.5 to 42.5"),
        ("down", "42 to under 43"),
        ("up", "over 41 to 42"),
        ("unknown", "over 41 to under 43"),
    ],
)
def test_what_42_percent_stands_for_under_each_rule(rule: str, text: str) -> None:
    assert str(preimage(Fraction(42), 0, RoundingRule(rule))) == text


def test_half_even_leaves_both_halves_out_of_an_odd_digit() -> None:
    assert str(preimage(Fraction(43), 0, RoundingRule.HALF_EVEN)) == "over 42.5 to under 43.5"
    assert str(preimage(Fraction("68.7"), 1, RoundingRule.HALF_EVEN)) == "over 68.65 to under 68.75"


def test_percentages_never_leave_0_to_100() -> None:
    assert str(percent_preimage(Fraction(0), 0, RoundingRule.HALF_UP)) == "under 0.5"
    assert str(percent_preimage(Fraction(100), 0, RoundingRule.UNKNOWN)) == "over 99 to 100"


def test_a_tie_that_floats_get_wrong_is_a_tie() -> None:
    assert percent_text(23, 40, 0) == "58"
    assert percent_text(23, 40, 0, RoundingRule.HALF_DOWN) == "57"


def test_a_choice_is_not_printed_as_if_it_were_none() -> None:
    with pytest.raises(ValueError, match=r"23 of 40 is printed 57 or 58 under 'either_half': name one rounding rule"):
        percent_text(23, 40, 0, RoundingRule.EITHER_HALF)


@pytest.mark.parametrize(("count", "base"), [(1, 0), (5, 4), (-1, 4)])
def test_no_share_is_printed_for_a_count_outside_of_its_base(count: int, base: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        percent_text(count, base, 0)


def test_a_value_with_more_decimals_than_said_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a number with 0 decimals"):
        preimage(Fraction(85, 2), 0, RoundingRule.HALF_UP)
