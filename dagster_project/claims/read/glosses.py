"""A fraction that its own percentage restates: `nearly half of patients (48%)`, `a slim majority, 52%, …`.

The percentage counts and stays in the text, in the place of the fraction. The fraction is loose: a percentage may be
some points away from it, on the side that its hedge says.
"""

from collections.abc import Iterator
from enum import Enum, auto
from fractions import Fraction
from typing import NamedTuple

from dagster_project.claims.read.figures import Figure, figure_of
from dagster_project.claims.read.hedges import Hedge, Kind
from dagster_project.claims.read.lexicon import Lexicon
from dagster_project.claims.read.phrases import Phrase, read_phrase
from dagster_project.claims.read.rounding import RoundingRule
from dagster_project.claims.read.signs import plain
from dagster_project.claims.read.tokens import Words, match_phrase, tokenize

_HALF, _WHOLE = 50, 100
_LOOSE = 5  # points that a percentage may be away from its fraction
_OFF = 10  # points from which on nobody would call it so
_BELOW = frozenset({Hedge.NEARLY, Hedge.UNDER, Hedge.AT_MOST})
_ABOVE = frozenset({Hedge.OVER, Hedge.AT_LEAST})
_CLOSED_BY = {"(": ")", ",": ","}
_MOST_WORDS = 8  # between a fraction and the percentage in brackets behind it


class Fit(Enum):
    """How a percentage goes with the fraction that it restates."""

    FITS = auto()
    UNCLEAR = auto()  # further off than is usual, and not plainly wrong
    LARGEST_ONLY = auto()  # most, of less than half: the largest group
    CONTRADICTS = auto()


class Gloss(NamedTuple):
    """A fraction as it is printed, with its value in percent and its hedge, and the percentage that restates it."""

    loose: str
    value: Fraction | None
    hedge: Hedge
    exact: Figure
    is_sure: bool
    """Whether the percentage cannot be of another answer."""

    @property
    def fit(self) -> Fit:
        """Whether the percentage can be called so."""
        fit = self._fit()
        return fit if self.is_sure or fit is Fit.FITS else Fit.UNCLEAR

    def _fit(self) -> Fit:
        low, high = self.exact.interval.low, self.exact.interval.high or Fraction(_WHOLE)
        if self.value is None:
            return self._fit_of_a_majority(low, high)
        if not self._is_on_its_side(low, high, self.value):
            return Fit.CONTRADICTS
        away = max(low - self.value, self.value - high, Fraction(0))
        is_sided = self.hedge in _BELOW | _ABOVE
        if away <= (_OFF if is_sided else _LOOSE):
            return Fit.FITS
        is_true = is_sided and self.value < _WHOLE  # 31 % are fewer than half, though nobody says so
        return Fit.UNCLEAR if is_true or away <= _OFF else Fit.CONTRADICTS

    def _fit_of_a_majority(self, low: Fraction, high: Fraction) -> Fit:
        if high > _HALF if self.hedge is Hedge.OVER else low < _HALF:
            return Fit.FITS
        return Fit.LARGEST_ONLY if self.loose.casefold() == "most" else Fit.CONTRADICTS

    def _is_on_its_side(self, low: Fraction, high: Fraction, value: Fraction) -> bool:
        if self.hedge in _BELOW:
            return low < value
        return self.hedge not in _ABOVE or high > value


def without_glosses(text: str, rounding: RoundingRule, lexicon: Lexicon) -> tuple[str, tuple[Gloss, ...]]:
    """The text with each percentage in the place of the fraction that it restates, and both. Raises FigureError."""
    found: list[Gloss] = []
    if not any(sign in text for sign in _CLOSED_BY):
        return text, ()
    said = plain(text, lexicon.group_mark, lexicon.decimal_mark)
    while one := next(_glosses(tokenize(said, lexicon), said, lexicon), None):
        loose, exact, stop, is_sure, tokens = one
        printed = said[tokens[exact.start].start : tokens[exact.stop - 1].stop]
        name = said[tokens[loose.start].start : tokens[loose.stop - 1].stop]
        figure = figure_of(exact, printed, Kind.PERCENTAGE, rounding)
        found.append(Gloss(name, loose.value, loose.hedge, figure, is_sure))
        between = said[tokens[loose.stop - 1].stop : tokens[exact.start - 1].start].rstrip()
        said = f"{said[: tokens[loose.start].start]}{printed}{between}{said[tokens[stop - 1].stop :]}"
    return (said, tuple(found)) if found else (text, ())


_Found = tuple[Phrase, Phrase, int, bool, Words]


def _glosses(tokens: Words, text: str, lexicon: Lexicon) -> Iterator[_Found]:
    """A fraction, the percentage behind it, and the token behind the signs around that."""
    for at in range(len(tokens)):
        loose = _loose(tokens, at, text, lexicon)
        mark = None if loose is None else _mark(tokens, loose.stop, lexicon)
        if loose is None or mark is None:
            continue
        exact = read_phrase(tokens, mark + 1, text, lexicon)
        if exact is not None and _restates(tokens, mark, exact):
            words = tokens[loose.stop : mark]
            is_sure = tokens[mark].word == "(" or not words or words[0].word in lexicon.of
            yield loose, exact, exact.stop + 1, is_sure, tokens


def _restates(tokens: Words, mark: int, exact: Phrase) -> bool:
    """Whether a percentage stands alone between brackets or commas."""
    behind = [token.word for token in tokens[exact.stop : exact.stop + 1]]
    return exact.is_percentage and not exact.in_words and behind == [_CLOSED_BY[tokens[mark].word]]


def _loose(tokens: Words, at: int, text: str, lexicon: Lexicon) -> Phrase | None:
    """A fraction, a majority, or almost all."""
    if found := match_phrase(lexicon.almost_all, tokens, at):
        return Phrase(at, found[1], Fraction(_WHOLE), 0, Hedge.NEARLY, "", True, True)
    phrase = read_phrase(tokens, at, text, lexicon)
    return phrase if phrase is not None and phrase.in_words else None


def _mark(tokens: Words, at: int, lexicon: Lexicon) -> int | None:
    """The bracket or comma behind the words of a fraction."""
    for n, token in enumerate(tokens[at : at + _MOST_WORDS + 1], start=at):
        if token.word in _CLOSED_BY:
            return n
        if token.word in lexicon.separators or not (token.word[0].isalnum()):
            return None
    return None
