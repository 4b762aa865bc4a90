"""What is withheld cannot be worked out: held against every table that agrees with what is published."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.claims.decide.laws import NONE
from dagster_project.claims.read.survey import Question
from dagster_project.disclosure.attack import left_of
from dagster_project.disclosure.counts import EVERYBODY, Count, Tables
from dagster_project.disclosure.decide import small_counts, withhold

BLANK = ""
Person = tuple[tuple[str, frozenset[str]], ...]  # of each question that was put to somebody, the answers

SEX = Question("sex", ("f", "m"))
ILL = Question("ill", ("yes", "no", "unsure"))


def person(**answers: str | frozenset[str]) -> Person:
    return tuple(
        (question, given if isinstance(given, frozenset) else frozenset([given]))
        for question, given in sorted(answers.items())
    )


def counted(tables: Tables, people: Mapping[Person, int]) -> dict[Count, int]:
    """Every count of the tables' laws, from the people themselves; none of the program's own arithmetic."""
    return {count: sum(people[one] for one in of) for count, of in counting(tables, list(people)).items()}


def counting(tables: Tables, types: Sequence[Person]) -> dict[Count, list[Person]]:
    """Whom of these each count counts."""
    wanted = {count for law in tables.laws() for count, _ in law.terms} | {EVERYBODY}
    return {
        count: [
            one
            for one in types
            if all(any(asked == question and given & tokens for asked, given in one) for question, tokens in count)
        ]
        for count in wanted
    }


def all_tables(types: Sequence[Person], respondents: int) -> Iterator[dict[Person, int]]:
    """Every way to have so many respondents of these types."""
    for bars in itertools.combinations(range(respondents + len(types) - 1), len(types) - 1):
        ends = (-1, *bars, respondents + len(types) - 1)
        yield {one: ends[i + 1] - ends[i] - 1 for i, one in enumerate(types)}


def tried(
    tables: Tables, types: Sequence[Person], known: Mapping[Count, int], withheld: frozenset[Count]
) -> dict[Count, tuple[int, int]]:
    """The range of each withheld count over all tables that agree with what is known, found by trying them all."""
    of = counting(tables, types)
    floors = tables.floors(withheld)
    met: dict[Count, tuple[int, int]] = {}
    for people in all_tables(types, known[EVERYBODY]):
        if all(sum(people[one] for one in of[count]) == n for count, n in known.items()):
            found = {count: sum(people[one] for one in of[count]) for count in withheld}
            if all(found[count] >= n for count, n in floors.items()):
                for count, n in found.items():
                    low, high = met.get(count, (n, n))
                    met[count] = (min(low, n), max(high, n))
    return met


def protected(tables: Tables, people: Mapping[Person, int], minimum: int) -> tuple[frozenset[Count], dict[Count, int]]:
    counts = counted(tables, people)
    chosen = withhold(tables, counts, minimum)
    return chosen.counts, {count: n for count, n in counts.items() if count not in chosen.counts}


def cell(**answers: str) -> Count:
    return frozenset((question, frozenset([answer])) for question, answer in answers.items())


TWO_BY_THREE = {
    person(sex="f", ill="yes"): 3, person(sex="f", ill="no"): 10, person(sex="f", ill="unsure"): 8,
    person(sex="m", ill="yes"): 9, person(sex="m", ill="no"): 12, person(sex="m", ill="unsure"): 7,
}  # fmt: skip


def test_one_small_count_takes_three_others_with_it() -> None:
    tables = Tables([SEX, ILL], ["sex"])
    withheld, _ = protected(tables, TWO_BY_THREE, 5)
    assert withheld == {
        cell(sex="f", ill="yes"), cell(sex="m", ill="yes"), cell(sex="f", ill="unsure"), cell(sex="m", ill="unsure"),
    }  # fmt: skip


def test_one_count_alone_is_the_row_less_the_rest_of_it() -> None:
    tables = Tables([SEX, ILL], ["sex"])
    counts = counted(tables, TWO_BY_THREE)
    alone = cell(sex="f", ill="yes")
    known = {count: n for count, n in counts.items() if count != alone}
    assert left_of(tables, known, {alone}) == {alone: (3, 3, True)}


def test_the_ranges_are_those_of_trying_every_table() -> None:
    tables = Tables([SEX, ILL], ["sex"])
    people = {one: n // 2 for one, n in TWO_BY_THREE.items()}
    withheld, known = protected(tables, people, 3)
    ranges = left_of(tables, known, withheld)
    assert ranges
    met = {count: (low, high) for count, (low, high, is_all) in ranges.items() if is_all}
    assert met == tried(tables, list(people), known, withheld)


# other shapes, each with all tables that agree


REGION = Question("region", ("n", "s"), missing=(BLANK,))
WORKS = Question("works", ("yes", "no"), missing=(BLANK,))
HOURS = Question("hours", ("few", "many"), asked_if=("works", ("yes",)))
NETTED = Question("opinion", ("a", "b", "c"), nets={"ab": ("a", "b")})
MEDIA = Question("media", ("p", "r"), single=False, nets={"any": ("p", "r")})

SHAPES: dict[str, tuple[Tables, list[Person]]] = {
    "two linked group variables": (
        Tables([SEX, REGION], ["sex", "region"]),
        [person(sex=sex, region=region) for sex in "fm" for region in ("n", "s", BLANK)],
    ),
    "a routed question": (
        Tables([SEX, WORKS, HOURS], ["sex"]),
        [person(sex=sex, works="yes", hours=hours) for sex in "fm" for hours in ("few", "many")]
        + [person(sex=sex, works="no") for sex in "fm"],
    ),
    "a net": (Tables([SEX, NETTED], ["sex"]), [person(sex=sex, opinion=answer) for sex in "fm" for answer in "abc"]),
    "several answers": (
        Tables([SEX, MEDIA], ["sex"]),
        [
            person(sex=sex, media=frozenset(given))
            for sex in "fm"
            for given in (["p"], ["r"], ["p", "r"], [NONE])
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(6))
def test_no_withheld_count_is_the_same_in_every_table(shape: str, seed: int) -> None:
    tables, types = SHAPES[shape]
    draw = random.Random(f"{shape} {seed}")
    weights = [draw.choice((0, 1, 1, 4)) for _ in types]
    people = Counter(dict.fromkeys(types, 0) | Counter(draw.choices(types, weights if any(weights) else None, k=9)))
    counts = counted(tables, people)
    withheld, known = protected(tables, people, 3)
    assert small_counts(tables, counts, 3) <= withheld
    met = tried(tables, types, known, withheld)
    ranges = left_of(tables, known, withheld)
    for count in withheld:
        low, high = met[count]
        assert low <= counts[count] <= high
        assert low < high or high == 0 or count in tables.open, (sorted(map(repr, count)), met[count], ranges[count])
        assert ranges[count][0] <= low, "the laws leave no less than trying does"
        assert high <= ranges[count][1]


# in general


@st.composite
def surveys(draw: st.DrawFn) -> tuple[Tables, dict[Person, int]]:
    """Two group variables, one with blanks, and a question of up to four answers with a net."""
    answers = "abcd"[: draw(st.integers(2, 4))]
    question = Question("q", tuple(answers), missing=("9",), nets={"first": tuple(answers[: draw(st.integers(1, 3))])})
    types = [
        person(sex=sex, region=region, q=answer)
        for sex in "fm"
        for region in ("n", "s", BLANK)
        for answer in (*answers, "9")
    ]
    people = {one: draw(st.sampled_from((0, 0, 1, 2, 3, 6, 9))) for one in types}
    return Tables([SEX, REGION, question], ["sex", "region"]), people


@settings(max_examples=25, deadline=None)
@given(surveys())
def test_whatever_is_withheld_could_be_another_number(survey: tuple[Tables, dict[Person, int]]) -> None:
    tables, people = survey
    counts = counted(tables, people)
    chosen = withhold(tables, counts, 5)
    assert small_counts(tables, counts, 5) <= chosen.primary <= chosen.counts
    known = {count: n for count, n in counts.items() if count not in chosen.counts}
    for count, (low, high, _) in left_of(tables, known, chosen.counts).items():
        assert low <= counts[count] <= high
        assert low < high or high == 0 or count in tables.open


def test_without_a_small_count_nothing_is_withheld() -> None:
    tables = Tables([SEX, ILL], ["sex"])
    assert protected(tables, TWO_BY_THREE, 3)[0] == frozenset()


def test_a_group_that_is_too_small_takes_its_column_and_another_groups() -> None:
    tables = Tables([REGION, ILL], ["region"])
    people = {
        person(region=region, ill=ill): n
        for region, n in (("n", 1), ("s", 20))
        for ill in ("yes", "no", "unsure")
    }  # fmt: skip
    withheld, _ = protected(tables, people, 5)
    assert {cell(region="n"), cell(region="s")} <= withheld
    assert {cell(region=region, ill=ill) for region in "ns" for ill in ("yes", "no", "unsure")} <= withheld
    assert not withheld & {cell(ill="yes"), cell(ill="no"), cell(ill="unsure")}


# no more than it takes, and not so that the choice tells


FIVE_POINTS = {"a": (60, 90, 120, 100, 59), "b": (70, 80, 110, 120, 82), "c": (3, 2, 1, 2, 2)}
ENDS = {"top2": ("4", "5"), "bottom2": ("1", "2")}


@pytest.mark.parametrize(("nets", "blank"), [({}, 10), (ENDS, 12)], ids=["without nets", "with nets"])
def test_a_group_of_ten_people_beside_hundreds_blanks_as_few_cells_as_there_can_be_and_no_topline(
    nets: dict[str, tuple[str, ...]], blank: int
) -> None:
    question = Question("q", tuple("12345"), nets=nets)
    tables = Tables([Question("g", tuple(FIVE_POINTS)), question], ["g"])
    people = {
        person(g=group, q=answer): n
        for group, counts in FIVE_POINTS.items()
        for answer, n in zip("12345", counts, strict=True)
    }
    withheld, _ = protected(tables, people, 5)
    # its five answers, of each one other group's; and of a net what stands in one sum with those
    assert len(withheld) == blank
    assert all(len(count) == 2 for count in withheld)


@pytest.mark.parametrize("seed", range(12))
def test_other_tables_are_blanked_alike_so_that_the_choice_tells_no_number(seed: int) -> None:
    draw = random.Random(seed)
    tables = Tables([SEX, ILL], ["sex"])
    types = list(TWO_BY_THREE)
    smallest = (1, 1, 6, 4, 4, 4)  # no topline and no group of fewer than five
    people = {one: draw.choice((least, least + 1, 6, 9, 12)) for one, least in zip(types, smallest, strict=True)}
    withheld, known = protected(tables, people, 5)
    of = counting(tables, types)
    met: dict[Count, set[int]] = {count: set() for count in withheld}
    for other in all_with_margins(people):
        counts = {count: sum(other[one] for one in those) for count, those in of.items()}
        if all(counts[count] == n for count, n in known.items()) and protected(tables, other, 5)[0] == withheld:
            for count in withheld:
                met[count].add(counts[count])
    assert all(len(numbers) > 1 for numbers in met.values()), met


def all_with_margins(people: Mapping[Person, int]) -> Iterator[dict[Person, int]]:
    """Every table of two by three with the same sums of rows and columns."""
    (a, b, c), (d, e, f) = list(people)[:3], list(people)[3:]
    for first, second in itertools.product(range(-12, 13), repeat=2):
        moved = {a: first, b: second, c: -first - second, d: -first, e: -second, f: first + second}
        other = {one: n + moved[one] for one, n in people.items()}
        if min(other.values()) >= 0:
            yield other
