"""Groups with a base each: every one judged by itself, and the share of all against what its groups can add up to."""

from collections.abc import Sequence
from fractions import Fraction

from dagster_project.claims.decide.algebra import counts_possible, shares
from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.finding import Code, Finding, worst_first
from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import Interval, number_text
from dagster_project.claims.read.several import Groups
from dagster_project.claims.read.statement import Listing, Triple
from dagster_project.claims.triple_finding import audit_statement


def audit_groups(groups: Groups) -> tuple[Finding, ...]:
    """What is found of each group and of the whole, the worst first."""
    found = [audit_statement(triple) for triple in groups.triples]
    if groups.overall is not None:
        found += _whole(groups.triples, [groups.overall])
    elif groups.whole is not None:
        whole = groups.triples[groups.whole]
        parts = [one for n, one in enumerate(groups.triples) if n != groups.whole]
        if _base(parts) == _base([whole]):
            found += _whole(parts, [one for one in whole.figures if one is not whole.base])
    return worst_first(found)


def audit_overall(listing: Listing, overall: int) -> Finding:
    """The share of all lies between those of the groups, of which no bases are told."""
    whole = listing.parts[overall].figures[0]
    parts = [part.figures[0] for n, part in enumerate(listing.parts) if n != overall]
    low = min(part.interval.low for part in parts)
    high = max(part.interval.high or Fraction(100) for part in parts)
    fits = not Interval(low, high).intersect(whole.interval).is_empty
    told = f"The share of all lies between those of the groups, from {number_text(low)} to {number_text(high)} %"
    end = f"“{whole.phrase}” fits." if fits else f"“{whole.phrase}” does not."
    severity = Severity.CONSISTENT if fits else Severity.PROVED_IMPOSSIBLE
    return Finding(Code.SUBGROUP, severity, tuple(one.phrase for one in (*parts, whole)), f"{told}: {end}")


def _base(triples: Sequence[Triple]) -> int | None:
    """How many all of them are; None where a base is not one number."""
    if not all(triple.base.interval.is_point for triple in triples):
        return None
    return int(sum(triple.base.interval.low for triple in triples))


def _whole(parts: Sequence[Triple], said: Sequence[Figure]) -> list[Finding]:
    """The figures of all against what the groups add up to; nothing where a group, blamed by itself, cannot be."""
    base = _base(parts)
    together = None if base is None else _together(parts)
    if base is None or together is None:
        return []
    wrong = [one for one in said if not _fits(one, base, together)]
    claims = (*(figure.phrase for part in parts for figure in part.figures), *(one.phrase for one in said))
    severity = Severity.PROVED_IMPOSSIBLE if wrong else Severity.CONSISTENT
    return [Finding(Code.SUBGROUP, severity, claims, f"{_told(together, base)}: {_outcome(said, wrong)}")]


def _outcome(said: Sequence[Figure], wrong: Sequence[Figure]) -> str:
    told = " and ".join(f"“{one.phrase}”" for one in wrong or said)
    return f"{told} cannot be that of all." if wrong else f"{told} {'fit' if len(said) > 1 else 'fits'}."


def _fits(whole: Figure, base: int, together: Interval) -> bool:
    """Whether a count or a share of all can be what the groups are together."""
    if whole.kind is Kind.COUNT:
        return not whole.interval.intersect(together).is_empty
    return shares(whole.interval, base, together) is not None


def _told(together: Interval, base: int) -> str:
    ends = [together.low, together.low if together.high is None else together.high]
    percent = " to ".join(dict.fromkeys(number_text(100 * end / base, 1) for end in ends))
    many = " to ".join(dict.fromkeys(number_text(end) for end in ends))
    return f"The groups together are {many} of {base:,}, which is {percent} %"


def _together(parts: Sequence[Triple]) -> Interval | None:
    """How many of all groups it can be; None where it cannot be in one of them."""
    counts = [
        counts_possible(part.percentage_interval, int(part.base.interval.low), part.count_interval) for part in parts
    ]
    if any(count.is_empty for count in counts):
        return None
    high = sum((count.low if count.high is None else count.high for count in counts), Fraction(0))
    return Interval(sum((count.low for count in counts), Fraction(0)), high)
