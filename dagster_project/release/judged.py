"""Every published figure with its verdict, and what it could be given all others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import duckdb

from dagster_project.claims import CONTRADICTED, Severity
from dagster_project.release.cards import SEVERITY_WORDS
from dagster_project.release.stored import Printed, stored_rows
from dagster_project.schema import Row


@dataclass(frozen=True)
class JudgedFigure(Printed):
    """A published figure and what was decided of it.

    `could_be` is what it could be given all others, None where that is what is printed or is not known; `card` the
    finding whose card tells of its severity.
    """

    kind: str
    question: str | None
    answer: str | None
    group_by: str | None
    group_value: str | None
    base: str | None
    severity: str
    reproduced: bool | None
    recount_text: str | None
    power: float | None
    could_be: str | None
    card: str | None

    @property
    def is_contradicted(self) -> bool:
        return self.severity in CONTRADICTED

    @property
    def is_undecided(self) -> bool:
        return self.severity == Severity.UNDECIDED


def judged_figures(connection: duckdb.DuckDBPyConnection, findings: Iterable[Row]) -> list[JudgedFigure]:
    """Every published figure, in the order of the claims."""
    told: dict[tuple[str, str], str] = {}
    for finding in findings:
        if finding["severity"] in SEVERITY_WORDS:
            for claim in finding["claims"]:
                told.setdefault((claim, finding["severity"]), finding["finding"])
    stored = [field.name for field in fields(JudgedFigure) if field.name not in ("is_statement", "could_be", "card")]
    return [
        JudgedFigure(
            **{name: row[name] for name in stored},
            is_statement=False,
            could_be=_could_be(row),
            card=told.get((row["claim"], row["severity"])),
        )
        for row in stored_rows(connection, "SELECT * FROM audit.figures ORDER BY position")
    ]


def _could_be(figure: Row) -> str | None:
    low, high = figure["fits_low"], figure["fits_high"]
    if low is None or _is_as_printed(figure):
        return None
    sign = " %" if figure["kind"] == "percentage" else ""
    first = _decimal(low, ROUND_FLOOR)
    if high is None:
        return f"{first}{sign} or more"
    last = _decimal(high, ROUND_CEILING)
    return f"{first}{sign}" if first == last else f"{first} to {last}{sign}"


def _is_as_printed(figure: Row) -> bool:
    """Whether all others leave of a figure what its words say, or, if it is bare, no more than that."""
    low, high = figure["fits_low"], figure["fits_high"]
    if (low, high) == (figure["low"], figure["high"]):
        return True
    within = figure["low"] <= low and high is not None and (figure["high"] is None or high <= figure["high"])
    return within and figure["hedge"] == "none"


def _decimal(value: Decimal, rounding: str) -> str:
    """An end of a range without zeros at its end; one that has no end is cut so that the range only grows."""
    text = f"{value.quantize(Decimal('0.01'), rounding=rounding):,f}"
    return text.rstrip("0").rstrip(".")
