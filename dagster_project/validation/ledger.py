"""audit.checks: what every gate found, kept in the survey's database so that a release can ask for all of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import astuple

import duckdb

from dagster_project.validation.run import CheckResult
from dagster_project.warehouse import insert_rows, survey_key, transaction

COLUMNS = {
    "survey": "VARCHAR", "generation": "VARCHAR", "provenance": "VARCHAR", "suite": "VARCHAR", "check": "VARCHAR",
    "severity": "VARCHAR", "passed": "BOOLEAN", "error": "VARCHAR", "observed": "VARCHAR", "failed_rows": "BIGINT",
    "failing": "VARCHAR[]", "reason": "VARCHAR", "expectations": "INTEGER",
}  # fmt: skip


def write_checks(
    connection: duckdb.DuckDBPyConnection, results: Sequence[CheckResult], *, replacing: Collection[str]
) -> None:
    """Put the results of one gate in place of the last ones of the suites in `replacing`, in one transaction.

    Only the checks that were made are replaced: a gate may be run in part.
    """
    with transaction(connection):
        connection.execute("CREATE SCHEMA IF NOT EXISTS audit")
        _make_table(connection)
        connection.execute(
            'DELETE FROM audit.checks WHERE list_contains($suites, suite) AND list_contains($checks, "check")',
            {"suites": list(replacing), "checks": [result.check for result in results]},
        )
        key = astuple(survey_key(connection))
        rows = [
            (
                *key, result.suite, result.check, result.severity, result.passed, result.error, result.observed,
                result.failed_rows, list(result.failing), result.reason, result.expectations,
            )
            for result in results
        ]  # fmt: skip
        insert_rows(connection, "audit.checks", rows)


def _make_table(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table anew where there is none, or one of another version of basecheck."""
    found = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE schema_name = 'audit' AND table_name = 'checks' "
        "ORDER BY column_index"
    ).fetchall()
    if [name for (name,) in found] != list(COLUMNS):
        columns = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
        connection.execute(f"CREATE OR REPLACE TABLE audit.checks ({columns})")
