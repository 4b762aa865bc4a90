"""What the pages and the exports of a release share: rows as they are stored, and what was printed.

Which numbers stand in a row was decided before; what a page or an export makes of them belongs to the sections of the
report and to `claim_review`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import duckdb

from dagster_project.schema import Row

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Printed:
    """A figure or a whole statement as it was printed; `claim` is what findings call it by."""

    claim: str
    is_statement: bool
    figure: str
    of_what: str | None
    where_printed: str | None
    wave: str | None


def stored_rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    """What a statement gives, each row by its columns' names."""
    answer = connection.execute(sql)
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def stored_row(connection: duckdb.DuckDBPyConnection, sql: str) -> Row | None:
    """The first row that a statement gives, if it gives any."""
    return next(iter(stored_rows(connection, sql)), None)


def stored_findings(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """The audit's findings in their order: F2 before F10."""
    return stored_rows(connection, "SELECT * FROM audit.findings ORDER BY length(finding), finding")


def grouped(of: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Things by what `key` says of them, in the order in which that comes first."""
    groups: dict[K, list[T]] = defaultdict(list)
    for one in of:
        groups[key(one)].append(one)
    return dict(groups)


def things_printed(connection: duckdb.DuckDBPyConnection) -> dict[str, Printed]:
    """Figures and whole statements by the name that findings call them by."""
    rows = connection.execute(
        """SELECT claim, is_statement, figure, of_what, where_printed, wave FROM (
            SELECT false AS is_statement, * FROM audit.figures
            UNION ALL BY NAME
            SELECT true AS is_statement, statement AS claim, text AS figure, position, where_printed
            FROM audit.statements
        ) ORDER BY is_statement, position"""
    ).fetchall()
    return {row[0]: Printed(*row) for row in rows}


def wave_name(wave: Row) -> str:
    """What readers call a row of raw.waves."""
    return str(wave["label"] or wave["wave"])


def web_address(url: str | None) -> str | None:
    """A link's target, or None for what a codebook gives that is no web address (`javascript:` is one)."""
    if not url:
        return None
    try:
        return url if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None
