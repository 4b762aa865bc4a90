"""Groups with a base each: every one judged by itself, and the share of all against what its groups can add up to."""

from collections.abc import Sequence
from fractions import Fraction

from dagster_project.claims.decide.algebra import counts_possible, shares
from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.finding import Code, Finding, worst_first
from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.interval import Interval, number_text
from dagster_project.claims.read.several import Groups
from dagster_project.claims.read.statement import Triple
from dagster_project.claims.triple_finding import audit_statement


def audit_groups(groups: Groups) -> tuple[Finding, ...]:
    """What is found of each group and of the whole, the worst first."""
    found = [audit_statement(triple) for triple in groups.triples]
    *parts, last = groups.triples
    if groups.overall is not None:
        found += _whole(groups.triples, groups.overall)
    elif groups.last_is_whole and last.percentage is not None and _base(parts) == _base([last]):
        found += _whole(parts, last.percentage)
    return worst_first(found)


def _base(triples: Sequence[Triple]) -> int | None:
    """How many all of them are; None where a base is not one number."""
    if not all(triple.base.interval.is_point for triple in triples):
        return None
    return int(sum(triple.base.interval.low for triple in triples))


def _whole(parts: Sequence[Triple], overall: Figure) -> list[Finding]:
    base = _base(parts)
    if base is None:
        return []
    counts = [
        counts_possible(part.percentage_interval, int(part.base.interval.low), part.count_interval) for part in parts
    ]
    if any(count.is_empty for count in counts):
        return []  # a group that cannot be is blamed by itself
    low = sum((count.low for count in counts), Fraction(0))
    high = sum((count.low if count.high is None else count.high for count in counts), Fraction(0))
    ends = " to ".join(dict.fromkeys(number_text(100 * end / base, 1) for end in (low, high)))
    many = " to ".join(dict.fromkeys(number_text(end) for end in (low, high)))
    told = f"The groups together are {many} of {base:,}, which is {ends} %"
    fits = shares(overall.interval, base, Interval(low, high)) is not None
    severity = Severity.CONSISTENT if fits else Severity.PROVED_IMPOSSIBLE
    end = f"“{overall.phrase}” fits." if fits else f"“{overall.phrase}” cannot be the share of all."
    claims = tuple(figure.phrase for part in parts for figure in part.figures)
    return [Finding(Code.SUBGROUP, severity, (*claims, overall.phrase), f"{told}: {end}")]
