"""The audit of a survey's claims: what cannot stand together, what a reader must assume, what was worth checking.

Here the parts are put together: claims in components, each decided, contradictions localised, other readings tried,
ranges and powers computed, and all of it said as findings. Nothing is read from or written to anywhere.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from functools import partial

from dagster_project.claims.decide.algebra import counts_possible, shares
from dagster_project.claims.decide.components import components
from dagster_project.claims.decide.joint import (
    NESTING,
    NET,
    ORDER,
    PARTITION,
    ROUTING,
    SUBGROUP,
    Joint,
    Law,
    Stated,
    join,
    stated,
    trust_in,
)
from dagster_project.claims.decide.localise import Contradiction, Correction, Localiser, Sources, UndecidedError
from dagster_project.claims.decide.readings import other_readings, other_roundings
from dagster_project.claims.decide.severity import WORST_FIRST, Severity
from dagster_project.claims.decide.slips import Slip, slip_of
from dagster_project.claims.decide.system import Verdict
from dagster_project.claims.decide.triple import TripleFinding, audit_triple
from dagster_project.claims.decide.ways import Way
from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import Interval
from dagster_project.claims.read.rounding import (
    RULE_WORDS,
    RoundingRule,
    percent_preimage,
    round_fraction,
)
from dagster_project.claims.read.statement import Triple
from dagster_project.claims.read.survey import Claim, Names, Order, Question
from dagster_project.claims.say.joint_words import (
    contradiction_text,
    correction_text,
    half_text,
    mending_text,
    order_text,
    rounding_text,
    table_text,
    undecided_text,
    weighted_text,
)
from dagster_project.claims.say.reading_words import tried_text
from dagster_project.claims.say.triple_words import arithmetic_text, fit_text, impossible_text, meaning_text

SECONDS = 30.0  # the time limit of a component
_ENOUGH = 5  # percentages before a rule of rounding is inferred
_TOLD = 6  # counts in an example
_NO_LARGER = 10**8  # a base that could be larger has no bound worth the name


class Code(StrEnum):
    """What kind of finding it is. The words are stable: filters and links may rest on them."""

    TRIPLE = "triple"
    GRANULARITY = "granularity"
    BASE_SET = "base set"
    PARTITION = "partition"
    SUBGROUP = "subgroup"
    ROUTING = "routing"
    ORDER = "order or majority"
    CHANGE = "change over waves"
    RESPONSE_RATE = "response rate"
    RECOUNT = "recount"
    BASE_DEFINITION = "base definition"
    WEIGHTING = "weighting"
    ROUNDING = "rounding"
    DISCLOSURE = "missing disclosure"


@dataclass(frozen=True)
class RepairedFigure:
    """One figure of a repair: what it may be (a percentage: as printed), that in words, and a slip that explains it."""

    claims: tuple[str, ...]
    figure: Figure
    interval: Interval
    message: str
    slip: Slip | None = None


@dataclass(frozen=True)
class Repair:
    """Figures that have to change together so that everything is possible, and the trust that it takes."""

    figures: tuple[RepairedFigure, ...]
    weight: int


@dataclass(frozen=True)
class Reading:
    """Another meaning that changes no figure, with the intervals that then belong together where it is of a triple."""

    title: Way
    claims: tuple[str, ...]
    message: str
    cost: int
    count: Interval | None = None
    base: Interval | None = None
    percentage: Interval | None = None


@dataclass(frozen=True)
class Finding:
    """What the audit says of some claims. `power` is the share of wrong values that would have been caught.

    `statement` is what is found, `remarks` are further sentences, on the search itself. `told` are the readings that
    the message tells, in its order; None: all, as they are listed.
    """

    code: Code
    severity: Severity
    claims: tuple[str, ...]
    statement: str
    power: Fraction | None = None
    repairs: tuple[Repair, ...] = ()
    readings: tuple[Reading, ...] = ()
    triple: Triple | None = None
    remarks: tuple[str, ...] = ()
    told: tuple[Reading, ...] | None = None

    @property
    def message(self) -> str:
        """Everything in one paragraph: the statement, the readings, the remarks."""
        told = self.readings if self.told is None else self.told
        return " ".join([self.statement, *(reading.message for reading in told), *self.remarks])


@dataclass(frozen=True)
class Audit:
    """All findings, the worst first; what each claim's figure could be given all others, and that check's power."""

    findings: tuple[Finding, ...]
    fits: Mapping[str, Interval] = field(default_factory=dict)
    power: Mapping[str, Fraction] = field(default_factory=dict)


def audit_claims(
    claims: Sequence[Claim],
    questions: Iterable[Question] = (),
    orders: Sequence[Order] = (),
    names: Names | None = None,
    *,
    weights_possible: bool = False,
    seconds: float = SECONDS,
) -> Audit:
    """Judge all claims of a survey. `seconds` is the time that one component may take before it is left undecided.

    `weights_possible`: the survey has weights, so that a percentage may divide them though the text does not say so.
    """
    by_id = {question.id: question for question in questions}
    names = names or Names()
    parts = components(claims, by_id, orders)
    findings: list[Finding] = []
    fits: dict[str, Interval] = {}
    power: dict[str, Fraction] = {}
    judged: list[Joint] = []
    for part in parts:
        inside = {claim.id for claim in part}
        its_orders = [o for o in orders if {o.greater, o.smaller} <= inside]
        joint = join(stated(part), by_id.values(), its_orders)
        component = _Component(joint, names, weights_possible, time.monotonic() + seconds)
        try:
            found = list(component.findings())
        except UndecidedError:
            every = tuple(claim.id for claim in part)
            findings.append(Finding(Code.BASE_SET, Severity.UNDECIDED, every, undecided_text(joint, seconds)))
            continue
        findings += found
        fits |= component.fits
        power |= component.power
        if not component.contradictions:
            judged.append(joint)
    findings += _rounding(judged, seconds)
    once = {(one.code, one.claims): one for one in reversed(findings)}  # bases that clash are in several parts
    return Audit(worst_first(reversed(once.values())), fits, power)


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by severity; within one in the order given."""
    return tuple(sorted(findings, key=lambda finding: WORST_FIRST.index(finding.severity)))


class _Component:
    """The findings of claims that hang together."""

    def __init__(self, joint: Joint, names: Names, weights_possible: bool, deadline: float) -> None:
        self.joint = joint
        self.names = names
        self.weights_possible = weights_possible
        self.localiser = Localiser(joint, deadline)
        self.contradictions: tuple[Contradiction, ...] = ()
        self.fits: dict[str, Interval] = {}
        self.power: dict[str, Fraction] = {}

    def findings(self) -> Iterator[Finding]:
        self.contradictions = self.localiser.contradictions()
        standing = self._standing()
        for contradiction in self.contradictions:
            yield self._contradicted(contradiction)
        self._ranges(standing)
        yield from self._consistent(standing)
        yield from self._orders()

    def _standing(self) -> Sources:
        """Everything but what is contradicted; a base stays as long as the rest can stand with it."""
        contradicted = frozenset(f for one in self.contradictions for f in one.figures)
        cells = frozenset(f for f in contradicted if self.joint.figures[f].kind is not Kind.BASE)
        with_bases = self.joint.everything - cells
        with suppress(UndecidedError):
            if self.localiser.possible(with_bases):
                return with_bases
        return self.joint.everything - contradicted

    # -- what cannot stand ------------------------------------------------------------------------------------------

    def _contradicted(self, contradiction: Contradiction) -> Finding:
        joint = self.joint
        first = contradiction.conflicts[0]
        said_larger = [law.other for law in contradiction.laws if law.kind == ORDER and law.other is not None]
        claims = (*(claim for figure in sorted(first) for claim in joint.figures[figure].claims), *said_larger)
        around = joint.everything - frozenset(
            f for other in self.contradictions if other is not contradiction for f in other.figures
        )
        tried = other_readings(joint, first, around, self.localiser.deadline, self.weights_possible)
        readings = told = [Reading(one.way, claims, tried_text(one), one.cost) for one in tried]
        triple = _as_triple(joint, contradiction)
        code, statement, power = _code(joint, contradiction), contradiction_text(joint, contradiction, self.names), None
        repairs = tuple(self._repair(correction, around) for correction in contradiction.corrections)
        if triple is not None:
            alone = audit_triple(triple, self._others(first))
            code = Code.GRANULARITY if triple.count is None else Code.TRIPLE
            power = alone.power or None
            in_its_words = tuple(self._in_the_words_of(alone, repair) for repair in repairs)
            of_triple = _readings_of_triple(alone, claims)
            is_all = all(one is not repair for one, repair in zip(in_its_words, repairs, strict=True))
            statement = f"{impossible_text(alone)} {mending_text(joint, contradiction)}"
            if is_all:
                statement, told = arithmetic_text(alone), [*of_triple, *told]
            repairs = in_its_words
            if len(contradiction.conflicts) == 1:
                readings = [*readings, *of_triple]
        readings = sorted(readings, key=lambda reading: reading.cost)
        remarks = ("There was no time to try every reading.",) if self.localiser.is_late else ()
        severity = Severity.IMPOSSIBLE_AS_LABELLED if readings else Severity.PROVED_IMPOSSIBLE
        return Finding(
            code, severity, claims, statement, power, repairs, tuple(readings), triple, remarks, told=tuple(told)
        )

    def _others(self, conflict: Sources) -> list[Figure]:
        """The further percentages said to divide by the same base, each number once."""
        figures = self.joint.figures
        base = next(self.joint.bases[f] for f in sorted(conflict) if figures[f].kind is Kind.BASE)
        cells = {figures[f].cell for f in conflict if figures[f].kind is not Kind.BASE}
        same = (one for f, one in enumerate(figures) if self.joint.bases[f] == base and one.cell not in cells)
        return list({one.figure.text: one.figure for one in same if one.kind is Kind.PERCENTAGE}.values())

    @staticmethod
    def _in_the_words_of(told: TripleFinding, repair: Repair) -> Repair:
        """A repair as the triple tells it, which knows what hangs on a half, where no other claim narrows it."""
        only = repair.figures[0]
        same = next((fit for fit in told.fits if fit.figure is only.figure), None)
        if len(repair.figures) > 1 or same is None or same.interval != only.interval:
            return repair
        return replace(repair, figures=(replace(only, message=fit_text(same, told.triple)),))

    def _repair(self, correction: Correction, around: Sources) -> Repair:
        repaired = []
        for figure, interval in zip(correction.figures, correction.ranges, strict=True):
            one = self.joint.figures[figure]
            alone = len(correction.figures) == 1
            slip = slip_of(one.figure, interval, self._fitting(figure, around - {figure})) if alone else None
            message = correction_text(self.joint, correction, figure, interval, self.names)
            repaired.append(RepairedFigure(one.claims, one.figure, interval, message, slip))
        return Repair(tuple(repaired), correction.weight)

    def _fitting(self, figure: int, others: Sources) -> Callable[[Fraction], bool]:
        def fits(value: Fraction) -> bool:
            with suppress(UndecidedError):  # a slip is only a hint
                return self.localiser.fits(figure, others, value)
            return False

        return fits

    # -- what can stand ---------------------------------------------------------------------------------------------

    def _ranges(self, standing: Sources) -> None:
        """What each percentage and hedged number could be given all others, and what checking it is worth."""
        for figure in sorted(standing):
            with suppress(UndecidedError):  # what the others allow is an extra: that they can stand is known
                self._range(figure, standing)

    def _range(self, figure: int, standing: Sources) -> None:
        one, base = self.joint.figures[figure], self.joint.bases[figure]
        if base is None or self.localiser.bounds_of(base, standing - {figure})[1] > _NO_LARGER:
            return  # of a base that nobody says, anything can be a share
        interval = self.localiser.range_of(figure, standing)
        self.fits |= dict.fromkeys(one.claims, interval)
        if one.kind is Kind.PERCENTAGE and one.figure.hedge.is_bare and one.figure.value is not None:
            self.power |= dict.fromkeys(one.claims, self._power(figure, interval, standing))

    def _power(self, figure: int, interval: Interval, standing: Sources) -> Fraction:
        """The share of all printed percentages that this figure, given the others, could not have been."""
        one = self.joint.figures[figure].figure
        _, base = self.joint.share(figure)
        rule = one.rounding or RoundingRule.EITHER_HALF
        low, high = self.localiser.bounds_of(base, standing - {figure})
        within = percent_preimage(interval.low, one.decimals, rule).hull(
            percent_preimage(interval.high or Fraction(100), one.decimals, rule)
        )
        printable = 100 * 10**one.decimals + 1
        steps = int(((interval.high or Fraction(100)) - interval.low) * 10**one.decimals) + 1
        if low == high:
            counts = counts_possible(within, low)
            printed = {
                v for k in counts.count_range() for v in round_fraction(Fraction(100 * k, low), one.decimals, rule)
            }
            steps = min(steps, len(printed))
        return 1 - Fraction(steps, printable)

    def _consistent(self, standing: Sources) -> Iterator[Finding]:
        """One finding per table; elsewhere one per percentage, or lone count, with its base."""
        tables: dict[tuple[str | None, str | None], list[int]] = defaultdict(list)
        for figure in sorted(standing):
            cell = self.joint.figures[figure].cell
            tables[cell.wave, cell.question].append(figure)
        for figures in tables.values():
            code = self._table_code(figures)
            if code is None:
                yield from self._triples(figures, standing)
            else:
                yield self._table(code, figures, standing)

    def _table_code(self, figures: Sequence[int]) -> Code | None:
        cells = {self.joint.figures[f].cell for f in figures if self.joint.figures[f].kind is Kind.PERCENTAGE}
        question = self.joint.questions.get(next((c.question for c in cells if c.question), ""))
        if question is None or len({cell.answer for cell in cells}) < 2:
            return None
        if any(cell.group for cell in cells):
            return Code.SUBGROUP
        return Code.PARTITION if question.single else None

    def _table(self, code: Code, figures: Sequence[int], standing: Sources) -> Finding:
        cell = self.joint.figures[figures[0]].cell
        rest = any(
            (one.cell.wave, one.cell.question) == (cell.wave, cell.question)
            for f, one in enumerate(self.joint.figures)
            if f not in standing
        )
        of_table = [self.joint.figures[f] for f in figures]
        claims = tuple(claim for one in of_table for claim in one.claims)
        shares = [one for one in of_table if one.claims[0] in self.power]
        powers = [self.power[one.claims[0]] for one in shares]
        power = sum(powers, Fraction(0)) / len(powers) if powers else None
        printable = [100 * 10**one.figure.decimals + 1 for one in shares]  # one of them is the one that is printed
        others = [p * n / (n - 1) for p, n in zip(powers, printable, strict=True)]
        caught = sum(others, Fraction(0)) / len(others) if others else None
        severity = Severity.NOT_CHECKABLE if power == 0 else Severity.CONSISTENT
        return Finding(
            code,
            severity,
            claims,
            table_text(of_table, caught, self.names, self._example(figures, standing), rest=rest),
            power,
        )

    def _example(self, figures: Sequence[int], standing: Sources) -> tuple[list[int], int] | None:
        """Counts that a short table over one printed base can have come from, with the base."""
        shares = [f for f in figures if self.joint.figures[f].kind is Kind.PERCENTAGE]
        bases = {self.joint.bases[f] for f in shares}
        cells = {self.joint.figures[f].cell for f in shares}
        if len(bases) > 1 or len(shares) > _TOLD or len(cells) < len(shares):
            return None
        counts, (base, *_) = zip(*(self.joint.share(f) for f in shares), strict=True)
        if self.localiser.bounds_of(base, standing)[1] > _NO_LARGER:
            return None
        values = self.localiser.example(standing)
        return [values[count] for count in counts], values[base]

    def _triples(self, figures: Sequence[int], standing: Sources) -> Iterator[Finding]:
        """Every percentage with its base and the counts of the same cell; every lone count with its base."""
        joint = self.joint
        stated_bases: dict[int | None, list[Stated]] = defaultdict(list)
        for f in sorted(standing):
            if joint.figures[f].kind is Kind.BASE and not joint.figures[f].weighted:
                stated_bases[joint.bases[f]].append(joint.figures[f])
        of_kind = {
            kind: [f for f in figures if joint.figures[f].kind is kind] for kind in (Kind.COUNT, Kind.PERCENTAGE)
        }
        weighted = [f for f in of_kind[Kind.PERCENTAGE] if joint.figures[f].weighted]
        if weighted:
            said = [joint.figures[f] for f in weighted]
            claims = tuple(claim for one in said for claim in one.claims)
            message = weighted_text([one.figure.phrase for one in said])
            yield Finding(Code.WEIGHTING, Severity.NOT_CHECKABLE, claims, message, Fraction(0))
        of_kind = {kind: [f for f in of_kind[kind] if not joint.figures[f].weighted] for kind in of_kind}
        told = {(joint.figures[f].cell, joint.bases[f]) for f in of_kind[Kind.PERCENTAGE]}
        for f in of_kind[Kind.PERCENTAGE]:
            counts = [joint.figures[c] for c in of_kind[Kind.COUNT] if joint.figures[c].cell == joint.figures[f].cell]
            for base in stated_bases[joint.bases[f]]:
                alone: list[Stated | None] = [None]
                for count in counts or alone:
                    yield _consistent_triple(count, base, joint.figures[f])
        for c in of_kind[Kind.COUNT]:
            if (joint.figures[c].cell, joint.bases[c]) not in told:
                for base in stated_bases[joint.bases[c]]:
                    yield _consistent_triple(joint.figures[c], base, None)

    def _orders(self) -> Iterator[Finding]:
        """What the text says is larger and is not contradicted; without a common base it cannot be checked."""
        checked = {
            row.law.other for row in self.joint.system.rows if isinstance(row.law, Law) and row.law.kind == ORDER
        }
        contradicted = {law.other for one in self.contradictions for law in one.laws if law.kind == ORDER}
        phrases = {claim: one.figure.phrase for one in self.joint.figures for claim in one.claims}
        for order in self.joint.orders:
            if order.id in contradicted:
                continue
            severity = Severity.CONSISTENT if order.id in checked else Severity.NOT_CHECKABLE
            message = order_text(phrases[order.greater], phrases[order.smaller], checked=order.id in checked)
            yield Finding(Code.ORDER, severity, (order.greater, order.smaller, order.id), message)


def audit_statement(triple: Triple, claims: Mapping[Kind, tuple[str, ...]] | None = None) -> Finding:
    """One count, base and percentage by themselves. `claims` are the ids of each figure; else its own text."""
    ids = {figure.kind: (figure.phrase,) for figure in triple.figures} | dict(claims or {})
    told = audit_triple(triple)
    every = tuple(dict.fromkeys(claim for figure in triple.figures for claim in ids[figure.kind]))
    code = Code.GRANULARITY if triple.count is None else Code.TRIPLE
    if told.holds:
        return Finding(code, told.severity, every, arithmetic_text(told), told.power, triple=triple)
    repairs = []
    for fit in told.fits:
        slip = slip_of(fit.figure, fit.interval, partial(_fits_triple, triple, fit.kind))
        repaired = RepairedFigure(ids[fit.kind], fit.figure, fit.interval, fit_text(fit, triple), slip)
        repairs.append(Repair((repaired,), trust_in(fit.figure)))
    otherwise = [Reading(one.way, every, tried_text(one), one.cost) for one in other_roundings(triple)]
    readings = sorted([*_readings_of_triple(told, every), *otherwise], key=lambda reading: reading.cost)
    severity = Severity.IMPOSSIBLE_AS_LABELLED if readings else Severity.PROVED_IMPOSSIBLE
    return Finding(code, severity, every, arithmetic_text(told), told.power, tuple(repairs), tuple(readings), triple)


def _fits_triple(triple: Triple, kind: Kind, value: Fraction) -> bool:
    percentage, base, count = triple.percentage_interval, triple.base.interval, triple.count_interval
    if kind is Kind.COUNT:
        count = Interval.point(value)
    elif kind is Kind.BASE:
        base = Interval.point(value)
    elif triple.percentage is not None:
        rule = triple.percentage.rounding or RoundingRule.EITHER_HALF
        percentage = percent_preimage(value, triple.percentage.decimals, rule)
    return shares(percentage, base, count) is not None


def _consistent_triple(count: Stated | None, base: Stated, percentage: Stated | None) -> Finding:
    said = {one.kind: one for one in (count, base, percentage) if one is not None}
    triple = Triple(count.figure if count else None, base.figure, percentage.figure if percentage else None)
    return audit_statement(triple, {kind: one.claims for kind, one in said.items()})


def _as_triple(joint: Joint, contradiction: Contradiction) -> Triple | None:
    """The contradiction as one count, base and percentage, if that is all there is to it."""
    weighted = any(joint.figures[f].weighted for f in contradiction.figures)
    if weighted or any(law.kind != NESTING for law in contradiction.laws):
        return None
    by_kind: dict[Kind, list[int]] = defaultdict(list)
    for figure in sorted(contradiction.conflicts[0]):
        by_kind[joint.figures[figure].kind].append(figure)
    of_base, of_count, of_share = (by_kind[kind] for kind in (Kind.BASE, Kind.COUNT, Kind.PERCENTAGE))
    if len(of_base) != 1 or len(of_count) > 1 or len(of_share) > 1 or not (of_count or of_share):
        return None
    if any(joint.bases[f] != joint.bases[of_base[0]] for f in (*of_count, *of_share)):
        return None
    if of_count and of_share and joint.counts[of_count[0]] != joint.counts[of_share[0]]:
        return None
    count, share = (joint.figures[fs[0]].figure if fs else None for fs in (of_count, of_share))
    return Triple(count, joint.figures[of_base[0]].figure, share)


def _readings_of_triple(told: TripleFinding, claims: tuple[str, ...]) -> list[Reading]:
    return [
        Reading(
            meaning.way,
            claims,
            meaning_text(meaning, told.triple),
            meaning.cost,
            meaning.count,
            meaning.base,
            meaning.percentage,
        )
        for meaning in told.meanings
    ]


def _code(joint: Joint, contradiction: Contradiction) -> Code:
    """The kind of a contradiction: the least usual law that it rests on."""
    kinds = {law.kind for law in contradiction.laws}
    figures = [joint.figures[f] for f in contradiction.conflicts[0]]
    if ORDER in kinds or any(one.figure.value is None for one in figures):
        return Code.ORDER
    for kind, code in (
        (ROUTING, Code.ROUTING),
        (SUBGROUP, Code.SUBGROUP),
        (NET, Code.PARTITION),
        (PARTITION, Code.PARTITION),
    ):
        if kind in kinds:
            return code
    if all(one.kind is Kind.BASE for one in figures):
        return Code.RESPONSE_RATE
    return Code.BASE_SET if sum(one.kind is Kind.PERCENTAGE for one in figures) > 1 else Code.TRIPLE


# -- the survey as a whole ------------------------------------------------------------------------------------------


def _rounding(judged: Sequence[Joint], seconds: float) -> Iterator[Finding]:
    """Which rules the percentages can all have been rounded by, and where one that nobody would assume is needed."""
    with_shares = [joint for joint in judged if any(one.figure.rounding for one in joint.figures)]
    figures = sum(one.figure.rounding is not None for joint in with_shares for one in joint.figures)
    refuted: dict[RoundingRule, int] = {}
    not_half_up: list[Joint] = []
    deadline = time.monotonic() + seconds
    for rule in RULE_WORDS:
        unders = [joint.under(rule) for joint in with_shares]
        verdicts = [under.system.decide(under.everything, deadline=deadline).verdict for under in unders]
        if Verdict.UNDECIDED in verdicts:
            return
        impossible = [under for under, verdict in zip(unders, verdicts, strict=True) if verdict is Verdict.IMPOSSIBLE]
        refuted[rule] = len(impossible)
        if rule is RoundingRule.HALF_UP:
            not_half_up = impossible
    for under in not_half_up:
        yield from _only_if_not_half_up(under, deadline)
    if figures < _ENOUGH or not any(refuted.values()):
        return
    claims = tuple(c for joint in with_shares for one in joint.figures if one.figure.rounding for c in one.claims)
    usual = refuted[RoundingRule.HALF_UP] == 0
    severity = Severity.CONSISTENT if usual else Severity.NEEDS_AN_ASSUMPTION
    yield Finding(Code.ROUNDING, severity, claims, rounding_text(refuted, len(with_shares)))


def _only_if_not_half_up(under: Joint, deadline: float) -> Iterator[Finding]:
    """Figures that can stand, but not `under` half up, which most would take for granted."""
    localiser = Localiser(under, deadline)
    try:
        contradictions = localiser.contradictions()
    except UndecidedError:
        return
    for contradiction in contradictions:
        if _as_triple(under, contradiction) is not None:
            continue  # the triple tells it itself
        figures = [under.figures[f] for f in sorted(contradiction.conflicts[0])]
        claims = tuple(claim for one in figures for claim in one.claims)
        message = half_text([one.figure.phrase for one in figures])
        yield Finding(Code.ROUNDING, Severity.NEEDS_AN_ASSUMPTION, claims, message)
