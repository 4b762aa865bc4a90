"""What the audit decides of a survey's published figures: every finding, every recount, every declared reading.

`claims` decides what is possible and says so in words; here it is asked about everything that was published, and the
records are recounted. What a figure may be is never widened here, and nothing is written: that is `rows`' business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from dagster_project.audit.publication import DeclaredReading, Publication, read_publication
from dagster_project.audit.recount import Recount, recount, recount_findings, withheld_claims
from dagster_project.claims import (
    SECONDS,
    Audit,
    Claim,
    Code,
    Finding,
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

OF_SURVEY = (Code.ROUNDING, Code.DISCLOSURE)  # of the publication as a whole: no verdict on a single figure


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

    `seconds` is the time limit of one component of figures.
    """
    published = read_publication(connection)
    withheld = withheld_claims(connection, published.claims)
    recounts = {
        claim.id: found
        for claim in published.claims
        if claim.id not in withheld and (found := recount(connection, claim)) is not None
    }
    audit = audit_claims(
        _certain(published.claims, recounts, provenance),
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
            *recount_findings(published.claims, recounts, provenance),
        ]
    )
    declared = [(reading, _under(reading, published, seconds)) for reading in published.readings]
    return Judged(published, findings, audit, recounts, withheld, declared)


def _has_weights(connection: duckdb.DuckDBPyConnection) -> bool:
    return any(weighted for (weighted,) in connection.execute("SELECT weighted FROM raw.survey").fetchall())


def _certain(claims: Sequence[Claim], recounts: Mapping[str, Recount], provenance: str) -> Sequence[Claim]:
    """The claims; those that collected records give are certain, so that no repair changes them."""
    if provenance != "collected":
        return claims
    given = {claim for claim, found in recounts.items() if found.reproduced}
    return [replace(claim, counted=claim.id in given) for claim in claims]


def _statements(published: Publication) -> Iterator[Finding]:
    for statement, text in published.statements.items():
        read = parse_statement(text)
        if isinstance(read, Triple):
            yield audit_statement(read, dict.fromkeys(Kind, (statement,)))
        else:
            yield from _of_statement(statement, read)


def _of_statement(statement: str, listing: Listing) -> Iterator[Finding]:
    for finding in audit_listing(listing).findings:
        if finding.code not in OF_SURVEY:
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


def _under(reading: DeclaredReading, published: Publication, seconds: float) -> list[Finding]:
    """What is found of the figures as the reading takes them."""
    claims = reading.of(published.figures)
    audit = audit_claims(claims, published.questions, published.orders, published.names, seconds=seconds)
    return [finding for finding in audit.findings if finding.code not in OF_SURVEY]
