"""claims.yml: figures keep their text, and each mistake is one message with file, line and field."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dagster_project.claims import BaseRule, Kind
from dagster_project.codebook import SurveyFolder

Read = Callable[..., SurveyFolder]
Refusal = Callable[..., str]


def test_figures_keep_their_exact_text(read: Read, claims: str) -> None:
    published = read(claims=claims).published

    assert published is not None
    assert [claim.figure for claim in published.claims] == ["60.0%", "1,000", "around 150", "40%"]


def test_without_claims_yml_nothing_is_published(read: Read) -> None:
    assert read().published is None


def test_a_reading_changes_what_a_claim_is_and_never_its_figure(read: Read, claims: str) -> None:
    published = read(claims=claims.replace("C1: {base: answered}", "C2: {kind: base, base: all}")).published

    assert published is not None
    taken = {claim.id: claim for claim in published.under(published.readings[0])}
    assert (taken["C2"].kind, taken["C2"].base, taken["C2"].figure) == (Kind.BASE, BaseRule.all, "1,000")
    assert taken["C1"] == published.claims[0]


@pytest.mark.parametrize(
    ("was", "becomes", "line", "field", "says"),
    [
        ("publication: {title: A paper}\n", "", 1, "publication", "missing"),
        ("publication: {title: A paper}", "publication: {titel: A}", 1, "publication.titel", "no such field"),
        ("figure: 60.0%", "figure: lots", 4, "claims[1].figure", "lots"),
        ("figure: 60.0%", "figure: 160%", 4, "claims[1].figure", "160%"),
        ("kind: percentage", "kind: share", 5, "claims[1].kind", "'percentage'"),
        ("question: sex", "question: gender", 6, "claims[1].question", "no question 'gender'"),
        ("question: sex", "question: Sex", 6, "claims[1].question", "no identifier"),
        ("    question: sex\n", "", 3, "claims[1]", "needs the question"),
        ("option: 1", "option: 3", 7, "claims[1].option", "'3' is no option of question sex"),
        ("base: all", "base: some", 8, "claims[1].base", "'answered'"),
        ("of: women", "off: women", 9, "claims[1].off", "no such field"),
        ("id: C2", "id: C1", 10, "claims[2].id", "'C1' stands twice"),
        ("id: C2", "id: C 2", 10, "claims[2].id", "match pattern"),
        ("    base: asked\n", "", 14, "claims[3]", "a base names which one"),
        ("      question: sex", "      question: media", 25, "claims[4].group.question", "none of the survey's groups"),
        ("      question: sex", "      question: nobody", 25, "claims[4].group.question", "no question 'nobody'"),
        ("answer: 2", "answer: 3", 26, "claims[4].group.answer", "'3' is no option of question sex"),
        ("id: S1", "id: C1", 29, "statements[1].id", "'C1' stands twice"),
        ("text: 40 of 96 is 42%", "text: nothing", 30, "statements[1].text", ""),
        ("id: R1", "id: S1", 32, "readings[1].id", "'S1' stands twice"),
        ("C1: {base: answered}", "C9: {base: answered}", 35, "readings[1].changes.C9", "no claim has the id 'C9'"),
        ("C1: {base: answered}", "C1: {bases: all}", 35, "readings[1].changes.C1.bases", "no such field"),
        ("C1: {base: answered}", "C2: {kind: base}", 35, "readings[1].changes.C2", "a base names which one"),
        ("C1: {base: answered}", "C4: {kind: count}", 35, "readings[1].changes.C4", "40%"),
        ("    changes:\n      C1: {base: answered}\n", "    changes: {}\n", 34, "readings[1].changes", "at least 1"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_field(
    refusal: Refusal, claims: str, was: str, becomes: str, line: int, field: str, says: str
) -> None:
    assert was in claims
    message = refusal(claims=claims.replace(was, becomes, 1))

    assert message.startswith(f"claims.yml:{line}: {field}: "), message
    assert says in message
    assert "\n" not in message


def test_a_list_in_place_of_fields_is_refused(refusal: Refusal) -> None:
    assert refusal(claims="- a\n").startswith(
        "claims.yml:1: expected `field: value` lines; see docs/claims.schema.json"
    )


WAVES = "waves: [{id: w1}, {id: w2}]\n"
MORE = """\
publication: {title: A paper, discloses: [when]}
claims:
  - id: C1
    figure: about 20
    kind: count
    low: 15
    high: 22
    wave: w1
    weighted: no
    of: these
    may_be_of:
      - {base: answered}
      - {question: media, option: p}
  - {id: C2, figure: 5%, kind: percentage, question: sex, option: 98, of: those that do not know}
  - {id: C4, figure: 8%, kind: percentage, question: media, option: p, of: papers}
orders:
  - id: O1
    text: more
    greater: C1
    smaller: C2
changes_over_time:
  - id: V1
    text: up
    figure: 3 points
    from: C4
    to: C2
"""


def test_what_a_claim_leaves_open_and_how_claims_compare_is_kept(read: Read, survey: str) -> None:
    published = read(survey=WAVES + survey, claims=MORE).published

    assert published is not None
    first, second, _ = published.claims
    assert (first.low, first.high, first.wave, first.weighted) == ("15", "22", "w1", False)
    assert first.may_be_of is not None
    assert [(one.base, one.question, one.option) for one in first.may_be_of] == [
        (BaseRule.answered, None, None),
        (None, "media", "p"),
    ]
    assert second.option == "98"  # a missing code: those who do not know are published, too
    assert [(order.greater, order.smaller) for order in published.orders] == [("C1", "C2")]
    assert [(change.figure, change.earlier, change.later) for change in published.changes_over_time] == [
        ("3 points", "C4", "C2")
    ]
    assert published.publication.discloses == ["when"]


@pytest.mark.parametrize(
    ("was", "becomes", "line", "field", "says"),
    [
        ("discloses: [when]", "discloses: [where]", 1, "publication.discloses[1]", "'who_asked'"),
        ("low: 15", "low: 23", 6, "claims[1].low", "contradict each other"),
        ("low: 15", "low: few", 6, "claims[1].low", "no number"),
        ("    low: 15\n    high: 22", "    high: x", 6, "claims[1].high", "no number"),
        ("wave: w1", "wave: w3", 8, "claims[1].wave", "'w3' is no wave of this survey; its waves are w1, w2"),
        ("weighted: no", "weighted: maybe", 9, "claims[1].weighted", "valid boolean"),
        ("      - {base: answered}\n", "", 11, "claims[1].may_be_of", "at least 2"),
        ("{base: answered}", "{}", 12, "claims[1].may_be_of[1]", "either a base, or a question with one of its"),
        ("{base: answered}", "{base: all, option: p}", 12, "claims[1].may_be_of[1]", "either a base, or a question"),
        (
            "question: media, option: p",
            "question: medium, option: p",
            13,
            "claims[1].may_be_of[2].question",
            "no quest",
        ),
        ("media, option: p", "media, option: x", 13, "claims[1].may_be_of[2].option", "'x' is no option of question"),
        ("option: 98", "option: 97", 14, "claims[2].option", "'97' is no option of question sex"),
        ("id: O1", "id: C1", 17, "orders[1].id", "'C1' stands twice"),
        ("greater: C1", "greater: C3", 19, "orders[1].greater", "no claim has the id 'C3'"),
        ("smaller: C2", "smaller: C1", 17, "orders[1]", "greater and smaller are the same claim"),
        ("figure: 3 points", "figure: ' '", 24, "changes_over_time[1].figure", "match pattern"),
        ("figure: 3 points", "figure: some", 24, "changes_over_time[1].figure", "write it like 'up 3 points'"),
        ("from: C4", "from: C1", 24, "changes_over_time[1].figure", "a change is between two of a kind"),
        ("from: C4", "from: C3", 25, "changes_over_time[1].from", "no claim has the id 'C3'"),
        ("to: C2", "to: C4", 22, "changes_over_time[1]", "from and to are the same claim"),
        ("    to: C2\n", "", 22, "changes_over_time[1].to", "missing"),
    ],
)
def test_a_mistake_in_what_else_is_said_is_named(
    refusal: Refusal, survey: str, was: str, becomes: str, line: int, field: str, says: str
) -> None:
    assert was in MORE
    message = refusal(survey=WAVES + survey, claims=MORE.replace(was, becomes, 1))

    assert message.startswith(f"claims.yml:{line}: {field}: "), message
    assert says in message


def test_a_claim_of_another_wave_than_its_question_is_refused(refusal: Refusal, survey: str) -> None:
    message = refusal(
        survey=WAVES + survey.replace("  - id: media\n", "  - id: media\n    wave: w2\n"),
        claims="publication: {title: t}\nclaims:\n"
        "  - {id: A, figure: 5%, kind: percentage, question: media, option: p, wave: w1, of: x}\n",
    )

    assert message == "claims.yml:3: claims[1].wave: question media was asked in wave 'w2', not in 'w1'."
