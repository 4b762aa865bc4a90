"""What the audit decides of a survey's published figures: every finding, every recount, every declared reading.

`claims` decides what is possible and says so in words; here it is asked about everything that was published, and the
records are recounted. What a figure may be is never widened here, and nothing is written: that is `rows`' business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import duckdb

from dagster_project.audit.publication import DeclaredReading, Publication, read_publication
from dagster_project.audit.recount import Recount, RecountTables, recount, recount_findings, withheld_claims
from dagster_project.claims import (
    SECONDS,
    Audit,
    Claim,
    Finding,
    Kind,
    Listing,
    Severity,
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

_CODEBOOK_IS_WRONG = (
    "The records give each of these figures, so what the codebook says of them does not hold of its records."
)


@dataclass(frozen=True)
class Judged:
    """A publication with all that was decided of it.

    `findings` are the worst first. `recounts` are by claim; what must not be told of a claim is in `withheld`, with
    the reason. `declared` are the findings on the figures as each reading of claims.yml takes them.
    """

    published: Publication
    findings: Sequence[Finding]
    audit: Audit
    recounts: Mapping[str, Recount]
    withheld: Mapping[str, str]
    declared: Sequence[tuple[DeclaredReading, Sequence[Finding]]]


def judge(connection: duckdb.DuckDBPyConnection, provenance: str, *, seconds: float = SECONDS) -> Judged:
    """Judge the survey's published figures, the records being of this provenance.

    `seconds` is the time limit of one component of figures, in all its readings together, and of one statement.
    """
    published, tables = read_publication(connection), RecountTables.of(connection)
    withheld = withheld_claims(tables, published.claims)
    recounts = {
        figure.id: found
        for figure in published.figures
        if figure.id not in withheld and (found := recount(tables, figure.claim, figure.weighted)) is not None
    }
    given = _given(recounts, provenance)
    audit = audit_claims(
        [_counted(claim, recounts[claim.id]) if claim.id in given else claim for claim in published.claims],
        published.questions,
        published.orders,
        published.names,
        weights_possible=_has_weights(connection),
        seconds=seconds,
    )
    findings = worst_first(
        [
            *_without_blame(given, [*audit.findings, *_changes(published)]),
            *statement_findings(published, seconds),
            *_assumptions(published),
            *recount_findings(published.claims, recounts, provenance),
        ]
    )
    declared = list(declared_findings(published, seconds, audit.spent))
    return Judged(published, findings, audit, recounts, withheld, declared)


def _has_weights(connection: duckdb.DuckDBPyConnection) -> bool:
    return any(weighted for (weighted,) in connection.execute("SELECT weighted FROM raw.survey").fetchall())


def _given(recounts: Mapping[str, Recount], provenance: str) -> Set[str]:
    """The claims that collected records give, in one of the meanings that the text leaves open.

    They are right, so that no repair changes them and nothing blames them.
    """
    if provenance != "collected":
        return set()
    return {claim for claim, found in recounts.items() if found.reproduced or found.given_unweighted}


def _counted(claim: Claim, found: Recount) -> Claim:
    """The claim as the records give it; where the text does not say, whether of weights."""
    return replace(claim, counted=True, weighted=found.weighted and found.reproduced)


def _without_blame(given: Set[str], findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, with nothing that collected records give among what is contradicted or undecided."""
    for finding in findings:
        others = tuple(claim for claim in finding.claims if claim not in given)
        if others == finding.claims or not (finding.severity.is_contradicted or finding.severity is Severity.UNDECIDED):
            yield finding
        elif others:
            yield replace(finding, claims=others)
        elif finding.severity.is_contradicted:
            yield replace(
                finding, severity=Severity.NEEDS_AN_ASSUMPTION, claims=(), readings=(), remarks=(_CODEBOOK_IS_WRONG,)
            )


def statement_findings(published: Publication, seconds: float) -> Iterator[Finding]:
    """What is found of the sentences that are judged as a whole, each by itself."""
    for statement in published.statements:
        if statement.what != "statement":
            continue
        read = parse_statement(statement.text)
        if isinstance(read, Triple):
            yield audit_statement(read, dict.fromkeys(Kind, (statement.id,)))
        else:
            yield from _of_statement(statement.id, read, seconds)


def _of_statement(statement: str, listing: Listing, seconds: float) -> Iterator[Finding]:
    for finding in audit_listing(listing, seconds=seconds).findings:
        if finding.claims:
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


def declared_findings(
    published: Publication, seconds: float, spent: float
) -> Iterator[tuple[DeclaredReading, Sequence[Finding]]]:
    """What is found of the figures as each reading takes them, in what is left of the time limit."""
    for reading in published.readings:
        audit = audit_claims(
            reading.of(published.figures),
            published.questions,
            published.orders,
            published.names,
            seconds=seconds,
            spent=spent,
        )
        spent = audit.spent
        yield reading, [finding for finding in audit.findings if finding.claims]
