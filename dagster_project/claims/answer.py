"""The answer to one sentence, as the command gives it: a verdict, a paragraph, and what would mend it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.finding import Code, Finding, Repair
from dagster_project.claims.listing import audit_listing, leaves_answers_out
from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.parse import parse_statement
from dagster_project.claims.read.rounding import RoundingRule
from dagster_project.claims.read.statement import Listing
from dagster_project.claims.triple_finding import audit_statement

_VERDICTS = {
    Severity.PROVED_IMPOSSIBLE: "impossible",
    Severity.IMPOSSIBLE_AS_LABELLED: "impossible",
    Severity.UNDECIDED: "undecided",
}
_NOT_ALL = "They cannot be all the answers: some gave another, or none."


@dataclass(frozen=True)
class Reply:
    """`verdict` is possible, impossible or undecided; `power` the share of wrong percentages that would be caught."""

    verdict: str
    severity: str
    message: str
    figures: Sequence[dict[str, str]]
    repairs: Sequence[str]
    readings: Sequence[str]
    power: float | None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def answer_claim(text: str, rounding: str = RoundingRule.EITHER_HALF) -> Reply:
    """Judge the figures of one sentence. Raises ValueError for a rule or a sentence that is not understood."""
    if rounding not in set(RoundingRule):
        raise ValueError(f"{rounding!r} is no rounding rule: choose one of {', '.join(RoundingRule)}.")
    read = parse_statement(text, RoundingRule(rounding))
    if isinstance(read, Listing):
        figures = [figure for part in read.parts for figure in part.figures] + ([read.base] if read.base else [])
        findings = [one for one in audit_listing(read).findings if one.code is not Code.ROUNDING or _bad(one)]
    else:
        figures, findings = list(read.figures), [audit_statement(read)]
    worst = findings[0].severity if findings else Severity.NOT_CHECKABLE
    verdict = _VERDICTS.get(worst, "possible")
    told = [one for one in findings if _VERDICTS.get(one.severity, "possible") == verdict]
    messages = list(dict.fromkeys(one.message for one in told))
    if not findings:
        messages.append("Nothing that is printed here could contradict itself: there is nothing to check.")
    if isinstance(read, Listing) and verdict == "possible" and leaves_answers_out(read):
        messages.append(_NOT_ALL)
    powers = [one.power for one in told if one.power is not None]
    return Reply(
        verdict,
        worst.value,
        " ".join(messages),
        [_figure(figure) for figure in figures],
        [_repair(one) for finding in told for one in finding.repairs],
        [reading.message for finding in told for reading in finding.readings],
        float(sum(powers, Fraction(0)) / len(powers)) if powers else None,
    )


def _bad(finding: Finding) -> bool:
    return finding.severity is Severity.NEEDS_AN_ASSUMPTION


def _figure(figure: Figure) -> dict[str, str]:
    return {"text": figure.phrase, "kind": figure.kind.value, "means": str(figure.interval)}


def _repair(repair: Repair) -> str:
    """What each figure of a repair may be, with the slip that would explain it."""
    return " ".join(one.message + (f" ({one.slip})" if one.slip else "") for one in repair.figures)
