"""The algebra of counts, bases and percentages. All exact.

A count k of a base N is the percentage 100 k / N. Given intervals for two of them, what can the third be? An answer
that is an interval is tight: both its ends are reached; not every whole number inside need be possible where two of
the three are wide. Base and count are whole (BASES, COUNTS), a count is never above its base.
"""

import math
from collections.abc import Callable, Iterable
from fractions import Fraction

from dagster_project.claims.read.figures import MAX_DECIMALS
from dagster_project.claims.read.given import whole
from dagster_project.claims.read.given_figures import Given, interval_given, intervals_given
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import BASES, COUNTS, EMPTY, PERCENTAGES, Interval
from dagster_project.claims.read.rounding import RoundingRule, percent_preimage, round_fraction, rule_given


def counts_possible(percentage: Given, base: Given, count: Given = COUNTS) -> Interval:
    """The counts that are such a percentage of such a base: the smallest to the largest, or empty.

    For a single base every whole number between is possible too.
    """
    return _Shares(count, base, percentage).counts()


def bases_possible(count: Given, percentage: Given, base: Given = BASES) -> Interval:
    """The bases of which such a count is such a percentage: the smallest to the largest, or empty.

    For a single count every whole number between is possible too. Without a last one, `high` is None.
    """
    return _Shares(count, base, percentage).bases()


def common_bases(percentages: Iterable[Given] | Given, base: Given) -> tuple[int, ...]:
    """The bases for which each of the percentages has a count. `base` must have an upper end."""
    shares = [as_share(one) for one in intervals_given(percentages, Kind.PERCENTAGE)]
    return tuple(n for n in _whole(base, Kind.BASE).count_range() if all(counts_of(n, share) for share in shares))


def percentages_possible(count: Given, base: Given) -> Interval:
    """What such a count can be of such a base, in percent: the smallest to the largest exact percentage, or empty."""
    counts, bases = _whole(count, Kind.COUNT), _whole(base, Kind.BASE)
    if bases.high is not None:
        counts = counts.intersect(Interval(Fraction(0), bases.high))
    bases = bases.intersect(Interval(counts.low, None))
    if counts.is_empty or bases.is_empty:
        return EMPTY
    unending = bases.high is None and counts.low > 0
    low = Fraction(0) if bases.high is None else 100 * counts.low / bases.high
    full = counts.high is None or counts.high >= bases.low
    high = Fraction(100) if full or counts.high is None else 100 * counts.high / bases.low
    return Interval(low, high, low_open=unending)


def printed_percentages(count: Given, base: Given, decimals: int, rule: RoundingRule | str) -> Interval:
    """The percentages that may be printed for such a count of such a base: the smallest to the largest, or empty."""
    exact = percentages_possible(count, base)
    if exact.is_empty or exact.high is None:
        return EMPTY
    low, high = round_fraction(exact.low, decimals, rule)[0], round_fraction(exact.high, decimals, rule)[-1]
    if percent_preimage(low, decimals, rule).intersect(exact).is_empty:  # near 0, but never 0 itself
        low += Fraction(1, 10**decimals)
    return Interval(low, high)


def shares(percentage: Given, base: Given = BASES, count: Given = COUNTS) -> tuple[int, int] | None:
    """One count and base that are such a percentage, the smallest such base first; None if there are none.

    This is the test of a triple: it is possible if and only if there is such a pair.
    """
    bases = _Shares(count, base, percentage).bases()
    if bases.is_empty:
        return None
    n = int(bases.low)
    return int(counts_possible(percentage, n, count).low), n


def percentage_power(
    base: Given,
    decimals: int,
    rule: RoundingRule | str,
    count: Given = COUNTS,
    *,
    interval_of: Callable[[Fraction], Interval] | None = None,
) -> Fraction:
    """The share of all printed percentages with so many decimals that could not be, for such a base and count.

    It is what a check of the percentage is worth: 0 if every percentage would have passed. `interval_of` says what a
    printed value stands for; without it, the value's rounding interval.
    """
    rule = rule_given(rule)
    last = 100 * 10 ** whole(decimals, "a percentage's number of decimals", 0, MAX_DECIMALS)
    bases, counts = _whole(base, Kind.BASE), _whole(count, Kind.COUNT)
    if interval_of is None:
        if counts == COUNTS and (bases.high is None or bases.high > last):
            return Fraction(0)  # the counts of such a base lie closer together than the printed percentages
        if bases.high is not None and len(bases.count_range()) * (_span(counts, bases) + 1) <= max(last, 100_000):
            return 1 - Fraction(len(_printed(counts, bases, decimals, rule)), last + 1)
    stands_for = interval_of or (lambda v: percent_preimage(v, decimals, rule))
    values = (Fraction(v, 10**decimals) for v in range(last + 1))
    possible = sum(_Shares(counts, bases, stands_for(v)).any() for v in values)
    return 1 - Fraction(possible, last + 1)


def _printed(counts: Interval, bases: Interval, decimals: int, rule: RoundingRule) -> set[Fraction]:
    """Every percentage that may be printed for these, one by one."""
    return {
        printed
        for n in bases.count_range()
        for k in counts.intersect(Interval.of(0, n)).count_range()
        for printed in round_fraction(Fraction(100 * k, n), decimals, rule)
    }


def _span(counts: Interval, bases: Interval) -> int:
    high = bases.high if counts.high is None else min(counts.high, bases.high or counts.high)
    return 0 if high is None else max(0, int(high) - int(counts.low))


def _whole(given: Given, kind: Kind) -> Interval:
    return interval_given(given, kind).intersect(kind.whole).tightened()


def as_share(percentage: Interval) -> Interval:
    """A percentage as a share from 0 to 1."""
    inside = percentage.intersect(PERCENTAGES)
    if inside.high is None or inside.is_empty:
        return EMPTY
    return Interval(inside.low / 100, inside.high / 100, inside.low_open, inside.high_open)


def counts_of(n: int, share: Interval) -> range:
    """The counts that are such a share, from 0 to 1, of a base n."""
    assert share.high is not None
    low, low_over = divmod(share.low.numerator * n, share.low.denominator)
    high, high_over = divmod(share.high.numerator * n, share.high.denominator)
    first = low + 1 if low_over or share.low_open else low
    last = high - 1 if share.high_open and not high_over else high
    return range(first, last + 1)


class _Shares:
    """The whole pairs (count, base) in a wedge of percentages and a box of counts and bases.

    A scan from either side stops at the first pair. A row of the wedge (one base, or one count) that is cut by the box
    ends on a whole number, so only uncut rows narrower than 1 can be without a pair: there are at most `reach` of
    them, the inverse of the wedge's width, whatever the size of the box.
    """

    def __init__(self, count: Given, base: Given, percentage: Given) -> None:
        self.count, self.base = _whole(count, Kind.COUNT), _whole(base, Kind.BASE)
        self.share = as_share(interval_given(percentage, Kind.PERCENTAGE))
        self.empty = self.count.is_empty or self.base.is_empty or self.share.is_empty
        if self.empty:
            return
        low, high = self.share.low, self.share.high
        assert high is not None
        self.low, self.high = low, high
        self.reach = (low.denominator if high == low else math.ceil(1 / (high - low))) + 2

    def any(self) -> bool:
        """Is there a pair at all?"""
        window = self._base_window()
        return window is not None and self._first(*window, self._has_count) is not None

    def bases(self) -> Interval:
        window = self._base_window()
        return EMPTY if window is None else self._hull(*window, self._has_count)

    def _base_window(self) -> tuple[Fraction, Fraction | None] | None:
        """The bases whose row reaches into the box, whole numbers or not."""
        if self.empty:
            return None
        first, last = self.base.low, self.base.high
        if self.high > 0:
            first = max(first, self.count.low / self.high)
        elif self.count.low > 0:
            return None
        if self.low > 0 and self.count.high is not None:
            most = self.count.high / self.low
            last = most if last is None else min(last, most)
        return first, last

    def counts(self) -> Interval:
        if self.empty:
            return EMPTY
        first, last = max(self.count.low, self.low * self.base.low), self.count.high
        if self.base.high is not None or self.high == 0:
            most = self.high * (self.base.high or 0)
            last = most if last is None else min(last, most)
        return self._hull(first, last, self._has_base)

    def _has_count(self, n: int) -> bool:
        row = counts_of(n, self.share)
        if not row or row[-1] < self.count.low:
            return False
        return self.count.high is None or row[0] <= self.count.high

    def _has_base(self, k: int) -> bool:
        bases = self.base
        if self.high > 0:
            bases = bases.intersect(Interval(k / self.high, None, self.share.high_open))
        elif k > 0:
            return False
        if self.low > 0:
            bases = bases.intersect(Interval(Fraction(0), k / self.low, high_open=self.share.low_open))
        elif k == 0 and self.share.low_open:
            return False
        if k == 0 and self.share.high_open and self.high == 0:
            return False
        return not bases.tightened().is_empty

    def _first(self, low: Fraction, high: Fraction | None, hit: Callable[[int], bool]) -> int | None:
        first = math.ceil(low)
        stop = first + self.reach if high is None else min(first + self.reach, math.floor(high))
        return next((x for x in range(first, stop + 1) if hit(x)), None)

    def _hull(self, low: Fraction, high: Fraction | None, hit: Callable[[int], bool]) -> Interval:
        first = self._first(low, high, hit)
        if first is None:
            return EMPTY
        if high is None:
            return Interval.of(first, None)
        return Interval.of(first, next(x for x in range(math.floor(high), first - 1, -1) if hit(x)))
