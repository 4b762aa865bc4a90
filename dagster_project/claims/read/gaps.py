"""The words between the figures of a sentence: whose they are, and whether they equate, separate or lead to a base."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from dagster_project.claims.read.lexicon import Lexicon
from dagster_project.claims.read.tokens import Words, trimmed, without_end

SIGNS = frozenset({")", ".", "!", "?", ":", '"', "'", "“", "”", "‘", "’", "«", "»"})
"""Signs that say nothing about how figures belong together."""


class Link(Enum):
    """How two figures belong together."""

    EQUATES = auto()  # two ways to say the same
    COMMA = auto()  # a bare comma: the next of a list, or the same again
    LISTS = auto()  # the next of a list


class Gap(NamedTuple):
    """The words between two figures: those of the one before, the link, those of the one behind."""

    left: Words
    link: Link | None
    right: Words = ()


def gap_of(words: Words, lexicon: Lexicon, *, label_first: bool = False) -> Gap:
    """`label_first` says where the list goes on when a label has a comma on both sides."""
    if [token.word for token in words] == [":"]:
        return Gap((), Link.EQUATES)
    inner = trimmed(without_end(words, lexicon.articles), SIGNS)
    before_joint = trimmed(without_end(inner, lexicon.equates), SIGNS)
    if len(before_joint) < len(inner):
        inner = without_end(before_joint, lexicon.separators)
        if _separator(inner, lexicon, label_first) is None:
            return Gap(inner, Link.EQUATES)
    found = _separator(inner, lexicon, label_first)
    if found is None:
        return Gap(inner, None)
    left, sign, right = inner[: found[0]], inner[slice(*found)], inner[found[1] :]
    is_bare = not right and [token.word for token in sign] == [","]
    return Gap(left, Link.COMMA if is_bare else Link.LISTS, right)


def _separator(words: Words, lexicon: Lexicon, label_first: bool) -> tuple[int, int] | None:
    """Where the list goes on: at a semicolon, else a comma, else another separator that stands beside a figure."""
    runs = _separators(words, lexicon)
    signed = _with_sign(";", words, runs) or _with_sign(",", words, runs)
    found = _beside_a_figure(words, signed) or signed or _beside_a_figure(words, runs)
    return found[0 if label_first else -1] if found else None


def _beside_a_figure(words: Words, runs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    return [run for run in runs if run[0] == 0 or run[1] == len(words)]


def _with_sign(sign: str, words: Words, runs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    return [run for run in runs if any(token.word == sign for token in words[slice(*run)])]


def _separators(words: Words, lexicon: Lexicon) -> list[tuple[int, int]]:
    """Every run of separators, from its first token to the one behind its last."""
    runs: list[tuple[int, int]] = []
    for n, token in enumerate(words):
        if token.word in lexicon.separators:
            start = runs.pop()[0] if runs and runs[-1][1] == n else n
            runs.append((start, n + 1))
    return runs


def only_separates(words: Words, lexicon: Lexicon) -> bool:
    """Whether there is nothing between two figures but separators."""
    return bool(words) and all(token.word in lexicon.separators for token in words)


def before_of(words: Words, lexicon: Lexicon) -> Words | None:
    """The words before the "of" that `words` ends with; None if it ends with none."""
    while words:
        without_of = without_end(words, lexicon.of)
        without_article = without_end(words, lexicon.articles)
        if len(without_of) < len(words) and len(without_of) <= len(without_article):
            return without_of
        if len(without_article) == len(words):
            return None
        words = without_article
    return None


def heading(words: Words, lexicon: Lexicon) -> Words | None:
    """The words before a colon, if it stands before any separator."""
    colon = next((n for n, token in enumerate(words) if token.word == ":"), None)
    return None if colon is None or _separator(words[:colon], lexicon, False) else words[:colon]


def after_intro(words: Words, lexicon: Lexicon) -> Words:
    """What stands right before the first figure, without a phrase before it: In Japan, *yes*."""
    words = trimmed(without_end(words, lexicon.articles), SIGNS)
    words = without_end(words, lexicon.equates)
    starts = [n + 1 for n, token in enumerate(words) if token.word in (":", ";", ",")]
    return bare(words[starts[-1] :] if starts else words, lexicon)


def bare(words: Words, lexicon: Lexicon) -> Words:
    """The words without the separators and signs around them."""
    return trimmed(words, {*lexicon.separators, *SIGNS, "("})
