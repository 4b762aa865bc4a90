"""What is said of shares in words beside them: that one is more or so many times another, that one is *nearly half*."""

from collections.abc import Iterator
from fractions import Fraction

from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.finding import Code, Finding
from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.glosses import Fit, Gloss
from dagster_project.claims.read.interval import number_text
from dagster_project.claims.read.relations import Relation, Way

_NEAR, _OFF = Fraction(1, 20), Fraction(3, 20)  # parts of a number of times that it is off, said loosely and at all

_AS_SAID = {Way.MORE: "more than", Way.LESS: "less than", Way.SAME: "the same as"}


def audit_relation(said: Relation) -> Finding:
    """Whether the first share stands to the others as it is said to."""
    claims = (said.first.phrase, *(one.phrase for one in said.others))
    if said.way is Way.TIMES:
        severity, statement, condition = _times(said, said.others[0])
        return Finding(Code.ORDER, severity, claims, statement, condition=condition)
    wrong = [one for one in said.others if not _stands(said.way, said.first, one)]
    severity = Severity.PROVED_IMPOSSIBLE if wrong else Severity.CONSISTENT
    told = " and ".join(one.phrase for one in wrong or said.others)
    statement = f"{said.first.phrase} is {'not ' if wrong else ''}{_AS_SAID[said.way]} {told}"
    return Finding(Code.ORDER, severity, claims, f"{statement}, as “{said.said}” says.")


def _stands(way: Way, first: Figure, other: Figure) -> bool:
    """Whether the shares behind two figures can stand so; as printed they may be equal."""
    one, two = first.interval, other.interval
    if way is Way.SAME:
        both = one.intersect(two)
        return not both.is_empty and not both.is_point
    high, low = (one, two) if way is Way.MORE else (two, one)
    return high.high is None or high.high >= low.low


def _times(said: Relation, other: Figure) -> tuple[Severity, str, str]:
    """How a number of times goes with two shares, and on what condition."""
    low, high = _ratio(said.first, other)
    ends = " to ".join(dict.fromkeys(number_text(end, 2) for end in (low, high)))
    told = f"{said.first.phrase} is {ends} times {other.phrase} before rounding"
    if _is_so_many(said, said.times, low, high, _NEAR):
        return Severity.CONSISTENT, f"{told}: “{said.said}” fits.", ""
    if said.or_more and _is_so_many(said, said.times + 1, low, high, _NEAR):
        return Severity.CONDITIONAL, f"{told}.", f"“{said.said}” means {said.times + 1} times as much"
    if _is_so_many(said, said.times, low, high, _OFF):
        return Severity.CONDITIONAL, f"{told}.", f"“{said.said}” is said loosely"
    return Severity.PROVED_IMPOSSIBLE, f"{told}, not “{said.said}”.", ""


def _ratio(first: Figure, other: Figure) -> tuple[Fraction, Fraction]:
    one, two = first.interval, other.interval
    high = Fraction(100) if one.high is None else one.high
    return one.low / (two.high or Fraction(100)), high / max(two.low, Fraction(1, 1000))


def _is_so_many(said: Relation, times: int, low: Fraction, high: Fraction, part: Fraction) -> bool:
    """Whether a ratio can be so many times, with a part of that left open on the sides that the hedge leaves."""
    if said.hedge in ("more than", "over", "at least"):
        return times <= high
    least, most = times * (1 - part), times * (1 + part)
    return least <= high and low <= (times if said.hedge in ("nearly", "almost") else most)


def audit_glosses(glosses: tuple[Gloss, ...]) -> Iterator[Finding]:
    """Whether each percentage can be called what the fraction beside it says."""
    for one in glosses:
        claims = (one.exact.phrase, one.loose)
        if one.fit is Fit.LARGEST_ONLY:
            told = f"{one.exact.phrase} is no majority."
            condition = f"“{one.loose}” means the largest group"
            yield Finding(Code.ORDER, Severity.CONDITIONAL, claims, told, condition=condition)
        else:
            fits = one.fit is not Fit.CONTRADICTS
            severity = Severity.CONSISTENT if fits else Severity.PROVED_IMPOSSIBLE
            yield Finding(Code.ORDER, severity, claims, f"{one.exact.phrase} is {'' if fits else 'not '}“{one.loose}”.")
