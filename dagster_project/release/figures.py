"""The report's central section: what the audit says of the published figures, in reading order and in sentences.

What is possible was decided by `claims` and stored by the audit; the records' own tables belong to `tables`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter

import duckdb

from dagster_project.claims import Severity, Verdict, tally_text
from dagster_project.release.cards import FindingCard, finding_cards
from dagster_project.release.figure_tables import FigureGroup, figure_groups
from dagster_project.release.judged import Judged, JudgedFigure, judged_figures, judged_statements
from dagster_project.release.stored import grouped, stored_findings, stored_row, stored_rows
from dagster_project.schema import Row

# What each verdict says of figures, the words that stand behind how many there are.
VERDICT_WORDS: Mapping[Verdict, str] = {
    Verdict.IMPOSSIBLE: "cannot be as printed and labelled",
    Verdict.UNDECIDED: "the search ran into its time limit, and nothing is claimed",
    Verdict.CONDITIONAL: "possible in one of the meanings that the words leave open",
    Verdict.POSSIBLE: "can be as printed and labelled",
    Verdict.NOT_CHECKABLE: "whatever had been printed would have passed",
}
SHORT_LIST = 40  # so many figures are read as one list
_NAMED = 24  # so many figures of a verdict are named


@dataclass(frozen=True)
class OfVerdict:
    """The figures that have one verdict, with what it says of them.

    The first of them are named; of many that no reader has to look after, none.
    """

    verdict: Verdict
    figures: Sequence[Judged]

    @property
    def meaning(self) -> str:
        given = sum(figure.severity == Severity.REPRODUCED for figure in self.figures)
        if not given:
            return VERDICT_WORDS[self.verdict]
        so_many = "them" if given == len(self.figures) else f"{given:,} of them"
        return f"{VERDICT_WORDS[self.verdict]}; the records give {so_many}"

    @property
    def named(self) -> Sequence[Judged]:
        if len(self.figures) > _NAMED and self.verdict in (Verdict.POSSIBLE, Verdict.NOT_CHECKABLE):
            return ()
        return self.figures[:_NAMED]

    @property
    def more(self) -> int:
        """How many are not named."""
        return len(self.figures) - len(self.named)


@dataclass(frozen=True)
class FiguresSection:
    """What is told of the published figures: verdicts in a sentence, findings as cards or lines, and every figure.

    `tally` is how many have each verdict. `statements_verdict` is None where nothing is said besides the figures.
    `groups` are the figures as tables where they are many.
    """

    publication: Row | None
    verdict: str
    tally: str
    of_verdicts: Sequence[OfVerdict]
    statements_verdict: str | None
    statements: Sequence[Judged]
    cards: Sequence[FindingCard]
    lines: Sequence[Row]  # findings that need no card
    readings: Mapping[str, Sequence[Row]]  # declared ones that stand on no card, by their words
    every: Sequence[JudgedFigure]
    groups: Sequence[FigureGroup]

    @property
    def contradicted(self) -> Sequence[FindingCard]:
        """The cards of what cannot stand as printed."""
        return self._cards(Verdict.IMPOSSIBLE)

    @property
    def undecided(self) -> Sequence[FindingCard]:
        """The cards of what was not decided."""
        return self._cards(Verdict.UNDECIDED)

    @property
    def assumptions(self) -> Sequence[FindingCard]:
        """The cards of what a reader has to assume, or cannot know."""
        return self._cards(Verdict.CONDITIONAL)

    def _cards(self, verdict: Verdict) -> Sequence[FindingCard]:
        return [card for card in self.cards if card.verdict is verdict]

    @property
    def readings_work(self) -> bool:
        """Whether for each contradiction there is a reading that changes no figure."""
        severities = {card.severity for card in self.contradicted}
        return severities == {Severity.IMPOSSIBLE_AS_LABELLED}


def figures_section(connection: duckdb.DuckDBPyConnection, waves: Sequence[Row]) -> FiguresSection:
    """The section, as the audit's tables of a survey with these waves have it."""
    findings = stored_findings(connection)
    readings = sorted(stored_rows(connection, "SELECT * FROM audit.readings"), key=_cheapest_first)
    figures, statements = judged_figures(connection, findings), judged_statements(connection, findings)
    cards = finding_cards(connection, findings, readings, waves)
    carded = {card.finding for card in cards}
    return FiguresSection(
        publication=stored_row(connection, "SELECT * FROM raw.publication"),
        verdict=verdict(figures),
        tally=tally_text(figure.verdict for figure in figures),
        of_verdicts=_of_verdicts(figures),
        statements_verdict=statements_verdict(statements),
        statements=statements,
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
    return f"{audited}: {tally_text(figure.verdict for figure in figures)}."


def _of_verdicts(figures: Sequence[Judged]) -> list[OfVerdict]:
    of = grouped(figures, attrgetter("verdict"))
    return [OfVerdict(verdict, of[verdict]) for verdict in Verdict if verdict in of]


def statements_verdict(statements: Sequence[Judged]) -> str | None:
    """One sentence on what is said besides the figures, which is audited apart from them."""
    if not statements:
        return None
    said = "1 statement was" if len(statements) == 1 else f"{len(statements):,} statements were"
    return f"{said} audited besides: {tally_text(statement.verdict for statement in statements)}."


def _cheapest_first(reading: Row) -> tuple[bool, int, int]:
    cost = reading["cost"]
    return cost is None, cost or 0, reading["reading"]
