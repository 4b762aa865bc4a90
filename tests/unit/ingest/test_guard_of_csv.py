"""The guard: a record file is taken whole and exactly, or refused with its place; a broken line becomes a reject."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from survey_desk import Desk

from dagster_project.errors import InputError
from dagster_project.formats import lines as text_lines

Refused = Callable[..., str]
RIGHT = "person,sex,age\na,1,30\nb,2,41.5\n"
TWO = [("a", "1", 30.0), ("b", "2", 41.5)]
TEXT_BOOK = "respondent: person\nquestions:\n  - {id: remark, text: Remark, type: text}\n"


@pytest.mark.parametrize(
    ("content", "dialect"),
    [
        (RIGHT, ""),
        (RIGHT.rstrip("\n"), ""),
        (RIGHT.replace("\n", "\r\n"), ""),
        ("\ufeff" + RIGHT, ""),
        ('\ufeff"person","sex","age"\n"a","1","30"\n"b","2","41.5"\n', ""),
        ("age,person,sex\n30,a,1\n41.5,b,2\n", ""),
        ("person,x,sex,age\na,,1,30\nb,y,2,41.5\n", "  ignore_columns: [x, not_there]\n"),
        (RIGHT.replace(",", ";"), '  delimiter: ";"\n'),
        (RIGHT.replace(",", ";").replace(".", ","), '  delimiter: ";"\n  decimal_mark: ","\n'),
        (RIGHT.replace(",", "\t"), '  delimiter: "\\t"\n'),
        (RIGHT.encode("utf-16"), "  encoding: utf-16\n"),
        ("\ufeff".encode("utf-16-le") + RIGHT.encode("utf-16-le"), "  encoding: utf-16-le\n"),
        (RIGHT.encode("cp1252"), "  encoding: cp1252\n"),
        ("\ufeff" + RIGHT, "  encoding: U8\n"),
    ],
)
def test_the_same_records_come_out_of_every_dialect(desk: Desk, content: str | bytes, dialect: str) -> None:
    account = desk.take(content, dialect=dialect)

    assert desk.values("respondent, sex, age") == TWO
    assert desk.rejects() == []
    raw = content if isinstance(content, bytes) else content.encode()
    assert (account.sha256, account.bytes) == (hashlib.sha256(raw).hexdigest(), len(raw))
    assert desk.rows("SELECT file, sha256, bytes, rows_read, rows_accepted, rows_rejected FROM raw.files") == [
        ("records.csv", account.sha256, account.bytes, 2, 2, 0)
    ]


def test_letters_of_another_encoding_come_out_right(desk: Desk) -> None:
    desk.take("person,remark\na,“café” – 5 €\n".encode("cp1252"), TEXT_BOOK, "  encoding: cp1252\n")

    assert desk.values("remark") == [("“café” – 5 €",)]


@pytest.mark.parametrize("name", ["it's; DROP TABLE x.csv", "my records (1).csv", "-r.csv", "Ü{{ 77 }}.csv"])
def test_a_file_may_have_any_name(desk: Desk, name: str) -> None:
    desk.take(RIGHT + "c,3,1\n", name=name)

    assert desk.values("source_file, respondent") == [(name, "a"), (name, "b")]
    assert desk.rows("SELECT source_file, source_line FROM raw.rejects") == [(name, 4)]


def test_header_names_travel_as_values(desk: Desk) -> None:
    header = "\"; DROP TABLE raw.files; --'{{ 7*7 }}"
    quoted = '"' + header.replace('"', '""') + '"'
    yaml_text = "'" + header.replace("'", "''") + "'"
    book = f"questions:\n  - {{id: sex, text: Sex, type: single, column: {yaml_text}, options: {{1: a}}}}\n"

    desk.take(f"{quoted}\n1\n2\n", book)

    assert desk.values("sex") == [("1",)]
    assert desk.rejects() == [(3, header, "2", "no code of question sex (its codes: 1)")]


def test_a_ragged_or_empty_line_is_a_reject_and_shifts_nothing(desk: Desk) -> None:
    account = desk.take("person,sex,age\na,1,30\nb,2\nc,1,2,3\n\nd\ne,2,50\n\n")

    assert desk.values("source_line, respondent") == [(2, "a"), (7, "e")]
    assert desk.rejects() == [
        (3, None, "b,2", "2 fields where the header has 3"),
        (4, None, "c,1,2,3", "4 fields where the header has 3"),
        (5, None, "", "an empty line"),
        (6, None, "d", "1 field where the header has 3"),
        (8, None, "", "an empty line"),
    ]
    assert account.rows_read == 7


def test_line_breaks_in_quotes_are_read_where_the_codebook_allows_them(desk: Desk) -> None:
    desk.take('person,remark\na,"one\ntwo\r\nthree ""3"""\nb,x\nc\n', TEXT_BOOK, "  line_breaks: true\n")

    assert desk.values("source_line, respondent, remark") == [(2, "a", 'one\ntwo\r\nthree "3"'), (5, "b", "x")]
    assert desk.rejected_lines() == [6]


def test_a_quote_inside_an_unquoted_answer_that_is_balanced_is_kept(desk: Desk) -> None:
    desk.take('person,remark\na,a "b" c\n', TEXT_BOOK)

    assert desk.values("remark") == [('a "b" c',)]


@pytest.mark.parametrize(
    ("content", "dialect", "expected"),
    [
        ("person,sex\na,1\n", "", "records.csv:1: the header lacks 'age' (it has 'person', 'sex')"),
        ("person,sex,Age\na,1,1\n", "", "records.csv:1: the header lacks 'age'"),
        ("person,sex,age,x\na,1,1,1\n", "", "records.csv:1: survey.yml does not know the column 'x'"),
        ("person,sex,age,sex\na,1,1,1\n", "", "records.csv:1: columns 2 and 4 of the header have the same name"),
        (RIGHT.replace(",", ";"), "", "records.csv:1: the header lacks 'person', 'sex', 'age' (it has 'person;sex;age"),
        ("\n" + RIGHT, "", "records.csv:1: the first line is empty"),
        ("person,sex,age\n", "", "records.csv: a header and no record"),
        ("person,sex,age\na,1,\0\n", "", "records.csv:2: a NUL character"),
        (RIGHT.encode("utf-16-le"), "", "records.csv:1: a NUL character, so this is no text in utf-8"),
        (RIGHT.encode("utf-16"), "", "records.csv: this is UTF-16 text, not utf-8; set records.encoding: utf-16."),
        (RIGHT.encode("utf-16"), "  encoding: cp1252\n", "records.csv: this is UTF-16 text, not cp1252"),
        (RIGHT.encode() + "é,1,1\n".encode("cp1252"), "", "records.csv:4: byte 0xE9 of this line is not utf-8"),
        (
            b"person,sex,age\n" + b"a,1,1\n" * 9000 + b"\xff,1,1\n",
            "",
            "records.csv:9002: byte 0xFF of this line is not utf-8",
        ),
        (RIGHT.encode() + b"\x81,1,1\n", "  encoding: cp1252\n", "records.csv:4: byte 0x81 of this line is not cp1252"),
        (RIGHT.encode("utf-16") + b"\x00\xdc\n\x00", "  encoding: utf-16\n", "records.csv:4: byte 0x00 of this line"),
        (RIGHT.encode("utf-16") + b"a", "  encoding: utf-16\n", "records.csv:4: byte 0x61 of this line is not utf-16"),
        (RIGHT + 'c,"1,2\n', "", "records.csv:4: a quote opened on this line is not closed"),
        ('person,sex,age\na,"1,2\nb,1,2\nc,1,2\n', "", "records.csv:2: a quote opened on this line is not closed"),
        ('person,sex,age\na,"1,2\nb,1,2\nc,"1",2\n', "", "records.csv:2: a quote opened on this line is not closed"),
        ('person,sex,age\na,"1,2\nb,1,2\nc,1",2\n', "", "records.csv:2: an answer in quotes runs on to line 4"),
        ('person,sex,age\na,5"2,2\nb,1,2\n', "", "records.csv:2: a quote in the middle of an answer"),
        ('person,sex,age\na,5"2,2\nb,1,2\nc,5"3,2\n', "", "records.csv:2: a quote in the middle of an answer"),
        ('person,sex,age\na,"1" ,2\n', "", "records.csv:2: not CSV"),
        ('person,sex,age\na,"1\n2",2\n', "", "records.csv:2: an answer in quotes runs on to line 3"),
        (f"person,sex,age\na,{'x' * 1_000_001},2\n", "", "records.csv:2: an answer of more than 1,000,000 characters"),
        (
            'person,sex,age\na,"' + "x,1,1\n" * 200_000,
            "  line_breaks: true\n",
            "records.csv:2: a quote opened on this line is not closed",
        ),
        (gzip.compress(RIGHT.encode(), mtime=0), "", "records.csv: this is a gzip file, not CSV text"),
        (b"PK\x03\x04" + RIGHT.encode(), "", "records.csv: this is a zip archive or an Excel workbook"),
        (b"PAR1" + RIGHT.encode(), "", "records.csv: this is a Parquet file"),
    ],
)
def test_a_file_that_is_not_what_the_codebook_says_is_refused(
    refused: Refused, content: str | bytes, dialect: str, expected: str
) -> None:
    assert refused(content, dialect=dialect).startswith(expected)


def test_an_excel_workbook_named_csv_is_refused(refused: Refused) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as workbook:
        workbook.writestr("xl/workbook.xml", "<workbook/>")

    assert "an Excel workbook, not CSV text; export it as CSV" in refused(stream.getvalue())


def test_gzip_is_read_and_hashed_as_it_stands_on_disk(desk: Desk) -> None:
    packed = gzip.compress(RIGHT.encode())

    account = desk.take(packed, name="records.csv.gz")

    assert desk.values("respondent, sex, age") == TWO
    assert (account.sha256, account.bytes) == (hashlib.sha256(packed).hexdigest(), len(packed))


def test_the_line_of_a_wrong_byte_is_named_inside_gzip_too(refused: Refused) -> None:
    assert refused(gzip.compress(RIGHT.encode() + b"\xff,1,1\n"), name="records.csv.gz").startswith(
        "records.csv.gz:4: byte 0xFF"
    )


@pytest.mark.parametrize("cut", [1, 9, 40])
def test_a_gzip_file_that_is_cut_off_is_refused(refused: Refused, cut: int) -> None:
    packed = gzip.compress(os.urandom(60).hex().join(["person,sex,age\na,1,", "\n"]).encode())

    assert "the compressed file is damaged or cut off" in refused(packed[:-cut], name="records.csv.gz")


def test_a_gzip_file_that_is_cut_off_in_the_line_of_a_wrong_byte_is_refused_as_cut_off(refused: Refused) -> None:
    packed = gzip.compress(b"person,sex,age\n\xff,1,30")

    assert "the compressed file is damaged or cut off" in refused(packed[:-8], name="records.csv.gz")


def test_text_named_gzip_is_refused(refused: Refused) -> None:
    assert "its name says gz and its content is none" in refused(RIGHT, name="records.csv.gz")


def test_a_name_whose_ending_says_nothing_needs_the_format(refused: Refused, desk: Desk) -> None:
    assert "set records.format to csv, json, parquet," in refused(RIGHT, name="records.dat")

    desk.take(RIGHT, name="records.dat", dialect="  format: csv\n")
    assert desk.values("respondent, sex, age") == TWO


def test_a_missing_file_an_empty_one_and_a_folder_are_told_apart(refused: Refused, desk: Desk) -> None:
    assert refused().startswith("records.csv: this record file is missing")
    (desk.folder / "records.csv").touch()
    assert refused().startswith("records.csv: this record file is empty")
    (desk.folder / "records.csv").unlink()
    (desk.folder / "records.csv").mkdir()
    assert refused().startswith("records.csv: this is a folder")
    assert "cannot be read" in refused(name="r" * 300 + ".csv")


def test_a_file_that_grows_while_it_is_read_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.take(RIGHT)
    before = desk.everything()
    batch = text_lines._whole_batch

    def grow_then_batch(*arguments: Any) -> Any:
        with (desk.folder / "records.csv").open("a") as stream:
            stream.write("c,1,1\n")
        return batch(*arguments)

    monkeypatch.setattr(text_lines, "_whole_batch", grow_then_batch)

    with pytest.raises(InputError, match="the file changed while it was read"):
        desk.ingest()
    assert desk.everything() == before


def test_a_file_larger_than_a_batch_loses_no_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_lines, "BATCH_ROWS", 7)
    lines = [f"p{n},1,{n}" if n % 3 else f"p{n},1" for n in range(100)]

    account = desk.take("person,sex,age\n" + "\n".join(lines) + "\n")

    assert (account.rows_read, account.rows_accepted, account.rows_rejected) == (100, 66, 34)
    assert desk.rejected_lines() == [n + 2 for n in range(100) if n % 3 == 0]
    assert desk.values("source_line, age, age__missing") == [
        (n + 2, *((None, str(n)) if n in (8, 9) else (float(n), None))) for n in range(100) if n % 3
    ]


def test_nothing_of_a_respondent_is_quoted_where_a_header_should_stand(refused: Refused) -> None:
    told = refused("Anna Schmidt,1,1970\nBen,2,1980\n")
    assert "the first line has none of the columns of survey.yml ('person', 'sex', 'age')" in told
    assert "its 3 cells are not shown" in told
    told = refused("person,sex,age,anna@example.org,1970-05-01,remark\na,1,1,,,\n")
    assert "does not know the column 'remark' and 2 that may be data and are not shown (columns 4, 5)" in told
    assert "anna" not in told
    assert "Anna" not in refused("Anna,Anna,3\na,1,1\n")
    assert "Garage" not in refused("Garage Person,1,1970\nBen,2,1980\n")  # `age` stands in it, and no cell is one


PERSONS = ['"Smith, John"', "John Smith", "JOHN SMITH", "Ursula von der Leyen", "12 Main Street", "Hauptstraße 12"]
NUMBERS = ["+49 30 1234567", "0301234567", "10115 Berlin", "1970-05-01", "DE89370400440532013000", "a.b@example.org"]


@pytest.mark.parametrize("cell", [*PERSONS, *NUMBERS])
def test_a_cell_of_a_header_that_may_be_a_person_is_told_by_its_place(refused: Refused, cell: str) -> None:
    for header, place in ((f"person,sex,age,{cell}", 4), (f"person,sex,{cell}", 3)):
        told = refused(f"{header}\na,1,1,1\n")
        assert f"1 that may be data and are not shown (column {place})" in told
        assert cell.strip('"') not in told


@pytest.mark.parametrize(
    "cell", ["Age", "q12_a", "hours.per.week", "In paid work", "How old are you, in years?", "AGE "]
)
def test_a_column_that_is_misspelt_or_not_described_is_named(refused: Refused, cell: str) -> None:
    assert repr(cell) in refused(f'person,sex,"{cell}"\na,1,1\n')
    assert repr(cell) in refused(f'person,sex,age,"{cell}"\na,1,1,1\n')


def test_a_link_that_leads_out_of_the_folder_is_refused(desk: Desk, tmp_path: Path, refused: Refused) -> None:
    outside = tmp_path / "secret.csv"
    outside.write_text(RIGHT)
    (desk.folder / "records.csv").symlink_to(outside)
    assert "records.csv: this link leads out of the survey's folder" in refused()
    (desk.folder / "records.csv").unlink()
    (desk.folder / "inside.csv").write_text(RIGHT)
    (desk.folder / "records.csv").symlink_to("inside.csv")
    desk.write()
    assert desk.ingest()[0].rows_rejected == 0


def test_a_reject_keeps_a_bounded_part_of_what_is_wrong(desk: Desk) -> None:
    long = "x" * 5_000
    desk.take(f"person,sex,age\na,{long},1\nb,1,1,{long}\n")
    [(cell,), (line,)] = desk.rows("SELECT value FROM raw.rejects ORDER BY source_line")
    assert cell == "x" * 1_000 + " … (5,000 characters)"
    assert line.startswith("b,1,1,xxx")
    assert line.endswith(" … (5,006 characters)")
    assert len(line) < 1_030
