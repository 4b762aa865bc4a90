"""A table as it is pasted: `Yes 54% / No 46% / Base 1,003` on three lines, by tabs, pipes, semicolons or commas.

A row is a label with its figures, one row or a line above may say the base, and a first row may name the columns. Each
column of shares, with that of its counts, is a list of answers. What is no such table is read as a sentence.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from operator import not_

from dagster_project.claims.read.asides import set_aside
from dagster_project.claims.read.figures import Figure, parse_figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.lexicon import Lexicon
from dagster_project.claims.read.rounding import RoundingRule
from dagster_project.claims.read.signs import plain
from dagster_project.claims.read.statement import Listing, Part, Triple, are_exclusive, are_groups
from dagster_project.claims.read.tokens import start_of, tokenize

_NUMBER = r"[<>~≈]?\s?[0-9]+(?:[.,][0-9]+)*\s?%?"
_FIGURES = rf"(?:\(?{_NUMBER}\)?\s*)+"
_ROW = rf"(?P<label>[^0-9]*[^0-9\s(:=–—-])(?<!\([nN])\s*[:=–—-]?\s*(?P<figures>{_FIGURES})"
_COMMA = r",(?![0-9]{3}\b(?!\s?%))"
_RULE = r"[\s|:+=_–—-]*"
_SAID_BASE = r"\b(?:{totals})\b\s*[:=]?\s*(?:[a-z ]*\()?\s*(?:n\s?=\s?)?([0-9]+(?:,[0-9]{{3}})*)(?![0-9.,]*%)"
_SOURCE = r"\s*(?i:source|note|notes|fieldwork|\*)\b.*"
_YEAR = r"(?:19|20)[0-9]{2}"
_WHOLES = frozenset({"total", "all"})
_RANKS = frozenset({"rank", "no", "no.", "#", "place"})


@dataclass(frozen=True)
class _Row:
    """A label and the figures of its columns, None where a cell is empty."""

    label: str
    figures: tuple[str | None, ...]


@dataclass(frozen=True)
class _Table:
    """The names of the columns where they are said, the rows of answers, the row of the base, a base for all."""

    heads: tuple[str, ...]
    answers: tuple[_Row, ...]
    total: _Row | None
    base: str | None


@dataclass(frozen=True)
class _Column:
    """Where the counts and the shares of one list stand."""

    count: int | None = None
    share: int | None = None


def parse_table(text: str, rounding: RoundingRule, lexicon: Lexicon) -> tuple[Triple | Listing, ...]:
    """The list of each column of a table; none if the text is no table. Raises FigureError for a cell that is none."""
    if not lexicon.totals or not any(mark in text.strip() for mark in ("\n", "\t", "|", ",", "   ")):
        return ()
    table = _table(plain(text, lexicon.group_mark, lexicon.decimal_mark), lexicon)
    columns = [] if table is None else _columns(table, lexicon)
    if table is None or not columns or _says_else(table, lexicon):
        return ()
    several = start_of(lexicon.several, tokenize(set_aside(text, lexicon.asides), lexicon)) is not None
    return tuple(_listing(text, table, column, several, rounding, lexicon) for column in columns)


def _table(text: str, lexicon: Lexicon) -> _Table | None:
    """The rows of a text that is a table."""
    base, lines = _base_above(_lines(text), lexicon)
    heads, cells = _heads(_cells(lines, lexicon.totals))
    rows = [row for cell in cells if (row := _row(cell)) is not None]
    answers, totals = _parted(rows, lexicon.totals)
    if len(rows) < len(cells) or not answers or (len(rows) == 1 and base is None):
        return None
    return _Table(heads, answers, _of_people(totals), base)


def _parted(rows: Sequence[_Row], totals: Collection[str]) -> tuple[tuple[_Row, ...], tuple[_Row, ...]]:
    """The rows of answers and those of the base."""
    are_totals = [row.label.casefold() in totals for row in rows]
    return tuple(compress(rows, map(not_, are_totals))), tuple(compress(rows, are_totals))


def _lines(text: str) -> list[str]:
    """The lines that say something: no rules, no source."""
    lines = [line for line in text.splitlines() if not re.fullmatch(_RULE, line)]
    return [line for line in lines if not re.fullmatch(_SOURCE, line)]


def _heads(cells: list[list[str]]) -> tuple[tuple[str, ...], list[list[str]]]:
    """The names of the columns and the rows, without a first column that numbers them."""
    heads: list[str] = []
    while len(cells) > 1 and _is_head(cells[0]):
        heads, cells = cells[0], cells[1:]
    if len(heads) > 2 and heads[0].strip().casefold() in _RANKS:
        heads, cells = heads[1:], [row[1:] for row in cells]
    return tuple(heads) if len(heads) > 1 else (), cells


def _of_people(totals: Sequence[_Row]) -> _Row | None:
    """Of a row of the total and one of the base, the one that counts: what is 100 % says nothing."""
    counting = [row for row in totals if any(one and "%" not in one for one in row.figures)]
    return next(iter([*counting, *totals]), None)


def _base_above(lines: Sequence[str], lexicon: Lexicon) -> tuple[str | None, list[str]]:
    """The base that a line above or below the rows says: Question 5 (base 31)."""
    said = re.compile(_SAID_BASE.format(totals="|".join(map(re.escape, lexicon.totals))), re.IGNORECASE)
    for at in {0, len(lines) - 1} if len(lines) > 2 else ():
        line = lines[at]
        found = None if "%" in line or "\t" in line or "|" in line else said.search(line)
        row = re.fullmatch(_ROW, line.strip())
        if found and (row is None or row["label"].casefold() not in lexicon.totals):
            return found[1], [*lines[:at], *lines[at + 1 :]]
    return None, list(lines)


def _is_head(cells: Sequence[str]) -> bool:
    """Whether cells name columns: none of them is a figure, or all are years."""
    named = [cell for cell in cells[1:] if cell]
    return not any(character.isdigit() for character in "".join(cells)) or (
        bool(named) and all(re.fullmatch(_YEAR, cell) for cell in named)
    )


def _cells(lines: Sequence[str], totals: Collection[str]) -> list[list[str]]:
    """The cells of each row; a single line holds rows beside each other."""
    if len(lines) == 1:
        return _cells_of_one(lines[0].strip(), totals)
    mark = _mark("".join(lines))
    if mark:
        lines = [line.strip(" ").removeprefix("|").removesuffix("|") for line in lines]
        return [_stripped(line.split(mark)) for line in lines]
    if lines and all("," in line for line in lines):
        return _cells_by_commas(lines)
    return [_stripped(re.split(r"\s{2,}", line.strip())) for line in lines]


def _mark(text: str) -> str:
    """What parts the cells, if it is no comma and no space."""
    return next((mark for mark in "\t|;" if mark in text), "")


def _stripped(cells: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in cells]


def _cells_by_commas(lines: Sequence[str]) -> list[list[str]]:
    """Cells between commas; where a first row names as many columns as commas part, none of them marks thousands."""
    by_all = [_stripped(line.split(",")) for line in lines]
    if _is_head(by_all[0]) and len(set(map(len, by_all))) == 1:
        return by_all
    return [_stripped(re.split(_COMMA, line)) for line in lines]


def _cells_of_one(line: str, totals: Collection[str]) -> list[list[str]]:
    if "|" in line or re.search(r"\s{3,}", line):
        return [[part.strip()] for part in re.split(r"\||\s{3,}", line) if part.strip()]
    cells = _stripped(re.split(_COMMA, line))
    if _are_pairs(cells):
        return [list(pair) for pair in zip(cells[::2], cells[1::2], strict=True)]
    return [[cell] for cell in cells] if len(cells) > 2 and _is_base(cells[-1], totals) else []


def _are_pairs(cells: Sequence[str]) -> bool:
    """Whether labels and figures follow each other: Good, 47%, Poor, 19%."""
    return len(cells) > 3 and len(cells) % 2 == 0 and all(re.fullmatch(_FIGURES, cell) for cell in cells[1::2])


def _is_base(cell: str, totals: Collection[str]) -> bool:
    row = re.fullmatch(_ROW, cell)
    return row is not None and row["label"].casefold() in totals and "%" not in row["figures"]


def _row(cells: Sequence[str]) -> _Row | None:
    """The label and the figures of a row; None if it is none."""
    if len(cells) == 1 or not any(cells[1:]):
        found = re.fullmatch(_ROW, cells[0].strip("() "))
        if found is None:
            return _of_total(cells[0])
        return _Row(found["label"].strip(), tuple(_figures(found["figures"])))
    label, *others = cells
    if not re.search(r"[^\W\d_]", label) or not all(map(_is_figures_or_blank, others)):
        return None
    figures = [figure for cell in others for figure in (_figures(cell) if cell else [None])]
    return _Row(label.rstrip(": "), tuple(figures))


def _is_figures_or_blank(cell: str) -> bool:
    return not cell or re.fullmatch(_FIGURES, cell) is not None


def _of_total(cell: str) -> _Row | None:
    found = re.fullmatch(r"([^0-9(]*[^0-9\s(])\s*\([nN]\s?=\s?([0-9]+(?:,[0-9]{3})*)\)", cell)
    return None if found is None else _Row(found[1], (found[2],))


def _figures(text: str) -> Iterator[str]:
    return (found[0].strip() for found in re.finditer(_NUMBER, text))


def _columns(table: _Table, lexicon: Lexicon) -> list[_Column]:
    """The lists of a table; none where its columns cannot be told apart, or counts are of nobody."""
    columns: list[_Column] = []
    for at in range(max(map(_width, table.answers))):
        is_share = _is_share(table, at, lexicon)
        if is_share is None:
            return []
        name = "share" if is_share else "count"
        last = columns.pop() if columns and getattr(columns[-1], name) is None else _Column()
        columns.append(replace(last, **{name: at}))
    are_named = len(columns) == 1 or sum(map(bool, table.heads[1:])) >= len(columns)
    return columns if are_named and all(_is_of_some(table, column) for column in columns) else []


def _width(row: _Row) -> int:
    return len(row.figures)


def _is_of_some(table: _Table, column: _Column) -> bool:
    return column.share is not None or _base(table, column) is not None


def _is_share(table: _Table, at: int, lexicon: Lexicon) -> bool | None:
    """Whether a column holds shares, by its head or by the signs of all its figures; None if they differ."""
    head = table.heads[at + 1].casefold() if len(table.heads) > at + 1 else ""
    signs = {None if len(row.figures) <= at else (row.figures[at] or "").endswith("%") for row in table.answers}
    if head.strip("() ") in lexicon.percent | {"share", "percentage", "per cent"}:
        return True
    return signs.pop() if len(signs) == 1 else None


def _listing(
    text: str, table: _Table, column: _Column, several: bool, rounding: RoundingRule, lexicon: Lexicon
) -> Triple | Listing:
    base = _base(table, column)
    parts = [
        Part(
            row.label,
            None if column.count is None else _figure(row, column.count, Kind.COUNT, rounding),
            None if column.share is None else _figure(row, column.share, Kind.PERCENTAGE, rounding),
        )
        for row in table.answers
    ]
    of = None if base is None else parse_figure(base, Kind.BASE)
    if len(parts) == 1 and of is not None:
        return Triple(parts[0].count, of, parts[0].percentage, text.strip())
    labels = [part.label for part in parts]
    return Listing(
        text.strip(),
        tuple(parts),
        of,
        several=several,
        exclusive=are_exclusive(labels, lexicon),
        of_groups=are_groups(labels, lexicon),
    )


def _figure(row: _Row, at: int, kind: Kind, rounding: RoundingRule) -> Figure:
    said = row.figures[at] or ""
    sign = "" if kind is Kind.COUNT or said.endswith("%") else "%"
    return parse_figure(f"{said}{sign}", kind, rounding=rounding)


def _says_else(table: _Table, lexicon: Lexicon) -> bool:
    """Whether a column is headed by what is no share and no count, as a change is."""
    words = {word for head in table.heads[1:] for word in head.casefold().split()}
    return not words.isdisjoint(lexicon.measures | lexicon.points | lexicon.turns - lexicon.totals)


def _base(table: _Table, column: _Column) -> str | None:
    """How many answered, by the row of the total in the columns of a list, or by a line above."""
    if table.total is None:
        return table.base
    figures = table.total.figures
    own = (figures[at] for at in (column.count, column.share) if at is not None and at < len(figures))
    numbers = _numbers((*own, *figures))
    if column.count is None and table.total.label.casefold() in _WHOLES:
        numbers = [one for one in numbers if one != "100"]  # percent, not people
    return next(iter(numbers), table.base)


def _numbers(figures: Sequence[str | None]) -> list[str]:
    return [figure for figure in figures if figure and not figure.endswith("%")]
