"""Two percentages and what lies between them: `by 11 points from 57 percent to 46 percent`, `58% and 49%, a gap of 9`.

Every number of such a sentence is one of the two percentages or the difference.
"""

import re
from dataclasses import dataclass

from dagster_project.claims.read.figures import Figure, parse_figure
from dagster_project.claims.read.rounding import RoundingRule

_NUMBER = r"(?:[0-9]+(?:\.[0-9]+)?|one|two|three|four|five|six|seven|eight|nine|ten)"
_SHARE = r"[0-9]+(?:\.[0-9]+)?\s?(?:%|percent\b|per\s?cent\b)(?!age|\s*points?\b)"
_POINTS = r"\s?(?:percentage[\s-]points?|points?|pts?|pp)\b"
_FALLS = r"fell|falls|dropped|drops|slid|slipped|declined|decreased|shrank|down"
_RISES = r"rose|rises|climbed|grew|increased|jumped|gained|up"
_WAY = rf"\b(?P<way>{_FALLS}|{_RISES})\s+"
_ENDS = (
    rf"(?:from\s+(?P<first>{_SHARE})\s+to\s+(?P<second>{_SHARE})"
    rf"|to\s+(?P<later>{_SHARE})\s+from\s+(?P<before>{_SHARE}))"
)
_CHANGES = (
    rf"{_WAY}(?:by\s+)?(?P<size>{_NUMBER}(?:{_POINTS}|\s?%|\spercent))\s*,?\s+{_ENDS}",
    rf"{_WAY}{_ENDS}\s*\(\s*[+-]?(?P<size>{_NUMBER}{_POINTS})\s*\)",
)
_GAP = rf"\b(?:gap|difference)\s+of\s+(?P<size>{_NUMBER}{_POINTS})"
_NET = r"\bnet\s+(?:rating|score|approval)(?:\s+\w+)?\s+(?P<sign>[+-])(?P<size>[0-9]+)\b"
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
    for form in _CHANGES:
        if found := re.search(form, plain):
            ends = (found["first"] or found["before"], found["second"] or found["later"])
            rest = plain[: found.start()] + plain[found.end() :]
            way = "down" if re.fullmatch(_FALLS, found["way"]) else "up"
            return _difference(text, f"{way} {found['size']}", ends, rest, rounding)
    shares = re.findall(_SHARE, plain)
    found = re.search(_GAP, plain) or re.search(_NET, plain)
    if found is None or len(shares) != 2:
        return None
    rest = re.sub(_SHARE, "", plain.replace(found[0], ""))
    one, two = (parse_figure(share, rounding=rounding) for share in shares)
    if "sign" not in found.groupdict():
        larger_first = (one.value or 0) >= (two.value or 0)
        ends = (shares[1], shares[0]) if larger_first else (shares[0], shares[1])
        return _difference(text, f"up {found['size']}", ends, rest, rounding)
    if not re.search(_AGAINST, plain) or re.search(_AGAINST, plain[: plain.index(shares[0]) + len(shares[0]) + 12]):
        return None
    way = "up" if found["sign"] == "+" else "down"
    return _difference(text, f"{way} {found['size']} points", (shares[1], shares[0]), rest, rounding)


def _difference(text: str, change: str, ends: tuple[str, str], rest: str, rounding: RoundingRule) -> Difference | None:
    if re.search("[0-9%]", rest):
        return None
    first, second = (parse_figure(end, rounding=rounding) for end in ends)
    return Difference(text.strip(), change, first, second)
