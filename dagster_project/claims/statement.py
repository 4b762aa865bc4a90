"""Statements: one sentence that gives a count, a base and a percentage, or two of them, read into a triple.

The base is the number behind an "of", the count the other number, and the figures are joined by words that equate:
`96 of roughly 150 companies is about 42%`, `42% of 96`, `64 %, or 96 of 150`, `96 (64%) of 150`. A word that could turn
the meaning is refused rather than skipped.
"""

from dataclasses import dataclass

from dagster_project.claims.figures import (
    Figure,
    FigureError,
    Phrase,
    Token,
    figure_of,
    match_phrase,
    normalized,
    read_phrase,
    tokenize,
)
from dagster_project.claims.hedges import Kind
from dagster_project.claims.lexicon import ENGLISH, Lexicon
from dagster_project.claims.rounding import RoundingRule
from dagster_project.claims.triple import Triple


class StatementError(ValueError):
    """A sentence that is no statement about a base. The message names the words not understood and the mend."""


def parse_statement(text: str, rounding: RoundingRule = RoundingRule.EITHER_HALF, lexicon: Lexicon = ENGLISH) -> Triple:
    """Read a statement into a triple, its figures with their words as written. Raises StatementError."""
    tokens = tokenize(text, lexicon)
    try:
        phrases, gaps = _figures_and_gaps(tokens, text, lexicon)
        joints = [_joint(gap, n, len(phrases), text, lexicon) for n, gap in enumerate(gaps)]
        return _triple(phrases, joints, tokens, text, rounding)
    except FigureError as error:
        raise StatementError(f"in {text!r}: {error}") from None


_EXAMPLES = "Write it like '96 of about 150 companies is 42%', '42% of 96' or '64%, or 96 of 150'."


@dataclass(frozen=True)
class _Joint:
    """What the words before a figure make of it; `nouns` are those that belong to the figure before."""

    is_of: bool
    nouns: str


def _figures_and_gaps(
    tokens: tuple[Token, ...], text: str, lexicon: Lexicon
) -> tuple[list[Phrase], list[tuple[Token, ...]]]:
    phrases: list[Phrase] = []
    gaps: list[tuple[Token, ...]] = []
    at = since = 0
    while at < len(tokens):
        phrase = read_phrase(tokens, at, text, lexicon)
        if phrase is None:
            at += 1
            continue
        gaps.append(tokens[since:at])
        phrases.append(phrase)
        at = since = phrase.stop
    gaps.append(tokens[since:])
    return phrases, gaps


def _joint(gap: tuple[Token, ...], n: int, figures: int, text: str, lexicon: Lexicon) -> _Joint:
    """How the words before figure `n` join it to the one before. Words behind the last figure join nothing."""
    is_of = equates = False
    nouns: list[Token] = []
    unknown: list[Token] = []
    at = 0
    while at < len(gap):
        joined = is_of or equates
        if found := match_phrase(lexicon.articles, gap, at):
            at = found[1]
        elif found := match_phrase(lexicon.of, gap, at):
            is_of, at = True, found[1]
        elif found := match_phrase(lexicon.equates, gap, at):
            equates, is_of, at = True, False, found[1]
        else:
            token, at = gap[at], at + 1
            if token.word in ").;!":
                continue
            plain = token.word[0].isalpha() and not _has_meaning(token.word, lexicon)
            if plain and (not joined or n in (0, figures)):
                nouns.append(token)
            else:
                unknown.append(token)
    if unknown:
        words = " ".join(t.word for t in unknown)
        raise StatementError(f"{text!r}: {words!r} is not understood where it stands. {_EXAMPLES}")
    if 0 < n < figures and not (is_of or equates):
        words = " ".join(t.word for t in gap)
        raise StatementError(f"{text!r}: {words!r} does not say how two figures belong together. {_EXAMPLES}")
    return _Joint(is_of, normalized(text)[nouns[0].start : nouns[-1].stop] if nouns else "")


def _has_meaning(word: str, lexicon: Lexicon) -> bool:
    """True for a word that the lexicon knows to mean something, so that it is no mere noun."""
    return word in lexicon.turns or word in lexicon.hedges or word in lexicon.percent or word in lexicon.points


def _triple(
    phrases: list[Phrase], joints: list[_Joint], tokens: tuple[Token, ...], text: str, rounding: RoundingRule
) -> Triple:
    if not phrases:
        raise StatementError(f"{text!r} holds no figure. {_EXAMPLES}")
    shares = [n for n, phrase in enumerate(phrases) if phrase.is_percentage]
    bases = [n for n, joint in enumerate(joints[:-1]) if joint.is_of and n not in shares]
    counts = [n for n in range(len(phrases)) if n not in shares and n not in bases]

    def printed(n: int) -> str:
        return normalized(text)[tokens[phrases[n].start].start : tokens[phrases[n].stop - 1].stop]

    if not bases:
        raise StatementError(f"{text!r} has no base: say of how many. {_EXAMPLES}")
    for several, name in ((shares, "percentages"), (counts, "counts"), (bases, "bases")):
        if len(several) > 1:
            which = " and ".join(repr(printed(n)) for n in several)
            raise StatementError(f"{text!r} has several {name}, {which}: keep one of each. {_EXAMPLES}")
    if not shares and not counts:
        raise StatementError(f"{text!r} has a base alone: say which count or percentage of it. {_EXAMPLES}")

    def figure(places: list[int], kind: Kind) -> Figure | None:
        return figure_of(phrases[places[0]], printed(places[0]), kind, rounding) if places else None

    base = figure_of(phrases[bases[0]], printed(bases[0]), Kind.BASE, rounding)
    who = joints[bases[0] + 1].nouns
    return Triple(figure(counts, Kind.COUNT), base, figure(shares, Kind.PERCENTAGE), text.strip(), who)
