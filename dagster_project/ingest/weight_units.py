"""The units in which weights are counted, so that sums of weights are sums of whole numbers: exact, in any order.

What a sum of floating-point numbers comes to depends on the order of its terms, which DuckDB's threads choose anew in
each run. So a weight counts as a whole number of units, of a power of two that is small enough for nothing to be lost,
and its square, a floating-point number too, as one of another unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import frexp
from pathlib import Path

import duckdb

from dagster_project.errors import InputError
from dagster_project.schema import GENERATION, SURVEY, Column, Table, public

DIGITS = 53  # of a double, in binary
SMALLEST, LARGEST = 1e-60, 1e60  # of whose squares a double holds the ratio
WEIGHT_UNITS = Table(
    "raw",
    "weight_units",
    "In one row, the units of the tallies: the weights sum to w * w_unit, their squares to w2 * w2_unit",
    (
        SURVEY,
        GENERATION,
        public("w_unit", "DOUBLE", "The unit of sums of weights, a power of 2: 1 where all weights are whole"),
        public("w2_unit", "DOUBLE", "The unit of sums of squared weights, likewise"),
        Column("weight_max", "DOUBLE", "The greatest weight"),
    ),
)


@dataclass(frozen=True)
class WeightUnits:
    """What the tallies count weights and their squares in; a row of raw.weight_units."""

    w_unit: float
    w2_unit: float
    weight_max: float

    def sum_of(self, weight: str) -> str:
        """SQL of the sum of a column of these weights."""
        return f"sum(({weight} / {self.w_unit!r})::BIGNUM)::DOUBLE * {self.w_unit!r}"

    def sum_of_squares(self, weight: str) -> str:
        """SQL of the sum of their squares."""
        return f"sum(({weight} * {weight} / {self.w2_unit!r})::BIGNUM)::DOUBLE * {self.w2_unit!r}"


UNWEIGHTED = WeightUnits(1.0, 1.0, 1.0)


def weight_units(
    connection: duckdb.DuckDBPyConnection, weights: str, folder: Path, column: str | None = None
) -> WeightUnits:
    """The units for a SELECT of `weight`, source_file and source_line, in whatever order its rows are.

    Raises `InputError`, naming a line and the `column`, for a weight that is too small or too large to be squared.
    Weights of 0 count for nothing here, and one below 0 as one above: that there are none is for others to say.
    """
    [(least, greatest, are_whole)] = connection.execute(
        f"""SELECT min(abs(weight)), max(abs(weight)), bool_and(weight = floor(weight))
        FROM ({weights}) WHERE weight <> 0"""
    ).fetchall()
    if least is None:
        return UNWEIGHTED
    if least < SMALLEST or greatest > LARGEST:
        wrong = least if least < SMALLEST else greatest
        [(file, line)] = connection.execute(
            f"SELECT source_file, source_line FROM ({weights}) WHERE abs(weight) = ? ORDER BY ALL LIMIT 1", [wrong]
        ).fetchall()
        place = f"{folder / file}, line {line}: " + (f"column {column!r}: " if column else "")
        raise InputError(
            f"{place}a weight of {wrong:.3g} cannot be squared; give weights between {SMALLEST:g} and {LARGEST:g}."
        )
    if are_whole:
        return WeightUnits(1.0, 1.0, greatest)
    return WeightUnits(_last_digit(least), _last_digit(least**2), greatest)


def _last_digit(number: float) -> float:
    """What the last binary digit of a number stands for; greater numbers are a multiple of it, too."""
    return float(2.0 ** (frexp(number)[1] - DIGITS))
