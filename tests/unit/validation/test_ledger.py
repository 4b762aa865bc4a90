"""audit.checks keeps the last result of every check, each row with the key of its survey."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from dagster_project.errors import InputError
from dagster_project.validation import CheckResult, write_checks

HOLDS = CheckResult("bases", "bases_nest", "critical", True, None, "no row fails", None, (), "A base nests.", 1)
BROKEN = replace(HOLDS, check="keys_are_unique", passed=False, failed_rows=2, failing=("q1", "q2"), expectations=3)


def kept(connection: duckdb.DuckDBPyConnection, columns: str) -> list[tuple[object, ...]]:
    return connection.execute(f'SELECT {columns} FROM audit.checks ORDER BY suite, "check"').fetchall()


def test_every_check_is_kept_with_its_survey_and_what_was_found(survey: duckdb.DuckDBPyConnection) -> None:
    write_checks(survey, [HOLDS, BROKEN])
    assert kept(survey, "*") == [
        ("s", "g1", "collected", "bases", "bases_nest", "critical", True, None, "no row fails", None, [],
         "A base nests.", 1),
        ("s", "g1", "collected", "bases", "keys_are_unique", "critical", False, None, "no row fails", 2, ["q1", "q2"],
         "A base nests.", 3),
    ]  # fmt: skip


def test_only_the_checks_that_were_made_are_replaced(survey: duckdb.DuckDBPyConnection) -> None:
    elsewhere = replace(BROKEN, suite="toplines")
    write_checks(survey, [HOLDS, BROKEN])
    write_checks(survey, [elsewhere])
    write_checks(survey, [replace(BROKEN, passed=True, failed_rows=0, failing=())])
    assert kept(survey, 'suite, "check", passed') == [
        ("bases", "bases_nest", True), ("bases", "keys_are_unique", True), ("toplines", "keys_are_unique", False),
    ]  # fmt: skip
    write_checks(survey, [])
    assert len(kept(survey, "suite")) == 3


def test_a_survey_that_was_not_ingested_is_named_and_what_was_kept_stays(survey: duckdb.DuckDBPyConnection) -> None:
    write_checks(survey, [HOLDS])
    survey.execute("DELETE FROM raw.survey")
    with pytest.raises(InputError, match="ingest the survey"):
        write_checks(survey, [BROKEN, HOLDS])
    assert kept(survey, '"check"') == [("bases_nest",)]
