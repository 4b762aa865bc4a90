"""Text that is packed, spaced, joined, or read in another encoding than it was written in."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable

import pytest
from survey_desk import Desk

from dagster_project.formats import delimited

RIGHT = "person,sex,age\na,1,30\nb,2,41.5\n"
TWO = [("a", "1", 30.0), ("b", "2", 41.5)]
Refused = Callable[..., str]


def _zipped(**members: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("records.csv.gz", gzip.compress(RIGHT.encode(), mtime=0)),
        ("records.csv.zip", _zipped(answers=RIGHT)),
        ("records.csv.zip", _zipped(**{"answers.csv": RIGHT, "__MACOSX/answers.csv": "x"})),
    ],
)
def test_a_packed_file_is_read(desk: Desk, name: str, content: bytes) -> None:
    desk.take(content, name=name)

    assert desk.values("respondent, sex, age") == TWO


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (_zipped(a=RIGHT, b=RIGHT), "it holds 2 files where one is expected"),
        (_zipped(), "its content is none"),
        (_zipped(a=RIGHT)[:-30], "damaged or cut off"),
    ],
)
def test_an_archive_that_holds_no_one_file_is_refused(refused: Refused, content: bytes, says: str) -> None:
    assert says in refused(content, name="records.csv.zip")


def test_a_file_that_unpacks_without_measure_is_refused(refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "UNPACKED", 1_000)
    bomb = _zipped(a=RIGHT + "c,1,30\n" * 500_000)

    assert "unpacks to more than 300 times its size" in refused(bomb, name="records.csv.zip")


def test_fields_between_blanks_and_tabs_are_taken_apart(desk: Desk) -> None:
    desk.take('  person sex\t age\n a    1    30\n"b"  2  41.5\n c 1\n', dialect="  delimiter: whitespace\n")

    assert desk.values("respondent, sex, age") == TWO
    assert desk.rejected_lines() == [4]


def test_rows_above_and_below_the_names_are_no_records_and_lines_keep_their_numbers(desk: Desk) -> None:
    text = 'A "title\n\nperson,sex,age\n"Who, please",Sex,"How\nold"\n' + RIGHT.split("\n", 1)[1] + "c,7,1\n"
    account = desk.take(text, dialect="  rows_before_header: 2\n  rows_after_header: 1\n")

    assert account.rows_read == 3
    assert desk.values("source_line, respondent") == [(6, "a"), (7, "b")]
    assert desk.rejected_lines() == [8]


def test_a_mark_inside_the_file_is_refused(refused: Refused) -> None:
    joined = RIGHT.encode("utf-8-sig") + RIGHT.encode("utf-8-sig")

    assert refused(joined).startswith("records.csv:4: a byte order mark inside the file")


def test_utf_8_that_is_declared_as_cp1252_is_refused(refused: Refused, desk: Desk) -> None:
    assert "records.csv:2: this line is UTF-8 and read as cp1252" in refused(
        "person,sex,age\né,1,30\n", dialect="  encoding: cp1252\n"
    )
    desk.take("person,sex,age\n“CAFɔ É”,1,30\n".replace("ɔ", "É").encode("cp1252"), dialect="  encoding: cp1252\n")
    assert desk.values("respondent") == [("“CAFÉ É”",)]


@pytest.mark.parametrize("page", ["<!DOCTYPE html><html>", "\n<HTML><body>", '<?xml version="1.0"?>'])
def test_a_web_page_is_refused(refused: Refused, page: str) -> None:
    assert "this is a web page or XML, not CSV text" in refused(page)


def test_a_run_of_text_loads_no_other_format(desk: Desk) -> None:
    desk.write(RIGHT)
    program = (
        "import sys, pathlib; from dagster_project.formats import format_of, RecordFile; "
        "from dagster_project.codebook import Records; "
        f"path = pathlib.Path({str(desk.folder / 'records.csv')!r}); "
        "form = format_of(path); "
        "records = Records(files=['records.csv']); "
        "opened = form.open(RecordFile(path), records); contents = opened.__enter__(); "
        "list(contents.batches([0])); "
        "print([name for name in ('pyreadstat', 'python_calamine', 'narwhals') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
