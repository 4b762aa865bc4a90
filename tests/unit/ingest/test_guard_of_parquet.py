"""Parquet record files: the same answers as from text, whatever type the writer chose."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from survey_desk import Desk

from dagster_project.errors import InputError

BOOK = """\
missing: {refused: ['9']}
questions:
  - {id: sex, text: Sex, type: single, options: {1: Woman, 2: Man, 0: None}}
  - {id: age, text: Age, type: quantity}
"""


def _write(desk: Desk, tables: dict[str, Any], book: str = BOOK, dialect: str = "") -> None:
    desk.write(book=book, dialect=dialect, name="records.parquet")
    pq.write_table(pa.table(tables), desk.folder / "records.parquet")


@pytest.mark.parametrize(
    "sex",
    [
        pa.array([1, 2, None, 9], pa.int8()),
        pa.array([1.0, 2.0, None, 9.0]),
        pa.array([1.0, 2.0, None, 9.0], pa.float32()),
        pa.array(["1", "2", None, "9"]),
        pa.array(["1", "2", "", "9"], pa.large_string()),
        pa.array(["1", "2", None, "9"]).dictionary_encode(),
    ],
    ids=lambda array: str(array.type).split("<")[0],
)
def test_codes_are_the_same_in_every_type(desk: Desk, sex: pa.Array) -> None:
    _write(desk, {"age": pa.array([30, 31, 32, 33]), "sex": sex})

    (account,) = desk.ingest()

    assert desk.values("source_line, sex, age") == [(1, "1", 30.0), (2, "2", 31.0), (3, None, 32.0), (4, "9", 33.0)]
    assert (account.rows_read, account.rows_accepted, account.rows_rejected) == (4, 4, 0)


def test_booleans_are_one_and_zero(desk: Desk) -> None:
    _write(desk, {"sex": pa.array([True, False, None]), "age": pa.array([1, 2, 3])})
    desk.ingest()

    assert desk.values("sex") == [("1",), ("0",), (None,)]


@pytest.mark.parametrize("decimal_mark", [".", ","])
def test_numbers_keep_their_value_whatever_the_decimal_mark(desk: Desk, decimal_mark: str) -> None:
    values = [1.5, -0.25, 1e20, 2.0**53 + 2, 1e-7, 123456789012.0, -0.0]
    _write(
        desk,
        {"sex": pa.array([1] * 7), "age": pa.array(values)},
        dialect=f'  delimiter: ";"\n  decimal_mark: "{decimal_mark}"\n',
    )
    desk.ingest()

    assert [age for (age,) in desk.values("age")] == values


def test_decimals_are_numbers(desk: Desk) -> None:
    _write(
        desk,
        {"sex": pa.array([1]), "age": pa.array([Decimal("1.50")])},
        dialect='  delimiter: ";"\n  decimal_mark: ","\n',
    )
    desk.ingest()

    assert desk.values("age") == [(1.5,)]


def test_an_identifier_that_lost_its_last_digits_is_a_reject(desk: Desk) -> None:
    book = "respondent: person\nquestions: [{id: age, text: A, type: quantity}]\n"
    _write(desk, {"person": pa.array([1.0, 12345678901234567.0]), "age": pa.array([1, 2])}, book)
    desk.ingest()

    lost = "an identifier that lost its last digits in floating point; write it as text"
    assert desk.rejects() == [(2, "person", "1.2345678901234568e+16", lost)]


def test_infinity_and_not_a_number_are_rejects(desk: Desk) -> None:
    _write(desk, {"sex": pa.array([1, 1, 1]), "age": pa.array([float("inf"), float("nan"), 1.0])})
    desk.ingest()

    assert desk.rejects() == [(1, "age", "inf", "not a number"), (2, "age", "nan", "not a number")]


def test_an_unknown_code_is_a_reject_with_its_row(desk: Desk) -> None:
    _write(desk, {"sex": pa.array([1.0, 1.5, 3.0]), "age": pa.array([1, 1, 1])})
    desk.ingest()

    assert [row[:3] for row in desk.rejects()] == [(2, "sex", "1.5"), (3, "sex", "3")]


def test_names_with_points_are_columns_not_paths(desk: Desk) -> None:
    book = "questions: [{id: a, text: A, type: text}, {id: b, text: B, type: text, column: a.b}]\n"
    _write(desk, {"a.b": pa.array(["y"]), "a": pa.array(["x"])}, book)
    desk.ingest()

    assert desk.values("a, b") == [("x", "y")]


@pytest.mark.parametrize(
    "nested",
    [pa.array([[1], [2]]), pa.array([{"a": 1}, {"a": 2}]), pa.array([b"\xff", b"a"])],
    ids=["list", "struct", "binary"],
)
def test_a_type_that_is_no_plain_value_is_refused(desk: Desk, nested: pa.Array) -> None:
    _write(desk, {"sex": nested, "age": pa.array([1, 2])})

    assert "column 'sex' holds" in _message(desk)


def test_days_are_text(desk: Desk) -> None:
    book = "questions: [{id: day, text: D, type: text}]\n"
    _write(desk, {"day": pa.array([datetime.date(2026, 1, 2)])}, book)
    desk.ingest()

    assert desk.values("day") == [("2026-01-02",)]


def test_a_header_that_does_not_match_is_refused(desk: Desk) -> None:
    _write(desk, {"sex": pa.array([1]), "agee": pa.array([1])})

    assert "the header lacks 'age' (it has 'sex', 'agee')" in _message(desk)


def test_a_file_without_records_is_refused(desk: Desk) -> None:
    _write(desk, {"sex": pa.array([], pa.int64()), "age": pa.array([], pa.int64())})

    assert "this file has no record" in _message(desk)


@pytest.mark.parametrize("damage", ["text", "cut", "middle"])
def test_a_damaged_file_is_refused(desk: Desk, damage: str) -> None:
    _write(desk, {"sex": pa.array(["1"] * 1000), "age": pa.array(range(1000))})
    path: Path = desk.folder / "records.parquet"
    whole = path.read_bytes()
    path.write_bytes(
        {"text": b"sex,age\n1,1\n", "cut": whole[:-20], "middle": whole[:4] + b"\xff" * 200 + whole[204:]}[damage]
    )

    assert "records.parquet: not a readable Parquet file" in _message(desk)


def _message(desk: Desk) -> str:
    with pytest.raises(InputError) as error:
        desk.ingest()
    return str(error.value)
