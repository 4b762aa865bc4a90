"""A table told once: where it stands, what one row is, and of each column its type, its meaning and who may see it.

The DDL, the inserts, the documentation, what a release publishes and the tests' own tables all come from this one
declaration. Which tables there are is each room's business; dbt's models are declared in their `.yml` instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import duckdb

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """One column. A release shows it to everybody only where it is public; what is not declared so is kept."""

    name: str
    type: str
    meaning: str
    is_public: bool = False

    @property
    def kept(self) -> Column:
        """The same column in a table that is not published."""
        return replace(self, is_public=False)


def public(name: str, type: str, meaning: str) -> Column:
    """A column that every release shows."""
    return Column(name, type, meaning, is_public=True)


# what nearly every table begins with
SURVEY = public("survey", "VARCHAR", "The survey, by the name of its folder")
GENERATION = public(
    "generation", "VARCHAR", "What the inputs were that this row was built from; a release refuses a mix"
)
PROVENANCE = public(
    "provenance",
    "VARCHAR",
    "Where the records come from: collected, reconstructed, synthetic; published if there are none",
)


@dataclass(frozen=True)
class Table:
    """A table of a survey's database. A release has it where at least one of its columns is public.

    `order` is how a release sorts its rows, in SQL: by enough columns that no two rows are alike in them. Without one
    they stay as they were written, because they were written in order.
    """

    schema: str
    name: str
    meaning: str
    columns: tuple[Column, ...]
    order: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """How SQL names it."""
        return f"{self.schema}.{self.name}"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of its columns, in order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The columns that tell its rows apart; empty where none are declared to."""
        terms = (term.strip('"') for term in self.order)
        return tuple(term for term in terms if term in self.names)

    def make(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Put an empty table in the place of the last one."""
        columns = ", ".join(f'"{column.name}" {column.type}' for column in self.columns)
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {self.schema}")
        connection.execute(f"CREATE OR REPLACE TABLE {self.address} ({columns})")

    def make_unless_there(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Keep the table with its rows where it stands as it is declared; else make it, empty."""
        found = connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = current_database() "
            "AND schema_name = ? AND table_name = ? ORDER BY column_index",
            [self.schema, self.name],
        ).fetchall()
        declared = [(column.name, _unspaced(column.type)) for column in self.columns]
        if [(name, _unspaced(type)) for name, type in found] != declared:
            self.make(connection)

    def insert(self, connection: duckdb.DuckDBPyConnection, rows: Iterable[Row], *, key: Row | None = None) -> None:
        """Add rows by their columns' names; `key` holds what is the same in all of them.

        A row says something of every column, be it None: a name that is missing or unknown is a KeyError.
        """
        whole = [{**(key or {}), **row} for row in rows]
        for row in whole:
            if row.keys() != set(self.names):
                raise KeyError(f"{self.address}: a row has not the declared columns: {row.keys() ^ set(self.names)}")
        if whole:
            # By column in one statement; executemany takes 1 ms a row.
            marks = ", ".join(["unnest(?)"] * len(self.names))
            values = [[row[name] for row in whole] for name in self.names]
            connection.execute(f"INSERT INTO {self.address} ({self._list}) SELECT {marks}", values)

    def insert_from(self, connection: duckdb.DuckDBPyConnection, select: str, parameters: Any = None) -> None:
        """Add what a statement gives, by its columns' names; a column that it lacks is DuckDB's error."""
        connection.execute(f"INSERT INTO {self.address} ({self._list}) SELECT {self._list} FROM ({select})", parameters)

    @property
    def _list(self) -> str:
        """SQL of its columns' names."""
        return ", ".join(f'"{name}"' for name in self.names)


def replace_all(
    connection: duckdb.DuckDBPyConnection, rows: Mapping[Table, Sequence[Row]], *, key: Row | None = None
) -> None:
    """Put each table with its rows in the place of its last build; within a transaction all of them or none."""
    for table, of_table in rows.items():
        table.make(connection)
        table.insert(connection, of_table, key=key)


def numbered(rows: Iterable[Row]) -> list[Row]:
    """The rows with their place among them, from 1, in the column `position`."""
    return [{"position": position, **row} for position, row in enumerate(rows, start=1)]


def _unspaced(type: str) -> str:
    """A type in one spelling: DuckDB's is DECIMAL(38,10), ours DECIMAL(38, 10)."""
    return type.replace(", ", ",")
