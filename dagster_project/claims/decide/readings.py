"""Other meanings of claims that contradict each other: which of them make everything possible as it is printed.

A reading changes no figure. It moves percentages to another base, rounds all of them another way, takes them as
weighted, or lets two of them change places. Each is tried on the whole component and passes only if every other figure
still stands. That a count is itself the base, or belongs to another percentage, is `triple`'s.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from dagster_project.claims.decide.algebra import shares
from dagster_project.claims.decide.joint import Joint, Stated, join
from dagster_project.claims.decide.localise import Sources
from dagster_project.claims.decide.system import Verdict
from dagster_project.claims.decide.triple import Triple
from dagster_project.claims.read.bases import WIDEST_FIRST, BaseRule
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.rounding import RULE_WORDS, RoundingRule
from dagster_project.claims.read.survey import Question
from dagster_project.claims.say.words import listed

_MOST_SWAPS = 120


@dataclass(frozen=True)
class Tried:
    """A reading under which everything stands. The cheaper, the smaller the change of meaning."""

    title: str
    message: str
    cost: int


_ROUNDED = {
    rule: Tried("another rounding rule", f"With {words.of_several}, every figure would fit.", 2)
    for rule, words in RULE_WORDS.items()
}


def other_readings(
    joint: Joint, conflict: Sources, around: Sources, deadline: float | None, weights_possible: bool
) -> list[Tried]:
    """The readings that free `conflict` with all of `around` standing, cheapest first, as far as there is time.

    `around` are the figures to be explained together.
    """
    kept = [joint.figures[f] for f in sorted(around)]
    clash = [joint.figures[f] for f in sorted(conflict)]
    found = []
    for tried, figures, questions in _readings(joint, kept, clash, weights_possible):
        other = join(figures, questions, joint.orders)
        decision = other.system.decide(other.everything, deadline=deadline)
        if decision.verdict is Verdict.POSSIBLE:
            found.append(tried)
    return sorted(found, key=lambda tried: tried.cost)


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
    joint: Joint, kept: Sequence[Stated], clash: Sequence[Stated], weights_possible: bool
) -> Iterator[tuple[Tried, Sequence[Stated], Sequence[Question]]]:
    questions = list(joint.questions.values())
    shares = [one for one in clash if one.kind is Kind.PERCENTAGE]
    for tried, figures in _other_figures(joint, kept, shares, weights_possible):
        yield tried, figures, questions
    if any(question.presumed for question in questions):
        message = "If each could give several answers, no figure has to change."
        several = [replace(one, single=one.single and not one.presumed) for one in questions]
        yield Tried("several answers", message, 2), kept, several


def _other_figures(
    joint: Joint, kept: Sequence[Stated], shares: Sequence[Stated], weights_possible: bool
) -> Iterator[tuple[Tried, Sequence[Stated]]]:
    yield from _other_bases(joint, kept, shares)
    if any(one.figure.rounding is RoundingRule.EITHER_HALF for one in shares):  # no rule is given: any may hold
        for rule, tried in _ROUNDED.items():
            yield tried, [replace(one, figure=one.figure.under(rule)) for one in kept]
    if weights_possible and shares and not any(one.weighted for one in shares):
        message = "If the percentages are weighted and the counts are not, every figure fits."
        yield Tried("weighted", message, 2), [_weighted(one) for one in kept]
    yield from _swaps(kept, shares)


def _other_bases(
    joint: Joint, kept: Sequence[Stated], shares: Sequence[Stated]
) -> Iterator[tuple[Tried, list[Stated]]]:
    """All percentages of a base taken of another one about which something is printed."""
    questions = {one.cell.question for one in shares}
    printed = {one.base_rule for one in kept if one.kind is Kind.BASE and one.cell.question in {None, *questions}}
    if any(_is_missing(joint, one) for one in kept if one.cell.question in questions):
        printed.add(BaseRule.routed)
    for now in dict.fromkeys(one.base_rule for one in shares):
        moved = [one for one in kept if one.kind is Kind.PERCENTAGE and one.base_rule == now]
        for base in (rule for rule in WIDEST_FIRST if rule in printed and rule != now):
            names = listed(list(dict.fromkeys(one.figure.phrase for one in shares if one.base_rule == now)))
            message = f"If {names} {'are shares' if len(shares) > 1 else 'is a share'} of {base.words.those}"
            message += f" and not of {now.words.those}, no figure has to change."
            title = "don't-knows in the base" if {now, base} == {BaseRule.routed, BaseRule.answered} else "another base"
            yield Tried(title, message, 1), [replace(one, base=base) if one in moved else one for one in kept]


def _is_missing(joint: Joint, one: Stated) -> bool:
    question = joint.questions.get(one.cell.question or "")
    return question is not None and one.cell.answer in question.missing


def _weighted(one: Stated) -> Stated:
    return replace(one, weighted=True) if one.kind is Kind.PERCENTAGE else one


def _swaps(kept: Sequence[Stated], shares: Sequence[Stated]) -> Iterator[tuple[Tried, list[Stated]]]:
    """Two percentages of the same question and group that changed places, at least one of them in the conflict."""
    pairs = (
        (one, two)
        for one, two in combinations([one for one in kept if one.kind is Kind.PERCENTAGE], 2)
        if (one in shares or two in shares)
        and replace(one.cell, answer=None) == replace(two.cell, answer=None)
        and (one.base, one.figure.interval != two.figure.interval) == (two.base, True)
    )
    for number, (one, two) in enumerate(pairs):
        if number == _MOST_SWAPS:
            return
        swapped = {one: two.figure, two: one.figure}
        message = f"If {one.figure.phrase} and {two.figure.phrase} changed places, no other figure has to change."
        figures = [replace(each, figure=swapped.get(each, each.figure)) for each in kept]
        yield Tried("two figures changed places", message, 3), figures
