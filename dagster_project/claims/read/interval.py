"""Intervals of exact numbers: what a published figure leaves open.

Here belong the ends of an interval, whether they are in it, the whole numbers between them, and their wording.
What a figure's words make of it belongs in `hedges` and `figures`; no floating point number enters anywhere.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

from dagster_project.claims.read.given import Exact, GivenError, GivenTypeError, exact, shown


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`; without `high` there is no upper end. Open ends are left out.

    An interval may be empty (`low` above `high`), so that intersections need no special case.
    """

    low: Fraction
    high: Fraction | None
    low_open: bool = False
    high_open: bool = False

    def __post_init__(self) -> None:
        for end in (self.low, self.high):
            if not isinstance(end, Fraction | None):
                raise GivenTypeError(f"an interval's end is a Fraction, not {shown(end)}: use Interval.of")

    @classmethod
    def of(
        cls,
        low: Exact,
        high: Exact | None,
        *,
        low_open: bool = False,
        high_open: bool = False,
    ) -> "Interval":
        """An interval from exact numbers. Floats are refused."""
        first = exact(low, "an interval's low end")
        return cls(first, None if high is None else exact(high, "an interval's high end"), low_open, high_open)

    @classmethod
    def point(cls, value: Exact) -> "Interval":
        """The interval that holds one value only."""
        return cls.of(value, value)

    @property
    def is_empty(self) -> bool:
        if self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    @property
    def is_point(self) -> bool:
        return self.low == self.high and not self.is_empty

    def contains(self, value: int | Fraction) -> bool:
        if value < self.low or (self.low_open and value == self.low):
            return False
        return self.high is None or value < self.high or (value == self.high and not self.high_open)

    def intersect(self, other: "Interval") -> "Interval":
        """What lies in both; of two equal ends an open one wins."""
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        if self.high is None:
            return Interval(low, other.high, low_open, other.high_open)
        if other.high is None:
            return Interval(low, self.high, low_open, self.high_open)
        high, high_closed = min((self.high, not self.high_open), (other.high, not other.high_open))
        return Interval(low, high, low_open, not high_closed)

    def hull(self, other: "Interval") -> "Interval":
        """The smallest interval that holds both; an empty one adds nothing."""
        if self.is_empty:
            return other
        if other.is_empty:
            return self
        low, low_closed = min((self.low, not self.low_open), (other.low, not other.low_open))
        low_open = self.low_open and other.low_open if self.low == other.low else not low_closed
        if self.high is None or other.high is None:
            return Interval(low, None, low_open)
        high, closed = max((self.high, not self.high_open), (other.high, not other.high_open))
        return Interval(low, high, low_open, not closed)

    def tightened(self) -> "Interval":
        """The interval drawn in to the outermost whole numbers in it, both ends closed; empty if there are none."""
        low = math.floor(self.low) + 1 if self.low_open else math.ceil(self.low)
        if self.high is None:
            return Interval.of(low, None)
        return Interval.of(low, math.ceil(self.high) - 1 if self.high_open else math.floor(self.high))

    def count_range(self) -> range:
        """The whole numbers in it, as a range. Raises ValueError if there is no upper end."""
        whole = self.tightened()
        if whole.high is None:
            raise GivenError(f"there is no end to the whole numbers in '{self}'")
        return range(int(whole.low), int(whole.high) + 1)

    def __str__(self) -> str:
        """In words: `140 to 160`, `over 40`, `41.5 to under 42.5`, `under 8`, `96`."""
        if self.is_empty:
            return "none"
        low = number_text(self.low)
        if self.high is None:
            return f"over {low}" if self.low_open else f"{low} or more"
        high = number_text(self.high)
        if self.low == self.high:
            return low
        if self.low == 0 and self.high_open and not self.low_open:
            return f"under {high}"
        return f"{'over ' if self.low_open else ''}{low} to {'under ' if self.high_open else ''}{high}"


EMPTY = Interval.of(1, 0)
COUNTS = Interval.of(0, None)  # a count is none or more
BASES = Interval.of(1, None)  # a base is at least one respondent: nothing can be divided by none
PERCENTAGES = Interval.of(0, 100)  # a share of a base, in percent


def number_text(value: int | Fraction, decimals: int = 2) -> str:
    """A number for reading: grouped thousands, no needless zeros, exact where four decimals can say it.

    What they cannot say is rounded, half up, to `decimals`.
    """
    value = Fraction(value)
    places = next((d for d in range(5) if value.denominator == 1 or 10**d % value.denominator == 0), decimals)
    scaled = math.floor(value * 10**places + Fraction(1, 2))
    sign, digits = ("-" if scaled < 0 else ""), f"{abs(scaled):0{places + 1}d}"
    whole, rest = (digits[:-places], digits[-places:].rstrip("0")) if places else (digits, "")
    return f"{sign}{int(whole):,}" + (f".{rest}" if rest else "")
