"""A table from its declaration: made, filled by name, kept where it stands as it is declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from dagster_project.schema import Column, Table, numbered, public, replace_all

POLLS = Table(
    "raw",
    "polls",
    "One row per poll",
    (
        public("poll", "VARCHAR", "Its name"),
        Column("order", "INTEGER", "Its place; a reserved word"),
        public("share", "DECIMAL(38, 10)", "What was found"),
        public("topics", "VARCHAR[]", "What it asks about"),
    ),
)
ROW = {"poll": "a", "order": 1, "share": None, "topics": ["x", "y"]}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def stored(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return connection.execute("FROM raw.polls").fetchall()


def test_a_table_has_the_declared_columns_in_their_order(connection: duckdb.DuckDBPyConnection) -> None:
    POLLS.make(connection)
    described = connection.execute("DESCRIBE raw.polls").fetchall()
    assert [(name, kind) for name, kind, *_ in described] == [
        ("poll", "VARCHAR"), ("order", "INTEGER"), ("share", "DECIMAL(38,10)"), ("topics", "VARCHAR[]"),
    ]  # fmt: skip


def test_rows_find_their_columns_by_name_and_share_a_key(connection: duckdb.DuckDBPyConnection) -> None:
    POLLS.make(connection)
    rows = [{"topics": [], "share": 2, "order": 2}, {"order": 3, "share": None, "topics": None}]
    POLLS.insert(connection, rows, key={"poll": "b"})
    assert stored(connection) == [("b", 2, 2, []), ("b", 3, None, None)]


@pytest.mark.parametrize("wrong", [{"shares": 1}, {"order": 1, "share": 1, "topics": [], "poll": "a", "more": 1}])
def test_a_row_with_other_columns_is_refused(connection: duckdb.DuckDBPyConnection, wrong: dict[str, object]) -> None:
    POLLS.make(connection)
    with pytest.raises(KeyError, match=r"raw\.polls: a row has not the declared columns"):
        POLLS.insert(connection, [ROW, wrong])
    assert stored(connection) == []


def test_a_statement_fills_a_table_by_names_in_its_order(connection: duckdb.DuckDBPyConnection) -> None:
    POLLS.make(connection)
    select = (
        "SELECT * FROM (VALUES (?, 0.5, 2, 'b'), ([], 0.25, 1, 'a')) AS t(topics, share, \"order\", poll) ORDER BY 3"
    )
    POLLS.insert_from(connection, select, [["x"]])
    assert [(poll, order, float(share), topics) for poll, order, share, topics in stored(connection)] == [
        ("a", 1, 0.25, []), ("b", 2, 0.5, ["x"]),
    ]  # fmt: skip
    with pytest.raises(duckdb.BinderException, match="topics"):
        POLLS.insert_from(connection, "SELECT 'a' AS poll, 1 AS \"order\", 1 AS share")


def test_a_table_that_stands_as_it_is_declared_keeps_its_rows(connection: duckdb.DuckDBPyConnection) -> None:
    POLLS.make_unless_there(connection)
    POLLS.insert(connection, [ROW])
    POLLS.make_unless_there(connection)
    assert len(stored(connection)) == 1


@pytest.mark.parametrize(
    "change", ["DROP COLUMN share", "ADD COLUMN more INTEGER", "ALTER topics TYPE VARCHAR", "RENAME share TO part"]
)
def test_a_table_of_another_shape_is_made_anew(connection: duckdb.DuckDBPyConnection, change: str) -> None:
    POLLS.make(connection)
    POLLS.insert(connection, [ROW])
    connection.execute(f"ALTER TABLE raw.polls {change}")
    POLLS.make_unless_there(connection)
    assert stored(connection) == []
    POLLS.insert(connection, [ROW])
    assert stored(connection) == [("a", 1, None, ["x", "y"])]


def test_all_tables_are_put_in_the_place_of_the_last_ones(connection: duckdb.DuckDBPyConnection) -> None:
    other = Table("raw", "others", "More", (public("poll", "VARCHAR", "Its name"),))
    for number in (2, 1):
        rows = {POLLS: [{name: value for name, value in ROW.items() if name != "poll"}] * number, other: []}
        replace_all(connection, rows, key={"poll": "z"})
        assert [poll for poll, *_ in stored(connection)] == ["z"] * number
        assert connection.execute("FROM raw.others").fetchall() == []


def test_rows_can_be_numbered_by_their_place() -> None:
    assert numbered([{"poll": "b"}, {"poll": "a"}]) == [{"position": 1, "poll": "b"}, {"position": 2, "poll": "a"}]
