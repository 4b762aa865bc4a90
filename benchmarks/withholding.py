"""What a release withholds of random surveys beside the least that it could, and what can be worked out of it.

Each survey has one to three group variables and some questions of two to five answers, some with a net, some with
several answers, one put to a part only; a few hundred respondents, so that small counts are common. Of each:

- the counts that are withheld, beside the fewest with which the equations between counts give none away, which is no
  more than the fewest that protect them;
- the counts that can be worked out from those that are shown; and of small tables those that can by running the choice
  on every table that agrees with what is shown, and keeping those that are blanked alike.

`python benchmarks/withholding.py` takes 200 surveys; with --quick there are four.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from dagster_project.claims.decide.laws import NONE
from dagster_project.claims.read.survey import Question
from dagster_project.disclosure.attack import left_of
from dagster_project.disclosure.counts import EVERYBODY, Count, Tables
from dagster_project.disclosure.decide import least_by_equations, withhold

MINIMUM = 5
Person = dict[str, frozenset[str]]


@dataclass
class Sums:
    """Of all surveys together."""

    surveys: int = 0
    counts: int = 0
    small: int = 0
    least: int = 0
    withheld: int = 0
    toplines: int = 0
    recovered: int = 0
    not_proved: int = 0
    tables: int = 0
    inverted: int = 0


def random_survey(draw: random.Random) -> tuple[Tables, dict[Count, int]]:
    """The tables of a survey that is made up, and its counts."""
    groups = [Question(f"g{number}", tuple("abcd"[: draw.randint(2, 4)])) for number in range(draw.randint(1, 3))]
    asked = [_question(f"q{number}", draw) for number in range(draw.randint(1, 4))]
    asked.append(Question("then", ("1", "2", "3"), asked_if=(asked[0].id, asked[0].answers[:1])))
    questions = [*groups, *asked]
    likely = {one.id: [draw.choice((1.0, 3.0, 6.0, 10.0)) for _ in one.answers] for one in questions}
    people = [_person(questions, likely, draw) for _ in range(draw.choice((60, 150, 400, 900)))]
    tables = Tables(questions, [group.id for group in groups])
    return tables, counted(tables, people)


def _question(name: str, draw: random.Random) -> Question:
    answers = tuple("12345"[: draw.randint(2, 5)])
    nets = {"top": answers[-2:]} if draw.random() < 0.4 and len(answers) > 2 else {}
    return Question(name, answers, single=draw.random() < 0.8, missing=("9",), nets=nets)


def _person(questions: list[Question], likely: Mapping[str, list[float]], draw: random.Random) -> Person:
    given: Person = {}
    for one in questions:
        if one.asked_if is None or given[one.asked_if[0]] & set(one.asked_if[1]):
            if one.missing and draw.random() < 0.04:
                given[one.id] = frozenset(one.missing[:1])
            elif one.single:
                given[one.id] = frozenset(draw.choices(one.answers, likely[one.id]))
            else:
                most = max(likely[one.id])
                chosen = [a for a, by in zip(one.answers, likely[one.id], strict=True) if draw.random() < by / most / 2]
                given[one.id] = frozenset(chosen or [NONE])
    return given


def counted(tables: Tables, people: list[Person]) -> dict[Count, int]:
    """How many are in each count of the tables."""
    wanted = {count for law in tables.laws() for count, _ in law.terms} | {EVERYBODY}
    nobody: frozenset[str] = frozenset()
    return {
        count: sum(all(one.get(question, nobody) & answers for question, answers in count) for one in people)
        for count in wanted
    }


def take(sums: Sums, tables: Tables, counts: Mapping[Count, int]) -> None:
    """Withhold what has to be, and work out what can be."""
    chosen = withhold(tables, counts, MINIMUM)
    sums.surveys += 1
    sums.counts += sum(1 for count in tables.sensitive if counts.get(count))
    sums.small += len(chosen.primary)
    sums.least += len(least_by_equations(tables, counts, MINIMUM))
    sums.withheld += len(chosen.counts)
    sums.toplines += sum(len(count) < 2 for count in chosen.counts - chosen.primary)
    known = {count: n for count, n in counts.items() if count not in chosen.counts}
    for count, left in left_of(tables, known, chosen.counts).items():
        sums.recovered += left.low == left.high > 0 and count not in tables.open
        sums.not_proved += not left.is_all


def invert(sums: Sums, draw: random.Random) -> None:
    """A table of two by three: is a withheld count one number in all tables that are shown and blanked alike?"""
    tables = Tables([Question("g", ("a", "b")), Question("q", ("1", "2", "3"))], ["g"])
    cells = [(group, answer) for group in "ab" for answer in "123"]
    smallest = (1, 1, 6, 4, 4, 4)
    truth = {cell: draw.choice((least, least + 1, 6, 9, 12)) for cell, least in zip(cells, smallest, strict=True)}
    counts = _of_cells(tables, truth)
    withheld = withhold(tables, counts, MINIMUM).counts
    met: dict[Count, set[int]] = {count: set() for count in withheld}
    for other in _with_margins(truth):
        told = _of_cells(tables, other)
        agrees = all(told[count] == n for count, n in counts.items() if count not in withheld)
        if agrees and withhold(tables, told, MINIMUM).counts == withheld:
            for count in withheld:
                met[count].add(told[count])
    sums.tables += bool(withheld)
    sums.inverted += any(len(numbers) < 2 for numbers in met.values())


def _of_cells(tables: Tables, cells: Mapping[tuple[str, str], int]) -> dict[Count, int]:
    people = [{"g": frozenset([g]), "q": frozenset([q])} for (g, q), n in cells.items() for _ in range(n)]
    return counted(tables, people)


def _with_margins(cells: Mapping[tuple[str, str], int]) -> Iterator[dict[tuple[str, str], int]]:
    for first in range(-12, 13):
        for second in range(-12, 13):
            moved = (first, second, -first - second, -first, -second, first + second)
            other = {cell: n + by for (cell, n), by in zip(cells.items(), moved, strict=True)}
            if min(other.values()) >= 0:
                yield other


def main() -> None:
    """Print the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="four surveys: the numbers mean nothing")
    surveys = 4 if parser.parse_args().quick else 200
    sums, started = Sums(), time.process_time()
    for seed in range(surveys):
        take(sums, *random_survey(random.Random(seed)))
    spent = time.process_time() - started
    for seed in range(surveys // 4):
        invert(sums, random.Random(seed))
    for one in fields(sums):
        print(f"{one.name:>12} {getattr(sums, one.name):>8,}")
    print(f"{'beside least':>12} {sums.withheld / max(sums.least, 1):>8.3f}")
    print(f"{'seconds':>12} {spent:>8.1f}")


if __name__ == "__main__":
    main()
