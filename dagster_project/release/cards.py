"""A finding as a card: its heading, what is found, the figures, and the repairs and readings that would explain it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

import duckdb

from dagster_project.claims import Code, Severity, Verdict, listed
from dagster_project.release.stored import Printed, grouped, stored_rows, things_printed, wave_name
from dagster_project.schema import Row

SEVERITY_WORDS = {
    Severity.PROVED_IMPOSSIBLE: "No reading that was tried makes it fit.",
    Severity.IMPOSSIBLE_AS_LABELLED: "A reading that changes no figure makes it fit.",
    Severity.UNDECIDED: "The search ran into its time limit. Nothing is claimed but what is said here.",
    Severity.CONDITIONAL: "The words leave open what is meant.",
    Severity.NEEDS_AN_ASSUMPTION: "The text does not say it.",
}
_OF_THE_WHOLE = {
    Code.DISCLOSURE: "The publication leaves something open",
    Code.ROUNDING: "The figures were not rounded as one would assume",
}
_NAMED_IN_A_HEADING = 6


@dataclass(frozen=True)
class FindingCard:
    """A finding with everything that is said of it; `message` without the readings that stand below it.

    `repairs` is a list of choices, each the figures that change together. `readings` are those that the audit found,
    `declared` those of claims.yml by their words.
    """

    finding: str
    code: Code
    heading: str
    place: str | None
    severity: Severity
    message: str
    figures: Sequence[Printed]
    repairs: Sequence[Sequence[Row]]
    readings: Sequence[Row]
    declared: Mapping[str, Sequence[Row]]

    @property
    def verdict(self) -> Verdict:
        return self.severity.verdict

    @property
    def is_of_statements(self) -> bool:
        """Whether it is about statements alone, and no published figure."""
        return bool(self.figures) and all(figure.is_statement for figure in self.figures)

    @property
    def meaning(self) -> str:
        """What its severity means."""
        return SEVERITY_WORDS[self.severity]

    @property
    def single_repairs(self) -> Sequence[Sequence[Row]]:
        """The repairs that change one figure."""
        return [repair for repair in self.repairs if len(repair) == 1]

    @property
    def joint_repairs(self) -> Sequence[Sequence[Row]]:
        """The repairs that change several figures together."""
        return [repair for repair in self.repairs if len(repair) > 1]


def finding_cards(
    connection: duckdb.DuckDBPyConnection,
    findings: Iterable[Row],
    readings: Iterable[Row],
    waves: Iterable[Row],
) -> list[FindingCard]:
    """The findings that need more than a line in a table."""
    repairs = grouped(
        stored_rows(connection, "SELECT * FROM audit.repairs ORDER BY finding, repair, claims"), itemgetter("finding")
    )
    of_finding = grouped(readings, itemgetter("finding"))
    printed = things_printed(connection)
    names = {wave["wave"]: wave_name(wave) for wave in waves}
    cards = []
    for finding in findings:
        if finding["severity"] in SEVERITY_WORDS:
            figures = [printed[claim] for claim in finding["claims"] if claim in printed]
            its_repairs = repairs.get(finding["finding"], [])
            its_readings = of_finding.get(finding["finding"], [])
            cards.append(_card(finding, figures, its_repairs, its_readings, names))
    return cards


def _card(
    finding: Row, figures: Sequence[Printed], repairs: Sequence[Row], readings: Sequence[Row], waves: Mapping[str, str]
) -> FindingCard:
    of_waves = {figure.wave for figure in figures}
    wave = of_waves.pop() if len(of_waves) == 1 else None
    found = [one for one in readings if one["source"] != "declared"]
    return FindingCard(
        finding=finding["finding"],
        code=Code(finding["code"]),
        heading=_heading(finding, is_statement=any(figure.is_statement for figure in figures)),
        place=waves.get(wave) if wave else None,
        severity=Severity(finding["severity"]),
        message=" ".join([finding["statement"], *finding["remarks"]]),
        figures=figures,
        repairs=list(grouped(repairs, itemgetter("repair")).values()),
        readings=found,
        declared=grouped((one for one in readings if one["source"] == "declared"), itemgetter("title")),
    )


def _heading(finding: Row, *, is_statement: bool) -> str:
    claims, verdict = finding["claims"], Severity(finding["severity"]).verdict
    several = len(claims) > 1
    if not claims:
        return _OF_THE_WHOLE.get(finding["code"], "The codebook does not hold of its records")
    if len(claims) > _NAMED_IN_A_HEADING:
        who = f"{len(claims):,} figures, {claims[0]} to {claims[-1]},"
    else:
        who = f"{'Statement ' if is_statement and not several else ''}{listed(claims)}"
    if verdict is Verdict.IMPOSSIBLE:
        return f"{who} cannot stand{' together' if several else ''}"
    return f"{who} {'are' if several else 'is'} {verdict}"
