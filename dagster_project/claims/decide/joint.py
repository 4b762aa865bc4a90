"""All claims of a survey at once, as a system over the hidden counts and bases.

Each count of an answer in a group, and each base, is a whole number that nobody printed. A figure is an interval on
one of them, or on the ratio of two; the survey's structure adds rows without a figure. Which laws there are is told in
`laws`, which of them bind the claims of a survey here; and the text may say that one share is larger than another.

A weighted figure divides weights, which can be cut as finely as one likes: it stands on numbers of its own, whose base
has no upper end, and meets the respondents nowhere.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

from dagster_project.claims.decide.laws import (
    NESTING,
    NET,
    ORDER,
    PARTITION,
    ROUTING,
    SUBGROUP,
    nesting,
    net,
    partition,
    routing,
    same,
    subgroup,
)
from dagster_project.claims.decide.system import System
from dagster_project.claims.read.bases import WIDEST_FIRST, BaseRule
from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import Interval
from dagster_project.claims.read.rounding import RoundingRule
from dagster_project.claims.read.survey import Cell, Claim, Group, Order, Question


def trust_in(figure: Figure) -> int:
    """How much trust it takes to call a figure wrong: a base as much as two cells, a hedged figure half."""
    trust = 4 if figure.kind is Kind.BASE else 2
    return trust if figure.hedge.is_bare else trust // 2


@dataclass(frozen=True)
class Law:
    """One piece of structure: what kind it is, and of which cell. Conflicts name the laws that they rest on."""

    kind: str
    cell: Cell
    other: str | None = None  # the group question of a subgroup law, the base rule of a nesting, the id of an order
    wider: str | None = None  # of a nesting of bases, the wider one

    def is_of(self, order: Order) -> bool:
        """Whether this is what the text says by an order."""
        return self.kind == ORDER and self.other == order.id


@dataclass(frozen=True)
class Stated:
    """One figure, with every claim that says it word for word of the same cell and base."""

    claims: tuple[str, ...]
    figure: Figure
    cell: Cell
    base: BaseRule | None
    weighted: bool
    fixed: bool

    @property
    def kind(self) -> Kind:
        return self.figure.kind

    @property
    def base_rule(self) -> BaseRule:
        """Whom it divides by, or is; who answered where that goes without saying."""
        return self.base or BaseRule.answered

    @property
    def weight(self) -> int:
        return trust_in(self.figure)


@dataclass(frozen=True)
class Joint:
    """Figures and what holds between them, with the system that they make.

    `counts` and `bases` say of each figure which variable it is about: a percentage both, the others one. `base_at` and
    `count_at` are all variables by what they count: a base by its rule, a count by its answer, missing code or net.
    """

    figures: tuple[Stated, ...]
    questions: Mapping[str, Question]
    orders: tuple[Order, ...]
    system: System
    counts: tuple[int | None, ...]
    bases: tuple[int | None, ...]
    base_at: Mapping[tuple["Place", BaseRule], int]
    count_at: Mapping[tuple["Place", str], int]

    @cached_property
    def everything(self) -> frozenset[int]:
        return frozenset(range(len(self.figures)))

    def checks(self, order: Order) -> bool:
        """Whether an order of figures that stand is known to be possible.

        Of shares whose bases nobody knows it is so where one is printed beyond the other.
        """
        more, less = (self._figure(claim).interval for claim in (order.greater, order.smaller))
        is_beyond = less.high is not None and less.high <= more.low
        rows = (row for row in self.system.rows if isinstance(row.law, Law) and row.law.is_of(order))
        return any(row.source is None or is_beyond for row in rows)

    def _figure(self, claim: str) -> Figure:
        return next(one.figure for one in self.figures if claim in one.claims)

    def share(self, figure: int) -> tuple[int, int]:
        """The variables of a percentage: its count and its base."""
        count, base = self.counts[figure], self.bases[figure]
        if count is None or base is None:
            raise ValueError(f"{self.figures[figure].figure.text!r} is no share of a base")
        return count, base

    def under(self, rule: RoundingRule) -> "Joint":
        """The same claims, with every rounded percentage rounded by `rule`."""
        figures = [replace(one, figure=one.figure.under(rule)) for one in self.figures]
        return join(figures, self.questions.values(), self.orders)

    def without(self, orders: Sequence[Order]) -> "Joint":
        """The same figures, of which these orders are not said."""
        return join(self.figures, self.questions.values(), [one for one in self.orders if one not in orders])


def stated(claims: Iterable[Claim]) -> list[Stated]:
    """The figures of claims, those that say the same of the same cell in the same words once."""
    groups: dict[tuple[object, ...], list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.cell, claim.base, claim.weighted, claim.figure].append(claim)
    return [
        Stated(
            tuple(claim.id for claim in same),
            same[0].figure,
            same[0].cell,
            same[0].base,
            same[0].weighted,
            any(claim.counted for claim in same),
        )
        for same in groups.values()
    ]


def join(figures: Sequence[Stated], questions: Iterable[Question] = (), orders: Sequence[Order] = ()) -> Joint:
    """The system of all figures together."""
    builder = _Builder({question.id: question for question in questions})
    counts, bases = builder.state(figures)
    builder.structure()
    joint = Joint(
        tuple(figures),
        builder.questions,
        tuple(orders),
        builder.system,
        tuple(counts),
        tuple(bases),
        builder.base_at,
        builder.count_at,
    )
    _order(joint)
    return joint


@dataclass(frozen=True)
class Place:
    """One question (None: the survey) in one group and wave, in respondents or in weights."""

    question: str | None
    group: Group | None
    wave: str | None
    weighted: bool

    @property
    def cell(self) -> Cell:
        return Cell(self.question, None, self.group, self.wave)

    def over(self, question: str | None) -> "Place":
        return replace(self, question=question)

    def total(self) -> "Place":
        return replace(self, group=None)


class _Builder:
    """Variables are made as they are first spoken of; what a variable hangs on is made with it."""

    def __init__(self, questions: Mapping[str, Question]) -> None:
        self.questions = questions
        self.system = System()
        self.base_at: dict[tuple[Place, BaseRule], int] = {}
        self.count_at: dict[tuple[Place, str], int] = {}
        self.spoken: set[BaseRule] = set()  # the base rules that figures are said to divide by, or to be

    # -- figures ----------------------------------------------------------------------------------------------------

    def state(self, figures: Sequence[Stated]) -> tuple[list[int | None], list[int | None]]:
        """Take in what is printed; of each figure the variables of its count and of its base."""
        self.spoken = self._bases_spoken_of(figures)
        counts: list[int | None] = []
        bases: list[int | None] = []
        for source, one in enumerate(figures):
            count, base = self._about(one)
            self._print(one, count, base, source)
            counts.append(count)
            bases.append(base)
        self._aim(figures, counts, bases)
        return counts, bases

    def _bases_spoken_of(self, figures: Sequence[Stated]) -> set[BaseRule]:
        spoken = {one.base_rule for one in figures}
        if any(self._is_missing(one.cell.question, one.cell.answer) for one in figures):
            spoken.add(BaseRule.routed)
        if any(one.kind is Kind.BASE and one.cell.question is None for one in figures):
            spoken.add(BaseRule.all)
        return spoken

    def _about(self, one: Stated) -> tuple[int | None, int]:
        """The count that a figure is about, if it is about one, and its base."""
        place, rule = Place(one.cell.question, one.cell.group, one.cell.wave, one.weighted), self._rule(one)
        if one.kind is Kind.BASE:
            return None, self.base(place, rule)
        if one.cell.answer is not None:
            return self.count(place, one.cell.answer), self.base(place, rule)
        # of no answer that the codebook knows: a count of its own, within its base
        name = f"{one.cell.question or ''} {' '.join(one.claims)}"
        count, base = self.system.variable(0, None), self.base(place, rule)
        self.system.hold(nesting(count, base), Law(NESTING, place.over(name).cell))
        return count, base

    def _print(self, one: Stated, count: int | None, base: int, source: int) -> None:
        """What the figure says of these variables."""
        if one.kind is Kind.PERCENTAGE:
            if count is not None:
                self._share(count, base, one.figure.interval, source)
        elif not one.weighted:  # a sum of weights is no whole number, and was rounded by a rule that nobody says
            variable = base if count is None else count
            self._within(variable, one.figure.interval, source)
            self.system.goals[variable] = _goal(one.figure)

    def _rule(self, one: Stated) -> BaseRule:
        """The base rule of a figure; a don't-know is never among those who answered, whatever goes without saying."""
        question = self.questions.get(one.cell.question or "")
        if question is None or one.cell.answer not in question.missing:
            return one.base_rule
        of_answered = one.base is None or (one.base == BaseRule.answered and one.kind is Kind.COUNT)
        return BaseRule.routed if of_answered else one.base or BaseRule.routed

    def _within(self, variable: int, interval: Interval, source: int) -> None:
        whole = interval.tightened()
        self.system.add([(variable, -1)], -int(whole.low), source)
        if whole.high is not None:
            self.system.add([(variable, 1)], int(whole.high), source)

    def _share(self, count: int, base: int, interval: Interval, source: int) -> None:
        for row, limit in share_rows(count, base, interval):
            self.system.add(row, limit, source)
        self.system.add([(base, -1)], -1, source)  # nothing is a percentage of nobody

    def _aim(self, figures: Sequence[Stated], counts: Sequence[int | None], bases: Sequence[int | None]) -> None:
        """A percentage's count is looked for first where the printed number would put it."""
        for one, count, base in zip(figures, counts, bases, strict=True):
            value = one.figure.value
            if one.kind is Kind.PERCENTAGE and value is not None and count is not None and base is not None:
                of = self.system.goals[base]
                if of is not None and self.system.goals[count] is None:
                    self.system.goals[count] = round(value * of / 100)

    # -- variables --------------------------------------------------------------------------------------------------

    def base(self, place: Place, rule: BaseRule) -> int:
        """The variable of a base."""
        if rule in (BaseRule.asked, BaseRule.all):
            place = place.over(None)
        elif place.question is None:
            rule = BaseRule.all  # who answered, with no question named: who responded
        key = place, rule
        if key not in self.base_at:
            self.base_at[key] = variable = self.system.variable(0, None, splits=True)
            wider = self._wider(place, rule)
            if wider is not None:
                self.system.hold(nesting(variable, self.base(place, wider)), Law(NESTING, place.cell, rule, wider))
            if rule == BaseRule.routed:
                self._routing(place, variable)
        return self.base_at[key]

    def _wider(self, place: Place, rule: BaseRule) -> BaseRule | None:
        """The next wider base that anything is said of."""
        question = self.questions.get(place.question or "")
        wider = reversed(WIDEST_FIRST[: WIDEST_FIRST.index(rule)])
        is_routed = question is not None and question.asked_if is not None
        return next((base for base in wider if base in self.spoken or (base == BaseRule.routed and is_routed)), None)

    def count(self, place: Place, answer: str) -> int:
        """The variable of an answer, a missing code or a net."""
        key = place, answer
        if key not in self.count_at:
            self.count_at[key] = variable = self.system.variable(0, None)
            rule = BaseRule.routed if self._is_missing(place.question, answer) else BaseRule.answered
            law = Law(NESTING, replace(place.cell, answer=answer), rule)
            self.system.hold(nesting(variable, self.base(place, rule)), law)
        return self.count_at[key]

    def _is_missing(self, question: str | None, answer: str | None) -> bool:
        known = self.questions.get(question or "")
        return known is not None and answer in known.missing

    def _routing(self, place: Place, routed: int) -> None:
        question = self.questions.get(place.question or "")
        if question is not None and question.asked_if is not None:
            asker, answers = question.asked_if
            admitting = [self.count(place.over(asker), answer) for answer in answers]
            self.system.hold(routing(routed, admitting), Law(ROUTING, place.cell))

    # -- structure --------------------------------------------------------------------------------------------------

    def structure(self) -> None:
        """The laws over all variables spoken of; a law may speak of further ones, so until there are no more."""
        done = -1
        while done != len(self.system.low):
            done = len(self.system.low)
            self._speak_of_groups()
            self._speak_of_answers()
        self._subgroups(self.base_at)
        self._subgroups(self.count_at)
        self._partitions()
        self._nets()
        self._groups_as_answers()

    def _speak_of_groups(self) -> None:
        for place, rule in list(self.base_at):
            self._with_its_total(place, partial(self.base, rule=rule))
        for place, answer in list(self.count_at):
            self._with_its_total(place, partial(self.count, answer=answer))

    def _with_its_total(self, place: Place, make: Callable[[Place], int]) -> None:
        """With one group its total; and where everybody is in one, all the groups."""
        if place.group is not None:
            make(place.total())
            question = self.questions.get(place.group[0])
            if question is not None and question.complete:
                for answer in question.answers:
                    make(replace(place, group=(place.group[0], answer)))

    def _speak_of_answers(self) -> None:
        """With a net its answers, and with one answer of a single question all of them."""
        for place, answer in list(self.count_at):
            for member in self._members(place, answer):
                self.count(place, member)
        for place, question in self._questions_counted():
            if question.single:
                for answer in question.answers:
                    self.count(place, answer)

    def _questions_counted(self) -> list[tuple[Place, Question]]:
        """Where counts are spoken of, with the question if it is known."""
        found = {place: self.questions.get(place.question or "") for place, _ in self.count_at}
        return [(place, question) for place, question in found.items() if question is not None]

    def _members(self, place: Place, answer: str) -> Sequence[str]:
        """The answers that a net counts as one; none of an answer that is no net."""
        question = self.questions.get(place.question or "")
        return question.nets.get(answer, ()) if question is not None else ()

    def _subgroups(self, variables: Mapping[tuple[Place, Any], int]) -> None:
        groups: dict[tuple[Place, str, str], list[int]] = defaultdict(list)
        for (place, name), variable in variables.items():
            if place.group is not None:
                groups[place.total(), name, place.group[0]].append(variable)
        for (total, name, by), parts in groups.items():
            question = self.questions.get(by)
            are_all = question is not None and question.complete
            law = Law(SUBGROUP, replace(total.cell, answer=name), by)
            self.system.hold(subgroup(parts, variables[total, name], are_all=are_all), law)

    def _partitions(self) -> None:
        for place, question in self._questions_counted():
            self.system.hold(partition(_Spoken(self, place, question)), Law(PARTITION, place.cell))

    def _nets(self) -> None:
        for (place, answer), variable in self.count_at.items():
            members = self._members(place, answer)
            if members:
                block = _Spoken(self, place, self.questions[place.question or ""])
                self.system.hold(net(block, variable, members), Law(NET, replace(place.cell, answer=answer)))

    def _groups_as_answers(self) -> None:
        """Who is in a group gave that answer to the group's question."""
        for (place, rule), base in self.base_at.items():
            if rule == BaseRule.all and place.group is not None:
                count = self.count_at.get((place.total().over(place.group[0]), place.group[1]))
                if count is not None:
                    self.system.hold(same(base, count), Law(SUBGROUP, place.cell, place.group[0]))


@dataclass(frozen=True)
class _Spoken:
    """The counts of a question in one place, as far as claims speak of them: never of those who leave it blank."""

    builder: _Builder
    place: Place
    question: Question
    is_whole: bool = False

    @property
    def answered(self) -> int:
        return self.builder.base(self.place, BaseRule.answered)

    @property
    def routed(self) -> int:
        return self.builder.base(self.place, BaseRule.routed)

    def those(self, *answers: str) -> int | None:
        return self.builder.count_at.get((self.place, answers[0])) if len(answers) == 1 else None


def share_rows(count: int, base: int, interval: Interval) -> list[tuple[tuple[tuple[int, int], ...], int]]:
    """The rows, as terms and limit, that hold where 100 * count / base is in the interval."""
    low, high = interval.low, interval.high
    rows = [([(base, low.numerator), (count, -100 * low.denominator)], -1 if interval.low_open else 0)]
    if high is not None:
        rows.append(([(count, 100 * high.denominator), (base, -high.numerator)], -1 if interval.high_open else 0))
    return [(tuple((v, c) for v, c in terms if c), limit) for terms, limit in rows]


def _goal(figure: Figure) -> int | None:
    return None if figure.value is None else int(figure.value)


def _order(joint: Joint) -> None:
    """The rows of what the text says is larger."""
    at = {claim: n for n, one in enumerate(joint.figures) for claim in one.claims}
    said = _bases_said_to_the_one(joint)
    for order in joint.orders:
        more, less = at[order.greater], at[order.smaller]
        law = Law(ORDER, joint.figures[more].cell, order.id)
        compared = _compared(joint, more, less, said)
        if compared is not None:
            (larger, of_larger), (smaller, of_smaller) = compared
            joint.system.add([(smaller, of_smaller), (larger, -of_larger)], -1, law=law)
        elif joint.figures[more].kind is joint.figures[less].kind is Kind.PERCENTAGE:
            _order_of_shares(joint, more, less, law)


_Times = tuple[int, int]  # a variable, and how often it counts


def _compared(joint: Joint, more: int, less: int, said: Mapping[int | None, int]) -> tuple[_Times, _Times] | None:
    """The numbers that an order of two figures compares: bases, counts, or shares of bases that are known.

    None where these cannot be compared one with the other.
    """
    kinds = {joint.figures[more].kind, joint.figures[less].kind}
    of_more, of_less = joint.bases[more], joint.bases[less]
    assert of_more is not None  # every figure has a base
    assert of_less is not None
    if kinds == {Kind.BASE}:
        return (of_more, 1), (of_less, 1)
    larger, smaller = joint.counts[more], joint.counts[less]
    if larger is None or smaller is None:
        return None
    weighted = {joint.figures[more].weighted, joint.figures[less].weighted}
    if of_more == of_less or (kinds == {Kind.COUNT} and len(weighted) == 1):
        return (larger, 1), (smaller, 1)
    if said.keys() >= {of_more, of_less}:
        return (larger, said[of_less]), (smaller, said[of_more])
    return None


def _order_of_shares(joint: Joint, more: int, less: int, law: Law) -> None:
    """Shares of bases that nobody knows: each lies beyond the end of what is printed of the other."""
    printed, base = joint.figures[less].figure.interval, joint.share(more)
    for row, limit in share_rows(*base, Interval(printed.low, None, low_open=True)):
        joint.system.add(row, limit, less, law)
    printed, base = joint.figures[more].figure.interval, joint.share(less)
    if printed.high is not None:
        for row, limit in share_rows(*base, Interval(Fraction(0), printed.high, high_open=True)):
            joint.system.add(row, limit, more, law)


def _bases_said_to_the_one(joint: Joint) -> Mapping[int | None, int]:
    return {
        base: int(one.figure.interval.low)
        for one, base in zip(joint.figures, joint.bases, strict=True)
        if one.kind is Kind.BASE and one.figure.interval.is_point
    }
