"""A question of survey.yml: what was asked, what can be answered, and the column or columns that hold the answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from dagster_project.claims import BaseRule
from dagster_project.codebook.fields import Model, QuestionId, Text, at
from dagster_project.codebook.question_types import QuestionType, types_that

ANY_VALUE = "*"


class AnswerKind(StrEnum):
    """What an answer's code means; all but `valid` are missing in their own way."""

    valid = "valid"
    dont_know = "dont_know"
    refused = "refused"
    not_asked = "not_asked"
    no_answer = "no_answer"


MISSING_LABELS = {
    AnswerKind.dont_know: "Don't know",
    AnswerKind.refused: "Refused",
    AnswerKind.not_asked: "Not asked",
    AnswerKind.no_answer: "No answer",
}


class Missing(Model):
    """Codes that stand for a missing answer, by why it is missing. "" is a blank cell."""

    dont_know: list[Text] = []
    refused: list[Text] = []
    not_asked: list[Text] = []
    no_answer: list[Text] = []

    @model_validator(mode="after")
    def _one_meaning_each(self) -> Self:
        seen: set[str] = set()
        for kind, codes in self:
            for code in codes:
                if code in seen:
                    raise at((kind,), f"code {code!r} has two meanings; keep one.")
                seen.add(code)
        return self

    def codes(self) -> dict[str, AnswerKind]:
        """Each missing code with why the answer is missing."""
        return {code: AnswerKind(kind) for kind, codes in self for code in codes}


class AskedIf(Model):
    """The routing filter: the question is put to those who gave one of these answers to another."""

    question: QuestionId
    answers: Annotated[list[Text], Field(min_length=1)]


class Net(Model):
    """Several options counted as one: the top two boxes, for example. Whoever chose two of them counts once."""

    label: str
    options: Annotated[list[Text], Field(min_length=1)]


class Answer(Model):
    """One possible content of a question's cell: an option, a missing code, or a blank ('')."""

    code: str
    label: str
    kind: AnswerKind


class Question(Model):
    """One question as asked, and the column or columns that hold its answers."""

    id: QuestionId
    text: str
    type: QuestionType
    column: Text | None = Field(default=None, description="The file's column; the question's id if left out.")
    columns: dict[str, Text] | None = Field(
        default=None, description="For a multiple question with one column per option: code to column."
    )
    selected: list[Text] = Field(default=["1"], description="What marks a chosen option in such a column.")
    not_selected: list[Text] = Field(default=["0"], description="What marks one not chosen.")
    separator: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="For a multiple question in one column: what stands between the codes."
    )
    options: dict[str, Text] = Field(default={}, description="Code to label, in the order of the questionnaire.")
    exclusive: list[Text] = Field(
        default=[], description="Options of a multiple question that stand alone: none of these, for example."
    )
    nets: dict[str, Net] = Field(default={}, description="Code to several options that tables also count as one.")
    scores: dict[str, float] = Field(
        default={}, description="Option to the number that the mean of a scale takes it for."
    )
    quantiles: list[Annotated[float, Field(gt=0, lt=1)]] = Field(
        default=[0.25, 0.5, 0.75], description="Of a quantity: which quantiles its table gives."
    )
    missing: Missing | None = Field(default=None, description="Instead of the survey's own missing codes.")
    asked_if: AskedIf | None = None
    base: BaseRule = Field(default=BaseRule.answered, description="Whom the published percentages divide by.")
    decimals: Annotated[int, Field(ge=0, le=6)] | None = None
    wave: Text | None = Field(default=None, description="The one wave in which it was asked.")
    complete: bool = Field(
        default=False,
        description="For a single question: everybody gave one of its options, so its groups add up to the whole.",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for check in (
            _check_options,
            _check_several,
            _check_marks,
            _check_exclusive,
            _check_nets,
            _check_scores,
            _check_complete,
            _check_codes,
            _check_base,
        ):
            check(self)
        return self

    @property
    def no_way_to_split(self) -> str:
        """What is said of several answers that nothing tells apart."""
        return f"a {self.type} question needs either a separator or columns (code to column)."

    def source_columns(self) -> list[str]:
        """The file's columns that this question reads, in order."""
        if self.columns is not None:
            return list(self.columns.values())
        return [self.id if self.column is None else self.column]

    def marks(self) -> list[str]:
        """What a cell of such a question's columns holds, one column per option: chosen or not."""
        return [*self.selected, *self.not_selected] if self.columns is not None else []


TAKES_ONE = types_that(lambda traits: traits.takes_one)
TAKES_SEVERAL = types_that(lambda traits: traits.takes_several)


def _check_options(question: Question) -> None:
    if question.type.traits.has_options and not question.options:
        raise ValueError(f"a {question.type} question needs its options.")
    if question.options and not question.type.traits.has_options:
        raise ValueError(f"a {question.type} question has no options; leave them out.")


def _check_several(question: Question) -> None:
    """How several answers stand in the files: between separators, or in a column for each option."""
    if question.separator is None and question.columns is None:
        return
    if not question.type.traits.takes_several:
        raise ValueError(f"only a {TAKES_SEVERAL} question has a separator or columns.")
    if question.columns is None:
        return
    if question.separator is not None:
        raise ValueError(question.no_way_to_split)
    if list(question.columns) != list(question.options):
        raise ValueError("columns must name a column for each option, in the same order.")
    if question.column is not None:
        raise ValueError("give column with a separator, or columns, not both.")


def _check_marks(question: Question) -> None:
    for mark in question.selected:
        if mark in question.not_selected and question.type.traits.takes_several:
            raise at(("not_selected",), f"{mark!r} is both selected and not_selected.")


def _check_exclusive(question: Question) -> None:
    if question.exclusive and not question.type.traits.takes_several:
        raise ValueError(f"only a {TAKES_SEVERAL} question has exclusive options.")
    for code in question.exclusive:
        if code not in question.options:
            raise at(("exclusive",), f"{code!r} is none of the options.")


def _check_nets(question: Question) -> None:
    for net, several in question.nets.items():
        if net in question.options or net in ("", ANY_VALUE):
            raise at(("nets", net), f"{net!r} is an option already; give the net a code of its own.")
        for code in several.options:
            if code not in question.options:
                raise at(("nets", net), f"{code!r} is none of the options.")


def _check_scores(question: Question) -> None:
    if question.scores and not question.type.traits.takes_one:
        raise at(("scores",), f"only a {TAKES_ONE} question has scores: one number per respondent.")
    for code in question.scores:
        if code not in question.options:
            raise at(("scores", code), f"{code!r} is none of the options.")


def _check_complete(question: Question) -> None:
    if not question.complete:
        return
    if not question.type.traits.takes_one:
        raise at(("complete",), f"only a {TAKES_ONE} question can be complete: everybody gave one of its options.")
    if question.asked_if is not None:
        raise at(("complete",), "a routed question is not complete, since not everybody is asked it.")


def _check_codes(question: Question) -> None:
    if ANY_VALUE in question.options or "" in question.options:
        raise ValueError('an option\'s code can be neither "*" nor blank.')


def _check_base(question: Question) -> None:
    if question.base is BaseRule.asked:
        raise ValueError(
            "a table's base is answered, routed or all: those asked who did not respond have no answer here."
        )
