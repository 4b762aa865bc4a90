"""One count, base and percentage by themselves, as a finding."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

from dagster_project.claims.decide.algebra import shares
from dagster_project.claims.decide.joint import Stated, trust_in
from dagster_project.claims.decide.readings import other_roundings
from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.decide.slips import slip_of
from dagster_project.claims.decide.triple import Fit, JudgedTriple, audit_triple
from dagster_project.claims.finding import (
    Code,
    Finding,
    Reading,
    Repair,
    RepairedFigure,
    cheapest_first,
    contradicted_by,
)
from dagster_project.claims.read.given import mapping, several, word
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import Interval
from dagster_project.claims.read.parse import triple_given
from dagster_project.claims.read.rounding import RoundingRule, percent_preimage
from dagster_project.claims.read.statement import Triple
from dagster_project.claims.say.reading_words import tried_text
from dagster_project.claims.say.triple_words import arithmetic_text, fit_text, meaning_text
from dagster_project.claims.say.words import NOT_HALF_UP


def audit_statement(triple: Triple | str, claims: Mapping[Kind, Sequence[str]] | None = None) -> Finding:
    """One count, base and percentage by themselves. `claims` are the ids of each figure; else its own text."""
    triple = triple_given(triple)
    ids = {figure.kind: (figure.phrase,) for figure in triple.figures} | _ids_given(claims or {})
    every = tuple(dict.fromkeys(claim for figure in triple.figures for claim in ids[figure.kind]))
    judged = audit_triple(triple)
    found = Finding(code_of(triple), judged.severity, every, arithmetic_text(judged), judged.power, triple=triple)
    if judged.holds:
        on_a_half = judged.severity is Severity.NEEDS_AN_ASSUMPTION
        return replace(found, condition=NOT_HALF_UP) if on_a_half else found
    otherwise = [Reading(one.sense, every, tried_text(one), one.cost) for one in other_roundings(triple)]
    readings = cheapest_first([*readings_of(judged, every), *otherwise])
    repairs = tuple(_repair(triple, fit, ids[fit.kind]) for fit in judged.fits)
    return replace(found, severity=contradicted_by(readings), repairs=repairs, readings=readings)


def _ids_given(claims: Mapping[Kind, Sequence[str]]) -> dict[Kind, tuple[str, ...]]:
    return {
        word(kind, Kind, "kind of a figure"): several(ids, str, "the claims of a figure", "give a tuple of their ids")
        for kind, ids in mapping(claims, "claims", "give the ids by the kind of figure").items()
    }


def audit_stated(count: Stated | None, base: Stated, percentage: Stated | None) -> Finding:
    """The same of figures that claims state."""
    said = {one.kind: one for one in (count, base, percentage) if one is not None}
    triple = Triple(count.figure if count else None, base.figure, percentage.figure if percentage else None)
    return audit_statement(triple, {kind: one.claims for kind, one in said.items()})


def code_of(triple: Triple) -> Code:
    """The kind of a finding on a triple: without a count, the percentage is held against the base's grain."""
    return Code.GRANULARITY if triple.count is None else Code.TRIPLE


def readings_of(judged: JudgedTriple, claims: tuple[str, ...]) -> tuple[Reading, ...]:
    """The other meanings of a triple, as readings."""
    return tuple(
        Reading(
            title=one.sense,
            claims=claims,
            message=meaning_text(one, judged.triple),
            cost=one.cost,
            count=one.count,
            base=one.base,
            percentage=one.percentage,
        )
        for one in judged.meanings
    )


def _repair(triple: Triple, fit: Fit, claims: tuple[str, ...]) -> Repair:
    slip = slip_of(fit.figure, fit.interval, partial(_fits, triple, fit.kind))
    repaired = RepairedFigure(claims, fit.figure, fit.interval, fit_text(fit, triple), slip)
    return Repair((repaired,), trust_in(fit.figure))


def _fits(triple: Triple, kind: Kind, value: Fraction) -> bool:
    """Whether the figure of a kind could have been printed as this value, where the others stand."""
    percentage, base, count = triple.percentage_interval, triple.base.interval, triple.count_interval
    if kind is Kind.COUNT:
        count = Interval.point(value)
    elif kind is Kind.BASE:
        base = Interval.point(value)
    elif triple.percentage is not None:
        rule = triple.percentage.rounding or RoundingRule.EITHER_HALF
        percentage = percent_preimage(value, triple.percentage.decimals, rule)
    return shares(percentage, base, count) is not None
