"""The one share of a sentence without a base: whatever it were, nothing that is printed could contradict it."""

from dagster_project.claims.read.figures import Figure, figure_of
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.lexicon import Lexicon
from dagster_project.claims.read.phrases import Phrase, read_phrase
from dagster_project.claims.read.rounding import RoundingRule
from dagster_project.claims.read.sentence import Sentence
from dagster_project.claims.read.tokens import start_of

_MOST_NUMBERS = 2  # 1 in 5
_INTERVAL = frozenset({"ci", "interval", "intervals", "range", "iqr"})


def share_alone(text: str, rounding: RoundingRule, lexicon: Lexicon) -> Figure | None:
    """The share, if it is the only figure of a text and nothing else in it is a number. Raises FigureError."""
    sentence = Sentence(text, lexicon)
    if sum(token.word[0].isdigit() for token in sentence.tokens) > _MOST_NUMBERS:
        return None  # at once, for most sentences
    phrases = _phrases(sentence)
    if len(phrases) != 1 or not phrases[0].is_percentage or _says_more(sentence, phrases[0]):
        return None
    return figure_of(phrases[0], sentence.printed(phrases[0]), Kind.PERCENTAGE, rounding)


def _phrases(sentence: Sentence) -> list[Phrase]:
    """The figures of a sentence, those of its answers (none of these) with them."""
    at, phrases = 0, []
    while at < len(sentence.tokens):
        phrase = read_phrase(sentence.tokens, at, sentence.plain, sentence.lexicon)
        phrases += [] if phrase is None else [phrase]
        at = at + 1 if phrase is None else phrase.stop
    return phrases


def _says_more(sentence: Sentence, share: Phrase) -> bool:
    """Whether a digit stands outside of the share, a sign before it, or a word that makes it another number."""
    before, behind = sentence.tokens[: share.start], sentence.tokens[share.stop :]
    has_digit = any(char.isdigit() for token in (*before, *behind) for char in token.word[:1])
    is_signed = bool(before) and before[-1].word in ("-", "−", "+", "±")
    if _INTERVAL & set(sentence.text.casefold().replace("(", " ").split()):
        return True  # it could contradict the share
    unfit = sentence.lexicon.foreign | sentence.lexicon.placeholders
    return has_digit or is_signed or start_of(unfit, sentence.tokens) is not None
