"""Wherever the time limit comes, what was said until then is true: a slower machine says less, never anything else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from random import Random
from time import process_time
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.audit.judge import declared_findings, statement_findings
from dagster_project.audit.publication import DeclaredReading, Publication, PublishedFigure, PublishedStatement
from dagster_project.claims import findings, roundings
from dagster_project.claims.decide import localise, readings, system
from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.decide.verdict import Verdict
from dagster_project.claims.findings import Audit, audit_claims
from dagster_project.claims.listing import audit_listing
from dagster_project.claims.read.bases import BaseRule
from dagster_project.claims.read.figures import parse_figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.parse import parse_statement
from dagster_project.claims.read.rounding import percent_text
from dagster_project.claims.read.statement import Listing
from dagster_project.claims.read.survey import Cell, Claim, Names, Order, Question

OFTEN = (0, 1, 2, 5, 13, 34, 89, 233, 610, 1597)


def tick_at_each_look(patch: pytest.MonkeyPatch) -> None:
    """Let each look at the clock take a second."""
    clock = SimpleNamespace(monotonic=count().__next__)
    for module in (findings, roundings, localise, readings, system):
        patch.setattr(module, "time", clock)


@pytest.fixture(params=OFTEN)
def looks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often the clock is looked at before the time is over."""
    tick_at_each_look(monkeypatch)
    return int(request.param)


def listed(text: str) -> Listing:
    read = parse_statement(text)
    assert isinstance(read, Listing)
    return read


def table(
    errors: int, seed: int = 5, groups: int = 2, answers: int = 3, *, about: bool = False
) -> tuple[Sequence[Claim], Sequence[Question]]:
    """A table of some answers by some groups over bases that may be hedged, with so many wrong percentages."""
    rng = Random(seed)
    by, question = (Question(name, tuple("abcdef"[:n]), complete=True) for name, n in (("g", groups), ("q", answers)))
    people = [(rng.choice(by.answers or "-"), rng.choice(question.answers)) for _ in range(30 * (groups or 1))]
    claims = list(_table(people, by.answers, question.answers, "about " if about else ""))
    shares = [n for n, claim in enumerate(claims) if claim.kind is Kind.PERCENTAGE]
    for n in rng.sample(shares, min(errors, len(shares))):
        wrong = f"{int(claims[n].figure.value or 0) + 3}%"
        claims[n] = replace(claims[n], figure=parse_figure(wrong, Kind.PERCENTAGE))
    return claims, [by, question]


def _table(
    people: Sequence[tuple[str, str]], groups: Sequence[str], answers: Sequence[str], hedge: str
) -> Iterator[Claim]:
    for group in (None, *groups):
        given = [answer for of, answer in people if group in (None, of)]
        where = None if group is None else ("g", group)
        base = parse_figure(f"{hedge}{len(given)}", Kind.BASE)
        yield Claim(f"{group} base", base, Cell("q", None, where), BaseRule.answered)
        for answer in answers:
            share = parse_figure(f"{percent_text(given.count(answer), len(given), 0)}%", Kind.PERCENTAGE)
            yield Claim(f"{group} {answer}", share, Cell("q", answer, where), BaseRule.answered)


def verdicts(audit: Audit) -> Mapping[str, Verdict]:
    """By claim, the worst that is said of it."""
    return {claim: one.severity.verdict for one in reversed(audit.findings) for claim in one.claims}


def check_cut_off(
    claims: Sequence[Claim], questions: Sequence[Question], looks: int, orders: Sequence[Order] = ()
) -> None:
    whole, cut = (verdicts(audit_claims(claims, questions, orders, seconds=seconds)) for seconds in (10**9, looks))
    assert set(cut) >= set(whole), "nothing is lost"
    for claim, verdict in cut.items():
        assert verdict in (Verdict.UNDECIDED, whole.get(claim, Verdict.IMPOSSIBLE)), claim


@pytest.mark.parametrize("errors", [0, 1, 2, 4])
def test_an_audit_that_is_cut_off_says_what_a_whole_one_says_or_undecided(looks: int, errors: int) -> None:
    check_cut_off(*table(errors), looks)


@pytest.mark.parametrize("errors", [0, 2])
@pytest.mark.parametrize("said", ["ab bc", "ba", "ab ba", "ab bc ca ac"])
def test_so_does_one_of_what_is_said_to_be_larger(looks: int, errors: int, said: str) -> None:
    orders = [Order(f"{x} over {y}", f"None {x}", f"None {y}") for x, y in said.split()]
    check_cut_off(*table(errors, seed=1), looks, orders)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    table=st.builds(
        table, st.integers(0, 4), st.integers(0, 99), st.integers(0, 4), st.integers(2, 5), about=st.booleans()
    ),
    looks=st.sampled_from(OFTEN),
)
def test_so_does_one_of_any_table(table: tuple[Sequence[Claim], Sequence[Question]], looks: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        tick_at_each_look(patch)
        check_cut_off(*table, looks)


@pytest.mark.parametrize("limit", [0.02, 0.05, 0.2])
def test_an_audit_stops_when_its_time_is_over(limit: float) -> None:
    claims, questions = table(4, groups=6, answers=6, about=True)
    audit_claims(claims, questions, seconds=1)  # what is imported once
    started = process_time()
    audit_claims(claims, questions, seconds=limit)
    assert process_time() - started < limit + 0.1


def test_all_readings_of_a_publication_share_one_time_limit() -> None:
    claims, questions = table(4, groups=6, answers=6, about=True)
    figures = [PublishedFigure(n, None, None, claim, "", None) for n, claim in enumerate(claims)]
    readings = [DeclaredReading(f"reading {n}", {}) for n in range(10)]
    published = Publication(figures, questions, Names(), [], readings, [], [], {})
    started = process_time()
    declared = list(declared_findings(published, 0.3, 0.0))
    assert process_time() - started < 0.3 + 0.3, "joining the figures of ten readings takes some time too"
    assert len(declared) == 10
    [cut] = declared[-1][1]
    assert cut.severity is Severity.UNDECIDED
    assert "not decided within 0.3 seconds" in cut.statement


def test_a_published_statement_is_held_to_the_time_limit() -> None:
    said = PublishedStatement("S1", "statement", "42%, " * 30 + "of 26", None)
    published = Publication([], [], Names(), [], [], [said], [], {})
    assert [one.severity for one in statement_findings(published, 0.0)] == [Severity.UNDECIDED]


def test_what_is_left_of_a_list_is_never_called_consistent_unproved(looks: int) -> None:
    audit = audit_listing(listed("42%, " * 30 + "of 26"), seconds=looks)
    assert audit.findings
    for finding in audit.findings:
        percentages = [claim for claim in finding.claims if claim.startswith("42%")]
        if finding.severity in (Severity.CONSISTENT, Severity.NOT_CHECKABLE, Severity.REPRODUCED):
            assert len(percentages) <= 2, "42 % of 26 is 11: three of these are more than 26"


def test_figures_are_proved_impossible_only_if_every_reading_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    claims, questions = table(1)
    [found] = [one for one in audit_claims(claims, questions).findings if one.severity.is_contradicted]
    assert found.severity is Severity.PROVED_IMPOSSIBLE
    monkeypatch.setattr(readings, "time", SimpleNamespace(monotonic=lambda: float("inf")))
    [cut] = [one for one in audit_claims(claims, questions).findings if one.severity is Severity.UNDECIDED]
    assert cut.claims == found.claims
    assert cut.statement == found.statement, "what is proved stays"
    assert "no time to try every reading" in cut.message
