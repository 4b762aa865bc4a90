"""The answer to one sentence, as the command gives it: a verdict, why, and what would mend it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any

from dagster_project.claims.change import audit_change, parse_change
from dagster_project.claims.decide.senses import Sense
from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.decide.verdict import Verdict
from dagster_project.claims.finding import Code, Finding
from dagster_project.claims.groups import audit_groups
from dagster_project.claims.listing import audit_listing, leaves_answers_out
from dagster_project.claims.mean_finding import audit_mean
from dagster_project.claims.read import given
from dagster_project.claims.read.differences import Difference, parse_difference
from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.means import Mean, parse_mean
from dagster_project.claims.read.rounding import RoundingRule, rule_given
from dagster_project.claims.read.several import Groups, parse_sentence
from dagster_project.claims.read.statement import Listing, Triple
from dagster_project.claims.read.survey import Cell, Claim
from dagster_project.claims.say.words import listed
from dagster_project.claims.triple_finding import audit_statement

_NOTHING = "Nothing that is printed here could contradict itself: there is nothing to check."
_NOT_ALL = "They cannot be all the answers: some gave another, or none."
_WITHIN = "No count is above its base, and together they can be of it."
_OF_GROUPS = "each of them is a share of its own group"
_SEVERAL = "each could give several answers"


@dataclass(frozen=True)
class Reply:
    """`verdict` in the one vocabulary of verdicts; `condition` is what is possible is possible on.

    `power` is the share of wrong percentages that would be caught.
    """

    verdict: Verdict
    severity: str
    message: str
    figures: Sequence[dict[str, str]]
    repairs: Sequence[str]
    readings: Sequence[str]
    power: float | None
    condition: str = ""

    @property
    def headline(self) -> str:
        """The verdict in capitals, with the condition."""
        if self.verdict is Verdict.CONDITIONAL:
            return f"POSSIBLE IF {self.condition}"
        return self.verdict.value.upper()

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def answer_claim(text: str, rounding: RoundingRule | str = RoundingRule.EITHER_HALF) -> Reply:
    """Judge the figures of one sentence. Raises ValueError for a rule or a sentence that is not understood."""
    text, rule = given.text(text, "a statement", "96 of about 150 is 42%"), rule_given(rounding)
    difference = parse_difference(text, rule)
    if difference is not None:
        return _of_difference(difference)
    mean = parse_mean(text)
    if mean is not None:
        return _of_mean(mean, rule)
    read = parse_sentence(text, rule)
    findings = _findings(read)
    worst = findings[0].severity if findings else Severity.NOT_CHECKABLE
    told = [one for one in findings if one.severity.verdict is worst.verdict]
    message = " ".join(dict.fromkeys(one.message for one in told)) or _NOTHING
    if worst is Severity.NOT_CHECKABLE and all(figure.kind is not Kind.PERCENTAGE for figure in read.figures):
        worst, message = Severity.CONSISTENT, _WITHIN  # a count above its base would not have passed
    if isinstance(read, Listing) and worst.verdict is Verdict.POSSIBLE and leaves_answers_out(read):
        message = f"{message} {_NOT_ALL}"
    return Reply(
        verdict=worst.verdict,
        severity=worst.value,
        message=message,
        figures=[_figure(figure) for figure in read.figures],
        repairs=_repairs(told),
        readings=_readings(told),
        power=_power(told),
        condition=_condition(told),
    )


def _of_difference(said: Difference) -> Reply:
    change = parse_change(said.change)
    earlier, later = (Claim(one.phrase, one, Cell()) for one in (said.first, said.second))
    found = audit_change(change, earlier, later, said.change)
    value = "" if change.size.value is None else str(change.size.value)
    size = {"text": said.change, "kind": "points", "value": value, "means": str(change.size.interval)}
    return Reply(
        found.severity.verdict,
        found.severity.value,
        found.message,
        [_figure(said.first), _figure(said.second), size],
        repairs=(),
        readings=[reading.message for reading in found.readings],
        power=_power([found]),
    )


def _of_mean(mean: Mean, rounding: RoundingRule) -> Reply:
    found = audit_mean(mean, rounding)
    said = (("mean", mean.mean), ("deviation", mean.deviation), ("base", str(mean.base)))
    figures = [{"text": text, "kind": kind, "value": text, "means": text} for kind, text in said if text is not None]
    return Reply(
        found.severity.verdict,
        found.severity.value,
        found.statement,
        figures,
        repairs=(),
        readings=(),
        power=_power([found]),
    )


def _findings(read: Triple | Listing | Groups) -> Sequence[Finding]:
    """What is found, the worst first; which rules of rounding a short list leaves possible is said only if it must."""
    if isinstance(read, Triple):
        return [audit_statement(read)]
    if isinstance(read, Groups):
        return audit_groups(read)
    found = audit_listing(read).findings
    said = [one for one in found if one.code is not Code.ROUNDING or one.severity is Severity.NEEDS_AN_ASSUMPTION]
    return _conditional(read, said)


def _conditional(read: Listing, findings: Sequence[Finding]) -> Sequence[Finding]:
    """Answers that need not exclude each other, and cannot stand only if they did, are possible on that condition."""
    if read.exclusive or read.several or not any(one.severity.is_contradicted for one in findings):
        return findings
    if not any(reading.title is Sense.SEVERAL_ANSWERS for one in findings for reading in one.readings):
        return findings
    otherwise = audit_listing(replace(read, several=True)).findings
    if any(one.severity.is_contradicted or one.severity is Severity.UNDECIDED for one in otherwise):
        return findings
    return [_on_the_condition(read, one) if one.severity.is_contradicted else one for one in findings]


def _on_the_condition(read: Listing, finding: Finding) -> Finding:
    condition = _OF_GROUPS if read.of_groups else _SEVERAL
    return replace(finding, severity=Severity.CONDITIONAL, repairs=(), condition=condition)


def _condition(findings: Sequence[Finding]) -> str:
    """What the figures are possible on; which rules of rounding are left is told only where nothing else is."""
    of_figures = [one for one in findings if one.claims] or findings
    return listed(list(dict.fromkeys(one.condition for one in of_figures)) or [""])


def _power(findings: Sequence[Finding]) -> float | None:
    powers = [one.power for one in findings if one.power is not None]
    return float(sum(powers, Fraction(0)) / len(powers)) if powers else None


def _figure(figure: Figure) -> dict[str, str]:
    value = "" if figure.value is None else str(figure.value)
    return {"text": figure.phrase, "kind": figure.kind.value, "value": value, "means": str(figure.interval)}


def _repairs(findings: Sequence[Finding]) -> list[str]:
    """What each figure of a repair may be, with the slip that would explain it."""
    return [
        " ".join(one.message + (f" ({one.slip})" if one.slip else "") for one in repair.figures)
        for finding in findings
        for repair in finding.repairs
    ]


def _readings(findings: Sequence[Finding]) -> list[str]:
    return [reading.message for finding in findings for reading in finding.readings]
