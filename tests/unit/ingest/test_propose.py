"""`basecheck new`: what is proposed for a file can be read back and takes every line of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dagster_project.codebook import Codebook, QuestionType, read_survey_folder
from dagster_project.errors import InputError
from dagster_project.ingest import Said, propose, write_codebook, write_records
from dagster_project.warehouse import open_warehouse

FACTS = {"title": "People", "source": "An office", "licence": "CC0", "universe": "Everybody"}
PEOPLE = "person_id,sex,age,remark\n1,w,30,fine\n2,m,41.5,\n3,w,29,so so\n"


def _propose(
    tmp_path: Path, content: bytes, name: str = "people.csv", **said: Any
) -> tuple[Codebook, list[tuple[Any, ...]]]:
    """The proposed codebook, and the records that come of it; no line may be rejected."""
    source = tmp_path / name
    source.write_bytes(content)
    folder = propose(tmp_path / "raw", "people", source, Said(FACTS, **said)).folder
    assert folder == tmp_path / "raw" / "people"
    read = read_survey_folder(tmp_path / "raw", "people")
    with open_warehouse(tmp_path / "survey.duckdb") as connection:
        write_codebook(connection, read)
        (account,) = write_records(connection, read)
        assert (account.rows_rejected, account.rows_read) == (0, account.rows_accepted)
        records = connection.execute("SELECT * FROM records.records ORDER BY source_line").fetchall()
    return read.codebook, records


@pytest.mark.parametrize(
    ("content", "dialect"),
    [
        (PEOPLE.encode(), ("utf-8", ",")),
        (PEOPLE.encode("utf-8-sig"), ("utf-8", ",")),
        (PEOPLE.replace(",", ";").encode(), ("utf-8", ";")),
        (PEOPLE.replace(",", "\t").encode(), ("utf-8", "\t")),
        (PEOPLE.replace("so so", "so là").encode("cp1252"), ("cp1252", ",")),
        (PEOPLE.encode("utf-16"), ("utf-16", ",")),
    ],
)
def test_types_and_dialect_are_seen_in_the_file(tmp_path: Path, content: bytes, dialect: tuple[str, str]) -> None:
    book, records = _propose(tmp_path, content)

    assert (book.records.encoding, book.records.delimiter) == dialect
    assert book.respondent == "person_id"
    assert [(question.id, question.type) for question in book.questions] == [
        ("sex", QuestionType.single),
        ("age", QuestionType.quantity),
        ("remark", QuestionType.text),
    ]
    assert list(book.questions[0].options) == ["m", "w"]
    assert len(records) == 3


def test_a_parquet_file_is_proposed_alike(tmp_path: Path) -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"person_id": [1, 2, 3], "q.1": [1.0, 1.0, 2.0], "ok": [True, False, True]}), sink)

    book, _ = _propose(tmp_path, sink.getvalue().to_pybytes(), "people.parquet")

    assert book.records.files == ["people.parquet"]
    assert [(q.id, q.column, list(q.options)) for q in book.questions] == [
        ("q_1", "q.1", ["1", "2"]),
        ("ok", None, ["0", "1"]),
    ]


def test_odd_headers_and_values_come_back_exactly(tmp_path: Path) -> None:
    """Row names without a header, twin names, reserved words, YAML's and SQL's signs, line breaks, controls."""
    header = ["", "Sex", "sex!", "weight", "2020", "日本", "a: {b} # 'c' \"d\"", "x\x85y😀"]
    cells = ["*", "yes", "~", "01", "1e999", "'; DROP", "{{ 7*7 }}\r\nnext", "- \x9f"]
    line = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    content = ",".join('"' + cell.replace('"', '""') + '"' for cell in header) + f"\n{line}\n{line}\n"

    book, records = _propose(tmp_path, content.encode(), weight="none")

    assert [q.source_columns()[0] for q in book.questions] == header
    assert [q.id for q in book.questions][:5] == ["question", "sex", "sex_2", "weight_2", "q_2020"]
    assert book.questions[0].type is QuestionType.text
    assert [set(q.options) for q in book.questions[1:]] == [{cell} for cell in cells[1:]]
    assert records[0][2:] == (cells[0], None, *cells[1:])


def test_an_identifier_has_no_blank_and_no_twin(tmp_path: Path) -> None:
    book, _ = _propose(tmp_path, b"person_id,old_id,sex\n1,,w\n2,x,w\n3,y,m\n")
    assert book.respondent == "person_id"

    (tmp_path / "raw").rename(tmp_path / "before")
    book, _ = _propose(tmp_path, b"person_id,sex\n1,w\n1,w\n")
    assert book.respondent is None


def test_a_name_that_no_survey_may_have_is_changed_in_the_copy(tmp_path: Path) -> None:
    book, _ = _propose(tmp_path, PEOPLE.encode(), "people [1]*.csv")

    assert book.records.files == ["people _1__.csv"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("people.csv", b"", "is empty"),
        ("people.csv", b"a,b\n", "a header and no record"),
        ("people.csv", b"a,a\n1,2\n", "columns 1 and 2 of the header have the same name"),
        ("people.csv", b'a,b\n1,"2\n', "a quote opened on this line is not closed"),
        ("people.csv", b"PK\x03\x04xx", "a zip archive"),
        ("people.parquet", b"a,b\n1,2\n", "not a readable Parquet file"),
        ("people.csv.gz", b"x", "damaged or cut off"),
        ("people.dat", b"x", "ending does not say"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_no_folder(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    source = tmp_path / name
    source.write_bytes(content)

    with pytest.raises(InputError) as error:
        propose(tmp_path / "raw", "people", source)

    assert says in str(error.value)
    assert str(error.value).startswith(str(source))
    assert not (tmp_path / "raw").exists()


def test_an_existing_survey_and_a_bad_name_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "people.csv"
    source.write_text(PEOPLE)
    (tmp_path / "raw" / "people").mkdir(parents=True)

    with pytest.raises(InputError, match="this survey is there already"):
        propose(tmp_path / "raw", "people", source)
    with pytest.raises(InputError, match="a survey's name is a small letter"):
        propose(tmp_path / "raw", "../people", source)
    with pytest.raises(InputError, match="this record file is missing"):
        propose(tmp_path / "raw", "others", tmp_path / "nothing.csv")
    assert list((tmp_path / "raw" / "people").iterdir()) == []


def test_a_first_line_without_end_is_refused_by_its_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"people\.csv: its first lines cannot be taken apart .*field larger"):
        _propose(tmp_path, b"person_id,sex\n" + b"a" * 1_100_000)
