"""The codebook as rows of the schema `raw`, by which every later step is driven."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import duckdb

from dagster_project import __version__
from dagster_project.codebook import CODEBOOK_FILE, Codebook, OnUnknownCode, Question, SurveyFolder, types_that
from dagster_project.codebook.design import Fieldwork, Wave
from dagster_project.codebook.questions import AskedIf
from dagster_project.ingest.guard import file_sha256
from dagster_project.schema import GENERATION, PROVENANCE, SURVEY, Column, Row, Table, numbered, public, replace_all
from dagster_project.warehouse import transaction

SURVEYS = Table(
    "raw",
    "survey",
    "The survey itself, in one row",
    (
        SURVEY,
        GENERATION,
        public("title", "VARCHAR", "Its title"),
        public("source_name", "VARCHAR", "Who made it"),
        public("source_url", "VARCHAR", "Where it can be found"),
        public("licence", "VARCHAR", "Under which licence its records or figures are used"),
        public("universe", "VARCHAR", "Who it is about"),
        public("asked", "BIGINT", "How many were contacted; null where that is not known to the last one"),
        public("asked_text", "VARCHAR", "The same as it is written: 1200, around 150"),
        public("asked_low", "BIGINT", "The fewest that it can mean"),
        public("asked_high", "BIGINT", "The most that it can mean"),
        public("fieldwork_start", "DATE", "The first day on which answers were taken"),
        public("fieldwork_end", "DATE", "The last day on which answers were taken"),
        public("sample", "VARCHAR", "How the respondents were chosen: probability, quota, opt-in, census or none"),
        public("frame", "VARCHAR", "The list or procedure that the sample was drawn from"),
        public("mode", "VARCHAR", "How the questions were put"),
        public("fieldwork_by", "VARCHAR", "Who asked them"),
        public("sponsor", "VARCHAR", "Who paid for it"),
        public("no_sampling_error", "VARCHAR", "Why it has no standard errors, intervals and tests; null where it has"),
        PROVENANCE,
        public("provenance_note", "VARCHAR", "How records that nobody gave were come by"),
        public("has_records", "BOOLEAN", "Whether there are record files; if not, there are published figures only"),
        public("weighted", "BOOLEAN", "Whether the records have weights, their own or computed"),
        public("weights_sum_to", "VARCHAR", "What all weights sum to: universe or respondents; null if nobody says"),
        public("has_respondent", "BOOLEAN", "Whether a column identifies the respondents"),
        public("has_stratum", "BOOLEAN", "Whether the sample has strata"),
        public("has_sampling_unit", "BOOLEAN", "Whether the sample has sampling units within them"),
        public("has_wave", "BOOLEAN", "Whether the records are of several waves"),
        public("has_disposition", "BOOLEAN", "Whether the record files hold those who did not respond, too"),
        public("universe_size", "BIGINT", "How many the universe has, for a simple random sample"),
        public("lone_units", "VARCHAR", "What is said where a stratum has one sampling unit: fail, certainty, average"),
        public("eligibility", "DOUBLE", "The share of cases of unknown eligibility that is taken for eligible"),
        public("decimals", "INTEGER", "Of the printed percentages"),
        public("minimum_base", "BIGINT", "No percentage is printed on a smaller base"),
        public("minimum_cell", "BIGINT", "A count of fewer respondents is withheld; 0 for never"),
        public("maximum_rejects", "DOUBLE", "The percentage of the lines that may be rejected"),
        public("forgives", "BOOLEAN", "Whether a cell that holds no answer of its question is a missing answer"),
        public("zero_weights", "BOOLEAN", "Whether a weight of 0 is meant"),
        public("release_records", "BOOLEAN", "Whether a release carries the respondents' records"),
        Column(
            "coarse_by",
            "DOUBLE",
            "The greatest weight over their mean, where statistics are told coarsely because counts are withheld",
        ),
        public("codebook_sha256", "VARCHAR", "The SHA-256 of survey.yml"),
        public("basecheck_version", "VARCHAR", "The version that built this"),
    ),
)
WAVES = Table(
    "raw",
    "waves",
    "One row per repetition of the questionnaire",
    (
        SURVEY,
        GENERATION,
        public("wave", "VARCHAR", "The wave's id"),
        public("position", "INTEGER", "Its place among the waves"),
        public("label", "VARCHAR", "Its name for readers"),
        public("fieldwork_start", "DATE", "The first day on which answers were taken"),
        public("fieldwork_end", "DATE", "The last day on which answers were taken"),
        public("url", "VARCHAR", "Where its figures were printed"),
        public("published", "VARCHAR", "When its figures were printed"),
    ),
)
QUESTIONS = Table(
    "raw",
    "questions",
    "One row per question, in the order of the questionnaire",
    (
        SURVEY,
        GENERATION,
        public("position", "INTEGER", "Its place in the questionnaire"),
        public("question", "VARCHAR", "The question's id"),
        public("question_text", "VARCHAR", "The question as asked"),
        public("type", "VARCHAR", types_that(lambda _: True)),
        public("base_rule", "VARCHAR", "Whom its published percentages divide by: answered, routed or all"),
        public("decimals", "INTEGER", "Of its printed percentages"),
        public("is_group", "BOOLEAN", "Whether tables are broken down by it"),
        public(
            "asked_if_question",
            "VARCHAR",
            "The question whose answers route a respondent to it; null if it is asked of all",
        ),
        public("wave", "VARCHAR", "The one wave in which it was asked; null if it was in all"),
        public("complete", "BOOLEAN", "Whether everybody gave one of its options"),
        public("quantiles", "DOUBLE[]", "Which quantiles the table of a quantity gives"),
        Column("holds", "VARCHAR", "What its column of the records holds: code, codes, number or words"),
        Column("has_options", "BOOLEAN", "Whether it is answered by options of a list, and has a table of them"),
        Column("takes_one", "BOOLEAN", "Whether whoever answers gives exactly one of them"),
        Column("takes_several", "BOOLEAN", "Whether any number of them may be given"),
        Column("is_number", "BOOLEAN", "Whether a number is given, which has a mean, a total and quantiles"),
    ),
)
ANSWERS = Table(
    "raw",
    "answers",
    "One row per possible answer of a question, missing codes and the blank included",
    (
        SURVEY,
        GENERATION,
        public("question", "VARCHAR", "The question's id"),
        public("position", "INTEGER", "The answer's place in the questionnaire"),
        public("answer", "VARCHAR", "The answer's code; '' is the blank, * any number or words"),
        public("answer_label", "VARCHAR", "The answer in words"),
        public("kind", "VARCHAR", "valid, dont_know, refused, not_asked or no_answer"),
        public("exclusive", "BOOLEAN", "Whether it stands alone: none of these, for example"),
        public("score", "DOUBLE", "The number that the mean of a scale takes it for"),
    ),
)
NETS = Table(
    "raw",
    "nets",
    "One row per option of a net, which counts several options as one",
    (
        SURVEY,
        GENERATION,
        public("question", "VARCHAR", "The question's id"),
        public("position", "INTEGER", "The net's place among those of its question"),
        public("net", "VARCHAR", "The net's code"),
        public("net_label", "VARCHAR", "The net in words"),
        public("answer", "VARCHAR", "The code of one of its options"),
    ),
)
ROUTING = Table(
    "raw",
    "routing",
    "One row per answer that routes a respondent to a question",
    (
        SURVEY,
        GENERATION,
        public("question", "VARCHAR", "The question that is routed to"),
        public("asked_if_question", "VARCHAR", "The question that routes"),
        public("asked_if_answer", "VARCHAR", "The code of an answer to it that leads on"),
    ),
)
NAMED_RESPONDENTS = Table(
    "raw",
    "named_respondents",
    "One row per respondent that the publication names, with no answer attributed to it",
    (
        SURVEY,
        GENERATION,
        public("position", "INTEGER", "Its place in the list"),
        public("name", "VARCHAR", "The name as printed"),
    ),
)
CODEBOOK_TABLES = (SURVEYS, WAVES, QUESTIONS, ANSWERS, NETS, ROUTING, NAMED_RESPONDENTS)


def generation_of(folder: SurveyFolder, file_hashes: Sequence[str] | None = None) -> str:
    """The name of what is built from these inputs: the same codebook, record files and version give the same.

    Raises `InputError` for a record file that is missing, empty or unreadable.
    """
    if file_hashes is None:
        file_hashes = [file_sha256(folder.folder / name) for name in folder.codebook.record_files]
    digest = hashlib.sha256()
    for part in (__version__, _codebook_sha256(folder), *folder.codebook.record_files, *file_hashes):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:16]


def write_codebook(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder) -> str:
    """Replace the codebook's tables in one transaction and return their generation."""
    book, generation = folder.codebook, generation_of(folder)
    rows: dict[Table, Sequence[Row]] = {
        SURVEYS: [_survey(folder)],
        WAVES: numbered(_wave(wave) for wave in book.waves),
        QUESTIONS: numbered(_question(book, question) for question in book.questions),
        ANSWERS: [row for question in book.questions for row in _answers(book, question)],
        NETS: [row for question in book.questions for row in _nets(question)],
        ROUTING: [row for question in book.questions for row in _routing(question.id, question.asked_if)],
        NAMED_RESPONDENTS: numbered({"name": name} for name in book.named_respondents),
    }
    with transaction(connection):
        replace_all(connection, rows, key={"survey": folder.survey, "generation": generation})
    return generation


def _survey(folder: SurveyFolder) -> Row:
    book = folder.codebook
    return {
        "title": book.title,
        "source_name": book.source.name,
        "source_url": book.source.url,
        "licence": book.source.licence,
        "universe": book.universe,
        "asked": book.asked_exactly,
        "asked_text": book.asked and book.asked.text,
        "asked_low": book.asked and book.asked.low,
        "asked_high": book.asked and book.asked.high,
        **_fieldwork(book.fieldwork),
        "sample": book.sample and book.sample.value,
        "frame": book.frame,
        "mode": book.mode,
        "fieldwork_by": book.fieldwork_by,
        "sponsor": book.sponsor,
        "no_sampling_error": book.no_sampling_error,
        "provenance": book.provenance.value,
        "provenance_note": book.provenance_note,
        "has_records": book.records is not None,
        "weighted": book.weight is not None or book.weighting is not None,
        "weights_sum_to": book.weights_mean and book.weights_mean.value,
        "has_respondent": book.respondent is not None,
        "has_stratum": book.stratum is not None,
        "has_sampling_unit": book.sampling_unit is not None,
        "has_wave": book.wave is not None,
        "has_disposition": book.disposition is not None,
        "universe_size": book.universe_size,
        "lone_units": book.lone_units.value,
        "eligibility": book.eligibility,
        "decimals": book.decimals,
        "minimum_base": book.minimum_base,
        "minimum_cell": book.minimum_cell,
        "maximum_rejects": book.maximum_rejects,
        "forgives": book.on_unknown_code is OnUnknownCode.missing,
        "zero_weights": book.zero_weights,
        "release_records": book.release_records,
        "coarse_by": None,  # until it is decided what is withheld
        "codebook_sha256": _codebook_sha256(folder),
        "basecheck_version": __version__,
    }


def _wave(wave: Wave) -> Row:
    return {
        "wave": wave.id,
        "label": wave.label,
        **_fieldwork(wave.fieldwork),
        "url": wave.url,
        "published": wave.published,
    }


def _fieldwork(fieldwork: Fieldwork | None) -> Row:
    return {
        "fieldwork_start": fieldwork.start if fieldwork else None,
        "fieldwork_end": fieldwork.end if fieldwork else None,
    }


def _question(book: Codebook, question: Question) -> Row:
    traits = question.type.traits
    return {
        "question": question.id,
        "question_text": question.text,
        "type": question.type.value,
        "base_rule": question.base.value,
        "decimals": book.decimals_of(question),
        "is_group": question.id in book.groups,
        "asked_if_question": question.asked_if.question if question.asked_if else None,
        "wave": question.wave,
        "complete": question.complete,
        "quantiles": question.quantiles if traits.is_number else [],
        "holds": traits.holds.value,
        "has_options": traits.has_options,
        "takes_one": traits.takes_one,
        "takes_several": traits.takes_several,
        "is_number": traits.is_number,
    }


def _answers(book: Codebook, question: Question) -> list[Row]:
    return numbered(
        {
            "question": question.id,
            "answer": answer.code,
            "answer_label": answer.label,
            "kind": answer.kind.value,
            "exclusive": answer.code in question.exclusive,
            "score": question.scores.get(answer.code),
        }
        for answer in book.answers(question)
    )


def _nets(question: Question) -> list[Row]:
    """The members of a net share its place."""
    return [
        {"question": question.id, "position": position, "net": code, "net_label": net.label, "answer": member}
        for position, (code, net) in enumerate(question.nets.items(), start=1)
        for member in net.options
    ]


def _routing(question: str, asked_if: AskedIf | None) -> list[Row]:
    if asked_if is None:
        return []
    return [
        {"question": question, "asked_if_question": asked_if.question, "asked_if_answer": answer}
        for answer in asked_if.answers
    ]


def _codebook_sha256(folder: SurveyFolder) -> str:
    return file_sha256(folder.folder / CODEBOOK_FILE)
