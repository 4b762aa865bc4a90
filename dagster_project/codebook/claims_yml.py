"""claims.yml and claims.csv as typed models: the figures that a publication prints, and what each is said to be.

Figures stay text here; `claims` says what a text means, and nothing is judged in this module.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from dagster_project.claims import BaseRule, Kind, check_units, parse_change, parse_figure, parse_statement
from dagster_project.codebook.fields import Model, Name, QuestionId, Text, at
from dagster_project.codebook.located import Place
from dagster_project.codebook.questions import Question
from dagster_project.codebook.survey import Codebook


class GroupEntry(Model):
    """The part of the respondents that a figure speaks of: those with one answer to a group question."""

    question: QuestionId
    answer: Text


class AntecedentEntry(Model):
    """Whom "of these" may mean: those in a base, or those who gave one answer."""

    base: BaseRule | None = None
    question: QuestionId | None = None
    option: Text | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        is_answer = self.question is not None and self.option is not None
        is_base = self.base is not None
        if is_answer == is_base or (is_base and (self.question is not None or self.option is not None)):
            raise ValueError("give either a base, or a question with one of its options.")
        return self


class ClaimEntry(Model):
    """One published figure with what it is said to be."""

    id: Name
    figure: Text = Field(description="The figure as printed, hedge included: only eight, around 150, 42 percent.")
    kind: Kind
    hedge: str | None = Field(default=None, description="The word that widens the figure, where it stands elsewhere.")
    question: QuestionId | None = None
    option: Text | None = Field(default=None, description="One of the question's options, nets or missing codes.")
    group: GroupEntry | None = None
    wave: Text | None = Field(default=None, description="The wave it is of; that of its question if left out.")
    base: BaseRule | None = Field(
        default=None,
        description="For a percentage: whom the text divides by. For a base: which base it is said to be.",
    )
    may_be_of: Annotated[list[AntecedentEntry], Field(min_length=2)] | None = Field(
        default=None, description="Whom the figure may be of, where the text leaves it open: 26 of these."
    )
    weighted: bool | None = Field(default=None, description="Whether the figure is weighted, where that is told.")
    low: Text | None = Field(default=None, description="The least that the figure can mean, instead of the table's.")
    high: Text | None = Field(default=None, description="The most that the figure can mean, instead of the table's.")
    of: str = Field(description="In plain words, of what this is the figure.")
    where: str | None = Field(default=None, description="Where it is printed: headline, paragraph 4, table 2.")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.option is not None or self.group is not None) and self.question is None:
            raise ValueError("an option or group needs the question it belongs to.")
        if self.kind is Kind.BASE and (self.base is None or self.option is not None):
            raise ValueError("a base names which one it is (answered, routed, all or asked) and has no option.")
        return self


class StatementEntry(Model):
    """A sentence that gives a count, a base and a percentage at once, checked as it is written."""

    id: Name
    text: str = Field(description="For example: 96 of roughly 150 companies is about 42%")
    where: str | None = None


class TakenAs(Model):
    """What a claim is taken to be in another reading; the figure itself stays."""

    kind: Kind | None = None
    base: BaseRule | None = None


class ReadingEntry(Model):
    """Another meaning of some claims, which changes no figure."""

    id: Name
    text: str = Field(description="The reading in plain words.")
    changes: dict[str, TakenAs] = Field(description="Claim to what it is taken to be.", min_length=1)


class OrderEntry(Model):
    """The text says that one figure is larger than another."""

    id: Name
    text: str = Field(description="The words that say it.")
    greater: Text = Field(description="The claim whose figure is the larger one.")
    smaller: Text
    where: str | None = None


class ChangeEntry(Model):
    """The text says by how much a figure changed from one claim to another."""

    id: Name
    text: str = Field(description="The words that say it.")
    figure: Annotated[Text, Field(pattern=r"\S")] = Field(description="The change as printed: 3 points.")
    earlier: Text = Field(alias="from", description="The claim that is changed from.")
    later: Text = Field(alias="to", description="The claim that is changed to.")
    where: str | None = None


class Told(StrEnum):
    """What a publication tells of how its figures were come by."""

    who_asked = "who_asked"
    how_many = "how_many"
    when = "when"
    weighting = "weighting"
    margin_of_error = "margin_of_error"


class Publication(Model):
    """Where the figures were printed."""

    title: str
    publisher: str | None = None
    url: str | None = None
    published: str | None = None
    note: str | None = None
    discloses: list[Told] = Field(default=[], description="What it tells of the survey.")


class Published(Model):
    """All figures that one publication prints about a survey."""

    publication: Publication
    claims: list[ClaimEntry] = []
    statements: list[StatementEntry] = []
    readings: list[ReadingEntry] = []
    orders: list[OrderEntry] = []
    changes_over_time: list[ChangeEntry] = []

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        seen: set[str] = set()
        for field in ("claims", "statements", "readings", "orders", "changes_over_time"):
            for position, item in enumerate(getattr(self, field)):
                if item.id in seen:
                    raise at((field, position, "id"), f"{item.id!r} stands twice; keep one.")
                seen.add(item.id)
        known = {claim.id for claim in self.claims}
        for position, reading in enumerate(self.readings):
            for claim in reading.changes:
                _check_id(claim, known, ("readings", position, "changes", claim))
        for position, order in enumerate(self.orders):
            _check_pair(("orders", position), known, greater=order.greater, smaller=order.smaller)
        for position, change in enumerate(self.changes_over_time):
            _check_pair(("changes_over_time", position), known, **{"from": change.earlier, "to": change.later})
        return self

    def under(self, reading: ReadingEntry) -> list[ClaimEntry]:
        """The claims as `reading` takes them."""
        return [_changed(claim, reading.changes.get(claim.id)) for claim in self.claims]


def check_against(published: Published, codebook: Codebook) -> None:
    """Raise, as a pydantic error with its place, at the first figure that cannot be read or is of something unknown."""
    _check_readings(published)
    for position, statement in enumerate(published.statements):
        try:
            parse_statement(statement.text)
        except ValueError as error:
            raise at(("statements", position, "text"), str(error)) from error
    for position, claim in enumerate(published.claims):
        _check_claim(claim, codebook, ("claims", position))
    _check_changes(published)


def _check_readings(published: Published) -> None:
    """What a reading takes a claim for can be said of its figure."""
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


def _check_claim(claim: ClaimEntry, codebook: Codebook, place: Place) -> None:
    _check_figure(claim, (*place, "figure"))
    _check_bounds(claim, place)
    question = _known(codebook, claim.question, (*place, "question"))
    _check_option(codebook, question, claim.option, (*place, "option"))
    _check_wave(codebook, claim, question, (*place, "wave"))
    for number, antecedent in enumerate(claim.may_be_of or []):
        meant = (*place, "may_be_of", number)
        chosen = _known(codebook, antecedent.question, (*meant, "question"))
        _check_option(codebook, chosen, antecedent.option, (*meant, "option"))
    if claim.group is not None:
        _check_group(codebook, claim.group, (*place, "group"))


def _check_group(codebook: Codebook, group: GroupEntry, place: Place) -> None:
    grouping = _known(codebook, group.question, (*place, "question"))
    if grouping is None or group.question not in codebook.groups:
        raise at((*place, "question"), f"{group.question!r} is none of the survey's groups.")
    if group.answer not in grouping.options:
        raise at((*place, "answer"), f"{group.answer!r} is no option of question {grouping.id}.")


def _check_changes(published: Published) -> None:
    figures = {claim.id: claim for claim in published.claims}
    for position, change in enumerate(published.changes_over_time):
        earlier, later = (figures[claim] for claim in (change.earlier, change.later))
        try:
            first, second = (parse_figure(one.figure, one.kind, hedge=one.hedge) for one in (earlier, later))
            check_units(parse_change(change.figure), first, second)
        except ValueError as error:
            raise at(("changes_over_time", position, "figure"), str(error)) from error


def _check_id(claim: str, known: Collection[str], place: Place) -> None:
    if claim not in known:
        raise at(place, f"no claim has the id {claim!r}; mend the spelling.")


def _check_pair(place: Place, known: Collection[str], **claims: str) -> None:
    for field, claim in claims.items():
        _check_id(claim, known, (*place, field))
    if len(set(claims.values())) == 1:
        raise at(place, f"{' and '.join(claims)} are the same claim; name two.")


def _check_figure(claim: ClaimEntry, place: Place) -> None:
    try:
        parse_figure(claim.figure, claim.kind, hedge=claim.hedge)
    except ValueError as error:
        raise at(place, str(error)) from error


def _check_bounds(claim: ClaimEntry, place: Place) -> None:
    if claim.low is None and claim.high is None:
        return
    try:
        parse_figure(claim.figure, claim.kind, hedge=claim.hedge, low=claim.low, high=claim.high)
    except ValueError as error:
        raise at((*place, "high" if claim.low is None else "low"), str(error)) from error


def _check_option(codebook: Codebook, question: Question | None, option: str | None, place: Place) -> None:
    if question is None or option is None:
        return
    if option not in {*question.options, *question.nets, *codebook.missing_codes(question)}:
        raise at(place, f"{option!r} is no option of question {question.id}.")


def _check_wave(codebook: Codebook, claim: ClaimEntry, question: Question | None, place: Place) -> None:
    if claim.wave is None:
        return
    codebook.check_wave(claim.wave, place)
    if question is not None and question.wave not in (None, claim.wave):
        raise at(place, f"question {question.id} was asked in wave {question.wave!r}, not in {claim.wave!r}.")


def _known(codebook: Codebook, question_id: str | None, place: Place) -> Question | None:
    if question_id is None:
        return None
    question = codebook.question(question_id)
    if question is None:
        raise at(place, f"the codebook has no question {question_id!r}.")
    return question


def _changed(claim: ClaimEntry, change: TakenAs | None) -> ClaimEntry:
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
