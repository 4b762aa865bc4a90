"""Every published figure and statement with its verdict, and what a figure could be given all others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

import duckdb

from dagster_project.claims import Severity, Verdict
from dagster_project.release import numbers
from dagster_project.release.cards import SEVERITY_WORDS
from dagster_project.release.stored import Printed, stored_rows
from dagster_project.schema import Row

# Why a figure has its verdict, beside the verdict itself.
_WHY: Mapping[Severity, str] = {
    Severity.PROVED_IMPOSSIBLE: "in every meaning tried",
    Severity.IMPOSSIBLE_AS_LABELLED: "as it is labelled",
    Severity.REPRODUCED: "the records give it",
    Severity.CONSISTENT: "it fits what else is printed",
}


@dataclass(frozen=True)
class Judged(Printed):
    """What was printed, and what was decided of it.

    `card` is the finding whose card tells of its severity, `condition` what it is possible on where that is open.
    """

    severity: Severity
    card: str | None
    condition: str | None

    @property
    def verdict(self) -> Verdict:
        return self.severity.verdict

    @property
    def is_contradicted(self) -> bool:
        return self.verdict is Verdict.IMPOSSIBLE

    @property
    def is_undecided(self) -> bool:
        return self.verdict is Verdict.UNDECIDED

    @property
    def why(self) -> str:
        """What the verdict rests on, in a few words; "" where it says all."""
        return f"if {self.condition}" if self.condition else _WHY.get(self.severity, "")


@dataclass(frozen=True)
class JudgedFigure(Judged):
    """A published figure. `could_be` is what it could be given all others; None where that is printed or not known.

    `reread` is whether a reading that changes no figure takes it to be of something else than it is labelled.
    """

    kind: str
    question: str | None
    answer: str | None
    group_by: str | None
    group_value: str | None
    base: str | None
    reproduced: bool | None
    recount_text: str | None
    power: float | None
    could_be: str | None
    reread: bool

    @property
    def given(self) -> str:
        """Whether the records give it, in a word or two; under another base than the printed one they may, too."""
        if self.reproduced:
            return "Yes"
        if "; but " in (self.recount_text or ""):  # the first other way that gives it, as the audit joins them
            return "Read otherwise"
        return "Not as it is labelled" if self.reread else "No"


_DERIVED = {"is_statement", "severity", "card", "condition", "could_be", "reread"}


def judged_figures(connection: duckdb.DuckDBPyConnection, findings: Iterable[Row]) -> list[JudgedFigure]:
    """Every published figure, in the order of the claims."""
    told = _told(findings)
    reread = {claim for (claim,) in connection.execute("SELECT DISTINCT unnest(claims) FROM audit.readings").fetchall()}
    stored = [field.name for field in fields(JudgedFigure) if field.name not in _DERIVED]
    figures = []
    for row in stored_rows(connection, "SELECT * FROM audit.figures ORDER BY position"):
        finding = told.get((row["claim"], row["severity"]), {})
        figures.append(
            JudgedFigure(
                **{name: row[name] for name in stored},
                is_statement=False,
                severity=Severity(row["severity"]),
                card=finding.get("finding"),
                condition=finding.get("condition"),
                could_be=_could_be(row),
                reread=row["claim"] in reread,
            )
        )
    return figures


def judged_statements(connection: duckdb.DuckDBPyConnection, findings: Iterable[Row]) -> list[Judged]:
    """Every statement, order and change over time."""
    told = _told(findings)
    statements = []
    for row in stored_rows(connection, "SELECT * FROM audit.statements ORDER BY position"):
        finding = told.get((row["statement"], row["severity"]), {})
        statements.append(
            Judged(
                claim=row["statement"],
                is_statement=True,
                figure=row["text"],
                of_what=None,
                where_printed=row["where_printed"],
                wave=None,
                severity=Severity(row["severity"]),
                card=finding.get("finding"),
                condition=finding.get("condition"),
            )
        )
    return statements


def _told(findings: Iterable[Row]) -> Mapping[tuple[str, str], Row]:
    """By claim and severity, the first finding that says so on a card."""
    told: dict[tuple[str, str], Row] = {}
    for finding in findings:
        if finding["severity"] in SEVERITY_WORDS:
            for claim in finding["claims"]:
                told.setdefault((claim, finding["severity"]), finding)
    return told


def _could_be(figure: Row) -> str | None:
    low, high = figure["fits_low"], figure["fits_high"]
    if low is None or _is_as_printed(figure):
        return None
    return numbers.span(low, high, " %" if figure["kind"] == "percentage" else "")


def _is_as_printed(figure: Row) -> bool:
    """Whether all others leave of a figure what its words say, or, if it is bare, no more than that."""
    low, high = figure["fits_low"], figure["fits_high"]
    if (low, high) == (figure["low"], figure["high"]):
        return True
    within = figure["low"] <= low and high is not None and (figure["high"] is None or high <= figure["high"])
    return within and figure["hedge"] == "none"
