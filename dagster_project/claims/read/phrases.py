"""The words of one figure: hedges, a number or a share in words, and its percent sign.

What such a phrase stands for when it is said to be of a kind belongs to `figures`.
"""

from fractions import Fraction
from typing import NamedTuple

from dagster_project.claims.read.given import MAX_DIGITS, GivenError
from dagster_project.claims.read.hedges import Hedge
from dagster_project.claims.read.lexicon import Lexicon
from dagster_project.claims.read.tokens import Words, is_number, match_phrase

_HUNDRED = 100
_SHORT = 2  # letters of k, m and bn


class FigureError(GivenError):
    """A text that is no figure. The message names the words that were not understood and the mend."""


class Phrase(NamedTuple):
    """The words of one figure among tokens `start` to `stop`, not yet said to be of a kind."""

    start: int
    stop: int
    value: Fraction | None
    decimals: int
    hedge: Hedge
    hedge_word: str
    is_percentage: bool
    in_words: bool
    unit: Fraction = Fraction(1)
    """What its last digit counts: 100,000 in 1.2 million, which is rounded to that."""
    top: Fraction | None = None
    """The other end of a range: 45 in 40-45%."""


class _Number(NamedTuple):
    """A number, or a share in words, up to token `stop`."""

    value: Fraction
    decimals: int
    stop: int
    in_words: bool = False
    unit: Fraction = Fraction(1)


def read_phrase(tokens: Words, at: int, text: str, lexicon: Lexicon) -> Phrase | None:
    """The figure that starts at token `at`, or None. Raises FigureError for one that contradicts itself."""
    hedge, hedge_word, behind = _leading_hedges(tokens, at, text, lexicon)
    found = match_phrase(lexicon.majority | lexicon.minority, tokens, behind)
    if found and _is_superlative(tokens, behind, found, lexicon):
        return None
    if found:
        if hedge not in (Hedge.NONE, Hedge.ONLY):
            raise FigureError(f"{text!r}: {found[0]!r} has no number that {hedge_word!r} could hedge; leave it out.")
        side = Hedge.OVER if found[0] in lexicon.majority else Hedge.UNDER
        return Phrase(at, found[1], None, 0, side, "", True, True)
    span = _range(tokens, at, behind, lexicon)
    if span is not None:
        return span
    number = _number_or_share(tokens, behind, text, lexicon)
    if number is None:
        return None
    is_percentage, trailing, stop = _unit(tokens, number, text, lexicon)
    if trailing:
        if not hedge.is_bare:
            raise _hedged_twice(text, hedge_word, trailing)
        hedge, hedge_word = lexicon.trailing_hedges[trailing], trailing
    return Phrase(
        at, stop, number.value, number.decimals, hedge, hedge_word, is_percentage, number.in_words, number.unit
    )


def _is_superlative(tokens: Words, at: int, found: tuple[str, int], lexicon: Lexicon) -> bool:
    """Whether a single word for more than half says which is first instead: the *most* common reason."""
    return found[1] == at + 1 and at > 0 and tokens[at - 1].word in lexicon.superlative


def _range(tokens: Words, at: int, behind: int, lexicon: Lexicon) -> Phrase | None:
    """Between 40 and 45%, 40-45%, some 40 to 50: one figure with two ends. A bare 40-45 is none."""
    lead = match_phrase(lexicon.range_leads, tokens, behind) if at == behind else None
    low, stop, low_sign = _end_of_range(tokens, lead[1] if lead else behind, lexicon)
    joint = match_phrase(lexicon.range_joints, tokens, stop)
    if low is None or joint is None:
        return None
    high, stop, sign = _end_of_range(tokens, joint[1], lexicon)
    if high is None:
        return None
    joins = _joins_a_range(joint[0], lexicon, is_led=lead is not None, is_hedged=at < behind, is_share=sign)
    if not joins or low.value >= high.value or low_sign > sign:
        return None
    return Phrase(at, stop, low.value, max(low.decimals, high.decimals), Hedge.ABOUT, "", sign, False, top=high.value)


def _end_of_range(tokens: Words, at: int, lexicon: Lexicon) -> tuple[_Number | None, int, bool]:
    """A number without a scale, the token behind it and its percent sign, and whether it has one."""
    number = _number(tokens, at, lexicon)
    if number is None or tokens[number.stop - 1].word in lexicon.scales:
        return None, at, False  # between 1 and 2 million: what the first end counts is not said
    sign = match_phrase(lexicon.percent, tokens, number.stop)
    return number, sign[1] if sign else number.stop, sign is not None


def _joins_a_range(joint: str, lexicon: Lexicon, *, is_led: bool, is_hedged: bool, is_share: bool) -> bool:
    """Between 40 *and* 45, some 40 *to* 50; a dash only between shares, since 18-24 may be ages."""
    if not joint.isalpha():
        return is_share and not is_led
    return is_led or (is_hedged and joint not in lexicon.separators)


def _leading_hedges(tokens: Words, at: int, text: str, lexicon: Lexicon) -> tuple[Hedge, str, int]:
    """The hedge before a number, as a rule and as its word, and the token behind it; bare ones may come first."""
    hedge, hedge_word = Hedge.NONE, ""
    while found := match_phrase(lexicon.hedges, tokens, at):
        if not hedge.is_bare:
            raise _hedged_twice(text, hedge_word, found[0])
        hedge, hedge_word, at = lexicon.hedges[found[0]], found[0], found[1]
    return hedge, hedge_word, at


def _hedged_twice(text: str, first: str, second: str) -> FigureError:
    return FigureError(f"{text!r} hedges twice, {first!r} and {second!r}: keep one hedge.")


def _number_or_share(tokens: Words, at: int, text: str, lexicon: Lexicon) -> _Number | None:
    found, word = match_phrase(lexicon.fractions, tokens, at), match_phrase(lexicon.numbers, tokens, at)
    if found and (word is None or word[1] <= found[1]):  # half, and not half a million
        return _Number(lexicon.fractions[found[0]] * 100, 0, found[1], in_words=True)
    number = _number(tokens, at, lexicon)
    return number and (_share(number, tokens, text, lexicon) or number)


def _number(tokens: Words, at: int, lexicon: Lexicon) -> _Number | None:
    if at < len(tokens) and is_number(tokens[at].word, lexicon):
        digits = tokens[at].word.replace(lexicon.group_mark, "")
        if len(digits) > MAX_DIGITS:
            raise FigureError(f"a number of {len(digits)} digits counts no respondents: give at most {MAX_DIGITS}.")
        whole, _, rest = digits.partition(lexicon.decimal_mark)
        return _scaled(_Number(Fraction(int(whole + rest), 10 ** len(rest)), len(rest), at + 1), tokens, lexicon)
    if found := match_phrase(lexicon.numbers, tokens, at):
        return _scaled(_with_hundreds(lexicon.numbers[found[0]], found[1], tokens, lexicon), tokens, lexicon)
    return None


def _with_hundreds(number: int, at: int, tokens: Words, lexicon: Lexicon) -> _Number:
    """Two *hundred and four*: a number in words, with what the words behind it add."""
    hundred = match_phrase(lexicon.hundreds, tokens, at) if number < _HUNDRED else None
    if hundred:
        number, at = number * _HUNDRED, hundred[1]
    joint = match_phrase(lexicon.hundred_joints, tokens, at) if number and number % _HUNDRED == 0 else None
    rest = joint and match_phrase(lexicon.numbers, tokens, joint[1])
    if rest and 0 < lexicon.numbers[rest[0]] < _HUNDRED:
        number, at = number + lexicon.numbers[rest[0]], rest[1]
    return _Number(Fraction(number), 0, at)


def _scaled(number: _Number, tokens: Words, lexicon: Lexicon) -> _Number:
    """Two *thousand*, 25*k*. A short scale stands right behind the digits; from a thousand on it is rounded."""
    found = match_phrase(lexicon.scales, tokens, number.stop)
    if found is None:
        return number
    scale, last = lexicon.scales[found[0]], tokens[number.stop]
    if len(last.word) < _SHORT and last.start > tokens[number.stop - 1].stop:
        word = tokens[number.stop - 1].word
        raise FigureError(f"'{word} {last.word}' may be {word} or more: write '{word}{last.word}' or spell it out.")
    unit = Fraction(scale, 10**number.decimals) if scale > _HUNDRED else Fraction(1)
    return _Number(number.value * scale, 0, found[1], unit=unit)


def _share(part: _Number, tokens: Words, text: str, lexicon: Lexicon) -> _Number | None:
    """The share, in percent, that the words behind a number make of it: two *thirds*, two *in five*."""
    if found := match_phrase(lexicon.denominators, tokens, part.stop):
        whole = _Number(Fraction(lexicon.denominators[found[0]]), 0, found[1])
    elif joint := match_phrase(lexicon.fraction_joints | lexicon.fraction_joints_of, tokens, part.stop):
        number = _number(tokens, joint[1], lexicon)
        if number is None:
            return None
        if joint[0] in lexicon.fraction_joints_of and not _is_of_a_number(number, tokens, lexicon):
            return None
        whole = number
    else:
        return None
    if whole.value == 0:
        raise FigureError(f"{text!r} divides by none: a base is at least 1.")
    if part.decimals or whole.decimals or part.value > whole.value:
        raise FigureError(f"{text!r} is no share: write a whole number of a whole number, like 'two in five'.")
    return _Number(100 * part.value / whole.value, 0, whole.stop, in_words=True)


def _is_of_a_number(number: _Number, tokens: Words, lexicon: Lexicon) -> bool:
    """Whether a base follows: three out of four *of 120*."""
    of = match_phrase(lexicon.of, tokens, number.stop)
    at = of[1] if of else 0
    while at and (article := match_phrase(lexicon.articles, tokens, at)):
        at = article[1]
    return bool(of) and _number(tokens, at, lexicon) is not None


def _unit(tokens: Words, number: _Number, text: str, lexicon: Lexicon) -> tuple[bool, str, int]:
    """Whether it is a percentage, the hedge behind it ("" if none), and the token behind all of it."""
    trailing, at = _trailing_hedge(tokens, number.stop, lexicon)
    if found := match_phrase(lexicon.points, tokens, at):
        raise FigureError(
            f"{text!r} is a difference: {found[0]!r} are not percent of a base. Give the percentages themselves."
        )
    if number.in_words:
        return True, trailing, at
    found = match_phrase(lexicon.percent, tokens, at)
    if found and not trailing:
        trailing, at = _trailing_hedge(tokens, found[1], lexicon)
    elif found:
        at = found[1]
    return found is not None, trailing, at


def _trailing_hedge(tokens: Words, at: int, lexicon: Lexicon) -> tuple[str, int]:
    return match_phrase(lexicon.trailing_hedges, tokens, at) or ("", at)
