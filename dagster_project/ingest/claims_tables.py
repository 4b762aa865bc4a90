"""The published figures, claims.yml and claims.csv, as rows of the schema `raw`; the audit judges these."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import duckdb

from dagster_project.codebook import ClaimEntry, Codebook, SurveyFolder
from dagster_project.codebook.claims_yml import Publication, Published, ReadingEntry
from dagster_project.schema import GENERATION, SURVEY, Row, Table, numbered, public, replace_all
from dagster_project.warehouse import survey_key, transaction

KEY = (
    SURVEY,
    GENERATION,
    public("claims_sha256", "VARCHAR", "The SHA-256 of claims.yml, with claims.csv behind it where there is one"),
)
WHERE_PRINTED = public("where_printed", "VARCHAR", "Where it is printed: headline, paragraph 4, table 2")

PUBLICATION = Table(
    "raw",
    "publication",
    "Where the figures were printed, in one row; none without a claims.yml",
    (
        *KEY,
        public("title", "VARCHAR", "Its title"),
        public("publisher", "VARCHAR", "Who printed it"),
        public("url", "VARCHAR", "Where it can be read"),
        public("published", "VARCHAR", "When it was printed"),
        public("note", "VARCHAR", "What else there is to say of it"),
        public("discloses", "VARCHAR[]", "What it tells: who_asked, how_many, when, weighting, margin_of_error"),
    ),
)
CLAIMS = Table(
    "raw",
    "claims",
    "One row per published figure",
    (
        *KEY,
        public("claim", "VARCHAR", "The claim's id"),
        public("position", "INTEGER", "Its place among the claims"),
        public("figure", "VARCHAR", "The figure as printed, hedge included"),
        public("kind", "VARCHAR", "What it is said to be: count, percentage or base"),
        public("hedge", "VARCHAR", "The word that widens it, where that stands elsewhere"),
        public("question", "VARCHAR", "The question it is of"),
        public("answer", "VARCHAR", "The option, net or missing code it is of"),
        public("group_by", "VARCHAR", "The group question, where it is of a part of the respondents"),
        public("group_value", "VARCHAR", "That part's answer to the group question"),
        public("base", "VARCHAR", "Whom it divides by, or which base it is: answered, routed, all or asked"),
        public("wave", "VARCHAR", "The wave it is of, its own or its question's"),
        public("weighted", "BOOLEAN", "Whether it is weighted; null where nobody says"),
        public("low", "VARCHAR", "The least that it can mean, where claims.yml says so"),
        public("high", "VARCHAR", "The most that it can mean, where claims.yml says so"),
        public("of_what", "VARCHAR", "In plain words, of what it is the figure"),
        WHERE_PRINTED,
    ),
)
ANTECEDENTS = Table(
    "raw",
    "antecedents",
    "One row per body of respondents that a figure may be of, where the text leaves that open",
    (
        *KEY,
        public("claim", "VARCHAR", "The claim's id"),
        public("position", "INTEGER", "Its place among those that may be meant"),
        public("base", "VARCHAR", "The base that may be meant: answered, routed, all or asked"),
        public("question", "VARCHAR", "Or the question of the answer that may be meant"),
        public("answer", "VARCHAR", "And that answer's code"),
    ),
)
STATEMENTS = Table(
    "raw",
    "statements",
    "One row per sentence that is judged by itself",
    (
        *KEY,
        public("statement", "VARCHAR", "The statement's id"),
        public("position", "INTEGER", "Its place among the statements"),
        public("text", "VARCHAR", "The sentence as printed"),
        WHERE_PRINTED,
    ),
)
READINGS = Table(
    "raw",
    "readings",
    "One row per claim that claims.yml takes for something else in another reading",
    (
        *KEY,
        public("reading", "VARCHAR", "The reading's id"),
        public("position", "INTEGER", "Its place among the readings"),
        public("text", "VARCHAR", "The reading in plain words"),
        public("claim", "VARCHAR", "The claim that it changes"),
        public("kind", "VARCHAR", "What the claim is then: count, percentage or base; null if that stays"),
        public("base", "VARCHAR", "The base that it then divides by, or is; null if that stays"),
    ),
)
ORDERS = Table(
    "raw",
    "orders",
    "One row per pair of figures of which the text says that one is larger",
    (
        *KEY,
        public("ordering", "VARCHAR", "The order's id"),
        public("position", "INTEGER", "Its place among the orders"),
        public("text", "VARCHAR", "The words that say it"),
        public("greater", "VARCHAR", "The claim whose figure is the larger one"),
        public("smaller", "VARCHAR", "The claim whose figure is the smaller one"),
        WHERE_PRINTED,
    ),
)
CHANGES = Table(
    "raw",
    "changes",
    "One row per pair of figures of which the text says by how much one changed to the other",
    (
        *KEY,
        public("change", "VARCHAR", "The change's id"),
        public("position", "INTEGER", "Its place among the changes"),
        public("text", "VARCHAR", "The words that say it"),
        public("figure", "VARCHAR", "The change as printed"),
        public("from_claim", "VARCHAR", "The claim that is changed from"),
        public("to_claim", "VARCHAR", "The claim that is changed to"),
        WHERE_PRINTED,
    ),
)
CLAIMS_TABLES = (PUBLICATION, CLAIMS, ANTECEDENTS, STATEMENTS, READINGS, ORDERS, CHANGES)


def write_claims(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder) -> int:
    """Replace the claims' tables in one transaction (empty ones without a claims.yml); return the number of claims."""
    published = folder.published
    rows: dict[Table, Sequence[Row]] = dict.fromkeys(CLAIMS_TABLES, ())
    if published is not None:
        rows = _rows(published, folder.codebook)
    key = {
        "survey": folder.survey,
        "generation": survey_key(connection).generation,
        "claims_sha256": claims_sha256(folder),
    }
    with transaction(connection):
        replace_all(connection, rows, key=key)
    return len(rows[CLAIMS])


def claims_sha256(folder: SurveyFolder) -> str:
    """The SHA-256 of claims.yml, and of claims.csv behind it where there is one, as of one file."""
    digest = hashlib.sha256()
    for file in folder.claims_files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _rows(published: Published, codebook: Codebook) -> dict[Table, Sequence[Row]]:
    return {
        PUBLICATION: [_publication(published.publication)],
        CLAIMS: numbered(_claim(claim, codebook) for claim in published.claims),
        ANTECEDENTS: [row for claim in published.claims for row in _antecedents(claim)],
        STATEMENTS: numbered(
            {"statement": statement.id, "text": statement.text, "where_printed": statement.where}
            for statement in published.statements
        ),
        READINGS: [row for at, reading in enumerate(published.readings, start=1) for row in _reading(at, reading)],
        ORDERS: numbered(
            {
                "ordering": order.id,
                "text": order.text,
                "greater": order.greater,
                "smaller": order.smaller,
                "where_printed": order.where,
            }
            for order in published.orders
        ),
        CHANGES: numbered(
            {
                "change": change.id,
                "text": change.text,
                "figure": change.figure,
                "from_claim": change.earlier,
                "to_claim": change.later,
                "where_printed": change.where,
            }
            for change in published.changes_over_time
        ),
    }


def _publication(publication: Publication) -> Row:
    return {
        "title": publication.title,
        "publisher": publication.publisher,
        "url": publication.url,
        "published": publication.published,
        "note": publication.note,
        "discloses": [told.value for told in publication.discloses],
    }


def _claim(claim: ClaimEntry, codebook: Codebook) -> Row:
    """What the claim says, with what it takes from its question (the wave) and from its survey (whether weighted)."""
    question = codebook.question(claim.question) if claim.question else None
    return {
        "claim": claim.id,
        "figure": claim.figure,
        "kind": claim.kind.value,
        "hedge": claim.hedge,
        "question": claim.question,
        "answer": claim.option,
        "group_by": claim.group.question if claim.group else None,
        "group_value": claim.group.answer if claim.group else None,
        "base": claim.base.value if claim.base else None,
        "wave": claim.wave or (question.wave if question else None),
        "weighted": codebook.weighted if claim.weighted is None else claim.weighted,
        "low": claim.low,
        "high": claim.high,
        "of_what": claim.of,
        "where_printed": claim.where,
    }


def _antecedents(claim: ClaimEntry) -> list[Row]:
    return numbered(
        {
            "claim": claim.id,
            "base": one.base.value if one.base else None,
            "question": one.question,
            "answer": one.option,
        }
        for one in claim.may_be_of or []
    )


def _reading(position: int, reading: ReadingEntry) -> list[Row]:
    """The claims that a reading changes share its place."""
    return [
        {
            "reading": reading.id,
            "position": position,
            "text": reading.text,
            "claim": claim,
            "kind": change.kind,
            "base": change.base,
        }
        for claim, change in reading.changes.items()
    ]
