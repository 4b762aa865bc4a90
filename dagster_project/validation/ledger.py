"""audit.checks: what every gate found, kept in the survey's database so that a release can ask for all of it."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from dagster_project.schema import GENERATION, PROVENANCE, SURVEY, Table, public
from dagster_project.validation.outcomes import CheckResult
from dagster_project.warehouse import survey_key, transaction

CHECKS = Table(
    "audit",
    "checks",
    "One row per check that a gate made last",
    (
        SURVEY,
        GENERATION,
        PROVENANCE,
        public("suite", "VARCHAR", "The suite that it belongs to; dbt_tallies or dbt_marts for dbt's tests"),
        public("check", "VARCHAR", "Its name"),
        public("severity", "VARCHAR", "critical, which blocks; warning or info"),
        public("passed", "BOOLEAN", "Whether what it expects holds"),
        public("error", "VARCHAR", "Why it could not be made, which says nothing of the data"),
        public("observed", "VARCHAR", "What was found, in words"),
        public("failed_rows", "BIGINT", "How many rows fail it, where it is about rows"),
        public("failing", "VARCHAR[]", "The places that fail it, at most 20, by file and line or by key"),
        public("reason", "VARCHAR", "Why it is made"),
        public("expectations", "INTEGER", "How many expectations it stands for"),
    ),
    ("suite", '"check"'),
)
CHECKS_TABLES = (CHECKS,)


def write_checks(connection: duckdb.DuckDBPyConnection, results: Sequence[CheckResult]) -> None:
    """Put the results of one gate in place of the last ones, in one transaction.

    Only the checks that were made are replaced: a gate may be run in part.
    """
    with transaction(connection):
        CHECKS.make_unless_there(connection)
        connection.execute(
            'DELETE FROM audit.checks WHERE (suite, "check") IN (SELECT unnest($suites), unnest($checks))',
            {"suites": [result.suite for result in results], "checks": [result.check for result in results]},
        )
        CHECKS.insert(connection, [vars(result) for result in results], key=vars(survey_key(connection)))
