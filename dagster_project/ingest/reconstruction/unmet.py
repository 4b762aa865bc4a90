"""Why claims cannot be met, in one line: which they are, and of what they say too much or too little."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from dagster_project.claims import BaseRule, Cell, Figure, Kind
from dagster_project.claims.decide.joint import Stated
from dagster_project.claims.decide.settled import ImpossibleError


def why_not(survey: str, error: ImpossibleError, contacted: int | None) -> str:
    """The claims that cannot be met, by themselves or together; `contacted` is what survey.yml says of those asked."""
    about = [one for one in error.conflict if one.cell.question is not None]
    told = _of_one_question(survey, about, error.base_without(about)) if about else ""
    if told:
        return told
    if contacted is not None and (len(error.conflict) == 1 or _speaks_of_asked(error.conflict)):
        return (
            f"{_named(error.conflict)} cannot be met where {contacted} were asked, as survey.yml says (asked); "
            "mend the one or the other."
        )
    return f"{_named(about or error.conflict)} cannot be met together; run `basecheck run {survey}` to see why."


def _of_one_question(survey: str, about: Sequence[Stated], asked: int | None) -> str:
    """What figures of one question in the whole sample say that cannot be; nothing where they are of more than that."""
    first, named = about[0], _named(about)
    question = first.cell.question
    if asked is None or any(one.cell != Cell(question, one.cell.answer) for one in about):
        return ""
    if len(about) == 1 and first.kind is Kind.BASE:
        text = first.figure.text
        return f"{named} gives question {question} the base {text!r}, and the other claims make it {asked}."
    if any(one.kind is Kind.BASE for one in about):
        return ""
    counts = {one.cell.answer: _printed(one.figure, asked) for one in about}
    if len(counts) == 1:
        return (
            f"no number of the {asked} respondents asked {question} can be what {named} say of option "
            f"{first.cell.answer!r}; run `basecheck run {survey}` to see why."
        )
    return f"{named} cannot be met: question {question}: the counts {counts} do not make {asked} respondents."


def _speaks_of_asked(figures: Sequence[Stated]) -> bool:
    return any(one.base_rule is BaseRule.asked for one in figures)


def _named(figures: Sequence[Stated]) -> str:
    return ", ".join(claim for one in figures for claim in one.claims)


def _printed(figure: Figure, asked: int) -> int | str:
    """About how many the figure says that there are."""
    if figure.value is None:
        return figure.text
    return round(figure.value if figure.kind is Kind.COUNT else figure.value * Fraction(asked, 100))
