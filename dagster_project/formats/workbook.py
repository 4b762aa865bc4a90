"""Workbooks: one sheet of an .xlsx, .xlsm or .ods, whose cells are read once for their values and once for what is
wrong with them, since what reads the values leaves an error blank."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from dagster_project.errors import InputError
from dagster_project.formats.cells import CellText, InexactNumberError
from dagster_project.formats.format import Contents, FileColumn, FirstLook, Format, HeaderRows, RecordFile, first_bytes
from dagster_project.formats.header import header_of
from dagster_project.formats.lines import batches_of_rows
from dagster_project.formats.sheet_xml import MarkedCells, column_letters, marked_cells

if TYPE_CHECKING:
    import pyarrow as pa
    import python_calamine

DIGITS = 15  # that a workbook keeps of a number
MOST_UNPACKED = 2_000_000_000  # bytes


class Sheet(HeaderRows):
    """Which sheet of a workbook holds the records."""

    sheet: str | None = Field(default=None, description="Its name; needed where several have something in them.")


@contextmanager
def _open(file: RecordFile, options: Sheet) -> Iterator[Contents]:
    path = file.path
    with _workbook(path) as book:
        name = options.sheet if options.sheet is not None else _only_sheet(path, book)
        rows = _cells(path, book, name)
        marked = marked_cells(path, name)
        text = CellText(options.decimal_mark, DIGITS)
        top = rows[options.rows_before_header : options.rows_before_header + options.header_rows]
        header = _trimmed(options.named([[text.of(cell) for cell in row] for row in top]), rows[options.head :])
        blank = 0

        def records() -> Iterator[tuple[int, Sequence[str]]]:
            nonlocal blank
            for number, row in enumerate(rows[options.head :], start=options.head + 1):
                if not any(cell != "" for cell in row):
                    blank += 1
                    yield number, []
                    continue
                yield number, _row(path, name, number, row[: len(header)], text)

        def batches(places: Sequence[int]) -> Iterator[pa.RecordBatch]:
            _check(path, name, options.head, places, marked)
            yield from batches_of_rows(records(), len(header), places, "\t".join)

        yield Contents(header, batches, lambda: blank + marked.filled_below(options.head))


def _look(path: Path, given: Mapping[str, str]) -> FirstLook:
    with _workbook(path) as book:
        name = given.get("sheet") or _only_sheet(path, book)
        rows = _cells(path, book, name)
        text = CellText(digits=DIGITS)
        found = header_of([_row(path, name, at, row, text) for at, row in enumerate(rows[:200], start=1)])
        options = {"sheet": name, **found.options, **given}
        declared = Sheet.model_validate(options)
        top = rows[declared.rows_before_header : declared.rows_before_header + declared.header_rows]
        header = _trimmed(declared.named([[text.of(cell) for cell in row] for row in top]), rows[declared.head :])
        others = [other for other in _filled_sheets(book) if other != name]
        notes = [f"sheets not read: {', '.join(map(repr, others))}"] if others else []
        columns = [FileColumn(column, found.label(at)) for at, column in enumerate(header)]
        return FirstLook(columns, options, {"sheet": "the sheet with something in it", **found.evidence}, notes)


@contextmanager
def _workbook(path: Path) -> Iterator[python_calamine.CalamineWorkbook]:
    """The open workbook. Raises `InputError` for what is none, needs a password, or unpacks without end."""
    import python_calamine

    _, what = first_bytes(path)
    if what != "a zip archive or an Excel workbook":
        raise InputError(
            f"{path}: this is {what or 'no workbook'}, not an .xlsx or .ods one; save it as one, without a password."
        )
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > MOST_UNPACKED:
            raise InputError(f"{path}: it unpacks to {unpacked:,} bytes; export the records as text.")
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            yield book
    except python_calamine.PasswordError as error:
        raise InputError(f"{path}: this workbook has a password; save it without one.") from error
    except (python_calamine.CalamineError, zipfile.BadZipFile, KeyError, OSError) as error:
        reason = str(error).rstrip(".")
        raise InputError(f"{path}: not a readable workbook ({reason}); save it again.") from error


def _filled_sheets(book: python_calamine.CalamineWorkbook) -> list[str]:
    return [name for name in book.sheet_names if _is_sheet(book, name) and book.get_sheet_by_name(name).height > 0]


def _is_sheet(book: python_calamine.CalamineWorkbook, name: str) -> bool:
    """Whether it has cells at all: a chart is no sheet."""
    import python_calamine

    kind = python_calamine.SheetTypeEnum.WorkSheet
    return any(one.name == name and one.typ == kind for one in book.sheets_metadata)


def _only_sheet(path: Path, book: python_calamine.CalamineWorkbook) -> str:
    """The one sheet that people see and that has something in it."""
    import python_calamine

    seen = {one.name for one in book.sheets_metadata if one.visible == python_calamine.SheetVisibleEnum.Visible}
    filled = [name for name in _filled_sheets(book) if name in seen]
    if len(filled) == 1:
        return filled[0]
    if not filled:
        raise InputError(f"{path}: no sheet that can be seen has anything in it; put the records there.")
    named = ", ".join(repr(name) for name in filled)
    raise InputError(f"{path}: several sheets have something in them ({named}); say which in records.sheet.")


def _cells(path: Path, book: python_calamine.CalamineWorkbook, name: str) -> list[list[object]]:
    """Every row from the sheet's first to the last with something in it; a sheet's first column is its first."""
    if name not in book.sheet_names or not _is_sheet(book, name):
        known = ", ".join(repr(one) for one in book.sheet_names)
        raise InputError(f"{path}: there is no sheet {name!r} (its sheets: {known}); mend records.sheet.")
    rows: list[list[object]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)  # type: ignore[assignment]
    while rows and not any(cell != "" for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise InputError(f"{path}: the sheet {name!r} is empty; put the records there, or mend records.sheet.")
    return rows


def _trimmed(header: Sequence[str], below: Sequence[Sequence[object]]) -> list[str]:
    """The header less the columns at its end that have neither a name nor anything in them."""
    names = list(header)
    while names and not names[-1] and not any(len(row) >= len(names) and row[len(names) - 1] != "" for row in below):
        names.pop()
    return names


def _row(path: Path, sheet: str, number: int, row: Sequence[object], text: CellText) -> list[str]:
    try:
        return [text.of(cell) for cell in row]
    except InexactNumberError as error:
        raise InputError(
            f"{path}:{number}: sheet {sheet!r} holds {error}, a number of more digits than a workbook keeps; its last "
            "ones are lost, so enter identifiers as text."
        ) from error


def _check(path: Path, sheet: str, above: int, places: Sequence[int], marked: MarkedCells) -> None:
    """Raise `InputError` for a cell that is read and holds no value of its own."""
    wanted = set(places)
    for (row, column), what in marked.wrong.items():
        if row > above and column in wanted:
            raise InputError(
                f"{path}:{row}: cell {column_letters(column)}{row} of sheet {sheet!r} {what}; mend it or empty it."
            )


FORMAT = Format(
    name="workbook",
    endings=(".xlsx", ".xlsm", ".ods"),
    open=_open,
    look=_look,
    no_records="a header and no record",
    miscounted="two ways of counting its rows disagree ({counted} and {read}); save it again.",
    options=Sheet,
)
