"""The interval arithmetic in SQL against counting on one's fingers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.validation.relations import impossible_intervals

Bound = int | None
Percent = Decimal | None
Row = tuple[Bound, Bound, Bound, Bound, Percent, Percent, bool, bool]

COLUMNS = """finding VARCHAR, count_low BIGINT, count_high BIGINT, base_low BIGINT, base_high BIGINT,
    percent_low DECIMAL(38, 10), percent_high DECIMAL(38, 10), percent_low_open BOOLEAN, percent_high_open BOOLEAN"""


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def possible(connection: duckdb.DuckDBPyConnection, *rows: Row) -> list[bool]:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE f ({COLUMNS})")
    connection.executemany(
        "INSERT INTO f VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(f"{number:04}", *row) for number, row in enumerate(rows)],
    )
    sql = impossible_intervals(
        "f",
        ["finding"],
        count=("count_low", "count_high"),
        base=("base_low", "base_high"),
        percent=("percent_low", "percent_high"),
        percent_open=("percent_low_open", "percent_high_open"),
    )
    return [not broken for (broken,) in connection.execute(f"SELECT broken FROM ({sql}) ORDER BY place").fetchall()]


def brute(row: Row, largest: int) -> bool:
    """Whether some 1 <= base <= largest and some count will do, by trying each."""
    c0, c1, b0, b1, p0, p1, open0, open1 = row
    for base in range(max(b0 or 1, 1), min(largest if b1 is None else b1, largest) + 1):
        for count in range(max(c0 or 0, 0), min(base, base if c1 is None else c1) + 1):
            percent = Fraction(100 * count, base)
            above = p0 is None or (percent > Fraction(p0) if open0 else percent >= Fraction(p0))
            below = p1 is None or (percent < Fraction(p1) if open1 else percent <= Fraction(p1))
            if above and below:
                return True
    return False


bounds = st.none() | st.integers(-3, 45)
# Round percentages and ones of a few odd decimals, so that both ties and gaps come up; some outside 0 to 100.
percents = st.none() | st.one_of(
    st.integers(-10, 1100).map(lambda tenths: Decimal(tenths) / 10),
    st.integers(1, 40)
    .flatmap(lambda base: st.integers(0, base).map(lambda n: Decimal(100 * n) / base))
    .map(lambda percent: percent.quantize(Decimal("1.0000000000"))),
)
rows = st.tuples(bounds, bounds, bounds, st.integers(-3, 45), percents, percents, st.booleans(), st.booleans())


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.lists(rows, min_size=1, max_size=40))
def test_the_sql_agrees_with_trying_every_count_and_base(
    connection: duckdb.DuckDBPyConnection, cases: list[Row]
) -> None:
    assert possible(connection, *cases) == [brute(case, 45) for case in cases]


def near(percent: str, half: str = "0.5") -> tuple[Decimal, Decimal, bool, bool]:
    """The rounding interval of a percentage, half up."""
    return Decimal(percent) - Decimal(half), Decimal(percent) + Decimal(half), False, True


def test_96_of_about_150_is_not_42_percent_and_40_of_96_is(connection: duckdb.DuckDBPyConnection) -> None:
    assert possible(
        connection,
        (96, 96, 140, 160, *near("42")),
        (40, 40, 96, 96, *near("42")),
        (None, None, 96, 96, *near("42")),
        (96, 96, 150, 150, *near("64")),
    ) == [False, True, True, True]


def test_an_open_end_leaves_out_its_own_point(connection: duckdb.DuckDBPyConnection) -> None:
    half = Decimal("42.5")
    assert possible(
        connection,
        (17, 17, 40, 40, half, Decimal(43), False, False),
        (17, 17, 40, 40, half, Decimal(43), True, False),
        (17, 17, 40, 40, Decimal(42), half, False, True),
        (0, 0, 5, 5, Decimal(0), Decimal(0), False, False),
        (0, 0, 5, 5, Decimal(0), Decimal(1), True, False),
    ) == [True, False, False, True, False]


def test_what_is_not_stated_is_unbounded(connection: duckdb.DuckDBPyConnection) -> None:
    third = Decimal("33.3333333333")
    assert possible(
        connection,
        (None, None, None, None, None, None, False, False),
        (7, 7, None, None, Decimal("0.0000000001"), Decimal("0.0000000001"), False, False),
        (None, None, None, None, third, third, False, False),  # a base of 10^12 gives exactly that
        (None, None, None, 10**11, third, third, False, False),
        (5, None, None, 4, None, None, False, False),
    ) == [True, True, True, False, False]


def test_bases_of_millions_are_decided_exactly(connection: duckdb.DuckDBPyConnection) -> None:
    # Just above 1/3, and by at most 10^-7: n / (3n - 1) is the nearest above, and 1 / (3 (3n - 1)) away.
    low, high = Decimal("33.3333333334"), Decimal("33.3333433333")
    assert possible(
        connection,
        (None, None, 1, 3_000_000, low, high, False, False),
        (None, None, 1, 3_400_000, low, high, False, False),
        (1_000_000, 9_000_000, 2_000_000, 20_000_000, *near("41.6666667", "0.00000005")),
    ) == [False, True, True]
