"""The audit of a survey from its tables to its tables: judged, written as rows, and asked for what is contradicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

import duckdb

from dagster_project.audit.judge import judge
from dagster_project.audit.rows import rows_of
from dagster_project.audit.tables import FIGURES
from dagster_project.claims import CONTRADICTED, SECONDS, Verdict, tally_text
from dagster_project.schema import replace_all
from dagster_project.warehouse import survey_key, transaction


@dataclass(frozen=True)
class AuditCounts:
    """How many figures and findings an audit wrote, how many figures are impossible, and how many have each verdict."""

    figures: int
    findings: int
    impossible: int
    verdicts: str


def audit_published(connection: duckdb.DuckDBPyConnection, *, seconds: float = SECONDS) -> AuditCounts:
    """Judge the survey's published figures and replace the audit's tables in one transaction.

    `seconds` is the time limit of one component of figures.
    """
    survey = survey_key(connection)
    judged = judge(connection, survey.provenance, seconds=seconds)
    rows = rows_of(judged)
    with transaction(connection):
        replace_all(connection, rows, key={**asdict(survey), "claims_sha256": judged.published.sha256})
    verdicts = [row["verdict"] for row in rows[FIGURES]]
    impossible = verdicts.count(Verdict.IMPOSSIBLE)
    return AuditCounts(len(verdicts), len(judged.findings), impossible, tally_text(verdicts))


class Contradiction(NamedTuple):
    """A finding that figures cannot stand together: of which claims, what cannot be, and that with what mends it."""

    finding: str
    claims: Sequence[str]
    statement: str
    message: str


def contradictions(connection: duckdb.DuckDBPyConnection) -> list[Contradiction]:
    """What the last audit says of the figures that cannot stand together, finding by finding."""
    rows = connection.execute(
        "SELECT finding, claims, statement, message FROM audit.findings WHERE list_contains(?, severity) "
        "ORDER BY length(finding), finding",
        [[severity.value for severity in CONTRADICTED]],
    ).fetchall()
    return [Contradiction(*row) for row in rows]
