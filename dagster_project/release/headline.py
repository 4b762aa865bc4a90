"""What the report says first: which printed figures cannot be, or that they stand; without any, what the survey found.

Everything here stands again further down with all that belongs to it. Nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import itemgetter

import duckdb

from dagster_project.claims import (
    Code,
    Figure,
    FigureError,
    Kind,
    Listing,
    Severity,
    StatementError,
    Triple,
    parse_figure,
    parse_statement,
    short_text,
)
from dagster_project.release import numbers
from dagster_project.release.cards import FindingCard
from dagster_project.release.charts import RangeChart, RangeRow, Scale, number_scale, percent_scale, short
from dagster_project.release.figures import FiguresSection
from dagster_project.release.stored import Printed, grouped, stored_rows
from dagster_project.schema import Row

_TOLD_FIRST = 3  # contradictions that stand at the top; the others follow below
_ONE_STANDS = "The one published figure is not contradicted."
_DRAWN = 6  # figures of one contradiction that are drawn


@dataclass(frozen=True)
class Contradiction:
    """A contradiction at the top: in short, as a picture, and with the reading that needs no change.

    `restated` are statements that say the same with the same numbers: they are no second contradiction.
    """

    said: Sequence[str]
    card: FindingCard
    picture: RangeChart | None
    restated: Sequence[Printed]

    @property
    def reading(self) -> Row | None:
        """The reading nearest to the printed words."""
        return next(iter(self.card.readings), None)


@dataclass(frozen=True)
class Headline:
    """The first screen: contradictions, a sentence where there are none, and how many more are told below."""

    contradictions: Sequence[Contradiction]
    more: int
    sentence: str | None
    all_restated: bool  # whether every statement only repeats what is told of the figures


def headline(connection: duckdb.DuckDBPyConnection, figures: FiguresSection) -> Headline:
    """What is first said of a survey with these published figures."""
    published = {row["claim"]: row for row in stored_rows(connection, "SELECT * FROM audit.figures ORDER BY position")}
    triples = {card.finding: _triple(card, published) for card in figures.contradicted}
    restating = _restating(figures.contradicted, triples)
    again = grouped((card for card in figures.contradicted if card.finding in restating), _by(restating))
    told = [
        Contradiction(
            said=_said(card, triples[card.finding]),
            card=card,
            picture=_picture(published, card.repairs),
            restated=[figure for other in again.get(card.finding, []) for figure in other.figures],
        )
        for card in figures.contradicted
        if card.finding not in restating
    ]
    return Headline(
        contradictions=told[:_TOLD_FIRST],
        more=max(len(told) - _TOLD_FIRST, 0),
        sentence=None if told else _sentence(figures),
        all_restated=len(restating) == len(figures.statements),
    )


def _by(restating: Mapping[str, str]) -> Callable[[FindingCard], str]:
    return lambda card: restating[card.finding]


def _sentence(figures: FiguresSection) -> str | None:
    """What is said of published figures of which none is contradicted."""
    every = len(figures.every)
    if not every:
        return None
    undecided = sum(figure.is_undecided for figure in figures.every)
    given = sum(figure.severity is Severity.REPRODUCED for figure in figures.every)
    if given:
        return f"The records confirm {_of_all(given, every)}."
    if undecided:
        return f"Whether {_of_all(undecided, every)} can stand was not decided within the time limit."
    return f"None of the {every:,} published figures is contradicted." if every > 1 else _ONE_STANDS


def _of_all(many: int, every: int) -> str:
    """`all 12 published figures`, `3 of 12 published figures`."""
    if every == 1:
        return "the one published figure"
    return f"{f'all {every:,}' if many == every else f'{many:,} of {every:,}'} published figures"


# -- in short -------------------------------------------------------------------------------------------------------


def _said(card: FindingCard, triple: Triple | None) -> Sequence[str]:
    return [card.message] if triple is None else short_text(triple)


def _triple(card: FindingCard, published: Mapping[str, Row]) -> Triple | None:
    """The contradiction as the count, the base and the percentage that were printed, where that is all of it."""
    if card.code not in (Code.TRIPLE, Code.GRANULARITY):
        return None
    try:
        if card.is_of_statements:
            read = parse_statement(card.figures[0].figure)
            return None if isinstance(read, Listing) else read
        rows = [published[figure.claim] for figure in card.figures if not figure.is_statement]
        return _of_claims(grouped(rows, itemgetter("kind")))
    except (FigureError, StatementError):
        return None


def _of_claims(by_kind: Mapping[str, Sequence[Row]]) -> Triple | None:
    figures = {kind: _one_figure(rows) for kind, rows in by_kind.items()}
    base = figures.get(Kind.BASE)
    if base is None or len(figures) < 2 or None in figures.values():
        return None
    return Triple(figures.get(Kind.COUNT), base, figures.get(Kind.PERCENTAGE))


def _one_figure(rows: Sequence[Row]) -> Figure | None:
    """The figure that all of these claims print, read again; None if they print several, or it was read otherwise."""
    first = rows[0]
    figure = parse_figure(first["figure"], first["kind"])
    is_one = all(row["figure"] == first["figure"] for row in rows)
    ends = None if figure.interval.is_empty else (figure.interval.low, figure.interval.high)
    stored = (Fraction(first["low"]), None if first["high"] is None else Fraction(first["high"]))
    return figure if is_one and ends == stored else None


def _restating(cards: Sequence[FindingCard], triples: Mapping[str, Triple | None]) -> Mapping[str, str]:
    """Findings on statements, by the finding on figures that prints the same numbers."""
    of_figures: dict[object, str] = {}
    for card in cards:
        if not card.is_of_statements and (triple := triples[card.finding]):
            of_figures.setdefault(_numbers(triple), card.finding)
    of_statements = [(card.finding, triples[card.finding]) for card in cards if card.is_of_statements]
    return {
        finding: of_figures[same]
        for finding, triple in of_statements
        if triple and (same := _numbers(triple)) in of_figures
    }


def _numbers(triple: Triple) -> tuple[tuple[Kind, Fraction | None], ...]:
    return tuple((figure.kind, figure.value) for figure in triple.figures)


# -- as a picture ---------------------------------------------------------------------------------------------------


def _picture(published: Mapping[str, Row], repairs: Sequence[Sequence[Row]]) -> RangeChart | None:
    """What was printed against what it could be if all others stand: the percentages, or without any the numbers."""
    alone = [repair[0] for repair in repairs if len(repair) == 1]
    for kinds in ((Kind.PERCENTAGE,), (Kind.COUNT, Kind.BASE)):
        rows = [_range_row(row, published.get(row["claims"][0])) for row in alone if row["kind"] in kinds]
        if shown := [row for row in rows if row is not None][:_DRAWN]:
            return _range_chart(shown, percent_scale if Kind.PERCENTAGE in kinds else number_scale)
    return None


def _range_chart(rows: Sequence[RangeRow], scale: Callable[[Iterable[Fraction]], Scale]) -> RangeChart:
    told = "; ".join(f"printed “{row.label}”, could be {row.could_be}" for row in rows)
    return RangeChart(scale(max(row.printed[1], row.possible[1]) for row in rows), rows, f"P{told[1:]}.")


def _range_row(repair: Row, figure: Row | None) -> RangeRow | None:
    """None where the printed figure lies within what could be: not all between the ends can, which has no picture."""
    if figure is None or None in (figure["high"], repair["low"], repair["high"]):
        return None
    if repair["low"] <= figure["high"] and figure["low"] <= repair["high"]:
        return None
    return RangeRow(
        label=short(repair["figure"]),
        printed=(Fraction(figure["low"]), Fraction(figure["high"])),
        possible=(Fraction(repair["low"]), Fraction(repair["high"])),
        could_be=numbers.span(repair["low"], repair["high"], " %" if repair["kind"] == Kind.PERCENTAGE else ""),
    )
