"""What a release may tell of the sample's margins is decided with what the tables withhold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from dagster_project.disclosure import withhold_counts
from tests.declared import make_tables

# 43 respondents, of whom `few` answered a; the margin is by another question, whose smallest category has `smallest`.
SURVEY = """
INSERT INTO raw.survey BY NAME SELECT 's' AS survey, 'g1' AS generation, 'collected' AS provenance,
    5 AS minimum_cell, false AS release_records, false AS has_wave;
INSERT INTO raw.questions BY NAME SELECT 1 AS position, 'q' AS question, 'single' AS type, false AS is_group;
INSERT INTO raw.answers BY NAME SELECT 'q' AS question, * FROM (VALUES
    (1, 'a', 'valid', false), (2, 'b', 'valid', false)) AS t(position, answer, kind, exclusive);
CREATE TEMP TABLE counted AS SELECT 'q' AS question, 'valid' AS kind, * FROM (VALUES
    ('a', {few}), ('b', 43 - {few})) AS t(answer, n);
INSERT INTO tallies.cells BY NAME SELECT question, [answer] AS answers, n FROM counted;
INSERT INTO tallies.tallies BY NAME FROM counted;
INSERT INTO tallies.respondents BY NAME SELECT question, kind, sum(n) AS n FROM counted GROUP BY ALL;
INSERT INTO raw.weighting_margins BY NAME SELECT 1 AS margin, ['sex'] AS questions, *, n_in_full / 43 AS
    share_before_in_full FROM (VALUES (1, ['f'], {smallest}), (2, ['m'], 43 - {smallest}), (3, NULL, 0))
    AS t(position, answers, n_in_full);
"""


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        make_tables(opened, "raw", "tallies", "disclosure")
        yield opened


def told(connection: duckdb.DuckDBPyConnection, *, few: int, smallest: int, change: str = "") -> list[tuple[Any, ...]]:
    connection.execute(SURVEY.format(few=few, smallest=smallest))
    connection.execute(change)
    withhold_counts(connection)
    return connection.execute(
        "SELECT n, round(43 * share_before) FROM raw.weighting_margins ORDER BY position"
    ).fetchall()


def test_without_a_small_count_the_margins_are_told(connection: duckdb.DuckDBPyConnection) -> None:
    assert told(connection, few=20, smallest=5) == [(5, 5), (38, 38), (0, 0)]


@pytest.mark.parametrize(("few", "smallest"), [(4, 20), (20, 4)], ids=["a table withholds", "a margin is small"])
def test_a_small_count_anywhere_blanks_every_margin(
    connection: duckdb.DuckDBPyConnection, few: int, smallest: int
) -> None:
    assert told(connection, few=few, smallest=smallest) == [(None, None)] * 3


@pytest.mark.parametrize("change", ["SET release_records = true", "SET minimum_cell = 0"])
def test_where_nothing_is_withheld_small_margins_are_told(connection: duckdb.DuckDBPyConnection, change: str) -> None:
    assert told(connection, few=4, smallest=4, change=f"UPDATE raw.survey {change}")[0] == (4, 4)


def test_what_was_told_is_blank_again_once_something_is_withheld(connection: duckdb.DuckDBPyConnection) -> None:
    assert told(connection, few=20, smallest=5)[0] == (5, 5)
    connection.execute("UPDATE tallies.tallies SET n = 2 WHERE answer = 'a'")
    connection.execute("UPDATE tallies.cells SET n = 2 WHERE answers = ['a']")
    withhold_counts(connection)
    assert connection.execute("SELECT DISTINCT n FROM raw.weighting_margins").fetchall() == [(None,)]
