"""What the pages and the exports of a release share: rows as they are stored, and the words that join them.

Which numbers stand in a row was decided before; what a page or an export makes of them belongs to `report`,
`published` and `claim_review`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import duckdb

Row = Mapping[str, Any]


def stored_rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    """What a statement gives, each row by its columns' names."""
    answer = connection.execute(sql)
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def stored_findings(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """The audit's findings in their order: F2 before F10."""
    return stored_rows(connection, "SELECT * FROM audit.findings ORDER BY length(finding), finding")


def grouped(of: Iterable[Row], key: str) -> dict[Any, list[Row]]:
    """The rows by one column's value, in the order in which the values come first."""
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in of:
        groups[row[key]].append(row)
    return dict(groups)


def claims_of(finding: Row) -> list[str]:
    """The claims that a finding, a repair or a reading is about; none where it is about the publication as a whole."""
    return finding["claims"].split(", ") if finding["claims"] else []


def things_printed(connection: duckdb.DuckDBPyConnection, figures: Iterable[Row]) -> dict[str, Row]:
    """Figures and whole statements by the name that findings call them by."""
    printed = {figure["claim"]: figure for figure in figures}
    for one in stored_rows(connection, "SELECT * FROM raw.statements ORDER BY position"):
        printed[one["statement"]] = {
            "claim": one["statement"],
            "figure": one["text"],
            "of_what": None,
            "where_printed": one["where_printed"],
            "wave": None,
        }
    return printed


def web_address(url: str | None) -> str | None:
    """A link's target, or None for what a codebook gives that is no web address (`javascript:` is one)."""
    if not url:
        return None
    try:
        return url if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None
