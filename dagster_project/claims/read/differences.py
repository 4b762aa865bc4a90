"""Two percentages and what lies between them: `by 11 points from 57 percent to 46 percent`, `58% and 49%, a gap of 9`.

Every number of such a sentence is one of the two percentages or the difference.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from dagster_project.claims.read.figures import Figure, parse_figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.rounding import RoundingRule
from dagster_project.claims.read.ways import ENGLISH_FALLS, ENGLISH_RISES, any_of

NUMBER = r"(?:[0-9]+(?:\.[0-9]+)?|one|two|three|four|five|six|seven|eight|nine|ten)"
SHARE = r"[0-9]+(?:\.[0-9]+)?\s?(?:%|percent\b|per\s?cent\b|pct\b|pc\b)(?!age|\s*points?\b)"
_POINTS = r"\s?(?:percentage[\s-]points?|points?|pts?|pp)\b"
_FALLS = any_of(ENGLISH_FALLS.went | {"down"})
_RISES = any_of(ENGLISH_RISES.went | {"up"})
_WAY = rf"\b(?P<way>{_FALLS}|{_RISES})\s+"
_CHANGE = any_of(ENGLISH_FALLS.names | ENGLISH_RISES.names | {"change"})
_END = rf"(?:{SHARE}|[0-9]+(?:\.[0-9]+)?(?=\s+(?:to|from)\s))"
_ENDS = (
    rf"(?:from\s+(?P<first>{_END})\s+to\s+(?P<second>{SHARE})"
    rf"|to\s+(?P<later>{_END})\s*,?\s+from\s+(?P<before>{SHARE}))"
)
_SIZE = rf"(?P<size>{NUMBER}(?:{_POINTS}|\s?%|\spercent))"
_CHANGES = (
    rf"(?:{_WAY}(?:by\s+)?|\bby\s+){_SIZE}\s*,?\s+{_ENDS}",
    rf"{_WAY}{_ENDS}\s*(?:\(|,)\s*(?:[+-]|an?\s+(?:{_CHANGE})\s+of\s+|by\s+)?"
    rf"(?P<size>{NUMBER}{_POINTS})\s*\)?",
)
_GAPS = (
    rf"\b(?:gap|difference|lead|margin)\s+(?:of|was|is)\s+(?P<size>{NUMBER}{_POINTS})",
    rf"\b(?P<size>{NUMBER}[\s-]points?)\s+(?:gap|difference|lead)\b",
)
_NET = r"\bnet\s+(?:rating|score|approval)(?:\s+\w+)?\s+(?P<sign>[+-])(?P<size>[0-9]+)\b"
_HINTS = (" from ", "gap", "difference", "lead", "margin", "net ")  # one stands in every form
_AGAINST = r"\b(?:against|disapprove\w*|oppose\w*|disagree\w*|unfavou?rable)\b"


@dataclass(frozen=True)
class Difference:
    """A printed difference, and the percentages that it lies between, the earlier or smaller one first."""

    text: str
    change: str
    first: Figure
    second: Figure


def parse_difference(text: str, rounding: RoundingRule) -> Difference | None:
    """Read a sentence on a difference; None if it is none, or holds a number besides. Raises FigureError."""
    plain = text.strip().lower()
    if not any(hint in plain for hint in _HINTS):
        return None
    found = _change(plain) or _gap(plain) or _net(plain)
    if found is None or re.search("[0-9%]", found.rest):
        return None
    first, second = (parse_figure(end, Kind.PERCENTAGE, rounding=rounding) for end in found.ends)
    return Difference(text.strip(), found.change, first, second)


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
    ends = (_percent(found["first"] or found["before"]), _percent(found["second"] or found["later"]))
    return _Found(f"{_way(found['way'], ends)} {found['size']}", ends, plain[: found.start()] + plain[found.end() :])


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
    return _Found(f"up {found['size']}", (smaller, larger), _without_shares(plain.replace(found[0], "")))


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
