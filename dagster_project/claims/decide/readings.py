"""Other meanings of claims that contradict each other: which of them make everything possible as it is printed.

A reading changes no figure. It moves percentages to another base, rounds all of them another way, takes them as
weighted, or lets two of them change places. Each is tried on the whole component and passes only if every other figure
still stands. What a recounted figure means is known, so no reading takes it otherwise. That a count is itself the base,
or belongs to another percentage, is `triple`'s.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations, islice

from dagster_project.claims.decide.algebra import shares
from dagster_project.claims.decide.joint import Joint, Stated, join
from dagster_project.claims.decide.localise import Sources
from dagster_project.claims.decide.senses import Sense
from dagster_project.claims.decide.system import Feasibility
from dagster_project.claims.read.bases import WIDEST_FIRST, BaseRule
from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.rounding import RULE_WORDS, RoundingRule
from dagster_project.claims.read.statement import Triple
from dagster_project.claims.read.survey import Question

_MOST_SWAPS = 120
_WITH_AND_WITHOUT_MISSING = {BaseRule.routed, BaseRule.answered}


@dataclass(frozen=True)
class Tried:
    """A meaning under which everything stands. The cheaper, the smaller the change of meaning.

    `figures` are those that it is about: percentages of another base, or two that changed places. `bases` are the base
    that they are said to be of and the one that they would be of, `rule` is the other rule of rounding.
    """

    sense: Sense
    cost: int
    figures: tuple[Figure, ...] = ()
    bases: tuple[BaseRule, BaseRule] | None = None
    rule: RoundingRule | None = None


_Meant = tuple[Tried, Sequence[Stated]]  # a meaning, and the figures as they are meant in it

_ROUNDED = {rule: Tried(Sense.OTHER_ROUNDING, 2, rule=rule) for rule in RULE_WORDS}


def other_readings(
    joint: Joint, conflict: Sources, around: Sources, deadline: float | None, weights_possible: bool
) -> tuple[list[Tried], bool]:
    """The readings that free `conflict` with all of `around` standing, cheapest first, and whether all were tried.

    `around` are the figures to be explained together, with every order, also of figures that are not among them; when
    the time is over, the rest is not tried.
    """
    clash = [joint.figures[f] for f in sorted(conflict)]
    found, all_tried = [], True
    for tried, figures, questions in _readings(joint, around, clash, weights_possible):
        if _is_over(deadline):
            all_tried = False
            break
        decision = join(figures, questions, joint.orders).system.decide(around, deadline=deadline)
        if decision.feasibility is Feasibility.POSSIBLE:
            found.append(tried)
        all_tried &= decision.feasibility is not Feasibility.UNDECIDED
    return sorted(found, key=lambda tried: tried.cost), all_tried


def _is_over(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() > deadline


def other_roundings(triple: Triple) -> list[Tried]:
    """The rules of rounding under which a triple holds, where none is given for it."""
    figure = triple.percentage
    if figure is None or figure.rounding is not RoundingRule.EITHER_HALF:
        return []
    return [
        tried
        for rule, tried in _ROUNDED.items()
        if shares(figure.under(rule).interval, triple.base.interval, triple.count_interval) is not None
    ]


def _readings(
    joint: Joint, around: Sources, clash: Sequence[Stated], weights_possible: bool
) -> Iterator[tuple[Tried, Sequence[Stated], Sequence[Question]]]:
    questions = list(joint.questions.values())
    shares = [one for one in clash if _is_open(one)]
    for tried, figures in _other_figures(joint, around, shares, weights_possible):
        yield tried, figures, questions
    if any(question.presumed for question in questions):
        several = [replace(one, single=one.single and not one.presumed) for one in questions]
        yield Tried(Sense.SEVERAL_ANSWERS, 2), joint.figures, several


def _other_figures(joint: Joint, around: Sources, shares: Sequence[Stated], weights_possible: bool) -> Iterator[_Meant]:
    kept = [joint.figures[f] for f in sorted(around)]
    yield from _other_bases(joint, kept, shares)
    if any(one.figure.rounding is RoundingRule.EITHER_HALF for one in shares):  # no rule is given: any may hold
        for rule, tried in _ROUNDED.items():
            yield tried, _all(joint, partial(_rounded, rule=rule))
    if weights_possible and shares and not any(one.weighted for one in shares):
        yield Tried(Sense.WEIGHTED, 2), _all(joint, _weighted)
    yield from islice(_swaps(joint, kept, shares), _MOST_SWAPS)


def _all(joint: Joint, meant: Callable[[Stated], Stated]) -> Sequence[Stated]:
    """All figures, each as it is meant."""
    return [*map(meant, joint.figures)]


def _other_bases(joint: Joint, kept: Sequence[Stated], shares: Sequence[Stated]) -> Iterator[_Meant]:
    """All percentages of a base taken of another one about which something is printed."""
    printed = _printed_bases(joint, kept, {one.cell.question for one in shares})
    for now in dict.fromkeys(one.base_rule for one in shares):
        figures = tuple(one.figure for one in shares if one.base_rule is now)
        for other in sorted(printed - {now}, key=WIDEST_FIRST.index):
            sense = Sense.MISSING_IN_BASE if {now, other} == _WITH_AND_WITHOUT_MISSING else Sense.OTHER_BASE
            yield Tried(sense, 1, figures, (now, other)), [_moved(one, now, other) for one in joint.figures]


def _moved(one: Stated, now: BaseRule, other: BaseRule) -> Stated:
    return replace(one, base=other) if _is_open(one) and one.base_rule is now else one


def _printed_bases(joint: Joint, kept: Sequence[Stated], questions: set[str | None]) -> set[BaseRule]:
    """The bases that something is printed about; that of those led to a question, where don't-knows are."""
    printed = {one.base_rule for one in kept if one.kind is Kind.BASE and one.cell.question in {None, *questions}}
    if any(_is_missing(joint, one) for one in kept if one.cell.question in questions):
        printed.add(BaseRule.routed)
    return printed


def _is_missing(joint: Joint, one: Stated) -> bool:
    question = joint.questions.get(one.cell.question or "")
    return question is not None and one.cell.answer in question.missing


def _is_open(one: Stated) -> bool:
    """Whether a figure is a percentage that may be meant otherwise."""
    return one.kind is Kind.PERCENTAGE and not one.fixed


def _rounded(one: Stated, rule: RoundingRule) -> Stated:
    return replace(one, figure=one.figure.under(rule)) if _is_open(one) else one


def _weighted(one: Stated) -> Stated:
    return replace(one, weighted=True) if _is_open(one) else one


def _swaps(joint: Joint, kept: Sequence[Stated], shares: Sequence[Stated]) -> Iterator[_Meant]:
    """Two percentages of the same question and group that changed places, at least one of them in the conflict."""
    for one, two in combinations(filter(_is_open, kept), 2):
        if (one in shares or two in shares) and _are_of_one_table(one, two):
            swapped = {one: two.figure, two: one.figure}
            figures = [replace(each, figure=swapped.get(each, each.figure)) for each in joint.figures]
            yield Tried(Sense.FIGURES_SWAPPED, 3, (one.figure, two.figure)), figures


def _are_of_one_table(one: Stated, two: Stated) -> bool:
    """Whether two different percentages could change places: the same but for their answers."""
    same_cell = replace(one.cell, answer=None) == replace(two.cell, answer=None)
    return same_cell and one.base == two.base and one.figure.interval != two.figure.interval
