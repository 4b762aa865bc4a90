"""Figures: a number as published, kept as its text, and the interval that the text stands for.

Here belong the model of a figure and what a phrase is as a figure of some kind. Which words are a phrase is known to
`phrases`, the meaning of hedges comes from `hedges`; sentences with several figures are `parse`'s.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

from dagster_project.claims.read import given
from dagster_project.claims.read.given import Exact
from dagster_project.claims.read.hedges import Hedge, Kind, hedged_interval
from dagster_project.claims.read.interval import PERCENTAGES, Interval, number_text
from dagster_project.claims.read.lexicon import ENGLISH, Lexicon
from dagster_project.claims.read.phrases import FigureError, Phrase, read_phrase
from dagster_project.claims.read.rounding import RoundingRule, percent_preimage, rule_given
from dagster_project.claims.read.signs import plain
from dagster_project.claims.read.tokens import Words, spelled, tokenize

MAX_DECIMALS = 3  # more than any survey carries; bounds the work of enumerating printed percentages


@dataclass(frozen=True)
class Figure:
    """A published number: `value` as printed (a percentage in percent), `interval` what may hide behind it.

    `value` is None for a share without a number (a majority) and for a range, which has `ends`. `decimals` come from
    the text: `60.0` has one. `rounding` is the rule that made the interval, None where no rounding did. `hedge_word` is
    the hedge as published, or its plain name if it was given apart from the text.
    """

    text: str
    kind: Kind
    value: Fraction | None
    decimals: int
    hedge: Hedge
    interval: Interval
    rounding: RoundingRule | None = None
    hedge_word: str = ""
    ends: tuple[Fraction, Fraction] | None = None

    @property
    def phrase(self) -> str:
        """The figure's text with its hedge, where that was given apart from it."""
        if not self.hedge_word or self.hedge_word.casefold() in self.text.casefold():
            return self.text
        return f"{self.hedge_word} {self.text}"

    def under(self, rule: RoundingRule | str) -> "Figure":
        """The same figure under another rounding rule; itself where rounding has no part in it."""
        rule = rule_given(rule)
        if self.rounding is None or self.value is None:
            return self
        return replace(self, rounding=rule, interval=percent_preimage(self.value, self.decimals, rule))


def parse_figure(
    text: str,
    kind: Kind | str | None = None,
    hedge: Hedge | str | None = None,
    rounding: RoundingRule | str = RoundingRule.EITHER_HALF,
    low: Exact | None = None,
    high: Exact | None = None,
    lexicon: Lexicon = ENGLISH,
) -> Figure:
    """Read a figure's text: `42%`, `around 150`, `only eight`, `two in five`, `a majority`.

    Without `kind`, a text with a percent sign or a fraction is a percentage and any other number a count. `hedge` is a
    hedge that stands elsewhere in the publication. `low` and `high` are bounds of one's own (both included; for a
    percentage in percent): each replaces that end of the interval. Raises FigureError.
    """
    text = given.text(text, "a figure", "42%")
    lexicon = lexicon_given(lexicon)
    said = None if kind is None else given.word(kind, Kind, "kind of a figure")
    tokens = tokenize(plain(text, lexicon.group_mark, lexicon.decimal_mark), lexicon)
    phrase = read_phrase(tokens, 0, text, lexicon)
    if phrase is None:
        raise FigureError(f"{text!r} is no figure: {_not_understood(tokens)}. {_EXAMPLES}")
    if phrase.stop < len(tokens):
        raise FigureError(f"{text!r} is no single figure: {_not_understood(tokens[phrase.stop :])}. {_EXAMPLES}")
    figure = figure_of(phrase, text, said, rule_given(rounding), given_hedge=_hedge(hedge, text, lexicon))
    return figure if low is None and high is None else _bounded(figure, low, high)


def lexicon_given(lexicon: Lexicon) -> Lexicon:
    """The words of a language."""
    return given.instance(lexicon, Lexicon, "a lexicon", "give one like ENGLISH")


_EXAMPLES = "Write it like '42%', '1,234', 'around 150', 'only eight', 'two in five' or 'a majority'."


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
    hedge, hedge_word = _hedge_of(phrase, text, given_hedge)
    _check_kind(phrase, text, kind)
    if phrase.value is None:
        half = Interval.of(50, 100, low_open=True) if hedge is Hedge.OVER else Interval.of(0, 50, high_open=True)
        return Figure(text, kind, None, 0, hedge, half)
    if phrase.top is not None:
        return _range_of(phrase, (phrase.value, phrase.top), text, kind, rounding)
    _check_number(phrase.value, phrase.decimals, text, kind)
    interval = _interval(phrase, phrase.value, kind, hedge, rounding)
    if interval.is_empty:
        raise FigureError(f"{text!r}: no {kind} is {hedge_word} {number_text(phrase.value)}. Leave {hedge_word!r} out.")
    rounded = kind is Kind.PERCENTAGE and hedge.is_bare and not phrase.in_words
    return Figure(text, kind, phrase.value, phrase.decimals, hedge, interval, rounding if rounded else None, hedge_word)


def _interval(phrase: Phrase, value: Fraction, kind: Kind, hedge: Hedge, rounding: RoundingRule) -> Interval:
    """What a number stands for; a bare 1.2 million half a unit of its last digit either way."""
    if phrase.unit > 1 and hedge.is_bare:
        return Interval(value - phrase.unit / 2, value + phrase.unit / 2).intersect(kind.whole).tightened()
    return hedged_interval(value, phrase.decimals, kind, hedge, rounding, in_words=phrase.in_words)


def _range_of(phrase: Phrase, ends: tuple[Fraction, Fraction], text: str, kind: Kind, rounding: RoundingRule) -> Figure:
    """A range, from what its lower end stands for to what its upper one does."""
    for end in ends:
        _check_number(end, phrase.decimals, text, kind)
    low, high = (hedged_interval(end, phrase.decimals, kind, Hedge.NONE, rounding) for end in ends)
    return Figure(text, kind, None, phrase.decimals, phrase.hedge, low.hull(high), ends=ends)


def _hedge_of(phrase: Phrase, text: str, apart: tuple[Hedge, str] | None) -> tuple[Hedge, str]:
    """The hedge of the text or the one given apart from it, with its word; the same one twice is one."""
    if apart is None or apart[0] in (Hedge.NONE, phrase.hedge):
        return phrase.hedge, phrase.hedge_word
    if not phrase.hedge.is_bare:
        raise FigureError(
            f"{text!r} already says {phrase.hedge_word or 'a majority'!r}, which is not {apart[1]!r}: keep one hedge."
        )
    return apart


def _check_kind(phrase: Phrase, text: str, kind: Kind) -> None:
    if phrase.is_percentage and kind is not Kind.PERCENTAGE:
        raise FigureError(f"{text!r} is a percentage, not a {kind}: give the number itself, or say kind percentage.")
    if not phrase.is_percentage and kind is Kind.PERCENTAGE:
        raise FigureError(f"{text!r} has no percent sign: write it like '{number_text(phrase.value or 0)}%'.")


def _check_number(value: Fraction, decimals: int, text: str, kind: Kind) -> None:
    if kind is not Kind.PERCENTAGE and decimals:
        raise FigureError(f"{text!r} is no {kind}: respondents are whole. Leave the decimals out, or add a %.")
    if kind is Kind.BASE and value == 0:
        raise FigureError(f"{text!r} is no base: nothing can be divided by none. A base is at least 1.")
    if kind is Kind.PERCENTAGE and not PERCENTAGES.contains(value):
        raise FigureError(f"{text!r} is over 100 %: a share of a base is from 0 to 100 %.")
    if decimals > MAX_DECIMALS:
        raise FigureError(f"{text!r} has more than {MAX_DECIMALS} decimals: round it to {MAX_DECIMALS}.")


def _hedge(hedge: Hedge | str | None, text: str, lexicon: Lexicon) -> tuple[Hedge, str] | None:
    if hedge is None:
        return None
    if isinstance(hedge, Hedge):
        return hedge, hedge.value
    word = spelled(tokenize(given.text(hedge, "a hedge", "about"), lexicon))
    known = lexicon.hedges.get(word) or lexicon.trailing_hedges.get(word)
    if known is None:
        raise FigureError(
            f"{hedge!r} is no hedge that is understood, for {text!r}: use one like 'about' or 'at least'."
        )
    return known, hedge.strip()


def _bounded(
    figure: Figure,
    low: Exact | None,
    high: Exact | None,
) -> Figure:
    lower, upper = _bound(low, figure.text, "low"), _bound(high, figure.text, "high")
    own = figure.interval
    if lower is not None:
        own = replace(own, low=lower, low_open=False)
    if upper is not None:
        own = replace(own, high=upper, high_open=False)
    within = own.intersect(figure.kind.whole)
    if figure.kind is not Kind.PERCENTAGE:
        within = within.tightened()
    if within.is_empty:
        raise FigureError(
            f"the bounds of {figure.text!r} contradict each other: no {figure.kind} is from {_end(own.low)} "
            f"to {_end(own.high)}. Give a low that is not above the high, within what a {figure.kind} can be."
        )
    bounds = Interval(lower or Fraction(0), upper)
    if figure.hedge.is_bare and figure.value is not None and not bounds.contains(figure.value):
        raise FigureError(
            f"the bounds of {figure.text!r} leave it out: {number_text(figure.value)} is not from "
            f"{_end(bounds.low)} to {_end(bounds.high)}. Give bounds that hold the figure."
        )
    return replace(figure, interval=within, rounding=None)


def _bound(bound: Exact | None, text: str, name: str) -> Fraction | None:
    try:
        return None if bound is None else given.exact(bound, f"the {name} of {text!r}")
    except (given.GivenError, given.GivenTypeError) as error:
        raise FigureError(str(error)) from None


def _end(value: Fraction | None) -> str:
    return "no end" if value is None else number_text(value)


def _not_understood(tokens: Words) -> str:
    return f"{spelled(tokens)!r} is not understood" if tokens else "it is empty"
