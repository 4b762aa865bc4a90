"""Asking the latest releases in SQL, read-only."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from dagster_project.errors import InputError
from dagster_project.places import DATABASE
from dagster_project.release.publish import latest_release
from dagster_project.warehouse import SAFE_CONFIG, attach_read_only


@contextmanager
def open_releases(releases_dir: Path, surveys: Sequence[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the surveys' latest releases (all, if none is named), each attached under its own name.

    The first is the one that a table without a survey's name is looked up in. Raises `InputError` where there is none.
    """
    names = list(dict.fromkeys(surveys)) or (
        sorted(path.name for path in releases_dir.iterdir()) if releases_dir.is_dir() else []
    )
    connection = duckdb.connect(config=dict(SAFE_CONFIG))
    try:
        attached = [name for name in names if _attach(connection, releases_dir, name, named=bool(surveys))]
        if not attached:
            raise InputError(f"{releases_dir}: nothing is released yet; `basecheck run` does it.")
        connection.execute("SET enable_external_access = false")
        connection.execute(f"USE {attached[0]}")
        yield connection
    finally:
        connection.close()


def prompt(connection: duckdb.DuckDBPyConnection, statements: Iterator[str]) -> None:
    """Run statement after statement and print what each gives. Raises `InputError` for the first of a single one."""
    for statement in statements:
        try:
            result = connection.sql(statement)
            if result is not None:  # only now are its rows computed
                result.show(max_rows=10_000, max_width=sys.maxsize if not sys.stdout.isatty() else None)
        except duckdb.Error as error:
            if not sys.stdin.isatty():
                raise InputError(str(error)) from error
            print(error)


def _attach(connection: duckdb.DuckDBPyConnection, releases_dir: Path, survey: str, *, named: bool) -> bool:
    release = latest_release(releases_dir, survey)
    if release is None:
        if named:
            raise InputError(
                f"{releases_dir / survey}: this survey has no release; `basecheck run {survey}` makes one."
            )
        return False
    attach_read_only(connection, release.folder / DATABASE, survey)
    return True
