"""A record format is one module: what it declares is all that the rest of the program knows of it."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import pytest
import yaml

from dagster_project import formats
from dagster_project.codebook import Codebook, Records
from dagster_project.errors import InputError
from dagster_project.formats import FORMATS, Contents, FileColumn, FirstLook, Format, Options, RecordFile, format_of
from dagster_project.formats.lines import batches_of_rows
from dagster_project.ingest import guard, propose
from dagster_project.places import PROJECT_DIR

ROWS = [("1", "30"), ("2", "9"), ("1", "9")]


@contextmanager
def _open(file: RecordFile, _: Options) -> Iterator[Contents]:
    """Lines of JSON lists below one of names, read by seeking: nothing is hashed meanwhile."""
    header, *rows = [json.loads(line) for line in file.path.read_text().splitlines()]

    def batches(places: Sequence[int]) -> Iterator[object]:
        return batches_of_rows(enumerate(rows, start=2), len(header), places, json.dumps)

    yield Contents(header, batches, lambda: len(rows) - rows.count(["not counted"]))


def _look(_: Path, __: Mapping[str, str]) -> FirstLook:
    sex = FileColumn("SEX", "Your sex", {"2": "Man", "1": "Woman", "3": "Another"})
    return FirstLook([sex, FileColumn("age", missing=["9"])], {"delimiter": ";", "decimal_mark": ","})


LISTS = Format("lists", (".lists",), _open, _look, "no list", "{counted} lists and {read} read")


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third format, as if its module stood beside the others."""
    monkeypatch.setattr(formats, "FORMATS", MappingProxyType({**FORMATS, "lists": LISTS}))


def _read(tmp_path: Path, *lines: object) -> tuple[RecordFile, list[list[object]]]:
    file = RecordFile(tmp_path / "records.lists")
    file.path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    batches = guard.read_batches(file, Records(files=["records.lists"]), ["b", "a"])
    return file, [list(row.values()) for batch in batches for row in batch.to_pylist()]


def test_every_module_that_declares_a_format_is_found() -> None:
    folder = Path(formats.__file__).parent
    declaring = {module.stem for module in folder.glob("*.py") if "\nFORMAT = " in module.read_text()}

    declared = [importlib.import_module(f"{formats.__name__}.{module}").FORMAT.name for module in declaring]
    assert sorted(declared) == list(FORMATS) == ["csv", "json", "parquet", "sas", "spss", "stata", "workbook"]


def test_no_two_formats_claim_one_ending() -> None:
    endings = [ending for one in FORMATS.values() for ending in one.endings]

    assert sorted(set(endings)) == sorted(endings)
    for one in FORMATS.values():
        assert [format_of(Path(f"RECORDS{ending.upper()}")) for ending in one.endings] == [one] * len(one.endings)


def test_the_page_of_the_codebook_has_a_line_for_every_format() -> None:
    page = (PROJECT_DIR / "docs" / "survey.md").read_text(encoding="utf-8")

    for one in FORMATS.values():
        begins = f"| `{one.name}` | {', '.join(one.endings)} |"
        (line,) = [line for line in page.splitlines() if line.startswith(begins)]
        assert all(f"`{name}`" in line for name in one.options.model_fields)


def test_editors_are_told_the_formats_and_the_options_of_each() -> None:
    known = Codebook.model_json_schema()["$defs"]["Records"]["properties"]

    assert known["format"]["anyOf"][0]["enum"] == list(FORMATS)
    for one in FORMATS.values():
        assert one.options.model_fields.keys() <= known.keys()


@pytest.mark.usefixtures("lists")
def test_the_guard_reads_a_further_format_as_it_reads_the_others(tmp_path: Path) -> None:
    file, rows = _read(tmp_path, ["a", "b"], ["1", "2"], ["3"], ["4", "5"])

    assert rows == [
        [2, None, None, "2", "1"],
        [4, None, None, "5", "4"],
        [3, '["3"]', "1 field where the header has 2", None, None],
    ]
    assert (file.rows_read, file.bytes) == (3, file.path.stat().st_size)
    assert file.sha256 == guard.file_sha256(file.path)


@pytest.mark.usefixtures("lists")
@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([["a", "b"]], "records.lists: no list; put the records there"),
        ([["a", "b"], ["not counted"]], "records.lists: 0 lists and 1 read"),
        ([["a", "c"], ["1", "2"]], "records.lists:1: the header lacks 'b'"),
    ],
)
def test_the_guard_refuses_a_further_format_as_it_refuses_the_others(
    tmp_path: Path, lines: list[object], says: str
) -> None:
    with pytest.raises(InputError) as refused:
        _read(tmp_path, *lines)

    assert str(refused.value).startswith(f"{tmp_path}/{says}")


@pytest.mark.usefixtures("lists")
def test_labels_and_missing_codes_that_a_file_knows_are_proposed(tmp_path: Path) -> None:
    source = tmp_path / "people.lists"
    source.write_text("".join(json.dumps(line) + "\n" for line in [["SEX", "age"], *ROWS]))

    text = (propose(tmp_path / "raw", "people", source).folder / "survey.yml").read_text()

    book = yaml.safe_load(text)
    assert book["records"] == {"files": ["people.lists"], "delimiter": ";", "decimal_mark": ","}
    sex, age = book["questions"]
    assert sex == {
        "id": "sex",
        "text": "Your sex",
        "type": "single",
        "column": "SEX",
        "options": {"2": "Man", "1": "Woman", "3": "Another"},
    }
    assert age == {"id": "age", "text": "age", "type": "quantity", "missing": {"no_answer": ["9"]}}
    assert 'missing: {no_answer: ["9"]} # decided: the file calls them missing' in text


def test_an_unknown_ending_is_answered_with_the_formats_there_are(
    tmp_path: Path,
    lists: None,  # noqa: ARG001 # a third one, so that the list has a comma
) -> None:
    with pytest.raises(InputError, match=rf"set records.format to {', '.join(FORMATS)} or lists\.$"):
        format_of(tmp_path / "records.dat")
