"""The tests of printed means and deviations that rest on the grain of whole numbers. All exact.

GRIM: Brown and Heathers 2017, Social Psychological and Personality Science 8(4). GRIMMER: Anaya 2016, PeerJ Preprints
4:e2400, in Allard's analytic form of 2018. DEBIT: Heathers and Brown 2019.
"""

import math
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from dagster_project.claims.decide.algebra import as_share, counts_of, percentage_power
from dagster_project.claims.read.given import MAX_DIGITS, GivenError, printed, whole
from dagster_project.claims.read.given_figures import Given, one_base_given
from dagster_project.claims.read.interval import COUNTS, PERCENTAGES, Interval
from dagster_project.claims.read.rounding import RoundingRule, percent_preimage, preimage, round_fraction, rule_given

Printed = str | int | Decimal
"""A statistic with the decimals that it is printed with."""

_MOST_RESPONDENTS = 10**6  # far beyond, any printed deviation is possible
_MOST_DECIMALS = 5  # of a power, which tries every value that could have been printed


def grim(
    value_text: Printed,
    base: Given,
    rounding: RoundingRule | str = RoundingRule.EITHER_HALF,
    items: int = 1,
    *,
    percent: bool = False,
) -> bool:
    """Can a mean of whole numbers, or a percentage, printed as `value_text`, come from so many respondents?

    `items` is the number of whole-number items that each respondent's score is the mean of. A text with a percent sign
    is a percentage; `percent` says so of one without.
    """
    statistic = _statistic(value_text, percent=percent)
    return bool(counts_of(_granules(base, items), statistic.means(rule_given(rounding))))


def grim_power(
    decimals: int,
    base: Given,
    rounding: RoundingRule | str = RoundingRule.EITHER_HALF,
    items: int = 1,
    *,
    percent: bool = False,
) -> Fraction:
    """The share of wrong values that GRIM would catch: of the fractional parts of a mean, or of all percentages."""
    granules = _granules(base, items)
    if percent:
        return percentage_power(granules, decimals, rounding)
    grid = 10 ** _decimals_of_a_power(decimals)
    if granules > 2 * grid:
        return Fraction(0)
    values = {
        v * grid % grid for k in range(granules) for v in round_fraction(Fraction(k, granules), decimals, rounding)
    }
    return 1 - Fraction(len(values), grid)


def grimmer(
    mean_text: Printed,
    sd_text: Printed,
    base: Given,
    rounding: RoundingRule | str = RoundingRule.EITHER_HALF,
    items: int = 1,
) -> bool:
    """Can a mean and a sample standard deviation of whole numbers both come from so many respondents?

    True means that a sum and a sum of squares exist which have both printed forms, like parity (x and x² are both odd
    or both even), and a spread at least as large as the most even answers: necessary, not always sufficient.
    """
    mean, sd, rule = _statistic(mean_text), _deviation(sd_text), rule_given(rounding)
    respondents = _respondents(base)
    variance = sd.variance(rule)
    sums = counts_of(_granules(respondents, items), mean.means(rule))
    return any(_sum_of_squares_exists(total, variance, respondents, items) for total in sums)


def grimmer_power(
    mean_text: Printed,
    sd_text: Printed,
    base: Given,
    rounding: RoundingRule | str = RoundingRule.EITHER_HALF,
    items: int = 1,
) -> Fraction:
    """The share of standard deviations with the same whole part and as many decimals that GRIMMER would catch."""
    sd = _deviation(sd_text)
    steps = 10 ** _decimals_of_a_power(sd.decimals)
    return _sd_power(
        math.floor(sd.value), sd.decimals, steps, lambda text: grimmer(mean_text, text, base, rounding, items)
    )


def debit(
    mean_text: Printed, sd_text: Printed, base: Given, rounding: RoundingRule | str = RoundingRule.EITHER_HALF
) -> bool:
    """Can a mean and a sample standard deviation of answers that are 0 or 1 both come from so many respondents?

    Stricter than the published test: the mean must be a whole count of the base as well.
    """
    mean, sd, rule = _statistic(mean_text), _deviation(sd_text), rule_given(rounding)
    n = _respondents(base)
    share, variance = mean.means(rule).intersect(Interval.of(0, 1)), sd.variance(rule)
    return any(variance.contains(Fraction(k * (n - k), n * (n - 1))) for k in counts_of(n, share))


def debit_power(
    mean_text: Printed, sd_decimals: int, base: Given, rounding: RoundingRule | str = RoundingRule.EITHER_HALF
) -> Fraction:
    """The share of standard deviations, with so many decimals, that DEBIT would catch.

    Counted from 0 to the largest that answers of 0 and 1 can have on such a base, an even split.
    """
    n, decimals = _respondents(base), _decimals_of_a_power(sd_decimals)
    largest = math.isqrt(10 ** (2 * decimals) * n // (4 * (n - 1))) + 1
    return _sd_power(0, decimals, largest + 1, lambda text: debit(mean_text, text, n, rounding))


class _Statistic(NamedTuple):
    """A printed mean, percentage or deviation."""

    value: Fraction
    decimals: int
    is_percentage: bool

    def means(self, rule: RoundingRule) -> Interval:
        """What a mean or a percentage can have been before it was rounded; a percentage as a share from 0 to 1."""
        if self.is_percentage:
            return as_share(percent_preimage(self.value, self.decimals, rule))
        return preimage(self.value, self.decimals, rule)

    def variance(self, rule: RoundingRule) -> Interval:
        """The variances of such standard deviations."""
        sd = preimage(self.value, self.decimals, rule).intersect(COUNTS)
        assert sd.high is not None
        return Interval(sd.low**2, sd.high**2, sd.low_open, sd.high_open)


def _statistic(given: Printed, *, percent: bool = False) -> _Statistic:
    text = printed(given, "a printed statistic", "3.14")
    match = re.fullmatch(r"(-?)([0-9]+)(?:\.([0-9]+))?\s*(%?)", text.strip())
    if match is None:
        raise GivenError(f"{text!r} is no printed statistic: write it like '3.14' or '67.4%'")
    sign, units, rest, mark = match.groups(default="")
    if len(units + rest) > MAX_DIGITS:
        raise GivenError(f"a printed statistic of {len(units + rest)} digits: give at most {MAX_DIGITS}.")
    value = Fraction(int(units + rest), 10 ** len(rest)) * (-1 if sign else 1)
    if (percent or mark) and not PERCENTAGES.contains(value):
        raise GivenError(f"{text!r} is no percentage of a base: one is from 0 to 100")
    return _Statistic(value, len(rest), percent or bool(mark))


def _deviation(given: Printed) -> _Statistic:
    sd = _statistic(given)
    if sd.is_percentage:
        raise GivenError(f"{given!r} is no standard deviation: it is in the unit of the answers, like '0.49'")
    if sd.value < 0:
        raise GivenError(f"{given!r} is no standard deviation: one is never negative")
    return sd


def _granules(base: Given, items: int) -> int:
    return one_base_given(base) * whole(items, "a number of items", 1)


def _respondents(base: Given) -> int:
    """As many as have a deviation: at least two."""
    respondents = one_base_given(base)
    if respondents < 2:
        raise GivenError(f"a sample standard deviation needs a base of at least 2, not {respondents}")
    if respondents > _MOST_RESPONDENTS:
        raise GivenError(f"a base of {respondents:,} is too large to walk through: give at most {_MOST_RESPONDENTS:,}.")
    return respondents


def _decimals_of_a_power(decimals: int) -> int:
    return whole(decimals, "a number of decimals", 0, _MOST_DECIMALS)


def _sum_of_squares_exists(total: int, variance: Interval, base: int, items: int) -> bool:
    assert variance.high is not None
    scale, centre = (base - 1) * items**2, Fraction(total**2, base)
    squares = Interval(
        variance.low * scale + centre, variance.high * scale + centre, variance.low_open, variance.high_open
    )
    even, rest = divmod(total, base)
    fewest = (base - rest) * even**2 + rest * (even + 1) ** 2
    possible = squares.intersect(Interval.of(fewest, None)).count_range()
    return any(q % 2 == total % 2 for q in possible[:2])


def _sd_power(units: int, decimals: int, steps: int, passes: Callable[[str], bool]) -> Fraction:
    texts = [
        f"{units + step // 10**decimals}" + (f".{step % 10**decimals:0{decimals}d}" if decimals else "")
        for step in range(steps)
    ]
    return 1 - Fraction(sum(passes(text) for text in texts), len(texts))
