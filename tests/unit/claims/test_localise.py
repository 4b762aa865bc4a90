"""Where a contradiction sits: conflicts and repairs are those of trying every set of figures, and repairs mend."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from random import Random
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from true_surveys import TrueSurvey, true_survey

from dagster_project.claims.decide.joint import Joint, join, stated
from dagster_project.claims.decide.localise import MOST_CONFLICTS, Correction, Localiser
from dagster_project.claims.decide.system import Feasibility, UndecidedError
from dagster_project.claims.read.figures import Figure, parse_figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.rounding import RoundingRule, decimal_text

seeds = st.integers(0, 10**6)
SECONDS = 2  # of one survey; a few, with no base printed, take far longer


def joined(survey: TrueSurvey) -> Joint:
    return join(stated(survey.claims), survey.questions, survey.orders)


def with_a_slip(seed: int, most_claims: int) -> tuple[TrueSurvey, str]:
    """A true survey with one figure changed, and the claim whose figure that is."""
    survey, rng = true_survey(seed, most_claims, 25), Random(seed)
    at = rng.randrange(len(survey.claims))
    claims = list(survey.claims)
    figure = claims[at].figure
    claims[at] = replace(claims[at], figure=other_figure(figure, rng), counted=False)
    return replace(survey, claims=claims), claims[at].id


def other_figure(figure: Figure, rng: Random) -> Figure:
    step = rng.choice((-13, -5, -3, -1, 1, 3, 5, 13))
    value = round(figure.value or 50) + step
    if figure.kind is Kind.PERCENTAGE:
        return printed(figure, Fraction(min(100, max(0, value))))
    return printed(figure, Fraction(max(1, value)))


def printed(figure: Figure, value: Fraction) -> Figure:
    if figure.kind is not Kind.PERCENTAGE:
        return parse_figure(str(value), figure.kind)
    rule = figure.rounding or RoundingRule.EITHER_HALF
    return parse_figure(f"{decimal_text(value, figure.decimals)}%", figure.kind, rounding=rule)


def possible(joint: Joint, figures: frozenset[int]) -> bool:
    found = joint.system.decide(figures, deadline=monotonic() + SECONDS).feasibility
    if found is Feasibility.UNDECIDED:
        raise UndecidedError
    return found is Feasibility.POSSIBLE


def smallest_conflicts(joint: Joint) -> set[frozenset[int]]:
    """By trying every set of figures, the small ones first."""
    found: list[frozenset[int]] = []
    for size in range(1, len(joint.figures) + 1):
        for figures in map(frozenset, combinations(range(len(joint.figures)), size)):
            if not any(conflict <= figures for conflict in found) and not possible(joint, figures):
                found.append(figures)
    return set(found)


def mended(joint: Joint, correction: Correction) -> Iterator[tuple[str, Joint]]:
    """The figures with one of a repair at an end of its range, and the others of the repair left out."""
    for at, interval in zip(correction.figures, correction.ranges, strict=True):
        for end in dict.fromkeys((interval.low, interval.high)):
            if end is None or (end == 0 and joint.figures[at].kind is Kind.BASE):
                continue
            figures = list(joint.figures)
            figures[at] = replace(figures[at], figure=printed(figures[at].figure, end))
            kept = [one for f, one in enumerate(figures) if f == at or f not in correction.figures]
            orders = [o for o in joint.orders if {o.greater, o.smaller} <= {c for one in kept for c in one.claims}]
            yield f"{joint.figures[at].figure.text} to {end}", join(kept, joint.questions.values(), orders)


def check_against_every_set(joint: Joint) -> None:
    found = Localiser(joint, monotonic() + SECONDS).contradictions()
    if not all(one.complete for one in found):
        raise UndecidedError  # the time was over before all repairs were found
    conflicts = smallest_conflicts(joint)
    assert bool(found) == bool(conflicts)
    told = {conflict for one in found for conflict in one.conflicts}
    assert told <= conflicts
    assert all(conflict & frozenset().union(*told) for conflict in conflicts)
    for one in found:
        elsewhere = frozenset().union(*(other.figures for other in found if other is not one))
        inside = joint.everything - elsewhere
        free = [f for f in sorted(inside) if not joint.figures[f].fixed]
        single = {(f,) for f in free if possible(joint, inside - {f})}
        mendable = {(f,) for (f,) in single if not Localiser(joint, monotonic() + SECONDS).range_of(f, inside).is_empty}
        assert {correction.figures for correction in one.corrections if len(correction.figures) == 1} == mendable
        least = next(
            (
                weight
                for weight, _ in sorted(
                    (sum(joint.figures[f].weight for f in figures), figures)
                    for size in (1, 2, 3)
                    for figures in combinations(free, size)
                    if possible(joint, inside - set(figures))
                )
            ),
            None,
        )
        if least is not None:
            assert min(correction.weight for correction in one.corrections) == least
    if len(conflicts) < MOST_CONFLICTS and not any(joint.figures[f].kind is Kind.BASE for c in conflicts for f in c):
        assert told == conflicts


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seeds)
def test_conflicts_and_repairs_are_those_of_trying_every_set(seed: int) -> None:
    with suppress(UndecidedError):
        check_against_every_set(joined(with_a_slip(seed, 6)[0]))


@pytest.mark.slow
@settings(max_examples=40, deadline=None, derandomize=True)
@given(seeds)
def test_a_changed_figure_is_in_a_repair_and_every_repair_mends(seed: int) -> None:
    with suppress(UndecidedError):
        check_a_slip(*with_a_slip(seed, 12))


def check_a_slip(survey: TrueSurvey, changed: str) -> bool:
    """Whether the change made the figures impossible; the rest is asserted."""
    joint = joined(survey)
    if possible(joint, joint.everything):
        return False
    found = Localiser(joint, monotonic() + SECONDS).contradictions()
    if not all(one.complete for one in found):
        raise UndecidedError  # the time was over before all repairs were found
    corrected = {f for one in found for correction in one.corrections for f in correction.figures}
    assert any(changed in joint.figures[f].claims for f in corrected), "the changed figure is in no repair"
    for one in found:
        elsewhere = frozenset().union(*(other.figures for other in found if other is not one))
        for correction in one.corrections:
            for what, system in mended(joint, correction):
                kept = frozenset(
                    f for f, each in enumerate(system.figures) if not elsewhere & _places(joint, each.claims)
                )
                assert possible(system, kept), what
    return True


def _places(joint: Joint, claims: tuple[str, ...]) -> frozenset[int]:
    return frozenset(f for f, one in enumerate(joint.figures) if one.claims == claims)
