"""Changes over waves: "up 3 points" between two percentages, against what the two can be.

A change is printed to some digit. It holds if it is the difference of the two printed numbers, or if the shares behind
them can differ by what is printed so rounded: both are customary. Points are not percent: "up 5 percent" from 40 to 45
percent is 12.5 percent, and the slip is named.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from dagster_project.claims.decide.senses import Sense
from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.finding import Code, Finding, Reading
from dagster_project.claims.read import given
from dagster_project.claims.read.comparisons import Comparison
from dagster_project.claims.read.figures import Figure, parse_figure
from dagster_project.claims.read.given import GivenError
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import Interval, number_text
from dagster_project.claims.read.phrases import FigureError
from dagster_project.claims.read.survey import Cell, Claim, claims_given
from dagster_project.claims.read.ways import ENGLISH_FALLS, ENGLISH_RISES

_FALLS, _RISES = ENGLISH_FALLS.words, ENGLISH_RISES.words
_FILLERS = frozenset({"by", "a", "of"})
_POINTS = re.compile(r"\b(percentage[ -]points?|points?|pp|pts?)\b", re.IGNORECASE)
_SIGN = re.compile(r"^\s*([-−–+])\s*(?=[0-9])")


class Unit(StrEnum):
    """What a change is counted in."""

    POINTS = "percentage points"  # of percent: 40 % to 45 % is 5 points
    PERCENT = "percent"  # of the earlier number: 40 % to 45 % is 12.5 percent
    NUMBER = "respondents"


@dataclass(frozen=True)
class Change:
    """A printed change: its size as a figure, with hedge and rounding, and whether it goes down."""

    text: str
    size: Figure
    falls: bool
    unit: Unit


def parse_change(text: str) -> Change:
    """Read `up 3 points`, `down 2.5 percentage points`, `5 percent lower`, `12 more`. Raises FigureError."""
    text = given.text(text, "a change", "up 3 points")
    sign = _SIGN.match(text)
    words = _POINTS.sub(" percent ", _SIGN.sub("", text)).split()
    size, way = _without_way(words)
    falls = bool(way & _FALLS) or (sign is not None and sign[1] != "+")
    try:
        figure = parse_figure(size)
    except FigureError as error:
        raise FigureError(f"{text!r} is no change that is understood: write it like 'up 3 points'. ({error})") from None
    if figure.kind is Kind.COUNT:
        return Change(text, figure, falls, Unit.NUMBER)
    return Change(text, figure, falls, Unit.POINTS if _POINTS.search(text) else Unit.PERCENT)


def _without_way(words: Sequence[str]) -> tuple[str, set[str]]:
    """The words of a change's size, and those that say which way it goes; the "more" of "more than" is a hedge."""
    plain = [word.lower().strip(",.") for word in words]
    of_way = {n for n, word in enumerate(plain) if word in _FALLS | _RISES and plain[n + 1 : n + 2] != ["than"]}
    size = [word for n, word in enumerate(words) if n not in of_way and plain[n] not in _FILLERS]
    return " ".join(size), {plain[n] for n in of_way}


def audit_change(change: Change | str, earlier: Claim, later: Claim, claim: str) -> Finding:
    """Can the second figure have changed so from the first? `claim` is the id that the change has itself.

    Raises ValueError for figures of two kinds, and for a change in a unit that theirs cannot have.
    """
    change = _change_given(change)
    first, second = (one.figure for one in claims_given([earlier, later]))
    check_units(change, first, second)
    claims = (earlier.id, later.id, claim)
    told = f"From {first.phrase} to {second.phrase} is {_size_text(first, second, change.unit)}"
    if _holds(change, first, second):
        return Finding(Code.CHANGE, Severity.CONSISTENT, claims, f"{told}: “{change.text}” fits.")
    statement = f"{told}, not “{change.text}”."
    others = [(Sense.WAVES_SWAPPED, "In the other direction it fits.", replace(change, falls=not change.falls))]
    if change.unit is Unit.PERCENT and first.kind is Kind.PERCENTAGE:
        slip = f"In percentage points it fits: {_size_text(first, second, Unit.POINTS)}."
        others.insert(0, (Sense.POINTS, slip, replace(change, unit=Unit.POINTS)))
    for cost, (title, slip, other) in enumerate(others, start=1):
        if _holds(other, first, second):
            readings = (Reading(title, claims, slip, cost),)
            return Finding(Code.CHANGE, Severity.IMPOSSIBLE_AS_LABELLED, claims, statement, readings=readings)
    return Finding(Code.CHANGE, Severity.PROVED_IMPOSSIBLE, claims, statement)


def in_points(found: Finding) -> Finding:
    """A change that fits in points and is printed in percent, as many print it, is possible on that condition."""
    slip = next((one for one in found.readings if one.title is Sense.POINTS), None)
    if slip is None:
        return found
    condition = f"“{found.claims[-1]}” means percentage points"
    return replace(found, severity=Severity.CONDITIONAL, condition=condition)


def audit_comparison(said: Comparison) -> Iterator[Finding]:
    """Whether a share went the way from the earlier one, and as far, that is said of it."""
    if said.later is None:
        return
    if said.size:
        yield from _audit_size(parse_change(said.size), said.earlier, said.later)
    elif said.earlier is not None and said.rises is not None:
        yield _audit_way(said.earlier, said.later, rises=said.rises)


def _audit_size(change: Change, earlier: Figure | None, later: Figure) -> Iterator[Finding]:
    """A change against the two figures that it lies between; of the later alone, whether there was one before it."""
    if earlier is not None:
        first, second = (Claim(one.phrase, one, Cell()) for one in (earlier, later))
        yield audit_change(change, first, second, change.text)
    elif change.unit is Unit.POINTS and not _leaves_an_earlier(change, later):
        statement = f"No percentage can have gone {change.text} to {later.phrase}: it would not be from 0 to 100 %."
        yield Finding(Code.CHANGE, Severity.PROVED_IMPOSSIBLE, (later.phrase, change.text), statement)


def _leaves_an_earlier(change: Change, later: Figure) -> bool:
    """Whether a percentage from 0 to 100 can have changed so to the later one."""
    least = change.size.interval.low
    if change.falls:
        return later.interval.low + least <= 100
    return later.interval.high is None or later.interval.high >= least


def _audit_way(earlier: Figure, later: Figure, *, rises: bool) -> Finding:
    low, high = (earlier, later) if rises else (later, earlier)
    fits = high.interval.high is None or high.interval.high >= low.interval.low
    severity = Severity.CONSISTENT if fits else Severity.PROVED_IMPOSSIBLE
    way = "up" if rises else "down"
    statement = f"{later.phrase} is {'' if fits else 'not '}{way} from {earlier.phrase}."
    return Finding(Code.CHANGE, severity, (later.phrase, earlier.phrase), statement)


def _change_given(one: Change | str) -> Change:
    read = parse_change(one) if isinstance(one, str) else one
    return given.instance(read, Change, "a change", "give a text like 'up 3 points'")


def check_units(change: Change | str, first: Figure, second: Figure) -> None:
    """Raise ValueError where a change cannot be one between two such figures."""
    change = _change_given(change)
    for figure in (first, second):
        given.instance(figure, Figure, "a figure", "give what parse_figure reads")
    if first.kind is not second.kind:
        raise GivenError(
            f"{first.phrase!r} is a {first.kind}, {second.phrase!r} a {second.kind}: a change is between two of a kind."
        )
    fitting = Unit.POINTS if first.kind is Kind.PERCENTAGE else Unit.NUMBER
    if change.unit not in (fitting, Unit.PERCENT):
        raise GivenError(f"{change.text!r} is no change of a {first.kind}: give it in {fitting} or in percent.")


def _holds(change: Change, first: Figure, second: Figure) -> bool:
    """The printed numbers differ by it, or the shares behind them can."""
    size = change.size.interval
    low, high = _between(first, second, change.unit)
    printed = _printed(first, second, change.unit)
    if change.falls:
        low, high = (None if high is None else -high), (None if low is None else -low)
        printed = None if printed is None else -printed
    if printed is not None and size.contains(printed):
        return True
    return not Interval(size.low if low is None else low, high).intersect(size).is_empty


def _between(first: Figure, second: Figure, unit: Unit) -> tuple[Fraction | None, Fraction | None]:
    """The least and the most that two figures can differ by; None for no end."""
    one, two = first.interval, second.interval
    if unit is not Unit.PERCENT:
        low = None if one.high is None else two.low - one.high
        return low, None if two.high is None else two.high - one.low
    low = 100 * (two.low / one.high - 1) if one.high else None
    return low, None if two.high is None or one.low == 0 else 100 * (two.high / one.low - 1)


def _printed(first: Figure, second: Figure, unit: Unit) -> Fraction | None:
    if first.value is None or second.value is None or (unit is Unit.PERCENT and not first.value):
        return None
    if unit is Unit.PERCENT:
        return 100 * (second.value / first.value - 1)
    return second.value - first.value


def _size_text(first: Figure, second: Figure, unit: Unit) -> str:
    printed = _printed(first, second, unit)
    if printed is None:
        return "no change that has a number"
    way = "no change" if not printed else f"{'up' if printed > 0 else 'down'} {number_text(abs(printed), 1)}"
    low, high = _between(first, second, unit)
    span = "" if low is None or high is None or low == high else f" ({_signed(low)} to {_signed(high)} before rounding)"
    return f"{way} {_unit_text(unit, way)}{span}" if printed else f"{way}{span}"


def _unit_text(unit: Unit, way: str) -> str:
    """The unit, of one or of several."""
    return unit.value.removesuffix("s") if way.endswith(" 1") else unit.value


def _signed(value: Fraction) -> str:
    return f"{'+' if value > 0 else ''}{number_text(value, 1)}"
