"""A sheet's own XML, read beside the values: which cells hold an error or a formula that was never worked out, which
ones are merged, and how many rows have something in them."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from dagster_project.errors import InputError

_LETTERS = re.compile("[A-Z]+")
MERGED = "is merged with others"
Cell = tuple[int, int]  # its row, from 1, and its column, from 0


@dataclass
class MarkedCells:
    """What is wrong with cells, as the end of a sentence about them, and the rows with something in them."""

    wrong: dict[Cell, str] = field(default_factory=dict)
    filled: list[tuple[int, int]] = field(default_factory=list)  # the first of several alike, and how many

    def filled_below(self, row: int) -> int:
        """How many rows under that one have something in them."""
        return sum(max(0, first + several - max(first, row + 1)) for first, several in self.filled)


def marked_cells(path: Path, sheet: str) -> MarkedCells:
    """Read a sheet of an .xlsx or .ods for its marks. Raises `InputError` for what cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            if "content.xml" in archive.namelist():
                with archive.open("content.xml") as stream:
                    return _open_document(stream, sheet)
            blank = _blank_strings(archive)
            with archive.open(_member_of(archive, sheet)) as stream:
                return _office_open(stream, blank)
    except (ElementTree.ParseError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise InputError(f"{path}: not a readable workbook ({error}); save it again.") from error


def column_letters(column: int) -> str:
    """The letters of a column, as people see them: A, …, Z, AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _column(reference: str) -> int:
    number = 0
    for letter in _LETTERS.match(reference)[0]:  # type: ignore[index]
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _attributes(element: ElementTree.Element) -> dict[str, str]:
    return {key.rpartition("}")[2]: value for key, value in element.attrib.items()}


def _member_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The archive's member that holds the sheet."""
    book = next(name for name in archive.namelist() if name.lower() in ("xl/workbook.xml", "xl/workbook2.xml"))
    with archive.open(book) as stream:
        ids = {
            _attributes(one)["name"]: _attributes(one)["id"]
            for _, one in ElementTree.iterparse(stream)
            if _name(one) == "sheet"
        }
    folder, file = posixpath.split(book)
    with archive.open(f"{folder}/_rels/{file}.rels") as stream:
        targets = {one.get("Id"): one.get("Target", "") for _, one in ElementTree.iterparse(stream)}
    return posixpath.normpath(posixpath.join("/", folder, targets[ids[sheet]])).lstrip("/")


def _blank_strings(archive: zipfile.ZipFile) -> set[str]:
    """The numbers of the shared texts in which nothing stands."""
    member = next((name for name in archive.namelist() if name.lower() == "xl/sharedstrings.xml"), None)
    if member is None:
        return set()
    blank: set[str] = set()
    number = 0
    with archive.open(member) as stream:
        for _, element in ElementTree.iterparse(stream):
            if _name(element) == "si":
                if not "".join(element.itertext()).strip():
                    blank.add(str(number))
                number += 1
                element.clear()
    return blank


def _office_open(stream: IO[bytes], blank: set[str]) -> MarkedCells:
    marked = MarkedCells()
    at = 0
    for _, element in ElementTree.iterparse(stream):
        if _name(element) == "mergeCell":
            for place in _merged(element.get("ref", "")):
                marked.wrong.setdefault(place, MERGED)
        elif _name(element) == "row":
            at = int(element.get("r", at + 1))
            if _mark_cells(marked, element, at, blank):
                marked.filled.append((at, 1))
            element.clear()
    return marked


def _mark_cells(marked: MarkedCells, row: ElementTree.Element, at: int, blank: set[str]) -> bool:
    """Note what is wrong with the cells of a row; whether anything stands in it."""
    column, is_filled = -1, False
    for cell in row:
        reference = cell.get("r")
        column = _column(reference) if reference else column + 1
        value = _value(cell, blank)
        is_filled = is_filled or bool(value)
        if cell.get("t") == "e":
            marked.wrong[at, column] = f"holds the error {value}"
        elif not value and any(_name(part) == "f" for part in cell):
            marked.wrong[at, column] = "holds a formula that was never worked out"
    return is_filled


def _value(cell: ElementTree.Element, blank: set[str]) -> str:
    """What stands in a cell, formula aside; of a text that stands elsewhere, its number there."""
    value = "".join("".join(part.itertext()) for part in cell if _name(part) in ("v", "is")).strip()
    return "" if cell.get("t") == "s" and value in blank else value


def _merged(reference: str) -> Iterator[Cell]:
    """The cells of a merged range, of which all but the first read as blank."""
    ends = [(int(re.sub("[A-Z]", "", one)), _column(one)) for one in reference.replace("$", "").split(":")]
    (top, left), (bottom, right) = ends[0], ends[-1]
    for row in range(top, min(bottom, top + 1000) + 1):
        for column in range(left, min(right, left + 1000) + 1):
            yield row, column


def _open_document(stream: IO[bytes], sheet: str) -> MarkedCells:
    marked = MarkedCells()
    inside, at = False, 1
    for event, element in ElementTree.iterparse(stream, events=("start", "end")):
        name = _name(element)
        if name == "table":
            inside = event == "start" and _attributes(element).get("name") == sheet
        elif name == "table-row" and event == "end":
            if inside:
                several = int(_attributes(element).get("number-rows-repeated", "1"))
                if _mark_row(marked, element, at):
                    marked.filled.append((at, several))
                at += several
            element.clear()
    return marked


def _mark_row(marked: MarkedCells, row: ElementTree.Element, at: int) -> bool:
    """Note what is wrong with the cells of an ODS row; whether anything stands in it."""
    column, is_filled = 0, False
    for cell in row:
        told = _attributes(cell)
        text = "".join(cell.itertext()).strip()
        is_filled = is_filled or bool(text or told.get("value"))
        if _is_error(cell, text):
            marked.wrong[at, column] = f"holds the error {text}"
        elif {told.get("number-columns-spanned", "1"), told.get("number-rows-spanned", "1")} != {"1"}:
            marked.wrong[at, column] = MERGED
        column += int(told.get("number-columns-repeated", "1"))
    return is_filled


def _is_error(cell: ElementTree.Element, text: str) -> bool:
    """By the type that LibreOffice notes, or a formula whose result is the name of an error."""
    types = [value for key, value in cell.attrib.items() if key.endswith("}value-type")]
    return "error" in types or ("formula" in _attributes(cell) and text.startswith(("#", "Err:")))
