"""A first survey.yml for a record file: what can be seen in the file, and TODO for what only a person knows.

This is the one place where anything is guessed; a run never does.
"""

from __future__ import annotations

import codecs
import csv
import math
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from dagster_project.codebook import ANY_VALUE, CODEBOOK_FILE, QuestionType, RecordFormat, survey_identifier
from dagster_project.codebook.model import RESERVED, Records
from dagster_project.errors import InputError
from dagster_project.ingest.guard import (
    LINE_COLUMNS,
    MAX_FIELD_CHARACTERS,
    GuardedFile,
    check_present,
    check_signature,
    match_header,
    not_parquet,
    read_parquet_batches,
    record_format,
)
from dagster_project.ingest.records import NUMBER

MOST_OPTIONS = 20
DELIMITERS = ",;\t|"
TODO = "TODO"


@dataclass
class _Column:
    """What is seen of a column: its values while they are few, and what they have in common."""

    header: str
    values: dict[str, None] = field(default_factory=dict)
    rows: int = 0
    filled: int = 0
    line_breaks: bool = False
    repeats: bool = False
    numbers: bool = True

    def see(self, value: str) -> None:
        self.rows += 1
        if not value:
            return
        self.filled += 1
        self.numbers = self.numbers and _is_number(value)
        self.line_breaks = self.line_breaks or "\n" in value or "\r" in value
        if value in self.values:
            self.repeats = True
        elif self.may_identify or len(self.values) <= MOST_OPTIONS:
            self.values[value] = None

    @property
    def may_identify(self) -> bool:
        """Whether the header is that of an identifier, so that every value is kept to see whether one repeats."""
        return self.header.lower().endswith("id")

    @property
    def type(self) -> QuestionType:
        if self.repeats and len(self.values) <= MOST_OPTIONS and ANY_VALUE not in self.values:
            return QuestionType.single
        return QuestionType.quantity if self.numbers and self.filled else QuestionType.text


def propose(raw_dir: Path, survey: str, source: Path) -> Path:
    """Make `raw_dir/survey` with a copy of `source` and a survey.yml to complete; return the folder.

    Raises `InputError` where the name will not do, the folder is there already, or the file cannot be read.
    """
    folder = raw_dir / survey_identifier(survey, raw_dir)
    if folder.exists():
        raise InputError(f"{folder}: this survey is there already; choose another name, or edit its survey.yml.")
    check_present(source)
    name = re.sub(r"[\\*?\[\]]", "_", source.name)  # as survey.yml allows
    is_csv = record_format(source, Records(files=[name])) is RecordFormat.csv
    dialect, columns = _csv_columns(source) if is_csv else ({}, _parquet_columns(source))
    match_header(source, [column.header for column in columns], [column.header for column in columns], [])
    if not any(column.rows for column in columns):
        raise InputError(f"{source}: a header and no record; a codebook is proposed from records.")
    text = _codebook(name, dialect, columns)
    folder.mkdir(parents=True)
    try:
        shutil.copyfile(source, folder / name)
        (folder / CODEBOOK_FILE).write_text(text, encoding="utf-8")
    except BaseException:
        shutil.rmtree(folder)
        raise
    return folder


def _is_number(value: str) -> bool:
    return re.fullmatch(NUMBER, value) is not None and math.isfinite(float(value))


def _csv_columns(source: Path) -> tuple[dict[str, str], list[_Column]]:
    """The dialect where it is not the default, and the columns."""
    if source.name.endswith(".gz"):
        raise InputError(f"{source}: unpack it first; a compressed file can be named in survey.yml afterwards.")
    encoding = _encoding(source)
    check_signature(source, Records(files=["records.csv"], encoding=encoding))
    try:
        with source.open(encoding=encoding, newline="") as stream:
            header = stream.readline()
            stream.seek(0)
            delimiter = max(DELIMITERS, key=lambda sign: len(next(csv.reader([header], delimiter=sign), [])))
            csv.field_size_limit(MAX_FIELD_CHARACTERS)
            rows = csv.reader(stream, delimiter=delimiter, strict=True)
            columns = [_Column(name) for name in next(rows, [])]
            _see(columns, rows)
    except (csv.Error, UnicodeError) as error:
        raise InputError(f"{source}: not CSV text ({error}).") from error
    dialect = {}
    if encoding in ("utf-16", "cp1252"):
        dialect["encoding"] = encoding
    if delimiter != ",":
        dialect["delimiter"] = delimiter
    if any(column.line_breaks for column in columns):
        dialect["line_breaks"] = "true"
    return dialect, columns


def _parquet_columns(source: Path) -> list[_Column]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        names = pq.read_schema(source).names
    except (pa.ArrowException, OSError) as error:
        raise not_parquet(source, error) from error
    columns = [_Column(name) for name in names]
    for batch in read_parquet_batches(GuardedFile(source), Records(files=["records.parquet"]), names):
        _see(columns, zip(*(column.to_pylist() for column in batch.columns[len(LINE_COLUMNS) :]), strict=True))
    return columns


def _see(columns: Sequence[_Column], rows: Iterable[Sequence[str]]) -> None:
    for row in rows:
        if len(row) != len(columns):
            continue  # a reject, whatever the codebook
        for column, value in zip(columns, row, strict=True):
            column.see(value)


def _encoding(source: Path) -> str:
    with source.open("rb") as binary:
        start = binary.read(2)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        with source.open(encoding="utf-8") as stream:
            while stream.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"  # with a mark at the start or without; the guard reads both as utf-8


def _codebook(file_name: str, dialect: dict[str, str], columns: Sequence[_Column]) -> str:
    identifier = next((c for c in columns if c.may_identify and c.filled == c.rows and not c.repeats), None)
    if len(columns) == 1:
        identifier = None  # a survey has at least one question
    lines = [
        "# yaml-language-server: $schema=../../../docs/survey.schema.json",
        f"title: {TODO} the survey's name",
        "source:",
        f"  name: {TODO} who made it",
        f"  licence: {TODO} under which licence the records may be used",
        f"universe: {TODO} who the survey is about",
        "# asked: 1000 # how many were contacted, if known",
        "provenance: collected",
        "records:",
        f"  files: [{_text(file_name)}]",
        *(f"  {name}: {_text(value)}" for name, value in dialect.items()),
        f"respondent: {_text(identifier.header)}" if identifier else "# respondent: the column that identifies one",
        "# weight: the column of the weights",
        "# groups: [the questions that tables are broken down by]",
        "# missing: {dont_know: [], refused: [], not_asked: []} # the codes of missing answers",
        "questions:",
    ]
    taken: set[str] = set(RESERVED)
    for column in columns:
        if column is not identifier:
            lines += _question(column, taken)
    return "\n".join(lines) + "\n"


def _question(column: _Column, taken: set[str]) -> list[str]:
    slug = re.sub(r"_+", "_", re.sub(r"[^a-z0-9]+", "_", column.header.lower())).strip("_")[:50] or "question"
    slug = slug if slug[0].isalpha() else f"q_{slug}"
    name, number = slug, 2
    while name in taken:
        name, number = f"{slug}_{number}", number + 1
    taken.add(name)
    lines = [
        f"  - id: {name}",
        f"    text: {_text(column.header)} # {TODO} the question as it was asked",
        f"    type: {column.type} # {TODO} guessed from {column.filled:,} answers",
    ]
    if name != column.header:
        lines.append(f"    column: {_text(column.header)}")
    if column.type is QuestionType.single:
        lines.append("    options:")
        lines += [f"      {_text(code)}: {_text(code)} # {TODO} its label" for code in sorted(column.values)]
    return lines


def _text(value: str) -> str:
    """A YAML scalar on one line that is read back as this very text."""
    return str(yaml.safe_dump(value, default_style='"', allow_unicode=True, width=math.inf)).rstrip("\n")
