"""Surveys made up from a seed, and what somebody might print of them: claims that are true by construction.

Every count and base is taken from records that the survey has, one person at a time, by the meaning in docs/bases.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from random import Random

from dagster_project.claims.read.bases import BaseRule
from dagster_project.claims.read.figures import Figure, parse_figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.rounding import RoundingRule, decimal_text, round_fraction
from dagster_project.claims.read.survey import Cell, Claim, Group, Order, Question

RULES = (RoundingRule.HALF_UP, RoundingRule.HALF_EVEN, RoundingRule.HALF_DOWN, RoundingRule.DOWN, RoundingRule.UP)
HEDGES = ("about", "over", "nearly", "at least", "under", "up to")
IN_WORDS = ("half", "a third", "a quarter", "two in five", "two thirds", "a majority")

SEX = Question("sex", ("f", "m"), complete=True)
REGION = Question("region", ("north", "south", "west"), missing=("unknown",))
WORKS = Question("works", ("yes", "no", "retired"), missing=("dk", "refused"), nets={"idle": ("no", "retired")})
MEANS = Question(
    "means", ("car", "train", "foot", "none"), single=False, missing=("dk",), exclusive=("none",),
    nets={"driven": ("car", "train")},
)  # fmt: skip
HOURS = Question("hours", ("few", "many"), missing=("dk",), asked_if=("works", ("yes", "retired")))
DELAY = Question("delay", ("never", "often"), asked_if=("means", ("train", "car")))
QUESTIONS = (SEX, REGION, WORKS, MEANS, HOURS, DELAY)
GROUPS = (SEX, REGION)


@dataclass(frozen=True)
class Person:
    """Somebody who was asked: the answers to each question put to them, none where it was left blank."""

    wave: str | None
    sex: str
    responded: bool
    weight: Fraction
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class TrueSurvey:
    """What is printed of a survey, all of it true."""

    claims: list[Claim]
    orders: list[Order]
    people: list[Person]
    questions: tuple[Question, ...] = QUESTIONS


def true_survey(seed: int, most_claims: int = 18, most_people: int = 40, *, plain: bool = False) -> TrueSurvey:
    """A survey and a part of what could be printed of it; `plain`: neither hedges nor weights nor a relaxed rule."""
    rng = Random(seed)
    waves: tuple[str | None, ...] = (None,) if rng.random() < 0.7 else ("2019", "2020")
    people = [person for wave in waves for person in _people(rng, wave, rng.randint(3, most_people))]
    printer = _Printer(rng, people, plain)
    wanted = rng.randint(2, most_claims)
    places = list(_places(rng, waves))
    claims: list[Claim] = []
    for _ in range(4 * wanted):
        if len(claims) == wanted:
            break
        claim = printer.claim(f"C{len(claims)}", *rng.choice(places))
        if claim is not None:
            claims.append(claim)
    return TrueSurvey(claims, printer.orders(claims), people)


def _people(rng: Random, wave: str | None, responded: int) -> Iterator[Person]:
    silent = rng.choice((0, 0, rng.randint(1, 20)))
    habits = {question.id: [rng.random() ** 2 for _ in _codes(question)] for question in QUESTIONS}
    blanks = rng.choice((0, 0.1, 0.4))
    for number in range(responded + silent):
        sex = rng.choices(SEX.answers, [1, rng.random() * 2])[0]
        person = Person(wave, sex, number < responded, Fraction(rng.randint(1, 40), rng.randint(1, 20)))
        if person.responded:
            person.answers["sex"] = (sex,)
            for question in QUESTIONS[1:]:
                if _is_asked(person, question):
                    person.answers[question.id] = _answer(rng, question, habits[question.id], blanks)
        yield person


def _answer(rng: Random, question: Question, habits: list[float], blanks: float) -> tuple[str, ...]:
    if rng.random() < blanks:
        return ()
    code = rng.choices(_codes(question), habits)[0]
    if question.single or code in (*question.missing, *question.exclusive):
        return (code,)
    others = [a for a in question.answers if a not in question.exclusive and rng.random() < 0.4]
    return tuple(dict.fromkeys((code, *others)))


def _codes(question: Question) -> tuple[str, ...]:
    return (*question.answers, *question.missing)


def _is_asked(person: Person, question: Question) -> bool:
    if question.asked_if is None:
        return True
    asker, answers = question.asked_if
    return bool(set(person.answers.get(asker, ())) & set(answers))


def is_in(person: Person, rule: str, question: str | None) -> bool:
    """Is somebody who was asked in this base of the question?"""
    if rule == BaseRule.asked or not person.responded:
        return rule == BaseRule.asked
    if rule == BaseRule.all or question is None:
        return True
    if question not in person.answers:
        return False
    missing = next(q for q in QUESTIONS if q.id == question).missing
    given = person.answers[question]
    return rule == BaseRule.routed or bool(given and given[0] not in missing)


def _places(rng: Random, waves: tuple[str | None, ...]) -> Iterator[tuple[Question | None, Group | None, str | None]]:
    """A few tables, so that the claims have to do with each other."""
    groups: list[Group | None] = [None]
    for question in rng.sample(GROUPS, rng.randint(0, 2)):
        groups += [(question.id, answer) for answer in question.answers]
    tables: list[Question | None] = [*rng.sample(QUESTIONS, rng.randint(1, 4)), None]
    pooled: tuple[str | None, ...] = (None,) if rng.random() < 0.2 else ()
    for wave in (*waves, *pooled):
        for question in tables:
            for group in groups:
                for _ in range(1 if question is None else 4):
                    yield question, group, wave


class _Printer:
    def __init__(self, rng: Random, people: list[Person], plain: bool) -> None:
        self.rng, self.people, self.plain = rng, people, plain
        self.rule = rng.choice(RULES)
        relaxed = (
            RoundingRule.UNKNOWN if self.rule in (RoundingRule.DOWN, RoundingRule.UP) else RoundingRule.EITHER_HALF
        )
        self.said_rule = self.rule if plain else rng.choice((self.rule, self.rule, relaxed))
        self.decimals = rng.randint(0, 2)
        self.hedged = 0.0 if plain else rng.choice((0.0, 0.3))
        self.weighted = 0.0 if plain else rng.choice((0.0, 0.0, 0.3))
        self.share: dict[str, Fraction] = {}

    def claim(self, name: str, question: Question | None, group: Group | None, wave: str | None) -> Claim | None:
        """Something true of this place, or nothing if what was chosen cannot be printed."""
        rng = self.rng
        kind = rng.choice(
            (Kind.BASE,) if question is None else (Kind.PERCENTAGE, Kind.PERCENTAGE, Kind.COUNT, Kind.BASE)
        )
        of = None if question is None else question.id
        cells = () if question is None or kind is Kind.BASE else (*_codes(question), *question.nets)
        answer = rng.choice(cells) if cells else None
        members = question.nets.get(answer, (answer,)) if question is not None and answer is not None else ()
        rules = [BaseRule.answered, BaseRule.routed, BaseRule.all] if question is not None else [BaseRule.all]
        if answer is not None and question is not None and answer in question.missing:
            rules.remove(BaseRule.answered)
        if group is None or group[0] == "sex":
            rules.append(BaseRule.asked)  # the region of those who did not respond is not known
        base = rng.choice(rules)
        weighted = base != BaseRule.asked and rng.random() < self.weighted
        inside = [p for p in self.people if wave in (None, p.wave) and is_in(p, base, of) and _is_of(p, group)]
        gave = [p for p in inside if set(members) & set(p.answers.get(of or "", ()))]
        n, k = (sum((p.weight if weighted else Fraction(1) for p in who), Fraction(0)) for who in (inside, gave))
        figure = self._base(round(n)) if kind is Kind.BASE else self._count(round(k)) if kind is Kind.COUNT else None
        if kind is not Kind.PERCENTAGE and weighted:
            figure = parse_figure(str(round(k if kind is Kind.COUNT else max(n, Fraction(1)))), kind)
        if kind is Kind.PERCENTAGE and n:
            figure = self._percentage(k / n * 100)
            self.share[name] = k / n
        if figure is None:
            return None
        unsaid = kind is Kind.COUNT or base == BaseRule.answered
        counted = not weighted and rng.random() < 0.1
        cell = Cell(of, answer, group, wave)
        return Claim(name, figure, cell, None if unsaid and rng.random() < 0.3 else base, weighted, counted)

    def _base(self, n: int) -> Figure | None:
        return None if n == 0 else self._number(n, Kind.BASE)

    def _count(self, k: int) -> Figure:
        return self._number(k, Kind.COUNT)

    def _number(self, value: int, kind: Kind) -> Figure:
        if self.rng.random() < self.hedged:
            near = max(3, round(value, -1) if self.rng.random() < 0.5 else value + self.rng.randint(-2, 2))
            for hedge in self.rng.sample(HEDGES, len(HEDGES)):
                figure = parse_figure(f"{hedge} {near}", kind)
                if figure.interval.contains(value):
                    return figure
        return parse_figure(str(value), kind)

    def _percentage(self, exact: Fraction) -> Figure:
        if self.rng.random() < self.hedged:
            near = min(99, max(1, round(exact) + self.rng.randint(-2, 2)))
            texts = [*(f"{hedge} {near}%" for hedge in HEDGES), *IN_WORDS]
            for text in self.rng.sample(texts, len(texts)):
                figure = parse_figure(text, Kind.PERCENTAGE)
                if figure.interval.contains(exact):
                    return figure
        printed = decimal_text(round_fraction(exact, self.decimals, self.rule)[0], self.decimals)
        return parse_figure(f"{printed}%", Kind.PERCENTAGE, rounding=self.said_rule)

    def orders(self, claims: list[Claim]) -> list[Order]:
        """What the text may say of shares of one base, where it is so."""
        said = []
        for one, two in combinations([c for c in claims if c.id in self.share], 2):
            same = (one.cell.question, one.cell.group, one.cell.wave, one.base, one.weighted) == (
                two.cell.question,
                two.cell.group,
                two.cell.wave,
                two.base,
                two.weighted,
            )
            if same and self.share[one.id] != self.share[two.id] and self.rng.random() < 0.3:
                more, less = sorted((one, two), key=lambda c: -self.share[c.id])
                said.append(Order(f"O{len(said)}", more.id, less.id))
        return said


def _is_of(person: Person, group: Group | None) -> bool:
    if group is None:
        return True
    return person.sex == group[1] if group[0] == "sex" else group[1] in person.answers.get(group[0], ())
