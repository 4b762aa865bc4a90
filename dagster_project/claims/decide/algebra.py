"""The algebra of counts, bases and percentages, and the tests of the field that rest on it. All exact.

A count k of a base N is the percentage 100 k / N. Given intervals for two of them, what can the third be? An answer
that is an interval is tight: both its ends are reached; not every whole number inside need be possible where two of
the three are wide. Base and count are whole (BASES, COUNTS), a count is never above its base.

GRIM: Brown and Heathers 2017, Social Psychological and Personality Science 8(4). GRIMMER: Anaya 2016, PeerJ Preprints
4:e2400, in Allard's analytic form of 2018. DEBIT: Heathers and Brown 2019.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from dagster_project.claims.read.interval import BASES, COUNTS, EMPTY, PERCENTAGES, Interval
from dagster_project.claims.read.rounding import RoundingRule, percent_preimage, preimage, round_fraction

# -- counts, bases, percentages -------------------------------------------------------------------------------------


def counts_possible(percentage: Interval, base: int | Interval, count: int | Interval = COUNTS) -> Interval:
    """The counts that are such a percentage of such a base: the smallest to the largest, or empty.

    For a single base every whole number between is possible too.
    """
    return _Shares(count, base, percentage).counts()


def bases_possible(count: int | Interval, percentage: Interval, base: int | Interval = BASES) -> Interval:
    """The bases of which such a count is such a percentage: the smallest to the largest, or empty.

    For a single count every whole number between is possible too. Without a last one, `high` is None.
    """
    return _Shares(count, base, percentage).bases()


def common_bases(percentages: Iterable[Interval], base: Interval) -> tuple[int, ...]:
    """The bases for which each of the percentages has a count. `base` must have an upper end."""
    shares = tuple(_percent(p) for p in percentages)
    return tuple(n for n in base.intersect(BASES).count_range() if all(_row(n, p) for p in shares))


def percentages_possible(count: int | Interval, base: int | Interval) -> Interval:
    """What such a count can be of such a base, in percent: the smallest to the largest exact percentage, or empty."""
    counts, bases = _whole(count, COUNTS), _whole(base, BASES)
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


def printed_percentages(count: int | Interval, base: int | Interval, decimals: int, rule: RoundingRule) -> Interval:
    """The percentages that may be printed for such a count of such a base: the smallest to the largest, or empty."""
    exact = percentages_possible(count, base)
    if exact.is_empty or exact.high is None:
        return EMPTY
    low, high = round_fraction(exact.low, decimals, rule)[0], round_fraction(exact.high, decimals, rule)[-1]
    if percent_preimage(low, decimals, rule).intersect(exact).is_empty:  # near 0, but never 0 itself
        low += Fraction(1, 10**decimals)
    return Interval(low, high)


def shares(
    percentage: Interval, base: int | Interval = BASES, count: int | Interval = COUNTS
) -> tuple[int, int] | None:
    """One count and base that are such a percentage, the smallest such base first; None if there are none.

    This is the test of a triple: it is possible if and only if there is such a pair.
    """
    bases = _Shares(count, base, percentage).bases()
    if bases.is_empty:
        return None
    n = int(bases.low)
    return int(counts_possible(percentage, n, count).low), n


def percentage_power(
    base: int | Interval,
    decimals: int,
    rule: RoundingRule,
    count: int | Interval = COUNTS,
    *,
    interval_of: Callable[[Fraction], Interval] | None = None,
) -> Fraction:
    """The share of all printed percentages with so many decimals that could not be, for such a base and count.

    It is what a check of the percentage is worth: 0 if every percentage would have passed. `interval_of` says what a
    printed value stands for; without it, the value's rounding interval.
    """
    last = 100 * 10**decimals
    bases, counts = _whole(base, BASES), _whole(count, COUNTS)
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


def _whole(value: int | Interval, within: Interval) -> Interval:
    interval = value if isinstance(value, Interval) else Interval.point(value)
    return interval.intersect(within).tightened()


def _percent(percentage: Interval) -> Interval:
    """A percentage as a share of 1, clipped."""
    inside = percentage.intersect(PERCENTAGES)
    if inside.high is None or inside.is_empty:
        return EMPTY
    return Interval(inside.low / 100, inside.high / 100, inside.low_open, inside.high_open)


def _row(n: int, share: Interval) -> range:
    """The counts that are such a share of a base n."""
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

    def __init__(self, count: int | Interval, base: int | Interval, percentage: Interval) -> None:
        self.count = _whole(count, COUNTS)
        self.base = _whole(base, BASES)
        self.share = _percent(percentage)
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
        row = _row(n, self.share)
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


# -- GRIM, GRIMMER, DEBIT -------------------------------------------------------------------------------------------


def grim(
    value_text: str,
    base: int,
    rounding: RoundingRule = RoundingRule.EITHER_HALF,
    items: int = 1,
    *,
    percent: bool = False,
) -> bool:
    """Can a mean of whole numbers, or a percentage, printed as `value_text`, come from so many respondents?

    `items` is the number of whole-number items that each respondent's score is the mean of. A text with a percent sign
    is a percentage; `percent` says so of one without.
    """
    value, decimals, percent = _statistic(value_text, percent)
    return bool(_row(_granules(base, items), _sums(value, decimals, rounding, percent)))


def grim_power(
    decimals: int,
    base: int,
    rounding: RoundingRule = RoundingRule.EITHER_HALF,
    items: int = 1,
    *,
    percent: bool = False,
) -> Fraction:
    """The share of wrong values that GRIM would catch: of the fractional parts of a mean, or of all percentages."""
    granules = _granules(base, items)
    if percent:
        return percentage_power(granules, decimals, rounding)
    grid = 10**decimals
    if granules > 2 * grid:
        return Fraction(0)
    values = {
        v * grid % grid for k in range(granules) for v in round_fraction(Fraction(k, granules), decimals, rounding)
    }
    return 1 - Fraction(len(values), grid)


def grimmer(
    mean_text: str,
    sd_text: str,
    base: int,
    rounding: RoundingRule = RoundingRule.EITHER_HALF,
    items: int = 1,
) -> bool:
    """Can a mean and a sample standard deviation of whole numbers both come from so many respondents?

    True means that a sum and a sum of squares exist which have both printed forms, like parity (x and x² are both odd
    or both even), and a spread at least as large as the most even answers: necessary, not always sufficient.
    """
    mean, mean_decimals, _ = _statistic(mean_text)
    sd, sd_decimals, _ = _statistic(sd_text)
    _check_sd(sd, sd_text, base)
    sums = _row(_granules(base, items), _sums(mean, mean_decimals, rounding, percent=False))
    return any(_sum_of_squares_exists(s, sd, sd_decimals, base, rounding, items) for s in sums)


def grimmer_power(
    mean_text: str,
    sd_text: str,
    base: int,
    rounding: RoundingRule = RoundingRule.EITHER_HALF,
    items: int = 1,
) -> Fraction:
    """The share of standard deviations with the same whole part and as many decimals that GRIMMER would catch."""
    sd, decimals, _ = _statistic(sd_text)
    return _sd_power(
        math.floor(sd), decimals, 10**decimals, lambda text: grimmer(mean_text, text, base, rounding, items)
    )


def debit(mean_text: str, sd_text: str, base: int, rounding: RoundingRule = RoundingRule.EITHER_HALF) -> bool:
    """Can a mean and a sample standard deviation of answers that are 0 or 1 both come from so many respondents?

    Stricter than the published test: the mean must be a whole count of the base as well.
    """
    mean, mean_decimals, _ = _statistic(mean_text)
    sd, sd_decimals, _ = _statistic(sd_text)
    _check_sd(sd, sd_text, base)
    share = preimage(mean, mean_decimals, rounding).intersect(Interval.of(0, 1))
    variance = _squared(preimage(sd, sd_decimals, rounding))
    return any(variance.contains(Fraction(k * (base - k), base * (base - 1))) for k in _row(base, share))


def debit_power(
    mean_text: str, sd_decimals: int, base: int, rounding: RoundingRule = RoundingRule.EITHER_HALF
) -> Fraction:
    """The share of standard deviations, with so many decimals, that DEBIT would catch.

    Counted from 0 to the largest that answers of 0 and 1 can have on such a base, an even split.
    """
    _check_sd(Fraction(0), "0", base)
    largest = math.isqrt(10 ** (2 * sd_decimals) * base // (4 * (base - 1))) + 1
    return _sd_power(0, sd_decimals, largest + 1, lambda text: debit(mean_text, text, base, rounding))


def _statistic(text: str, percent: bool = False) -> tuple[Fraction, int, bool]:
    match = re.fullmatch(r"(-?)([0-9]+)(?:\.([0-9]+))?\s*(%?)", text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no printed statistic: write it like '3.14' or '67.4%'")
    sign, whole, rest, mark = match.groups(default="")
    value = Fraction(int(whole + rest), 10 ** len(rest)) * (-1 if sign else 1)
    if (percent or mark) and not PERCENTAGES.contains(value):
        raise ValueError(f"{text!r} is no percentage of a base: one is from 0 to 100")
    return value, len(rest), percent or bool(mark)


def _granules(base: int, items: int) -> int:
    if base < 1 or items < 1:
        raise ValueError(f"a base and a number of items are at least 1, not {base} and {items}")
    return base * items


def _sums(value: Fraction, decimals: int, rounding: RoundingRule, percent: bool) -> Interval:
    return _percent(percent_preimage(value, decimals, rounding)) if percent else preimage(value, decimals, rounding)


def _check_sd(sd: Fraction, text: str, base: int) -> None:
    if sd < 0:
        raise ValueError(f"{text!r} is no standard deviation: one is never negative")
    if base < 2:
        raise ValueError(f"a sample standard deviation needs a base of at least 2, not {base}")


def _squared(sd: Interval) -> Interval:
    """The variances of such standard deviations."""
    sd = sd.intersect(COUNTS)
    assert sd.high is not None
    return Interval(sd.low**2, sd.high**2, sd.low_open, sd.high_open)


def _sum_of_squares_exists(
    total: int, sd: Fraction, decimals: int, base: int, rounding: RoundingRule, items: int
) -> bool:
    variance = _squared(preimage(sd, decimals, rounding))
    assert variance.high is not None
    scale, centre = (base - 1) * items**2, Fraction(total**2, base)
    squares = Interval(
        variance.low * scale + centre, variance.high * scale + centre, variance.low_open, variance.high_open
    )
    even, rest = divmod(total, base)
    fewest = (base - rest) * even**2 + rest * (even + 1) ** 2
    possible = squares.intersect(Interval.of(fewest, None)).count_range()
    return any(q % 2 == total % 2 for q in possible[:2])


def _sd_power(whole: int, decimals: int, steps: int, passes: Callable[[str], bool]) -> Fraction:
    texts: Sequence[str] = [
        f"{whole + step // 10**decimals}" + (f".{step % 10**decimals:0{decimals}d}" if decimals else "")
        for step in range(steps)
    ]
    return 1 - Fraction(sum(passes(text) for text in texts), len(texts))
