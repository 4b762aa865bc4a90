"""Where a table's header is, for a first look only: rows above it, rows that name columns together, rows of texts.

The exports of survey platforms are told by what they write into their first rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Rows = Sequence[Sequence[str]]
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)")
_WORDS = re.compile(r"(?=.*[^\W\d_]{2})(?!n/?a$|nan$|null$|none$).*", re.IGNORECASE | re.DOTALL)
_IMPORT_ID = re.compile(r'\s*\{\s*"ImportId"\s*:')
_RESPONSES = {"Response", "Open-Ended Response"}
MOST_ABOVE = 10
LEAST_BELOW = 3  # records that must look unlike a row before it counts as one of texts


@dataclass(frozen=True)
class FoundHeader:
    """What speaks for a header other than the first row, as options of `records`, and the texts that come with it."""

    options: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)
    labels: Sequence[str] = ()

    def label(self, at: int) -> str | None:
        """The text that stands under the name of a column."""
        text = self.labels[at].strip() if at < len(self.labels) else ""
        return " ".join(text.split()) or None


def header_of(rows: Rows) -> FoundHeader:
    """The header of a table by its first rows."""
    if len(rows) < 2:
        return FoundHeader()
    return _surveymonkey(rows) or _below(rows, _rows_above(rows))


def looks_like_a_record(header: Sequence[str]) -> bool:
    """Whether more than half of the names are numbers: the names are then missing."""
    return 2 * sum(bool(_NUMBER.fullmatch(name.strip())) for name in header) > len(header)


def _surveymonkey(rows: Rows) -> FoundHeader | None:
    """Two rows of names: the question, blank where it goes on, and the option or the word Response."""
    first, second = rows[0], rows[1]
    goes_on = any(not above and below for above, below in zip(first, second, strict=False))
    if not (_RESPONSES & set(second) and (goes_on or first[0].casefold() == "respondent id")):
        return None
    return FoundHeader({"header_rows": "2"}, {"header_rows": "a SurveyMonkey export: the second row goes on naming"})


def _rows_above(rows: Rows) -> int:
    """How many rows stand above one that fills the table's width."""
    width = max(_filled(row) for row in rows)
    if width < 3:
        return 0
    for at, row in enumerate(rows[:MOST_ABOVE]):
        if 4 * _filled(row) > width:
            return at
    return 0


def _below(rows: Rows, above: int) -> FoundHeader:
    options, evidence = {}, {}
    if above:
        options["rows_before_header"] = str(above)
        evidence["rows_before_header"] = f"row {above + 1} is the first that fills the table"
    for texts in (1, 2):
        if above + texts < len(rows) and _is_import_ids(rows[above + texts]):
            options["rows_after_header"] = str(texts)
            evidence["rows_after_header"] = f"a Qualtrics export: row {above + texts + 1} holds its ImportIds"
            return FoundHeader(options, evidence, rows[above + 1] if texts == 2 else ())
    if _is_of_texts(rows[above + 1 :]):
        options["rows_after_header"] = "1"
        evidence["rows_after_header"] = f"row {above + 2} holds words where every row below it holds numbers"
        return FoundHeader(options, evidence, rows[above + 1])
    return FoundHeader(options, evidence)


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _is_import_ids(row: Sequence[str]) -> bool:
    return 2 * sum(bool(_IMPORT_ID.match(cell)) for cell in row) > max(1, _filled(row))


def _is_of_texts(rows: Rows) -> bool:
    """Whether the first of the rows below the names has words where the others have numbers, in half such columns."""
    first, *others = rows or [()]
    numbers = [at for at in range(len(first)) if _all_numbers(_column(others, at))]
    worded = [at for at in numbers if _WORDS.fullmatch(first[at].strip())]
    return len(worded) >= max(2, len(numbers) / 2)


def _column(rows: Rows, at: int) -> Iterator[str]:
    return (row[at].strip() for row in rows if at < len(row) and row[at].strip())


def _all_numbers(cells: Iterator[str]) -> bool:
    found = [bool(_NUMBER.fullmatch(cell)) for cell in cells]
    return len(found) >= LEAST_BELOW and all(found)
