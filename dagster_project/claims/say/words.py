"""Pieces of sentences that all of them share: lists, numbers, ranges. English only."""

import math
from collections.abc import Sequence
from fractions import Fraction

from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import Interval, number_text
from dagster_project.claims.read.rounding import decimal_text

NOT_HALF_UP = "a half was not rounded up"


def listed(parts: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def value_text(value: Fraction, kind: Kind, decimals: int) -> str:
    """What a figure of a kind can be: `58 %` with so many decimals, `1,200`."""
    return f"{decimal_text(value, decimals)} %" if kind is Kind.PERCENTAGE else number_text(value)


def range_text(interval: Interval, kind: Kind, decimals: int) -> str:
    """From where to where a figure of a kind can be: `41 or 42 %`, `59 to 68`."""
    if kind is not Kind.PERCENTAGE:
        return whole_text(interval)
    low = decimal_text(interval.low, decimals)
    if interval.high is None or interval.is_point:
        return f"{low} %"
    between = "or" if interval.high - interval.low == Fraction(1, 10**decimals) else "to"
    return f"{low} {between} {decimal_text(interval.high, decimals)} %"


def whole_text(interval: Interval) -> str:
    """A range of whole numbers: `57`, `64 or 65`, `59 to 68`."""
    if interval.high is not None and interval.high - interval.low == 1:
        return f"{number_text(interval.low)} or {number_text(interval.high)}"
    return str(interval)


def percent_range_text(share: Interval) -> str:
    """Exact percentages to one decimal: `27.1 %`, `16.3 to 18.6 %`."""
    ends = (share.low, Fraction(100) if share.high is None else share.high)
    low, high = (number_text(Fraction(math.floor(10 * end + Fraction(1, 2)), 10)) for end in ends)
    return f"{low} %" if low == high else f"{low} to {high} %"
