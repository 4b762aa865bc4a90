"""Workbooks: a sheet's cells as a person sees them, and no error, merged or never computed cell taken for a blank."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from survey_desk import BOOK, Desk
from workbooks import day, error, formula, write_ods, write_xlsx

from dagster_project.errors import InputError
from dagster_project.ingest import Said, propose

HEADER = ["person", "sex", "age"]
RIGHT = [HEADER, ["a", 1.0, 30.0], ["b", 2.0, 41.5]]
SHEETS = {"Data": RIGHT}


def _take(
    desk: Desk, sheets: dict[str, Any] = SHEETS, dialect: str = "", name: str = "records.xlsx", **how: Any
) -> int:
    desk.write(dialect=dialect, name=name, book=how.pop("book", BOOK))
    (write_ods if name.endswith(".ods") else write_xlsx)(desk.folder / name, sheets, **how)
    (account,) = desk.ingest()
    return account.rows_accepted


def _refused(desk: Desk, sheets: dict[str, Any], dialect: str = "", name: str = "records.xlsx", **how: Any) -> str:
    with pytest.raises(InputError) as refused:
        _take(desk, sheets, dialect, name, **how)
    return str(refused.value).removeprefix(f"{desk.folder}/")


@pytest.mark.parametrize("name", ["records.xlsx", "records.ods", "RECORDS.XLSX"])
def test_numbers_are_text_without_a_point(desk: Desk, name: str) -> None:
    assert _take(desk, name=name) == 2
    assert desk.values("source_line, respondent, sex, age") == [(2, "a", "1", 30.0), (3, "b", "2", 41.5)]


def test_a_number_is_what_fifteen_digits_say(desk: Desk) -> None:
    _take(desk, {"Data": [HEADER, ["a", 1.0000000000000002, 0.1 + 0.2]]})

    assert desk.values("sex, age") == [("1", 0.3)]


def test_days_are_days(desk: Desk) -> None:
    book = "questions: [{id: day, text: D, type: text}]\n"
    _take(desk, {"Data": [["day"], [day(46097)]]}, book=book)

    assert desk.values("day") == [("2026-03-16",)]


@pytest.mark.parametrize("name", ["records.xlsx", "records.ods"])
def test_an_error_in_a_cell_is_refused_and_named(desk: Desk, name: str) -> None:
    wrong: Any = error("#DIV/0!") if name.endswith("xlsx") else "#DIV/0!"

    message = _refused(desk, {"Data": [*RIGHT, ["c", 1.0, wrong]]}, name=name)

    assert message == f"{name}:4: cell C4 of sheet 'Data' holds the error #DIV/0!; mend it or empty it."


def test_an_error_in_a_column_that_is_left_out_is_none_of_ours(desk: Desk) -> None:
    rows = [[*HEADER, "sum"], ["a", 1.0, 30.0, error("#REF!")]]

    assert _take(desk, {"Data": rows}, "  ignore_columns: [sum]\n") == 1


def test_a_formula_that_was_never_worked_out_is_refused(desk: Desk) -> None:
    message = _refused(desk, {"Data": [*RIGHT, ["c", 1.0, formula("A1+1")]]})

    assert "cell C4 of sheet 'Data' holds a formula that was never worked out" in message


def test_merged_cells_are_refused(desk: Desk) -> None:
    message = _refused(desk, SHEETS, merged=["B2:B3"])

    assert "records.xlsx:2: cell B2 of sheet 'Data' is merged with others" in message


def test_an_identifier_of_more_digits_than_a_workbook_keeps_is_refused(desk: Desk) -> None:
    message = _refused(desk, {"Data": [HEADER, [12345678901234567.0, 1.0, 30.0]]})

    assert message.startswith("records.xlsx:2: sheet 'Data' holds 12345678901234568, a number of more digits")


def test_several_sheets_are_asked_about_and_one_can_be_named(desk: Desk) -> None:
    sheets = {"Data": RIGHT, "Codes": [["code"], [1.0]]}

    assert "several sheets have something in them ('Data', 'Codes')" in _refused(desk, sheets)
    assert _take(desk, sheets, "  sheet: Data\n") == 2
    assert "there is no sheet 'Date' (its sheets: 'Data', 'Codes')" in _refused(desk, sheets, "  sheet: Date\n")


def test_empty_and_hidden_sheets_are_not_taken(desk: Desk) -> None:
    assert _take(desk, {"Empty": [], "Old": RIGHT, "Data": RIGHT[:2]}, hidden=["Old"]) == 1


def test_a_hidden_sheet_is_told(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "people.xlsx", {"Data": RIGHT, "Old": RIGHT}, hidden=["Old"])

    made = propose(tmp_path / "raw", "people", tmp_path / "people.xlsx")

    assert made.proposal.notes == ["sheets not read: 'Old'"]
    assert made.proposal.options == {"sheet": "Data"}


def test_several_sheets_are_asked_about_before_a_codebook_is_proposed(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "people.xlsx", {"Data": RIGHT, "Codes": RIGHT})

    with pytest.raises(InputError, match="say which"):
        propose(tmp_path / "raw", "people", tmp_path / "people.xlsx")
    said = Said(options={"sheet": "Codes"})
    assert propose(tmp_path / "raw", "people", tmp_path / "people.xlsx", said).proposal.options == {"sheet": "Codes"}


def test_rows_above_and_below_the_names_are_skipped_and_lines_are_those_of_the_sheet(desk: Desk) -> None:
    rows = [["Survey of 2026"], [], HEADER, ["Who", "Sex", "How old"], ["a", 1.0, 30.0], ["b", 7.0, 41.5]]

    _take(desk, {"Data": rows}, "  rows_before_header: 2\n  rows_after_header: 1\n")

    assert desk.values("source_line, respondent") == [(5, "a")]
    assert desk.rejected_lines() == [6]


def test_a_blank_row_between_records_is_a_reject(desk: Desk) -> None:
    assert _take(desk, {"Data": [HEADER, ["a", 1.0, 30.0], [], ["b", 2.0, 41.0]]}) == 2
    assert desk.rejects() == [(3, None, "", "an empty line")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"person,sex,age\na,1,30\n", "this is no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old Excel workbook, or one with a password"),
        (b"PK\x03\x04 and no more", "not a readable workbook"),
    ],
    ids=["text", "password", "cut"],
)
def test_what_is_no_workbook_is_refused(desk: Desk, content: bytes, says: str) -> None:
    desk.write(content, name="records.xlsx")

    with pytest.raises(InputError, match=says):
        desk.ingest()


def test_a_workbook_with_nothing_in_it_is_refused(desk: Desk) -> None:
    assert "no sheet that can be seen has anything in it" in _refused(desk, {"Data": []})
    assert "a header and no record" in _refused(desk, {"Data": [HEADER]})


def test_two_columns_of_one_name_are_refused(desk: Desk) -> None:
    assert "columns 1 and 3 of the header have the same name" in _refused(
        desk, {"Data": [["person", "sex", "person"], ["a", 1.0, 30.0]]}
    )
