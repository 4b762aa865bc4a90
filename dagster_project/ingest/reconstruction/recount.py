"""Whether people give a published figure, counted one person at a time by the meaning of the bases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from dagster_project.claims import BaseRule, Cell, Claim, Kind, Question
from dagster_project.claims.decide.laws import NONE
from dagster_project.ingest.reconstruction.records import Respondent


def is_met(claim: Claim, people: Sequence[Respondent], questions: Mapping[str, Question], asked: int | None) -> bool:
    """Whether the people give the figure; what they cannot tell, a share of unknown many asked, they do not deny."""
    question = questions.get(claim.cell.question or "")
    of = [person for person in people if _is_of(claim.cell, person)]
    n, base = _gave(claim.cell.answer, of, question), _base(claim, of, question, asked)
    if claim.kind is Kind.PERCENTAGE and n is not None and base is not None:
        return base > 0 and claim.figure.interval.contains(Fraction(100 * n, base))
    told = {Kind.COUNT: n, Kind.BASE: base}.get(claim.kind)
    return told is None or claim.figure.interval.contains(told)


def _is_of(cell: Cell, person: Respondent) -> bool:
    if cell.wave not in (None, person.wave):
        return False
    return cell.group is None or cell.group[1] in person.answers.get(cell.group[0], ())


def _gave(answer: str | None, of: Sequence[Respondent], question: Question | None) -> int | None:
    """How many gave the answer; None where no answer is named that records have."""
    if question is None or answer is None:
        return None
    codes = {*question.nets.get(answer, (answer,))}
    return sum(not codes.isdisjoint(person.answers.get(question.id, ())) for person in of)


def _base(claim: Claim, of: Sequence[Respondent], question: Question | None, asked: int | None) -> int | None:
    """How many are in the base; None for those contacted, of whom records say nothing."""
    is_missing = question is not None and claim.cell.answer in question.missing
    rule = claim.base or (BaseRule.routed if is_missing else BaseRule.answered)
    if rule is BaseRule.asked:
        return asked if claim.cell == Cell(claim.cell.question, claim.cell.answer) else None
    if question is None or rule is BaseRule.all:
        return len(of)
    counted = {*question.answers, NONE} | ({*question.missing, ""} if rule is BaseRule.routed else set())
    return sum(not counted.isdisjoint(person.answers.get(question.id, ())) for person in of)
