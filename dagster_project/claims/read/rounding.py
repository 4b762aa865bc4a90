"""Rounding rules, both ways: from an exact number to its printed form, and from print back to all it may hide.

Values are on their own scale here (a percentage of 42.5 is 42.5, a mean of 3.14 is 3.14). A tie is a tie: it is found
with integers and fractions, never by a floating point comparison.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from dagster_project.claims.read.given import LARGEST, MAX_DIGITS, Exact, GivenError, choices, exact, shown, whole, word
from dagster_project.claims.read.interval import PERCENTAGES, Interval


class RoundingRule(StrEnum):
    """How a publisher may have shortened a number. "Down" and "up" mean towards smaller and larger numbers."""

    HALF_UP = "half_up"  # 0.5 to 1, 1.5 to 2: what people and most spreadsheets do
    HALF_DOWN = "half_down"  # 0.5 to 0, 1.5 to 1
    HALF_EVEN = "half_even"  # 0.5 to 0, 1.5 to 2: what R, numpy and pandas do
    EITHER_HALF = "either_half"  # nearest; a half may have gone either way
    DOWN = "down"  # cut off
    UP = "up"  # to the next larger
    UNKNOWN = "unknown"  # any of these

    @classmethod
    def _missing_(cls, value: object) -> "RoundingRule":
        raise GivenError(f"{shown(value)} is no rounding rule: {choices(cls)}.")


class RuleWords(NamedTuple):
    """How a rule is said of several numbers, behind "with", and of one that was so rounded."""

    of_several: str
    of_one: str


# The rules that leave no choice, so that a publisher can have kept to one of them.
RULE_WORDS: Mapping[RoundingRule, RuleWords] = {
    RoundingRule.HALF_UP: RuleWords("halves rounded up", "with halves rounded up"),
    RoundingRule.HALF_DOWN: RuleWords("halves rounded down", "with halves rounded down"),
    RoundingRule.HALF_EVEN: RuleWords("halves rounded to the even number", "with halves rounded to the even number"),
    RoundingRule.DOWN: RuleWords("numbers cut off instead of rounded", "cut off instead of rounded"),
    RoundingRule.UP: RuleWords("numbers rounded up to the next one", "rounded up to the next number"),
}
_HALVES = frozenset({RoundingRule.HALF_UP, RoundingRule.HALF_DOWN, RoundingRule.HALF_EVEN, RoundingRule.EITHER_HALF})


def rule_given(given: RoundingRule | str) -> RoundingRule:
    """A rule by its name, written in any way: half_up, `HALF-UP`."""
    return word(given, RoundingRule, "rounding rule")


def decimals_given(given: int) -> int:
    """A number of decimals."""
    return whole(given, "a number of decimals", 0, MAX_DIGITS)


def preimage(value: Exact, decimals: int, rule: RoundingRule | str) -> Interval:
    """All exact numbers that `rule` prints as `value` with so many decimals.

    `unknown` is the hull of `down` and `up`, its ends open: less than one unit either way.
    Raises ValueError if the value has more decimals than said.
    """
    value, decimals, rule = exact(value, "a printed number"), decimals_given(decimals), rule_given(rule)
    unit = Fraction(1, 10**decimals)
    steps = value / unit
    if steps.denominator != 1:
        raise GivenError(f"{value} is not a number with {decimals} decimals")
    below, above = (unit / 2, unit / 2) if rule in _HALVES else (unit, unit)
    low_open = high_open = False
    match rule:
        case RoundingRule.HALF_UP:
            high_open = True
        case RoundingRule.HALF_DOWN:
            low_open = True
        case RoundingRule.HALF_EVEN:
            low_open = high_open = steps.numerator % 2 == 1
        case RoundingRule.DOWN:
            below, high_open = Fraction(0), True
        case RoundingRule.UP:
            above, low_open = Fraction(0), True
        case RoundingRule.UNKNOWN:
            low_open = high_open = True
        case RoundingRule.EITHER_HALF:
            pass
    return Interval(value - below, value + above, low_open, high_open)


def percent_preimage(value: Exact, decimals: int, rule: RoundingRule | str) -> Interval:
    """The percentages that `rule` prints as `value`: the preimage, clipped to 0 to 100."""
    return preimage(value, decimals, rule).intersect(PERCENTAGES)


def round_fraction(x: Exact, decimals: int, rule: RoundingRule | str) -> tuple[Fraction, ...]:
    """The values that `rule` may print for `x`, ascending: one, or two where the rule leaves a choice."""
    x, rule = exact(x, "a number to be rounded"), rule_given(rule)
    grid = 10 ** decimals_given(decimals)
    below, rest = divmod(x.numerator * grid, x.denominator)
    if rest == 0:
        return (x,)
    lower, upper = Fraction(below, grid), Fraction(below + 1, grid)
    if rule in _HALVES and 2 * rest != x.denominator:
        return (lower,) if 2 * rest < x.denominator else (upper,)
    match rule:
        case RoundingRule.EITHER_HALF | RoundingRule.UNKNOWN:
            return (lower, upper)
        case RoundingRule.HALF_EVEN:
            return (upper,) if below % 2 else (lower,)
        case RoundingRule.HALF_UP | RoundingRule.UP:
            return (upper,)
        case RoundingRule.HALF_DOWN | RoundingRule.DOWN:
            return (lower,)


def decimal_text(value: Fraction, decimals: int) -> str:
    """A value on the grid of its decimals, with all of them: 60 with one decimal is `60.0`."""
    steps = value * 10**decimals
    if steps.denominator != 1:
        raise GivenError(f"{value} is not a number with {decimals} decimals")
    digits = f"{abs(steps.numerator):0{decimals + 1}d}"
    sign = "-" if steps < 0 else ""
    return sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)


def percent_text(count: int, base: int, decimals: int, rule: RoundingRule | str = RoundingRule.HALF_UP) -> str:
    """The percentage that `count` is of `base`, as printed, without its sign: 23 of 40 is `58`.

    Raises ValueError for a count outside of the base, a base below 1, and where the rule leaves a choice.
    """
    count, base, rule = whole(count, "a count", most=LARGEST), whole(base, "a base", most=LARGEST), rule_given(rule)
    if base < 1 or not 0 <= count <= base:
        raise GivenError(f"{count} of {base} is no share: a base is at least 1 and a count from 0 to its base")
    printed = round_fraction(Fraction(100 * count, base), decimals, rule)
    if len(printed) != 1:
        choice = " or ".join(decimal_text(v, decimals) for v in printed)
        raise GivenError(f"{count} of {base} is printed {choice} under '{rule}': name one rounding rule")
    return decimal_text(printed[0], decimals)


def half_up(value: Fraction, decimals: int) -> Decimal:
    """An exact number rounded half up, as every table and page of ours prints one: 6.25 with one decimal is 6.3."""
    (printed,) = round_fraction(value, decimals, RoundingRule.HALF_UP)
    return Decimal(decimal_text(printed, decimals))
