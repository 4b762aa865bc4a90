"""From raw.claims to audit.figures, findings, repairs and readings.

`claims` decides what is possible and says so in words; here it is asked about everything that was published, the
records are recounted, and the answers are written down. What a figure may be is never widened here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from typing import Any

import duckdb

from dagster_project.audit.publication import Publication, PublishedFigure, read_publication
from dagster_project.audit.recount import Recount, recount, recount_findings, withheld_claims
from dagster_project.claims import (
    CONTRADICTED,
    SECONDS,
    WORST_FIRST,
    Audit,
    Claim,
    Code,
    Finding,
    Interval,
    Kind,
    Listing,
    Triple,
    ambiguity,
    audit_change,
    audit_claims,
    audit_listing,
    audit_statement,
    missing_disclosure,
    parse_change,
    parse_statement,
    worst_first,
)
from dagster_project.warehouse import replace_tables, survey_key

INTERVALS = """count_low BIGINT, count_high BIGINT, base_low BIGINT, base_high BIGINT, percent_low DECIMAL(38, 10),
    percent_high DECIMAL(38, 10), percent_low_open BOOLEAN, percent_high_open BOOLEAN"""
KEY = "survey VARCHAR, generation VARCHAR, provenance VARCHAR, claims_sha256 VARCHAR"
TABLES = {
    "figures": f"""{KEY}, claim VARCHAR, position INTEGER, figure VARCHAR, kind VARCHAR, hedge VARCHAR,
        question VARCHAR, answer VARCHAR, group_by VARCHAR, group_value VARCHAR, wave VARCHAR, base VARCHAR,
        of_what VARCHAR, where_printed VARCHAR, low DECIMAL(38, 10), high DECIMAL(38, 10), low_open BOOLEAN,
        high_open BOOLEAN, verdict VARCHAR, reproduced BOOLEAN, recount_text VARCHAR, fits_low DECIMAL(38, 10),
        fits_high DECIMAL(38, 10), power DOUBLE""",
    "findings": f"""{KEY}, finding VARCHAR, code VARCHAR, severity VARCHAR, claims VARCHAR, message VARCHAR,
        power DOUBLE, {INTERVALS}""",
    "repairs": f"""{KEY}, finding VARCHAR, repair INTEGER, claims VARCHAR, figure VARCHAR, kind VARCHAR,
        low DECIMAL(38, 10), high DECIMAL(38, 10), message VARCHAR, weight INTEGER, slip VARCHAR""",
    "readings": f"""{KEY}, finding VARCHAR, reading INTEGER, source VARCHAR, title VARCHAR, claims VARCHAR,
        message VARCHAR, cost INTEGER, {INTERVALS}""",
}
WITHHELD = "withheld: too few respondents"
NOT_CHECKED = "not checked"  # no other figure says anything of it
_OF_SURVEY = (Code.ROUNDING, Code.DISCLOSURE)  # of the publication as a whole: no verdict on a single figure


@dataclass(frozen=True)
class AuditCounts:
    """How many figures, findings and contradictions an audit wrote."""

    figures: int
    findings: int
    contradicted: int


def audit_published(connection: duckdb.DuckDBPyConnection, *, seconds: float = SECONDS) -> AuditCounts:
    """Judge the survey's published figures and replace the audit's tables in one transaction.

    `seconds` is the time limit of one component of figures.
    """
    survey = survey_key(connection)
    published = read_publication(connection)
    withheld = withheld_claims(connection, published.claims)
    recounts = {
        one.id: found
        for one in published.figures
        if one.id not in withheld and (found := recount(connection, one.claim)) is not None
    }
    audit = audit_claims(
        _claims(published, recounts, survey.provenance),
        published.questions,
        published.orders,
        published.names,
        weights_possible=_has_weights(connection),
        seconds=seconds,
    )
    findings = worst_first(
        [
            *audit.findings,
            *_statements(published),
            *_changes(published),
            *_assumptions(published),
            *recount_findings(published.claims, recounts, survey.provenance),
        ]
    )
    names = [f"F{number:02d}" for number in range(1, len(findings) + 1)]
    rows: dict[str, list[tuple[Any, ...]]] = {
        "figures": [
            _figure_row(one, findings, audit, recounts.get(one.id), WITHHELD if one.id in withheld else None)
            for one in published.figures
        ],
        "findings": [
            (
                name, one.code.value, one.severity.value, ", ".join(one.claims), one.message,
                None if one.power is None else float(one.power), *_triple_intervals(one.triple),
            )
            for name, one in zip(names, findings, strict=True)
        ],
        "repairs": [row for name, one in zip(names, findings, strict=True) for row in _repair_rows(name, one)],
        "readings": list(_reading_rows(published, findings, names, seconds)),
    }  # fmt: skip
    key = (survey.survey, survey.generation, survey.provenance, published.sha256)
    keyed = {table: [(*key, *row) for row in of_table] for table, of_table in rows.items()}
    replace_tables(connection, "audit", TABLES, keyed)
    contradicted = sum(one.severity.is_contradicted for one in findings)
    return AuditCounts(len(published.figures), len(findings), contradicted)


def contradictions(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What the last audit says of the figures that cannot stand together, one paragraph for each finding."""
    rows = connection.execute(
        "SELECT message FROM audit.findings WHERE list_contains(?, severity) ORDER BY length(finding), finding",
        [[severity.value for severity in CONTRADICTED]],
    ).fetchall()
    return [message for (message,) in rows]


def _has_weights(connection: duckdb.DuckDBPyConnection) -> bool:
    return any(weighted for (weighted,) in connection.execute("SELECT weighted FROM raw.survey").fetchall())


# -- findings -------------------------------------------------------------------------------------------------------


def _claims(published: Publication, recounts: Mapping[str, Recount], provenance: str) -> list[Claim]:
    """The claims; those that collected records give are certain, so that no repair changes them."""
    if provenance != "collected":
        return published.claims
    given = {claim for claim, found in recounts.items() if found.reproduced}
    return [replace(claim, counted=claim.id in given) for claim in published.claims]


def _statements(published: Publication) -> Iterator[Finding]:
    for statement, text in published.statements.items():
        read = parse_statement(text)
        if isinstance(read, Triple):
            yield audit_statement(read, dict.fromkeys(Kind, (statement,)))
        else:
            yield from _of_statement(statement, read)


def _of_statement(statement: str, listing: Listing) -> Iterator[Finding]:
    for finding in audit_listing(listing).findings:
        if finding.code not in _OF_SURVEY:
            repairs = tuple(
                replace(repair, figures=tuple(replace(one, claims=(statement,)) for one in repair.figures))
                for repair in finding.repairs
            )
            readings = tuple(replace(reading, claims=(statement,)) for reading in finding.readings)
            yield replace(finding, claims=(statement,), repairs=repairs, readings=readings)


def _changes(published: Publication) -> Iterator[Finding]:
    claims = {claim.id: claim for claim in published.claims}
    for change, text, earlier, later in published.changes:
        yield audit_change(parse_change(text), claims[earlier], claims[later], change)


def _assumptions(published: Publication) -> Iterator[Finding]:
    claims = {claim.id: claim for claim in published.claims}
    variants = [("", published.claims), *((one.text, one.of(published.figures)) for one in published.readings)]
    for claim, antecedents in published.antecedents.items():
        yield ambiguity(claims[claim], antecedents, variants, published.names)
    missing = missing_disclosure(published.discloses, published.claims)
    if missing is not None:
        yield missing


# -- rows -----------------------------------------------------------------------------------------------------------


def _figure_row(
    one: PublishedFigure,
    findings: Sequence[Finding],
    audit: Audit,
    recounted: Recount | None,
    not_recounted: str | None,
) -> tuple[Any, ...]:
    severities = [other.severity for other in findings if one.id in other.claims and other.code not in _OF_SURVEY]
    verdict = min(severities, key=WORST_FIRST.index).value if severities else NOT_CHECKED
    claim, interval, fits = one.claim, one.claim.figure.interval, audit.fits.get(one.id)
    group_by, group_value = claim.cell.group or (None, None)
    power = audit.power.get(one.id)
    return (
        one.id, one.position, claim.figure.text, claim.kind.value, claim.figure.hedge.value, claim.cell.question,
        claim.cell.answer, group_by, group_value, claim.cell.wave, claim.base, one.of_what, one.where_printed,
        _decimal(interval.low, ROUND_FLOOR), _decimal(interval.high, ROUND_CEILING), interval.low_open,
        interval.high_open, verdict, recounted.reproduced if recounted else None,
        recounted.text if recounted else not_recounted, _low(fits), _high(fits),
        None if power is None else float(power),
    )  # fmt: skip


def _repair_rows(name: str, finding: Finding) -> Iterator[tuple[Any, ...]]:
    for number, repair in enumerate(finding.repairs, start=1):
        for one in repair.figures:
            yield (
                name, number, ", ".join(one.claims), one.figure.text, one.figure.kind.value, _low(one.interval),
                _high(one.interval), one.message, repair.weight, None if one.slip is None else str(one.slip),
            )  # fmt: skip


def _reading_rows(
    published: Publication, findings: Sequence[Finding], names: Sequence[str], seconds: float
) -> Iterator[tuple[Any, ...]]:
    """The readings that the audit found, by finding; then those that claims.yml declares, each figure under them."""
    number = 0
    for name, one in zip(names, findings, strict=True):
        for found in one.readings:
            number += 1
            intervals = _intervals(found.count, found.base, found.percentage)
            claims = ", ".join(found.claims)
            yield name, number, "found", found.title, claims, found.message, found.cost, *intervals
    contradicted = {
        claim: name
        for name, one in zip(names, findings, strict=True)
        if one.severity.is_contradicted
        for claim in one.claims
    }
    for reading in published.readings:
        audit = audit_claims(
            reading.of(published.figures), published.questions, published.orders, published.names, seconds=seconds
        )
        for one in audit.findings:
            if one.code in _OF_SURVEY:
                continue
            number += 1
            finding = next((contradicted[claim] for claim in one.claims if claim in contradicted), None)
            intervals = _triple_intervals(one.triple)
            claims = ", ".join(one.claims)
            yield finding, number, "declared", reading.text, claims, one.message, None, *intervals


def _triple_intervals(triple: Triple | None) -> tuple[Any, ...]:
    if triple is None:
        return _intervals(None, None, None)
    return _intervals(
        triple.count.interval if triple.count else None,
        triple.base.interval,
        triple.percentage.interval if triple.percentage else None,
    )


def _intervals(count: Interval | None, base: Interval | None, percentage: Interval | None) -> tuple[Any, ...]:
    counts = (None, None) if count is None else _whole_ends(count)
    bases = (None, None) if base is None else _whole_ends(base)
    if percentage is None:
        return (*counts, *bases, None, None, None, None)
    return (*counts, *bases, _low(percentage), _high(percentage), percentage.low_open, percentage.high_open)


def _whole_ends(interval: Interval) -> tuple[int, int | None]:
    """The smallest and largest whole number in an interval; no largest where it has no upper end."""
    whole = interval.tightened()
    return int(whole.low), None if whole.high is None else int(whole.high)


def _low(interval: Interval | None) -> Decimal | None:
    return None if interval is None or interval.is_empty else _decimal(interval.low, ROUND_FLOOR)


def _high(interval: Interval | None) -> Decimal | None:
    return None if interval is None or interval.is_empty else _decimal(interval.high, ROUND_CEILING)


def _decimal(value: Fraction | None, rounding: str) -> Decimal | None:
    """An end as the tables hold it; one that no decimal meets is moved outwards, never inwards."""
    if value is None:
        return None
    context = Context(prec=60, rounding=rounding)
    quotient = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    return quotient.quantize(Decimal("1e-10"), rounding=rounding, context=context)
