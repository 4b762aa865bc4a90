"""audit.checks: what every gate found, kept in the survey's database so that a release can ask for all of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import duckdb

from dagster_project.validation.run import CheckResult
from dagster_project.warehouse import transaction

COLUMNS = """survey VARCHAR, generation VARCHAR, suite VARCHAR, "check" VARCHAR, severity VARCHAR, passed BOOLEAN,
    error VARCHAR, observed VARCHAR, failed_rows BIGINT, failing VARCHAR, reason VARCHAR, expectations INTEGER"""


def write_checks(
    connection: duckdb.DuckDBPyConnection, results: Sequence[CheckResult], *, replacing: Collection[str]
) -> None:
    """Put the results of one gate in place of the last ones of the suites in `replacing`, in one transaction.

    Only the checks that were made are replaced: a gate may be run in part.
    """
    with transaction(connection):
        connection.execute("CREATE SCHEMA IF NOT EXISTS audit")
        connection.execute(f"CREATE TABLE IF NOT EXISTS audit.checks ({COLUMNS})")
        connection.execute(
            'DELETE FROM audit.checks WHERE list_contains($suites, suite) AND list_contains($checks, "check")',
            {"suites": list(replacing), "checks": [result.check for result in results]},
        )
        survey, generation = connection.execute("SELECT survey, generation FROM raw.survey").fetchall()[0]
        if results:
            connection.executemany(
                "INSERT INTO audit.checks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        survey, generation, result.suite, result.check, result.severity, result.passed, result.error,
                        result.observed, result.failed_rows, ", ".join(result.failing), result.reason,
                        result.expectations,
                    )
                    for result in results
                ],
            )  # fmt: skip
