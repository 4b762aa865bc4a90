"""A survey's tables in a test's own database, as they are declared: a column that changes there changes here.

Rows go into them by name, `INSERT INTO marts.bases BY NAME SELECT …`; what a test has no need of is null.
"""

from __future__ import annotations

import duckdb

from dagster_project.defs.declared import declared_tables


def make_tables(connection: duckdb.DuckDBPyConnection, *wanted: str) -> None:
    """Make the declared tables of these names or schemas, Python's and dbt's, without a row.

    records.records is not among them: its columns are the questions of one codebook.
    """
    unknown = set(wanted)
    for table in declared_tables():
        if {table.schema, table.address} & set(wanted):
            table.make(connection)
            unknown -= {table.schema, table.address}
    assert not unknown, f"declared nowhere: {unknown}"
