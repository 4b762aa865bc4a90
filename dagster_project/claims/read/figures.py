"""Figures: a number as published, kept as its text, and the interval that the text stands for.

Here belong the reading of one figure's text and the model of it. The words come from `lexicon`, the meaning of hedges
from `hedges`; sentences with several figures are `statement`'s.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from dagster_project.claims.read.hedges import Hedge, Kind, hedged_interval
from dagster_project.claims.read.interval import PERCENTAGES, Interval, number_text
from dagster_project.claims.read.lexicon import ENGLISH, Lexicon
from dagster_project.claims.read.rounding import RoundingRule, percent_preimage

MAX_DECIMALS = 3  # more than any survey carries; bounds the work of enumerating printed percentages
MAX_DIGITS = 15


class FigureError(ValueError):
    """A text that is no figure. The message names the words that were not understood and the mend."""


@dataclass(frozen=True)
class Figure:
    """A published number: `value` as printed (a percentage in percent), `interval` what may hide behind it.

    `value` is None for a share without a number (a majority). `decimals` come from the text: `60.0` has one.
    `rounding` is the rule that made the interval, None where no rounding did. `hedge_word` is the hedge as
    published, or its plain name if it was given apart from the text.
    """

    text: str
    kind: Kind
    value: Fraction | None
    decimals: int
    hedge: Hedge
    interval: Interval
    rounding: RoundingRule | None = None
    hedge_word: str = ""

    @property
    def phrase(self) -> str:
        """The figure's text with its hedge, where that was given apart from it."""
        if not self.hedge_word or self.hedge_word.casefold() in self.text.casefold():
            return self.text
        return f"{self.hedge_word} {self.text}"

    def under(self, rule: RoundingRule) -> "Figure":
        """The same figure under another rounding rule; itself where rounding has no part in it."""
        if self.rounding is None or self.value is None:
            return self
        return replace(self, rounding=rule, interval=percent_preimage(self.value, self.decimals, rule))


def parse_figure(
    text: str,
    kind: Kind | None = None,
    hedge: Hedge | str | None = None,
    rounding: RoundingRule = RoundingRule.EITHER_HALF,
    low: int | str | Decimal | Fraction | None = None,
    high: int | str | Decimal | Fraction | None = None,
    lexicon: Lexicon = ENGLISH,
) -> Figure:
    """Read a figure's text: `42%`, `around 150`, `only eight`, `two in five`, `a majority`.

    Without `kind`, a text with a percent sign or a fraction is a percentage and any other number a count. `hedge` is a
    hedge that stands elsewhere in the publication. `low` and `high` are bounds of one's own (both included; for a
    percentage in percent): each replaces that end of the interval. Raises FigureError.
    """
    tokens = tokenize(text, lexicon)
    phrase = read_phrase(tokens, 0, text, lexicon)
    if phrase is None:
        raise FigureError(f"{text!r} is no figure: {_not_understood(tokens)}. {_EXAMPLES}")
    if phrase.stop < len(tokens):
        raise FigureError(f"{text!r} is no single figure: {_not_understood(tokens[phrase.stop :])}. {_EXAMPLES}")
    figure = figure_of(phrase, text, kind, rounding, given_hedge=_hedge(hedge, text, lexicon))
    return figure if low is None and high is None else _bounded(figure, low, high)


_EXAMPLES = "Write it like '42%', '1,234', 'around 150', 'only eight', 'two in five' or 'a majority'."


@dataclass(frozen=True, slots=True)
class Token:
    """A number, a word or a sign of a text, in lower case and with plain apostrophes, with its place in the text."""

    word: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words of one figure among tokens `start` to `stop`, not yet said to be of a kind."""

    start: int
    stop: int
    value: Fraction | None
    decimals: int
    hedge: Hedge
    hedge_word: str
    is_percentage: bool
    in_words: bool


def normalized(text: str) -> str:
    """One form for signs that look the same (full-width digits and percent signs, odd spaces)."""
    return unicodedata.normalize("NFKC", text)


def tokenize(text: str, lexicon: Lexicon) -> tuple[Token, ...]:
    """The numbers, words and signs of `text`. A hyphen between letters parts words like a space."""
    group, mark = re.escape(lexicon.group_mark), re.escape(lexicon.decimal_mark)
    number = rf"[0-9]{{1,3}}(?:{group}[0-9]{{3}})+(?:{mark}[0-9]+)?(?![0-9])|[0-9]+(?:{mark}[0-9]+)?"
    word = r"[^\W\d_]+(?:['’][^\W\d_]+)*"
    pattern = rf"{number}|{word}|(?<=[^\W\d_])-(?=[^\W\d_])|\S"
    found = re.finditer(pattern, normalized(text))
    return tuple(Token(m[0].lower().replace("’", "'"), m.start(), m.end()) for m in found if not _joins_words(m))


def _joins_words(match: re.Match[str]) -> bool:
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return match[0] == "-" and before.isalpha() and after.isalpha()


def match_phrase(phrases: Iterable[str], tokens: tuple[Token, ...], at: int) -> tuple[str, int] | None:
    """The longest of `phrases` that stands at token `at`, and the token behind it."""
    best: tuple[str, int] | None = None
    for phrase in phrases:
        words = phrase.split()
        stop = at + len(words)
        if (best is None or stop > best[1]) and [t.word for t in tokens[at:stop]] == words:
            best = (phrase, stop)
    return best


def read_phrase(tokens: tuple[Token, ...], at: int, text: str, lexicon: Lexicon) -> Phrase | None:
    """The figure that starts at token `at`, or None. Raises FigureError for one that contradicts itself."""
    start, hedge, hedge_word = at, Hedge.NONE, ""
    while found := match_phrase(lexicon.hedges, tokens, at):
        further = lexicon.hedges[found[0]]
        if not hedge.is_bare:
            raise FigureError(f"{text!r} hedges twice, {hedge_word!r} and {found[0]!r}: keep one hedge.")
        hedge, hedge_word, at = further, found[0], found[1]

    if found := match_phrase(lexicon.majority, tokens, at):
        if hedge is not Hedge.NONE:
            raise FigureError(f"{text!r}: {found[0]!r} has no number that {hedge_word!r} could hedge; leave it out.")
        return Phrase(start, found[1], None, 0, Hedge.OVER, "", True, True)

    if found := match_phrase(lexicon.fractions, tokens, at):
        value, decimals, at = lexicon.fractions[found[0]] * 100, 0, found[1]
        is_percentage = in_words = True
    elif number := _read_number(tokens, at, lexicon):
        value, decimals, at = number
        share = _read_share(value, decimals, tokens, at, text, lexicon)
        is_percentage = in_words = share is not None
        if share is not None:
            (value, at), decimals = share, 0
    else:
        return None

    trailing = match_phrase(lexicon.trailing_hedges, tokens, at)
    if trailing:
        at = trailing[1]
    if found := match_phrase(lexicon.points, tokens, at):
        raise FigureError(
            f"{text!r} is a difference: {found[0]!r} are not percent of a base. Give the percentages themselves."
        )
    if not in_words and (found := match_phrase(lexicon.percent, tokens, at)):
        is_percentage, at = True, found[1]
        if trailing is None and (trailing := match_phrase(lexicon.trailing_hedges, tokens, at)):
            at = trailing[1]
    if trailing:
        if not hedge.is_bare:
            raise FigureError(f"{text!r} hedges twice, {hedge_word!r} and {trailing[0]!r}: keep one hedge.")
        hedge, hedge_word = lexicon.trailing_hedges[trailing[0]], trailing[0]
    return Phrase(start, at, value, decimals, hedge, hedge_word, is_percentage, in_words)


def _read_number(tokens: tuple[Token, ...], at: int, lexicon: Lexicon) -> tuple[Fraction, int, int] | None:
    if at < len(tokens) and tokens[at].word[0] in "0123456789":
        digits = tokens[at].word.replace(lexicon.group_mark, "")
        if len(digits) > MAX_DIGITS:
            raise FigureError(f"a number of {len(digits)} digits counts no respondents: give at most {MAX_DIGITS}.")
        whole, _, rest = digits.partition(lexicon.decimal_mark)
        return Fraction(int(whole + rest), 10 ** len(rest)), len(rest), at + 1
    if found := match_phrase(lexicon.numbers, tokens, at):
        return Fraction(lexicon.numbers[found[0]]), 0, found[1]
    return None


def _read_share(
    part: Fraction, decimals: int, tokens: tuple[Token, ...], at: int, text: str, lexicon: Lexicon
) -> tuple[Fraction, int] | None:
    """What makes a share of the number before it: two *thirds*, two *in five*. In percent, with the next token."""
    if found := match_phrase(lexicon.denominators, tokens, at):
        whole, stop = Fraction(lexicon.denominators[found[0]]), found[1]
    elif joint := match_phrase(lexicon.fraction_joints, tokens, at):
        number = _read_number(tokens, joint[1], lexicon)
        if number is None:
            return None
        whole, whole_decimals, stop = number
        decimals = max(decimals, whole_decimals)
    else:
        return None
    if whole == 0:
        raise FigureError(f"{text!r} divides by none: a base is at least 1.")
    if decimals or part > whole:
        raise FigureError(f"{text!r} is no share: write a whole number of a whole number, like 'two in five'.")
    return 100 * part / whole, stop


def figure_of(
    phrase: Phrase,
    text: str,
    kind: Kind | None,
    rounding: RoundingRule,
    *,
    given_hedge: tuple[Hedge, str] | None = None,
) -> Figure:
    """The figure that a phrase is, printed as `text`, when it is said to be of `kind`. Raises FigureError."""
    kind = kind or (Kind.PERCENTAGE if phrase.is_percentage else Kind.COUNT)
    hedge, hedge_word = phrase.hedge, phrase.hedge_word
    if given_hedge is not None and given_hedge[0] is not Hedge.NONE:
        if not hedge.is_bare and hedge is not given_hedge[0]:
            raise FigureError(
                f"{text!r} already says {hedge_word or 'a majority'!r}, "
                f"which is not {given_hedge[1]!r}: keep one hedge."
            )
        if hedge is not given_hedge[0]:
            hedge, hedge_word = given_hedge

    if phrase.is_percentage and kind is not Kind.PERCENTAGE:
        raise FigureError(f"{text!r} is a percentage, not a {kind}: give the number itself, or say kind percentage.")
    if not phrase.is_percentage and kind is Kind.PERCENTAGE:
        raise FigureError(f"{text!r} has no percent sign: write it like '{number_text(phrase.value or 0)}%'.")
    if phrase.value is None:
        return Figure(text, kind, None, 0, Hedge.OVER, Interval.of(50, 100, low_open=True))
    if kind is not Kind.PERCENTAGE and phrase.decimals:
        raise FigureError(f"{text!r} is no {kind}: respondents are whole. Leave the decimals out, or add a %.")
    if kind is Kind.BASE and phrase.value == 0:
        raise FigureError(f"{text!r} is no base: nothing can be divided by none. A base is at least 1.")
    if kind is Kind.PERCENTAGE and not PERCENTAGES.contains(phrase.value):
        raise FigureError(f"{text!r} is over 100 %: a share of a base is from 0 to 100 %.")
    if phrase.decimals > MAX_DECIMALS:
        raise FigureError(f"{text!r} has more than {MAX_DECIMALS} decimals: round it to {MAX_DECIMALS}.")

    interval = hedged_interval(phrase.value, phrase.decimals, kind, hedge, rounding, in_words=phrase.in_words)
    if interval.is_empty:
        raise FigureError(f"{text!r}: no {kind} is {hedge_word} {number_text(phrase.value)}. Leave {hedge_word!r} out.")
    rounded = kind is Kind.PERCENTAGE and hedge.is_bare and not phrase.in_words
    return Figure(text, kind, phrase.value, phrase.decimals, hedge, interval, rounding if rounded else None, hedge_word)


def _hedge(hedge: Hedge | str | None, text: str, lexicon: Lexicon) -> tuple[Hedge, str] | None:
    if hedge is None:
        return None
    if isinstance(hedge, Hedge):
        return hedge, hedge.value
    word = " ".join(t.word for t in tokenize(hedge, lexicon))
    known = lexicon.hedges.get(word) or lexicon.trailing_hedges.get(word)
    if known is None:
        raise FigureError(
            f"{hedge!r} is no hedge that is understood, for {text!r}: use one like 'about' or 'at least'."
        )
    return known, hedge.strip()


def _bounded(
    figure: Figure,
    low: int | str | Decimal | Fraction | None,
    high: int | str | Decimal | Fraction | None,
) -> Figure:
    lower, upper = _bound(low, figure.text, "low"), _bound(high, figure.text, "high")
    own = Interval(
        figure.interval.low if lower is None else lower,
        figure.interval.high if upper is None else upper,
        figure.interval.low_open and lower is None,
        figure.interval.high_open and upper is None,
    )
    within = own.intersect(figure.kind.whole)
    if figure.kind is not Kind.PERCENTAGE:
        within = within.tightened()
    if within.is_empty:
        raise FigureError(
            f"the bounds of {figure.text!r} contradict each other: no {figure.kind} is from {_end(own.low)} "
            f"to {_end(own.high)}. Give a low that is not above the high, within what a {figure.kind} can be."
        )
    given = Interval(lower if lower is not None else Fraction(0), upper)
    if figure.hedge.is_bare and figure.value is not None and not given.contains(figure.value):
        raise FigureError(
            f"the bounds of {figure.text!r} leave it out: {number_text(figure.value)} is not from "
            f"{_end(given.low)} to {_end(given.high)}. Give bounds that hold the figure."
        )
    return replace(figure, interval=within, rounding=None)


def _bound(bound: int | str | Decimal | Fraction | None, text: str, name: str) -> Fraction | None:
    if bound is None:
        return None
    if isinstance(bound, float | bool):
        raise FigureError(f"the {name} of {text!r} is not exact: give it as text or a whole number, not {bound!r}.")
    try:
        return Fraction(Decimal(bound)) if isinstance(bound, str) else Fraction(bound)
    except (InvalidOperation, ValueError, OverflowError):
        raise FigureError(f"the {name} of {text!r} is {bound!r}, which is no number: write it like 41.5.") from None


def _end(value: Fraction | None) -> str:
    return "no end" if value is None else number_text(value)


def _not_understood(tokens: tuple[Token, ...]) -> str:
    return f"{' '.join(t.word for t in tokens)!r} is not understood" if tokens else "it is empty"
