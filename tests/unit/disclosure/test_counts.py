"""The laws between the counts that tables show hold of whatever people there are, however they answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.claims.decide.laws import NONE
from dagster_project.claims.read.survey import Question
from dagster_project.disclosure.counts import Count, Tables
from dagster_project.disclosure.decide import withhold

QUESTIONS = (
    Question("sex", ("f", "m")),
    Question("works", ("yes", "no", "retired"), missing=("", "9"), not_asked=("-",), nets={"idle": ("no", "retired")}),
    Question(
        "means", ("car", "train", "foot", "none", "never"), single=False, missing=("",), exclusive=("none", "never"),
        nets={"driven": ("car", "train"), "all": ("car", "train", "foot"), "far": ("car", "never")},
    ),
    Question("hours", ("few", "many"), missing=("",), asked_if=("works", ("yes", "retired", "9"))),
    Question("delay", ("never", "often"), asked_if=("means", ("train", "car", ""))),
    Question("late", ("a", "b"), missing=("",), wave="w2"),
    Question("cost", ("*",), missing=("",), asked_if=("means", ("car",))),
)  # fmt: skip
Person = dict[str, set[str]]


def people(rng: Random) -> list[Person]:
    """Respondents of whom each gave what the questionnaire lets through, and nothing else."""
    found: list[Person] = []
    for _ in range(rng.randint(1, 60)):
        person: Person = {"wave": {rng.choice(("w1", "w2"))}}
        for question in QUESTIONS:
            if is_led(person, question):
                person[question.id] = answer(rng, question)
        found.append(person)
    return found


def is_led(person: Person, question: Question) -> bool:
    asker, admitting = question.asked_if or ("wave", ("w1", "w2"))
    return bool(person.get(asker, set()) & set(admitting)) and question.wave in (None, *person["wave"])


def answer(rng: Random, question: Question) -> set[str]:
    if rng.random() < 0.2 and (out := (*question.missing, *question.not_asked)):
        return {rng.choice(out)}
    if question.single or (rng.random() < 0.3 and question.exclusive):
        return {rng.choice(question.exclusive or question.answers)}
    return {code for code in question.answers if code not in question.exclusive and rng.random() < 0.4} or {NONE}


def counted(tables: Tables, of: list[Person]) -> dict[Count, int]:
    return {
        count: sum(all(person.get(question, set()) & answers for question, answers in count) for person in of)
        for count in {count for law in tables.laws() for count, _ in law.terms}
    }


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_every_law_holds_of_whatever_people_there_are(seed: int) -> None:
    rng = Random(seed)
    tables = Tables(QUESTIONS, rng.sample(("sex", "works"), rng.randint(0, 2)), ("w1", "w2"))
    counts = counted(tables, people(rng))
    for law in tables.laws():
        total = sum(coefficient * counts[count] for count, coefficient in law.terms)
        assert total == 0 if law.is_equal else total <= 0, law


def chosen(seed: int) -> list[str]:
    tables = Tables(QUESTIONS, ("sex", "works"), ("w1", "w2"))
    counts = withhold(tables, counted(tables, people(Random(seed))), 3).counts
    return [repr(tables.in_order(count)) for count in sorted(counts, key=tables.in_order)]


def test_the_same_counts_are_withheld_in_every_process() -> None:
    told = "import test_counts; print(test_counts.chosen(4))"
    outcomes = [
        subprocess.run(
            [sys.executable, "-c", told],
            check=True,
            capture_output=True,
            cwd=Path(__file__).parent,
            env=os.environ | {"PYTHONHASHSEED": str(seed), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        ).stdout
        for seed in (1, 2, 3)
    ]
    assert len(outcomes[0]) > 1000
    assert len(set(outcomes)) == 1
