"""What papers print beside a share: tests, p values, intervals, spreads, and n and N for counts and bases.

A statistic is set aside where it stands in brackets or behind a comma or semicolon. `n` and `N` are put in plain words
where they can mean only one thing.
"""

import re
from collections.abc import Sequence

from dagster_project.claims.read.aside import NUMBER, SHARE, Aside

_VALUE = r"[-−–]?\s?[0-9]*\.?[0-9]+\s?%?"
_SPAN = rf"\(?\s*{_VALUE}\s*(?:to|-|–|,|;)\s*{_VALUE}\s*\)?"
_P = (
    r"p(?:[\s-]?values?)?(?:\s+for\s+(?:trend|interaction|difference|heterogeneity))?\s*"
    r"(?:[=<>≤≥]|of|was|:)?\s*(?:0?\.[0-9]+|0\.[0-9]+)"
)
_INTERVAL = (
    r"(?:[0-9]{2}(?:\.[0-9])?\s?%\s?(?:ci|confidence\s+intervals?|cri|credible\s+intervals?|cl)s?\b"
    rf"|\bci\s?\(?(?:90|95|99)\s?%?\)?)[\s,:=]*(?:of\s+|was\s+)?{_SPAN}"
)
_LETTER = r"(?:χ2?|x2|[tfzurdbvw]|β|κ|φ|η2?)\s*(?:\([0-9.,\s]+(?:n\s*=\s*[0-9,]+\s*)?\))?\s*[=<>]"
_NAMED = (
    r"(?:chi[\s-]?squared?|chi2|(?:cohen|cramer)['’]?s\s+[dhv]|kappa|fisher['’]?s\s+exact(?:\s+test)?"
    r"|(?:adjusted\s+)?(?:odds|risk|hazard|prevalence|rate)\s+ratio|relative\s+risk|(?-i:a?OR|a?RR|a?HR))"
    r"\s*(?:\([0-9.,\s]+\))?\s*(?:[=:,]|of\b|was\b)?"
)
_TEST = rf"(?:{_LETTER}|{_NAMED})\s*[-−–]?[0-9]*\.?[0-9]+(?:\s*\({_VALUE}\s*(?:to|-|–|,|;)\s*{_VALUE}\))?"
_SPREAD = (
    rf"(?:s\.?e\.?m?|standard\s+errors?|i\.?q\.?r|interquartile\s+range|range|deff|design\s+effect|icc|cv)\b"
    rf"\s*(?:[=:,]|of\b|was\b)?\s*{_VALUE}(?:\s*(?:to|-|–)\s*{_VALUE})?"
)
_STATISTIC = rf"(?:{_INTERVAL}|{_TEST}|\b{_P}|\b{_SPREAD})"
_STATISTICS = rf"{_STATISTIC}(?:\s*[;,]?\s*(?:and\s+)?\(?\s*{_STATISTIC}\s*\)?)*"
_HINTS = ("=", "<", ">", "ci", "interval", "ratio", "relative risk", "iqr", "p ", "p-", "se ", "range", "design effect")


def _count(found: re.Match[str]) -> str:
    """Where N is the sample, n beside its share is a count."""
    return found[0] if re.search(r"\bN\s*=", found.string) is None else f"{found['before'] or ''}{found['count']}"


STATISTICS: Sequence[Aside] = (
    Aside(_HINTS, rf"\(\s*{_STATISTICS}\s*\)"),
    Aside(_HINTS, rf"\s*[;,:]\s*{_STATISTICS}(?=\s*[);,.]|\s*$)"),
    Aside(("n=", "n ="), rf"\bn\s*=\s*({NUMBER})\s*(?:/|of|out\s+of)\s*(?:n\s*=\s*)?({NUMBER})", r"\1 of \2"),
    Aside(("n=", "n ="), rf"\bn\s*=\s*({NUMBER})(?=\s*\(\s*{SHARE}\s*\)\s+of\b)", r"\1"),
    Aside(
        ("n=", "n ="),
        rf"(?P<before>{SHARE}\s*\(\s*)?(?-i:\bn)\s*=\s*(?P<count>{NUMBER})"
        rf"(?(before)(?=\s*[);,])|(?=\s*(?:\(|,|;)\s*{SHARE}))",
        _count,
    ),
)
