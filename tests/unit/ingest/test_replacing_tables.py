"""A run replaces a survey's tables wholly or not at all, and the same files give the same tables."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from survey_desk import Desk

from dagster_project.errors import InputError
from dagster_project.ingest import generation_of, records, write_claims, write_codebook, write_records
from dagster_project.warehouse import open_warehouse

FAULTY = "person,sex,age\na,1,30\nb,2\nc,3,1\na,1,1\nd,,8\n"
CLAIMS = """\
publication: {title: A paper}
claims: [{id: C1, figure: 60.0%, kind: percentage, question: sex, option: 1, of: women}]
readings: [{id: R1, text: Another base, changes: {C1: {base: all}}}]
"""


def test_the_same_files_give_the_same_tables(desk: Desk) -> None:
    desk.write(FAULTY)
    (desk.folder / "claims.yml").write_text(CLAIMS)
    found = []
    for _ in range(2):
        desk.ingest()
        assert write_claims(desk.connection, desk.read()) == 1
        found.append(desk.everything())

    assert found[0] == found[1]
    assert desk.rejects()


def test_a_claim_keeps_its_figure_as_text(desk: Desk) -> None:
    desk.write(FAULTY)
    (desk.folder / "claims.yml").write_text(CLAIMS)
    desk.ingest()
    write_claims(desk.connection, desk.read())

    assert desk.rows("SELECT claim, position, figure, kind, question, answer FROM raw.claims") == [
        ("C1", 1, "60.0%", "percentage", "sex", "1")
    ]
    (desk.folder / "claims.yml").unlink()
    assert write_claims(desk.connection, desk.read()) == 0
    assert desk.rows("SELECT * FROM raw.claims") == []


def test_the_tables_of_the_records_are_as_they_are_declared(desk: Desk) -> None:
    book = """\
respondent: person
weight: w
wave: round
waves: [{id: a}]
questions:
  - {id: sex, text: Sex, type: single, options: {1: Woman, 2: Man}}
  - {id: media, text: Media, type: multiple, separator: ';', options: {p: Paper}}
  - {id: age, text: Age, type: quantity}
  - {id: remark, text: Anything else, type: text}
"""
    desk.take("person,w,round,sex,media,age,remark\nx,1.5,a,1,p,30,fine\n", book)

    declared = records.records_table(desk.read().codebook)
    stored = {name: kind for name, kind, *_ in desk.rows("DESCRIBE records.records")}

    assert tuple(stored) == declared.names
    assert {column.name: column.type for column in declared.columns if not column.type.startswith("records.")} == {
        name: kind for name, kind in stored.items() if not kind.startswith("ENUM")
    }
    assert not any(column.is_public for table in (declared, records.REJECTS) for column in table.columns)
    assert all(column.is_public for column in records.FILES.columns)
    assert [column.meaning for column in declared.columns][-2:] == [
        "Anything else",
        "The missing code in its place: Anything else",
    ]


def test_another_codebook_leaves_no_column_and_no_type_of_the_old_one(desk: Desk) -> None:
    desk.take(FAULTY)
    book = "questions: [{id: gender, text: G, type: single, column: sex, options: {1: W}}]\n"

    desk.take("sex\n1\n", book)

    columns = [row[0] for row in desk.rows("DESCRIBE records.records")]
    assert columns == ["source_file", "source_line", "gender"]
    assert desk.types() == [("gender", ["1"])]
    assert desk.rejects() == []
    assert desk.rows("SELECT DISTINCT question FROM raw.answers") == [("gender",)]


def test_an_error_midway_leaves_the_old_tables(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.take(FAULTY)
    before = desk.everything()

    def fail(*_: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(records, "_accounts", fail)
    with pytest.raises(RuntimeError, match="the power went"):
        write_records(desk.connection, desk.read())

    assert desk.everything() == before
    monkeypatch.undo()
    desk.ingest()
    assert desk.everything() == before


def test_a_second_file_that_is_refused_leaves_the_old_tables(desk: Desk) -> None:
    dialect = "  files: [records.csv, two.csv]\n"
    (desk.folder / "two.csv").write_text("person,sex,age\nz,1,1\n")
    desk.write(FAULTY, dialect=dialect)
    desk.ingest()
    before = {name: rows for name, rows in desk.everything().items() if name != "raw.survey"}

    (desk.folder / "two.csv").write_text('person,sex,age\nz,"1,1\n')
    folder = desk.read()
    with pytest.raises(InputError, match=r"two.csv:2: a quote opened"):
        write_records(desk.connection, folder)

    assert {name: rows for name, rows in desk.everything().items() if name != "raw.survey"} == before


def test_records_that_changed_since_the_codebook_was_read_are_not_taken(desk: Desk) -> None:
    desk.write(FAULTY)
    folder = desk.read()
    write_codebook(desk.connection, folder)
    desk.write("person,sex,age\na,1,30\n")

    with pytest.raises(InputError, match="changed since the codebook was read"):
        write_records(desk.connection, folder)


def test_the_generation_changes_with_every_input_and_with_nothing_else(desk: Desk) -> None:
    desk.write(FAULTY)
    first = generation_of(desk.read())
    assert generation_of(desk.read()) == first

    desk.write(FAULTY + "e,1,1\n")
    second = generation_of(desk.read())
    desk.write(FAULTY + "e,1,1\n", dialect="  line_breaks: false\n")
    third = generation_of(desk.read())

    assert len({first, second, third}) == 3


def test_many_rejects_are_no_burden(desk: Desk) -> None:
    lines = 60_000

    account = desk.take("person,sex,age\n" + "a,1\n" * lines)

    assert account.rows_rejected == lines
    assert desk.rows("SELECT count(DISTINCT source_line), min(reason) FROM raw.rejects") == [
        (lines, "2 fields where the header has 3")
    ]


def test_a_database_held_by_another_process_is_named_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "survey.duckdb"
    hold = f"import duckdb; c = duckdb.connect({str(path)!r}); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        message = rf"{re.escape(str(path))}: process {holder.pid} has this database open"
        with pytest.raises(InputError, match=message):
            open_warehouse(path, wait_seconds=0.5)
        holder.communicate("\n")

    open_warehouse(path, wait_seconds=0.5).close()
