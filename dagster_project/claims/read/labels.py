"""The answers of a list: each with its figures and the words that name it, all in the same way."""

from collections.abc import Sequence
from typing import NamedTuple

from dagster_project.claims.read.phrases import Phrase
from dagster_project.claims.read.sentence import Sentence
from dagster_project.claims.read.tokens import Words, start_of


class SaidBase(NamedTuple):
    """The base, its words, and how many other figures it stands behind; `apart` if it could belong to either side."""

    phrase: Phrase
    who: Words
    behind: int
    apart: bool


class SaidAnswer(NamedTuple):
    """The figures of one answer, and the words that could name it."""

    phrases: tuple[Phrase, ...]
    before: Words
    between: Words = ()
    after: Words = ()


def names_of(sentence: Sentence, answers: Sequence[SaidAnswer], base: SaidBase | None) -> tuple[list[str], str]:
    """The label of each answer as printed, "" where none is said, and the words for the base. Raises StatementError."""
    if base is not None and base.apart:
        said = sentence.printed(base.phrase)
        raise sentence.error(f"says {said!r} between two answers: put the base first or last.")
    _check_kinds(sentence, answers)
    labels, who = _labels(sentence, answers, base)
    _check_that_all_or_none_is_labelled(sentence, answers, labels)
    names = [sentence.slice(label) for label in labels]
    folded = [name.casefold() for name in names if name]
    if twice := next((name for name in names if folded.count(name.casefold()) > 1), None):
        raise sentence.error(f"gives {twice!r} more than once: keep one of each.")
    return names, sentence.slice(who)


def _check_kinds(sentence: Sentence, answers: Sequence[SaidAnswer]) -> None:
    """Every answer has the same kinds of figures; that tells a year or a forgotten base from a count."""
    kinds = [frozenset(phrase.is_percentage for phrase in answer.phrases) for answer in answers]
    usual = max(kinds, key=lambda kind: (kinds.count(kind), True in kind))
    for answer, kind in zip(answers, kinds, strict=True):
        if extra := [phrase for phrase in answer.phrases if phrase.is_percentage not in usual]:
            name = "percentage" if extra[0].is_percentage else "number"
            raise sentence.out_of_place(extra, f"it is a {name}, and the other answers give none")
        if kind != usual:
            raise sentence.out_of_place(answer.phrases, "the other answers give a count and a percentage each")


def _check_that_all_or_none_is_labelled(
    sentence: Sentence, answers: Sequence[SaidAnswer], labels: Sequence[Words]
) -> None:
    for answer, label in zip(answers, labels, strict=True):
        if any(labels) and not label:
            raise sentence.out_of_place(answer.phrases, "it has no label, and other answers have one")
        if not any(labels) and any(phrase.in_words for phrase in answer.phrases):
            raise sentence.out_of_place(answer.phrases, "it may be the same as its neighbour; label each, or keep one")


def _labels(sentence: Sentence, answers: Sequence[SaidAnswer], base: SaidBase | None) -> tuple[list[Words], Words]:
    """The label of each answer, all before their figures or all behind them; and the words for the base."""
    who = () if base is None else base.who
    if any(answer.before for answer in answers[1:]):
        labels = _labels_before(sentence, answers)
    else:
        labels, who = _labels_behind(sentence, answers, who, 0 if base is None else base.behind)
    sentence.check_who(who)
    return labels, who


def _labels_behind(
    sentence: Sentence, answers: Sequence[SaidAnswer], who: Words, before_base: int
) -> tuple[list[Words], Words]:
    """`who` stands behind a base with so many figures before it; it may hold the label of the last of these."""
    labels = [sentence.label(answer.after) or sentence.label(answer.between) for answer in answers]
    if not any(labels):
        labels[0] = sentence.label(answers[0].before)
    elif before_base:
        holder = [n for n, answer in enumerate(answers) for _ in answer.phrases][before_base - 1]
        if not labels[holder]:
            who, labels[holder] = _who_and_label(sentence, who)
    return labels, who


def _labels_before(sentence: Sentence, answers: Sequence[SaidAnswer]) -> list[Words]:
    labels = [sentence.label(answer.before) for answer in answers]
    if any(answer.after for answer in answers):
        sides = [answer.before if answers[0].after else answer.after for answer in answers[1:]]
        raise sentence.not_understood(next(words for words in [*sides, answers[0].after] if words))
    return labels


def _who_and_label(sentence: Sentence, words: Words) -> tuple[Words, Words]:
    """What stands behind a base and before the next answer: companies | said yes."""
    at = start_of(sentence.lexicon.leads | sentence.lexicon.answers, words)
    at = 1 if at is None else at
    sentence.check(words[at:])
    return words[:at], sentence.label(words[at:])
