"""SPSS, Stata and SAS: codes with their labels, and missing codes as what they are."""

from __future__ import annotations

import datetime
import struct
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from survey_desk import BOOK, Desk

from dagster_project.codebook import QuestionType, read_survey_folder
from dagster_project.errors import InputError
from dagster_project.ingest import Said, propose, write_codebook, write_records
from dagster_project.warehouse import open_warehouse

FACTS = {"title": "People", "source": "An office", "licence": "CC0", "universe": "Everybody"}
PEOPLE = pd.DataFrame({"person": ["a", "b", "c"], "sex": [1.0, 2.0, None], "age": [30.0, 41.5, 50.0]})
WRITERS = {
    "records.sav": pyreadstat.write_sav,
    "records.zsav": lambda frame, path: pyreadstat.write_sav(frame, path, compress=True),
    "records.dta": pyreadstat.write_dta,
    "records.xpt": pyreadstat.write_xport,
}


@pytest.mark.parametrize("name", WRITERS)
def test_each_format_gives_the_same_records(desk: Desk, name: str) -> None:
    desk.write(name=name)
    WRITERS[name](PEOPLE, str(desk.folder / name))
    (account,) = desk.ingest()

    assert account.rows_accepted == 3
    assert desk.values("source_line, respondent, sex, age") == [
        (1, "a", "1", 30.0),
        (2, "b", "2", 41.5),
        (3, "c", None, 50.0),
    ]


def test_a_portable_file_gives_the_same_records(desk: Desk) -> None:
    desk.write(name="records.por", book=BOOK.replace("respondent: person\n", ""))
    path = desk.folder / "records.por"
    pyreadstat.write_por(PEOPLE[["sex", "age"]].rename(columns=str.upper), str(path))
    with pytest.raises(InputError, match="the header lacks 'sex'"):
        desk.ingest()
    book = "questions: [{id: age, text: A, type: quantity, column: AGE}]\n"
    desk.write(name="records.por", book=book, dialect="  ignore_columns: [SEX]\n")
    desk.ingest()

    assert [age for (age,) in desk.values("age")] == [30.0, 41.5, 50.0]


def _new(tmp_path: Path, path: Path, **said: Any) -> Any:
    made = propose(tmp_path / "raw", "people", path, Said(FACTS, **said))
    return made, read_survey_folder(tmp_path / "raw", "people")


def test_labels_and_user_missing_codes_and_ranges_of_spss_are_what_they_are(tmp_path: Path) -> None:
    frame = pd.DataFrame({"q1": [1, 2, 98, 99, 2, 1], "hours": [20, 30.5, -7, -1, 40, 97]})
    path = tmp_path / "people.sav"
    pyreadstat.write_sav(
        frame,
        str(path),
        column_labels={"q1": "Do you read it?"},
        variable_value_labels={"q1": {1: "Yes", 2: "No", 3: "Never", 98: "Don't know", 99: "Refused"}},
        missing_ranges={"q1": [98, 99], "hours": [{"lo": -1000, "hi": -1}, 97]},
    )

    made, read = _new(tmp_path, path)

    reads, hours = read.codebook.questions
    assert made.proposal.open_questions() == []
    assert (reads.text, reads.options) == ("Do you read it?", {"1": "Yes", "2": "No", "3": "Never"})
    assert read.codebook.missing_codes(reads) == {"": "no_answer", "98": "dont_know", "99": "refused"}
    assert hours.type is QuestionType.quantity
    assert set(read.codebook.missing_codes(hours)) == {"", "-7", "-1", "97"}
    with open_warehouse(tmp_path / "survey.duckdb") as connection:
        write_codebook(connection, read)
        write_records(connection, read)
        taken = connection.execute("SELECT q1, hours, hours__missing FROM records.records ORDER BY source_line")
        assert taken.fetchall()[1:4] == [("2", 30.5, None), ("98", None, "-7"), ("99", None, "-1")]


def test_what_a_file_calls_missing_is_never_counted_as_a_quantity(desk: Desk) -> None:
    """A later wave may have a code of the range that the codebook was written without."""
    desk.write(name="records.sav")
    ages = PEOPLE.assign(age=[30.0, -5.0, 50.0])
    pyreadstat.write_sav(ages, str(desk.folder / "records.sav"), missing_ranges={"age": [{"lo": -9, "hi": -1}]})

    with pytest.raises(InputError, match=r"records.sav: column 'age' calls -5 missing"):
        desk.ingest()


def test_missing_letters_of_stata_are_codes(tmp_path: Path) -> None:
    path = tmp_path / "people.dta"
    pyreadstat.write_dta(
        pd.DataFrame({"q": [1, 2, "a", "b", None, 1]}, dtype=object),
        str(path),
        missing_user_values={"q": ["a", "b"]},
        variable_value_labels={"q": {1: "Yes", 2: "No", "a": "Refused"}},
    )

    _, read = _new(tmp_path, path)

    (question,) = read.codebook.questions
    assert question.options == {"1": "Yes", "2": "No"}
    assert read.codebook.missing_codes(question) == {"": "no_answer", ".a": "refused", ".b": "no_answer"}


def test_two_codes_of_one_label_stay_two_options(tmp_path: Path) -> None:
    path = tmp_path / "people.sav"
    labels = {"q": {1: "Yes", 2: "No", 3: "No"}}
    pyreadstat.write_sav(pd.DataFrame({"q": [1, 2, 3, 3]}), str(path), variable_value_labels=labels)

    assert _new(tmp_path, path)[1].codebook.questions[0].options == {"1": "Yes", "2": "No (2)", "3": "No (3)"}


def test_the_weight_that_a_file_declares_is_the_weight(tmp_path: Path) -> None:
    path = tmp_path / "people.sav"
    pyreadstat.write_sav(pd.DataFrame({"name": ["x" * 20] * 3, "q": [1, 2, 2], "fac": [0.5, 1.25, 1.25]}), str(path))
    data = bytearray(path.read_bytes())
    data[76:80] = struct.pack("<i", 5)  # three slots of text and one of q stand before it
    path.write_bytes(data)

    _, read = _new(tmp_path, path)

    assert read.codebook.weight == "fac"


def test_numbers_of_single_precision_have_their_own_digits(desk: Desk) -> None:
    desk.write(name="records.dta")
    frame = PEOPLE.assign(age=pd.Series([0.1, 41.7, 3.0], dtype="float32"))
    frame.to_stata(desk.folder / "records.dta", write_index=False)
    desk.ingest()

    assert [age for (age,) in desk.values("age")] == [0.1, 41.7, 3.0]


def test_days_are_text(desk: Desk) -> None:
    book = "questions: [{id: day, text: D, type: text}]\n"
    desk.write(name="records.sav", book=book)
    pyreadstat.write_sav(pd.DataFrame({"day": [datetime.date(2026, 3, 16)]}), str(desk.folder / "records.sav"))
    desk.ingest()

    assert desk.values("day") == [("2026-03-16",)]


def test_an_identifier_that_lost_its_last_digits_is_refused(desk: Desk) -> None:
    desk.write(name="records.sav")
    pyreadstat.write_sav(PEOPLE.assign(person=[1.0, 2.0, 12345678901234567.0]), str(desk.folder / "records.sav"))

    with pytest.raises(InputError, match=r"records.sav:3: column 'person' holds 12345678901234568, a number"):
        desk.ingest()


@pytest.mark.parametrize("name", ["records.sav", "records.dta", "records.xpt"])
@pytest.mark.parametrize("damage", ["text", "cut"])
def test_a_damaged_file_is_refused(desk: Desk, name: str, damage: str) -> None:
    desk.write(name=name)
    path = desk.folder / name
    WRITERS[name](PEOPLE, str(path))
    path.write_bytes(b"person,sex,age\na,1,30\n" if damage == "text" else path.read_bytes()[:-15])

    with pytest.raises(InputError, match=r"not a readable|is cut off"):
        desk.ingest()
