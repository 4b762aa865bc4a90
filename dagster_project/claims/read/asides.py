"""What a sentence says beside its figures: numbers that surely count nobody, set aside before it is read.

Years, dates, times, ages, periods, money, numbers of questions, tables and pages, scales, margins of error; and what is
a count, a base or a share in other words. Each is a form in which the number can be nothing else; a number in any other
form stays, and is read or refused. The forms are data: what a text must hold for one, a pattern, what is read instead.
"""

import re
from collections.abc import Sequence

from dagster_project.claims.read.aside import NUMBER, SHARE, Aside
from dagster_project.claims.read.measures import MEASURES
from dagster_project.claims.read.statistics import STATISTICS
from dagster_project.claims.read.times import MONTH, YEAR

_YEARS = rf"(?:19|20)[0-9]{{2}}\s?(?:[–-]\s?(?:{YEAR}|[0-9]{{2}}\b)|/[0-9]{{2}}\b)(?!\s?%)"
_DAY = r"[0-9]{1,2}(?:st|nd|rd|th)?"
_DAYS = rf"{_DAY}(?:\s?(?:[–-]|to|and)\s?{_DAY})?"
_DATE = rf"(?:{_DAYS}\s+{MONTH}(?:,?\s+{YEAR})?|{MONTH}\s+{_DAYS}(?:\s*,\s*{YEAR})(?!\s?%)|{MONTH}\s+{YEAR})"
_WHOLE_DATE = (
    rf"(?:(?:from\s+|between\s+)?{_DAYS}\s+{MONTH}\s+(?:(?:to|and|[–-])\s+{_DAY}\s+{MONTH}\s+)?{YEAR}"
    rf"|{MONTH}\s+{_DAYS}\s*,\s*{YEAR})"
)
_WHEN = r"(?:as\s+of|in|on|by|since|until|till|during|for|from|before|after|between|throughout|over)"
_SEASON = (
    r"(?:the\s+)?(?:year|spring|summer|autumn|fall|winter|fiscal(?:\s+year)?|financial\s+year|fy)(?:\s+(?:of|to))?"
)
_LEADS_ON = (
    r"(?=\s*[,:;.)]|\s*$|\s+(?:[0-9]|the\b|an?\b|about\b|around\b|roughly\b|some\b|nearly\b|almost\b|only\b|just\b|over\b"
    r"|more\b|fewer\b|less\b|at\s+least\b|under\b|we\b|they\b|it\b|there\b))"
)
_END = r"(?=\s*[,:;.)]|\s*$)"
_PART = r"[0-9]{1,3}(?:[.–-][0-9]{1,3})*[a-z]?\b(?!\s?%)"
_NAMED = r"question|table|figure|fig\.|chart|wave|round|item|section|appendix|note|statement"
_PAGED = r"page|p\.|pp\.|chapter|slide|paragraph|para\.?|column|row|exhibit|annex|volume|vol\."
_NAMES = tuple(name.replace(r"\.?", "").replace("\\", "") for name in f"{_NAMED}|{_PAGED}".split("|"))
_NUMBERED = rf"(?:{_NAMED})\s?{_PART}"
_PLACE = rf"(?:{_NAMED}|{_PAGED})\s?{_PART}"
_AGE = r"[0-9]{1,3}"
_QUARTER = (
    rf"(?:(?:in\s+)?(?:the\s+)?(?:first|second|third|fourth|last)\s+(?:quarter|half)\s+of\s+{YEAR}"
    rf"|q[1-4]\s+(?:fy\s?)?{YEAR})"
)
_PERIOD = (
    r"(?:[0-9]+|one|two|three|four|five|six|seven|eight|nine|ten|twelve)[\s-]"
    r"(?:hours?|days?|weeks?|months?|years?|minutes?)(?:\s+(?:ago|before|earlier|or\s+(?:more|longer)))?"
)
_SIZE = r"[0-9]+(?:\.[0-9]+)?\s?(?:%|percentage\s+points?|percent|per\s?cent|points?|pts?|pp)?"
_WITH_A_SHARE = rf"(?![0-9.]|\s?%)(?=[^0-9()]*\({SHARE})"
_THEN_A_FIGURE = r"(?=\s+(?:[0-9]|[a-z]+(?:-[a-z]+)?\s(?:per|out)))"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CENTURIES = ("19", "20")
_UNITS_OF_TIME = ("hour", "day", "week", "month", "year", "minute")
_COUNTS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    "|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
_WORDED = rf"(?:{_COUNTS})(?:[\s-](?:hundred|and|{_COUNTS}))*"
_ASKED = r"(?:surveyed|polled|interviewed|questioned|canvassed)"


def _all_but(found: re.Match[str]) -> str:
    """All but two of 36 are 34 of 36."""
    words = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    few = found[1].lower()
    missing = words.index(few) + 1 if few in words else int(few.replace(",", "")) if few[0].isdigit() else None
    whole = int(found[2].replace(",", ""))
    return found[0] if missing is None or missing > whole else f"{whole - missing} of {whole}"


def _with_shares(found: re.Match[str]) -> str:
    """A list headed n (%): 58 (29.0) is 58 (29.0%), and all 200 (100) is its base."""
    rows = re.sub(rf"({NUMBER})\s*\(([0-9]+(?:\.[0-9]+)?)\)", r"\1 (\2%)", found[1])
    return ":" + re.sub(rf"\s*[;,]\s*(?:all|total)\s+({NUMBER})\s*\(100(?:\.0+)?%\)\s*\.?\s*$", r" of \1", rows)


ENGLISH_ASIDES: Sequence[Aside] = (
    *STATISTICS,
    *MEASURES,
    Aside(("p.c", "p. c"), r"(?<=[0-9])\s*p\.\s?c\.", "%"),
    Aside(("-per",), r"(?<=[0-9a-z])-(?=per\s?cent\b)", " "),
    Aside(("fieldwork",), r"[,;]?\s*\bfieldwork\b[^,;]*?(?=\s*[,;.)]|\s*$)"),
    # when
    Aside((*_MONTHS, *_CENTURIES), rf"\(\s*(?:{_WHOLE_DATE}|{_DATE}|{_QUARTER}|{_YEARS}|{YEAR})\s*\)"),
    Aside(_MONTHS, rf"\b(?:{_WHEN}\s+)?{_WHOLE_DATE}"),
    Aside(_MONTHS, rf"\b(?:{_WHEN}\s+)?{_DATE}{_LEADS_ON}"),
    Aside(_CENTURIES, rf"\b(?:in\s+)?{_QUARTER}"),
    Aside(_CENTURIES, rf"\b(?:between|from)\s+{YEAR}\s+(?:and|to)\s+{YEAR}{_LEADS_ON}"),
    Aside(_CENTURIES, rf"\b{_WHEN}\s+(?:the\s+)?(?:early\s+|late\s+|mid-?)?(?:19|20)?[0-9]0s\b"),
    Aside(
        _CENTURIES,
        rf"\b{_WHEN}\s+(?:the\s+|{_SEASON}\s+)?{_YEARS}(?:\s+(?:season|school\s+year|financial\s+year|fiscal\s+year))?",
    ),
    Aside(_CENTURIES, rf"\b{_WHEN}\s+{_SEASON}\s*{YEAR}"),
    Aside(_CENTURIES, rf"\b{_WHEN}\s+{YEAR}{_LEADS_ON}"),
    Aside(_CENTURIES, rf"\b(?:an?|the)\s+{YEAR}\s+(?=(?:survey|poll|study|report|census)\b)", "a "),
    Aside(
        ("day", "week", "month", "year", "wave", "round"),
        rf"\b(?:to|by|at|on|in|since|from|until)\s+(?:day|week|month|year|wave|round)\s+(?:[0-9]{{1,3}}|{_COUNTS})\b(?!\s?%)",
    ),
    Aside((".",), r"(?:(?<=[%)])|(?<=percent)|(?<=per cent))\.\s+(?=[a-z])", "; "),
    Aside(_UNITS_OF_TIME, rf"\b(?:over|in|within|during|for)\s+(?:the\s+(?:past|last|previous|next)\s+)?{_PERIOD}"),
    Aside(_UNITS_OF_TIME, rf"\b(?:for|after|within|before|at|by)\s+{_PERIOD}{_LEADS_ON}"),
    Aside(_UNITS_OF_TIME, r"\b(?:a\s+)?[0-9]+-(?=(?:hour|day|week|month|year|minute)\b(?!-olds?\b))"),
    Aside(
        ("am", "pm", "a.m", "p.m", ":", "."),
        r"\b(?:at|by|before|after|from|until)\s+[0-9]{1,2}(?:[.:][0-9]{2})?\s?(?:[ap]\.?m\b\.?|o'clock\b)",
    ),
    Aside(("-",), r"\b(?:one|two|three|four|five)-(?=(?:bedroom|storey|way|person|parent|time|off)s?\b)"),
    Aside(("$", "€", "£"), r"[$€£][0-9][0-9,.]*(?:\s+or\s+(?:more|less))?(?=\s*[,:;.)]|\s*$)"),
    Aside(("weighting",), r"^\s*without\s+weighting\s*,"),
    # who is asked what, and where it is printed
    Aside(
        _NAMES,
        rf"^\s*(?:(?:see|on|in|from|as|cf\.?)\s+)?{_PLACE}(?:\s*,\s*{_PLACE})*(?:\s+(?:makes?\s+clear|shows?))?\s*[:.,](?![0-9])",
    ),
    Aside(_NAMES, rf"\bin\s+(?:answer|reply|response)\s+to\s+{_NUMBERED}\s*,?"),
    Aside(_NAMES, rf"\b(?:as|in)\s+{_NUMBERED}(?:\s+(?:makes?\s+clear|shows?))?\s*,"),
    Aside(_NAMES, rf"^\s*{_NUMBERED}\s+(?:shows?|says?|has|found)\s+(?:that\s+)?"),
    Aside(_NAMES, rf"^\s*{_NUMBERED}(?=\s*\()"),
    Aside(("q",), r"^\s*q[0-9]{1,3}[a-z]?\s*[.:](?:[^?.0-9%:]*\?)?"),
    Aside(
        (" of ",),
        r"\b(?:version|phase|stage|wave|round|part|volume|edition|season|series|week|day)\s+[0-9]{1,3}\s+(?=of\s+(?:the|its|this|our)\s+[a-z])",
    ),
    Aside(
        ("age",),
        rf"\b(?:aged?|ages)\s+{_AGE}\s*(?:(?:to|-|–|and)\s*{_AGE}|(?:and|or)\s+(?:over|older|above|more|under|younger)|\+)?(?!\s?%)(?![0-9.,]*[0-9])",
    ),
    Aside(
        ("age",), rf"\b(?:before|by|after|since|from|until|under|over|at|above|below)\s+the\s+age\s+of\s+{_AGE}(?!\s?%)"
    ),
    Aside(("year",), rf"\b(?:{_AGE}-?\s?(?:to|-|–|and)\s?)?{_AGE}-?\s?years?-?\s?olds?\b", "people"),
    Aside(("under", "over"), r"\b(?:the\s+)?(?:under|over)[\s-][0-9]{2}s\b", "people"),
    # what it is compared with
    Aside(
        ("error", "moe"),
        rf"[;,]?\s*\(?\b(?:a\s+|the\s+)?(?:margin\s+of\s+(?:sampling\s+)?error|moe)\b[\s,:]*(?:is|was|of)?\s*"
        rf"(?:±|\+\s?/\s?[-−–]|plus\s+or\s+minus)?\s*{_SIZE}\)?",
    ),
    Aside(("times out of",), r"[,;]?\s*(?:accurate\s+)?(?:19|nineteen)\s+times\s+out\s+of\s+(?:20|twenty)\b"),
    Aside(("±", "+", "plus or"), rf"\s*\(\s*(?:±|\+\s?/?\s?[-−–]|plus\s+or\s+minus)\s*{_SIZE}\s*\)"),
    Aside(("±", "+", "plus or"), rf"(?<=[%t])\s*,?\s*(?:±|\+\s?/\s?[-−–]|plus\s+or\s+minus)\s*{_SIZE}"),
    Aside(
        ("100",),
        r"\((?:figures|numbers|percentages|shares)\s+(?:may|might|do)\s+not\s+(?:sum|add\s+up)\s+to\s+100[^()0-9]*\)",
    ),
    # what is said in another way
    Aside(
        (". ",),
        rf"(?<=[a-z)%])(?<!\b(?:no|ca|vs|pp|st|dr|mr))(?<!\b(?:fig|inc|est|mrs))(?<!\b[a-z])(?<!approx)\.\s+"
        rf"(?=(?:(?:(?:the\s+)?(?:remaining|other)|another|a\s+further|only|just|about|around|nearly|almost|over)\s+)?"
        rf"(?:{NUMBER}(?:\.[0-9]+)?[\s%]|(?:{_COUNTS})\b))",
        "; ",
    ),
    Aside(("in total", "altogether", "in all"), r"^\s*(?:in\s+total|altogether|in\s+all)\s*,?\s+(?=[0-9])"),
    Aside(
        ("total of",),
        rf"^\s*a\s+total\s+of\s+({NUMBER}(?:\s+[a-z]+){{1,3}}?)\s+(?:responded|replied|answered|voted|took\s+part|participated"
        rf"|were\s+{_ASKED})\s*[:;,.]\s*",
        r"of \1: ",
    ),
    Aside(("overall", "in all", "in total"), rf"\s*\(\s*({SHARE}\s+(?:overall|in\s+all|in\s+total))\s*\)", r", \1"),
    Aside(
        ("overall",),
        rf"^\s*overall\s*,?\s+({SHARE})[^0-9:;%]*[:;]\s*({SHARE}\s+of\b.*{SHARE}\s+of\b[^.]*)\.?",
        r"\2, \1 overall",
    ),
    Aside(
        ("several", "more than one", "multiple", "all that apply"),
        r"\b(?:(?:respondents|participants|people|each|they)\s+)?(?:could|can|were\s+able\s+to)\s+"
        r"(?:choose|select|give|name|pick|tick|mention)\s+(?:several|more\s+than\s+one|multiple)"
        r"(?:\s+(?:answers?|options?|responses?|reasons?))?\b|\b(?:tick|select|check|choose|mark)\s+all\s+that\s+apply\b",
        "several answers possible",
    ),
    Aside(
        ("that",),
        rf"\b(?:(?:has|have)\s+)?(?:found|shows?|showed|says|claims?|suggests?|reveals?)\s+that\b{_THEN_A_FIGURE}",
        ":",
    ),
    Aside(("found",), r"\bfound\s+(?=[0-9])", ": "),
    Aside(
        ("all ", "every", "each of"),
        rf"(?<!\bof\s)(?<!among\s)(?<!not\s)\b(?:all|(?:every\s?one|each(?:\s+one)?)\s+of)\s+(?:of\s+)?(?:the\s+)?({NUMBER})"
        rf"{_WITH_A_SHARE}",
        r"\1 of \1",
    ),
    Aside(
        ("no one", "no-one", "nobody", "none", "not one", "not a single"),
        rf"\b(?:no[\s-]one|nobody|none|not\s+(?:one|a\s+single\s+one))\s+(?:of|among)\s+(?:the\s+)?({NUMBER}){_WITH_A_SHARE}",
        r"none of \1",
    ),
    Aside(("all but",), rf"\ball\s+but\s+({NUMBER}|[a-z]+)\s+of\s+(?:the\s+)?({NUMBER})(?![0-9.]|\s?%)", _all_but),
    Aside(("not all",), rf"\bnot\s+all\s+of\s+(?=(?:the\s+)?{NUMBER}\s)", "of "),
    Aside(("/",), r"(?<![0-9/.,])([0-9]{1,2})/([0-9]{1,2})(?=\s+of\s+(?:the\s+|all\s+)*[0-9])", r"\1 in \2"),
    Aside(("/",), rf"(?<![0-9/.,])({NUMBER})\s?/\s?({NUMBER})(?![0-9/.,])(?=\s*\(\s*{SHARE})", r"\1 of \2"),
    Aside(("/",), rf"((?:%|percent|per\s?cent)\s*\(\s*)({NUMBER})\s?/\s?({NUMBER})(?=\s*[);,])", r"\1\2 of \3"),
    Aside(
        ("'s ", "’s ", "s' ", "s’ "),
        rf"\b(of|among)\s+(?:(?:the|a|an|our|this)\s+)?(?:[a-z-]+\s+){{0,3}}?[a-z-]+(?:['’]s|s['’])\s+(?={NUMBER}(?:\.[0-9]+)?\s+[a-z])",
        r"\1 the ",
    ),
    Aside((" or ",), rf"(?<=\))\s+or\s+(?=[a-z][a-z\s-]*\(\s*(?:{SHARE}|{NUMBER})\s*\))", ", "),
    Aside(("sample", "panel", "cohort"), r"(?<=%)\s+of\s+(?:the|this|our)\s+(?:sample|panel|cohort)\b"),
    Aside(("n (%)", "n(%)", "no. (%)"), r",?\s*\b(?:n|no\.)\s?\(%\)\s*[:;,]?(.*)$", _with_shares),
    Aside((" as ",), rf",?\s+as\s+(?:had|did|have|were|was|do)\s+(?=(?:{NUMBER}|{_COUNTS})\b)", ", and "),
    Aside((" in the ",), r"(?<=%)\s*in\s+the\s+(?=[0-9][0-9,]*\s+[a-z])", " of the "),
    Aside(("n",), rf"\(\s*n\s*=\s*({NUMBER})\s*\)(?=\s+of\b)", r"(\1)"),
    Aside(("rate of",), r",\s*(?:for\s+)?a\s+(?:response|completion|participation)\s+rate\s+of\s+(?=[0-9])", " or "),
    Aside(("give or take",), r"(?<=[0-9%t])\s*,\s*give\s+or\s+take\s*,", " or so"),
    Aside(("odd",), r"(?<=[0-9])[\s-]odd\b", " or so"),
    Aside(("a few",), r"\bgive\s+or\s+take\s+a\s+few\s*,", "about"),
    Aside(("majority",), r"\ba\s+(two[\s-]thirds|three[\s-]quarters)\s+majority(?=\s*\([0-9])", r"\1"),
    Aside(("every ",), r"^\s*every\s+(?:second|other)\s+(?:[a-z]+\s+)?of\b", "half of"),
    Aside(
        ("every ",),
        r"^\s*every\s+(third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\s+(?:[a-z]+\s+)?of\b",
        r"one \1 of",
    ),
    Aside(
        ("the rest", "remainder"),
        rf"\bthe\s+(?:rest|remainder)\s*(?:,|:|\()\s*({SHARE}|{NUMBER})\s*[,)]?",
        r"the remaining \1",
    ),
    Aside(
        ("surveyed", "polled", "interviewed", "questioned", "canvassed"),
        rf"^((?:(?!\b(?:of|those|all)\b)[^0-9%:;])*?)(?<!those\s)(?<![s]\s)(?<!people\s)\b{_ASKED}\s+(?=(?:about\s+|some\s+)?{NUMBER}\s+[a-z])",
        r"\1 of ",
    ),
    Aside(
        ("were ",),
        rf"^\s*((?:{NUMBER}|{_WORDED})(?:\s+[a-z]+){{0,2}}?)\s+were\s+(?:invited|asked|approached|contacted|eligible|screened|tested|examined|{_ASKED})\s*(?:;|,|\band\b|,\s*and\b)",
        r"of \1, ",
    ),
    Aside(
        ("answered", "replied", "responded"),
        rf"^\s*of\s+(?:the\s+|all\s+)?({NUMBER})(?:\s+[a-z]+){{0,2}}\s+(?:who|that|which)\s+(?:answered|replied|responded)(?=\s*,)",
        r"of \1",
    ),
)


def set_aside(text: str, asides: Sequence[Aside]) -> str:
    """`text` without what stands beside its figures. No form may end within a number."""
    for hints, form, instead in asides:
        if any(hint in text.lower() for hint in hints):
            text = re.sub(rf"(?<![0-9][.,])(?:{form})(?!(?<=[0-9])[.,]?[0-9])", instead, text, flags=re.IGNORECASE)
    text = re.sub(r"\(\s*[;,]?\s*\)", "", text)
    return re.sub(r"^[\s,;:.]+", "", text) if asides else text
