"""A system of inequalities over whole numbers is decided as counting through all of its points decides it."""

import time
from collections.abc import Iterable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.claims.decide import system
from dagster_project.claims.decide.rows import Row
from dagster_project.claims.decide.system import CEILING, Effort, Feasibility, System

POSSIBLE, IMPOSSIBLE, UNDECIDED = Feasibility


@st.composite
def systems(draw: st.DrawFn, sources: int = 2) -> System:
    """Up to five variables with few values each, and rows between them of some sources and two laws."""
    made = System()
    for _ in range(draw(st.integers(1, 5))):
        low = draw(st.integers(0, 3))
        variable = made.variable(low, low + draw(st.integers(0, 5)), splits=draw(st.booleans()))
        made.goals[variable] = draw(st.none() | st.integers(0, 9))
    for _ in range(draw(st.integers(0, 6))):
        among = draw(st.sets(st.integers(0, len(made.low) - 1), min_size=1, max_size=4))
        terms = [(v, draw(st.sampled_from([-100, -41, -7, -2, -1, 1, 2, 3, 7, 43, 100]))) for v in sorted(among)]
        middle = sum(c * (made.low[v] + made.high[v]) // 2 for v, c in terms)
        limit = middle + draw(st.integers(-8, 4))
        made.add(terms, limit, draw(st.sampled_from([None, *range(sources)])), draw(st.sampled_from([None, "a", "b"])))
    return made


def points(made: System, rows: list[Row]) -> list[tuple[int, ...]]:
    every = product(*(range(low, high + 1) for low, high in zip(made.low, made.high, strict=True)))
    return [values for values in every if meets(values, rows)]


def meets(values: tuple[int, ...], rows: Iterable[Row]) -> bool:
    return all(sum(c * values[v] for v, c in row.terms) <= row.limit for row in rows)


def switched_on(made: System, sources: set[int], laws: set[str] | None) -> list[Row]:
    return [r for r in made.rows if r.source in {None, *sources} and (laws is None or r.law in {None, *laws})]


some_sources = st.sets(st.sampled_from([0, 1]))
some_laws = st.none() | st.sets(st.sampled_from(["a", "b"]))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(systems(), some_sources, some_laws)
def test_a_small_system_is_decided_as_counting_through_decides_it(
    made: System, sources: set[int], laws: set[str] | None
) -> None:
    rows = switched_on(made, sources, laws)
    decision = made.decide(sources, laws=laws)
    solutions = points(made, rows)
    assert decision.feasibility is (POSSIBLE if solutions else IMPOSSIBLE)
    assert not solutions or decision.values in solutions


@settings(max_examples=60, deadline=None, derandomize=True)
@given(systems())
def test_the_solver_s_path_decides_the_same(made: System) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(system._Search, "_search", lambda *_: system.Decision(UNDECIDED))
        decision = made.decide({0, 1})
        solutions = points(made, made.rows)
        assert decision.feasibility is (POSSIBLE if solutions else IMPOSSIBLE)
        assert not solutions or decision.values in solutions
        patch.setattr(system._Search, "_solve", lambda _: None)  # and where the solver finds nothing
        decision = made.decide({0, 1})
        assert decision.feasibility is (POSSIBLE if solutions else IMPOSSIBLE)
        assert not solutions or decision.values in solutions


@pytest.mark.parametrize("dead_ends", [0, 10**6], ids=["solver", "search"])
@settings(max_examples=200, deadline=None, derandomize=True)
@given(made=systems(sources=4))
def test_the_figures_that_a_proof_speaks_of_are_impossible_by_themselves(dead_ends: int, made: System) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(system, "_FEW", 0)
        patch.setattr(system, "_FIRST", dead_ends)
        core = made.decide(range(4)).core
    assert core is None or not points(made, switched_on(made, {*core}, None))


def test_a_proof_speaks_of_no_figure_that_it_does_not_need() -> None:
    made = System()
    few, many = made.variable(0, 9), made.variable(0, 9)
    made.add([(few, 1)], 3, source=0)
    made.add([(few, 1)], 2, source=1)
    made.add([(many, -1)], -5, source=2)
    made.add([(many, 1), (few, -2)], 0)
    made.add([(few, -1)], -1, source=3)
    assert made.decide(range(4)).core == frozenset({1, 2})


@settings(max_examples=60, deadline=None, derandomize=True)
@given(systems(), st.sampled_from([Effort.EXAMPLE, Effort.SHORT]))
def test_less_effort_leaves_open_what_it_cannot_tell_and_is_never_wrong(made: System, effort: Effort) -> None:
    solutions = points(made, made.rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(system, "_WORK", 0)
        patch.setattr(system, "_FIRST", 0)
        decision = made.decide({0, 1}, effort=effort)
    assert decision.feasibility in ((POSSIBLE, UNDECIDED) if solutions else (IMPOSSIBLE, UNDECIDED))
    assert decision.feasibility is not POSSIBLE or decision.values in solutions


@settings(max_examples=60, deadline=None, derandomize=True)
@given(systems(), st.integers(0, 20))
def test_a_deadline_that_is_over_never_makes_an_answer_wrong(made: System, nodes: int) -> None:
    solutions = points(made, made.rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(system, "_WORK", nodes)
        decision = made.decide({0, 1}, deadline=time.monotonic() - 1)
    assert decision.feasibility in ((POSSIBLE, UNDECIDED) if solutions else (IMPOSSIBLE, UNDECIDED))
    assert decision.feasibility is not POSSIBLE or decision.values in solutions


@settings(max_examples=100, deadline=None, derandomize=True)
@given(systems(), st.integers(0, 4), st.integers(0, 8), st.integers(0, 8))
def test_tighter_ends_and_further_rows_hold(made: System, variable: int, low: int, limit: int) -> None:
    variable = min(variable, len(made.low) - 1)
    extra = Row(((0, 1),), limit)
    decision = made.decide({0, 1}, bounds={variable: (low, None)}, extra=[extra])
    solutions = [values for values in points(made, [*made.rows, extra]) if values[variable] >= low]
    assert decision.feasibility is (POSSIBLE if solutions else IMPOSSIBLE)
    assert not solutions or decision.values in solutions


@settings(max_examples=100, deadline=None, derandomize=True)
@given(systems())
def test_no_solution_leaves_the_bounds(made: System) -> None:
    bounds, solutions = made.bounds({0, 1}), points(made, made.rows)
    if bounds is None:
        assert not solutions
    else:
        assert all(low <= v <= high for values in solutions for v, (low, high) in zip(values, bounds, strict=True))


def market_split() -> System:
    """Two equations that real numbers meet and whole numbers of 0 and 1 do not: hard for any search."""
    made = System()
    weights = [[(37 * i * i + 91 * i + 13 * row * i) % 97 + 1 for i in range(30)] for row in range(3)]
    for _ in range(30):
        made.variable(0, 1)
    for row in weights:
        doubled = [2 * w for w in row]
        total = sum(row) | 1  # odd, and every sum of doubled weights is even
        made.add(enumerate(doubled), total)
        made.add(((v, -w) for v, w in enumerate(doubled)), -total)
    return made


def test_what_is_too_hard_for_the_time_is_left_undecided() -> None:
    started = time.monotonic()
    decision = market_split().decide(set(), deadline=started + 0.3)
    assert decision == system.Decision(UNDECIDED, is_late=True)
    assert time.monotonic() - started < 10


def test_a_number_without_an_upper_end_may_be_as_large_as_it_has_to() -> None:
    made = System()
    count, base = made.variable(0, None), made.variable(1, None, splits=True)
    made.add([(count, -1000), (base, 1)], -1)  # more than one in a thousand,
    made.add([(count, 999), (base, -1)], -1)  # less than one in 999,
    made.add([(count, -1)], -2_000_000)  # and millions of them
    decision = made.decide(set())
    assert decision.feasibility is POSSIBLE
    assert 999 * decision.values[count] < decision.values[base] < 1000 * decision.values[count]
    assert made.high == [CEILING, CEILING]


def test_parity_is_proved_by_branching_where_no_sum_of_rows_shows_it() -> None:
    made = System()
    one, two = made.variable(0, 50), made.variable(0, 50)
    made.add([(one, 2), (two, 2)], 51)
    made.add([(one, -2), (two, -2)], -51)
    assert made.decide(set()).feasibility is IMPOSSIBLE


def test_scipy_is_not_loaded_for_what_search_decides() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from dagster_project.claims.decide.system import System; s = System(); v = s.variable(0, 9); "
        "s.add([(v, -2)], -7); assert s.decide(()).values; assert 'scipy' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
