"""What a person understands of sentences as they are printed is what is understood here, or the sentence is refused."""

import re
from collections import Counter
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from dagster_project.claims.answer import answer_claim

SENTENCES = yaml.load((Path(__file__).parent / "sentences.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)
UNDERSTOOD = 0.85
FIGURES = {"count", "base", "percentage", "mean", "deviation", "points"}


def figures(said: list[dict[str, Any]]) -> Counter[tuple[str, Fraction]]:
    return Counter((one["kind"], Fraction(one["value"])) for one in said if one["kind"] in FIGURES)


@cache
def refusal(text: str) -> str:
    try:
        answer_claim(text)
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("sentence", SENTENCES, ids=[one["text"][:60] for one in SENTENCES])
def test_a_sentence_is_understood_as_a_person_would_or_refused(sentence: dict[str, Any]) -> None:
    if refusal(sentence["text"]):
        return
    answer = answer_claim(sentence["text"])
    assert answer.verdict == sentence["verdict"], sentence["why"]
    assert figures([dict(one) for one in answer.figures]) == figures(sentence["figures"])


def test_most_sentences_that_can_be_understood_are() -> None:
    meant = [one["text"] for one in SENTENCES if one["verdict"] != "refused"]
    understood = [text for text in meant if not refusal(text)]
    assert len(understood) / len(meant) >= UNDERSTOOD


@pytest.mark.parametrize("text", [one["text"] for one in SENTENCES if refusal(one["text"])])
def test_a_refusal_gives_a_form_that_works(text: str) -> None:
    """Each form that a refusal proposes is understood."""
    _, _, forms = refusal(text).rpartition("Write it like ")
    proposed = re.findall(r"'((?:[^']|(?<=n)'(?=t))+)'", forms)
    assert proposed
    assert not [form for form in proposed if refusal(form)]
