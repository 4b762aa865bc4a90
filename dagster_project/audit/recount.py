"""A published figure beside what the survey's own tables give for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import duckdb

from dagster_project.claims import Kind

if TYPE_CHECKING:
    from dagster_project.audit.judge import PublishedFigure

WORDS = {"answered": "who answered", "routed": "who were asked", "all": "who responded", "asked": "contacted"}


@dataclass(frozen=True)
class Recount:
    """Whether the records give the figure under the base that it is said to have, and the arithmetic in words."""

    reproduced: bool
    text: str


def recount(connection: duckdb.DuckDBPyConnection, figure: PublishedFigure) -> Recount | None:
    """Recount one figure from the tallies and bases; None where the survey has nothing to count it from."""
    if figure.kind is Kind.BASE:
        return _recounted_base(connection, figure)
    if figure.answer is None:
        return None
    count = connection.execute(
        """SELECT coalesce(sum(n), 0)::BIGINT, coalesce(sum(w), 0.0) FROM tallies.tallies
        WHERE question = $question AND answer = $answer AND kind = 'valid'
        AND group_by IS NOT DISTINCT FROM $group_by AND group_value IS NOT DISTINCT FROM $group_value""",
        _cell(figure) | {"answer": figure.answer},
    ).fetchall()[0]
    n, w = int(count[0]), float(count[1])
    if figure.kind is Kind.COUNT:
        said = "1 record gives this answer" if n == 1 else f"{n:,} records give this answer"
        return Recount(figure.figure.interval.contains(n), said)
    return _recounted_percentage(connection, figure, n, w)


def _recounted_base(connection: duckdb.DuckDBPyConnection, figure: PublishedFigure) -> Recount | None:
    if figure.question is None:
        rows = connection.execute(
            "SELECT n_asked, n_answered FROM marts.response_rates WHERE measure = 'unit'"
        ).fetchall()
        asked, answered = rows[0]
        base = asked if figure.base == "asked" else answered
    else:
        base = _bases(connection, figure).get(figure.base or "answered", (None, None))[0]
    if base is None:
        return None
    return Recount(figure.figure.interval.contains(base), f"{base:,} {WORDS[figure.base or 'answered']}")


def _recounted_percentage(
    connection: duckdb.DuckDBPyConnection, figure: PublishedFigure, n: int, w: float
) -> Recount | None:
    """The share under the base as labelled, and, where that does not give the figure, under those that do."""
    bases = _bases(connection, figure)
    shares: dict[str, tuple[str, bool]] = {}
    for rule, (n_base, w_base) in bases.items():
        if not n_base or not w_base:
            continue
        weighted = (n, n_base) != (w, w_base)
        share = Fraction(w) / Fraction(w_base) if weighted else Fraction(n, n_base)
        counted = f"{w:,.0f} of {w_base:,.0f} (weighted)" if weighted else f"{n:,} of {n_base:,}"
        text = f"{counted} {WORDS[rule]} is {float(100 * share):.1f} %"
        shares[rule] = text, figure.figure.interval.contains(100 * share)
    labelled = shares.get(figure.base or "answered")
    if labelled is None:
        return None
    text, reproduced = labelled
    if reproduced:
        return Recount(True, text)
    elsewhere = [text for rule, (text, fits) in shares.items() if fits and rule != figure.base]
    return Recount(False, f"{text}; but {elsewhere[0]}" if elsewhere else text)


def _bases(connection: duckdb.DuckDBPyConnection, figure: PublishedFigure) -> Mapping[str, tuple[int, float | None]]:
    rows = connection.execute(
        """SELECT base_rule, n_base, w_base FROM marts.bases WHERE question = $question
        AND group_by IS NOT DISTINCT FROM $group_by AND group_value IS NOT DISTINCT FROM $group_value
        ORDER BY n_base""",
        _cell(figure),
    ).fetchall()
    return {rule: (n_base, w_base) for rule, n_base, w_base in rows}


def _cell(figure: PublishedFigure) -> dict[str, str | None]:
    return {"question": figure.question, "group_by": figure.group_by, "group_value": figure.group_value}
