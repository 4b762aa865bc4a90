"""Numbers dealt out to people: so many in each stratum, and in each lot of every question that they are led to.

Everything is spread by one fixed rule, so the same numbers always give the same people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from dagster_project.claims import Question
from dagster_project.claims.decide.lots import Lot, Tree, lots_of
from dagster_project.claims.decide.respondents import Filled, Numbers
from dagster_project.ingest.reconstruction.records import Codes, Respondent


def deal(survey: str, strata: Sequence[Filled], questions: Sequence[Question]) -> list[Respondent]:
    """The respondents of these strata, with an answer to each question in the order of the questionnaire."""
    size = sum(stratum.size for stratum in strata)
    order = iter(_spread(survey, "", range(size)) if len(strata) > 1 else range(size))
    people: dict[int, Respondent] = {}
    for stratum in strata:
        members = {next(order): Respondent(stratum.wave) for _ in range(stratum.size)}
        for question in questions:
            led = [at for at, person in members.items() if person.is_led_to(question)]
            answers = list(_answers(question, _numbers(question, stratum, len(led))))
            for at, codes in zip(_spread(survey, question.id, led), answers, strict=True):
                members[at].answers[question.id] = codes
        people |= members
    return [people[at] for at in range(size)]


def _spread(survey: str, question: str, people: Sequence[int]) -> list[int]:
    """A fixed order of the respondents, another one for each question, so that answers are not tied together."""
    return sorted(people, key=lambda at: hashlib.sha256(f"{survey} {question} {at}".encode()).digest())


def _numbers(question: Question, stratum: Filled, led: int) -> Numbers:
    """How many are in each lot; where nothing is said of the question, all in the first in which somebody has to be."""
    if question.id in stratum.numbers:
        return stratum.numbers[question.id]
    lots = lots_of(question, ())
    return {next((lot for lot in lots if not lot.is_needless), lots[0]): led}


def _answers(question: Question, numbers: Numbers) -> Iterator[Codes]:
    """What those who are led to a question answer, lot by lot."""
    for lot, n in numbers.items():
        if isinstance(lot, Lot) and lot.tree is not None:
            yield from (tuple(sorted(codes, key=question.answers.index)) for codes in _branch(lot.tree, n, numbers))
        elif isinstance(lot, Lot):
            codes = lot.codes[:1] if lot.is_missing else lot.codes
            yield from ((codes[at % len(codes)],) for at in range(n))


def _branch(tree: Tree, n: int, numbers: Numbers) -> list[list[str]]:
    """The codes of those who give some of the tree's: its parts one after the other, and nobody without any."""
    if tree.patterns:
        return [[of[at % len(of)] for of in one.given] for one in tree.patterns for at in range(numbers[one])]
    chosen: list[list[str]] = [[] for _ in range(n)]
    at = 0
    for part in tree.parts:
        for codes in _branch(part, numbers[part], numbers):
            chosen[at % n] += codes
            at += 1
    for codes in chosen:
        if not codes:
            codes.append(tree.free[0])
    return chosen
