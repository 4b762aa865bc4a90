"""survey.yml as typed models: what was asked of whom, and how the record files say it.

No file is read here and nothing of the records is known here.
"""

from __future__ import annotations

import datetime
import itertools
import math
import re
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

IDENTIFIER = re.compile(r"^[a-z][a-z0-9_]{0,62}\Z")
# Columns that the records table has besides the questions.
RESERVED = frozenset(
    {
        "source_file",
        "source_line",
        "respondent",
        "weight",
        "stratum",
        "sampling_unit",
        "population",
        "wave",
        "disposition",
    }
)


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


class LoneUnits(StrEnum):
    """What is said where a stratum has a single sampling unit, which tells nothing of how its units differ.

    fail: no standard error; certainty: the unit was sure to be drawn and adds no variance; average: it adds as much as
    the other strata do on average.
    """

    fail = "fail"
    certainty = "certainty"
    average = "average"


class Disposition(StrEnum):
    """What came of trying to interview somebody of the sample, after AAPOR's Standard Definitions.

    unknown_household: nobody knows whether there is an eligible household; unknown_other: nor whether somebody in it is
    eligible.
    """

    complete = "complete"
    partial = "partial"
    refusal = "refusal"
    non_contact = "non_contact"
    other = "other"
    unknown_household = "unknown_household"
    unknown_other = "unknown_other"
    not_eligible = "not_eligible"


RESPONDED = (Disposition.complete, Disposition.partial)
MISSING_LABELS = {
    AnswerKind.dont_know: "Don't know",
    AnswerKind.refused: "Refused",
    AnswerKind.not_asked: "Not asked",
    AnswerKind.no_answer: "No answer",
}
ANY_VALUE = "*"
# The fields that name a column which is no question's.
DESIGN_COLUMNS = (
    "respondent", "weight", "stratum", "sampling_unit", "population", "wave", "disposition",
)  # fmt: skip
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
        for net, several in self.nets.items():
            if net in self.options or net in ("", ANY_VALUE):
                raise at(("nets", net), f"{net!r} is an option already; give the net a code of its own.")
            for code in several.options:
                if code not in self.options:
                    raise at(("nets", net), f"{code!r} is none of the options.")
        if self.scores and self.type is not QuestionType.single:
            raise at(("scores",), "only a single question has scores: one number per respondent.")
        for code in self.scores:
            if code not in self.options:
                raise at(("scores", code), f"{code!r} is none of the options.")
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
        self._check_design()
        design = [(field, getattr(self, field)) for field in DESIGN_COLUMNS]
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
        self._check_weighting(by_id)
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
            for field in DESIGN_COLUMNS:
                if getattr(self, field) is not None:
                    raise at((field,), "there are no records that could have this column; take it out.")
            if self.weighting is not None:
                raise at(("weighting",), "there are no records that could be weighted; take it out.")
        elif self.weighted is not None:
            raise at(
                ("weighted",), "this is for surveys without records; here weight names the column, if there is one."
            )
        if self.provenance in (Provenance.reconstructed, Provenance.synthetic) and not self.provenance_note:
            raise at(
                ("provenance",),
                f"{self.provenance} records need a provenance_note that says how they were made.",
            )

    def _check_design(self) -> None:
        if self.universe_size is not None and (self.stratum or self.sampling_unit or self.population):
            raise at(
                ("universe_size",),
                "this is for a simple random sample; with strata or sampling units, population names the column that "
                "says how many sampling units each stratum has.",
            )
        if self.wave is not None and not self.waves:
            raise at(("wave",), "a column of waves needs the waves themselves; declare them under waves.")
        if (self.disposition is None) != (not self.dispositions):
            raise at(
                ("disposition" if self.disposition else "dispositions",),
                "disposition names the column, and dispositions what each of its codes means; give both or neither.",
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

    def _check_weighting(self, by_id: dict[str, Question]) -> None:
        margins = self.weighting.margins if self.weighting is not None else []
        totals: list[float] = []
        for position, margin in enumerate(margins):
            place = ("weighting", "margins", position)
            if set(margin.asked) in [set(other.asked) for other in margins[:position]]:
                raise at(place, f"there is a margin of {', '.join(margin.asked)} already; keep one.")
            for number, asked in enumerate(margin.asked):
                where = (*place, "question") if margin.questions is None else (*place, "questions", number)
                question = by_id.get(asked)
                if asked in margin.asked[:number]:
                    raise at(where, f"question {asked!r} stands twice; keep one.")
                if question is None:
                    raise at(where, f"{asked!r} is the id of no question.")
                if question.type is not QuestionType.single:
                    raise at(where, f"question {asked} is {question.type}; only a single one divides the universe.")
                if question.asked_if is not None or question.wave is not None:
                    raise at(where, f"not everybody is asked question {asked}; a margin needs everybody's answer.")
            self._check_categories(margin.population, margin.asked, (*place, margin.field))
            if margin.counts is not None:
                totals.append(sum(margin.numbers().values()))
                if abs(totals[-1] / totals[0] - 1) > ROUNDED_COUNTS:
                    raise at(
                        (*place, "counts"),
                        f"these sum to {totals[-1]:,.10g}, and the counts of the first margin to {totals[0]:,.10g}; "
                        "margins of one universe have one total.",
                    )

    def _check_categories(self, written: dict[str, Any], asked: list[str], place: Place) -> None:
        """Raise unless the answers there count each option of the question exactly once, at every level."""
        question = self._known(asked[0])
        counted: dict[str, str] = {}
        for answer, below in written.items():
            for option in self._options_of(question, answer):
                if option not in question.options:
                    raise at((*place, answer), f"{answer!r} is none of the options or nets of question {question.id}.")
                if option in counted:
                    raise at(
                        (*place, answer), f"option {option!r} is counted twice, by {counted[option]!r} and {answer!r}."
                    )
                counted[option] = answer
            if asked[1:]:
                self._check_categories(below, asked[1:], (*place, answer))
        for option in question.options:
            if option not in counted:
                raise at(place, f"option {option!r} of question {question.id} has no number; give it one, be it 0.")

    def categories(self, margin: Margin) -> dict[tuple[str, ...], tuple[str, ...]]:
        """Every combination of options with the category of the margin that counts it."""
        questions = [self._known(asked) for asked in margin.asked]
        return {
            options: category
            for category in margin.numbers()
            for options in itertools.product(*map(self._options_of, questions, category))
        }

    @staticmethod
    def _options_of(question: Question, answer: str) -> list[str]:
        return question.nets[answer].options if answer in question.nets else [answer]

    def _known(self, question_id: str) -> Question:
        return next(question for question in self.questions if question.id == question_id)

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
