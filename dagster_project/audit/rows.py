"""What was judged as rows of the audit's tables. Nothing is decided here but the names of the findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction

from dagster_project.audit.judge import Judged
from dagster_project.audit.publication import PublishedFigure, PublishedStatement
from dagster_project.audit.tables import FIGURES, FINDINGS, READINGS, REPAIRS, STATEMENTS
from dagster_project.claims import Code, Finding, Interval, Severity, Triple
from dagster_project.schema import Row, Table

Named = Sequence[tuple[str, Finding]]  # findings by the names that the tables give them


def rows_of(judged: Judged) -> Mapping[Table, Sequence[Row]]:
    """Every row that an audit writes, without the key that all of them share."""
    named = [(f"F{number:02d}", one) for number, one in enumerate(judged.findings, start=1)]
    severities = _severities(judged.findings)
    return {
        FIGURES: [_figure(one, severities[one.id], judged) for one in judged.published.figures],
        STATEMENTS: [
            _statement(position, one, severities[one.id])
            for position, one in enumerate(judged.published.statements, start=1)
        ],
        FINDINGS: [_finding(name, one) for name, one in named],
        REPAIRS: [row for name, one in named for row in _repairs(name, one)],
        READINGS: [
            {**row, "reading": number}
            for number, row in enumerate([*_found(named), *_declared(judged, named)], start=1)
        ],
    }


def _severities(findings: Iterable[Finding]) -> Mapping[str, Severity]:
    """By claim, the worst that is said of it; the findings are the worst first. What none names was held by nothing.

    Whether a contradicted figure is right in another meaning is known best to a recount.
    """
    findings = tuple(findings)
    recounted = (one for one in findings if one.code is Code.RECOUNT and one.severity.is_contradicted)
    severities: dict[str, Severity] = defaultdict(lambda: Severity.NOT_CHECKABLE)
    for finding in (*recounted, *findings):
        for claim in finding.claims:
            severities.setdefault(claim, finding.severity)
    return severities


def _figure(one: PublishedFigure, severity: Severity, judged: Judged) -> Row:
    claim, interval = one.claim, one.claim.figure.interval
    fits, power, recounted = judged.audit.fits.get(one.id), judged.audit.power.get(one.id), judged.recounts.get(one.id)
    group_by, group_value = claim.cell.group or (None, None)
    return {
        "claim": one.id,
        "position": one.position,
        "figure": claim.figure.text,
        "kind": claim.kind.value,
        "hedge": claim.figure.hedge.value,
        "question": claim.cell.question,
        "answer": claim.cell.answer,
        "group_by": group_by,
        "group_value": group_value,
        "wave": claim.cell.wave,
        "base": claim.base,
        "of_what": one.of_what,
        "where_printed": one.where_printed,
        "low": _low(interval),
        "high": _high(interval),
        "low_open": interval.low_open,
        "high_open": interval.high_open,
        "severity": severity.value,
        "verdict": severity.verdict.value,
        "reproduced": recounted.reproduced if recounted else None,
        "recount_text": recounted.text if recounted else judged.withheld.get(one.id),
        "fits_low": _low(fits),
        "fits_high": _high(fits),
        "power": None if power is None else float(power),
    }


def _statement(position: int, one: PublishedStatement, severity: Severity) -> Row:
    return {
        "statement": one.id,
        "position": position,
        "what": one.what,
        "text": one.text,
        "where_printed": one.where_printed,
        "severity": severity.value,
        "verdict": severity.verdict.value,
    }


def _finding(name: str, finding: Finding) -> Row:
    return {
        "finding": name,
        "code": finding.code.value,
        "severity": finding.severity.value,
        "verdict": finding.verdict,
        "condition": finding.condition or None,
        "claims": list(finding.claims),
        "message": finding.message,
        "statement": finding.statement,
        "remarks": list(finding.remarks),
        "power": None if finding.power is None else float(finding.power),
        **_of_triple(finding.triple),
    }


def _repairs(name: str, finding: Finding) -> Iterator[Row]:
    for number, repair in enumerate(finding.repairs, start=1):
        for one in repair.figures:
            meant, printed = one.slip.values if one.slip else (None, None)
            yield {
                "finding": name,
                "repair": number,
                "claims": list(one.claims),
                "figure": one.figure.text,
                "kind": one.figure.kind.value,
                "low": _low(one.interval),
                "high": _high(one.interval),
                "message": one.message,
                "weight": repair.weight,
                "slip": str(one.slip) if one.slip else None,
                "slip_what": one.slip.what if one.slip else None,
                "slip_meant": meant,
                "slip_printed": printed,
            }


def _found(named: Named) -> Iterator[Row]:
    """The readings that the audit found, by finding."""
    for name, finding in named:
        for reading in finding.readings:
            yield {
                "finding": name,
                "source": "found",
                "title": reading.title,
                "claims": list(reading.claims),
                "message": reading.message,
                "cost": reading.cost,
                **_intervals(reading.count, reading.base, reading.percentage),
            }


def _declared(judged: Judged, named: Named) -> Iterator[Row]:
    """The readings that claims.yml declares, each finding under them beside the contradiction that it explains."""
    contradicted = {claim: name for name, one in named if one.severity.is_contradicted for claim in one.claims}
    for reading, findings in judged.declared:
        for one in findings:
            yield {
                "finding": next((contradicted[claim] for claim in one.claims if claim in contradicted), None),
                "source": "declared",
                "title": reading.text,
                "claims": list(one.claims),
                "message": one.message,
                "cost": None,
                **_of_triple(one.triple),
            }


# -- intervals ------------------------------------------------------------------------------------------------------


def _of_triple(triple: Triple | None) -> Row:
    if triple is None:
        return _intervals(None, None, None)
    return _intervals(
        triple.count.interval if triple.count else None,
        triple.base.interval,
        triple.percentage.interval if triple.percentage else None,
    )


def _intervals(count: Interval | None, base: Interval | None, percentage: Interval | None) -> Row:
    count_low, count_high = _whole_ends(count)
    base_low, base_high = _whole_ends(base)
    return {
        "count_low": count_low,
        "count_high": count_high,
        "base_low": base_low,
        "base_high": base_high,
        "percent_low": _low(percentage),
        "percent_high": _high(percentage),
        "percent_low_open": percentage.low_open if percentage else None,
        "percent_high_open": percentage.high_open if percentage else None,
    }


def _whole_ends(interval: Interval | None) -> tuple[int | None, int | None]:
    """The smallest and largest whole number in an interval; no largest where it has no upper end."""
    if interval is None:
        return None, None
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
