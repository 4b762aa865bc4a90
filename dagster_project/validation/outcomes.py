"""What people are told of a check: does it hold, how many rows fail, and where; counts and places, never an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from dagster_project.validation.suites import CheckSeverity, CheckSpec, Expected, Suite

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
    severity: CheckSeverity
    passed: bool
    error: str | None
    observed: str
    failed_rows: int | None
    failing: tuple[str, ...]
    reason: str
    expectations: int


@dataclass(frozen=True)
class Outcome:
    """What Great Expectations said of one expectation."""

    expected: Expected
    passed: bool
    error: str | None
    result: Mapping[str, Any]
    rows: str | None

    @property
    def failed(self) -> bool:
        """Whether the data do not hold; of an error nothing is known."""
        return not self.passed and not self.error

    @property
    def looked_at(self) -> int | None:
        """How many rows the expectation was about, where its result says so."""
        if "element_count" in self.result:
            return int(self.result["element_count"] or 0)
        return self.result.get("looked_at")

    @property
    def counted(self) -> str | None:
        """How many of these rows fail."""
        if self.looked_at is None:
            return None
        broken = self.result.get("broken", self.result.get("unexpected_count")) or 0
        return f"{broken:,} of {self.looked_at:,} fail"


@dataclass(frozen=True)
class _Failing:
    """How many rows fail, null where they cannot be counted; some of their places; and why they could not be found."""

    rows: int | None
    places: tuple[str, ...] = ()
    error: str | None = None


def check_result(
    cursor: duckdb.DuckDBPyConnection, spec: CheckSpec, of_suite: Sequence[Outcome], suite: Suite, is_empty: bool
) -> CheckResult:
    """The result of one check, from the outcomes of its suite on a table that may be empty."""
    outcomes = [one for one in of_suite if one.expected.check == spec.check]
    failing = _failing(cursor, [one for one in outcomes if one.failed])
    error = _error(outcomes, failing)
    return CheckResult(
        suite=spec.suite,
        check=spec.check,
        severity=spec.severity,
        passed=error is None and all(one.passed for one in outcomes),
        error=error,
        observed="could not be checked" if error else _observed(suite, spec.check, outcomes, failing.rows, is_empty),
        failed_rows=None if error else failing.rows,
        failing=failing.places,
        reason=spec.reason,
        expectations=len(outcomes),
    )


def _error(outcomes: Sequence[Outcome], failing: _Failing) -> str | None:
    errors = [*(one.error for one in outcomes), failing.error]
    return "; ".join(dict.fromkeys(error for error in errors if error)) or None


def _failing(cursor: duckdb.DuckDBPyConnection, failed: Sequence[Outcome]) -> _Failing:
    """The rows that fail, as far as they can be counted and named."""
    surveys = [one.rows for one in failed if one.rows is not None]
    if not surveys:
        return _Failing(None if failed else 0)
    broken = " UNION ".join(f"SELECT DISTINCT place, line FROM ({rows}) WHERE broken" for rows in surveys)
    try:
        rows = cursor.execute(
            f"SELECT place, line, count(*) OVER () FROM ({broken}) ORDER BY ALL LIMIT {_PLACES_NAMED}"
        ).fetchall()
    except duckdb.Error as error:
        return _Failing(None, error=f"the failing rows could not be looked up: {plain(error)}")
    places = tuple(str(place) if line is None else f"{place}:{line}" for place, line, _ in rows)
    return _Failing(rows[0][2] if rows else None, places)


def _observed(
    suite: Suite, check: str, outcomes: Sequence[Outcome], failed_rows: int | None, table_is_empty: bool
) -> str:
    """What was seen of a check whose expectations could all be evaluated."""
    if not outcomes:
        return f"nothing to check: {_nothing(suite, check)}"
    if not all(one.passed for one in outcomes):
        return _failure(outcomes, failed_rows)
    if table_is_empty or all(one.looked_at == 0 for one in outcomes):
        return "nothing to check: there are no such rows"
    return _success(outcomes)


def _success(outcomes: Sequence[Outcome]) -> str:
    if len(outcomes) == 1:
        return outcomes[0].counted or "holds for every row"
    of_questions = all(one.expected.question for one in outcomes)
    return f"holds for all {len(outcomes)} questions" if of_questions else "holds for every row"


def _failure(outcomes: Sequence[Outcome], failed_rows: int | None) -> str:
    """How many rows fail, of how many where that is one number, and for which questions."""
    failed = [one for one in outcomes if not one.passed]
    said = failed[0].counted if len(outcomes) == 1 else None
    text = said or ("does not hold" if failed_rows is None else f"{failed_rows:,}{_of_rows(outcomes)} fail")
    questions = list(dict.fromkeys(one.expected.question for one in failed if one.expected.question))
    return f"{text}; {len(questions)} of {len(outcomes)} questions: {', '.join(questions)}" if questions else text


def _of_rows(outcomes: Sequence[Outcome]) -> str:
    rows = {one.looked_at for one in outcomes}
    return f" of {rows.pop():,}" if len(rows) == 1 and None not in rows else ""


def _nothing(suite: Suite, check: str) -> str:
    said = (one["meta"].get("nothing") for one in suite.expectations if one["meta"]["check"] == check)
    return next((str(text) for text in said if text), "this survey has nothing of the kind")


def plain(error: Exception | str) -> str:
    """An error's first sentence without what DuckDB quotes from the data or from the statement."""
    text = str(error).strip()
    line = next((line for line in text.splitlines() if line.strip()), type(error).__name__)
    line = re.sub(r"'.*'", "'…'", line)
    line = re.sub(r"(?i)\b(value) \S+", r"\1 …", line)
    return line[:300]
