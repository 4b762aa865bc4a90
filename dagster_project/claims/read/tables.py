"""A table as it is pasted, as the sentence that it says: `Yes 54% / No 46% / Base 1,003` on three lines is a list.

A row is a label with a count, a percentage or both, and one row may be the base. What is no such table stays as it is,
and is read or refused as a sentence.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

_COMMA = re.compile(r",(?![0-9]{3}\b)")
_FIGURE = re.compile(r"\(?([<>~≈]?\s?[0-9][0-9.,]*\s?%?)\)?")
_ROW = re.compile(r"(?P<label>[^0-9]*[^0-9\s(:=–—-])\s*[:=–—-]?\s*(?P<figures>(?:\(?[0-9][0-9.,]*\s?%?\)?\s*)+)")
_WITH_ITS_BASE = re.compile(r"([^0-9(]*[^0-9\s(])\s*\([nN]\s?=\s?([0-9][0-9,]*)\)")


@dataclass(frozen=True)
class _Row:
    label: str
    figures: tuple[str, ...]

    @property
    def counts(self) -> tuple[str, ...]:
        return tuple(figure for figure in self.figures if "%" not in figure)

    @property
    def percentages(self) -> tuple[str, ...]:
        return tuple(figure for figure in self.figures if "%" in figure)


def as_sentence(text: str, totals: Collection[str]) -> str:
    """`text`, or what it says if it is a table. `totals` are the labels of the row that is the base."""
    lines = [line for line in text.splitlines() if line.strip()]
    rows = [_row(cells) for cells in _cells(lines)]
    if rows and rows[0] is None and _is_head(lines[0]):
        rows = rows[1:]
    read = [row for row in rows if row is not None]
    answers = [row for row in read if row.label.casefold() not in totals]
    bases = [row.counts[0] for row in read if row.label.casefold() in totals and row.counts]
    if len(read) < len(rows) or not _are_a_list(answers, bases) or _is_partial(read, totals):
        return text
    said = [f"{row.label}: {_said(row)}" for row in answers]
    return "; ".join([*said, *(f"base: {base}" for base in bases)])


def _are_a_list(answers: Sequence[_Row], bases: Sequence[str]) -> bool:
    """Whether there are several answers with at most one figure of a kind each, and one base at most."""
    single = all(len(row.counts) <= 1 and len(row.percentages) <= 1 for row in answers)
    return single and len(answers) > 1 and len(bases) <= 1


def _is_partial(rows: Sequence[_Row], totals: Collection[str]) -> bool:
    """Whether a row of the whole is a share itself, and no whole."""
    shares = [share for row in rows if row.label.casefold() in totals for share in row.percentages]
    return any(float(share.strip("<>~≈ %").replace(",", "") or 0) != 100 for share in shares)


def _is_head(line: str) -> bool:
    return not any(character.isdigit() for character in line)


def _said(row: _Row) -> str:
    return " ".join([*row.counts, *(f"({share})" if row.counts else share for share in row.percentages)])


def _cells(lines: Sequence[str]) -> list[list[str]]:
    """The cells of each row; a single line holds rows beside each other."""
    if len(lines) == 1:
        return _cells_of_one(lines[0].strip())
    mark = _mark(lines)
    return [[cell.strip() for cell in (line.split(mark) if mark else [line]) if cell.strip()] for line in lines]


def _mark(lines: Sequence[str]) -> str | None:
    """What parts the cells; a comma only where every line has one that marks no thousands."""
    mark = next((mark for mark in "\t|;" if any(mark in line for line in lines)), None)
    return "," if mark is None and lines and all(_COMMA.search(line) for line in lines) else mark


def _cells_of_one(line: str) -> list[list[str]]:
    if "|" in line or re.search(r"\s{3,}", line):
        return [[part.strip()] for part in re.split(r"\||\s{3,}", line) if part.strip()]
    cells = [cell.strip() for cell in _COMMA.split(line)]
    in_pairs = len(cells) > 2 and len(cells) % 2 == 0 and all(map(_FIGURE.fullmatch, cells[1::2]))
    return [list(pair) for pair in zip(cells[::2], cells[1::2], strict=True)] if in_pairs else []


def _row(cells: Sequence[str]) -> _Row | None:
    """The label and the figures of a row; None if it is none."""
    figures = [found[1] for cell in cells[1:] if (found := _FIGURE.fullmatch(cell))]
    if len(cells) > 1:
        labelled = not any(character.isdigit() for character in cells[0])
        return _Row(cells[0].rstrip(":"), tuple(figures)) if labelled and len(figures) == len(cells) - 1 else None
    if total := _WITH_ITS_BASE.fullmatch(cells[0] if cells else ""):
        return _Row(total[1], (total[2],))
    found = _ROW.fullmatch(cells[0]) if cells else None
    if found is None:
        return None
    return _Row(found["label"].strip(), tuple(_FIGURE.findall(found["figures"])))
