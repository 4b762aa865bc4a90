"""One inequality between whole numbers, and what it forces of shares by itself."""

from collections.abc import Hashable, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeVar

Number = TypeVar("Number", int, float)


class Row(NamedTuple):
    """sum(coefficient * variable) <= limit, with no coefficient 0.

    `source` is the figure that says so, None for what is so in any survey; `law` names the structure behind it. A row
    holds only where its source and its law are switched on.
    """

    terms: tuple[tuple[int, int], ...]
    limit: int
    source: int | None = None
    law: Hashable = None

    @property
    def why(self) -> int:
        """The figure that says so, as its bit."""
        return 0 if self.source is None else 1 << self.source


def excess(row: Row, values: Sequence[Number]) -> Number:
    """By how much the values break a row; 0 or less where they meet it."""
    return sum(coefficient * values[variable] for variable, coefficient in row.terms) - row.limit


def give_way(row: Row, values: list[int], bounds: Sequence[tuple[int, int]]) -> None:
    """Move the values within their bounds, one after the other, until they meet the row."""
    over = excess(row, values)
    for variable, coefficient in row.terms:
        if over <= 0:
            break
        least, most = bounds[variable]
        room = values[variable] - least if coefficient > 0 else most - values[variable]
        step = min(room, -(-over // abs(coefficient)))
        values[variable] -= step if coefficient > 0 else -step
        over -= step * abs(coefficient)


# -- shares: fractions of a base that may be as large as one likes -----------------------------------------------------


def draw_in(terms: Sequence[tuple[int, int]], low: list[Fraction], high: list[Fraction | None]) -> bool:
    """Draw in the ends of shares as far as `sum(terms) <= 0` forces it; False if that cannot be met."""
    least = [_least(coefficient, low[variable], high[variable]) for variable, coefficient in terms]
    open_ended = least.count(None)
    known = sum((part for part in least if part is not None), Fraction(0))
    if open_ended == 0 and known > 0:
        return False
    for (variable, coefficient), part in zip(terms, least, strict=True):
        if open_ended == (part is None):  # all others have an end
            end = (known if part is None else known - part) / -coefficient
            _draw_in_one(variable, end, low, high, from_above=coefficient > 0)
    return True


def _draw_in_one(
    variable: int, end: Fraction, low: list[Fraction], high: list[Fraction | None], *, from_above: bool
) -> None:
    top = high[variable]
    if from_above and (top is None or end < top):
        high[variable] = end
    elif not from_above and end > low[variable]:
        low[variable] = end


def _least(coefficient: int, low: Fraction, high: Fraction | None) -> Fraction | None:
    """The least that a term can be; None where it has no end."""
    if coefficient > 0:
        return coefficient * low
    return None if high is None else coefficient * high
