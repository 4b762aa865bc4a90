"""A mean of answers, with its deviation and its base: `a mean of 5.19 of 28`, `M = 2.40, SD = 0.55, n = 5`.

Every number of such a sentence is the mean, the deviation, the base or an end of the scale.
"""

import re
from dataclasses import dataclass

from dagster_project.claims.read.lexicon import ENGLISH

_MEAN = (
    r"\bm\s*=\s*(?P<m>[0-9]+\.[0-9]+)",
    r"\b(?:mean|average)\b[a-z\s]{0,60}?(?:of|was|is|=|:|being)\s*(?P<m>[0-9]+\.[0-9]+)",
    r"\b(?:mean|average)\b[a-z\s]{0,40}?\b(?:of|over|among|for|from|across)\s+(?:the\s+|all\s+)?[0-9][0-9,]*\s+[a-z\s]{0,40}?"
    r"(?:was|is|were|=|:)\s*(?P<m>[0-9]+\.[0-9]+)",
    r"\baverag(?:ed|ing|es)\s+(?P<m>[0-9]+\.[0-9]+)",
    r"\b(?P<m>[0-9]+\.[0-9]+)(?:\s+[a-z]+)?\s+on\s+average\b",
    r"\bon\s+average\b[^0-9.]*[0-9]+[^0-9.]*?(?P<m>[0-9]+\.[0-9]+)",
)
_HINTS = ("mean", "averag", "m =", "m=")  # one stands in every form
_DEVIATION = r"\b(?:sd|standard\s+deviation)\s*(?:=|of|was|is|:)?\s*(?P<sd>[0-9]+\.[0-9]+)"
_BASE = (
    r"\bn\s*=\s*(?P<n>[0-9][0-9,]*)(?![.0-9])",
    r"\b(?:of|over|among|from|across|by|for)\s+(?:the\s+|all\s+)?(?P<n>[0-9][0-9,]*)(?![.0-9])(?!\s*(?:to|-|–)\s*[0-9])",
    r"\b(?:the|all)\s+(?P<n>[0-9][0-9,]*)\s+[a-z]+",
    r"^\s*(?P<n>[0-9][0-9,]*)\s+[a-z]+",
)
_SCALE = (
    r"\b(?P<low>[0-9]+)\s*(?:-\s*to\s*-|to|–|-)\s*(?P<high>[0-9]+)\b",
    r"\bcoded\s+(?P<high>1)\s+for\s+\w+\s+and\s+(?P<low>0)\s+for\s+\w+",
)
_MEASURED = (
    r"\b(?:ms|seconds?|minutes?|hours?|days?|years?|kg|g|mg|cm|mm"
    r"|km|metres?|meters?|miles?|degrees?|mmhg|points?)\b|[$€£]"
)
_AMOUNT = (
    r"\b(?:salar(?:y|ies)|incomes?|earn(?:s|ed|ings)?|wages?|pays?|paid|prices?|costs?|fees?|rents?|revenues?"
    r"|turnover|sales|spend(?:ing)?|spent|expenditures?|budgets?|profits?|debts?|savings|dollars?|euros?|pounds|cents?|usd|eur|gbp"
    r"|thousand|million|billion|gpa|grade\s+point|index|indices|indexes|rates?|ratios?|shares?|probabilit(?:y|ies)|ages?|aged|bmi|mass|weights?|weighed"
    r"|heights?|lengths?|distances?|temperatures?|pressure|speeds?|durations?|times?|volumes?|concentrations?|doses?)\b"
)
_SCORE = r"\b(?:scores?|scored|ratings?|marks|grades?|results?)\b"
_WHOLE = r"\bwhole\b|\bintegers?\b|\bnumbers?\s+of\b|\bhow\s+many\b"
_RATED = r"\bitems?\b|\bscale\b|\blikert\b|\bstars\b"


@dataclass(frozen=True)
class Mean:
    """A mean as printed, of so many answers; `scale` are its ends. `measured`: the answers need not be whole."""

    text: str
    mean: str
    base: int
    deviation: str | None = None
    scale: tuple[int, int] | None = None
    measured: bool = False

    @property
    def is_of_yes_and_no(self) -> bool:
        return self.scale == (0, 1)


def parse_mean(text: str) -> Mean | None:
    """Read a sentence on a mean; None if it is none, or holds a number besides."""
    plain = _with_digits(re.sub(r"[‘’“”\"]", "", text).lower())
    if "%" in plain or "percent" in plain or "per cent" in plain or not any(hint in plain for hint in _HINTS):
        return None
    scale, rest = _taken(_SCALE, plain)
    mean, rest = _taken(_MEAN, rest)
    deviation, rest = _taken((_DEVIATION,), rest)
    base, rest = _taken(_BASE, rest)
    if not mean or not base or re.search("[0-9]", rest):
        return None
    return Mean(
        text.strip(),
        mean["m"],
        int(base["n"].replace(",", "")),
        deviation.get("sd"),
        (int(scale["low"]), int(scale["high"])) if scale else None,
        _is_measured(rest, is_on_a_scale=bool(scale)),
    )


def _is_measured(words: str, *, is_on_a_scale: bool) -> bool:
    """Whether the answers need not be whole: amounts, and scores that no words say to be whole."""
    if re.search(_MEASURED, words) and not re.search(r"\bwhole\b", words):
        return True
    if re.search(_WHOLE, words):
        return False
    is_rated = is_on_a_scale or re.search(_RATED, words) is not None
    return re.search(_AMOUNT, words) is not None or (re.search(_SCORE, words) is not None and not is_rated)


def _with_digits(text: str) -> str:
    """A number word that the text begins with, in digits: *five* judges."""
    first, _, rest = text.strip().partition(" ")
    number = ENGLISH.numbers.get(first.replace("-", " "))
    return text if number is None else f"{number} {rest}"


def _taken(forms: tuple[str, ...], text: str) -> tuple[dict[str, str], str]:
    """The first of some forms that the text holds, and the text without the numbers of that form."""
    for form in forms:
        if found := re.search(form, text):
            said = found.groupdict()
            for name in sorted(said, key=found.start, reverse=True):
                text = f"{text[: found.start(name)]}_{text[found.end(name) :]}"
            return said, text
    return {}, text
