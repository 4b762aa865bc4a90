"""A published figure beside what the survey's own tables give for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import duckdb

from dagster_project.claims import (
    RULE_WORDS,
    BaseRule,
    Claim,
    Code,
    Finding,
    Kind,
    Reading,
    Sense,
    Severity,
    half_up,
)

Bases = Mapping[BaseRule, tuple[int, float | None]]  # respondents, and the sum of their weights

WITHHELD = "withheld: too few respondents"


@dataclass(frozen=True)
class Recount:
    """Whether the records give the figure as it is labelled, and the arithmetic in words.

    `elsewhere` are the other bases, weights and roundings under which they give it, each by what it is and in words.
    """

    reproduced: bool
    arithmetic: str
    elsewhere: Sequence[tuple[Sense, str]] = ()

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


def withheld_claims(connection: duckdb.DuckDBPyConnection, claims: Sequence[Claim]) -> Mapping[str, str]:
    """The claims about counts and bases that the published tables withhold, each with the reason.

    Whether such a figure is right would tell what is withheld.
    """
    cells = connection.execute("SELECT question, answer, group_by, group_value FROM disclosure.withheld").fetchall()
    bases = connection.execute(
        "SELECT question, base_rule, group_by, group_value FROM disclosure.withheld_bases"
    ).fetchall()
    withheld = {*cells, *bases}
    return {claim.id: WITHHELD for claim in claims if _told_in(claim) in withheld}


def _told_in(claim: Claim) -> tuple[str | None, str | None, str | None, str | None]:
    """The row of a published table that tells a claim: its question, the answer or base rule, its group."""
    of = claim.base_rule if claim.kind is Kind.BASE else claim.cell.answer
    return (claim.cell.question, of, *(claim.cell.group or (None, None)))


def recount_findings(claims: Sequence[Claim], recounts: Mapping[str, Recount], provenance: str) -> Iterator[Finding]:
    """What the recount says: one finding of all that the records give, and one of each figure that they do not."""
    told = [claim for claim in claims if claim.id in recounts]
    if not told:
        return
    given = tuple(claim.id for claim in told if recounts[claim.id].reproduced)
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
    for claim in told:
        if claim.id not in given:
            yield _not_given(claim, recounts[claim.id])


def _not_given(claim: Claim, found: Recount) -> Finding:
    """A figure that the records do not give as it is labelled, with what they give it under."""
    statement = f"The records do not give “{claim.figure.phrase}”: {found.arithmetic}."
    readings = tuple(
        Reading(title, (claim.id,), f"They give it otherwise: {text}.", 1) for title, text in found.elsewhere
    )
    if readings:
        return Finding(Code.RECOUNT, Severity.IMPOSSIBLE_AS_LABELLED, (claim.id,), statement, readings=readings)
    tried = " No other base, weighting or rounding gives it either." if claim.kind is Kind.PERCENTAGE else ""
    return Finding(Code.RECOUNT, Severity.PROVED_IMPOSSIBLE, (claim.id,), statement + tried)


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


@dataclass(frozen=True)
class _Way:
    """A share that the records give: of which base, whether of weights, and the division in words."""

    base: BaseRule
    weighted: bool
    share: Fraction
    text: str


def _recounted_percentage(claim: Claim, bases: Bases, n: int, w: float) -> Recount | None:
    """The share under the base as labelled, and, where that does not give the figure, every other way that does."""
    ways = list(_ways(bases, n, w))
    labelled = max((way for way in ways if way.base is claim.base_rule), key=lambda way: way.weighted, default=None)
    if labelled is None:
        return None
    if claim.figure.interval.contains(labelled.share):
        return Recount(True, labelled.text)
    elsewhere = [*_other_ways(claim, labelled, ways), *_other_roundings(claim, labelled)]
    return Recount(False, labelled.text, tuple({text: (title, text) for title, text in elsewhere}.values()))


def _ways(bases: Bases, n: int, w: float) -> Iterator[_Way]:
    """The share of a count of `n`, weighing `w`, in each base, in respondents and where these differ in weights."""
    for rule, (n_base, w_base) in bases.items():
        if n_base:
            share = Fraction(100 * n, n_base)
            yield _Way(rule, False, share, f"{n:,} of {n_base:,} {rule.words.counted} is {half_up(share, 1)} %")
        if n_base and w_base and (n, n_base) != (w, w_base):
            share = 100 * Fraction(w) / Fraction(w_base)
            text = f"{_weight(w)} of {_weight(w_base)} (weighted) {rule.words.counted} is {half_up(share, 1)} %"
            yield _Way(rule, True, share, text)


def _weight(w: float) -> str:
    return f"{half_up(Fraction(w), 0):,}"


def _other_ways(claim: Claim, labelled: _Way, ways: Sequence[_Way]) -> Iterator[tuple[Sense, str]]:
    seen = {labelled.share}  # of bases that are the same people one is enough
    for way in ways:
        if way.share not in seen and claim.figure.interval.contains(way.share):
            same_base = way.base is labelled.base
            other_weights = same_base and way.weighted != labelled.weighted
            yield Sense.WEIGHTED if other_weights else Sense.OTHER_BASE, way.text
        seen.add(way.share)


def _other_roundings(claim: Claim, labelled: _Way) -> Iterator[tuple[Sense, str]]:
    for rounding, words in RULE_WORDS.items():
        if claim.figure.rounding is not None and claim.figure.under(rounding).interval.contains(labelled.share):
            yield Sense.OTHER_ROUNDING, f"{labelled.text}, {words.of_one}"


def _bases(connection: duckdb.DuckDBPyConnection, claim: Claim) -> Bases:
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
