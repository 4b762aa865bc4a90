"""survey.yml as one typed model: what was asked of whom, and how the record files say it.

No file is read here and nothing of the records is known here. What belongs to a part of it stands with that part; here
are the checks of what the parts say of each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from dagster_project.codebook.design import Asked, Disposition, Fieldwork, LoneUnits, Sample, Wave, WeightsSumTo
from dagster_project.codebook.fields import DESIGN_COLUMNS, Model, QuestionId, Text, at
from dagster_project.codebook.located import Place
from dagster_project.codebook.questions import (
    ANY_VALUE,
    MISSING_LABELS,
    TAKES_ONE,
    Answer,
    AnswerKind,
    Missing,
    Question,
)
from dagster_project.codebook.records import Records
from dagster_project.codebook.weighting import Margin, Weighting, categories, check_margins


class Provenance(StrEnum):
    """Where the records come from: respondents, a reconstruction from published figures, or a generator.

    published: there are no records, and what was printed is all there is.
    """

    collected = "collected"
    reconstructed = "reconstructed"
    synthetic = "synthetic"
    published = "published"


class OnUnknownCode(StrEnum):
    """What a code that a question does not have costs: the whole line, or the answer alone, which is then missing."""

    reject_line = "reject_line"
    missing = "missing"


class Source(Model):
    """Who made the survey, where it can be found, and under which licence."""

    name: str
    url: str | None = None
    licence: str


class Codebook(Model):
    """A survey as its survey.yml describes it."""

    title: str
    source: Source
    universe: str = Field(description="Who the survey is about.")
    asked: Asked | None = Field(
        default=None, description="How many were contacted: 1200, or around 150 where nobody knows it nearer."
    )
    fieldwork: Fieldwork | None = None
    sample: Sample | None = Field(
        default=None,
        description="How the respondents were chosen; standard errors, intervals and tests are given of a probability "
        "sample only.",
    )
    frame: str | None = Field(default=None, description="The list or procedure that the sample was drawn from.")
    mode: str | None = Field(default=None, description="How the questions were put: by telephone, online, in person.")
    fieldwork_by: str | None = Field(default=None, description="Who asked the questions.")
    sponsor: str | None = Field(default=None, description="Who paid for the survey.")
    provenance: Provenance
    provenance_note: str | None = None
    named_respondents: list[str] = Field(
        default=[], description="Respondents that the publication names, with no answer attributed to them."
    )
    records: Records | None = Field(
        default=None, description="Left out where there are none: provenance is published then."
    )
    respondent: Text | None = Field(
        default=None, description="The column that identifies a respondent; without it, file and line do."
    )
    weight: Text | None = None
    weights_sum_to: WeightsSumTo | None = Field(
        default=None,
        description="What all weights sum to. A design effect then counts what was drawn of the universe; without it, "
        "no design effect hangs on the scale of the weights.",
    )
    stratum: Text | None = None
    sampling_unit: Text | None = None
    population: Text | None = Field(
        default=None,
        description="The column that says how many sampling units the record's stratum has in the universe.",
    )
    universe_size: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="How many the universe has, for a sample without strata and sampling units."
    )
    lone_units: LoneUnits = LoneUnits.fail
    wave: Text | None = Field(
        default=None, description="The column that holds the wave's id; waves are samples of their own."
    )
    disposition: Text | None = Field(
        default=None,
        description="The column that says what came of each case, where the files hold those who did not respond.",
    )
    dispositions: dict[str, Disposition] = Field(default={}, description="Each code of that column and what it means.")
    eligibility: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None,
        description="The share of the cases of unknown eligibility taken for eligible; estimated if left out.",
    )
    weighted: bool | None = Field(
        default=None, description="For a survey without records: whether its published figures are weighted."
    )
    weighting: Weighting | None = Field(
        default=None, description="Margins of the universe that weights are computed to meet, from weight if given."
    )
    waves: list[Wave] = Field(default=[], description="The repetitions of the questionnaire, in order.")
    groups: list[QuestionId] = Field(default=[], description="Single questions that tables are broken down by.")
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    minimum_base: Annotated[int, Field(ge=0)] = Field(
        default=30, description="No percentage is printed on a smaller base."
    )
    minimum_cell: Annotated[int, Field(ge=0)] = Field(
        default=5, description="A count of fewer respondents is withheld, and so is what would give it away."
    )
    missing: Missing = Missing()
    on_unknown_code: OnUnknownCode = Field(
        default=OnUnknownCode.reject_line,
        description="What becomes of a cell that holds no answer of its question: the line is rejected, "
        "or the answer is missing and the line's others stay.",
    )
    maximum_rejects: Annotated[float, Field(ge=0, le=100)] = Field(
        default=5, description="The percentage of the lines that may be rejected; nothing is released beyond it."
    )
    zero_weights: bool = Field(
        default=False, description="Whether a weight of 0 is meant; the respondent is then in no weighted figure."
    )
    release_records: bool = Field(
        default=False, description="Whether a release may carry the respondents' records and rejects."
    )
    questions: Annotated[list[Question], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for check in (
            _check_records,
            _check_without_records,
            _check_note,
            _check_waves,
            _check_design,
            _check_weights,
            _check_questions,
            _check_groups,
        ):
            check(self)
        if self.weighting is not None:
            check_margins(self.weighting.margins, {question.id: question for question in self.questions})
        return self

    @property
    def no_sampling_error(self) -> str | None:
        """Why no standard error, interval, margin or test is given; None where they are."""
        if self.provenance in (Provenance.reconstructed, Provenance.synthetic):
            return f"{self.provenance} records have no sampling error"
        if self.sample is None:
            return "survey.yml does not say what kind of sample this is"
        return self.sample.no_sampling_error

    @property
    def weights_mean(self) -> WeightsSumTo | None:
        """What all weights sum to, as it is said or follows from margins that are counts of the universe."""
        counted = self.weighting is not None and self.weighting.counts_universe
        return WeightsSumTo.universe if counted else self.weights_sum_to

    def check_wave(self, wave: str, place: Place) -> None:
        """Raise, as an error at `place`, unless the survey has that wave."""
        if wave not in {one.id for one in self.waves}:
            named = ", ".join(one.id for one in self.waves)
            mend = f"its waves are {named}" if named else "declare it under waves in survey.yml"
            raise at(place, f"{wave!r} is no wave of this survey; {mend}.")

    def categories(self, margin: Margin) -> dict[tuple[str, ...], tuple[str, ...]]:
        """Every combination of options with the category of the margin that counts it."""
        by_id = {question.id: question for question in self.questions}
        return categories(margin, [by_id[asked] for asked in margin.asked])

    @property
    def asked_exactly(self) -> int | None:
        """How many were contacted; None where that is not known, or not to the last one."""
        return self.asked.exactly if self.asked else None

    @property
    def record_files(self) -> list[str]:
        """The names of the record files; none where the survey has no records."""
        return self.records.files if self.records is not None else []

    def question(self, question_id: str) -> Question | None:
        """The question of that id, or None."""
        return next((question for question in self.questions if question.id == question_id), None)

    def missing_codes(self, question: Question) -> dict[str, AnswerKind]:
        """The missing codes that hold for a question; a blank is no answer unless it is declared.

        A code that is one of the question's options is that option, and a mark of its columns is that mark.
        """
        codes = (question.missing or self.missing).codes()
        taken = {*question.options, *question.marks()}
        return {"": AnswerKind.no_answer} | {code: kind for code, kind in codes.items() if code not in taken}

    def answers(self, question: Question) -> list[Answer]:
        """Everything that a question's cell may hold, options first."""
        valid = question.options or {ANY_VALUE: "Any value"}
        return [Answer(code=code, label=label, kind=AnswerKind.valid) for code, label in valid.items()] + [
            Answer(code=code, label=MISSING_LABELS[kind], kind=kind)
            for code, kind in self.missing_codes(question).items()
        ]

    def decimals_of(self, question: Question) -> int:
        """Decimals of the question's published percentages."""
        return self.decimals if question.decimals is None else question.decimals


def _check_records(book: Codebook) -> None:
    """Either there are records, or the survey says that it has none."""
    if book.provenance is Provenance.published and book.records is not None:
        raise at(
            ("records",),
            "a survey whose provenance is published has no records; take them out, or say where they come "
            "from: collected, reconstructed or synthetic.",
        )
    if book.provenance is not Provenance.published and book.records is None:
        raise at(
            ("provenance",),
            f"{book.provenance} records need the field records with their files; if there are none and what was "
            "printed is all there is, write `provenance: published`.",
        )


def _check_without_records(book: Codebook) -> None:
    """What only records can have, and what only a survey without them can say."""
    if book.records is not None:
        if book.weighted is not None:
            raise at(
                ("weighted",), "this is for surveys without records; here weight names the column, if there is one."
            )
        return
    for field in DESIGN_COLUMNS:
        if getattr(book, field) is not None:
            raise at((field,), "there are no records that could have this column; take it out.")
    if book.weighting is not None:
        raise at(("weighting",), "there are no records that could be weighted; take it out.")


def _check_note(book: Codebook) -> None:
    if book.provenance in (Provenance.reconstructed, Provenance.synthetic) and not book.provenance_note:
        raise at(
            ("provenance",),
            f"{book.provenance} records need a provenance_note that says how they were made.",
        )


def _check_waves(book: Codebook) -> None:
    seen: set[str] = set()
    for position, wave in enumerate(book.waves):
        if wave.id in seen:
            raise at(("waves", position, "id"), f"wave {wave.id!r} stands twice; keep one.")
        seen.add(wave.id)


def _check_weights(book: Codebook) -> None:
    if book.weights_sum_to is None:
        return
    if book.weight is None and book.weighting is None:
        raise at(("weights_sum_to",), "there are no weights; name their column with weight, or take this out.")
    if book.weights_mean is not book.weights_sum_to:
        raise at(("weights_sum_to",), "the margins of weighting are counts, so its weights sum to the universe.")


def _check_design(book: Codebook) -> None:
    if book.universe_size is not None and (book.stratum or book.sampling_unit or book.population):
        raise at(
            ("universe_size",),
            "this is for a simple random sample; with strata or sampling units, population names the column that "
            "says how many sampling units each stratum has.",
        )
    if book.wave is not None and not book.waves:
        raise at(("wave",), "a column of waves needs the waves themselves; declare them under waves.")
    if (book.disposition is None) != (not book.dispositions):
        raise at(
            ("disposition" if book.disposition else "dispositions",),
            "disposition names the column, and dispositions what each of its codes means; give both or neither.",
        )


def _check_questions(book: Codebook) -> None:
    """Each question by those before it: its id and columns are its own, its wave and its routing are there."""
    used = _design_columns(book)
    earlier: dict[str, Question] = {}
    for position, question in enumerate(book.questions):
        place = ("questions", position)
        if question.id in earlier:
            raise at((*place, "id"), f"question {question.id!r} stands twice; keep one.")
        for column in question.source_columns():
            if column in used:
                raise at(place, f"column {column!r} has another use already.")
            used.add(column)
        if question.wave is not None:
            book.check_wave(question.wave, (*place, "wave"))
        _check_splitting(book, question, place)
        _check_routing(book, question, earlier, place)
        earlier[question.id] = question


def _design_columns(book: Codebook) -> set[str]:
    """The columns that are no question's, each of one use."""
    used: set[str] = set()
    for field in DESIGN_COLUMNS:
        column = getattr(book, field)
        if column is None:
            continue
        if column in used:
            raise at((field,), f"column {column!r} has another use already.")
        used.add(column)
    return used


def _check_splitting(book: Codebook, question: Question, place: Place) -> None:
    """Several answers in records can be told apart."""
    split = question.separator is not None or question.columns is not None
    if book.records is not None and question.type.traits.takes_several and not split:
        raise at(place, question.no_way_to_split)
    for answer in book.answers(question):
        if question.separator and question.separator in answer.code:
            raise at((*place, "separator"), f"code {answer.code!r} contains the separator.")


def _check_routing(book: Codebook, question: Question, earlier: Mapping[str, Question], place: Place) -> None:
    rule = question.asked_if
    if rule is None:
        return
    asker = earlier.get(rule.question)
    if asker is None or not asker.options:
        raise at((*place, "asked_if"), f"{rule.question!r} must be the id of an earlier question with options.")
    known = {answer.code for answer in book.answers(asker)}
    for code in rule.answers:
        if code not in known:
            raise at((*place, "asked_if", "answers"), f"{code!r} is no answer of question {asker.id}.")


def _check_groups(book: Codebook) -> None:
    for position, group in enumerate(book.groups):
        place = ("groups", position)
        if group in book.groups[:position]:
            raise at(place, f"group {group!r} stands twice; keep one.")
        question = book.question(group)
        if question is None or not question.type.traits.takes_one or question.asked_if:
            raise at(place, f"{group!r} must be the id of a {TAKES_ONE} question that everybody is asked.")
