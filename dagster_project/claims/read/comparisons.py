"""What a share is set against: `up from 52% a year ago`, `against 61% in 2020`, `three points more than in May`.

The words are cut out, so that the rest is read as if they were not there. What they say is kept: the earlier
percentage, with the way it went where that is said.
"""

import re
from dataclasses import dataclass

from dagster_project.claims.read.differences import NUMBER, SHARE
from dagster_project.claims.read.figures import Figure, parse_figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.rounding import RoundingRule

_POINTS = rf"{NUMBER}(?:\s|-)?(?:percentage[\s-]points?|points?|pts?|pp)\b"
_UP = r"up|higher|more|rising|having\s+risen|an?\s+(?:rise|increase|gain)"
_DOWN = r"down|lower|less|fewer|falling|having\s+fallen|an?\s+(?:fall|drop|decrease|decline)"
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
)
_SPAN = (
    r"(?:year|month|quarter|week|decade|wave|survey|poll|round|study|winter|spring|summer|autumn|fall|season|time)s?"
)
_TIME = (
    rf"(?:(?:an?|one|two|three|four|five|six|ten|[0-9]{{1,2}})\s+{_SPAN}\s+(?:ago|earlier|before|previously)"
    rf"|(?:in|the)\s+(?:the\s+)?(?:(?:previous|last|prior|earlier|same|year|month|quarter|week)\s*)+"
    rf"(?:{_SPAN}|before|earlier)?(?:\s+in\s+(?:19|20)[0-9]{{2}})?"
    rf"|last\s+(?:{_SPAN}|{_MONTH})|(?:in|since|for)\s+(?:{_MONTH}\s+)?(?:19|20)[0-9]{{2}}(?![0-9,.]*[0-9%])"
    rf"|(?:in|since|last)\s+{_MONTH}|previously|before|earlier)"
)
_OF = r"(?:from|on|compared\s+(?:with|to)|against|versus|vs\.?|than|since)"
_BEFORE = rf"(?:compared\s+(?:with|to)|against|versus|vs\.?)\s+(?:the\s+|only\s+|just\s+)?(?P<set>{SHARE})\s+{_TIME}"
_WENT = rf"(?:(?:and|which\s+is|which\s+was|is|was)\s+)?(?:(?P<up>{_UP})|(?P<down>{_DOWN}))"
_FROM = rf"{_WENT}\s+(?:from|on|than)\s+(?:the\s+|only\s+|just\s+)?(?P<from>{SHARE})(?:\s+{_TIME})?"
_BY = rf"(?:{_WENT}\s+(?:by\s+|of\s+)?(?P<by>{_POINTS})|(?P<more>{_POINTS})\s+(?:more|less|fewer|higher|lower))" + (
    rf"(?:\s+{_OF})?(?:\s+{_TIME})?"
)
_FORMS = tuple(
    rf"(?P<start>^|[\s,;–—-]*[(\[]|[\s,;–—-]+)\b{form}\s*(?P<end>[)\]]|,|(?=[.;:)]|\s+(?:and|but|while)\b|$))"
    for form in (_FROM, _BEFORE, _BY)
)
_HINTS = ("from", "compared", "against", "versus", "vs", "point", "pp", "pts", "than")  # one stands in every form
_ALSO = rf"^\s*(?:,|and)\s+(?P<also>{SHARE})\s+{_TIME}(?=\s*[,.;]|\s*$)"


@dataclass(frozen=True)
class Comparison:
    """An earlier percentage and whether the `later` one is said to be above it; None where no way is said.

    Of a change without an earlier percentage only its size is known, as it is printed.
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
    for form in _FORMS:
        while one := re.search(form, text, flags=re.IGNORECASE):
            before, behind = text[: one.start()], text[one.end() :]
            found.append(_comparison(one, before, behind, rounding))
            while also := re.search(_ALSO, behind, flags=re.IGNORECASE):
                found.append(Comparison(also["also"], _earlier(also["also"], rounding), None, None))
                behind = behind[also.end() :]
            text = _joined(before, behind)
    return text, tuple(found)


def _joined(before: str, behind: str) -> str:
    """What stood around words that are cut out; at the start of a sentence the comma goes with them."""
    return f"{before} {behind.lstrip()}" if before.strip() else behind.lstrip(" ,")


def _comparison(found: re.Match[str], before: str, behind: str, rounding: RoundingRule) -> Comparison:
    said = found.groupdict()
    shares = re.findall(SHARE, before, flags=re.IGNORECASE)[-1:] or re.findall(SHARE, behind, flags=re.IGNORECASE)[:1]
    later = parse_figure(shares[0], Kind.PERCENTAGE, rounding=rounding) if shares else None
    text, size = found[0].strip(" ,;()[]"), said.get("by") or said.get("more") or ""
    earlier = said.get("from") or said.get("set")
    rises = True if said.get("up") else False if said.get("down") else None
    return Comparison(text, _earlier(earlier, rounding) if earlier else None, later, rises, size)


def _earlier(text: str, rounding: RoundingRule) -> Figure:
    return parse_figure(text, Kind.PERCENTAGE, rounding=rounding)
