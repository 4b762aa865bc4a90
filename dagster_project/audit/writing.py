"""The audit of a survey from its tables to its tables: judged, written as rows, and asked for what is contradicted."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import duckdb

from dagster_project.audit.judge import judge
from dagster_project.audit.rows import rows_of
from dagster_project.audit.tables import FIGURES
from dagster_project.claims import CONTRADICTED, SECONDS, Verdict
from dagster_project.schema import replace_all
from dagster_project.warehouse import survey_key, transaction


@dataclass(frozen=True)
class AuditCounts:
    """How many figures and findings an audit wrote, and how many of the figures cannot stand as printed."""

    figures: int
    findings: int
    contradicted: int


def audit_published(connection: duckdb.DuckDBPyConnection, *, seconds: float = SECONDS) -> AuditCounts:
    """Judge the survey's published figures and replace the audit's tables in one transaction.

    `seconds` is the time limit of one component of figures.
    """
    survey = survey_key(connection)
    judged = judge(connection, survey.provenance, seconds=seconds)
    rows = rows_of(judged)
    with transaction(connection):
        replace_all(connection, rows, key={**asdict(survey), "claims_sha256": judged.published.sha256})
    contradicted = sum(row["verdict"] == Verdict.IMPOSSIBLE for row in rows[FIGURES])
    return AuditCounts(len(judged.published.figures), len(judged.findings), contradicted)


def contradictions(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What the last audit says of the figures that cannot stand together, finding by finding."""
    rows = connection.execute(
        "SELECT message FROM audit.findings WHERE list_contains(?, severity) ORDER BY length(finding), finding",
        [[severity.value for severity in CONTRADICTED]],
    ).fetchall()
    return [message for (message,) in rows]
