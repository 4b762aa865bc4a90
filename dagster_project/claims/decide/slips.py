"""The usual slips that turn one number into another: two digits swapped, the rest of 100, one digit wrong."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import Interval
from dagster_project.claims.read.rounding import decimal_text


@dataclass(frozen=True)
class Slip:
    """A usual slip that explains a wrong figure: what went wrong, the number that was meant and the printed one."""

    what: str
    values: tuple[str, str]

    def __str__(self) -> str:
        """`two digits swapped: 46 for 64`."""
        return f"{self.what}: {' for '.join(self.values)}"


def slip_of(figure: Figure, interval: Interval, fits: Callable[[Fraction], bool]) -> Slip | None:
    """The slip that explains a figure which should be in `interval`, and of which more than that may have to fit."""
    if figure.value is None or interval.is_empty or interval.high is None or interval.contains(figure.value):
        return None
    if (figure.value * 10**figure.decimals).denominator != 1:
        return None  # a third has no digits to be mistaken in
    printed = decimal_text(figure.value, figure.decimals)
    # one digit or another leads into any wide range, and a last digit to the next number
    few = interval.high - interval.low <= Fraction(2, 10**figure.decimals)
    for what, texts in _slips(printed, figure.kind, digits_wrong=few):
        for text in _nearest_first(texts - {printed}, figure.value):
            if interval.contains(Fraction(text)) and fits(Fraction(text)):
                return Slip(what, (text, printed))
    return None


def _nearest_first(texts: Iterable[str], to: Fraction) -> list[str]:
    return sorted(texts, key=lambda text: (abs(Fraction(text) - to), text))


def _slips(printed: str, kind: Kind, *, digits_wrong: bool) -> Iterator[tuple[str, set[str]]]:
    """Each slip, with the numbers that it can have made into the printed one."""
    yield "two digits swapped", _swapped(printed)
    if kind is Kind.PERCENTAGE:
        decimals = len(printed.partition(".")[2])
        yield "what is left of 100", {decimal_text(100 - Fraction(printed), decimals)}
    if digits_wrong:
        digits = _digits(printed)
        changed = {printed[:n] + digit + printed[n + 1 :] for n in digits[:-1] for digit in "0123456789"}
        yield "one digit", {text for text in changed if text[0] != "0"}


def _swapped(printed: str) -> set[str]:
    swapped = set()
    for one, two in pairwise(_digits(printed)):
        text = list(printed)
        text[one], text[two] = text[two], text[one]
        swapped.add("".join(text))
    return {text for text in swapped if text[0] != "0"}


def _digits(printed: str) -> list[int]:
    return [n for n, sign in enumerate(printed) if sign.isdigit()]
