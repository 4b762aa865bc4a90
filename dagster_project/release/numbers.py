"""Every number of a page in digits, by one rule: half up, from the number that is stored.

A floating point number counts as the shortest decimal that stands for it, as every export writes it: 0.285 is 28.5
percent and rounds to 29, though the machine holds a little less.
"""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction

from dagster_project.claims import half_up

Number = int | float | Decimal | Fraction


def decimals(value: Number, places: int) -> str:
    """A number with so many decimals."""
    return f"{half_up(_exact(value), places):f}"


def number(value: Number | None) -> str:
    """A count, or a sum of weights to the unit, with thousands separators."""
    return "not known" if value is None else f"{half_up(_exact(value), 0):,f}"


def percent(value: Number, places: int) -> str:
    """A proportion in percent, without the sign."""
    return f"{half_up(100 * _exact(value), places):f}"


def points(value: Number | None, places: int) -> str:
    """A proportion in percent, to the table's decimals but at least one."""
    return "" if value is None else percent(value, max(places, 1))


def amount(value: float | Decimal | None) -> str:
    """A mean, a total or a quantile to four digits, or to the unit where it is longer."""
    if value is None:
        return ""
    exact = Decimal(str(value))
    places = max(0, 3 - exact.adjusted()) if exact else 0
    return f"{half_up(Fraction(exact), places):,f}"


def span(low: Decimal, high: Decimal | None, sign: str = "") -> str:
    """From where to where a figure can be, without zeros at its ends; an end that has no end is cut outwards."""
    first = _end(low, ROUND_FLOOR)
    if high is None:
        return f"{first}{sign} or more"
    last = _end(high, ROUND_CEILING)
    return f"{first}{sign}" if first == last else f"{first} to {last}{sign}"


def p_value(value: Number) -> str:
    """A probability as tests report it."""
    return "p < 0.001" if value < 0.001 else f"p = {decimals(value, 3)}"


def caught(power: Number | None) -> str:
    """A check's power in words: how many wrong values it would have noticed."""
    if power is None:
        return ""
    if power <= 0:
        return "could have caught no wrong value"
    if power >= 1:
        return "would have caught every wrong value"
    of_hundred = math.floor(100 * _exact(power))  # down, so that 99.6 is not sold as all
    return f"would have caught {of_hundred or 'fewer than 1'} of 100 wrong values"


def _end(value: Decimal, rounding: str) -> str:
    text = f"{value.quantize(Decimal('0.01'), rounding=rounding):,f}"
    return text.rstrip("0").rstrip(".")


def _exact(value: Number) -> Fraction:
    return Fraction(str(value))
