"""A part of a part: `of 120 firms, 45 export; of these, 18 (40%) export to Asia`.

The clause with *of these* is read as a sentence of its own whose base is the count before it.
"""

import re
from typing import NamedTuple

from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.lexicon import Lexicon
from dagster_project.claims.read.phrases import read_phrase
from dagster_project.claims.read.sentence import Sentence
from dagster_project.claims.read.statement import Listing, Triple

_OF_THESE = (
    r"\b(?P<of>of|among)\s+(?:these|those|them|whom|which)\b"
    r"(?:\s+(?P<number>[0-9][0-9,]*[0-9]|[0-9])(?![0-9.]|\s?%))?"
    r"(?!\s+(?:who|that|asked|surveyed|polled|questioned|interviewed|with|in|aged))"
)
_CLAUSE = r"[;,.](?![0-9])|\band\b"
_LEADS = r"^(?:\s*(?:and|but|with|while)\b)+\s*"
_ENDS = r"(?:\s*(?:[;,.]|\band\b))+\s*$"


class Clauses(NamedTuple):
    """What stands before the clause with *of these*, and in that clause before and behind these words."""

    before: str
    leads: str
    behind: str
    number: str = ""
    """How many these are said to be: of those 53."""

    def within(self, whole: str) -> str:
        """The clause as a sentence of its own, of so many."""
        if self.leads and self.behind.startswith(","):
            return f"{self.leads} of {whole}{self.behind}"
        return f"{self.leads} of {whole} {self.behind}" if self.leads else f"Of {whole}, {self.behind.lstrip(' ,')}"


def clauses_of(text: str) -> Clauses | None:
    """The two clauses of a sentence with *of these*; None if it has none, or several."""
    found = list(re.finditer(_OF_THESE, text, re.IGNORECASE))
    if len(found) != 1:
        return None
    starts = [mark.end() for mark in re.finditer(_CLAUSE, text[: found[0].start()], re.IGNORECASE)]
    if not starts:
        return None
    leads = re.sub(_LEADS, "", text[starts[-1] : found[0].start()], flags=re.IGNORECASE).strip()
    behind = text[found[0].end() :].lstrip()
    before = re.sub(_ENDS, "", text[: starts[-1]], flags=re.IGNORECASE)
    return Clauses(before, leads, behind, (found[0]["number"] or "").replace(",", ""))


def whole_of(sentence: Sentence, read: Triple | Listing | None, said: str) -> tuple[str, Figure | None]:
    """How many *these* are, as printed: the one count before, or the one number. Raises StatementError.

    `said`: how many they are said to be again, which has to be the same.
    """
    if isinstance(read, Triple) and read.count is not None and said in ("", str(read.count.value)):
        return read.count.phrase, read.count
    number = None if read is not None else _one_number(sentence, sentence.lexicon)
    if number is None or (said and said not in re.sub("[^0-9 ]", "", number).split()):
        raise sentence.error("leaves open how many are meant by those of whom it goes on: give their number there.")
    return number, None


def _one_number(sentence: Sentence, lexicon: Lexicon) -> str | None:
    """The only figure of a clause, a number of people: 80 replied."""
    at, figures = 0, []
    while at < len(sentence.tokens):
        phrase = read_phrase(sentence.tokens, at, sentence.text, lexicon)
        figures += [] if phrase is None else [phrase]
        at = at + 1 if phrase is None else phrase.stop
    if len(figures) != 1 or figures[0].is_percentage:
        return None
    sentence.check(sentence.tokens[: figures[0].start])
    sentence.check(sentence.tokens[figures[0].stop :])
    return sentence.printed(figures[0])
