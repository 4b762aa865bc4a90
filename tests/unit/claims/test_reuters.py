"""Tables that were really printed: one of 48 cannot be, and every wrong percentage planted in the others is found."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest

from dagster_project.claims.decide.joint import join, stated
from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.decide.system import Feasibility
from dagster_project.claims.finding import Code
from dagster_project.claims.findings import Audit, audit_claims
from dagster_project.claims.read.bases import BaseRule
from dagster_project.claims.read.figures import parse_figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.rounding import RoundingRule
from dagster_project.claims.read.survey import Cell, Claim, Question

pytestmark = pytest.mark.slow
TABLES = Path(__file__).parents[2] / "golden" / "reuters_corporate_survey_2014_2019.csv"
SECTOR = Question("sector", ("manufacturers", "non_manufacturers"), complete=True)
IMPOSSIBLE = "2019-08 q2"


@cache
def tables() -> dict[str, tuple[list[Claim], Question]]:
    """Each question of each poll: its claims, and what it is."""
    with TABLES.open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = {}
    for (poll, number), of_question in groupby(rows, key=lambda row: (row["poll"], row["question"])):
        name = f"{poll} q{number}" if len(poll) < 8 else f"{poll[:7]} q{number}"
        every = list(of_question)
        options = tuple(dict.fromkeys(row["option_index"] for row in every))
        claims = list(_claims(name, poll, every))
        found[name] = claims, Question(name, options, single=every[0]["multi_response"] == "0")
    return found


def _claims(question: str, poll: str, rows: list[dict[str, str]]) -> Iterator[Claim]:
    for group, of_group in groupby(rows, key=lambda row: row["group"]):
        of = None if group == "all" else ("sector", group)
        cells = list(of_group)
        for base, column in ((BaseRule.asked, "polled"), (BaseRule.answered, "replied")):
            figure = parse_figure(cells[0][column], Kind.BASE)
            yield Claim(f"{question} {group} {base}", figure, Cell(question, None, of, poll), base)
        for row in cells:
            figure = parse_figure(f"{row['pct']}%", Kind.PERCENTAGE)
            cell = Cell(question, row["option_index"], of, poll)
            yield Claim(f"{question} {group} {row['option_index']}", figure, cell, BaseRule.answered)


def audit(claims: list[Claim], question: Question) -> Audit:
    return audit_claims(claims, (SECTOR, question))


def contradicted(audit: Audit) -> list[Severity]:
    return [f.severity for f in audit.findings if f.severity in (Severity.PROVED_IMPOSSIBLE, Severity.UNDECIDED)]


def test_forty_seven_of_48_tables_are_possible_and_one_has_four_repairs_of_one_figure() -> None:
    assert len(tables()) == 48
    found = {name: audit(*table) for name, table in tables().items()}
    impossible = {name for name, one in found.items() if any(f.repairs for f in one.findings) or contradicted(one)}
    assert impossible == {IMPOSSIBLE}
    [finding] = [f for f in found[IMPOSSIBLE].findings if f.repairs]
    assert (finding.severity, finding.code) == (Severity.PROVED_IMPOSSIBLE, Code.PARTITION)
    changes = [(c.claims, c.figure.text, str(c.interval)) for m in finding.repairs for c in m.figures]
    of = f"{IMPOSSIBLE} non_manufacturers"
    assert {change for change in changes if "non" in change[0][0] and len(change[0]) == 1} == {
        ((f"{of} 0",), "22%", "21"),
        ((f"{of} 1",), "53%", "52"),
        ((f"{of} 2",), "24%", "23"),
        ((f"{of} 3",), "2%", "1"),
    }
    assert len(finding.repairs) == len(changes) == 4


@pytest.mark.parametrize(
    ("rule", "impossible"),
    [(RoundingRule.HALF_UP, 1), (RoundingRule.DOWN, 48), (RoundingRule.UP, 48)],
)
def test_no_table_was_cut_off_or_rounded_up(rule: RoundingRule, impossible: int) -> None:
    verdicts = []
    for claims, question in tables().values():
        joint = join(stated(claims), (SECTOR, question)).under(rule)
        verdicts.append(joint.system.decide(joint.everything).feasibility)
    assert verdicts.count(Feasibility.IMPOSSIBLE) == impossible
    assert Feasibility.UNDECIDED not in verdicts


def test_half_up_is_inferred_from_all_tables_together() -> None:
    claims = [claim for of_table, _ in tables().values() for claim in of_table]
    found = audit_claims(claims, (SECTOR, *(question for _, question in tables().values())))
    [rounding] = [finding for finding in found.findings if finding.code is Code.ROUNDING]
    assert rounding.severity is Severity.CONSISTENT
    assert "halves rounded up" in rounding.message
    assert "47 with numbers cut off instead of rounded" in rounding.message
    assert "47 with numbers rounded up to the next one" in rounding.message


def planted() -> Iterator[tuple[str, int, int]]:
    """One percentage of each possible table, 3 points off: a cell of its own for each."""
    for number, (name, (claims, _)) in enumerate(tables().items()):
        shares = [n for n, claim in enumerate(claims) if claim.kind is Kind.PERCENTAGE]
        at = shares[7 * number % len(shares)]
        value = int(claims[at].figure.value or 0)
        if name != IMPOSSIBLE:
            yield name, at, value + 3 if (number % 2 and value <= 97) or value < 3 else value - 3


@pytest.mark.parametrize(("name", "at", "value"), list(planted()), ids=lambda part: str(part))
def test_a_planted_error_is_found_and_in_a_repair_of_least_weight(name: str, at: int, value: int) -> None:
    of_table, question = tables()[name]
    claims = list(of_table)
    claims[at] = replace(claims[at], figure=parse_figure(f"{value}%", Kind.PERCENTAGE))
    found = [f for f in audit(claims, question).findings if f.repairs]
    assert found
    assert any(
        claims[at].id in change.claims
        for finding in found
        for repair in finding.repairs
        for change in repair.figures
        if repair.weight == min(m.weight for m in finding.repairs)
    )
