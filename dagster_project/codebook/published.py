"""claims.yml as typed models: the figures that a publication prints, and what each is said to be.

Figures stay text here; `claims` says what a text means, and nothing is judged in this module.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from dagster_project.claims import Kind, parse_figure, parse_statement
from dagster_project.codebook.model import BaseRule, Codebook, Model, Place, Question, QuestionId, Text, at


class Group(Model):
    """The part of the respondents that a figure speaks of: those with one answer to a group question."""

    question: QuestionId
    answer: Text


class Claim(Model):
    """One published figure with what it is said to be."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")]
    figure: Text = Field(description="The figure as printed, hedge included: only eight, around 150, 42 percent.")
    kind: Kind
    hedge: str | None = Field(default=None, description="The word that widens the figure, where it stands elsewhere.")
    question: QuestionId | None = None
    option: Text | None = None
    group: Group | None = None
    base: BaseRule | None = Field(
        default=None,
        description="For a percentage: whom the text divides by. For a base: which base it is said to be.",
    )
    of: str = Field(description="In plain words, of what this is the figure.")
    where: str | None = Field(default=None, description="Where it is printed: headline, paragraph 4, table 2.")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.option is not None or self.group is not None) and self.question is None:
            raise ValueError("an option or group needs the question it belongs to.")
        if self.kind is Kind.BASE and (self.base is None or self.option is not None):
            raise ValueError("a base names which one it is (answered, routed, all or asked) and has no option.")
        return self


class Statement(Model):
    """A sentence that gives a count, a base and a percentage at once, checked as it is written."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")]
    text: str = Field(description="For example: 96 of roughly 150 companies is about 42%")
    where: str | None = None


class Change(Model):
    """What a claim is taken to be in another reading; the figure itself stays."""

    kind: Kind | None = None
    base: BaseRule | None = None


class Reading(Model):
    """Another meaning of some claims, which changes no figure."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")]
    text: str = Field(description="The reading in plain words.")
    changes: dict[str, Change] = Field(description="Claim to what it is taken to be.", min_length=1)


class Publication(Model):
    """Where the figures were printed."""

    title: str
    publisher: str | None = None
    url: str | None = None
    published: str | None = None
    note: str | None = None


class Published(Model):
    """All figures that one publication prints about a survey."""

    publication: Publication
    claims: list[Claim] = []
    statements: list[Statement] = []
    readings: list[Reading] = []

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        seen: set[str] = set()
        for field in ("claims", "statements", "readings"):
            for position, item in enumerate(getattr(self, field)):
                if item.id in seen:
                    raise at((field, position, "id"), f"{item.id!r} stands twice; keep one.")
                seen.add(item.id)
        known = {claim.id for claim in self.claims}
        for position, reading in enumerate(self.readings):
            for claim in reading.changes:
                if claim not in known:
                    raise at(("readings", position, "changes", claim), "no claim of this file has that id.")
        return self

    def under(self, reading: Reading) -> list[Claim]:
        """The claims as `reading` takes them."""
        return [_changed(claim, reading.changes.get(claim.id)) for claim in self.claims]


def check_against(published: Published, codebook: Codebook) -> None:
    """Raise, as a pydantic error with its place, at the first figure that cannot be read or is of something unknown."""
    for position, reading in enumerate(published.readings):
        for claim in published.under(reading):
            change = reading.changes.get(claim.id)
            if change is None:
                continue
            changes = ("readings", position, "changes", claim.id)
            if claim.kind is Kind.BASE and claim.base is None:
                raise at(changes, "a base names which one it is; add base (answered, routed, all or asked).")
            if change.kind is not None:
                _check_figure(claim, changes)
    for position, statement in enumerate(published.statements):
        try:
            parse_statement(statement.text)
        except ValueError as error:
            raise at(("statements", position, "text"), str(error)) from error
    for position, claim in enumerate(published.claims):
        place = ("claims", position)
        _check_figure(claim, (*place, "figure"))
        question = _known(codebook, claim.question, (*place, "question"))
        if claim.option is not None and question is not None and claim.option not in question.options:
            raise at((*place, "option"), f"{claim.option!r} is no option of question {question.id}.")
        if claim.group is not None:
            grouping = _known(codebook, claim.group.question, (*place, "group", "question"))
            if grouping is None or claim.group.question not in codebook.groups:
                raise at((*place, "group", "question"), f"{claim.group.question!r} is none of the survey's groups.")
            if claim.group.answer not in grouping.options:
                raise at(
                    (*place, "group", "answer"),
                    f"{claim.group.answer!r} is no option of question {grouping.id}.",
                )


def _check_figure(claim: Claim, place: Place) -> None:
    try:
        parse_figure(claim.figure, claim.kind, hedge=claim.hedge)
    except ValueError as error:
        raise at(place, str(error)) from error


def _known(codebook: Codebook, question_id: str | None, place: Place) -> Question | None:
    if question_id is None:
        return None
    question = codebook.question(question_id)
    if question is None:
        raise at(place, f"the codebook has no question {question_id!r}.")
    return question


def _changed(claim: Claim, change: Change | None) -> Claim:
    if change is None:
        return claim
    kind = change.kind or claim.kind
    becomes_base = kind is Kind.BASE
    return claim.model_copy(
        update={
            "kind": kind,
            "base": change.base or claim.base,
            "option": None if becomes_base else claim.option,
            "question": None if becomes_base else claim.question,
        }
    )
