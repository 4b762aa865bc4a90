"""The answer to one sentence, as the command gives it: a verdict, a paragraph, and what would mend it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.finding import Code, Finding
from dagster_project.claims.listing import audit_listing, leaves_answers_out
from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.parse import parse_statement
from dagster_project.claims.read.rounding import RoundingRule
from dagster_project.claims.read.statement import Listing, Triple
from dagster_project.claims.triple_finding import audit_statement

_VERDICTS = {
    Severity.PROVED_IMPOSSIBLE: "impossible",
    Severity.IMPOSSIBLE_AS_LABELLED: "impossible",
    Severity.UNDECIDED: "undecided",
}
_POSSIBLE = "possible"
_NOTHING = "Nothing that is printed here could contradict itself: there is nothing to check."
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


def answer_claim(text: str, rounding: RoundingRule | str = RoundingRule.EITHER_HALF) -> Reply:
    """Judge the figures of one sentence. Raises ValueError for a rule or a sentence that is not understood."""
    read = parse_statement(text, rounding)
    findings = _findings(read)
    worst = findings[0].severity if findings else Severity.NOT_CHECKABLE
    verdict = _verdict(worst)
    told = [one for one in findings if _verdict(one.severity) == verdict]
    message = " ".join(dict.fromkeys(one.message for one in told)) or _NOTHING
    if isinstance(read, Listing) and verdict == _POSSIBLE and leaves_answers_out(read):
        message = f"{message} {_NOT_ALL}"
    return Reply(
        verdict=verdict,
        severity=worst.value,
        message=message,
        figures=[_figure(figure) for figure in read.figures],
        repairs=_repairs(told),
        readings=_readings(told),
        power=_power(told),
    )


def _findings(read: Triple | Listing) -> Sequence[Finding]:
    """What is found, the worst first; which rules of rounding a short list leaves possible is said only if it must."""
    if isinstance(read, Triple):
        return [audit_statement(read)]
    found = audit_listing(read).findings
    return [one for one in found if one.code is not Code.ROUNDING or one.severity is Severity.NEEDS_AN_ASSUMPTION]


def _verdict(severity: Severity) -> str:
    return _VERDICTS.get(severity, _POSSIBLE)


def _power(findings: Sequence[Finding]) -> float | None:
    powers = [one.power for one in findings if one.power is not None]
    return float(sum(powers, Fraction(0)) / len(powers)) if powers else None


def _figure(figure: Figure) -> dict[str, str]:
    return {"text": figure.phrase, "kind": figure.kind.value, "means": str(figure.interval)}


def _repairs(findings: Sequence[Finding]) -> list[str]:
    """What each figure of a repair may be, with the slip that would explain it."""
    return [
        " ".join(one.message + (f" ({one.slip})" if one.slip else "") for one in repair.figures)
        for finding in findings
        for repair in finding.repairs
    ]


def _readings(findings: Sequence[Finding]) -> list[str]:
    return [reading.message for finding in findings for reading in finding.readings]
