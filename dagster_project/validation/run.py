"""One suite run on one survey's database by Great Expectations. What people are told of it is `outcomes`' business."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import duckdb

from dagster_project.validation import relations, stock
from dagster_project.validation.outcomes import CheckResult, Outcome, check_result, plain
from dagster_project.validation.suites import Expected, Scopes, Suite, expand, survey_scopes
from dagster_project.warehouse import column_names

if TYPE_CHECKING:
    from dagster_project.validation.duckdb_datasource import DuckDBDatasource

# Records hold respondents' answers and are many: a plain yes or no, in one bundled scan. Elsewhere counts, no values.
_ON_RECORDS: Literal["BOOLEAN_ONLY"] = "BOOLEAN_ONLY"
_ELSEWHERE: dict[Any, Any] = {"result_format": "BASIC", "partial_unexpected_count": 0}


@dataclass(frozen=True)
class SuiteRun:
    """The checks of one suite in its order, and Great Expectations' own result as JSON for Data Docs."""

    results: tuple[CheckResult, ...]
    validation: dict[str, Any]


def run_suite(
    connection: duckdb.DuckDBPyConnection,
    suite: Suite,
    *,
    only: Collection[str] | None = None,
    scopes: Scopes | None = None,
) -> SuiteRun:
    """Validate the suite's table in the survey database ``connection``; ``only`` names the checks to make.

    ``scopes`` are the survey's, for who runs several suites on it. Reads through cursors of the connection, which is
    left as it was. Nothing is copied and nothing is written.
    """
    wanted = [spec for spec in suite.checks if only is None or spec.check in only]
    names = {spec.check for spec in wanted}
    expected = [one for one in expand(suite, scopes or survey_scopes(connection)) if one.check in names]
    cursor = connection.cursor()
    try:
        columns = column_names(cursor, suite.table)
        with _quiet():
            validation, outcomes = _validate(connection, suite, expected, columns)
        is_empty = bool(columns) and _is_empty(cursor, suite.table)
        results = tuple(check_result(cursor, spec, outcomes, suite, is_empty) for spec in wanted)
    finally:
        cursor.close()
    return SuiteRun(results, validation)


@contextmanager
def _quiet() -> Iterator[None]:
    """Great Expectations without its log: it writes whole tracebacks there, with what DuckDB quotes from the data."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


def import_great_expectations() -> Any:
    """Great Expectations with its telemetry off; the first call takes seconds."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations

    return great_expectations


def _is_empty(cursor: duckdb.DuckDBPyConnection, table: str) -> bool:
    sql = f"SELECT count(*) = 0 FROM (FROM {relations.table_name(table)} LIMIT 1)"
    return cursor.execute(sql).fetchone() == (True,)


def _validate(
    connection: duckdb.DuckDBPyConnection, suite: Suite, expected: list[Expected], columns: list[str]
) -> tuple[dict[str, Any], list[Outcome]]:
    """Great Expectations' validation of the suite's table, and the outcome of each expectation in their order."""
    if not columns:
        return _empty(suite), [Outcome(one, False, f"there is no table {suite.table}", {}, None) for one in expected]
    validation = _empty(suite)
    runnable, outcomes = _instances(expected)
    try:
        answer = _answer(connection, suite, list(runnable.values()), on_records="source_line" in columns)
        validation = _sanitised(answer.to_json_dict())
        validation["success"] = bool(answer.success) and len(runnable) == len(expected)
        for evaluated in answer.results:
            number = evaluated.expectation_config.meta["number"]
            outcomes[number] = _evaluated(evaluated, runnable[number], expected[number], suite.table, columns)
    except Exception as error:
        for number in runnable:
            outcomes.setdefault(number, Outcome(expected[number], False, plain(error), {}, None))
    return validation, [outcomes[number] for number in sorted(outcomes)]


def _instances(expected: list[Expected]) -> tuple[dict[int, Any], dict[int, Outcome]]:
    """The expectations as Great Expectations' own, by number; and those of which it can make nothing."""
    import_great_expectations()
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.registry import get_expectation_impl

    from dagster_project.validation import expectations  # noqa: F401 # registers ours

    made: dict[int, Any] = {}
    refused: dict[int, Outcome] = {}
    for number, one in enumerate(expected):
        try:
            made[number] = get_expectation_impl(one.type)(
                **one.kwargs,
                severity=FailureSeverity(one.severity),
                description=one.description,
                meta={"check": one.check, "number": number},
            )
        except Exception as error:
            refused[number] = Outcome(one, False, f"this expectation is not well formed: {plain(error)}", {}, None)
    return made, refused


def _answer(connection: duckdb.DuckDBPyConnection, suite: Suite, runnable: list[Any], *, on_records: bool) -> Any:
    """What Great Expectations says of the expectations on the suite's table."""
    great_expectations = import_great_expectations()
    datasource = _datasource(suite.name, suite.table)
    datasource.attach(connection)
    try:
        if not datasource.assets:
            table = datasource.add_table_asset(suite.name, table_name=suite.table.split(".")[1])
            table.add_batch_definition_whole_table(suite.name)
        [table] = datasource.assets
        batch = table.get_batch_definition(suite.name).get_batch()
        expectations = great_expectations.ExpectationSuite(name=suite.name, expectations=runnable)
        with _configured_once():
            return batch.validate(expectations, result_format=_ON_RECORDS if on_records else _ELSEWHERE)
    finally:
        datasource.detach()


@contextmanager
def _configured_once() -> Iterator[None]:
    """While it is validated, an expectation asks for its own configuration some 60 times, and Great Expectations makes
    it anew each time, which takes a third of all."""
    from great_expectations.expectations.expectation import Expectation

    stock = Expectation.configuration
    made: dict[int, tuple[Any, Any]] = {}  # with the expectation itself, so that no other gets its number

    def configuration(expectation: Any) -> Any:
        if id(expectation) not in made:
            made[id(expectation)] = (expectation, stock.fget(expectation))
        return made[id(expectation)][1]

    Expectation.configuration = property(configuration)
    try:
        yield
    finally:
        Expectation.configuration = stock


@cache
def _datasource(name: str, table: str) -> DuckDBDatasource:  # noqa: ARG001 # each suite has one, as long as the process lives
    """Where a suite's table is, of whichever survey is attached, in a context of Great Expectations of its own."""
    great_expectations = import_great_expectations()
    from great_expectations.data_context.types.base import ProgressBarsConfig

    from dagster_project.validation import duckdb_datasource  # noqa: F401 # registers it

    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    datasource: DuckDBDatasource = context.data_sources.add_duckdb(name="survey", schema_name=table.split(".")[0])
    return datasource


def _evaluated(evaluated: Any, expectation: Any, expected: Expected, table: str, columns: list[str]) -> Outcome:
    """The outcome of an expectation that was evaluated, with the SQL that names its rows unless it raised."""
    from dagster_project.validation import expectations

    raised = _raised(evaluated.exception_info)
    rows = (
        expectation.rows(relations.table_name(table), columns)
        if isinstance(expectation, expectations.RowsExpectation)
        else stock.broken_rows(table, columns, expected)
    )
    return Outcome(expected, bool(evaluated.success), raised, dict(evaluated.result), None if raised else rows)


def _empty(suite: Suite) -> dict[str, Any]:
    """The validation of a suite that could not be run."""
    return {"success": False, "results": [], "suite_name": suite.name, "statistics": {}, "meta": {}}


def _raised(info: Mapping[str, Any] | None) -> str | None:
    """The first exception in Great Expectations' ``exception_info``, which is flat or keyed by metric."""
    if not info:
        return None
    for one in [info, *(value for value in info.values() if isinstance(value, Mapping))]:
        if one.get("raised_exception"):
            return plain(str(one.get("exception_message")))
    return None


def _sanitised(validation: dict[str, Any]) -> dict[str, Any]:
    """Great Expectations' result without tracebacks and without what an exception quotes."""
    for one in validation["results"]:
        error = _raised(one.get("exception_info"))
        one["exception_info"] = {
            "raised_exception": error is not None,
            "exception_message": error,
            "exception_traceback": "" if error else None,
        }
    return validation
