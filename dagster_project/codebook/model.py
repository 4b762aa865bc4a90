"""survey.yml as typed models: what was asked of whom, and how the record files say it.

No file is read here and nothing of the records is known here.
"""

from __future__ import annotations

import datetime
import re
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

IDENTIFIER = re.compile(r"^[a-z][a-z0-9_]{0,62}\Z")
# Columns that the records table has besides the questions.
RESERVED = frozenset({"source_file", "source_line", "respondent", "weight", "stratum", "sampling_unit"})


def check_identifier(name: str) -> str:
    """Refuse what could not stand unquoted in SQL: names travel into column names, labels never do."""
    if not IDENTIFIER.match(name):
        raise ValueError(
            f"{name!r} is no identifier: use a small letter, then small letters, digits and _, 63 at most."
        )
    return name


def _question_id(name: str) -> str:
    check_identifier(name)
    if name in RESERVED or "__" in name:
        raise ValueError(f"{name!r} is kept for basecheck's own columns; choose another id.")
    return name


def _calendar_day(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError(f"{value!r} is no day; write it as 2026-11-30.")
    return value


def _file_name(name: str) -> str:
    if not name or name in {".", ".."} or any(sign in name for sign in "/\\*?[]"):
        raise ValueError(f"{name!r} must be the plain name of a file in this folder, with none of / \\ * ? [ ].")
    return name


NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$"  # of a claim or a wave; it travels as a value only

# Scalars of a codebook are text exactly as written; editors may show them as numbers.
Text = Annotated[str, WithJsonSchema({"type": ["string", "number", "boolean"]})]
QuestionId = Annotated[str, AfterValidator(_question_id)]
Name = Annotated[Text, Field(pattern=NAME)]
FileName = Annotated[str, AfterValidator(_file_name)]
Day = Annotated[datetime.date, BeforeValidator(_calendar_day)]

Place = tuple[str | int, ...]


def at(place: Place, message: str) -> PydanticCustomError:
    """An error about a field below the one being validated, so that its own line can be named."""
    return PydanticCustomError("misplaced", "{message}", {"message": message, "place": place})


class Model(BaseModel):
    """Any part of a file that a person writes: no unknown field, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Provenance(StrEnum):
    """Where the records come from: respondents, a reconstruction from published figures, or a generator.

    published: there are no records, and what was printed is all there is.
    """

    collected = "collected"
    reconstructed = "reconstructed"
    synthetic = "synthetic"
    published = "published"


class QuestionType(StrEnum):
    """How a question is answered: one option, several, a number, or words."""

    single = "single"
    multiple = "multiple"
    quantity = "quantity"
    text = "text"


class BaseRule(StrEnum):
    """Whom a percentage divides by, from narrow to wide.

    answered: gave a substantive answer; routed: were asked the question, don't-knows and refusals included;
    all: every respondent; asked: everybody contacted, whether or not they responded.
    """

    answered = "answered"
    routed = "routed"
    all = "all"
    asked = "asked"


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
ANY_VALUE = "*"
NO_WAY_TO_SPLIT = "a multiple question needs either a separator or columns (code to column)."


class Source(Model):
    """Who made the survey, where it can be found, and under which licence."""

    name: str
    url: str | None = None
    licence: str


class Fieldwork(Model):
    """First and last day on which answers were taken."""

    start: Day
    end: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"fieldwork ends ({self.end}) before it starts ({self.start}).")
        return self


class Wave(Model):
    """One repetition of the questionnaire."""

    id: Name
    label: str | None = None
    fieldwork: Fieldwork | None = None
    url: str | None = None
    published: Text | None = Field(default=None, description="When its figures were printed.")


class RecordFormat(StrEnum):
    """What a record file is; without it the name's ending says it (.csv, .csv.gz, .parquet)."""

    csv = "csv"
    parquet = "parquet"


class Records(Model):
    """The record files and their dialect. Nothing is guessed in a run."""

    files: Annotated[list[FileName], Field(min_length=1)]
    format: RecordFormat | None = None
    encoding: str = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    decimal_mark: Annotated[str, Field(pattern=r"^[.,]$")] = "."
    ignore_columns: list[Text] = Field(default=[], description="Columns of the files that the codebook leaves out.")
    line_breaks: bool = Field(default=False, description="Whether answers in quotes may hold line breaks.")

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if len(set(self.files)) < len(self.files):
            raise ValueError("a file is named twice.")
        if self.delimiter == self.decimal_mark:
            raise ValueError(f"{self.delimiter!r} cannot both separate fields and mark decimals.")
        if self.delimiter in '"\r\n':
            raise ValueError("a quote or line break cannot separate fields.")
        try:
            "".encode(self.encoding)
        except LookupError:
            raise ValueError(f"encoding {self.encoding!r} is unknown; utf-8 or cp1252, for example.") from None
        return self


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
        coded = self.type in (QuestionType.single, QuestionType.multiple)
        if coded and not self.options:
            raise ValueError(f"a {self.type} question needs its options.")
        if not coded and self.options:
            raise ValueError(f"a {self.type} question has no options; leave them out.")
        if self.type is QuestionType.multiple:
            if self.separator is not None and self.columns is not None:
                raise ValueError(NO_WAY_TO_SPLIT)
            if self.columns is not None and list(self.columns) != list(self.options):
                raise ValueError("columns must name a column for each option, in the same order.")
            if self.columns is not None and self.column is not None:
                raise ValueError("give column with a separator, or columns, not both.")
            for mark in self.selected:
                if mark in self.not_selected:
                    raise at(("not_selected",), f"{mark!r} is both selected and not_selected.")
        elif self.separator is not None or self.columns is not None:
            raise ValueError("only a multiple question has a separator or columns.")
        if self.exclusive and self.type is not QuestionType.multiple:
            raise ValueError("only a multiple question has exclusive options.")
        for code in self.exclusive:
            if code not in self.options:
                raise at(("exclusive",), f"{code!r} is none of the options.")
        if self.complete and self.type is not QuestionType.single:
            raise at(("complete",), "only a single question can be complete: everybody gave one of its options.")
        if self.complete and self.asked_if is not None:
            raise at(("complete",), "a routed question is not complete, since not everybody is asked it.")
        if ANY_VALUE in self.options or "" in self.options:
            raise ValueError('an option\'s code can be neither "*" nor blank.')
        if self.base is BaseRule.asked:
            raise ValueError(
                "a table's base is answered, routed or all: those asked who did not respond have no answer here."
            )
        return self

    def source_columns(self) -> list[str]:
        """The file's columns that this question reads, in order."""
        if self.columns is not None:
            return list(self.columns.values())
        return [self.id if self.column is None else self.column]

    def marks(self) -> list[str]:
        """What a cell of such a question's columns holds, one column per option: chosen or not."""
        return [*self.selected, *self.not_selected] if self.columns is not None else []


class Codebook(Model):
    """A survey as its survey.yml describes it."""

    title: str
    source: Source
    universe: str = Field(description="Who the survey is about.")
    asked: Annotated[int, Field(ge=1)] | None = Field(default=None, description="How many were contacted.")
    fieldwork: Fieldwork | None = None
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
    stratum: Text | None = None
    sampling_unit: Text | None = None
    weighted: bool | None = Field(
        default=None, description="For a survey without records: whether its published figures are weighted."
    )
    waves: list[Wave] = Field(default=[], description="The repetitions of the questionnaire, in order.")
    groups: list[QuestionId] = Field(default=[], description="Single questions that tables are broken down by.")
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    minimum_base: Annotated[int, Field(ge=0)] = Field(
        default=30, description="No percentage is printed on a smaller base."
    )
    missing: Missing = Missing()
    release_records: bool = Field(
        default=False, description="Whether a release may carry the respondents' records and rejects."
    )
    questions: Annotated[list[Question], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        self._check_provenance()
        wave_ids: set[str] = set()
        for position, wave in enumerate(self.waves):
            if wave.id in wave_ids:
                raise at(("waves", position, "id"), f"wave {wave.id!r} stands twice; keep one.")
            wave_ids.add(wave.id)
        design = [("respondent", self.respondent), ("weight", self.weight), ("stratum", self.stratum),
                  ("sampling_unit", self.sampling_unit)]  # fmt: skip
        columns: set[str] = set()
        for field, column in design:
            if column is not None and column in columns:
                raise at((field,), f"column {column!r} has another use already.")
            columns |= {column} if column is not None else set()
        by_id: dict[str, Question] = {}
        for position, question in enumerate(self.questions):
            place = ("questions", position)
            if question.id in by_id:
                raise at((*place, "id"), f"question {question.id!r} stands twice; keep one.")
            for column in question.source_columns():
                if column in columns:
                    raise at(place, f"column {column!r} has another use already.")
                columns.add(column)
            if question.wave is not None:
                self.check_wave(question.wave, (*place, "wave"))
            self._check_codes(question, place)
            self._check_routing(question, place, by_id)
            by_id[question.id] = question
        for position, group in enumerate(self.groups):
            grouping = by_id.get(group)
            if group in self.groups[:position]:
                raise at(("groups", position), f"group {group!r} stands twice; keep one.")
            if grouping is None or grouping.type is not QuestionType.single or grouping.asked_if:
                raise at(
                    ("groups", position),
                    f"{group!r} must be the id of a single question that everybody is asked.",
                )
        return self

    def _check_provenance(self) -> None:
        if (self.provenance is Provenance.published) != (self.records is None):
            if self.records is not None:
                raise at(
                    ("records",),
                    "a survey whose provenance is published has no records; take them out, or say where they come "
                    "from: collected, reconstructed or synthetic.",
                )
            raise at(
                ("provenance",),
                f"{self.provenance} records need the field records with their files; if there are none and what was "
                "printed is all there is, write `provenance: published`.",
            )
        if self.records is None:
            for field in ("respondent", "weight", "stratum", "sampling_unit"):
                if getattr(self, field) is not None:
                    raise at((field,), "there are no records that could have this column; take it out.")
        elif self.weighted is not None:
            raise at(
                ("weighted",), "this is for surveys without records; here weight names the column, if there is one."
            )
        if self.provenance in (Provenance.reconstructed, Provenance.synthetic) and not self.provenance_note:
            raise at(
                ("provenance",),
                f"{self.provenance} records need a provenance_note that says how they were made.",
            )

    def check_wave(self, wave: str, place: Place) -> None:
        """Raise, as an error at `place`, unless the survey has that wave."""
        if wave not in {one.id for one in self.waves}:
            named = ", ".join(one.id for one in self.waves)
            mend = f"its waves are {named}" if named else "declare it under waves in survey.yml"
            raise at(place, f"{wave!r} is no wave of this survey; {mend}.")

    def _check_codes(self, question: Question, place: Place) -> None:
        is_multiple = question.type is QuestionType.multiple
        if self.records is not None and is_multiple and question.separator is None and question.columns is None:
            raise at(place, NO_WAY_TO_SPLIT)
        for answer in self.answers(question):
            if question.separator and question.separator in answer.code:
                raise at((*place, "separator"), f"code {answer.code!r} contains the separator.")

    def _check_routing(self, question: Question, place: Place, earlier: dict[str, Question]) -> None:
        rule = question.asked_if
        if rule is None:
            return
        asker = earlier.get(rule.question)
        if asker is None or not asker.options:
            raise at((*place, "asked_if"), f"{rule.question!r} must be the id of an earlier question with options.")
        known = {answer.code for answer in self.answers(asker)}
        for code in rule.answers:
            if code not in known:
                raise at((*place, "asked_if", "answers"), f"{code!r} is no answer of question {asker.id}.")

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
