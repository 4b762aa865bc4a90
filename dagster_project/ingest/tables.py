"""The codebook and the published claims as rows of the `raw` schema, by which every later step is driven."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import duckdb

from dagster_project import __version__
from dagster_project.codebook import CLAIMS_FILE, CODEBOOK_FILE, Claim, SurveyFolder
from dagster_project.ingest.guard import file_sha256
from dagster_project.warehouse import replace_tables

Rows = Sequence[Sequence[Any]]

CODEBOOK_TABLES = {
    "survey": """survey VARCHAR, generation VARCHAR, title VARCHAR, source_name VARCHAR, source_url VARCHAR,
        licence VARCHAR, universe VARCHAR, asked BIGINT, fieldwork_start DATE, fieldwork_end DATE, provenance VARCHAR,
        provenance_note VARCHAR, weighted BOOLEAN, has_respondent BOOLEAN, has_stratum BOOLEAN,
        has_sampling_unit BOOLEAN, decimals INTEGER, minimum_base BIGINT, release_records BOOLEAN,
        codebook_sha256 VARCHAR, basecheck_version VARCHAR""",
    "questions": """survey VARCHAR, generation VARCHAR, position INTEGER, question VARCHAR, question_text VARCHAR,
        type VARCHAR, base_rule VARCHAR, decimals INTEGER, is_group BOOLEAN, asked_if_question VARCHAR""",
    "answers": """survey VARCHAR, generation VARCHAR, question VARCHAR, position INTEGER, answer VARCHAR,
        answer_label VARCHAR, kind VARCHAR""",
    "routing": """survey VARCHAR, generation VARCHAR, question VARCHAR, asked_if_question VARCHAR,
        asked_if_answer VARCHAR""",
    "named_respondents": "survey VARCHAR, generation VARCHAR, position INTEGER, name VARCHAR",
}
CLAIMS_TABLES = {
    "publication": """survey VARCHAR, generation VARCHAR, claims_sha256 VARCHAR, title VARCHAR, publisher VARCHAR,
        url VARCHAR, published VARCHAR, note VARCHAR""",
    "claims": """survey VARCHAR, generation VARCHAR, claims_sha256 VARCHAR, claim VARCHAR, position INTEGER,
        figure VARCHAR, kind VARCHAR, hedge VARCHAR, question VARCHAR, answer VARCHAR, group_by VARCHAR,
        group_value VARCHAR, base VARCHAR, of_what VARCHAR, where_printed VARCHAR""",
    "statements": """survey VARCHAR, generation VARCHAR, claims_sha256 VARCHAR, statement VARCHAR, position INTEGER,
        text VARCHAR, where_printed VARCHAR""",
    "readings": """survey VARCHAR, generation VARCHAR, claims_sha256 VARCHAR, reading VARCHAR, position INTEGER,
        text VARCHAR, claim VARCHAR, kind VARCHAR, base VARCHAR""",
}


def generation_of(folder: SurveyFolder, file_hashes: Sequence[str] | None = None) -> str:
    """The name of what is built from these inputs: the same codebook, record files and version give the same.

    Raises `InputError` for a record file that is missing, empty or unreadable.
    """
    if file_hashes is None:
        file_hashes = [file_sha256(folder.folder / name) for name in folder.codebook.records.files]
    digest = hashlib.sha256()
    for part in (__version__, _sha256(folder, CODEBOOK_FILE), *folder.codebook.records.files, *file_hashes):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:16]


def write_codebook(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder) -> str:
    """Replace the codebook's tables in one transaction and return their generation."""
    book, survey = folder.codebook, folder.survey
    generation = generation_of(folder)
    key = (survey, generation)
    fieldwork = book.fieldwork
    rows: dict[str, Rows] = {
        "survey": [
            (
                *key, book.title, book.source.name, book.source.url, book.source.licence, book.universe, book.asked,
                fieldwork.start if fieldwork else None, fieldwork.end if fieldwork else None,
                book.provenance.value, book.provenance_note, book.weight is not None, book.respondent is not None,
                book.stratum is not None, book.sampling_unit is not None,
                book.decimals, book.minimum_base, book.release_records, _sha256(folder, CODEBOOK_FILE), __version__,
            )
        ],
        "questions": [
            (
                *key, position, q.id, q.text, q.type.value, q.base.value, book.decimals_of(q), q.id in book.groups,
                q.asked_if.question if q.asked_if else None,
            )
            for position, q in enumerate(book.questions, start=1)
        ],
        "answers": [
            (*key, q.id, position, answer.code, answer.label, answer.kind.value)
            for q in book.questions
            for position, answer in enumerate(book.answers(q), start=1)
        ],
        "routing": [
            (*key, q.id, q.asked_if.question, code)
            for q in book.questions
            if q.asked_if
            for code in q.asked_if.answers
        ],
        "named_respondents": [(*key, position, name) for position, name in enumerate(book.named_respondents, start=1)],
    }  # fmt: skip
    replace_tables(connection, "raw", CODEBOOK_TABLES, rows)
    return generation


def write_claims(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder) -> int:
    """Replace the claims' tables in one transaction (empty ones without a claims.yml); return the number of claims."""
    rows: dict[str, Rows] = {table: [] for table in CLAIMS_TABLES}
    published = folder.published
    if published is not None:
        key = (folder.survey, current_generation(connection), _sha256(folder, CLAIMS_FILE))
        publication = published.publication
        rows["publication"] = [
            (*key, publication.title, publication.publisher, publication.url, publication.published, publication.note)
        ]
        rows["claims"] = [
            (*key, claim.id, position, *_claim_row(claim)) for position, claim in enumerate(published.claims, start=1)
        ]
        rows["statements"] = [
            (*key, statement.id, position, statement.text, statement.where)
            for position, statement in enumerate(published.statements, start=1)
        ]
        rows["readings"] = [
            (*key, reading.id, position, reading.text, claim, change.kind, change.base)
            for position, reading in enumerate(published.readings, start=1)
            for claim, change in reading.changes.items()
        ]
    replace_tables(connection, "raw", CLAIMS_TABLES, rows)
    return len(rows["claims"])


def current_generation(connection: duckdb.DuckDBPyConnection) -> str:
    """The generation of the codebook's tables, which must have been written."""
    row = connection.execute("SELECT generation FROM raw.survey").fetchone()
    assert row is not None
    return str(row[0])


def _claim_row(claim: Claim) -> tuple[str | None, ...]:
    group = claim.group
    return (
        claim.figure, claim.kind.value, claim.hedge, claim.question, claim.option,
        group.question if group else None, group.answer if group else None,
        claim.base.value if claim.base else None, claim.of, claim.where,
    )  # fmt: skip


def _sha256(folder: SurveyFolder, name: str) -> str:
    return file_sha256(folder.folder / name)
