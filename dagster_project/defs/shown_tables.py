"""A table as Dagster shows it to people: what each column means, and its first rows where they may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import dagster as dg
import duckdb

from dagster_project.codebook import Codebook
from dagster_project.defs.declared import declared_tables
from dagster_project.release.stored import stored_rows
from dagster_project.schema import Table

FIRST_ROWS = 10


def column_schema(address: str, codebook: Codebook | None = None) -> dg.TableSchema:
    """The columns of a table with what they mean; of records.records those of `codebook`, by its questions' texts."""
    table = _declared()[address] if codebook is None else _of(codebook, address)
    return dg.TableSchema([dg.TableColumn(one.name, one.type, one.meaning) for one in table.columns])


def first_rows(connection: duckdb.DuckDBPyConnection, address: str) -> Mapping[str, dg.TableMetadataValue]:
    """The first rows of a model's table as it stands, by its public columns alone: the history is kept for good.

    Nothing of a table that has none.
    """
    table = _declared()[address]
    names = ", ".join(f'"{column.name}"' for column in table.columns if column.is_public)
    if not names:
        return {}
    return {"first_rows": table_value(stored_rows(connection, f"SELECT {names} FROM {address} LIMIT {FIRST_ROWS}"))}


def table_value(rows: Sequence[Mapping[str, object]]) -> dg.TableMetadataValue:
    """Rows as Dagster shows a table; its cells are numbers and texts."""
    kinds = {int: "int", float: "float"}
    columns = [
        dg.TableColumn(
            name, next((kinds.get(type(row[name]), "string") for row in rows if row[name] is not None), "string")
        )
        for name in (rows[0] if rows else ())
    ]
    plain = [
        dg.TableRecord({name: value if isinstance(value, int | float) else _text(value) for name, value in row.items()})
        for row in rows
    ]
    return dg.MetadataValue.table(plain, dg.TableSchema(columns))


def _text(value: object) -> str | None:
    if isinstance(value, list):
        return ", ".join(value)
    return None if value is None else str(value)


@cache
def _declared() -> Mapping[str, Table]:
    return {table.address: table for table in declared_tables()}


def _of(codebook: Codebook, address: str) -> Table:
    return next(table for table in declared_tables(codebook) if table.address == address)
