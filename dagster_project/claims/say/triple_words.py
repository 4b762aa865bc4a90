"""A triple, what fits in it and what else it may mean: in plain words and with the arithmetic, to be read aloud.

English only. Nothing is decided here.
"""

import math
from fractions import Fraction

from dagster_project.claims.decide.senses import Sense
from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.decide.triple import (
    Fit,
    Implied,
    JudgedTriple,
    Meaning,
)
from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import Interval, number_text
from dagster_project.claims.read.parse import triple_given
from dagster_project.claims.read.rounding import RoundingRule, decimal_text, round_fraction
from dagster_project.claims.read.statement import Triple
from dagster_project.claims.say.words import NOT_HALF_UP, range_text, value_text, whole_text


def arithmetic_text(judged: JudgedTriple) -> str:
    """Whether the figures can stand together, with the arithmetic."""
    return _fits(judged) if judged.holds else _cannot_be(judged)


def fit_text(fit: Fit, triple: Triple, whom: str = "") -> str:
    """One sentence: what a figure may be, and which figures then stand; `whom` is the group that they are about."""
    standing = " and ".join(_quoted(f) for f in triple.figures if f.kind is not fit.kind)
    verb = "stand" if len(triple.figures) > 2 else "stands"
    value = _fitting_values(fit, triple)
    what = f"{fit.kind} {whom}" if whom else fit.kind
    return f"If {standing} {verb}, the {what} can be {value} instead of {_quoted(fit.figure)}."


def meaning_text(meaning: Meaning, triple: Triple) -> str:
    """What the figures mean, and what follows for each of the percentages."""
    count = triple.count
    assert count is not None
    own = _share_text(meaning.percentage_figure, meaning.count, meaning.base)
    rest = [_implied_text(implied, meaning.base) for implied in meaning.others]
    if meaning.sense is Sense.COUNT_OF_OTHER:
        said = meaning.percentage_figure.phrase
        head = f"If {count.phrase} is {said} of the base, and not {_said(triple)}, no figure has to change"
        return f"{head}: the base is {whole_text(meaning.base)}; {'; '.join([own, *rest])}."
    if meaning.sense is Sense.COUNT_AND_BASE_SWAPPED:
        head = f"If {triple.base.phrase} is the part and {count.phrase} the whole, no figure has to change"
        return f"{head}: {'; '.join([own, *rest])}."
    head = f"If {count.phrase} is itself the base, no figure has to change"
    return f"{head}: {'; '.join([own, *rest])}.{_rate(meaning, triple)}"


def _said(triple: Triple) -> str:
    return triple.percentage.phrase if triple.percentage is not None else "what is said"


# -- the two verdicts -----------------------------------------------------------------------------------------------


def impossible_text(judged: JudgedTriple) -> str:
    """That a triple cannot be, without what would mend it."""
    triple = judged.triple
    arithmetic = _as_printed(triple)
    return f"“{_statement(triple)}” cannot be" + (f": {arithmetic}." if arithmetic else ".")


def short_text(triple: Triple | str) -> tuple[str, ...]:
    """The figures as they were printed, and what their numbers make: two sentences for the top of a page."""
    triple = triple_given(triple)
    arithmetic = _as_printed(triple)
    printed = f"Printed: {_statement(triple)}."
    return (printed, f"{arithmetic[0].upper()}{arithmetic[1:]}.") if arithmetic else (printed,)


def _fits(judged: JudgedTriple) -> str:
    triple, example = judged.triple, judged.example
    assert example is not None
    count, base = example
    figure = triple.percentage
    as_printed = base == triple.base.value and (triple.count is None or count == triple.count.value)
    start = "" if as_printed else "For example, "
    if figure is None:
        text = f"{start}{_division(count, base)}. No percentage is printed, so there is nothing to check."
    else:
        only = f", but only if {NOT_HALF_UP}" if judged.severity is Severity.NEEDS_AN_ASSUMPTION else ""
        text = f"{start}{_division(count, base, figure)}, printed {figure.phrase}: it fits{only}."
    return f"{text}{_power_text(judged)}" if figure is not None else text


def _power_text(judged: JudgedTriple) -> str:
    figure = judged.triple.percentage
    if judged.severity is Severity.NOT_CHECKABLE:
        return " That proves nothing: with such a base, any percentage would have fitted."
    if figure is None or figure.value is None:
        return ""
    printable = 100 * 10**figure.decimals + 1
    caught = judged.power * printable
    form = {0: "whole percentages", 1: "percentages with one decimal"}.get(
        figure.decimals, f"percentages with {figure.decimals} decimals"
    )
    return f" Of the {printable:,} {form} from 0 to 100, {number_text(caught)} would not have fitted."


def _cannot_be(judged: JudgedTriple) -> str:
    triple = judged.triple
    parts = [_as_printed(triple), *(_fit_arithmetic(r, triple) for r in judged.fits)]
    arithmetic = "; ".join(dict.fromkeys(part for part in parts if part))
    text = f"“{_statement(triple)}” cannot be: {arithmetic}."
    if not judged.fits:
        text += " No change of one figure alone would mend it."
    return text


def _statement(triple: Triple) -> str:
    if triple.text:
        return triple.text
    if triple.count is None:
        return f"{_said(triple)} of {triple.base.phrase}"
    said = "" if triple.percentage is None else f" is {triple.percentage.phrase}"
    return f"{triple.count.phrase} of {triple.base.phrase}{said}"


def _as_printed(triple: Triple) -> str:
    """The percentage of the numbers as they stand, or why there is none."""
    count, base = triple.count, triple.base
    if count is None:
        return f"no whole number of {_base(base)} is {_percentage(triple.percentage)}"
    if count.value is None or base.value is None:
        return ""
    if count.value > base.value:
        return f"{number_text(count.value)} is more than {number_text(base.value)}"
    return _division(int(count.value), int(base.value), triple.percentage)


# -- fits --------------------------------------------------------------------------------------------------------


def _fit_arithmetic(fit: Fit, triple: Triple) -> str:
    value = _fitting_values(fit, triple)
    if fit.kind is Kind.PERCENTAGE:
        if triple.count is None:
            return _nearest("percentage", "that can be", value)
        if triple.count.interval.is_point and triple.base.interval.is_point:
            return ""
        return f"{triple.count.interval} of {triple.base.interval} is {value}"
    if fit.kind is Kind.COUNT:
        if triple.percentage is None:
            return f"a count of {_base(triple.base)} is {value}"
        return f"{_percentage(triple.percentage)} of {triple.base.interval} is {value}"
    if triple.percentage is None:
        return f"{triple.count_interval} needs a base of {value}"
    if triple.count is None:
        return _nearest("base", f"that can have {_percentage(triple.percentage)}", value)
    return f"{triple.count_interval} is {_percentage(triple.percentage)} of {value}"


def _nearest(what: str, that: str, value: str) -> str:
    return f"the nearest {what}s {that} are {value}" if " or " in value else f"the nearest {what} {that} is {value}"


def _fitting_values(fit: Fit, triple: Triple) -> str:
    """The values that fit, with what hangs on a half."""
    if triple.count is None and fit.nearest:
        return " or ".join(value_text(v, fit.kind, fit.decimals) for v in fit.nearest)
    text = range_text(fit.interval, fit.kind, fit.decimals)
    if not fit.only_half_down.is_empty and not fit.only_half_up.is_empty:
        return f"{text} (as a half is rounded)"
    for interval, way in ((fit.only_half_down, "down"), (fit.only_half_up, "up")):
        if interval == fit.interval:
            text += f" (only where a half may be rounded {way})"
        elif not interval.is_empty:
            text += f" ({range_text(interval, fit.kind, fit.decimals)} only where a half may be rounded {way})"
    return text


# -- meanings -------------------------------------------------------------------------------------------------------


def _implied_text(implied: Implied, base: Interval) -> str:
    if implied.count.is_empty:
        return f"{implied.percentage.phrase} is no whole number of {whole_text(base)} and needs another base"
    return _share_text(implied.percentage, implied.count, base)


def _share_text(figure: Figure, count: Interval, base: Interval) -> str:
    if count.is_point and base.is_point:
        return f"{_division(int(count.low), int(base.low), figure)}, printed {figure.phrase}"
    return f"{whole_text(count)} of {whole_text(base)} can be printed {figure.phrase}"


def _rate(meaning: Meaning, triple: Triple) -> str:
    count, base = triple.count, triple.base
    within = meaning.of_base
    if count is None or within is None or within.high is None:
        return ""
    if count.value is None or base.value is None or count.value > base.value:
        return ""
    printed = _division(int(count.value), int(base.value))
    ends = [round_fraction(v, 0, RoundingRule.HALF_UP)[0] for v in (within.low, within.high)]
    around = "" if within.is_point else f" (of {base.interval}: {number_text(ends[0])} to {number_text(ends[1])} %)"
    return f" Then {printed}{around}, the response rate if {base.phrase} were asked."


# -- numbers --------------------------------------------------------------------------------------------------------


def _division(count: int, base: int, figure: Figure | None = None) -> str:
    """`40 of 96 is 41.7 %`: one decimal more than printed, and more where fewer would seem to say the opposite."""
    exact = Fraction(100 * count, base)
    decimals = 1 if figure is None else figure.decimals + 1
    shown = _half_up(exact, decimals)
    if figure is not None:
        fits = figure.interval.contains(exact)
        while figure.interval.contains(shown) is not fits and decimals < 12:
            decimals += 1
            shown = _half_up(exact, decimals)
    text = decimal_text(shown, decimals).rstrip("0").rstrip(".")
    return f"{count:,} of {base:,} is {text} %"


def _half_up(value: Fraction, decimals: int) -> Fraction:
    return Fraction(math.floor(value * 10**decimals + Fraction(1, 2)), 10**decimals)


def _base(base: Figure) -> str:
    return str(base.interval)


def _percentage(figure: Figure | None) -> str:
    """A percentage as it is said: the number where it is bare, its own words where they mean more."""
    if figure is None:
        return "such a percentage"
    if figure.rounding is None or figure.value is None:
        return figure.phrase
    return f"{decimal_text(figure.value, figure.decimals)} %"


def _quoted(figure: Figure) -> str:
    """A figure as it is quoted."""
    return f"“{figure.phrase}”"
