"""From raw.claims to audit.figures, findings, repairs and readings.

`claims` decides what is possible and says so in words; here the figures that belong together are put together, and the
answers are written down. What a figure may be is never widened here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from typing import Any

import duckdb

from dagster_project.audit.recount import Recount, recount
from dagster_project.claims import (
    Figure,
    Interval,
    Kind,
    Repair,
    Severity,
    Triple,
    TripleFinding,
    audit_triple,
    finding_text,
    parse_figure,
    parse_statement,
    reading_text,
    repair_text,
)
from dagster_project.warehouse import replace_tables

INTERVALS = """count_low BIGINT, count_high BIGINT, base_low BIGINT, base_high BIGINT, percent_low DECIMAL(38, 10),
    percent_high DECIMAL(38, 10), percent_low_open BOOLEAN, percent_high_open BOOLEAN"""
KEY = "survey VARCHAR, generation VARCHAR, provenance VARCHAR, claims_sha256 VARCHAR"
TABLES = {
    "figures": f"""{KEY}, claim VARCHAR, position INTEGER, figure VARCHAR, kind VARCHAR, hedge VARCHAR,
        question VARCHAR, answer VARCHAR, group_by VARCHAR, group_value VARCHAR, base VARCHAR, of_what VARCHAR,
        where_printed VARCHAR, low DECIMAL(38, 10), high DECIMAL(38, 10), low_open BOOLEAN, high_open BOOLEAN,
        verdict VARCHAR, reproduced BOOLEAN, recount_text VARCHAR""",
    "findings": f"{KEY}, finding VARCHAR, code VARCHAR, severity VARCHAR, claims VARCHAR, message VARCHAR, {INTERVALS}",
    "repairs": f"""{KEY}, finding VARCHAR, repair INTEGER, claims VARCHAR, figure VARCHAR, kind VARCHAR,
        low DECIMAL(38, 10), high DECIMAL(38, 10), message VARCHAR""",
    "readings": f"""{KEY}, finding VARCHAR, reading INTEGER, source VARCHAR, title VARCHAR, claims VARCHAR,
        message VARCHAR, {INTERVALS}""",
}
NOT_CHECKED = "not checked"  # no other figure says anything of it
_WORST_FIRST = (
    Severity.PROVED_IMPOSSIBLE,
    Severity.IMPOSSIBLE_AS_LABELLED,
    Severity.CONSISTENT,
    Severity.NOT_CHECKABLE,
)


@dataclass(frozen=True)
class AuditCounts:
    """How many figures, findings and contradictions an audit wrote."""

    figures: int
    findings: int
    contradicted: int


@dataclass(frozen=True)
class PublishedFigure:
    """One claim as its row says, with its figure read."""

    claim: str
    position: int
    text: str
    kind: Kind
    hedge: str | None
    figure: Figure
    question: str | None
    answer: str | None
    group_by: str | None
    group_value: str | None
    base: str | None
    of_what: str
    where_printed: str | None

    @property
    def cell(self) -> tuple[str | None, ...]:
        """Which answer in which group the figure is about."""
        return self.question, self.answer, self.group_by, self.group_value


@dataclass(frozen=True)
class Judged:
    """Figures that are said to belong together, by their claims, and what the audit says of them."""

    claims: tuple[str, ...]
    by_kind: Mapping[Kind, tuple[str, ...]]
    finding: TripleFinding


def audit_published(connection: duckdb.DuckDBPyConnection) -> AuditCounts:
    """Judge the survey's published figures and replace the audit's tables in one transaction."""
    survey, generation, provenance = connection.execute(
        "SELECT survey, generation, provenance FROM raw.survey"
    ).fetchall()[0]
    publication = connection.execute("SELECT claims_sha256 FROM raw.publication").fetchone()
    key = (survey, generation, provenance, publication[0] if publication else None)
    figures = _figures(connection)
    recounts = {figure.claim: recount(connection, figure) for figure in figures if figure.question or figure.base}
    judged = [*_triples(figures), *_statements(connection)]
    judged.sort(key=lambda one: _WORST_FIRST.index(one.finding.severity))
    names = [f"F{number:02d}" for number in range(1, len(judged) + 1)]
    rows: dict[str, list[tuple[Any, ...]]] = {
        "figures": [_figure_row(figure, judged, recounts.get(figure.claim)) for figure in figures],
        "findings": [
            (
                name, "triple", one.finding.severity.value, ", ".join(one.claims), finding_text(one.finding),
                *_triple_intervals(one.finding.triple),
            )
            for name, one in zip(names, judged, strict=True)
        ],
        "repairs": [
            (name, number, ", ".join(one.by_kind.get(repair.kind, ())), *_repair_row(repair, one.finding.triple))
            for name, one in zip(names, judged, strict=True)
            for number, repair in enumerate(one.finding.repairs, start=1)
        ],
        "readings": list(_reading_rows(connection, figures, judged, names)),
    }  # fmt: skip
    keyed = {table: [(*key, *row) for row in of_table] for table, of_table in rows.items()}
    replace_tables(connection, "audit", TABLES, keyed)
    contradicted = sum(not one.finding.holds for one in judged)
    return AuditCounts(len(figures), len(judged), contradicted)


def contradictions(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What the last audit says of the figures that cannot stand together, one paragraph for each finding."""
    impossible = [Severity.PROVED_IMPOSSIBLE.value, Severity.IMPOSSIBLE_AS_LABELLED.value]
    rows = connection.execute(
        "SELECT message FROM audit.findings WHERE list_contains(?, severity) ORDER BY finding", [impossible]
    ).fetchall()
    return [message for (message,) in rows]


def _figures(connection: duckdb.DuckDBPyConnection) -> list[PublishedFigure]:
    rows = connection.execute(
        """SELECT claim, position, figure, kind, hedge, question, answer, group_by, group_value, base, of_what,
        where_printed FROM raw.claims ORDER BY position"""
    ).fetchall()
    figures = []
    for claim, position, text, kind, hedge, *of in rows:
        figure = parse_figure(text, Kind(kind), hedge=hedge)
        figures.append(PublishedFigure(claim, position, text, Kind(kind), hedge, figure, *of))
    return figures


def _triples(figures: Sequence[PublishedFigure]) -> list[Judged]:
    """Every percentage or lone count with the base that it is said to have, and the counts of the same answer."""
    bases = [figure for figure in figures if figure.kind is Kind.BASE]
    counts = [figure for figure in figures if figure.kind is Kind.COUNT]
    percentages = [figure for figure in figures if figure.kind is Kind.PERCENTAGE]
    found = []
    for base in _alike(bases):
        of_base = [one for one in percentages if _divides_by(one, base[0])]
        for percentage in _alike(of_base):
            others = [one.figure for one in of_base if one.cell != percentage[0].cell]
            same = _alike([one for one in counts if one.cell == percentage[0].cell])
            found += [_judge(count, base, percentage, others) for count in same or [()]]
        told = {one.cell for one in of_base}
        lone = [one for one in counts if _divides_by(one, base[0]) and one.cell not in told]
        found += [_judge(count, base, (), []) for count in _alike(lone)]
    return found


def _divides_by(figure: PublishedFigure, base: PublishedFigure) -> bool:
    in_same_group = (figure.group_by, figure.group_value) == (base.group_by, base.group_value)
    return figure.base == base.base and in_same_group and base.question in (None, figure.question)


def _alike(figures: Sequence[PublishedFigure]) -> list[tuple[PublishedFigure, ...]]:
    """Figures that say the same number of the same thing, once each, with all the claims that say it."""
    groups: dict[tuple[object, ...], list[PublishedFigure]] = {}
    for one in figures:
        groups.setdefault((one.cell, one.base, one.text, one.hedge), []).append(one)
    return [tuple(group) for group in groups.values()]


def _judge(
    count: Sequence[PublishedFigure],
    base: Sequence[PublishedFigure],
    percentage: Sequence[PublishedFigure],
    others: Sequence[Figure],
) -> Judged:
    parts = {Kind.COUNT: count, Kind.BASE: base, Kind.PERCENTAGE: percentage}
    by_kind = {kind: tuple(one.claim for one in part) for kind, part in parts.items() if part}
    triple = Triple(count[0].figure if count else None, base[0].figure, percentage[0].figure if percentage else None)
    claims = tuple(claim for part in by_kind.values() for claim in part)
    distinct = tuple({other.text: other for other in others}.values())
    return Judged(claims, by_kind, audit_triple(triple, distinct))


def _statements(connection: duckdb.DuckDBPyConnection) -> Iterator[Judged]:
    for statement, text in connection.execute(
        "SELECT statement, text FROM raw.statements ORDER BY position"
    ).fetchall():
        triple = parse_statement(text)
        by_kind = {figure.kind: (statement,) for figure in triple.figures}
        yield Judged((statement,), by_kind, audit_triple(triple))


def _reading_rows(
    connection: duckdb.DuckDBPyConnection,
    figures: Sequence[PublishedFigure],
    judged: Sequence[Judged],
    names: Sequence[str],
) -> Iterator[tuple[Any, ...]]:
    """The readings that the audit found, by finding; then those that claims.yml declares, each figure under them."""
    number = 0
    for name, one in zip(names, judged, strict=True):
        for reading in one.finding.readings:
            number += 1
            message = reading_text(reading, one.finding.triple)
            intervals = _intervals(reading.count, reading.base, reading.percentage)
            yield name, number, "found", reading.code.value, ", ".join(one.claims), message, *intervals
    contradicted = {
        claim: name for name, one in zip(names, judged, strict=True) if not one.finding.holds for claim in one.claims
    }
    for text, changes in _declared(connection):
        for one in _triples([_under(figure, changes) for figure in figures]):
            number += 1
            finding = next((contradicted[claim] for claim in one.claims if claim in contradicted), None)
            message = finding_text(one.finding)
            intervals = _triple_intervals(one.finding.triple)
            yield finding, number, "declared", text, ", ".join(one.claims), message, *intervals


def _declared(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, dict[str, tuple[str | None, str | None]]]]:
    """The readings of claims.yml: their words, and for each changed claim its kind and base."""
    readings: dict[tuple[int, str], dict[str, tuple[str | None, str | None]]] = {}
    for position, text, claim, kind, base in connection.execute(
        "SELECT position, text, claim, kind, base FROM raw.readings ORDER BY position"
    ).fetchall():
        readings.setdefault((position, text), {})[claim] = (kind, base)
    return [(text, changes) for (_, text), changes in readings.items()]


def _under(figure: PublishedFigure, changes: dict[str, tuple[str | None, str | None]]) -> PublishedFigure:
    if figure.claim not in changes:
        return figure
    kind, base = changes[figure.claim]
    changed = replace(figure, kind=Kind(kind) if kind else figure.kind, base=base or figure.base)
    if changed.kind is not figure.kind:
        changed = replace(changed, figure=parse_figure(figure.text, changed.kind, hedge=figure.hedge))
    return replace(changed, question=None, answer=None) if changed.kind is Kind.BASE else changed


def _figure_row(one: PublishedFigure, judged: Sequence[Judged], recounted: Recount | None) -> tuple[Any, ...]:
    severities = [other.finding.severity for other in judged if one.claim in other.claims]
    verdict = min(severities, key=_WORST_FIRST.index).value if severities else NOT_CHECKED
    interval = one.figure.interval
    return (
        one.claim, one.position, one.text, one.kind.value, one.figure.hedge.value, *one.cell, one.base, one.of_what,
        one.where_printed, _decimal(interval.low, ROUND_FLOOR), _decimal(interval.high, ROUND_CEILING),
        interval.low_open, interval.high_open, verdict,
        recounted.reproduced if recounted else None, recounted.text if recounted else None,
    )  # fmt: skip


def _repair_row(repair: Repair, triple: Triple) -> tuple[Any, ...]:
    interval = repair.interval
    return (
        repair.figure.text, repair.kind.value, _decimal(interval.low, ROUND_FLOOR),
        _decimal(interval.high, ROUND_CEILING), repair_text(repair, triple),
    )  # fmt: skip


def _triple_intervals(triple: Triple) -> tuple[Any, ...]:
    return _intervals(
        triple.count.interval if triple.count else None,
        triple.base.interval,
        triple.percentage.interval if triple.percentage else None,
    )


def _intervals(count: Interval | None, base: Interval, percentage: Interval | None) -> tuple[Any, ...]:
    counts = (None, None) if count is None else _whole_ends(count)
    if percentage is None:
        return (*counts, *_whole_ends(base), None, None, None, None)
    return (
        *counts, *_whole_ends(base), _decimal(percentage.low, ROUND_FLOOR),
        _decimal(percentage.high, ROUND_CEILING), percentage.low_open, percentage.high_open,
    )  # fmt: skip


def _whole_ends(interval: Interval) -> tuple[int, int | None]:
    """The smallest and largest whole number in an interval; no largest where it has no upper end."""
    low = -((-interval.low.numerator) // interval.low.denominator)
    low += interval.low_open and low == interval.low
    if interval.high is None:
        return low, None
    high = interval.high.numerator // interval.high.denominator
    return low, high - (interval.high_open and high == interval.high)


def _decimal(value: Fraction | None, rounding: str) -> Decimal | None:
    """An end as the tables hold it; one that no decimal meets is moved outwards, never inwards."""
    if value is None:
        return None
    context = Context(prec=60, rounding=rounding)
    quotient = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    return quotient.quantize(Decimal("1e-10"), rounding=rounding, context=context)
