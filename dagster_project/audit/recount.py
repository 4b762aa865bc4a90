"""A published figure beside what the survey's own tables give for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import duckdb

from dagster_project.claims import RULE_WORDS, BaseRule, Claim, Code, Finding, Kind, Reading, Severity, Way


@dataclass(frozen=True)
class Recount:
    """Whether the records give the figure as it is labelled, and the arithmetic in words.

    `elsewhere` are the other bases, weights and roundings under which they give it, each by what it is and in words.
    """

    reproduced: bool
    arithmetic: str
    elsewhere: Sequence[tuple[Way, str]] = ()

    @property
    def text(self) -> str:
        """The arithmetic, and the first other way that gives the figure."""
        return f"{self.arithmetic}; but {self.elsewhere[0][1]}" if self.elsewhere else self.arithmetic


def recount(connection: duckdb.DuckDBPyConnection, claim: Claim) -> Recount | None:
    """Recount one figure from the tallies and bases; None where the survey has nothing to count it from."""
    if claim.cell.wave is not None or not (claim.cell.question or claim.base):
        return None
    if claim.kind is Kind.BASE:
        return _recounted_base(connection, claim)
    bases = _bases(connection, claim)
    if claim.cell.answer is None or not bases:
        return None
    count = connection.execute(
        """SELECT coalesce(sum(n), 0)::BIGINT, coalesce(sum(w), 0.0) FROM tallies.tallies
        WHERE question = $question AND answer = $answer
        AND group_by IS NOT DISTINCT FROM $group_by AND group_value IS NOT DISTINCT FROM $group_value""",
        _cell(claim) | {"answer": claim.cell.answer},
    ).fetchall()[0]
    n, w = int(count[0]), float(count[1])
    if claim.kind is Kind.COUNT:
        said = "1 record gives this answer" if n == 1 else f"{n:,} records give this answer"
        return Recount(claim.figure.interval.contains(n), said)
    return _recounted_percentage(claim, bases, n, w)


def withheld_claims(connection: duckdb.DuckDBPyConnection, claims: Sequence[Claim]) -> set[str]:
    """The claims about counts and bases that the published tables withhold; that one is right would tell it."""
    cells = connection.execute("SELECT question, answer, group_by, group_value FROM disclosure.withheld").fetchall()
    bases = connection.execute(
        "SELECT question, base_rule, group_by, group_value FROM disclosure.withheld_bases"
    ).fetchall()
    withheld = {*cells, *bases}
    return {
        claim.id
        for claim in claims
        if (
            claim.cell.question,
            claim.base_rule if claim.kind is Kind.BASE else claim.cell.answer,
            *(claim.cell.group or (None, None)),
        )
        in withheld
    }


def recount_findings(claims: Sequence[Claim], recounts: Mapping[str, Recount], provenance: str) -> Iterator[Finding]:
    """What the recount says: one finding of all that the records give, and one of each figure that they do not."""
    told = {claim.id: claim for claim in claims if claim.id in recounts}
    if not told:
        return
    given = tuple(claim for claim in told if recounts[claim].reproduced)
    if provenance != "collected":
        message = (
            f"The records are {provenance}: whether they agree with the figures is by construction and proves nothing. "
            f"As labelled, {len(given):,} of {len(told):,} figures are what they give."
        )
        yield Finding(Code.RECOUNT, Severity.NOT_CHECKABLE, given, message)
        return
    if given:
        verb = "is" if len(given) == 1 else "are"
        message = (
            f"{len(given):,} of {len(told):,} figures {verb} what the records give, under the base that is printed."
        )
        yield Finding(Code.RECOUNT, Severity.REPRODUCED, given, message)
    for claim in told.values():
        found = recounts[claim.id]
        if found.reproduced:
            continue
        statement = f"The records do not give “{claim.figure.phrase}”: {found.arithmetic}."
        readings = tuple(
            Reading(title, (claim.id,), f"They give it otherwise: {text}.", 1) for title, text in found.elsewhere
        )
        if readings:
            severity = Severity.IMPOSSIBLE_AS_LABELLED
            yield Finding(Code.RECOUNT, severity, (claim.id,), statement, readings=readings)
        else:
            tried = " No other base, weighting or rounding gives it either." if claim.kind is Kind.PERCENTAGE else ""
            yield Finding(Code.RECOUNT, Severity.PROVED_IMPOSSIBLE, (claim.id,), statement + tried)


def _recounted_base(connection: duckdb.DuckDBPyConnection, claim: Claim) -> Recount | None:
    if claim.cell.question is None:
        rows = connection.execute(
            "SELECT n_asked, n_answered FROM marts.response_rates WHERE measure = 'unit'"
        ).fetchall()
        asked, answered = rows[0] if rows and claim.cell.group is None else (None, None)
        base = asked if claim.base is BaseRule.asked else answered
    else:
        base = _bases(connection, claim).get(claim.base_rule, (None, None))[0]
    if base is None:
        return None
    return Recount(claim.figure.interval.contains(base), f"{base:,} {claim.base_rule.words.counted}")


def _recounted_percentage(
    claim: Claim, bases: Mapping[BaseRule, tuple[int, float | None]], n: int, w: float
) -> Recount | None:
    """The share under the base as labelled, and, where that does not give the figure, every other way that does."""
    ways: dict[tuple[BaseRule, bool], tuple[str, Fraction]] = {}
    for rule, (n_base, w_base) in bases.items():
        if n_base:
            share = Fraction(100 * n, n_base)
            ways[rule, False] = f"{n:,} of {n_base:,} {rule.words.counted} is {float(share):.1f} %", share
        if n_base and w_base and (n, n_base) != (w, w_base):
            share = 100 * Fraction(w) / Fraction(w_base)
            text = f"{w:,.0f} of {w_base:,.0f} (weighted) {rule.words.counted} is {float(share):.1f} %"
            ways[rule, True] = text, share
    base = claim.base_rule
    weighted = (base, True) in ways
    labelled = ways.get((base, weighted))
    if labelled is None:
        return None
    text, share = labelled
    if claim.figure.interval.contains(share):
        return Recount(True, text)
    elsewhere: list[tuple[Way, str]] = []
    seen = {share}  # of bases that are the same people one is enough
    for (rule, is_weighted), (way, other) in ways.items():
        if other not in seen and claim.figure.interval.contains(other):
            elsewhere.append((Way.WEIGHTED if is_weighted != weighted and rule == base else Way.OTHER_BASE, way))
        seen.add(other)
    for rounding, words in RULE_WORDS.items():
        if claim.figure.rounding is not None and claim.figure.under(rounding).interval.contains(share):
            elsewhere.append((Way.OTHER_ROUNDING, f"{text}, {words.of_one}"))
    return Recount(False, text, tuple({way: (title, way) for title, way in elsewhere}.values()))


def _bases(connection: duckdb.DuckDBPyConnection, claim: Claim) -> Mapping[BaseRule, tuple[int, float | None]]:
    rows = connection.execute(
        """SELECT base_rule, n_base, w_base FROM marts.bases WHERE question = $question
        AND group_by IS NOT DISTINCT FROM $group_by AND group_value IS NOT DISTINCT FROM $group_value
        ORDER BY n_base""",
        _cell(claim),
    ).fetchall()
    return {BaseRule(rule): (n_base, w_base) for rule, n_base, w_base in rows}


def _cell(claim: Claim) -> dict[str, str | None]:
    group_by, group_value = claim.cell.group or (None, None)
    return {"question": claim.cell.question, "group_by": group_by, "group_value": group_value}
