"""The answer to one sentence, as the command gives it: a verdict, why, and what would mend it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from itertools import chain
from typing import Any

from dagster_project.claims.change import audit_change, audit_comparison, in_points, parse_change
from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.decide.verdict import Verdict
from dagster_project.claims.finding import Code, Finding, worst_first
from dagster_project.claims.groups import audit_groups, audit_overall
from dagster_project.claims.listing import audit_listing, leaves_answers_out
from dagster_project.claims.mean_finding import audit_mean
from dagster_project.claims.read import given
from dagster_project.claims.read.differences import Difference, parse_difference
from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.means import Mean, parse_mean
from dagster_project.claims.read.relations import Relation, parse_relation
from dagster_project.claims.read.rounding import RoundingRule, rule_given
from dagster_project.claims.read.several import Groups, Said, parse_sentence
from dagster_project.claims.read.statement import Listing, Part, Triple
from dagster_project.claims.read.survey import Cell, Claim
from dagster_project.claims.relation_finding import audit_glosses, audit_relation
from dagster_project.claims.say.words import listed
from dagster_project.claims.triple_finding import audit_statement

_NOTHING = "Nothing that is printed here could contradict itself: there is nothing to check."
_NOT_ALL = "They cannot be all the answers: some gave another, or none."
_WITHIN = "No count is above its base, and together they can be of it."
_OF_GROUPS = "each of them is a share of its own group"
_SEVERAL = "each could give several answers"
_UNNAMED = "what is said to be part of a share is not all of it"


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
    relation = parse_relation(text, rule)
    if relation is not None:
        return _of_relation(relation)
    mean = parse_mean(text)
    if mean is not None:
        return _of_mean(mean, rule)
    return _of_sentence(parse_sentence(text, rule))


def _of_sentence(said: Said) -> Reply:
    findings = worst_first([*_of_parts(said), *_compared(said), *_restated(said)])
    worst = findings[0].severity if findings else Severity.NOT_CHECKABLE
    told = [one for one in findings if one.severity.verdict is worst.verdict]
    severity, message = _weighed(said, worst, told)
    return Reply(
        verdict=severity.verdict,
        severity=severity.value,
        message=message,
        figures=_figures(said),
        repairs=_repairs(told),
        readings=_readings(told),
        power=_power(told),
        condition=_condition(told),
    )


def _of_parts(said: Said) -> Iterator[Finding]:
    """What is found of each base; a share *of them* may be of the base before or of the count before."""
    yield from chain.from_iterable(map(_findings, said.parts[:-1]))
    for one in chain.from_iterable(map(_findings, said.parts[-1:])):
        yield _of_the_others(said, one) if said.repeated and _contradicts(one) else one


def _of_the_others(said: Said, found: Finding) -> Finding:
    """The share is possible if those before are meant who are not the nearest."""
    whole, part = said.parts
    if not (isinstance(whole, Triple) and isinstance(part, Triple)) or part.count is not None:
        return found
    other = replace(part, base=whole.base)
    if part.percentage is None or _contradicts(audit_statement(other)):
        return found
    near, far = part.base.phrase, whole.base.phrase
    told = f"{part.percentage.phrase} cannot be of the {near}; of the {far} it can."
    return replace(
        _on(f"the {part.percentage.phrase} are of the {far}, not of the {near}", found), statement=told, told=()
    )


def _compared(said: Said) -> Iterator[Finding]:
    return chain.from_iterable(map(audit_comparison, said.comparisons))


def _restated(said: Said) -> Iterator[Finding]:
    """A fraction that fits its percentage tells something only where nothing else can be checked."""
    return (one for one in audit_glosses(said.glosses) if not said.parts or one.severity is not Severity.CONSISTENT)


def _weighed(said: Said, worst: Severity, told: Sequence[Finding]) -> tuple[Severity, str]:
    """How bad it is in all, and the message."""
    message = " ".join(dict.fromkeys(one.message for one in told)) or _nothing(said)
    if worst is Severity.NOT_CHECKABLE and said.parts and not _has_shares(said):
        worst, message = Severity.CONSISTENT, _WITHIN  # a count above its base would not have passed
    if worst.verdict is Verdict.POSSIBLE and any(map(_leaves_answers_out, said.parts)):
        message = f"{message} {_NOT_ALL}"
    return worst, message


def _nothing(said: Said) -> str:
    """That there is nothing to check, and of a share alone what would let it be."""
    if said.alone is None:
        return _NOTHING
    return f"{_NOTHING} Said with its base, like “{said.alone.phrase} of 40”, it could be checked."


def _has_shares(said: Said) -> bool:
    return any(figure.kind is Kind.PERCENTAGE for figure in said.figures)


def _of_difference(said: Difference) -> Reply:
    change = parse_change(said.change)
    earlier, later = (Claim(one.phrase, one, Cell()) for one in (said.first, said.second))
    found = audit_change(change, earlier, later, said.change)
    if not said.is_relative:
        found = in_points(found)
    return Reply(
        found.severity.verdict,
        found.severity.value,
        found.message,
        [*_told(said.first), *_told(said.second), _size(said.change)],
        repairs=(),
        readings=[reading.message for reading in found.readings],
        power=_power([found]),
        condition=found.condition,
    )


def _of_relation(said: Relation) -> Reply:
    found = audit_relation(said)
    return Reply(
        found.severity.verdict,
        found.severity.value,
        found.message,
        [*chain.from_iterable(map(_told, (said.first, *said.others)))],
        repairs=(),
        readings=(),
        power=_power([found]),
        condition=found.condition,
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
    """What is found of one statement."""
    if isinstance(read, Triple):
        return [audit_statement(read)]
    if isinstance(read, Groups):
        return audit_groups(read)
    if read.overall is not None:
        return [audit_overall(read, read.overall)]
    return _conditional(read, _said_of(read))


def _said_of(read: Listing) -> Sequence[Finding]:
    """Which rules of rounding a short list leaves possible is said only if it must be."""
    found = audit_listing(read).findings
    return [one for one in found if one.code is not Code.ROUNDING or one.severity is Severity.NEEDS_AN_ASSUMPTION]


def _conditional(read: Listing, findings: Sequence[Finding]) -> Sequence[Finding]:
    """A list that cannot stand as it would be read first, and can in another meaning, is possible on that condition."""
    if any(map(_contradicts, findings)):
        if condition := _of_those_before(read):
            told = f"Not every percentage can be of the first base; each can if {condition}."
            return [replace(_on(condition, findings[0]), statement=told, readings=(), told=None, remarks=())]
        for other, condition in _meanings(read):
            if not any(map(_denies, audit_listing(other).findings)):
                return [_on(condition, one) if _contradicts(one) else one for one in findings]
    return findings


def _of_those_before(read: Listing) -> str:
    """Which counts are a share of the count before them if every figure is to stand: the 54 are of the 60 before."""
    if read.base is None or read.exclusive:
        return ""
    before, told = read.base, []
    for part in read.parts:
        if part.count is None or part.percentage is None:
            return ""
        if not _can_be(part, read.base):
            if before is read.base or not _can_be(part, before):
                return ""
            told.append(f"the {part.count.phrase} are of the {before.phrase} before")
        before = part.count
    return listed(told) if told else ""


def _can_be(part: Part, base: Figure) -> bool:
    """Whether the count and the percentage of an answer can be of so many."""
    if not base.interval.low:
        return False
    of = replace(base, kind=Kind.BASE)
    return not _contradicts(audit_statement(Triple(part.count, of, part.percentage)))


def _meanings(read: Listing) -> Iterator[tuple[Listing, str]]:
    """What a list may mean besides: a share has more parts than are named, each could give several answers."""
    if read.nets:
        yield replace(read, nets=tuple(replace(net, is_open=True) for net in read.nets)), _UNNAMED
    if not read.exclusive and not read.several:
        yield replace(read, several=True), _OF_GROUPS if read.of_groups else _SEVERAL


def _on(condition: str, finding: Finding) -> Finding:
    return replace(finding, severity=Severity.CONDITIONAL, repairs=(), condition=condition)


def _contradicts(finding: Finding) -> bool:
    return finding.severity.is_contradicted


def _denies(finding: Finding) -> bool:
    """Whether it says that the figures cannot stand, or that nobody knows."""
    return _contradicts(finding) or finding.severity is Severity.UNDECIDED


def _leaves_answers_out(read: Triple | Listing | Groups) -> bool:
    return isinstance(read, Listing) and read.overall is None and leaves_answers_out(read)


def _condition(findings: Sequence[Finding]) -> str:
    """What the figures are possible on; which rules of rounding are left is told only where nothing else is."""
    of_figures = [one for one in findings if one.claims] or findings
    return listed(list(dict.fromkeys(one.condition for one in of_figures)) or [""])


def _power(findings: Sequence[Finding]) -> float | None:
    powers = [one.power for one in findings if one.power is not None]
    return float(sum(powers, Fraction(0)) / len(powers)) if powers else None


def _size(change: str) -> dict[str, str]:
    """The size of a change, with the way it goes where that is said: down 6 points."""
    size = parse_change(change).size
    value = "" if size.value is None else str(size.value)
    return {"text": change, "kind": "points", "value": value, "means": str(size.interval)}


def _figures(said: Said) -> list[dict[str, str]]:
    sizes = [_size(one.size) for one in said.comparisons if one.size]
    return [*chain.from_iterable(map(_told, said.figures)), *sizes]


def _told(figure: Figure) -> Iterator[dict[str, str]]:
    """A figure with what it means; both ends of a range."""
    for value in figure.ends or (figure.value,):
        number = "" if value is None else str(value)
        yield {"text": figure.phrase, "kind": figure.kind.value, "value": number, "means": str(figure.interval)}


def _repairs(findings: Sequence[Finding]) -> list[str]:
    """What each figure of a repair may be, with the slip that would explain it."""
    return [
        " ".join(one.message + (f" ({one.slip})" if one.slip else "") for one in repair.figures)
        for finding in findings
        for repair in finding.repairs
    ]


def _readings(findings: Sequence[Finding]) -> list[str]:
    return [reading.message for finding in findings for reading in finding.readings]
