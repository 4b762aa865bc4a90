"""A text as tokens, and phrases of a lexicon found among them. What a phrase means belongs to who asks for it."""

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from dagster_project.claims.read.lexicon import Lexicon


class Token(NamedTuple):
    """A number, a word or a sign of a text, in lower case and with plain apostrophes, with its place in the text."""

    word: str
    start: int
    stop: int


Words = tuple[Token, ...]


def tokenize(text: str, lexicon: Lexicon) -> Words:
    """The numbers, words and signs of a plain `text`. A hyphen between letters parts words like a space.

    What is neither a number nor a word is one token: a name with a number in it (G7, Covid-19), digits with letters
    behind them that are no unit (1990s), digits with marks that are none of a number (1,25).
    """
    units = "|".join(sorted(map(re.escape, _units(lexicon)), key=len, reverse=True))
    name = r"[^\W\d_]+-?[0-9]+(?:[^\W_]|-(?=[^\W_]))*(?![0-9.,]*\s?%)"
    number = rf"{_number(lexicon)}(?![0-9]|[.,][0-9]|(?!(?:{units})(?![^\W_]))[^\W\d_])"
    broken = r"[0-9]+(?:[.,]?[^\W_])*"
    word = r"[^\W\d_]+(?:['’][^\W\d_]+)*"
    pattern = rf"{name}|{number}|{broken}|{word}|(?<=[^\W\d_])-(?=[^\W\d_])|\S"
    found = re.finditer(pattern, text)
    return tuple(Token(m[0].lower().replace("’", "'"), m.start(), m.end()) for m in found if not _joins_words(m))


def is_number(word: str, lexicon: Lexicon) -> bool:
    """Whether a token is digits with the marks of the language where they belong."""
    return word[0] in "0123456789" and re.fullmatch(_number(lexicon), word) is not None


def _number(lexicon: Lexicon) -> str:
    group, mark = re.escape(lexicon.group_mark), re.escape(lexicon.decimal_mark)
    return rf"(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+)(?:{mark}[0-9]+)?"


def _units(lexicon: Lexicon) -> set[str]:
    """What may stand right behind digits: 25k, 42pct."""
    phrases = (*lexicon.scales, *lexicon.percent, *lexicon.points)
    return {phrase.split()[0] for phrase in phrases if phrase[0].isalpha()}


def _joins_words(match: re.Match[str]) -> bool:
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return match[0] == "-" and before.isalpha() and after.isalpha()


def match_phrase(phrases: Iterable[str], tokens: Words, at: int) -> tuple[str, int] | None:
    """The longest of `phrases` that stands at token `at`, and the token behind it."""
    best: tuple[str, int] | None = None
    for phrase in phrases:
        words = phrase.split()
        stop = at + len(words)
        if (best is None or stop > best[1]) and [t.word for t in tokens[at:stop]] == words:
            best = (phrase, stop)
    return best


def start_of(phrases: Collection[str], words: Words) -> int | None:
    """The first token at which one of `phrases` stands; None if none does."""
    return next((at for at in range(len(words)) if match_phrase(phrases, words, at)), None)


def without_end(words: Words, phrases: Collection[str]) -> Words:
    """`words` without the longest of `phrases` that it ends with."""
    for at in range(len(words)):
        found = match_phrase(phrases, words, at)
        if found and found[1] == len(words):
            return words[:at]
    return words


def trimmed(words: Words, phrases: Collection[str]) -> Words:
    """`words` without any of `phrases` at its ends."""
    while found := match_phrase(phrases, words, 0):
        words = words[found[1] :]
    while len(shorter := without_end(words, phrases)) < len(words):
        words = shorter
    return words


def spelled(words: Words) -> str:
    """The words as they were understood, for a message."""
    return " ".join(token.word for token in words)
