"""The report's central section: what the audit says of the published figures, in reading order and in sentences.

What is possible was decided by `claims` and stored by the audit; the records' own tables belong to `tables`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

import duckdb

from dagster_project.claims import CONTRADICTED, Severity, listed
from dagster_project.release.cards import FindingCard, finding_cards
from dagster_project.release.figure_tables import FigureGroup, figure_groups
from dagster_project.release.judged import JudgedFigure, judged_figures
from dagster_project.release.stored import grouped, stored_findings, stored_row, stored_rows
from dagster_project.schema import Row

# How many figures have a verdict, as parts of one sentence: one figure, and several.
_VERDICTS: Mapping[str, tuple[str, str]] = {
    Severity.UNDECIDED: ("is undecided, because the search ran into its time limit",
                         "are undecided, because the search ran into its time limit"),
    Severity.CONDITIONAL: ("can stand in one meaning of its words", "can stand in one meaning of their words"),
    Severity.NEEDS_AN_ASSUMPTION: ("stands only under an assumption", "stand only under an assumption"),
    Severity.REPRODUCED: ("is given by the records", "are given by the records"),
    Severity.CONSISTENT: ("fits what else is printed", "fit what else is printed"),
    Severity.NOT_CHECKABLE: ("cannot be checked from what is printed", "cannot be checked from what is printed"),
}  # fmt: skip
SHORT_LIST = 40  # so many figures are read as one list


@dataclass(frozen=True)
class FiguresSection:
    """What is told of the published figures: verdicts in a sentence, findings as cards or lines, and every figure.

    `statements_verdict` is None without whole statements. `groups` are the figures as tables where they are many.
    """

    publication: Row | None
    verdict: str
    statements_verdict: str | None
    cards: Sequence[FindingCard]
    lines: Sequence[Row]  # findings that need no card
    readings: Mapping[str, Sequence[Row]]  # declared ones that stand on no card, by their words
    every: Sequence[JudgedFigure]
    groups: Sequence[FigureGroup]

    @property
    def contradicted(self) -> Sequence[FindingCard]:
        """The cards of what cannot stand as printed."""
        return [card for card in self.cards if card.severity.is_contradicted]

    @property
    def undecided(self) -> Sequence[FindingCard]:
        """The cards of what was not decided."""
        return [card for card in self.cards if card.severity is Severity.UNDECIDED]

    @property
    def assumptions(self) -> Sequence[FindingCard]:
        """The cards of what a reader has to assume."""
        return [card for card in self.cards if card.severity is Severity.NEEDS_AN_ASSUMPTION]

    @property
    def findings(self) -> int:
        """How many findings there are."""
        return len(self.cards) + len(self.lines)

    @property
    def readings_work(self) -> bool:
        """Whether for each contradiction there is a reading that changes no figure."""
        severities = {card.severity for card in self.contradicted}
        return severities == {Severity.IMPOSSIBLE_AS_LABELLED}


def figures_section(connection: duckdb.DuckDBPyConnection, waves: Sequence[Row]) -> FiguresSection:
    """The section, as the audit's tables of a survey with these waves have it."""
    findings = stored_findings(connection)
    readings = sorted(stored_rows(connection, "SELECT * FROM audit.readings"), key=_cheapest_first)
    statements = connection.execute("SELECT statement FROM raw.statements").fetchall()
    figures = judged_figures(connection, findings)
    cards = finding_cards(connection, findings, readings, waves)
    carded = {card.finding for card in cards}
    return FiguresSection(
        publication=stored_row(connection, "SELECT * FROM raw.publication"),
        verdict=verdict(figures),
        statements_verdict=statements_verdict({statement for (statement,) in statements}, findings),
        cards=cards,
        lines=[finding for finding in findings if finding["finding"] not in carded],
        readings=grouped(
            (one for one in readings if one["source"] == "declared" and one["finding"] not in carded),
            itemgetter("title"),
        ),
        every=figures,
        groups=figure_groups(connection, figures, waves) if len(figures) > SHORT_LIST else [],
    )


def verdict(figures: Sequence[JudgedFigure]) -> str:
    """One sentence on all figures."""
    if not figures:
        return "No published figures were given to audit."
    audited = (
        "1 published figure was audited" if len(figures) == 1 else f"{len(figures):,} published figures were audited"
    )
    return f"{audited}: {listed(_verdicts(figures))}."


def _verdicts(figures: Sequence[JudgedFigure]) -> list[str]:
    """How many figures have each verdict, the worst first and what has no severity last."""
    counts = Counter(figure.severity for figure in figures if not figure.is_contradicted)
    contradicted = len(figures) - counts.total()
    together = "together " if contradicted > 1 else ""
    parts = [f"{contradicted:,} cannot stand {together}as printed"] if contradicted else []
    others = {name: (f"is {name}", f"are {name}") for name in sorted(counts.keys() - _VERDICTS.keys())}
    for name, (of_one, of_several) in {**_VERDICTS, **others}.items():
        if n := counts[name]:
            parts.append(f"{n:,} {of_one if n == 1 else of_several}")
    return parts


def statements_verdict(statements: set[str], findings: Iterable[Row]) -> str | None:
    """One sentence on the whole statements, which are audited apart from the figures."""
    if not statements:
        return None
    broken = sum(
        finding["severity"] in CONTRADICTED and not statements.isdisjoint(finding["claims"]) for finding in findings
    )
    if len(statements) == 1:
        return f"1 statement was audited by itself: it {'cannot stand as it is' if broken else 'is not contradicted'}."
    outcome = f"{broken:,} cannot stand as they are" if broken else "none is contradicted"
    return f"{len(statements):,} statements were audited by themselves: {outcome}."


def _cheapest_first(reading: Row) -> tuple[bool, int, int]:
    cost = reading["cost"]
    return cost is None, cost or 0, reading["reading"]
