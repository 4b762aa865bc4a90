"""What a hedge makes of a number: one table of rules, in no particular language.

Which words are which hedge is the lexicon's business. The table, for a value v and one unit u of its last significant
digit (10 for 150, 1,000 for 1,000, 0.1 for 42.0); a *step* is u, or a tenth of v where that is less:

| hedge    | a percentage                                | a count or a base             | worked                      |
| -------- | ------------------------------------------- | ----------------------------- | --------------------------- |
| none     | its rounding interval                       | exactly v                     | 42%: 41.5 to 42.5; 96: 96   |
| only     | as none                                     | as none                       | only eight: 8               |
| exactly  | as none                                     | as none                       | exactly 40: 40              |
| about    | v minus a step to v plus a step, and never  | v minus a step to             | about 150: 140 to 160;      |
|          | less than its rounding interval             | v plus a step                 | about 1,000: 900 to 1,100   |
| nearly   | v minus a step, up to but not v             | the same; a step is 1 or more | nearly 150: 140 to 149      |
| over     | above v, to 100                             | v plus 1 or more              | over 40%: over 40 to 100    |
| at least | v to 100                                    | v or more                     | at least 40: 40 or more     |
| under    | 0 to below v                                | 0 (a base: 1) to v minus 1    | fewer than 9: 0 to 8        |
| at most  | 0 to v                                      | 0 (a base: 1) to v            | up to 9: 0 to 9             |

A fraction said in words (`a third`, `two in five`) is a percentage without a last digit. Bare it is said to the nearest
whole percent: half a point either way, whatever the rounding rule; its step is a tenth of it. A count hedged with
*about* keeps to the tenth even where that leaves one number: about 8 is 8.
"""

from enum import StrEnum
from fractions import Fraction

from dagster_project.claims.read.interval import BASES, COUNTS, PERCENTAGES, Interval
from dagster_project.claims.read.rounding import RoundingRule, percent_preimage


class Kind(StrEnum):
    """What a figure is said to be."""

    COUNT = "count"
    PERCENTAGE = "percentage"
    BASE = "base"

    @property
    def whole(self) -> Interval:
        """All that a figure of this kind can be at all."""
        return _WHOLE[self]


_WHOLE = {Kind.COUNT: COUNTS, Kind.PERCENTAGE: PERCENTAGES, Kind.BASE: BASES}


class Hedge(StrEnum):
    """The rules of the table above; the value is the hedge's plain name."""

    NONE = "none"
    ONLY = "only"
    EXACTLY = "exactly"
    ABOUT = "about"
    NEARLY = "nearly"
    OVER = "over"
    AT_LEAST = "at least"
    UNDER = "under"
    AT_MOST = "at most"

    @property
    def is_bare(self) -> bool:
        """True where the hedge leaves the number as if it stood alone."""
        return self in (Hedge.NONE, Hedge.ONLY, Hedge.EXACTLY)


def last_significant_unit(value: Fraction, decimals: int) -> Fraction:
    """One unit of the last significant digit: 10 for 150, 0.1 for 60.0 (its decimals are significant), 1 for 0."""
    if decimals:
        return Fraction(1, 10**decimals)
    whole, unit = int(value), 1
    while whole and whole % (unit * 10) == 0:
        unit *= 10
    return Fraction(unit)


def hedged_interval(
    value: Fraction,
    decimals: int,
    kind: Kind,
    hedge: Hedge,
    rounding: RoundingRule,
    *,
    in_words: bool = False,
) -> Interval:
    """The interval of the table above, clipped to what the kind can be; counts and bases end on whole numbers.

    `in_words` marks a fraction said in words, which has no last digit. The result may be empty (`over 100%`).
    """
    tenth = value / 10
    step = tenth if in_words else min(last_significant_unit(value, decimals), tenth)
    if kind is not Kind.PERCENTAGE:
        bare, least_step = Interval.point(value), max(step, Fraction(1))
    elif in_words:
        bare, least_step = Interval(value - Fraction(1, 2), value + Fraction(1, 2)), step
    else:
        bare, least_step = percent_preimage(value, decimals, rounding), step
    interval = {
        Hedge.ABOUT: Interval(value - step, value + step).hull(bare),
        Hedge.NEARLY: Interval(value - least_step, value, high_open=True),
        Hedge.OVER: Interval(value, None, low_open=True),
        Hedge.AT_LEAST: Interval(value, None),
        Hedge.UNDER: Interval(Fraction(0), value, high_open=True),
        Hedge.AT_MOST: Interval(Fraction(0), value),
    }.get(hedge, bare)
    interval = interval.intersect(kind.whole)
    return interval if kind is Kind.PERCENTAGE else interval.tightened()
