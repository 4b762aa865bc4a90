"""CSV and its kin: text with a separator between the fields, read by Python's strict parser and counted by quotes."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Self

from pydantic import Field, model_validator

from dagster_project.errors import InputError
from dagster_project.formats.format import Contents, FileColumn, FirstLook, Format, Options, RecordFile, first_bytes
from dagster_project.formats.lines import batches_of_rows

# A longer field is an unclosed quote rather than an answer.
MAX_FIELD_CHARACTERS = 1_000_000
DELIMITERS = ",;\t|"  # those that a first look tries


class Dialect(Options):
    """How the text of the files is to be read."""

    encoding: str = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    line_breaks: bool = Field(default=False, description="Whether answers in quotes may hold line breaks.")

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.delimiter == self.decimal_mark:
            raise ValueError(f"{self.delimiter!r} cannot both separate fields and mark decimals.")
        if self.delimiter in '"\r\n':
            raise ValueError("a quote or line break cannot separate fields.")
        try:
            "".encode(self.encoding)
        except LookupError:
            raise ValueError(f"encoding {self.encoding!r} is unknown; utf-8 or cp1252, for example.") from None
        return self


@contextmanager
def _open(file: RecordFile, dialect: Dialect) -> Iterator[Contents]:
    path = file.path
    _check_signature(path, dialect.encoding)
    with _undamaged(path), file.stream() as binary:
        lines = _Lines(_text_stream(binary, path, dialect.encoding), path, dialect.encoding)
        rows = _Rows(lines, dialect)
        try:
            header = rows.header()
            yield Contents(
                header,
                lambda places: batches_of_rows(rows, len(header), places, dialect.delimiter.join),
                lambda: lines.records - 1,
            )
        except csv.Error as error:
            raise InputError(f"{path}:{_csv_problem(str(error), lines, rows.last + 1)}") from error
        except UnicodeError as error:
            raise InputError(_encoding_problem(path, dialect.encoding, error)) from error


@contextmanager
def _undamaged(path: Path) -> Iterator[None]:
    """Around everything that unpacks the file, the search for a wrong byte included."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: the compressed file is damaged or cut off; fetch it again.") from error


class _Lines:
    """The physical lines of a file, counting its records by quotes alone: a second opinion on the parser's count."""

    def __init__(self, text: io.TextIOWrapper, path: Path, encoding: str) -> None:
        self.text = text
        self.path = path
        self.encoding = encoding
        self.records = 0
        self.opened = 0  # the line on which a quote was opened that is not closed yet

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(self.text, start=1):
            if "\0" in line:
                raise InputError(
                    f"{self.path}:{number}: a NUL character, so this is no text in {self.encoding}; "
                    "set records.encoding in survey.yml (utf-16, for example) or export the file again."
                )
            if '"' in line and line.count('"') % 2:
                self.opened = 0 if self.opened else number
            if not self.opened:
                self.records += 1
            yield line if number > 1 else line.removeprefix("\ufeff")


class _Rows:
    """The records of those lines below the header, each with the line on which it begins."""

    def __init__(self, lines: _Lines, dialect: Dialect) -> None:
        csv.field_size_limit(MAX_FIELD_CHARACTERS)
        self.lines = lines
        self.line_breaks = dialect.line_breaks
        self.reader = csv.reader(iter(lines), delimiter=dialect.delimiter, strict=True)
        self.last = 0  # the line on which the record before ended

    def header(self) -> list[str]:
        names = next(self.reader, [])
        self.last = self.reader.line_num
        return names

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader, lines = self.reader, self.lines
        for row in reader:
            line, self.last = self.last + 1, reader.line_num
            if lines.opened:
                raise InputError(
                    f"{lines.path}:{line}: a quote in the middle of an answer. Put the whole answer in quotes, and "
                    "double the quotes in it."
                )
            if self.last > line and not self.line_breaks:
                raise InputError(
                    f"{lines.path}:{line}: an answer in quotes runs on to line {self.last}. Close the quote, or, if "
                    "answers hold line breaks, set records.line_breaks: true in survey.yml."
                )
            yield line, row


def _text_stream(binary: BinaryIO, path: Path, encoding: str, errors: str = "strict") -> io.TextIOWrapper:
    unpacked = gzip.GzipFile(fileobj=binary) if path.name.endswith(".gz") else binary
    return io.TextIOWrapper(unpacked, encoding=encoding, errors=errors, newline="")


def _check_signature(path: Path, encoding: str) -> None:
    """Raise `InputError` where the first bytes are those of something other than text in the declared encoding."""
    start, what = first_bytes(path)
    is_gzip = what == "a gzip file"
    if what is not None and not (is_gzip and path.name.endswith(".gz")):
        raise InputError(f"{path}: this is {what}, not CSV text; export it as CSV, or set records.format.")
    if path.name.endswith(".gz") and not is_gzip:
        raise InputError(f"{path}: its name says gzip and its content is none; rename it or compress it.")
    utf_16 = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not utf_16:
        raise InputError(f"{path}: this is UTF-16 text, not {encoding}; set records.encoding: utf-16.")


def _csv_problem(message: str, lines: _Lines, record: int) -> str:
    """Line and sentence for what the parser could not read in the record that begins on line `record`."""
    if lines.opened:
        return f"{lines.opened}: a quote opened on this line is not closed; close it, or double it inside an answer."
    if "field larger" in message:
        return (
            f"{record}: an answer of more than {MAX_FIELD_CHARACTERS:,} characters; look for a lost quote or line end."
        )
    return f"{record}: not CSV ({message}); a quote inside an answer must be doubled."


def _encoding_problem(path: Path, encoding: str, error: UnicodeError) -> str:
    """Name the first line that does not decode, by decoding the file again with a mark at what fails."""
    mend = "set records.encoding in survey.yml (cp1252 is common), or save the file in that encoding."
    if not isinstance(error, UnicodeDecodeError):
        return f"{path}: not {encoding} text ({error}); {mend}"
    mark = "\udcff"  # half a surrogate pair, which no decoded text holds
    codecs.register_error("basecheck.mark", lambda failed: (mark, failed.end))  # type: ignore[attr-defined]
    with path.open("rb") as raw, _text_stream(raw, path, encoding, "basecheck.mark") as text:
        number = next((number for number, line in enumerate(text, start=1) if mark in line), 1)
    return f"{path}:{number}: byte 0x{error.object[error.start]:02X} of this line is not {encoding}; {mend}"


@contextmanager
def _look(path: Path) -> Iterator[FirstLook]:
    """Encoding, delimiter and line breaks as the file has them."""
    if path.name.endswith(".gz"):
        raise InputError(f"{path}: unpack it first; a compressed file can be named in survey.yml afterwards.")
    encoding = _encoding(path)
    _check_signature(path, encoding)
    try:
        with path.open(encoding=encoding, newline="") as stream:
            first = stream.readline()
            stream.seek(0)
            delimiter = max(DELIMITERS, key=lambda sign: len(next(csv.reader([first], delimiter=sign), [])))
            csv.field_size_limit(MAX_FIELD_CHARACTERS)
            reader = csv.reader(stream, delimiter=delimiter, strict=True)
            options = {"encoding": encoding} if encoding in ("utf-16", "cp1252") else {}
            if delimiter != ",":
                options["delimiter"] = delimiter

            def rows() -> Iterator[Sequence[str]]:
                last = reader.line_num
                for row in reader:
                    if reader.line_num > last + 1:
                        options["line_breaks"] = "true"
                    last = reader.line_num
                    yield row

            yield FirstLook([FileColumn(name) for name in next(reader, [])], rows(), options)
    except (csv.Error, UnicodeError) as error:
        raise InputError(f"{path}: not CSV text ({error}).") from error


def _encoding(path: Path) -> str:
    with path.open("rb") as binary:
        start = binary.read(2)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        with path.open(encoding="utf-8") as stream:
            while stream.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"  # with a mark at the start or without; a run reads both as utf-8


FORMAT = Format(
    name="csv",
    endings=(".csv", ".csv.gz", ".txt", ".tsv"),
    open=_open,
    look=_look,
    no_records="a header and no record",
    miscounted=(
        "two ways of counting its records disagree ({counted} and {read}); look for quotes in the middle of answers "
        "and double them."
    ),
    options=Dialect,
)
