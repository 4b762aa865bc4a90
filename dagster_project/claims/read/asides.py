"""What a sentence says beside its figures: numbers that surely count nobody, set aside before it is read.

Years, dates, quarters, ages, periods, money, numbers of questions and tables, scales, margins of error. Each is a form
in which the number can be nothing else; a number in any other form stays, and is read or refused. The forms are data,
a pattern and what stands in its place.
"""

import re
from collections.abc import Mapping

_YEAR = r"(?:19|20)[0-9]{2}(?![0-9]|,[0-9]|\.[0-9]|\s?%)"
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
)
_DAY = r"[0-9]{1,2}(?:st|nd|rd|th)?"
_DATE = rf"(?:{_DAY}\s+{_MONTH}(?:,?\s+{_YEAR})?|{_MONTH}\s+{_DAY}(?:\s*,\s*{_YEAR})(?!\s?%)|{_MONTH}\s+{_YEAR})"
_NUMBERED = r"(?:question|table|figure|fig\.|chart|wave|round|item|section|appendix|note)\s?[0-9]{1,3}[a-z]?"
_AGE = r"[0-9]{1,3}"
_QUARTER = (
    rf"(?:(?:in\s+)?(?:the\s+)?(?:first|second|third|fourth|last)\s+(?:quarter|half)\s+of\s+{_YEAR}"
    rf"|q[1-4]\s+(?:fy\s?)?{_YEAR})"
)
_PERIOD = (
    r"(?:[0-9]+|one|two|three|four|five|six|seven|eight|nine|ten|twelve)[\s-]"
    r"(?:hours?|days?|weeks?|months?|years?|minutes?)(?:\s+(?:ago|before|earlier|or\s+(?:more|longer)))?"
)
_SIZE = r"[0-9]+(?:\.[0-9]+)?\s?(?:%|percent|per\s?cent|percentage\s+points?|points?|pts?|pp)?"
_WITH_A_SHARE = r"(?![0-9.]|\s?%)(?=[^0-9()]*\([0-9.]+\s?%)"
_THEN_A_FIGURE = r"(?=\s+(?:[0-9]|[a-z]+(?:-[a-z]+)?\s(?:per|out)))"

ENGLISH_ASIDES: Mapping[str, str] = {
    # when
    rf"\(\s*(?:{_DATE}|{_QUARTER}|{_YEAR})\s*\)": "",
    rf"\b(?:(?:as\s+of|in|on|by|since|until|during|for|from)\s+)?{_DATE}(?=\s*[,:.)]|\s*$)": "",
    rf"\b(?:in\s+)?{_QUARTER}": "",
    rf"\b(?:in|by|since|until|during)\s+(?:fy\s?)?{_YEAR}(?=\s*[,:;.)]|\s*$)": "",
    rf"\b(?:over|in|within|during|for)\s+(?:the\s+(?:past|last|previous|next)\s+)?{_PERIOD}": "",
    rf"\b(?:for|after|within)\s+{_PERIOD}(?=\s*[,:;.)]|\s*$)": "",
    r"\b(?:a\s+)?[0-9]+-(?=(?:hour|day|week|month|year|minute)\b)": "",
    r"\b(?:one|two|three|four|five)-(?=(?:bedroom|storey|way|person|parent|time|off)s?\b)": "",
    r"\bcovid-19\b": "covid",
    r"[$€£][0-9][0-9,.]*(?:\s+or\s+(?:more|less))?(?=\s*[,:;.)]|\s*$)": "",
    r"^\s*without\s+weighting\s*,": "",
    # who is asked what
    rf"^\s*{_NUMBERED}\s*[:.,]|\b(?:as|in)\s+{_NUMBERED}(?:\s+(?:makes?\s+clear|shows?))?\s*,": "",
    rf"^\s*{_NUMBERED}\s+(?:shows?|says?|has|found)\s+(?:that\s+)?": "",
    rf"^\s*{_NUMBERED}(?=\s*\()": "",
    r"^\s*q[0-9]{1,3}[a-z]?\s*[.:](?:[^?.0-9%:]*\?)?": "",
    rf"\baged\s+{_AGE}\s*(?:(?:to|-|–|and)\s*{_AGE}|and\s+over|or\s+(?:over|older|more)|\+)?(?=\s*[,:.)]|\s*$)": "",
    # what it is compared with
    rf"[;,]?\s*\(?\b(?:a\s+|the\s+)?(?:margin\s+of\s+(?:sampling\s+)?error|moe)\b[\s,:]*(?:is|was|of)?\s*"
    rf"(?:±|\+\s?/\s?[-−–]|plus\s+or\s+minus)?\s*{_SIZE}\)?": "",
    r"\(\s*[0-9]{2}\s?%\s?ci\b[\s,:]*[0-9.]+\s?%?\s?(?:to|-|–)\s?[0-9.]+\s?%?\s*\)": "",
    r"[;,]?\s*[0-9]{2}\s?%\s?ci\b[\s,:]*[0-9.]+\s?%?\s?(?:to|-|–)\s?[0-9.]+\s?%?": "",
    r"\(\s*p\s*[=<>]\s*0?\.[0-9]+\s*\)": "",
    r"\((?:figures|numbers|percentages|shares)\s+(?:may|might|do)\s+not\s+(?:sum|add\s+up)\s+to\s+100[^()0-9]*\)": "",
    # what is said in another way
    rf"\b(?:(?:has|have)\s+)?(?:found|shows?|showed|says|claims?|suggests?|reveals?)\s+that\b{_THEN_A_FIGURE}": ":",
    r"\bfound\s+(?=[0-9])": ": ",
    rf"(?<!\bof\s)(?<!among\s)\b(?:all|every\s+one)\s+of\s+(?:the\s+)?([0-9][0-9,]*){_WITH_A_SHARE}": r"\1 of \1",
    r"(?<![0-9/.,])([0-9][0-9,]*)\s?/\s?([0-9][0-9,]*)(?![0-9/.,])(?=\s*\(\s*[<>~≈]?[0-9.]+\s?%)": r"\1 of \2",
    r"((?:%|percent|per\s?cent)\s*\(\s*)([0-9][0-9,]*)\s?/\s?([0-9][0-9,]*)(?=\s*[);,])": r"\1\2 of \3",
    r"(?<=%)\s*in\s+the\s+(?=[0-9][0-9,]*\s+[a-z])": " of the ",
    r"\(\s*n\s*=\s*([0-9][0-9,]*)\s*\)(?=\s+of\b)": r"(\1)",
    r",\s*(?:for\s+)?a\s+(?:response|completion|participation)\s+rate\s+of\s+(?=[0-9])": " or ",
    r"\bgive\s+or\s+take\s+a\s+few\s*,": "about",
}


def set_aside(text: str, asides: Mapping[str, str]) -> str:
    """`text` without what stands beside its figures."""
    for form, instead in asides.items():
        text = re.sub(form, instead, text, flags=re.IGNORECASE)
    text = re.sub(r"\(\s*[;,]?\s*\)", "", text)
    return re.sub(r"^[\s,;:.]+", "", text) if asides else text
