"""The triple: a count, its base and its percentage, and the audit of whether they can stand together.

Possible means: there is a whole base in the base's interval and a whole count in the count's, not above it, whose exact
percentage lies in the percentage's interval. Here belong the verdict, what each figure may be given the others, and the
meanings that change none; how they are said belongs in `words`. Tables, groups and joint feasibility are other modules'
work.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dagster_project.claims.decide.algebra import (
    bases_possible,
    counts_possible,
    percentage_power,
    percentages_possible,
    printed_percentages,
    shares,
)
from dagster_project.claims.decide.senses import Sense
from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.given import GivenError, items
from dagster_project.claims.read.given_figures import figure_given
from dagster_project.claims.read.hedges import Kind, hedged_interval
from dagster_project.claims.read.interval import BASES, COUNTS, EMPTY, PERCENTAGES, Interval
from dagster_project.claims.read.parse import triple_given
from dagster_project.claims.read.rounding import RoundingRule, round_fraction
from dagster_project.claims.read.statement import Triple


@dataclass(frozen=True)
class Fit:
    """One figure of a triple, and what it may be given the others.

    `interval` runs from the smallest to the largest value that fits (a percentage: as printed, with `decimals`). Where
    only one base and no count, or one base and one count, are given it may have gaps: `nearest` are the values that fit
    next to the printed one. `only_half_down` and `only_half_up` are the part of the interval that fits only if a half
    may be rounded that way; empty if there is none.
    """

    kind: Kind
    figure: Figure
    interval: Interval
    decimals: int
    nearest: tuple[Fraction, ...]
    only_half_down: Interval = EMPTY
    only_half_up: Interval = EMPTY


@dataclass(frozen=True)
class Implied:
    """What a meaning makes of a percentage: the counts it can be. Empty: it needs another base still."""

    percentage: Figure
    count: Interval


@dataclass(frozen=True)
class Meaning:
    """A meaning under which the triple is possible with every figure as printed.

    `count`, `base` and `percentage` are the intervals that then belong together; `others` are the further percentages
    with the counts they imply over that base; `of_base` is the share that the base is of the printed base, in percent,
    where the count is the base (a response rate, if the printed base is those asked).
    """

    sense: Sense
    cost: int
    percentage_figure: Figure
    count: Interval
    base: Interval
    percentage: Interval
    others: tuple[Implied, ...] = ()
    of_base: Interval | None = None


@dataclass(frozen=True)
class JudgedTriple:
    """What the audit says of a triple.

    `example` is a count and base that have the percentage, as close to the printed ones as can be; None if there are
    none. `power` is the share of the percentages with as many decimals that this check would have caught.
    """

    triple: Triple
    holds: bool
    severity: Severity
    power: Fraction
    example: tuple[int, int] | None
    fits: tuple[Fit, ...] = ()
    meanings: tuple[Meaning, ...] = ()


def audit_triple(triple: Triple | str, others: Iterable[Figure | str] = ()) -> JudgedTriple:
    """Can the figures stand together? If not: what each figure may be, and every meaning that changes none.

    `others` are further percentages said of the same survey, for the meanings. Fits come in the order percentage,
    count, base; meanings by cost: one for the change of meaning that makes the count the base, two for a count that
    moves to another percentage, and one more for each other percentage that the meaning leaves unexplained.
    """
    triple = triple_given(triple)
    percentages = [_other_given(one) for one in items(others, "other percentages", "give each as it is printed")]
    example = _example(triple)
    power = _power(triple)
    if example is not None:
        severity = Severity.CONSISTENT if power else Severity.NOT_CHECKABLE
        if _hangs_on_a_half(triple):
            severity = Severity.NEEDS_AN_ASSUMPTION
        return JudgedTriple(triple, True, severity, power, example)
    meanings = _meanings(triple, percentages)
    severity = Severity.IMPOSSIBLE_AS_LABELLED if meanings else Severity.PROVED_IMPOSSIBLE
    return JudgedTriple(triple, False, severity, power, None, _fits(triple), meanings)


def _other_given(one: Figure | str) -> Figure:
    try:
        return figure_given(one, Kind.PERCENTAGE)
    except GivenError as error:
        raise GivenError(f"{error}: only percentages can be others of a triple") from None


def _hangs_on_a_half(triple: Triple) -> bool:
    """Whether it holds only if a half was not rounded up, as most would take for granted."""
    figure = triple.percentage
    if figure is None or figure.rounding is not RoundingRule.EITHER_HALF:
        return False
    half_up = figure.under(RoundingRule.HALF_UP).interval
    return shares(half_up, triple.base.interval, triple.count_interval) is None


def _example(triple: Triple) -> tuple[int, int] | None:
    """A count and a base that fit: the printed ones if they do, else near them."""
    count, base, percentage = triple.count_interval, triple.base.interval, triple.percentage_interval
    bases = bases_possible(count, percentage, base)
    if bases.is_empty:
        return None
    if triple.count is not None and triple.count.value is not None:
        fitting = bases_possible(Interval.point(triple.count.value), percentage, base)
        if not fitting.is_empty:
            return int(triple.count.value), _nearest_whole(fitting, triple.base.value)
    printed = triple.base.value
    counts = EMPTY if printed is None else counts_possible(percentage, base.intersect(Interval.point(printed)), count)
    n = int(bases.low) if counts.is_empty or printed is None else int(printed)
    counts = counts_possible(percentage, n, count)
    value = None if triple.percentage is None else triple.percentage.value
    return _nearest_whole(counts, None if value is None else value * n / 100), n


def _nearest_whole(interval: Interval, to: Fraction | None) -> int:
    target = interval.low if to is None else Fraction(round(to))
    high = target if interval.high is None else interval.high
    return int(max(interval.low, min(target, high)))


def _power(triple: Triple) -> Fraction:
    figure = triple.percentage
    if figure is None or (figure.value is None and figure.ends is None):
        return Fraction(0) if figure is None else _power_of_words(triple)
    decimals, hedge, rule = figure.decimals, figure.hedge, figure.rounding or RoundingRule.EITHER_HALF
    if hedge.is_bare or figure.ends is not None:
        return percentage_power(triple.base.interval, decimals, rule, triple.count_interval)
    return percentage_power(
        triple.base.interval,
        decimals,
        rule,
        triple.count_interval,
        interval_of=lambda v: hedged_interval(v, decimals, Kind.PERCENTAGE, hedge, rule),
    )


def _power_of_words(triple: Triple) -> Fraction:
    """A share without a number is said or not: half is caught where its opposite could not be said as well."""
    is_majority = triple.percentage_interval.low > 0
    opposite = Interval.of(0, 50) if is_majority else Interval.of(50, 100)
    return Fraction(shares(opposite, triple.base.interval, triple.count_interval) is None, 2)


# -- what fits in one figure's place ----------------------------------------------------------------------------------


def _fits(triple: Triple) -> tuple[Fit, ...]:
    found = (_percentage_fit(triple), _count_fit(triple), _base_fit(triple))
    return tuple(fit for fit in found if fit is not None)


def _percentage_fit(triple: Triple) -> Fit | None:
    figure = triple.percentage
    if figure is None:
        return None
    rule = figure.rounding or RoundingRule.EITHER_HALF

    def printed(under: RoundingRule) -> Interval:
        return printed_percentages(triple.count_interval, triple.base.interval, figure.decimals, under)

    return _fit(figure, rule, printed, _nearest_percentages(triple, figure, rule))


def _nearest_percentages(triple: Triple, figure: Figure, rule: RoundingRule) -> tuple[Fraction, ...]:
    """The printed percentages that fit, next below and next above the figure."""
    if figure.value is None:
        return ()
    base, count = triple.base.interval, triple.count_interval
    own = figure.interval
    top = Fraction(100) if own.high is None else own.high
    below = Interval(Fraction(0), own.low, high_open=not own.low_open)
    above = Interval(top, Fraction(100), low_open=not own.high_open)
    lower, upper = _nearest_share(count, base, below, last=True), _nearest_share(count, base, above, last=False)
    printed = [round_fraction(lower, figure.decimals, rule)[-1]] if lower is not None else []
    printed += [round_fraction(upper, figure.decimals, rule)[0]] if upper is not None else []
    return tuple(dict.fromkeys(printed))


def _nearest_share(count: Interval, base: Interval, percentage: Interval, *, last: bool) -> Fraction | None:
    """The smallest or largest exact percentage in an interval that such counts and bases have.

    Only over bases few enough to walk through: with many, a gap is no wider than a rounding unit anyhow.
    """
    bases = bases_possible(count, percentage, base)
    if bases.is_empty or bases.high is None or bases.high - bases.low > 1000:
        return None
    found = []
    for n in bases.count_range():
        counts = counts_possible(percentage, n, count)
        if not counts.is_empty and counts.high is not None:
            found.append(100 * (counts.high if last else counts.low) / n)
    return max(found) if last else min(found)


def _count_fit(triple: Triple) -> Fit | None:
    figure = triple.count
    if figure is None:
        return None

    def counts(under: RoundingRule) -> Interval:
        return counts_possible(_percentage_under(triple, under), triple.base.interval)

    return _fit(figure, _rule(triple), counts, ())


def _base_fit(triple: Triple) -> Fit | None:
    def bases(under: RoundingRule) -> Interval:
        return bases_possible(triple.count_interval, _percentage_under(triple, under))

    return _fit(triple.base, _rule(triple), bases, _nearest_bases(triple))


def _rule(triple: Triple) -> RoundingRule | None:
    return None if triple.percentage is None else triple.percentage.rounding


def _percentage_under(triple: Triple, rule: RoundingRule) -> Interval:
    return PERCENTAGES if triple.percentage is None else triple.percentage.under(rule).interval


def _fit(
    figure: Figure,
    rule: RoundingRule | None,
    possible: Callable[[RoundingRule], Interval],
    nearest: tuple[Fraction, ...],
) -> Fit | None:
    """A fit from what is possible under a rule, with what hangs on the way that a half is rounded."""
    full = possible(rule or RoundingRule.EITHER_HALF)
    if full.is_empty:
        return None
    if rule is not RoundingRule.EITHER_HALF:
        return Fit(figure.kind, figure, full, figure.decimals, nearest)
    unit = Fraction(1, 10**figure.decimals)
    return Fit(
        figure.kind,
        figure,
        full,
        figure.decimals,
        nearest,
        only_half_down=_beyond(full, possible(RoundingRule.HALF_UP), unit),
        only_half_up=_beyond(full, possible(RoundingRule.HALF_DOWN), unit),
    )


def _nearest_bases(triple: Triple) -> tuple[Fraction, ...]:
    printed, count, percentage = triple.base.interval, triple.count_interval, triple.percentage_interval
    below = bases_possible(count, percentage, Interval(Fraction(1), printed.low, high_open=True))
    above = EMPTY
    if printed.high is not None:
        above = bases_possible(count, percentage, Interval(printed.high, None, low_open=True))
    found = [below.high] if not below.is_empty else []
    found += [above.low] if not above.is_empty else []
    return tuple(n for n in found if n is not None)


def _beyond(full: Interval, without: Interval, unit: Fraction) -> Interval:
    """The end of `full` that `without` does not reach; all of `full` where that is both ends or `without` is empty."""
    if without == full:
        return EMPTY
    if without.is_empty or without.high is None or (without.low != full.low and without.high != full.high):
        return full
    if without.low != full.low:
        return Interval(full.low, without.low - unit)
    return Interval(without.high + unit, full.high)


# -- meanings that change no figure ---------------------------------------------------------------------------------


def _meanings(triple: Triple, others: Sequence[Figure]) -> tuple[Meaning, ...]:
    count, figure = triple.count, triple.percentage
    if count is None or figure is None:
        return ()
    found = [_count_as_base(triple, count, figure, others), _swapped(triple, count, figure, others)]
    for n, other in enumerate(others):
        if other.interval != figure.interval:
            rest = (figure, *others[:n], *others[n + 1 :])
            found.append(_count_of_other(triple, count, other, figure, rest))
    return tuple(sorted((one for one in found if one is not None), key=lambda meaning: meaning.cost))


def _count_as_base(triple: Triple, count: Figure, figure: Figure, others: Sequence[Figure]) -> Meaning | None:
    """The count is those who answered, and the percentage divides by them; the printed base is a larger circle."""
    within = percentages_possible(count.interval, triple.base.interval)
    base = bases_possible(COUNTS, figure.interval, count.interval.intersect(BASES))
    if within.is_empty or base.is_empty:
        return None
    implied = _implied(others, base)
    return Meaning(
        Sense.COUNT_IS_BASE,
        1 + _left_over(implied),
        figure,
        counts_possible(figure.interval, base),
        base,
        figure.interval,
        implied,
        within,
    )


def _swapped(triple: Triple, count: Figure, figure: Figure, others: Sequence[Figure]) -> Meaning | None:
    """The printed base is the part, the printed count the whole."""
    base = bases_possible(triple.base.interval, figure.interval, count.interval.intersect(BASES))
    counts = counts_possible(figure.interval, base, triple.base.interval)
    if base.is_empty or counts.is_empty:
        return None
    implied = _implied(others, base)
    cost = 2 + _left_over(implied)
    return Meaning(Sense.COUNT_AND_BASE_SWAPPED, cost, figure, counts, base, figure.interval, implied)


def _count_of_other(
    triple: Triple, count: Figure, other: Figure, figure: Figure, rest: Sequence[Figure]
) -> Meaning | None:
    """The count is another percentage of the same base, over which the triple's own percentage is possible too."""
    base = bases_possible(count.interval, other.interval, triple.base.interval)
    base = bases_possible(COUNTS, figure.interval, base)
    counts = counts_possible(other.interval, base, count.interval)
    if base.is_empty or counts.is_empty:
        return None
    implied = _implied(rest, base)
    return Meaning(Sense.COUNT_OF_OTHER, 2 + _left_over(implied), other, counts, base, other.interval, implied)


def _implied(percentages: Sequence[Figure], base: Interval) -> tuple[Implied, ...]:
    return tuple(Implied(p, counts_possible(p.interval, base)) for p in percentages)


def _left_over(implied: Sequence[Implied]) -> int:
    return sum(one.count.is_empty for one in implied)
