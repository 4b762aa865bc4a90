"""What is cut off between whole numbers is none of their solutions, and it is what makes a hedged table decidable."""

import pytest
from hypothesis import given, settings
from test_system import meets, points, systems

from dagster_project.claims.decide import system
from dagster_project.claims.decide.cuts import cuts
from dagster_project.claims.decide.joint import join, stated
from dagster_project.claims.decide.system import Feasibility, System
from dagster_project.claims.read.bases import BaseRule
from dagster_project.claims.read.figures import parse_figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.survey import Cell, Claim, Question


@settings(max_examples=300, deadline=None, derandomize=True)
@given(systems())
def test_a_row_that_cuts_off_fractions_cuts_off_no_solution(made: System) -> None:
    solutions = points(made, made.rows)
    for base in range(len(made.low)):
        found = cuts(base, [row for row in made.rows if base in dict(row.terms)], made.low, made.high)
        if found is None:
            assert not solutions
        else:
            assert all(meets(values, found) for values in solutions)


def test_the_counts_of_a_hedged_base_lie_between_whole_numbers() -> None:
    made = System()
    base, count = made.variable(20, 40, splits=True), made.variable(0, 40)
    made.add([(base, 19), (count, -200)], 0)
    made.add([(count, 200), (base, -21)], 0)  # 10 %: 2 of 20 or 21, 3 of 29 to 31, 4 of 39 or 40
    found = cuts(base, made.rows, made.low, made.high)
    assert found is not None
    whole = {(n, k) for n in range(20, 41) for k in range(41) if 19 * n <= 200 * k <= 21 * n}
    assert all(meets(values, found) for values in whole)
    assert meets((24, 2.4), made.rows)  # type: ignore[arg-type]
    assert not meets((22, 2.3), found)  # type: ignore[arg-type]


TABLE = """
    900 14 37 33 17
    100  . 34 37 19
    100 12 41 28 19
    100 14  . 40 19
    100 12 36 37 14
    100 11 43 30 15
     90 13 41 27 18
    110  9 41 40 11
     80 25 24 35 16
    120 14 42 29 15
"""


def test_a_table_over_hedged_bases_is_decided_without_a_long_search(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line.split() for line in TABLE.strip().splitlines()]
    groups = Question("g", tuple(str(n) for n in range(1, len(lines))), complete=True)
    claims = []
    for n, (base, *shares) in enumerate(lines):
        group = ("g", str(n)) if n else None
        claims.append(
            Claim(f"{n}", parse_figure(f"about {base}", Kind.BASE), Cell("q", None, group), BaseRule.answered)
        )
        for answer, share in zip("abcd", shares, strict=True):
            if share != ".":
                figure = parse_figure(f"{share}%", Kind.PERCENTAGE)
                claims.append(Claim(f"{n} {answer}", figure, Cell("q", answer, group), BaseRule.answered))
    joint = join(stated(claims), [groups, Question("q", tuple("abcd"))])
    monkeypatch.setattr(system._Search, "_prove", lambda _: pytest.fail("searched branch by branch"))
    assert joint.system.decide(joint.everything).feasibility is Feasibility.IMPOSSIBLE
