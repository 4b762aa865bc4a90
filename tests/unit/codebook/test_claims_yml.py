"""claims.yml: figures keep their text, and each mistake is one message with file, line and field."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dagster_project.claims import Kind
from dagster_project.codebook import BaseRule, SurveyFolder

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
        ("C1: {base: answered}", "C9: {base: answered}", 35, "readings[1].changes.C9", "no claim of this file"),
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
