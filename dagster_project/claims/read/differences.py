"""Two percentages and what lies between them: `by 11 points from 57 percent to 46 percent`, `58% and 49%, a gap of 9`.

Every number of such a sentence is one of the two percentages or the difference.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from dagster_project.claims.read.figures import Figure, parse_figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.rounding import RoundingRule
from dagster_project.claims.read.times import LATER, MONTH
from dagster_project.claims.read.ways import ENGLISH_FALLS, ENGLISH_RISES, any_of

NUMBER = r"(?:[0-9]+(?:\.[0-9]+)?|one|two|three|four|five|six|seven|eight|nine|ten)"
SHARE = r"[0-9]+(?:\.[0-9]+)?\s?(?:%|percent\b|per\s?cent\b|pct\b|pc\b)(?!age|\s*points?\b)"
_POINTS = r"[\s-]?(?:percentage[\s-]points?|points?|pts?|pp)\b"
_FALLS = any_of(ENGLISH_FALLS.went | {"down"})
_RISES = any_of(ENGLISH_RISES.went | {"up"})
_WAY = rf"\b(?P<way>{_FALLS}|{_RISES})\s+"
_CHANGE = any_of(ENGLISH_FALLS.names | ENGLISH_RISES.names | {"change"})
_COUNT = (
    r"(?!(?:19|20)[0-9]{2}\b)[0-9]+(?:,[0-9]{3})*(?![0-9]|[.,:][0-9])"
    rf"(?!\s?%|\s?per|\s*(?:{MONTH}|[ap]\.?m\b|hours?|days?|weeks?|months?|years?|o.clock))"
)
_END = rf"(?:{SHARE}|{_COUNT}|[0-9]+(?:\.[0-9]+)?(?=\s+(?:to|from)\s))"
_OF_WHOM = r"(?:\s+of\s+(?:all\s+)?(?!from\b|to\b)[a-z]+(?:\s+(?!from\b|to\b)[a-z]+)?)?"
_LATER_END = rf"(?:{SHARE}|{_COUNT}){_OF_WHOM}"
ENDS = (
    rf"(?:from\s+(?P<first>{_END}){_OF_WHOM}(?:\s+{LATER})?\s*,?\s+to\s+(?P<second>{_LATER_END})"
    rf"|to\s+(?P<later>{_END}){_OF_WHOM}\s*,?\s+from\s+(?P<before>{_LATER_END}))(?:\s+{LATER})?"
)
"""The two figures that something went between."""
_FRACTIONS = {
    "half": 50,
    "a third": 33,
    "a quarter": 25,
    "a fifth": 20,
    "a tenth": 10,
    "two thirds": 67,
    "two-thirds": 67,
    "three quarters": 75,
    "three-quarters": 75,
}
_SIZE = rf"(?P<size>{NUMBER}(?:{_POINTS}|\s?%|\s?per\s?cent\b)|{any_of(_FRACTIONS)})"
BETWEEN = rf"(?:\s+{LATER}|(?:\s+(?!from\b|to\b|and\b|but\b)[a-z]+){{0,5}}?)\s*,?\s+"
_CHANGES = (
    rf"(?:{_WAY}(?:by\s+)?|\bby\s+){_SIZE}{BETWEEN}{ENDS}",
    rf"{_WAY}{ENDS}\s*(?:\(|,)\s*(?:[+-]|an?\s+(?:{_CHANGE})\s+of\s+|by\s+)?"
    rf"(?P<size>{NUMBER}{_POINTS})\s*\)?",
)
_LEADS = r"gap|difference|lead|leads|leading|led|ahead|margin|apart"
_GAPS = (
    rf"\b(?:gap|difference|lead|margin)\s+(?:of|was|is)\s+(?P<size>{NUMBER}{_POINTS})",
    rf"\b(?P<size>{NUMBER}[\s-]points?)\s+(?:gap|difference|lead)\b",
    rf"\b(?:{_LEADS})\b.*?\b(?:by|was|is|of)\s+(?P<size>{NUMBER}{_POINTS})",
    rf"\b(?P<size>{NUMBER}{_POINTS})\s+(?:ahead|apart)\b",
)
_NET = r"\bnet\s+(?:rating|score|approval)(?:\s+\w+)?\s+(?P<sign>[+-])(?P<size>[0-9]+)\b"
_HINTS = (" from ", "gap", "difference", "lead", "led ", "ahead", "apart", "margin", "net ")  # one stands in every form
_AGAINST = r"\b(?:against|disapprove\w*|oppose\w*|disagree\w*|unfavou?rable)\b"


@dataclass(frozen=True)
class Difference:
    """A printed difference, and the percentages that it lies between, the earlier or smaller one first."""

    text: str
    change: str
    first: Figure
    second: Figure
    is_relative: bool = False
    """Whether it is said that percent are meant, and not points."""


def parse_difference(text: str, rounding: RoundingRule) -> Difference | None:
    """Read a sentence on a difference; None if it is none, or holds a number besides. Raises FigureError."""
    plain = text.strip().lower()
    if not any(hint in plain for hint in _HINTS):
        return None
    found = _change(plain) or _gap(plain) or _net(plain)
    if found is None or re.search("[0-9%]", found.rest):
        return None
    first, second = (parse_figure(end, rounding=rounding) for end in found.ends)
    if not _are_of_a_kind(first, second, found.change):
        return None
    return Difference(text.strip(), found.change, first, second, "relative" in found.rest)


def _are_of_a_kind(first: Figure, second: Figure, change: str) -> bool:
    """Two percentages, or two numbers that do not differ in points."""
    in_points = re.search(_POINTS, change) is not None
    return first.kind is second.kind and not (in_points and first.kind is Kind.COUNT)


class _Found(NamedTuple):
    """A change with the percentages that it lies between, and the text without the three."""

    change: str
    ends: tuple[str, str]
    rest: str


def _change(plain: str) -> _Found | None:
    """Down 11 points from 57 percent to 46 percent; to 38% from 52%, a drop of 14 points."""
    found = next((one for form in _CHANGES if (one := re.search(form, plain))), None)
    if found is None:
        return None
    ends = ends_of(found)
    size = f"about {_FRACTIONS[found['size']]}%" if found["size"] in _FRACTIONS else found["size"]
    rest = plain[: found.start()] + " ".join(re.findall("relative", found[0])) + plain[found.end() :]
    return _Found(f"{_way(found['way'], ends)} {size}", ends, rest)


def ends_of(found: re.Match[str]) -> tuple[str, str]:
    """The earlier figure and the later one; of two shares the first may stand without its sign."""
    ends = (found["first"] or found["before"], found["second"] or found["later"])
    first, second = (re.sub(r"\s+of\s.*", "", end) for end in ends)
    shares = [re.fullmatch(SHARE, end) is not None for end in (first, second)]
    if any(shares):
        return _percent(first), _percent(second)
    return first, second


def _way(said: str | None, ends: tuple[str, str]) -> str:
    """The way that is said, or that the percentages go."""
    if said is None:
        first, second = (parse_figure(end).value or 0 for end in ends)
        return "down" if second < first else "up"
    return "down" if re.fullmatch(_FALLS, said) else "up"


def _percent(share: str) -> str:
    return share if re.fullmatch(SHARE, share) else f"{share}%"


def _gap(plain: str) -> _Found | None:
    """58% and 49%, a gap of 9 points."""
    found = next((one for form in _GAPS if (one := re.search(form, plain))), None)
    shares = re.findall(SHARE, plain)
    if found is None or len(shares) != 2:
        return None
    smaller, larger = sorted(shares, key=lambda share: parse_figure(share).value or 0)
    rest = plain[: found.start("size")] + plain[found.end("size") :]
    return _Found(f"up {found['size'].replace('-', ' ')}", (smaller, larger), _without_shares(rest))


def _net(plain: str) -> _Found | None:
    """62% approve and 29% disapprove, a net rating of +33: where only the second is against."""
    found, shares = re.search(_NET, plain), re.findall(SHARE, plain)
    if found is None or len(shares) != 2:
        return None
    near_the_first = plain[: plain.index(shares[0]) + len(shares[0]) + 12]
    if not re.search(_AGAINST, plain) or re.search(_AGAINST, near_the_first):
        return None
    way = "up" if found["sign"] == "+" else "down"
    rest = _without_shares(plain.replace(found[0], ""))
    return _Found(f"{way} {found['size']} points", (shares[1], shares[0]), rest)


def _without_shares(text: str) -> str:
    return re.sub(SHARE, "", text)
