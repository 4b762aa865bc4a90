"""The audit of a survey's claims: what cannot stand together, what a reader must assume, what was worth checking.

Here the parts are put together: claims in components, each decided, contradictions localised, other readings tried,
ranges and powers computed, and all of it said as findings. Nothing is read from or written to anywhere.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from dagster_project.claims.contradicted import contradiction_finding
from dagster_project.claims.decide.clashes import Clash, clash_of_orders
from dagster_project.claims.decide.components import components
from dagster_project.claims.decide.joint import Joint, join, stated
from dagster_project.claims.decide.laws import ORDER
from dagster_project.claims.decide.localise import Contradiction, Localiser, Sources
from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.decide.system import UndecidedError
from dagster_project.claims.finding import Code, Finding, worst_first
from dagster_project.claims.read import given
from dagster_project.claims.read.given import GivenError, instance, several
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import Interval
from dagster_project.claims.read.survey import Claim, Names, Order, Question, claims_given
from dagster_project.claims.roundings import rounding_findings
from dagster_project.claims.say.joint_words import clash_text, order_text, undecided_text
from dagster_project.claims.standing import Standing

SECONDS = 30.0  # the time limit of a component


@dataclass(frozen=True)
class Audit:
    """All findings, the worst first; what each claim's figure could be given all others, and that check's power.

    `spent` are the seconds of the time limit that are used up for one component or other.
    """

    findings: tuple[Finding, ...]
    fits: Mapping[str, Interval] = field(default_factory=dict)
    power: Mapping[str, Fraction] = field(default_factory=dict)
    spent: float = field(default=0.0, compare=False)


def audit_claims(
    claims: Iterable[Claim],
    questions: Iterable[Question] = (),
    orders: Iterable[Order] = (),
    names: Names | None = None,
    *,
    weights_possible: bool = False,
    seconds: float = SECONDS,
    spent: float = 0.0,
) -> Audit:
    """Judge all claims of a survey. `seconds` is the time that one component may take before it is left undecided.

    `spent` is what earlier audits of the same figures, in another reading, took of it.

    `weights_possible`: the survey has weights, so that a percentage may divide them though the text does not say so.
    """
    claims, orders = claims_given(claims), several(orders, Order, "orders", "give each as Order(id, greater, smaller)")
    names, seconds = instance(names or Names(), Names, "names", "give a Names"), given.seconds(seconds)
    by_id = {question.id: question for question in several(questions, Question, "questions", "give Question(id, …)")}
    _check_ids(claims, orders)
    findings: list[Finding] = []
    fits: dict[str, Interval] = {}
    power: dict[str, Fraction] = {}
    possible: list[Joint] = []
    longest = spent
    for part in components(claims, by_id, orders):
        started = time.monotonic() - spent
        joint = join(stated(part), by_id.values(), _orders_within(part, orders))
        judged = _judged(joint, names, started, seconds, weights_possible=weights_possible)
        longest = max(longest, time.monotonic() - started)
        findings += judged.findings
        if judged.standing is not None:
            fits |= judged.standing.fits
            power |= judged.standing.power
        if judged.possible is not None:
            possible.append(judged.possible)
    started = time.monotonic() - longest
    findings += rounding_findings(possible, seconds - longest)
    once = {(one.code, one.claims): one for one in reversed(findings)}  # bases that clash are in several parts
    return Audit(worst_first(reversed(once.values())), fits, power, time.monotonic() - started)


def _check_ids(claims: Iterable[Claim], orders: Iterable[Order]) -> None:
    known: set[str] = set()
    for claim in claims:
        if claim.id in known:
            raise GivenError(f"two claims have the id {claim.id!r}: give each its own.")
        known.add(claim.id)
    for order in orders:
        for spoken_of in (order.greater, order.smaller):
            if spoken_of not in known:
                raise GivenError(f"order {order.id} speaks of {spoken_of!r}, and no claim has that id.")


def _orders_within(part: Sequence[Claim], orders: Iterable[Order]) -> list[Order]:
    inside = {claim.id for claim in part}
    return [order for order in orders if {order.greater, order.smaller} <= inside]


class _Judged(NamedTuple):
    """What is found of claims that hang together; `possible` is their system if all of them can stand.

    `standing` is None where there was no time to tell that what is not contradicted can stand.
    """

    findings: Sequence[Finding]
    standing: Standing | None
    possible: Joint | None


def _judged(joint: Joint, names: Names, started: float, seconds: float, *, weights_possible: bool) -> _Judged:
    findings: list[Finding] = []
    contradictions: tuple[Contradiction, ...] = ()
    undecided = joint.everything
    try:
        while (clash := clash_of_orders(joint, started + seconds)) is not None:
            findings.append(_clash(joint, clash))
            joint = joint.without(clash.blamed)
        localiser = Localiser(joint, started + seconds)
        contradictions, undecided = localiser.conflicts()
    except UndecidedError:
        localiser = Localiser(joint, started + seconds)
    sources = None if undecided else _standing(localiser, contradictions)
    for contradiction in contradictions:
        around = localiser.around(contradiction, contradictions)
        findings.append(
            contradiction_finding(localiser, contradiction, around, names, weights_possible=weights_possible)
        )
    if sources is None:
        findings.extend(_untold(joint, findings.copy(), seconds))
        return _Judged(findings, None, None)
    standing = Standing(localiser, sources, names)
    findings += [*standing.findings(), *_orders(joint, contradictions)]
    return _Judged(findings, standing, None if contradictions else joint)


def _clash(joint: Joint, clash: Clash) -> Finding:
    phrases = _phrases(joint)
    said = {order.id: (phrases[order.greater], phrases[order.smaller]) for order in clash.orders}
    refuted = [said[order.id] for order in clash.blamed] if len(clash.blamed) < len(said) else []
    statement = clash_text([*said.values()], refuted)
    return Finding(Code.ORDER, Severity.PROVED_IMPOSSIBLE, tuple(order.id for order in clash.blamed), statement)


def _untold(joint: Joint, findings: Sequence[Finding], seconds: float) -> Iterator[Finding]:
    """That nothing is known of the claims of which these findings say nothing."""
    told = {claim for one in findings for claim in one.claims}
    claims = tuple(claim for one in joint.figures for claim in one.claims if claim not in told)
    orders = tuple(order.id for order in joint.orders if order.id not in told)
    if claims or orders:
        statement = undecided_text(len(claims), len(orders), seconds)
        yield Finding(Code.BASE_SET, Severity.UNDECIDED, (*claims, *orders), statement)


def _standing(localiser: Localiser, contradictions: Sequence[Contradiction]) -> Sources | None:
    """Everything but what is contradicted; a base stays as long as the rest can stand with it. None: not decided."""
    if not all(one.laws_known for one in contradictions):
        return None  # an order may be among what is contradicted
    joint = localiser.joint
    without_bases = joint.everything.difference(*(one.figures for one in contradictions))
    contradicted = joint.everything - without_bases
    bases = frozenset(f for f in contradicted if joint.figures[f].kind is Kind.BASE)
    try:
        if localiser.possible(without_bases | bases):
            return without_bases | bases
        return without_bases if localiser.possible(without_bases) else None
    except UndecidedError:
        return None


def _orders(joint: Joint, contradictions: Iterable[Contradiction]) -> Iterator[Finding]:
    """What the text says is larger and is not contradicted; without a common base it can often not be checked."""
    contradicted = {law.other for one in contradictions for law in one.laws if law.kind == ORDER}
    phrases = _phrases(joint)
    for order in joint.orders:
        if order.id not in contradicted:
            is_checked = joint.checks(order)
            severity = Severity.CONSISTENT if is_checked else Severity.NOT_CHECKABLE
            statement = order_text(phrases[order.greater], phrases[order.smaller], checked=is_checked)
            yield Finding(Code.ORDER, severity, (order.greater, order.smaller, order.id), statement)


def _phrases(joint: Joint) -> Mapping[str, str]:
    return {claim: one.figure.phrase for one in joint.figures for claim in one.claims}
