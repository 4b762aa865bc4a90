"""The SQL that names the rows which break one of Great Expectations' stock expectations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dagster_project.validation import relations
from dagster_project.validation.suites import Expected


def broken_rows(table: str, columns: list[str], one: Expected) -> str | None:
    """The rows that a stock expectation means, for naming them; null for expectations on the table as a whole."""
    if one.type not in _BREAKS:
        return None
    broken = _BREAKS[one.type](one.kwargs)
    condition = one.kwargs.get("row_condition")
    if condition:
        left, right = relations.identifier(condition["column"]["name"]), condition["parameter"]
        broken = f"{left} {condition['operator']} {right!r} AND ({broken})"
    return relations.rows_where(relations.table_name(table), columns, broken)


def _column(kwargs: Mapping[str, Any]) -> str:
    return relations.identifier(kwargs["column"])


def _outside(kwargs: Mapping[str, Any]) -> str:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    sides = []
    if low is not None:
        sides.append(f"{_column(kwargs)} {'<=' if kwargs.get('strict_min') else '<'} {low!r}")
    if high is not None:
        sides.append(f"{_column(kwargs)} {'>=' if kwargs.get('strict_max') else '>'} {high!r}")
    return " OR ".join(sides)


def _not_among(kwargs: Mapping[str, Any]) -> str:
    listed = ", ".join(relations.literal(str(value)) for value in kwargs["value_set"])
    return f"CAST({_column(kwargs)} AS VARCHAR) NOT IN ({listed})"


def _not_greater(kwargs: Mapping[str, Any]) -> str:
    a, b = relations.identifier(kwargs["column_A"]), relations.identifier(kwargs["column_B"])
    return f"{a} {'<' if kwargs.get('or_equal') else '<='} {b}"


# Of each stock expectation on rows the condition, as SQL, under which a row breaks it.
_BREAKS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "expect_column_values_to_not_be_null": lambda kwargs: f"{_column(kwargs)} IS NULL",
    "expect_column_values_to_be_null": lambda kwargs: f"{_column(kwargs)} IS NOT NULL",
    "expect_column_values_to_be_between": _outside,
    "expect_column_values_to_match_regex": lambda kwargs: (
        f"NOT regexp_full_match({_column(kwargs)}, {relations.literal(kwargs['regex'])})"
    ),
    "expect_column_values_to_be_in_set": _not_among,
    "expect_column_pair_values_a_to_be_greater_than_b": _not_greater,
}
