"""Amounts, thresholds, scores, times of the day: numbers that say what respondents have or do, and count nobody."""

from collections.abc import Sequence

from dagster_project.claims.read.aside import SHARE, Aside

_WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty"
_SOME = rf"(?:[0-9]+(?:,[0-9]{{3}})*(?:\.[0-9]+)?|(?:{_WORDS})(?:-(?:five|six))?)\b"
_LIMIT = (
    r"(?:(?:just\s+|well\s+)?(?:over|above|under|below)|(?:more|less|fewer|greater|higher|lower|longer|older|younger)\s+than"
    r"|at\s+(?:least|most)|up\s+to|no\s+(?:more|less|fewer)\s+than|[<>]=?|[≤≥])"
)
_RANGE = rf"{_SOME}\s*(?:-|–|to|and|or)\s*{_SOME}"
_OPEN = rf"{_SOME}\s+or\s+(?:more|less|fewer|over|longer|older|above|below|under)"
_LIMITED = rf"(?:{_LIMIT}\s*{_RANGE}|{_LIMIT}\s*{_SOME}|between\s+{_RANGE}|{_OPEN}|{_RANGE})"
_NO_FIGURE = rf"(?!\s?%|\s*(?:of|out|per\s?cent|is|are|was|were|=|in)\b|\s*,?\s*(?:or\s+)?\(?\s*{SHARE}|,?[0-9])"
_IS_NONE = r"(?!\s?%|\s*(?:of|out|per\s?cent|is|are|was|were|=)\b|,?[0-9])"
_PEOPLE = (
    r"people|persons|adults|men|women|children|boys|girls|pupils|students|patients|respondents|residents|voters|workers"
    r"|employees|members|drivers|participants|customers|parents|pensioners|americans|britons|users"
)
_AGED = (
    r"(?:aged\s+)?(?:over|under|above|below|older\s+than|younger\s+than|at\s+least|[<>]=?|[≤≥])\s*"
    rf"(?:the\s+age\s+of\s+)?{_SOME}(?:\s+years?(?:\s+(?:old|of\s+age))?)?"
)
_EVERY = r"(?:\s+(?:a|an|per|each|every)\s+(?:day|night|week|weekend|month|year|time|hour|person|head))"
_UNITS = (
    r"(?:times?|hours?|minutes?|seconds?|days?|nights?|weeks?|months?|years?|cups?|glasses|drinks?|pints?|cigarettes?|meals?"
    r"|portions?|books?|films?|miles?|km|kilomet(?:re|er)s?|met(?:re|er)s?|litres?|kg|kilos?|steps?|acres?|hectares?)\b"
)
_UNIT_HINTS = (
    *("time", "hour", "minute", "second", "day", "night", "week", "month", "year", "cup", "glass", "drink", "pint"),
    *("cigar", "meal", "portion", "book", "film", "mile", "km", "met", "lit", "kg", "kilo", "step", "acre", "hectare"),
)
_MONEY = r"[$€£¥]\s?[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?(?:\s?(?:k|m|mn|bn|thousand|million|billion|trillion)\b)?"
_SUM = (
    rf"(?:{_LIMIT}\s*)?(?:between\s+)?{_MONEY}(?:\s*(?:-|–|to|and)\s*(?:{_MONEY}|[0-9][0-9,]*))?"
    rf"(?:\s+or\s+(?:more|less|over))?(?:{_EVERY}|\s+annually)?"
)
_HOUR = r"[0-9]{1,2}(?:[.:][0-9]{2}(?:\s?[ap]\.?m\b\.?)?|\s?[ap]\.?m\b\.?)"
_SCORES = r"scor(?:e|ed|ing|es)|rat(?:e|ed|ing|es)|mark(?:s|ed)?|grad(?:e|ed)"
_WORD = (
    r"\b(?!(?:of|out|among|is|are|was|were|from|in|all|the|and|but|or|while|only|some|about|surveyed|polled)\s)([a-z]+)"
)
"""A word behind which an amount is none of a base."""

_HAS = (
    r"had|have|has|having|reported|reports?|owned|owns?|visited|visits?|read|made|make|makes|experienced|took|takes?|held|holds?"
    r"|used|uses?|saw|ate|eaten|drank|drink|spent|worked|suffered|missed|bought|employed|employs?"
)
_LIMIT_HINTS = (
    "over",
    "above",
    "under",
    "below",
    "than",
    "at least",
    "at most",
    "up to",
    " or more",
    "<",
    ">",
    "≤",
    "≥",
)
_PLACE_HINTS = (
    *("camps", "districts", "towns", "cities", "villages", "countries", "states", "regions", "counties", "provinces"),
    *("sites", "hospitals", "clinics", "centres", "centers", "boroughs", "wards", "areas", "locations", "continents"),
)

MEASURES: Sequence[Aside] = (
    # money
    Aside(("$", "€", "£", "¥"), rf"{_WORD}\s+(?:the\s+|an?\s+)?{_SUM}(?:\s+in\s+[a-z]+)?{_NO_FIGURE}", r"\1"),
    Aside(("$", "€", "£", "¥"), rf"^\s*(?:the|an?)\s+{_MONEY}\s+(?=[a-z])", ""),
    # ages
    Aside(
        ("over", "under", "above", "below", "old", "young", "least", "<", ">", "≥", "≤"),
        rf"((?<=[0-9])\s+of\s+(?:the\s+|all\s+)?[0-9][0-9,]*\s+)?\b((?:[a-z]+\s)?(?:{_PEOPLE}|those))\s+{_AGED}"
        rf"(?(1){_IS_NONE}|{_NO_FIGURE})",
        r"\1\2",
    ),
    Aside(("age", "≥", "≤", "<", ">"), rf"\bage[ds]?\s*(?:[<>]=?|[≤≥])\s*{_SOME}(?:\s+years?)?", ""),
    # sizes, thresholds, scores
    Aside(
        ("with ",),
        rf"(?<=[a-z0-9])\s+with\s+{_LIMITED}\s+(?!of\b|per\b|out\b|in\b)[a-z]+(?:\s+of\s+[a-z]+)?{_IS_NONE}",
    ),
    Aside(("bmi", "iq"), rf"(?:\bwith\s+)?(?:\ban?\s+)?\b(?:bmi|iq)\s+(?:of\s+)?(?:{_LIMITED}|{_SOME}){_IS_NONE}"),
    Aside(
        ("scor", "rat", "mark", "grad"),
        rf"\b({_SCORES})((?:\s+(?:it|them|him|her|this|that|their\s+[a-z]+|the\s+[a-z]+))?)\s+"
        rf"(?:of\s+|as\s+|at\s+|with\s+)?(?:{_LIMITED}|{_SOME})(?:\s+out\s+of\s+(?:5|7|10|100|five|seven|ten)|\s+points?|\s+stars?)?"
        rf"{_NO_FIGURE}",
        r"\1\2",
    ),
    Aside(("star",), rf"\b{_SOME}(?:\s*(?:-|–|to|or)\s*{_SOME})?[\s-]stars?\b{_NO_FIGURE}", "stars"),
    # how often, how long, how much
    Aside(
        _UNIT_HINTS,
        rf"{_WORD}\s+(?:for\s+)?(?:{_LIMITED}\s+{_UNITS}{_EVERY}?|{_SOME}\s+{_UNITS}{_EVERY})"
        rf"(?:\s+of\s+[a-z]+)?{_NO_FIGURE}",
        r"\1",
    ),
    Aside(
        (*_LIMIT_HINTS, " one "),
        rf"\b({_HAS})\s+(?:{_LIMITED}|(?:only\s+|just\s+)?one)\s+(?!of\b|per\b|out\b|in\b|or\b|and\b)([a-z]+)(?:\s+of\s+[a-z]+)?{_NO_FIGURE}",
        r"\1 \2",
    ),
    Aside(
        _PLACE_HINTS,
        rf"(?<=[a-z])(?<!\bof)\s+(?:in|at|across|from|throughout)\s+{_SOME}\s+(?:[a-z]+\s)?(?:{'|'.join(_PLACE_HINTS)})\b"
        rf"{_NO_FIGURE}",
    ),
    # versions, times of the day, ordinals
    Aside((".",), r"\b(?:version\s|v\.?\s?)[0-9]+(?:\.[0-9]+)+\b"),
    Aside(
        (":", "am", "pm"),
        rf"\b(?:(?:from|between)\s+{_HOUR}\s*(?:and|to|-|–)\s*{_HOUR}|(?:at|by|before|after|until|since)\s+{_HOUR})",
    ),
    Aside(
        ("st ", "nd ", "rd ", "th "),
        r"\b(?:for|in|at|on|by|since|during)?\s*(?:the|its|their|our|his|her)\s+[0-9]{1,3}(?:st|nd|rd|th)\s+"
        r"(?:consecutive\s+)?(?:time|year|month|week|day|wave|round|edition|survey|century|anniversary|season|quarter)"
        r"(?:\s+(?:running|in\s+a\s+row))?\b",
    ),
)
