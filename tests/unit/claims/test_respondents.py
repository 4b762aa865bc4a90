"""Of all that is printed truly of a survey, respondents can be made up who give it; of what cannot be, none can."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from true_surveys import QUESTIONS, Person, TrueSurvey, is_in, true_survey

from dagster_project.claims.decide.joint import join, stated
from dagster_project.claims.decide.lots import CrossingError, Lot, Tree, lots_of
from dagster_project.claims.decide.respondents import Respondents
from dagster_project.claims.decide.settled import ImpossibleError
from dagster_project.claims.decide.system import Feasibility
from dagster_project.claims.read.bases import BaseRule
from dagster_project.claims.read.figures import parse_figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.survey import Cell, Claim, Question
from dagster_project.ingest.reconstruction.dealing import deal

BLANK = ""
ASKED = [one if one.complete else replace(one, missing=(*one.missing, BLANK)) for one in QUESTIONS]
YES_NO = Question("q", ("yes", "no"))
SEX, REGION = Question("sex", ("f", "m"), complete=True), Question("region", ("n", "s"), complete=True)


def claim(name: str, text: str, cell: Cell, base: BaseRule | None = None) -> Claim:
    kind = Kind.PERCENTAGE if "%" in text else Kind.COUNT if cell.answer else Kind.BASE
    return Claim(name, parse_figure(text, kind), cell, base)


def in_all(n: str, wave: str | None = None) -> Claim:
    return claim(f"N {wave}", n, Cell(wave=wave), BaseRule.all)


def made_up(claims: list[Claim], questions: list[Question], waves: tuple[str, ...] = ()) -> list[Person]:
    people = []
    for one in deal("made", Respondents(claims, questions, waves=waves).example(), questions):
        sex = (one.answers.get("sex") or ("",))[0]
        answers = {asked: tuple(code for code in codes if code != BLANK) for asked, codes in one.answers.items()}
        people.append(Person(one.wave, sex, True, Fraction(1), answers))
    return people


def gives(people: list[Person], said: Claim) -> bool:
    """Counted one person at a time, as the survey's own records are for what is printed."""
    cell = said.cell
    question = next((one for one in QUESTIONS if one.id == cell.question), None)
    of = [one for one in people if cell.wave in (None, one.wave)]
    if cell.group is not None:
        of = [one for one in of if cell.group[1] in one.answers.get(cell.group[0], ())]
    is_missing = question is not None and cell.answer in question.missing
    rule = said.base or (BaseRule.routed if is_missing else BaseRule.answered)
    inside = [one for one in of if is_in(one, rule, cell.question)]
    if said.kind is Kind.BASE:
        return said.figure.interval.contains(len(inside))
    members = question.nets.get(cell.answer or "", (cell.answer,)) if question is not None else ()
    gave = [one for one in of if {*members} & {*one.answers.get(cell.question or "", ())}]
    if said.kind is Kind.COUNT:
        return said.figure.interval.contains(len(gave))
    return bool(inside) and said.figure.interval.contains(Fraction(100 * len(gave), len(inside)))


def sizes(survey: TrueSurvey) -> list[Claim]:
    waves = dict.fromkeys(person.wave for person in survey.people)
    return [in_all(str(sum(one.responded and one.wave == wave for one in survey.people)), wave) for wave in waves]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 10**6))
def test_respondents_made_up_for_true_figures_give_all_of_them(seed: int) -> None:
    survey = true_survey(seed, most_claims=25)
    waves = tuple(one.cell.wave for one in sizes(survey) if one.cell.wave is not None)
    claims = [one for one in survey.claims if not one.weighted]
    people = made_up([*claims, *sizes(survey)], ASKED, waves)
    # of those who were contacted and did not respond there are no records
    assert [one.id for one in claims if one.base != BaseRule.asked and not gives(people, one)] == []


def test_what_only_two_group_questions_together_rule_out_is_found() -> None:
    claims = [
        in_all("10"),
        claim("women", "5", Cell("q", None, ("sex", "f")), BaseRule.answered),
        claim("women who say yes", "5", Cell("q", "yes", ("sex", "f"))),
        claim("northerners who say yes", "0", Cell("q", "yes", ("region", "n"))),
        claim("women in the north", "3", Cell("region", "n", ("sex", "f"))),
    ]
    questions = [SEX, REGION, YES_NO]
    joint = join(stated(claims), questions)
    assert joint.system.decide(joint.everything).feasibility is Feasibility.POSSIBLE
    with pytest.raises(ImpossibleError) as error:
        Respondents(claims, questions).example()
    assert {name for one in error.value.conflict for name in one.claims} == {one.id for one in claims[1:]}


def test_a_table_and_its_other_way_round_count_the_same_people() -> None:
    claims = [
        in_all("10"),
        claim("northern among women", "3", Cell("region", "n", ("sex", "f"))),
        claim("women among the northern", "4", Cell("sex", "f", ("region", "n"))),
    ]
    with pytest.raises(ImpossibleError):
        Respondents(claims, [SEX, REGION]).example()


def test_a_hedged_figure_is_taken_for_the_number_next_to_it_that_can_be() -> None:
    claims = [in_all("about 150"), claim("more", "more than 40%", Cell("q", "yes"), BaseRule.all)]
    people = made_up(claims, [YES_NO])
    assert len(people) == 150
    assert sum(one.answers["q"] == ("yes",) for one in people) == 61


def test_nobody_leaves_a_question_unanswered_without_need() -> None:
    question = replace(YES_NO, missing=("dk",))
    of_ten = [in_all("10"), claim("yes", "4", Cell("q", "yes"))]
    assert not [one for one in made_up(of_ten, [question]) if one.answers["q"] == ("dk",)]
    of_eight = [*of_ten, claim("answered", "8", Cell("q"), BaseRule.answered)]
    assert sum(one.answers["q"] == ("dk",) for one in made_up(of_eight, [question])) == 2


# lots


def test_answers_that_nothing_tells_apart_are_one_lot() -> None:
    scale = Question("q", ("1", "2", "3", "4", "5"), missing=("dk", "ref"))
    top, five = frozenset("45"), frozenset("5")
    assert lots_of(scale, [top, five, frozenset(["dk"])]) == (
        Lot(("4",)),
        Lot(("5",)),
        Lot(("1", "2", "3")),
        Lot(("dk",), is_missing=True),
        Lot(("ref",), is_missing=True, is_needless=True),
    )


def test_of_answers_that_can_be_given_together_the_counted_ones_make_a_tree() -> None:
    media = Question("q", ("a", "b", "c", "d", "none"), single=False, exclusive=("none",))
    counted = [frozenset("abc"), frozenset("a"), frozenset(["d", "none"])]
    together = Lot(("a", "b", "c", "d"), tree=Tree(tuple("abcd"), (Tree(tuple("abc"), (Tree(("a",)),)), Tree(("d",)))))
    assert lots_of(media, counted) == (Lot(("none",)), together)


def test_sets_that_cross_are_told_apart_by_what_somebody_gives_of_both() -> None:
    media = Question("q", ("a", "b", "c", "d"), single=False)
    counted = [frozenset("ab"), frozenset("bc")]
    [lot] = lots_of(media, counted)
    assert lot.tree is not None
    [crossed] = lot.tree.parts
    a, b, c = (("a",), ("b",), ("c",))
    every = [(a,), (b,), (c,), (a, b), (a, c), (b, c), (a, b, c)]
    assert sorted(one.given for one in crossed.patterns) == sorted(every)
    for of, lacking in zip(counted, (c, a), strict=True):
        assert {one.given for one in lot.those(of)} == {*every} - {(lacking,)}
    assert len(lots_of(replace(media, single=True), counted)) == 4


def test_sets_that_cross_in_too_many_ways_are_refused() -> None:
    media = Question("q", tuple("abcdefghij"), single=False)
    with pytest.raises(CrossingError, match="a, b, c, d, e, f, g, h, i, j are counted together in too many ways"):
        lots_of(media, [frozenset(pair) for pair in pairwise(media.answers)])


def test_respondents_are_made_up_for_sets_that_cross() -> None:
    media = Question("q", ("a", "b", "c"), single=False, nets={"ab": ("a", "b"), "bc": ("b", "c")})
    claims = [
        in_all("10"),
        claim("ab", "8", Cell("q", "ab")),
        claim("bc", "7", Cell("q", "bc")),
        claim("a", "5", Cell("q", "a")),
    ]
    given = [{*one.answers["q"]} for one in made_up(claims, [media])]
    assert [sum(bool(one & {*of}) for one in given) for of in ("ab", "bc", "a", "abc")] == [8, 7, 5, 10]
