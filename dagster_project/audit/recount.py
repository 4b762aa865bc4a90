"""A published figure beside what the survey's own tables give for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import duckdb

from dagster_project.claims import (
    RULE_WORDS,
    WIDEST_FIRST,
    BaseRule,
    Claim,
    Code,
    Finding,
    Interval,
    Kind,
    Reading,
    Sense,
    Severity,
    half_up,
)

# Respondents, as a range where nobody knows to the last one how many were asked, and the sum of their weights.
Bases = Mapping[BaseRule, tuple[range, float | None]]


@dataclass(frozen=True)
class Recount:
    """Whether the records give the figure as it is labelled, and the arithmetic in words.

    `weighted`: weights were counted, which the text says or, if `weights_open`, does not say. `elsewhere` are the other
    bases, weights and roundings under which the records give it, each by what it is and in words.
    """

    reproduced: bool
    arithmetic: str
    weighted: bool = False
    weights_open: bool = False
    elsewhere: Sequence[tuple[Sense, str]] = ()

    @property
    def given_unweighted(self) -> bool:
        """Whether the records give it without their weights, and the text does not say that it is weighted."""
        return self.weights_open and any(sense is Sense.NOT_WEIGHTED for sense, _ in self.elsewhere)

    @property
    def text(self) -> str:
        """The arithmetic, and the first other way that gives the figure."""
        return f"{self.arithmetic}; but {self.elsewhere[0][1]}" if self.elsewhere else self.arithmetic


@dataclass(frozen=True)
class TablePlace:
    """Where the survey's tables count what a claim is of. A wave is a group like any other to them."""

    question: str | None
    group_by: str | None = None
    group_value: str | None = None


@dataclass(frozen=True)
class RecountTables:
    """A survey's own tables, with what holds of all of them.

    `has_waves`: whether the records tell waves apart. `is_coarse`: whether weighted shares are told in steps only,
    beside withheld counts.
    """

    connection: duckdb.DuckDBPyConnection
    has_waves: bool
    is_coarse: bool

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection) -> RecountTables:
        """The tables of the survey behind a connection."""
        [(has_waves, is_coarse)] = connection.execute(
            "SELECT coalesce(any_value(has_wave), false), coalesce(any_value(coarse_by), 0) > 0 FROM raw.survey"
        ).fetchall()
        return cls(connection, has_waves, is_coarse)

    def place(self, claim: Claim) -> TablePlace | None:
        """Where a claim is counted; None for a group within one of several waves, which no table crosses."""
        cell = claim.cell
        if cell.wave is None or not self.has_waves:
            return TablePlace(cell.question, *(cell.group or ()))
        return TablePlace(cell.question, "wave", cell.wave) if cell.group is None else None


def recount(tables: RecountTables, claim: Claim, weighted: bool | None) -> Recount | None:
    """Recount one figure from the tallies and bases; None where the survey has nothing to count it from.

    `weighted`: whether the text says that it is; None where it does not say, and the survey's weights are taken.
    """
    place, connection = tables.place(claim), tables.connection
    if place is None or not (claim.cell.question or claim.base):
        return None
    if claim.kind is Kind.BASE:
        return _recounted_base(connection, claim, place)
    bases = _bases(connection, place)
    if claim.cell.answer is None or not bases:
        return None
    count = connection.execute(
        """SELECT coalesce(sum(n), 0)::BIGINT, coalesce(sum(w) * (SELECT w_unit FROM raw.weight_units), 0.0)
        FROM tallies.tallies
        WHERE question = $question AND answer = $answer
        AND group_by IS NOT DISTINCT FROM $group_by AND group_value IS NOT DISTINCT FROM $group_value""",
        vars(place) | {"answer": claim.cell.answer},
    ).fetchall()[0]
    n, w = int(count[0]), float(count[1])
    if claim.kind is Kind.COUNT:
        said = "1 record gives this answer" if n == 1 else f"{n:,} records give this answer"
        return Recount(claim.figure.interval.contains(n), said)
    return _recounted_percentage(claim, list(_shares(bases, n, w, is_coarse=tables.is_coarse)), weighted)


def withheld_claims(tables: RecountTables, claims: Sequence[Claim]) -> Mapping[str, str]:
    """The claims about counts and bases that the published tables withhold, each with the reason.

    Whether such a figure is right would tell what is withheld.
    """
    rows = tables.connection.execute(
        """SELECT question, answer, group_by, group_value, reason FROM disclosure.withheld
        UNION ALL SELECT question, base_rule, group_by, group_value, reason FROM disclosure.withheld_bases"""
    ).fetchall()
    reasons = {tuple(row): reason for *row, reason in rows}
    return {
        claim.id: reason
        for claim in claims
        if (place := tables.place(claim)) is not None and (reason := reasons.get(_told_in(claim, place)))
    }


def _told_in(claim: Claim, place: TablePlace) -> tuple[str | None, str | None, str | None, str | None]:
    """The row of a published table that tells a claim: its question, the answer or base rule, its group."""
    of = claim.base_rule if claim.kind is Kind.BASE else claim.cell.answer
    return place.question, of, place.group_by, place.group_value


def recount_findings(claims: Sequence[Claim], recounts: Mapping[str, Recount], provenance: str) -> Iterator[Finding]:
    """What the recount says of the claims: records that were made up to meet them prove nothing."""
    told = [claim for claim in claims if claim.id in recounts]
    given = tuple(claim.id for claim in told if recounts[claim.id].reproduced)
    so_many = f"{len(given):,} of {len(told):,} figures"
    if provenance == "collected":
        if given:
            yield _given(given, so_many)
        yield from (_not_given(claim, recounts[claim.id]) for claim in told if claim.id not in given)
    elif told:
        statement = (
            f"The records are {provenance}: whether they agree with the figures is by construction and proves nothing. "
            f"As labelled, {so_many} are what they give."
        )
        yield Finding(Code.RECOUNT, Severity.NOT_CHECKABLE, given, statement)


def _given(claims: tuple[str, ...], so_many: str) -> Finding:
    verb = "is" if len(claims) == 1 else "are"
    statement = f"{so_many} {verb} what the records give, under the base that is printed."
    return Finding(Code.RECOUNT, Severity.REPRODUCED, claims, statement)


def _not_given(claim: Claim, found: Recount) -> Finding:
    """A figure that the records do not give as it is labelled, with what they give it under."""
    if found.given_unweighted:
        return _given_unweighted(claim, found)
    statement = f"The records do not give “{claim.figure.phrase}”: {found.arithmetic}."
    readings = tuple(
        Reading(title, (claim.id,), f"They give it otherwise: {text}.", 1) for title, text in found.elsewhere
    )
    if readings:
        return Finding(Code.RECOUNT, Severity.IMPOSSIBLE_AS_LABELLED, (claim.id,), statement, readings=readings)
    tried = " No other base, weighting or rounding gives it either." if claim.kind is Kind.PERCENTAGE else ""
    return Finding(Code.RECOUNT, Severity.PROVED_IMPOSSIBLE, (claim.id,), statement + tried)


def _given_unweighted(claim: Claim, found: Recount) -> Finding:
    """A figure that the records give only without their weights, where the text leaves open whether it has them."""
    said = f"“{claim.figure.phrase}”"
    statement = (
        f"The text leaves open whether {said} is weighted. With weights the records do not give it: {found.arithmetic}."
    )
    readings = tuple(
        Reading(sense, (claim.id,), f"Without weights the records give it: {text}.", 1)
        for sense, text in found.elsewhere
        if sense is Sense.NOT_WEIGHTED
    )
    condition = f"{said} is not weighted"
    return Finding(Code.RECOUNT, Severity.CONDITIONAL, (claim.id,), statement, readings=readings, condition=condition)


def _recounted_base(connection: duckdb.DuckDBPyConnection, claim: Claim, place: TablePlace) -> Recount | None:
    base: range | None
    if place.question is not None:
        base = _bases(connection, place).get(claim.base_rule, (None, None))[0]
    elif place.group_by is None:
        base = _of_all(connection, claim)
    else:
        base = _of_wave(connection, claim, place)
    if base is None:
        return None
    given = _overlap(claim.figure.interval, Interval.of(base[0], base[-1]))
    return Recount(given, f"{_so_many(base)} {claim.base_rule.words.counted}")


def _overlap(one: Interval, other: Interval) -> bool:
    return not one.intersect(other).is_empty


def _so_many(base: range) -> str:
    return f"{base[0]:,}" if len(base) == 1 else f"{base[0]:,} to {base[-1]:,}"


def _exactly(count: int | None) -> range | None:
    return None if count is None else range(count, count + 1)


def _asked(connection: duckdb.DuckDBPyConnection) -> range | None:
    """How many were asked."""
    rows = connection.execute(
        "SELECT n_asked_low, n_asked_high FROM marts.response_rates WHERE measure = 'unit' AND n_asked_low IS NOT NULL"
    ).fetchall()
    return range(rows[0][0], rows[0][1] + 1) if rows else None


def _of_all(connection: duckdb.DuckDBPyConnection, claim: Claim) -> range | None:
    """How many were asked, or responded."""
    if claim.base is BaseRule.asked:
        return _asked(connection)
    rows = connection.execute("SELECT n_answered FROM marts.response_rates WHERE measure = 'unit'").fetchall()
    return _exactly(rows[0][0]) if rows else None


def _of_wave(connection: duckdb.DuckDBPyConnection, claim: Claim, place: TablePlace) -> range | None:
    """How many responded in a wave, which is the base `all` of each question; how many were asked, nobody says."""
    if claim.base is BaseRule.asked:
        return None
    [(responded,)] = connection.execute(
        """SELECT any_value(n_base) FROM marts.bases
        WHERE base_rule = 'all' AND group_by = $group_by AND group_value = $group_value""",
        {"group_by": place.group_by, "group_value": place.group_value},
    ).fetchall()
    return _exactly(responded)


@dataclass(frozen=True)
class _Share:
    """A percentage that the records give: of which base, whether of weights, and the division in words.

    It is a range where nobody knows to the last one how many were asked.
    """

    base: BaseRule
    weighted: bool
    percents: Interval
    text: str


def _recounted_percentage(claim: Claim, shares: Sequence[_Share], weighted: bool | None) -> Recount | None:
    """The share under the base as labelled, and, where that does not give the figure, every other way that does."""
    meant = [share for share in shares if not share.weighted] if weighted is False else shares
    of_base = [share for share in meant if share.base is claim.base_rule]
    if not of_base:
        return None
    labelled = of_base[-1]  # of weights, where there are any
    reproduced = _overlap(claim.figure.interval, labelled.percents)
    ways = [] if reproduced else [*_other_shares(claim, labelled, shares), *_other_roundings(claim, labelled)]
    return Recount(
        reproduced,
        labelled.text,
        weighted=labelled.weighted,
        weights_open=labelled.weighted and weighted is None,
        elsewhere=tuple({text: (sense, text) for sense, text in ways}.values()),
    )


def _shares(bases: Bases, n: int, w: float, *, is_coarse: bool) -> Iterator[_Share]:
    """The share of a count of `n`, weighing `w`, in each base: of respondents, then where these differ of weights.

    Where weighted shares are told in steps only, beside withheld counts, the words have no number of them.
    """
    for rule, (n_base, w_base) in bases.items():
        who = rule.words.counted
        if n_base[0]:
            percents = Interval(Fraction(100 * n, n_base[-1]), Fraction(100 * n, n_base[0]))
            yield _Share(rule, False, percents, f"{n:,} of {_so_many(n_base)} {who} is {_percent(percents)} %")
        if n_base[0] and w_base and (n, n_base[0]) != (w, w_base):
            percents = Interval.point(100 * Fraction(w) / Fraction(w_base))
            text = f"{_weight(w)} of {_weight(w_base)} (weighted) {who} is {_percent(percents)} %"
            if is_coarse:
                text = f"{n:,} of {_so_many(n_base)} {who}, with weights that are not told beside withheld counts"
            yield _Share(rule, True, percents, text)


def _percent(percents: Interval) -> str:
    ends = dict.fromkeys(str(half_up(end, 1)) for end in (percents.low, percents.high) if end is not None)
    return " to ".join(ends)


def _weight(w: float) -> str:
    return f"{half_up(Fraction(w), 0):,}"


def _other_shares(claim: Claim, labelled: _Share, shares: Sequence[_Share]) -> Iterator[tuple[Sense, str]]:
    seen = {labelled.percents}  # of bases that are the same people one is enough
    for share in shares:
        if share.percents not in seen and _overlap(claim.figure.interval, share.percents):
            yield _sense(labelled, share), share.text
        seen.add(share.percents)


def _sense(labelled: _Share, other: _Share) -> Sense:
    if other.base is not labelled.base:
        return Sense.OTHER_BASE
    return Sense.WEIGHTED if other.weighted else Sense.NOT_WEIGHTED


def _other_roundings(claim: Claim, labelled: _Share) -> Iterator[tuple[Sense, str]]:
    for rounding, words in RULE_WORDS.items():
        of_rule = claim.figure.under(rounding).interval
        if claim.figure.rounding is not None and _overlap(of_rule, labelled.percents):
            yield Sense.OTHER_ROUNDING, f"{labelled.text}, {words.of_one}"


def _bases(connection: duckdb.DuckDBPyConnection, place: TablePlace) -> Bases:
    rows = connection.execute(
        """SELECT base_rule, n_base, w_base_in_full FROM marts.bases WHERE question = $question
        AND group_by IS NOT DISTINCT FROM $group_by AND group_value IS NOT DISTINCT FROM $group_value""",
        vars(place),
    ).fetchall()
    found = {BaseRule(rule): (range(n_base, n_base + 1), w_base) for rule, n_base, w_base in rows if n_base is not None}
    if found and place.group_by is None and (asked := _asked(connection)) is not None:
        found.setdefault(BaseRule.asked, (asked, None))
    return {rule: found[rule] for rule in reversed(WIDEST_FIRST) if rule in found}
