"""One suite run on one survey's database, and what people are told of it: counts and places, never an answer."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import duckdb

from dagster_project.validation import relations
from dagster_project.validation.suites import CheckSpec, Expected, Severity, Suite, expand

# Records hold respondents' answers and are many: a plain yes or no, in one bundled scan. Elsewhere counts, no values.
_ON_RECORDS: Literal["BOOLEAN_ONLY"] = "BOOLEAN_ONLY"
_ELSEWHERE: dict[Any, Any] = {"result_format": "BASIC", "partial_unexpected_count": 0}
_PLACES_NAMED = 20


@dataclass(frozen=True)
class CheckResult:
    """One check of one survey.

    ``error`` tells that the check could not be made, which says nothing of the data. ``failing`` names at most 20
    places: ``file:line`` for records, else a question, answer and group or a finding. ``failed_rows`` counts all
    such places, and is null where they cannot be counted. ``expectations`` is how many the check consists of here.
    """

    suite: str
    check: str
    severity: Severity
    passed: bool
    error: str | None
    observed: str
    failed_rows: int | None
    failing: tuple[str, ...]
    reason: str
    expectations: int


@dataclass(frozen=True)
class SuiteRun:
    """The checks of one suite in its order, and Great Expectations' own result as JSON for Data Docs."""

    results: tuple[CheckResult, ...]
    validation: dict[str, Any]


@dataclass(frozen=True)
class _Outcome:
    """What Great Expectations said of one expectation."""

    expected: Expected
    passed: bool
    error: str | None
    result: Mapping[str, Any]
    rows: str | None


def run_suite(connection: duckdb.DuckDBPyConnection, suite: Suite, *, only: Collection[str] | None = None) -> SuiteRun:
    """Validate the suite's table in the survey database ``connection``; ``only`` names the checks to make.

    Reads through cursors of the connection, which is left as it was. Nothing is copied and nothing is written.
    """
    wanted = [spec for spec in suite.checks if only is None or spec.check in only]
    names = {spec.check for spec in wanted}
    expected = [one for one in expand(suite, connection) if one.check in names]
    cursor = connection.cursor()
    try:
        columns = _columns(cursor, suite.table)
        with _quiet():
            validation, outcomes = _validate(connection, suite, expected, columns)
        table_is_empty = bool(columns) and cursor.execute(
            f"SELECT count(*) = 0 FROM (FROM {relations.table_name(suite.table)} LIMIT 1)"
        ).fetchone() == (True,)
        results = tuple(
            _result(cursor, spec, [one for one in outcomes if one.expected.check == spec.check], table_is_empty, suite)
            for spec in wanted
        )
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


def _columns(cursor: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    schema, name = table.split(".")
    rows = cursor.execute(
        "SELECT column_name FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? "
        "AND database_name = current_database() ORDER BY column_index",
        [schema, name],
    ).fetchall()
    return [column for (column,) in rows]


def _validate(
    connection: duckdb.DuckDBPyConnection, suite: Suite, expected: list[Expected], columns: list[str]
) -> tuple[dict[str, Any], list[_Outcome]]:
    great_expectations = import_great_expectations()
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.registry import get_expectation_impl

    from dagster_project.validation import expectations
    from dagster_project.validation.duckdb_datasource import DuckDBDatasource

    schema, table = suite.table.split(".")
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    outcomes: dict[int, _Outcome] = {}
    runnable: dict[int, Any] = {}
    for number, one in enumerate(expected):
        try:
            runnable[number] = get_expectation_impl(one.type)(
                **one.kwargs,
                severity=FailureSeverity(one.severity),
                description=one.description,
                meta={"check": one.check, "number": number},
            )
        except Exception as error:
            outcomes[number] = _Outcome(one, False, f"this expectation is not well formed: {_plain(error)}", {}, None)

    if not columns:
        return _empty(suite), [_Outcome(one, False, f"there is no table {suite.table}", {}, None) for one in expected]
    datasource: DuckDBDatasource = context.data_sources.add_duckdb(name="survey", schema_name=schema)
    datasource.attach(connection)
    validation = _empty(suite)
    try:
        batch = (
            datasource.add_table_asset(suite.name, table_name=table)
            .add_batch_definition_whole_table(suite.name)
            .get_batch()
        )
        answer: Any = batch.validate(
            great_expectations.ExpectationSuite(name=suite.name, expectations=list(runnable.values())),
            result_format=_ON_RECORDS if "source_line" in columns else _ELSEWHERE,
        )
        validation = _sanitised(answer.to_json_dict())
        validation["success"] = bool(answer.success) and len(runnable) == len(expected)
        for evaluated in answer.results:
            number = evaluated.expectation_config.meta["number"]
            expectation = runnable[number]
            rows = (
                expectation.rows(relations.table_name(suite.table), columns)
                if isinstance(expectation, expectations.RowsExpectation)
                else _stock_rows(suite.table, columns, expected[number])
            )
            raised = _raised(evaluated.exception_info)
            outcomes[number] = _Outcome(
                expected[number], bool(evaluated.success), raised, dict(evaluated.result), None if raised else rows
            )
    except Exception as error:
        for number in runnable:
            outcomes.setdefault(number, _Outcome(expected[number], False, _plain(error), {}, None))
    finally:
        datasource.detach()
    return validation, [outcomes[number] for number in sorted(outcomes)]


def _empty(suite: Suite) -> dict[str, Any]:
    """The validation of a suite that could not be run."""
    return {"success": False, "results": [], "suite_name": suite.name, "statistics": {}, "meta": {}}


def _stock_rows(table: str, columns: list[str], one: Expected) -> str | None:
    """The rows that a stock expectation means, for naming them; null for expectations on the table as a whole."""
    kwargs = one.kwargs
    column = relations.identifier(kwargs["column"]) if "column" in kwargs else ""
    if one.type == "expect_column_values_to_not_be_null":
        broken = f"{column} IS NULL"
    elif one.type == "expect_column_values_to_be_null":
        broken = f"{column} IS NOT NULL"
    elif one.type == "expect_column_values_to_be_between":
        low, high = kwargs.get("min_value"), kwargs.get("max_value")
        sides = []
        if low is not None:
            sides.append(f"{column} {'<=' if kwargs.get('strict_min') else '<'} {low!r}")
        if high is not None:
            sides.append(f"{column} {'>=' if kwargs.get('strict_max') else '>'} {high!r}")
        broken = " OR ".join(sides)
    elif one.type == "expect_column_values_to_match_regex":
        broken = f"NOT regexp_full_match({column}, {relations.literal(kwargs['regex'])})"
    elif one.type == "expect_column_values_to_be_in_set":
        listed = ", ".join(relations.literal(str(value)) for value in kwargs["value_set"])
        broken = f"CAST({column} AS VARCHAR) NOT IN ({listed})"
    elif one.type == "expect_column_pair_values_a_to_be_greater_than_b":
        a, b = relations.identifier(kwargs["column_A"]), relations.identifier(kwargs["column_B"])
        broken = f"{a} {'<' if kwargs.get('or_equal') else '<='} {b}"
    else:
        return None
    condition = kwargs.get("row_condition")
    if condition:
        left, right = relations.identifier(condition["column"]["name"]), condition["parameter"]
        broken = f"{left} {condition['operator']} {right!r} AND ({broken})"
    return relations.rows_where(relations.table_name(table), columns, broken)


def _result(
    cursor: duckdb.DuckDBPyConnection, spec: CheckSpec, outcomes: list[_Outcome], table_is_empty: bool, suite: Suite
) -> CheckResult:
    errors = list(dict.fromkeys(one.error for one in outcomes if one.error))
    failed = [one for one in outcomes if not one.passed and not one.error]
    failed_rows: int | None = 0
    failing: tuple[str, ...] = ()
    if failed:
        try:
            failed_rows, failing = _places(cursor, failed)
        except duckdb.Error as error:
            failed_rows = None
            errors.append(f"the failing rows could not be looked up: {_plain(error)}")
    return CheckResult(
        suite=spec.suite,
        check=spec.check,
        severity=spec.severity,
        passed=not errors and not failed,
        error="; ".join(errors) or None,
        observed=_observed(outcomes, failed, errors, failed_rows, table_is_empty, _nothing(suite, spec.check)),
        failed_rows=None if errors else failed_rows,
        failing=failing,
        reason=spec.reason,
        expectations=len(outcomes),
    )


def _places(cursor: duckdb.DuckDBPyConnection, failed: list[_Outcome]) -> tuple[int | None, tuple[str, ...]]:
    surveys = [one.rows for one in failed if one.rows is not None]
    if not surveys:
        return None, ()
    broken = " UNION ".join(f"SELECT DISTINCT place, line FROM ({rows}) WHERE broken" for rows in surveys)
    rows = cursor.execute(
        f"SELECT place, line, count(*) OVER () FROM ({broken}) ORDER BY ALL LIMIT {_PLACES_NAMED}"
    ).fetchall()
    places = tuple(str(place) if line is None else f"{place}:{line}" for place, line, _ in rows)
    return (rows[0][2] if rows else None), places


def _observed(
    outcomes: list[_Outcome],
    failed: list[_Outcome],
    errors: list[str],
    failed_rows: int | None,
    table_is_empty: bool,
    nothing: str,
) -> str:
    if errors:
        return "could not be checked"
    if not outcomes:
        return f"nothing to check: {nothing}"
    if failed:
        said = _counted(failed[0].result) if len(failed) == len(outcomes) == 1 else None
        rows = {_looked_at(one.result) for one in outcomes}
        of = f" of {rows.pop():,}" if len(rows) == 1 and None not in rows else ""
        text = said or (f"{failed_rows:,}{of} fail" if failed_rows is not None else "does not hold")
        questions = list(dict.fromkeys(one.expected.question for one in failed if one.expected.question))
        if questions:
            text += f"; {len(questions)} of {len(outcomes)} questions: {', '.join(questions)}"
        return text
    if table_is_empty or all(_looked_at(one.result) == 0 for one in outcomes):
        return "nothing to check: there are no such rows"
    if len(outcomes) > 1 and all(one.expected.question for one in outcomes):
        return f"holds for all {len(outcomes)} questions"
    return (_counted(outcomes[0].result) if len(outcomes) == 1 else None) or "holds for every row"


def _looked_at(result: Mapping[str, Any]) -> int | None:
    """How many rows an expectation was about, where its result says so."""
    if "element_count" in result:
        return int(result["element_count"] or 0)
    return result.get("looked_at")


def _counted(result: Mapping[str, Any]) -> str | None:
    looked_at = _looked_at(result)
    if looked_at is None:
        return None
    broken = result.get("broken", result.get("unexpected_count")) or 0
    return f"{broken:,} of {looked_at:,} fail"


def _nothing(suite: Suite, check: str) -> str:
    said = (one["meta"].get("nothing") for one in suite.expectations if one["meta"]["check"] == check)
    return next((str(text) for text in said if text), "this survey has nothing of the kind")


def _raised(info: Mapping[str, Any] | None) -> str | None:
    """The first exception in Great Expectations' ``exception_info``, which is flat or keyed by metric."""
    if not info:
        return None
    for one in [info, *(value for value in info.values() if isinstance(value, Mapping))]:
        if one.get("raised_exception"):
            return _plain(str(one.get("exception_message")))
    return None


def _plain(error: Exception | str) -> str:
    """An error's first sentence without what DuckDB quotes from the data or from the statement."""
    text = str(error).strip()
    line = next((line for line in text.splitlines() if line.strip()), type(error).__name__)
    line = re.sub(r"'.*'", "'…'", line)
    line = re.sub(r"(?i)\b(value) \S+", r"\1 …", line)
    return line[:300]


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
