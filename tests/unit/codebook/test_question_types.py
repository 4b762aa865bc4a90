"""What a question type can do stands in one table, and the messages about questions read it."""

from __future__ import annotations

import pytest

from dagster_project.codebook.question_types import Holds, QuestionType, types_that


@pytest.mark.parametrize("one", QuestionType)
def test_every_type_says_what_it_is(one: QuestionType) -> None:
    traits = one.traits

    assert traits.has_options == (traits.holds in (Holds.code, Holds.codes))
    assert traits.is_number == (traits.holds is Holds.number)
    assert not (traits.takes_one and traits.takes_several)
    assert traits.answered


def test_a_sentence_names_the_types_that_have_a_trait() -> None:
    assert types_that(lambda traits: traits.takes_one) == "single"
    assert types_that(lambda traits: traits.has_options) == "single or multiple"
    assert types_that(lambda _: True) == "single, multiple, quantity or text"
