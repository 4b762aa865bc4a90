"""The units of weights: sums in them are exact in any order and of any parts, tiny and huge weights side by side."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.errors import InputError
from dagster_project.ingest.weight_units import WeightUnits, weight_units

# as files have them, and as none has: whole numbers, 17 digits, tiny and huge ones in one file
WEIGHTS = st.lists(st.floats(1e-3, 1e3) | st.integers(1, 10**9).map(float) | st.floats(1e-60, 1e60), min_size=1)


def units_of(connection: duckdb.DuckDBPyConnection, weights: list[float]) -> WeightUnits:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE weighed AS SELECT unnest($1::DOUBLE[]) AS weight, 'a.csv' AS source_file, "
        "unnest(range(2, len($1) + 2)) AS source_line",
        [weights],
    )
    return weight_units(connection, "FROM weighed", Path("folder"))


def sums(connection: duckdb.DuckDBPyConnection, units: WeightUnits, weights: list[float]) -> tuple[Fraction, Fraction]:
    """What DuckDB makes of the weights and of their squares, counted in units."""
    [(w, w2)] = connection.execute(
        "SELECT coalesce(sum((weight / $w)::BIGNUM), 0), coalesce(sum((weight * weight / $w2)::BIGNUM), 0) "
        "FROM unnest($weights::DOUBLE[]) AS given(weight)",
        {"w": units.w_unit, "w2": units.w2_unit, "weights": weights},
    ).fetchall()
    return int(w) * Fraction(units.w_unit), int(w2) * Fraction(units.w2_unit)


@settings(deadline=None, max_examples=40)
@given(WEIGHTS, st.randoms(use_true_random=False))
def test_sums_are_exact_and_parts_add_up_to_the_whole_to_the_last_digit(
    weights: list[float], dice: random.Random
) -> None:
    parts: list[list[float]] = [[], [], []]
    for weight in weights:
        dice.choice(parts).append(weight)
    with duckdb.connect() as connection:
        units = units_of(connection, weights)
        whole, squares = sums(connection, units, weights)
        assert whole == sum(map(Fraction, weights))
        assert abs(squares / sum(Fraction(one) ** 2 for one in weights) - 1) < Fraction(1, 10**15)
        for units_of_parts in ([units] * 3, [units_of(connection, part) for part in parts]):
            counted = [sums(connection, *one) for one in zip(units_of_parts, parts, strict=True)]
            assert (sum(w for w, _ in counted), sum(w2 for _, w2 in counted)) == (whole, squares)


@settings(deadline=None, max_examples=40)
@given(WEIGHTS, st.randoms(use_true_random=False))
def test_the_units_do_not_hang_on_the_order_of_the_records(weights: list[float], dice: random.Random) -> None:
    with duckdb.connect() as connection:
        assert units_of(connection, weights) == units_of(connection, dice.sample(weights, len(weights)))


def test_whole_weights_are_counted_in_ones() -> None:
    with duckdb.connect() as connection:
        assert units_of(connection, [1, 2, 9382]) == WeightUnits(1, 1, 9382)


@pytest.mark.parametrize(("weights", "line"), [([2, 3e-61, 1], 3), ([1, 2, 3, 1e61], 5)])
def test_a_weight_that_cannot_be_squared_is_refused_with_its_line(weights: list[float], line: int) -> None:
    with duckdb.connect() as connection, pytest.raises(InputError) as refused:
        units_of(connection, weights)
    assert str(refused.value) == (
        f"folder/a.csv, line {line}: a weight of {weights[line - 2]:g} cannot be squared; "
        "give weights between 1e-60 and 1e+60."
    )


def test_weights_of_0_and_below_are_for_the_checks_to_refuse() -> None:
    with duckdb.connect() as connection:
        assert units_of(connection, [0, -2, 1]) == WeightUnits(1, 1, 2)
        assert units_of(connection, [0]) == WeightUnits(1, 1, 1)
