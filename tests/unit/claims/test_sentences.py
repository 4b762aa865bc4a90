"""What a person understands of sentences as they are printed is what is understood here, or the sentence is refused.

The share that is understood is printed with `-rP`.
"""

import re
from collections import Counter
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from dagster_project.claims.answer import answer_claim

UNDERSTOOD = 0.85
FILES = ("sentences.yml", "more_sentences.yml", "everyday_sentences.yml", "relation_sentences.yml")
FIGURES = {"count", "base", "percentage", "mean", "deviation", "points"}


def sentences(name: str) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = yaml.load((Path(__file__).parent / name).read_text(encoding="utf-8"), yaml.CSafeLoader)
    return read


BY_FILE = {name: sentences(name) for name in FILES}
SENTENCES = [one for read in BY_FILE.values() for one in read]


def meant(sentence: dict[str, Any]) -> Counter[tuple[str, Fraction]]:
    """The figures of a sentence, listed one by one or in a line."""
    said = sentence["figures"]
    if isinstance(said, str):
        said = [dict(zip(("kind", "value"), one.split(), strict=True)) for one in said.split(", ") if one]
    return figures(said)


def figures(said: list[dict[str, Any]]) -> Counter[tuple[str, Fraction]]:
    """Kinds and values; a majority has none."""
    return Counter((one["kind"], Fraction(one["value"])) for one in said if one["kind"] in FIGURES and one["value"])


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
    assert figures([dict(one) for one in answer.figures]) == meant(sentence)


@pytest.mark.parametrize("name", BY_FILE)
def test_most_sentences_that_can_be_understood_are(name: str) -> None:
    of = [one["text"] for one in BY_FILE[name] if one["verdict"] != "refused"]
    understood = [text for text in of if not refusal(text)]
    print(f"{name}: {len(understood)} of {len(of)} are understood ({len(understood) / len(of):.0%})")
    assert len(understood) / len(of) >= UNDERSTOOD


@pytest.mark.parametrize("text", [one["text"] for one in SENTENCES if refusal(one["text"])])
def test_a_refusal_gives_a_form_that_works(text: str) -> None:
    """Each form that a refusal proposes is understood."""
    _, _, forms = refusal(text).rpartition("Write it like ")
    proposed = re.findall(r"'((?:[^']|(?<=n)'(?=t))+)'", forms)
    assert proposed
    assert not [form for form in proposed if refusal(form)]


@pytest.mark.parametrize(
    "sentence",
    [one for one in BY_FILE["everyday_sentences.yml"] if one.get("words")],
    ids=lambda one: str(one["text"][:60]),
)
def test_a_refusal_names_the_words_that_are_not_understood(sentence: dict[str, Any]) -> None:
    said = refusal(sentence["text"]).replace(repr(sentence["text"]), "", 1)
    assert sentence["words"].casefold() in said.casefold()
