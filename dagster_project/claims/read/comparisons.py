"""What a share is set against: `up from 52% a year ago`, `rose from 52% to 58%`, `three points more than in May`.

The words are cut out, so that the rest is read as if they were not there. What they say is kept: the earlier
percentage, and the way it went and how far where that is said.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dagster_project.claims.read.differences import NUMBER, SHARE
from dagster_project.claims.read.figures import Figure, parse_figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.rounding import RoundingRule
from dagster_project.claims.read.times import EARLIER, LATER, MONTH
from dagster_project.claims.read.ways import ENGLISH_FALLS, ENGLISH_MOVES, ENGLISH_RISES, Way, any_of

_POINTS = rf"{NUMBER}(?:\s|-)?(?:percentage[\s-]points?|points?|pts?|pp)\b"


def _standing(way: Way) -> str:
    """Up, rising, a rise."""
    return rf"{any_of(way.stands | way.going)}|an?\s+(?:{any_of(way.names)})"


_EMPHASIS = r"(?:the\s+|only\s+|just\s+)?"
_WENT = (
    r"(?:(?:and|which\s+is|which\s+was|is|was)\s+)?"
    rf"(?:(?P<up>{_standing(ENGLISH_RISES)})|(?P<down>{_standing(ENGLISH_FALLS)}))"
)
_OF = r"(?:from|on|compared\s+(?:with|to)|against|versus|vs\.?|than|since)"
_BEFORE = rf"(?:compared\s+(?:with|to)|against|versus|vs\.?)\s+{_EMPHASIS}(?P<set>{SHARE})\s+{EARLIER}"
_FROM = rf"{_WENT}\s+(?:from|on|than)\s+{_EMPHASIS}(?P<from>{SHARE})(?:\s+{EARLIER})?"
_BY_FROM = (
    rf"(?:{_WENT}\s+(?:by\s+|of\s+)?(?P<by>{_POINTS})|an?\s+(?P<more>{_POINTS})\s+"
    rf"(?:(?P<rise>{any_of(ENGLISH_RISES.names)})|(?P<drop>{any_of(ENGLISH_FALLS.names)})))\s+"
    rf"(?:(?:from|on|than)\s+{_EMPHASIS}(?P<from>{SHARE})(?:\s+{EARLIER})?|{_OF}\s+{EARLIER}\s*\((?P<set>{SHARE})\))"
)
_BY = rf"(?:{_WENT}\s+(?:by\s+|of\s+)?(?P<by>{_POINTS})|(?P<more>{_POINTS})\s+(?:more|less|fewer|higher|lower))" + (
    rf"(?:\s+{_OF})?(?:\s+{EARLIER})?"
)
_FORMS = tuple(
    rf"(?P<start>^|[\s,;–—-]*[(\[]|[\s,;–—-]+)\b{form}\s*(?P<end>[)\]]|,|(?=[.;:)]|\s+(?:and|but|while)\b|$))"
    for form in (_BY_FROM, _FROM, _BEFORE, _BY)
)


def _moving(way: Way) -> str:
    """Rose, a rise, up: before both ends of a move."""
    return rf"{any_of(way.went | way.going)}|(?:(?:an?|the)\s+)?(?:{any_of(way.names)})|{any_of(way.stands)}"


_MOVED = rf"\b(?:(?P<up>{_moving(ENGLISH_RISES)})|(?P<down>{_moving(ENGLISH_FALLS)})|{any_of(ENGLISH_MOVES)})"
_FIRST = rf"(?P<first>{SHARE}|[0-9]+(?:\.[0-9]+)?(?=\s+to\s+[0-9.]+\s?(?:%|per)))"
_NAMES = any_of(ENGLISH_RISES.names | ENGLISH_FALLS.names | {"change"})
_AFTER = rf"(?:\s*(?:,|\()\s*(?:[+-]|an?\s+(?:{_NAMES})\s+of\s+|by\s+|up\s+|down\s+)?(?P<more>{_POINTS})\s*\)?)?"
_MOVES = tuple(
    rf"{_MOVED}(?:\s+(?:by|of))?(?:\s+(?P<by>{_POINTS}))?,?\s+{ends}{_AFTER}"
    for ends in (
        rf"from\s+{_EMPHASIS}{_FIRST}(?:\s+{EARLIER})?,?\s+to\s+{_EMPHASIS}(?P<later>{SHARE})(?:\s+{LATER})?",
        rf"to\s+{_EMPHASIS}(?P<later>{SHARE})(?:\s+{LATER})?,?\s+(?:from|compared\s+(?:with|to)|against)\s+"
        rf"{_EMPHASIS}{_FIRST}(?:\s+{EARLIER})?",
    )
)
_POLLED = (
    r"(?<=[%tc])\s*\(\s*(?:(?P<way>up|down|\+|-|−|–)\s?(?P<size>[0-9]+(?:\.[0-9]+)?)(?:\s?(?:points?|pts?|pp))?"
    rf"(?:\s+{_OF}\s+(?:{EARLIER}|{MONTH}))?|=|±\s?0|\+/-\s?0|-|–|−|nc|n/c|no\s+change|unchanged)\s*\)"
)
_NEXT = rf"^\s+(?=[^\W\d_][^()%,;]*?\s{SHARE})"
_HINTS = ("from", "compared", "against", "versus", "vs", "point", "pp", "pts", "than", "(")  # one stands in every form
_ALSO = rf"^\s*(?:,|and)\s+(?P<also>{SHARE})\s+{EARLIER}(?=\s*[,.;]|\s*$)"


@dataclass(frozen=True)
class Comparison:
    """An earlier percentage and whether the `later` one is said to be above it; None where no way is said.

    `size` is the change as it is printed; of one without an earlier percentage only that is known.
    """

    text: str
    earlier: Figure | None
    later: Figure | None
    rises: bool | None
    size: str = ""


def without_comparisons(text: str, rounding: RoundingRule) -> tuple[str, tuple[Comparison, ...]]:
    """The text without what its shares are set against, and that. Raises FigureError."""
    found: list[Comparison] = []
    if not any(hint in text.lower() for hint in _HINTS):
        return text, ()
    text = _without_polled(_without_moves(text, rounding, found), rounding, found)
    for form in _FORMS:
        while one := re.search(form, text, flags=re.IGNORECASE):
            before, behind = text[: one.start()], text[one.end() :]
            found.append(_comparison(one, before, behind, rounding))
            while also := re.search(_ALSO, behind, flags=re.IGNORECASE):
                found.append(Comparison(also["also"], _share(also["also"], rounding), None, None))
                behind = behind[also.end() :]
            text = _joined(before, behind)
    return text, tuple(found)


def _without_moves(text: str, rounding: RoundingRule, found: list[Comparison]) -> str:
    """Of a share that rose from one to another, the other stays."""
    for form in _MOVES:
        while one := re.search(form, text, flags=re.IGNORECASE):
            first = one["first"] if re.search("[^0-9.]", one["first"]) else f"{one['first']}%"
            earlier, later = _share(first, rounding), _share(one["later"], rounding)
            found.append(Comparison(one[0], earlier, later, _rises(one), _size(one)))
            text = f"{text[: one.start()]}{one['later']}{text[one.end() :]}"
    return text


def _without_polled(text: str, rounding: RoundingRule, found: list[Comparison]) -> str:
    """Of a share with its change in brackets, as polls are told, the share stays; a comma parts it from the next."""
    while one := re.search(_POLLED, text, flags=re.IGNORECASE):
        before, behind = text[: one.start()], text[one.end() :]
        if one["size"]:
            size = f"{'up' if one['way'].lower() in ('up', '+') else 'down'} {one['size']} points"
            found.append(Comparison(one[0].strip(" ()"), None, _last_of(before, rounding), None, size))
        text = before + re.sub(_NEXT, ", ", behind)
    return text


def _joined(before: str, behind: str) -> str:
    """What stood around words that are cut out; at the start of a sentence the comma goes with them."""
    return f"{before} {behind.lstrip()}" if before.strip() else behind.lstrip(" ,")


def _comparison(found: re.Match[str], before: str, behind: str, rounding: RoundingRule) -> Comparison:
    said = found.groupdict()
    later = _last_of(before, rounding) or next(_shares(behind, rounding), None)
    earlier = said.get("from") or said.get("set")
    text = found[0].strip(" ,;()[]")
    return Comparison(text, _share(earlier, rounding) if earlier else None, later, _rises(found), _size(found))


def _rises(found: re.Match[str]) -> bool | None:
    said = found.groupdict()
    up, down = said.get("up") or said.get("rise"), said.get("down") or said.get("drop")
    return True if up else False if down else None


def _size(found: re.Match[str]) -> str:
    """How far, and where it is said which way: up 3 points."""
    said = found.groupdict()
    size = (said.get("by") or said.get("more") or "").replace("-", " ")
    way = {True: "up ", False: "down ", None: ""}[_rises(found)]
    return f"{way}{size}" if size else ""


def _last_of(text: str, rounding: RoundingRule) -> Figure | None:
    return next(iter([*_shares(text, rounding)][-1:]), None)


def _shares(text: str, rounding: RoundingRule) -> Iterator[Figure]:
    return (_share(share, rounding) for share in re.findall(SHARE, text, flags=re.IGNORECASE))


def _share(text: str, rounding: RoundingRule) -> Figure:
    return parse_figure(text, Kind.PERCENTAGE, rounding=rounding)
