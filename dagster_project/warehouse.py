"""Opening a survey's DuckDB file and changing it wholly or not at all, the one way that every room does it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.errors import InputError
from dagster_project.room import no_room

# A file or a value must not make DuckDB download or load code.
SAFE_CONFIG: dict[str, str] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}
LOCK_WAIT_SECONDS = 20.0


@dataclass(frozen=True)
class SurveyKey:
    """What every table begins with: which survey, built from which inputs, its records from where."""

    survey: str
    generation: str
    provenance: str


def open_warehouse(
    path: Path, *, read_only: bool = False, wait_seconds: float | None = None
) -> duckdb.DuckDBPyConnection:
    """Connect to the survey database at ``path``; close the connection before dbt opens the same file.

    A lock that another program holds is waited for ``wait_seconds`` (20 by default), then named in an `InputError`;
    so is a file that is no DuckDB database or a folder that cannot be written.
    """
    deadline = time.monotonic() + (LOCK_WAIT_SECONDS if wait_seconds is None else wait_seconds)
    while True:
        try:
            return duckdb.connect(str(path), read_only=read_only, config=dict(SAFE_CONFIG))
        except duckdb.IOException as error:
            if no_room(error):
                raise
            text = str(error)
            if "lock" not in text.lower():
                raise InputError(
                    f"{path}: DuckDB cannot open this file ({_first_line(text)}). "
                    "If it is left over from another program or version, remove it and run again."
                ) from error
            if time.monotonic() >= deadline:
                holder = re.search(r"\(PID (\d+)\)", text)
                who = f"process {holder.group(1)}" if holder else "another program"
                raise InputError(
                    f"{path}: {who} has this database open, and DuckDB allows one writer. "
                    "Close it there, then run again."
                ) from error
            time.sleep(0.2)


def attach_read_only(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    """Make a database readable under a name that is a plain identifier. Raises duckdb.Error."""
    quoted = str(path).replace("'", "''")
    connection.execute(f"ATTACH '{quoted}' AS {name} (READ_ONLY)")


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of what is done inside, or nothing of it."""
    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        with suppress(duckdb.TransactionException):  # it is over: a signal came once all was committed
            connection.rollback()
        raise


def column_names(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """The columns of `schema.table` in order; none where there is no such table.

    DuckDB's list of all columns of all tables takes five times as long. Not inside a transaction, which a missing
    table would break off.
    """
    try:
        return [name for name, *_ in connection.execute(f"DESCRIBE {table}").fetchall()]
    except duckdb.CatalogException:
        return []


def survey_key(connection: duckdb.DuckDBPyConnection) -> SurveyKey:
    """The key of the survey that was last ingested into this database."""
    row = connection.execute("SELECT survey, generation, provenance FROM raw.survey").fetchone()
    if row is None:
        raise InputError("raw.survey is empty: ingest the survey first.")
    return SurveyKey(*row)


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0]
