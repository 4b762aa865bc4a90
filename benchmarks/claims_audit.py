"""What the audit of published figures costs: `basecheck claim` beside Python's own start, and large surveys of claims.

Prints the wall time of the command for five texts, and how the time of `audit_claims` grows with the figures of one
survey made up from records: many questions in all and in two groups, once all true and once with one wrong percentage.
Then the processor time of `audit_claims` on everyday tables that are hard: many groups, hedged bases, several errors.
Their floor is the import of the solver that such tables need.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from statistics import median

from dagster_project.claims import Figure, Kind, Severity, parse_figure, percent_text
from dagster_project.claims.findings import audit_claims
from dagster_project.claims.read.bases import BaseRule
from dagster_project.claims.read.survey import Cell, Claim, Question

TEXTS = (
    "96 of about 150 is 42%",
    "40 of 96 is 41.7%",
    "58% yes, 31% no, 12% don't know of 26",
    "33% yes, 67% no of 40",
    "22%, 53%, 24%, 2% of 121",
)
ROUNDS = 7
FIGURES = (50, 100, 200, 500, 1000)
PEOPLE = 300
LIMIT = 300.0  # seconds of a table, so that other work on the machine decides nothing
SEX = Question("sex", ("f", "m"), complete=True)


def seconds(*command: str) -> float:
    """Wall time of one process, whatever it answers. Raises RuntimeError if it breaks off instead."""
    started = time.perf_counter()
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    taken = time.perf_counter() - started
    if ended.stderr:
        raise RuntimeError(ended.stderr)
    return taken


def audit_seconds(claims: list[Claim], questions: list[Question]) -> float:
    """Wall time of one audit in this process."""
    started = time.perf_counter()
    audit_claims(claims, questions)
    return time.perf_counter() - started


def survey(figures: int) -> tuple[list[Claim], list[Question]]:
    """So many true claims, question by question: three bases and the percentages of four answers in all and by sex."""
    rng = Random(figures)
    claims: list[Claim] = []
    questions = [SEX]
    sexes = [rng.choice(SEX.answers) for _ in range(PEOPLE)]
    while len(claims) < figures:
        question = Question(f"q{len(questions)}", ("1", "2", "3", "4"))
        habits = [rng.random() for _ in question.answers]
        given = [rng.choices((*question.answers, ""), (*habits, 0.2))[0] for _ in sexes]
        questions.append(question)
        claims += _table(question, list(zip(sexes, given, strict=True)))
    return claims[:figures], questions


def _table(question: Question, records: list[tuple[str, str]]) -> Iterator[Claim]:
    for sex in (None, *SEX.answers):
        group = None if sex is None else (SEX.id, sex)
        given = [answer for of, answer in records if answer and sex in (None, of)]
        name = f"{question.id} {sex or 'all'}"
        base = parse_figure(str(len(given)), Kind.BASE)
        yield Claim(f"{name} base", base, Cell(question.id, None, group), BaseRule.answered)
        for answer in question.answers:
            share = parse_figure(f"{percent_text(given.count(answer), len(given), 0)}%", Kind.PERCENTAGE)
            yield Claim(f"{name} {answer}", share, Cell(question.id, answer, group), BaseRule.answered)


def with_an_error(claims: list[Claim]) -> list[Claim]:
    """The claims with the percentage in the middle 3 points off."""
    at = next(n for n in range(len(claims) // 2, len(claims)) if claims[n].kind is Kind.PERCENTAGE)
    value = int(claims[at].figure.value or 0)
    wrong = parse_figure(f"{value + 3 if value <= 97 else value - 3}%", Kind.PERCENTAGE)
    return [*claims[:at], replace(claims[at], figure=wrong), *claims[at + 1 :]]


@dataclass(frozen=True)
class Table:
    """One question by groups that everybody is in one of (or none), as it is printed of people made up."""

    groups: int
    options: int
    people: int
    errors: int
    about: bool = False

    def __str__(self) -> str:
        by = f"{self.groups} groups by " if self.groups else ""
        return f"{by}{self.options} options{', hedged bases' if self.about else ''}, {self.errors or 'no'} errors"


TABLES = (
    Table(9, 4, 900, 5, about=True),
    Table(6, 5, 400, 4, about=True),
    Table(12, 3, 1500, 4),
    Table(4, 9, 600, 1),
    Table(4, 9, 600, 0),
    Table(0, 200, 3000, 0),
)


def printed(table: Table) -> tuple[list[Claim], list[Question]]:
    """The claims of a table, with some percentages 3 points off, and its questions."""
    rng = Random(1)
    groups = Question("by", tuple(f"g{n}" for n in range(table.groups)), complete=True)
    question = Question("q", tuple(f"o{n}" for n in range(table.options)))
    habits = [rng.random() + 0.2 for _ in question.answers]
    people = [
        (rng.choice(groups.answers or (None,)), rng.choices(question.answers, habits)[0]) for _ in range(table.people)
    ]
    claims = []
    for group in (None, *groups.answers):
        given = [answer for of, answer in people if group in (None, of)]
        where = None if group is None else (groups.id, group)
        size = f"about {max(10, round(len(given), -1))}" if table.about else str(len(given))
        claims.append(Claim(f"{group} base", parse_figure(size, Kind.BASE), Cell("q", None, where), BaseRule.answered))
        for answer in question.answers:
            share = parse_figure(f"{percent_text(given.count(answer), len(given), 0)}%", Kind.PERCENTAGE)
            claims.append(Claim(f"{group} {answer}", share, Cell("q", answer, where), BaseRule.answered))
    return with_errors(claims, table.errors, rng), [groups, question]


def with_errors(claims: list[Claim], errors: int, rng: Random) -> list[Claim]:
    """The claims with so many percentages 3 points off."""
    claims = claims.copy()
    for at in rng.sample([n for n, claim in enumerate(claims) if claim.kind is Kind.PERCENTAGE], errors):
        claims[at] = replace(claims[at], figure=_off(claims[at]))
    return claims


def _off(claim: Claim) -> Figure:
    value = int(claim.figure.value or 0)
    return parse_figure(f"{value + 3 if value <= 90 else value - 3}%", Kind.PERCENTAGE)


def tables(quick: bool) -> None:
    """Measure and print the tables, each beside the floor."""
    every = [(str(table), *printed(table)) for table in (TABLES[-2:-1] if quick else TABLES)]
    if not quick:
        claims, questions = survey(FIGURES[-1])
        every.append((f"{FIGURES[-1]:,} figures, 20 errors", with_errors(claims, 20, Random(1)), questions))
    command = "import time; import numpy, scipy.optimize, scipy.sparse; print(time.process_time())"
    floor = min(float(subprocess.check_output([sys.executable, "-c", command])) for _ in range(3))
    print(f"\nimporting the solver, in a process of its own      {floor:6.2f} s of processor time, the least of 3")
    for name, claims, questions in every:
        started = time.process_time()
        audit = audit_claims(claims, questions, seconds=LIMIT)
        taken = time.process_time() - started
        undecided = sum(one.severity is Severity.UNDECIDED for one in audit.findings)
        print(f"{name:<50} {taken:6.2f} s, {taken / floor:6.1f} times, {undecided} undecided", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="whether it runs, with numbers that mean nothing")
    quick = parser.parse_args().quick
    rounds, texts, sizes = (1, TEXTS[:1], (20,)) if quick else (ROUNDS, TEXTS, FIGURES)
    command = str(Path(sys.executable).with_name("basecheck"))
    bare = median(seconds(sys.executable, "-c", "pass") for _ in range(rounds))
    print(f"python -c pass                             {bare:6.3f} s  (median of {rounds})")
    for text in texts:
        taken = median(seconds(command, "claim", text) for _ in range(rounds))
        print(f"{text:<42} {taken:6.3f} s  {taken - bare:6.3f} s more, {taken / bare:5.1f} times")
    audit_claims(*survey(30))  # what is imported and compiled once
    print("figures     true    ms a figure   one wrong    ms a figure")
    for figures in sizes:
        claims, questions = survey(figures)
        right, wrong = (audit_seconds(each, questions) for each in (claims, with_an_error(claims)))
        a_figure = [1000 * taken / figures for taken in (right, wrong)]
        print(f"{figures:>7} {right:6.2f} s {a_figure[0]:11.1f} {wrong:9.2f} s {a_figure[1]:12.1f}")
    tables(quick)


if __name__ == "__main__":
    main()
