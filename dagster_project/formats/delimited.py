"""CSV and its kin: text with a separator between the fields, read by Python's strict parser and counted by quotes."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Annotated, BinaryIO, Self

from pydantic import AfterValidator, Field, model_validator

from dagster_project.errors import InputError
from dagster_project.formats.encodings import as_latin, encoding_of
from dagster_project.formats.format import Contents, FileColumn, FirstLook, Format, HeaderRows, RecordFile, first_bytes
from dagster_project.formats.header import header_of, looks_like_a_record
from dagster_project.formats.lines import batches_of_rows

# A longer field is an unclosed quote rather than an answer.
MAX_FIELD_CHARACTERS = 1_000_000
MAX_LINE_CHARACTERS = 100_000_000
DELIMITERS = ",;\t|"  # those that a first look tries
WHITESPACE = "whitespace"
_BLANKS = re.compile(r'[^\S\r\n]*("(?:[^"]|"")*"|\S+)')
# A packed file may unpack to so many bytes, or to so many times its own.
UNPACKED, MOST_TIMES = 200_000_000, 300
LOOKED_AT = 200  # rows, for where the header is


def _one_sign(delimiter: str) -> str:
    if len(delimiter) != 1 and delimiter != WHITESPACE:
        raise ValueError(f"{delimiter!r} is neither one sign nor the word {WHITESPACE}.")
    return delimiter


class Dialect(HeaderRows):
    """How the text of the files is to be read."""

    encoding: str = "utf-8"
    delimiter: Annotated[str, AfterValidator(_one_sign)] = Field(
        default=",", description=f"One sign, or the word {WHITESPACE} for any run of blanks and tabs."
    )
    line_breaks: bool = Field(default=False, description="Whether answers in quotes may hold line breaks.")

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.delimiter == self.decimal_mark:
            raise ValueError(f"{self.delimiter!r} cannot both separate fields and mark decimals.")
        if self.delimiter in ('"', "\r", "\n"):
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
    separator = "\t" if dialect.delimiter == WHITESPACE else dialect.delimiter
    with _undamaged(path), file.stream() as binary:
        lines = _Lines(_text_stream(binary, path, dialect.encoding), path, dialect)
        rows = _Rows(lines, dialect.line_breaks, separator)
        try:
            header = dialect.named(rows.top(dialect.header_rows))
            rows.top(dialect.rows_after_header)
            yield Contents(
                header,
                lambda places: batches_of_rows(rows, len(header), places, separator.join),
                lambda: lines.records - dialect.header_rows - dialect.rows_after_header,
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
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: the compressed file is damaged or cut off; fetch it again.") from error


class _Lines:
    """The physical lines of a file, counting its records by quotes alone: a second opinion on the parser's count."""

    def __init__(self, text: io.TextIOWrapper, path: Path, dialect: Dialect) -> None:
        self.text = text
        self.path = path
        self.dialect = dialect
        self.as_latin = as_latin(dialect.encoding)
        self.records = 0
        self.opened = 0  # the line on which a quote was opened that is not closed yet

    def __iter__(self) -> Iterator[str]:
        is_spaced = self.dialect.delimiter == WHITESPACE
        for number, line in enumerate(iter(lambda: self.text.readline(MAX_LINE_CHARACTERS), ""), start=1):
            if number <= self.dialect.rows_before_header:
                continue
            line = self._checked(number, line)
            if '"' in line and line.count('"') % 2:
                self.opened = 0 if self.opened else number
            if not self.opened:
                self.records += 1
            yield _tabbed(line) if is_spaced else line

    def _checked(self, number: int, line: str) -> str:
        """The line less a mark at the file's start. Raises `InputError` for a line that is no line of such text."""
        if "\0" in line:
            raise InputError(
                f"{self.path}:{number}: a NUL character, so this is no text in {self.dialect.encoding}; "
                "set records.encoding in survey.yml (utf-16, for example) or export the file again."
            )
        if len(line) == MAX_LINE_CHARACTERS:
            raise InputError(f"{self.path}:{number}: a line without end; look for lost line breaks.")
        if self.as_latin is not None and self.as_latin.search(line):
            raise InputError(
                f"{self.path}:{number}: this line is UTF-8 and read as {self.dialect.encoding}; set "
                "records.encoding: utf-8 in survey.yml."
            )
        if line[0] != "\ufeff":
            return line
        if number > 1:
            raise InputError(
                f"{self.path}:{number}: a byte order mark inside the file, as where two were joined; take it out, "
                "and a second header with it."
            )
        return line.removeprefix("\ufeff")


class _Rows:
    """The records of those lines, each with the line on which it begins."""

    def __init__(self, lines: _Lines, line_breaks: bool, separator: str) -> None:
        csv.field_size_limit(MAX_FIELD_CHARACTERS)
        self.lines = lines
        self.line_breaks = line_breaks
        self.reader = csv.reader(iter(lines), delimiter=separator, strict=True)
        self.last = lines.dialect.rows_before_header  # the line on which the record before ended

    def top(self, rows: int) -> list[list[str]]:
        """So many rows of the header, which may hold line breaks."""
        found = list(islice(self.reader, rows))
        self.last = self._line()
        return found

    def _line(self) -> int:
        return self.lines.dialect.rows_before_header + self.reader.line_num

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader, lines, above = self.reader, self.lines, self.lines.dialect.rows_before_header
        for row in reader:
            line, self.last = self.last + 1, above + reader.line_num
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


def _tabbed(line: str) -> str:
    """A line whose fields stand between runs of blanks, with one tab between them."""
    if '"' not in line:
        return "\t".join(line.split()) + "\n"
    return "\t".join(_BLANKS.findall(line)) + "\n"


def _text_stream(binary: BinaryIO, path: Path, encoding: str, errors: str = "strict") -> io.TextIOWrapper:
    return io.TextIOWrapper(_unpacked(binary, path), encoding=encoding, errors=errors, newline="")


def _unpacked(binary: BinaryIO, path: Path) -> BinaryIO:
    """The file's bytes, or those of the one file that is packed in it."""
    ending = path.suffix.lower()
    if ending not in (".gz", ".zip"):
        return binary
    packed = gzip.GzipFile(fileobj=binary) if ending == ".gz" else _only_member(path)
    return io.BufferedReader(_Capped(packed, path), 1 << 20)  # type: ignore[arg-type]


def _only_member(path: Path) -> IO[bytes]:
    """The one file in a zip archive. Raises `InputError` where it has none, several, or a password.

    An archive is sought in by its path, since its contents stand at its end.
    """
    archive = zipfile.ZipFile(path)
    members = [
        one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith(("__MACOSX/", "."))
    ]
    if len(members) != 1:
        raise InputError(f"{path}: it holds {len(members)} files where one is expected; unpack it and name them.")
    if members[0].flag_bits & 1:
        raise InputError(f"{path}: it has a password; unpack it first.")
    return archive.open(members[0])


class _Capped(io.RawIOBase):
    """What a packed file unpacks to, which ends in an error where it grows past all measure."""

    def __init__(self, unpacked: BinaryIO, path: Path) -> None:
        self.unpacked = unpacked
        self.path = path
        self.left = max(UNPACKED, MOST_TIMES * path.stat().st_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self.unpacked.read(len(buffer))
        self.left -= len(data)
        if self.left < 0:
            raise InputError(f"{self.path}: it unpacks to more than {MOST_TIMES} times its size; unpack it first.")
        buffer[: len(data)] = data
        return len(data)


def _check_signature(path: Path, encoding: str) -> None:
    """Raise `InputError` where the first bytes are those of something other than text in the declared encoding."""
    start, what = first_bytes(path)
    ending = path.suffix.lower()
    packed = {".gz": "a gzip file", ".zip": "a zip archive or an Excel workbook"}.get(ending)
    if what is not None and what != packed:
        raise InputError(f"{path}: this is {what}, not CSV text; export it as CSV, or set records.format.")
    if what != packed:
        raise InputError(f"{path}: its name says {ending[1:]} and its content is none; rename it or compress it.")
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise InputError(f"{path}: this is a web page or XML, not CSV text; download the file itself.")
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


def _look(path: Path, given: Mapping[str, str]) -> FirstLook:
    """Encoding, delimiter, header and line breaks as the file has them."""
    with _undamaged(path):
        options, evidence = {}, {}
        with path.open("rb") as binary:
            encoding, why = encoding_of(path, _unpacked(binary, path), given.get("encoding"))
        _check_signature(path, encoding)
        if encoding != "utf-8":
            options["encoding"], evidence["encoding"] = encoding, why
        with path.open("rb") as binary, _text_stream(binary, path, encoding) as text:
            lines = list(islice(text, LOOKED_AT))
            is_broken = _has_line_breaks(lines) or _has_line_breaks(text)
        if is_broken:
            options["line_breaks"], evidence["line_breaks"] = "true", "answers in quotes hold line breaks"
        lines[0] = lines[0].removeprefix("\ufeff")
        delimiter = given.get("delimiter") or _delimiter(path, lines)
        if delimiter != ",":
            options["delimiter"], evidence["delimiter"] = delimiter, "it takes the first lines apart alike"
        return _with_header(path, lines, delimiter, given, FirstLook((), options, evidence))


def _with_header(
    path: Path, lines: Sequence[str], delimiter: str, given: Mapping[str, str], seen: FirstLook
) -> FirstLook:
    """What was seen of the text, with its columns."""
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    is_spaced = delimiter == WHITESPACE
    separator = "\t" if is_spaced else delimiter
    rows = list(csv.reader(map(_tabbed, lines) if is_spaced else lines, delimiter=separator))
    found = header_of(rows)
    options = {**seen.options, **found.options, **given}
    dialect = HeaderRows.model_validate({name: options[name] for name in HeaderRows.model_fields if name in options})
    header = dialect.named(rows[dialect.rows_before_header : dialect.rows_before_header + dialect.header_rows])
    if looks_like_a_record(header):
        raise InputError(
            f"{path}:{dialect.rows_before_header + 1}: where names of columns belong, most cells are numbers, so this "
            "may be a respondent's line; put a header above it."
        )
    columns = [FileColumn(name, found.label(at)) for at, name in enumerate(header)]
    return FirstLook(columns, options, {**seen.evidence, **found.evidence})


def _has_line_breaks(lines: Iterable[str]) -> bool:
    """Whether a line ends within quotes."""
    return any(line.count('"') % 2 for line in lines)


def _delimiter(path: Path, lines: Sequence[str]) -> str:
    """The sign that takes the most lines apart into as many fields as the most common, and the most fields."""
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    try:
        by_sign = {sign: _fields(csv.reader(lines, delimiter=sign)) for sign in DELIMITERS}
    except csv.Error as error:
        raise InputError(f"{path}: its first lines cannot be taken apart into cells ({error}).") from error
    sign = max(by_sign, key=lambda one: by_sign[one])
    if by_sign[sign][1] > 1:
        return sign
    lines_alike, fields = _fields(csv.reader([_tabbed(line) for line in lines], delimiter="\t"))
    return WHITESPACE if fields > 1 and len(lines) > 2 and lines_alike >= len(lines) - 1 else ","


def _fields(rows: Iterable[Sequence[str]]) -> tuple[int, int]:
    """How many rows have more than one field and as many as most, and how many fields that is."""
    widths = Counter(len(row) for row in rows if row)
    width, alike = max(widths.items(), key=lambda one: (one[0] > 1, one[1], one[0]), default=(0, 0))
    return (alike if width > 1 else 0), width


FORMAT = Format(
    name="csv",
    endings=(".csv", ".csv.gz", ".csv.zip", ".txt", ".tsv"),
    open=_open,
    look=_look,
    no_records="a header and no record",
    miscounted=(
        "two ways of counting its records disagree ({counted} and {read}); look for quotes in the middle of answers "
        "and double them."
    ),
    options=Dialect,
)
