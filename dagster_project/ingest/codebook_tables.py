"""The codebook and the published claims as rows of the `raw` schema, by which every later step is driven."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import duckdb

from dagster_project import __version__
from dagster_project.codebook import CODEBOOK_FILE, Claim, Codebook, QuestionType, SurveyFolder
from dagster_project.ingest.guard import file_sha256
from dagster_project.warehouse import replace_tables, survey_key

Rows = Sequence[Sequence[Any]]

CODEBOOK_TABLES = {
    "survey": """survey VARCHAR, generation VARCHAR, title VARCHAR, source_name VARCHAR, source_url VARCHAR,
        licence VARCHAR, universe VARCHAR, asked BIGINT, fieldwork_start DATE, fieldwork_end DATE, provenance VARCHAR,
        provenance_note VARCHAR, has_records BOOLEAN, weighted BOOLEAN, has_respondent BOOLEAN, has_stratum BOOLEAN,
        has_sampling_unit BOOLEAN, has_wave BOOLEAN, has_disposition BOOLEAN, universe_size BIGINT, lone_units VARCHAR,
        eligibility DOUBLE, decimals INTEGER, minimum_base BIGINT, minimum_cell BIGINT, release_records BOOLEAN,
        codebook_sha256 VARCHAR, basecheck_version VARCHAR""",
    "waves": """survey VARCHAR, generation VARCHAR, wave VARCHAR, position INTEGER, label VARCHAR,
        fieldwork_start DATE, fieldwork_end DATE, url VARCHAR, published VARCHAR""",
    "questions": """survey VARCHAR, generation VARCHAR, position INTEGER, question VARCHAR, question_text VARCHAR,
        type VARCHAR, base_rule VARCHAR, decimals INTEGER, is_group BOOLEAN, asked_if_question VARCHAR, wave VARCHAR,
        complete BOOLEAN, quantiles DOUBLE[]""",
    "answers": """survey VARCHAR, generation VARCHAR, question VARCHAR, position INTEGER, answer VARCHAR,
        answer_label VARCHAR, kind VARCHAR, exclusive BOOLEAN, score DOUBLE""",
    "nets": """survey VARCHAR, generation VARCHAR, question VARCHAR, position INTEGER, net VARCHAR, net_label VARCHAR,
        answer VARCHAR""",
    "routing": """survey VARCHAR, generation VARCHAR, question VARCHAR, asked_if_question VARCHAR,
        asked_if_answer VARCHAR""",
    "named_respondents": "survey VARCHAR, generation VARCHAR, position INTEGER, name VARCHAR",
}
CLAIMS_TABLES = {
    "publication": """survey VARCHAR, generation VARCHAR, claims_sha256 VARCHAR, title VARCHAR, publisher VARCHAR,
        url VARCHAR, published VARCHAR, note VARCHAR, discloses VARCHAR[]""",
    "claims": """survey VARCHAR, generation VARCHAR, claims_sha256 VARCHAR, claim VARCHAR, position INTEGER,
        figure VARCHAR, kind VARCHAR, hedge VARCHAR, question VARCHAR, answer VARCHAR, group_by VARCHAR,
        group_value VARCHAR, base VARCHAR, wave VARCHAR, weighted BOOLEAN, low VARCHAR, high VARCHAR, of_what VARCHAR,
        where_printed VARCHAR""",
    "antecedents": """survey VARCHAR, generation VARCHAR, claims_sha256 VARCHAR, claim VARCHAR, position INTEGER,
        base VARCHAR, question VARCHAR, answer VARCHAR""",
    "statements": """survey VARCHAR, generation VARCHAR, claims_sha256 VARCHAR, statement VARCHAR, position INTEGER,
        text VARCHAR, where_printed VARCHAR""",
    "readings": """survey VARCHAR, generation VARCHAR, claims_sha256 VARCHAR, reading VARCHAR, position INTEGER,
        text VARCHAR, claim VARCHAR, kind VARCHAR, base VARCHAR""",
    "orders": """survey VARCHAR, generation VARCHAR, claims_sha256 VARCHAR, ordering VARCHAR, position INTEGER,
        text VARCHAR, greater VARCHAR, smaller VARCHAR, where_printed VARCHAR""",
    "changes": """survey VARCHAR, generation VARCHAR, claims_sha256 VARCHAR, change VARCHAR, position INTEGER,
        text VARCHAR, figure VARCHAR, from_claim VARCHAR, to_claim VARCHAR, where_printed VARCHAR""",
}


def generation_of(folder: SurveyFolder, file_hashes: Sequence[str] | None = None) -> str:
    """The name of what is built from these inputs: the same codebook, record files and version give the same.

    Raises `InputError` for a record file that is missing, empty or unreadable.
    """
    if file_hashes is None:
        file_hashes = [file_sha256(folder.folder / name) for name in folder.codebook.record_files]
    digest = hashlib.sha256()
    for part in (__version__, _sha256(folder, CODEBOOK_FILE), *folder.codebook.record_files, *file_hashes):
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
                book.provenance.value, book.provenance_note, book.records is not None,
                book.weight is not None or book.weighting is not None, book.respondent is not None,
                book.stratum is not None, book.sampling_unit is not None,
                book.wave is not None, book.disposition is not None, book.universe_size, book.lone_units.value,
                book.eligibility, book.decimals, book.minimum_base, book.minimum_cell, book.release_records,
                _sha256(folder, CODEBOOK_FILE), __version__,
            )
        ],
        "waves": [
            (
                *key, wave.id, position, wave.label, wave.fieldwork.start if wave.fieldwork else None,
                wave.fieldwork.end if wave.fieldwork else None, wave.url, wave.published,
            )
            for position, wave in enumerate(book.waves, start=1)
        ],
        "questions": [
            (
                *key, position, q.id, q.text, q.type.value, q.base.value, book.decimals_of(q), q.id in book.groups,
                q.asked_if.question if q.asked_if else None, q.wave, q.complete,
                q.quantiles if q.type is QuestionType.quantity else [],
            )
            for position, q in enumerate(book.questions, start=1)
        ],
        "answers": [
            (
                *key, q.id, position, answer.code, answer.label, answer.kind.value, answer.code in q.exclusive,
                q.scores.get(answer.code),
            )
            for q in book.questions
            for position, answer in enumerate(book.answers(q), start=1)
        ],
        "nets": [
            (*key, q.id, position, code, net.label, member)
            for q in book.questions
            for position, (code, net) in enumerate(q.nets.items(), start=1)
            for member in net.options
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
        key = (folder.survey, survey_key(connection).generation, claims_sha256(folder))
        publication = published.publication
        rows["publication"] = [
            (
                *key, publication.title, publication.publisher, publication.url, publication.published,
                publication.note, [told.value for told in publication.discloses],
            )
        ]  # fmt: skip
        rows["claims"] = [
            (*key, claim.id, position, *_claim_row(claim, folder.codebook))
            for position, claim in enumerate(published.claims, start=1)
        ]
        rows["antecedents"] = [
            (*key, claim.id, position, one.base.value if one.base else None, one.question, one.option)
            for claim in published.claims
            for position, one in enumerate(claim.may_be_of or [], start=1)
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
        rows["orders"] = [
            (*key, order.id, position, order.text, order.greater, order.smaller, order.where)
            for position, order in enumerate(published.orders, start=1)
        ]
        rows["changes"] = [
            (*key, change.id, position, change.text, change.figure, change.earlier, change.later, change.where)
            for position, change in enumerate(published.changes_over_time, start=1)
        ]
    replace_tables(connection, "raw", CLAIMS_TABLES, rows)
    return len(rows["claims"])


def claims_sha256(folder: SurveyFolder) -> str:
    """The SHA-256 of claims.yml, and of claims.csv behind it where there is one, as of one file."""
    digest = hashlib.sha256()
    for file in folder.claims_files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _claim_row(claim: Claim, codebook: Codebook) -> tuple[str | bool | None, ...]:
    """The row, with what the claim takes from its question (the wave) and from its survey (whether weighted)."""
    group = claim.group
    question = codebook.question(claim.question) if claim.question else None
    wave = claim.wave or (question.wave if question else None)
    weighted = codebook.weighted if claim.weighted is None else claim.weighted
    return (
        claim.figure, claim.kind.value, claim.hedge, claim.question, claim.option,
        group.question if group else None, group.answer if group else None,
        claim.base.value if claim.base else None, wave, weighted, claim.low, claim.high, claim.of, claim.where,
    )  # fmt: skip


def _sha256(folder: SurveyFolder, name: str) -> str:
    return file_sha256(folder.folder / name)
