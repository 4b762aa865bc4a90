"""The field `weighting` of survey.yml: how the universe divides, and how far a weight may go to meet it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import Field, WithJsonSchema, model_validator

from dagster_project.codebook.fields import Model, QuestionId, at
from dagster_project.codebook.located import Place
from dagster_project.codebook.questions import TAKES_ONE, Question

# Numbers by answer, and below an answer by the answers to the next question; `Margin.numbers` reads them.
Population = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"anyOf": [{"type": "number", "minimum": 0}, {"type": "object"}]},
        }
    ),
]
ROUNDED_SHARES = 0.005  # by how much shares may miss 1 because each was rounded when it was printed
ROUNDED_COUNTS = 0.001  # by how much, relatively, the totals of two margins may differ for the same reason


class Margin(Model):
    """How the universe divides by one question, or by several crossed: what the weights must give."""

    question: QuestionId | None = None
    questions: Annotated[list[QuestionId], Field(min_length=2)] | None = Field(
        default=None, description="Several questions crossed; the numbers then stand by the answers to each in turn."
    )
    shares: Population | None = Field(default=None, description="Option or net to its share, summing to 1 or to 100.")
    counts: Population | None = Field(default=None, description="Option or net to how many the universe has of it.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.question is None) == (self.questions is None):
            raise ValueError("give question, or questions for several that are crossed.")
        if (self.shares is None) == (self.counts is None):
            raise ValueError("give shares or counts of the universe.")
        total = sum(self.numbers().values())
        if self.shares is not None and min(abs(total - 1), abs(total / 100 - 1)) > ROUNDED_SHARES:
            raise at(("shares",), f"these sum to {total:g}; shares sum to 1, or to 100 as percentages.")
        if total <= 0:
            raise at(("counts",), "these sum to 0; give the numbers of the universe.")
        return self

    @property
    def asked(self) -> list[str]:
        """The ids of the margin's questions."""
        return self.questions or [self.question or ""]

    @property
    def field(self) -> str:
        """The field that holds the numbers."""
        return "counts" if self.shares is None else "shares"

    @property
    def population(self) -> dict[str, Any]:
        """The numbers as they are written."""
        return self.shares or self.counts or {}

    def numbers(self) -> dict[tuple[str, ...], float]:
        """The numbers by category, a category being one option or net of each question."""
        return _numbers(self.population, (self.field,), self.asked)


def _numbers(written: object, place: Place, questions: list[str]) -> dict[tuple[str, ...], float]:
    if questions:
        if not isinstance(written, dict) or not written:
            raise at(place, f"expected `answer: number` lines for the answers to question {questions[0]}.")
        return {
            (str(answer), *others): number
            for answer, below in written.items()
            for others, number in _numbers(below, (*place, answer), questions[1:]).items()
        }
    if isinstance(written, dict | list):
        raise at(place, "expected a number; only the answers to several questions stand below each other.")
    try:
        number = float(str(written))
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise at(place, f"{written!r} is no part of a universe; write a number, 0 or more.")
    return {(): number}


class Trim(Model):
    """How far a weight may be from the mean weight, as a multiple of it."""

    low: Annotated[float, Field(ge=0, lt=1)] = 0
    high: Annotated[float, Field(gt=1, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _bounds_something(self) -> Self:
        if self.low == 0 and self.high is None:
            raise ValueError("give low, high or both, as multiples of the mean weight.")
        return self


class Weighting(Model):
    """Weights computed from the records: post-stratified to one margin, or raked to several."""

    margins: Annotated[list[Margin], Field(min_length=1)]
    trim: Trim | None = None

    @property
    def counts_universe(self) -> bool:
        """Whether any margin says how many the universe has, to which the weights then sum."""
        return any(margin.counts is not None for margin in self.margins)


def check_margins(margins: Sequence[Margin], questions: Mapping[str, Question]) -> None:
    """Raise, as an error with its place, at the first margin that these questions cannot be weighted to."""
    for position, margin in enumerate(margins):
        place = ("weighting", "margins", position)
        if set(margin.asked) in [set(other.asked) for other in margins[:position]]:
            raise at(place, f"there is a margin of {', '.join(margin.asked)} already; keep one.")
        for number, asked in enumerate(margin.asked):
            where = (*place, "question") if margin.questions is None else (*place, "questions", number)
            if asked in margin.asked[:number]:
                raise at(where, f"question {asked!r} stands twice; keep one.")
            _check_divides(asked, questions.get(asked), where)
        _check_categories(margin.population, [questions[asked] for asked in margin.asked], (*place, margin.field))
    _check_totals(margins)


def _check_divides(asked: str, question: Question | None, place: Place) -> None:
    """Raise unless everybody answers the question, each with one of its options."""
    if question is None:
        raise at(place, f"{asked!r} is the id of no question.")
    if not question.type.traits.takes_one:
        raise at(place, f"question {asked} is {question.type}; only a {TAKES_ONE} one divides the universe.")
    if question.asked_if is not None or question.wave is not None:
        raise at(place, f"not everybody is asked question {asked}; a margin needs everybody's answer.")


def _check_categories(written: Mapping[str, Any], questions: Sequence[Question], place: Place) -> None:
    """Raise unless the answers there count each option of the question exactly once, at every level."""
    question, *others = questions
    counted: dict[str, str] = {}
    for answer, below in written.items():
        for option in _options_of(question, answer):
            if option not in question.options:
                raise at((*place, answer), f"{answer!r} is none of the options or nets of question {question.id}.")
            if option in counted:
                raise at(
                    (*place, answer), f"option {option!r} is counted twice, by {counted[option]!r} and {answer!r}."
                )
            counted[option] = answer
        if others:
            _check_categories(below, others, (*place, answer))
    for option in question.options:
        if option not in counted:
            raise at(place, f"option {option!r} of question {question.id} has no number; give it one, be it 0.")


def _check_totals(margins: Sequence[Margin]) -> None:
    """Raise where counts of one universe have two totals."""
    first: float | None = None
    for position, margin in enumerate(margins):
        if margin.counts is None:
            continue
        total = sum(margin.numbers().values())
        first = total if first is None else first
        if abs(total / first - 1) > ROUNDED_COUNTS:
            raise at(
                ("weighting", "margins", position, "counts"),
                f"these sum to {total:,.10g}, and the counts of the first margin to {first:,.10g}; "
                "margins of one universe have one total.",
            )


def categories(margin: Margin, questions: Sequence[Question]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Every combination of options of the margin's questions, with the category that counts it."""
    return {
        options: category
        for category in margin.numbers()
        for options in itertools.product(*map(_options_of, questions, category))
    }


def _options_of(question: Question, answer: str) -> list[str]:
    """The options that an option or net stands for."""
    return question.nets[answer].options if answer in question.nets else [answer]
