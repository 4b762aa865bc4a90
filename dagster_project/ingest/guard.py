"""The guard before the database: a record file's lines as text, counted twice, or one error that names the place.

Nothing is typed here and no code of the codebook is looked at; `records` does that in the database.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from dagster_project.codebook import RecordFormat
from dagster_project.codebook.model import Records
from dagster_project.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 10_000
# Every batch has these columns, then the wanted ones; the last two are of a line that cannot be taken apart.
LINE_COLUMNS = ("source_line", "raw_line", "broken")
# A longer field is an unclosed quote rather than an answer.
MAX_FIELD_CHARACTERS = 1_000_000
SIGNATURES = {
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a gzip file",
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"SQLite format 3": "a SQLite database",
}


@dataclass
class GuardedFile:
    """One record file while and after it is read.

    The counts and `sha256` are complete once its batches are exhausted.
    """

    path: Path
    rows_read: int = 0
    sha256: str = ""
    bytes: int = 0

    @property
    def name(self) -> str:
        """The file's name, as rejects and `raw.files` give it."""
        return self.path.name


def record_format(path: Path, records: Records) -> RecordFormat:
    """What a record file is, from the codebook or else from the name's ending. Raises `InputError`."""
    if records.format is not None:
        return records.format
    name = path.name.lower()
    if name.endswith((".csv", ".csv.gz", ".txt", ".tsv")):
        return RecordFormat.csv
    if name.endswith((".parquet", ".pq")):
        return RecordFormat.parquet
    raise InputError(f"{path}: the name's ending does not say what it is; set records.format to csv or parquet.")


def check_present(path: Path) -> None:
    """Raise `InputError` unless `path` is a file with something in it."""
    try:
        is_file, there = path.is_file(), path.exists()
        size = path.stat().st_size if is_file else 0
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
    if not there:
        raise InputError(f"{path}: this record file is missing; put it there, or mend its name.")
    if not is_file:
        raise InputError(f"{path}: this is a folder or a device, not a record file.")
    if size == 0:
        raise InputError(f"{path}: this record file is empty; put the records there, or leave it out.")


def file_sha256(path: Path) -> str:
    """The SHA-256 of a record file, in hex. Raises `InputError` where it is missing, empty or unreadable."""
    check_present(path)
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error


def read_csv_batches(guarded: GuardedFile, records: Records, wanted: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield the columns named `wanted`, found by the header's names, as text batches of `LINE_COLUMNS, c0, c1, …`.

    A line with another number of fields than the header comes with no columns, its text as `raw_line` and what is
    wrong with it as `broken`. Raises `InputError` for a file that is not CSV text in the declared encoding, a header
    that does not match, a quote that does not close, or a file that changes while it is read.
    """
    path = guarded.path
    check_signature(path, records)
    before = _stamp(path)
    with path.open("rb") as raw:
        hashing = _HashingReader(raw)
        lines = _Lines(_text_stream(hashing, path, records.encoding), path, records.encoding)
        csv.field_size_limit(MAX_FIELD_CHARACTERS)
        reader = csv.reader(iter(lines), delimiter=records.delimiter, strict=True)
        last = 0  # the line on which the record before ended
        try:
            header = next(reader, [])
            indexes = match_header(path, header, wanted, records.ignore_columns)
            width, last = len(header), reader.line_num
            numbers: list[int] = []
            rows: list[list[str]] = []
            broken: list[tuple[int, str, str]] = []
            for row in reader:
                line, last = last + 1, reader.line_num
                guarded.rows_read += 1
                if lines.opened:
                    raise InputError(
                        f"{path}:{line}: a quote in the middle of an answer. Put the whole answer in quotes, and "
                        "double the quotes in it."
                    )
                if last > line and not records.line_breaks:
                    raise InputError(
                        f"{path}:{line}: an answer in quotes runs on to line {last}. Close the quote, or, if "
                        "answers hold line breaks, set records.line_breaks: true in survey.yml."
                    )
                if len(row) == width:
                    numbers.append(line)
                    rows.append(row)
                else:
                    broken.append((line, records.delimiter.join(row), _what_is_broken(row, width)))
                if len(rows) == BATCH_ROWS:
                    yield _batch(numbers, rows, indexes)
                    numbers, rows = [], []
                if len(broken) == BATCH_ROWS:
                    yield _broken_batch(broken, len(indexes))
                    broken = []
            if rows:
                yield _batch(numbers, rows, indexes)
            if broken:
                yield _broken_batch(broken, len(indexes))
        except csv.Error as error:
            raise InputError(f"{path}:{_csv_problem(str(error), lines, last + 1)}") from error
        except UnicodeError as error:
            raise InputError(_encoding_problem(path, records.encoding, error)) from error
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(f"{path}: the compressed file is damaged or cut off; fetch it again.") from error
        hashing.drain()
    if _stamp(path) != before:
        raise InputError(f"{path}: the file changed while it was read; wait until it is written, then run again.")
    if lines.records - 1 != guarded.rows_read:
        raise InputError(
            f"{path}: two ways of counting its records disagree ({lines.records - 1} and {guarded.rows_read}); "
            "look for quotes in the middle of answers and double them."
        )
    if guarded.rows_read == 0:
        raise InputError(f"{path}: a header and no record; put the records there, or take it out of survey.yml.")
    guarded.sha256, guarded.bytes = hashing.sha256.hexdigest(), hashing.bytes


def read_parquet_batches(guarded: GuardedFile, records: Records, wanted: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield the columns named `wanted` of a Parquet file as text, like `read_csv_batches`; lines are row numbers.

    Whole numbers held as floating point (as pandas writes codes beside blanks) become their integer text, other
    numbers get the survey's decimal mark, and booleans are 1 and 0.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = guarded.path
    before = _stamp(path)
    guarded.sha256, guarded.bytes = file_sha256(path), path.stat().st_size
    try:
        with pq.ParquetFile(path) as file:
            match_header(path, file.schema_arrow.names, wanted, records.ignore_columns)
            for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(wanted)):
                first = guarded.rows_read + 1
                guarded.rows_read += batch.num_rows
                columns = [_as_text(path, name, batch.column(name), records.decimal_mark) for name in wanted]
                yield _line_batch(pa.array(range(first, first + batch.num_rows), pa.int64()), columns)
            counted = file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise not_parquet(path, error) from error
    if _stamp(path) != before:
        raise InputError(f"{path}: the file changed while it was read; wait until it is written, then run again.")
    if counted != guarded.rows_read:
        raise InputError(f"{path}: its footer says {counted} rows and {guarded.rows_read} were read; write it again.")
    if guarded.rows_read == 0:
        raise InputError(f"{path}: this file has no record; put the records there, or take it out of survey.yml.")


def not_parquet(path: Path, error: Exception) -> InputError:
    """What to tell of a Parquet file that pyarrow cannot read."""
    reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
    return InputError(f"{path}: not a readable Parquet file ({reason}); write it again.")


def match_header(path: Path, header: Sequence[str], wanted: Sequence[str], ignored: Sequence[str]) -> list[int]:
    """Where each wanted column stands in the header. Raises `InputError` unless names match one to one."""
    if not header:
        raise InputError(f"{path}:1: the first line is empty; the names of the columns belong there.")
    repeated = sorted(name for name, count in Counter(header).items() if count > 1)
    if repeated:
        raise InputError(f"{path}:1: the header has {_names(repeated)} twice; give each column its own name.")
    places = {name: at for at, name in enumerate(header)}
    missing = [name for name in wanted if name not in places]
    if missing:
        raise InputError(
            f"{path}:1: the header lacks {_names(missing)} (it has {_names(header)}); mend the header, or the "
            "columns in survey.yml."
        )
    known = {*wanted, *ignored}
    extra = [name for name in header if name not in known]
    if extra:
        raise InputError(
            f"{path}:1: survey.yml does not know the column {_names(extra)}; describe it as a question, or list it "
            "under records.ignore_columns."
        )
    return [places[name] for name in wanted]


class _HashingReader(io.RawIOBase):
    """A raw stream that hashes what passes through it, so that the hash is of the very bytes that were read."""

    def __init__(self, raw: IO[bytes]) -> None:
        self.raw = raw
        self.sha256 = hashlib.sha256()
        self.bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self.raw.read(len(buffer))
        buffer[: len(data)] = data
        self.sha256.update(data)
        self.bytes += len(data)
        return len(data)

    def drain(self) -> None:
        while self.read(1 << 20):
            pass


class _Lines:
    """The physical lines of a file, counting its records by quotes alone: a second opinion on the parser's count."""

    def __init__(self, text: io.TextIOWrapper, path: Path, encoding: str) -> None:
        self.text = text
        self.path = path
        self.encoding = encoding
        self.lines = 0
        self.records = 0
        self.opened = 0  # the line on which a quote was opened that is not closed yet

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(self.text, start=1):
            self.lines = number
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


def _text_stream(
    binary: IO[bytes] | io.RawIOBase, path: Path, encoding: str, errors: str = "strict"
) -> io.TextIOWrapper:
    buffered: IO[bytes] = io.BufferedReader(binary, 1 << 20)  # type: ignore[type-var]
    if path.name.endswith(".gz"):
        buffered = gzip.GzipFile(fileobj=buffered)  # type: ignore[assignment]
    return io.TextIOWrapper(buffered, encoding=encoding, errors=errors, newline="")


def check_signature(path: Path, records: Records) -> None:
    """Raise `InputError` where the first bytes are those of something other than text in the declared encoding."""
    with path.open("rb") as stream:
        start = stream.read(16)
    for signature, what in SIGNATURES.items():
        if start.startswith(signature) and not (signature == b"\x1f\x8b" and path.name.endswith(".gz")):
            raise InputError(f"{path}: this is {what}, not CSV text; export it as CSV, or set records.format.")
    if path.name.endswith(".gz") and not start.startswith(b"\x1f\x8b"):
        raise InputError(f"{path}: its name says gzip and its content is none; rename it or compress it.")
    utf_16 = codecs.lookup(records.encoding).name.startswith(("utf-16", "utf-32"))
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) and not utf_16:
        raise InputError(f"{path}: this is UTF-16 text, not {records.encoding}; set records.encoding: utf-16.")


def _stamp(path: Path) -> tuple[int, int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def _batch(numbers: list[int], rows: list[list[str]], indexes: list[int]) -> pa.RecordBatch:
    import pyarrow as pa

    by_column = list(zip(*rows, strict=True))
    return _line_batch(pa.array(numbers, pa.int64()), [pa.array(by_column[at], pa.string()) for at in indexes])


def _broken_batch(broken: list[tuple[int, str, str]], columns: int) -> pa.RecordBatch:
    import pyarrow as pa

    numbers, lines, reasons = zip(*broken, strict=True)
    return _line_batch(pa.array(numbers, pa.int64()), [pa.nulls(len(broken), pa.string())] * columns, lines, reasons)


def _line_batch(
    numbers: pa.Array, columns: list[pa.Array], lines: Sequence[str] | None = None, reasons: Sequence[str] | None = None
) -> pa.RecordBatch:
    import pyarrow as pa

    nothing = [None] * len(numbers)
    about = [numbers, pa.array(lines or nothing, pa.string()), pa.array(reasons or nothing, pa.string())]
    names = [*LINE_COLUMNS, *(f"c{at}" for at in range(len(columns)))]
    return pa.RecordBatch.from_arrays([*about, *columns], names=names)


def _as_text(path: Path, name: str, column: pa.Array, decimal_mark: str) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_boolean(column.type):
        return pc.fill_null(pc.if_else(column, "1", "0"), "")
    try:
        text = pc.cast(column, pa.string())
        if pa.types.is_floating(column.type):
            numbers = pc.cast(column, pa.float64())
            # Above 2^53 a whole number in floating point is no exact one, and infinity is none at all.
            exact = pc.less(pc.abs(numbers), 2.0**53)
            whole = pc.fill_null(pc.and_(exact, pc.equal(numbers, pc.trunc(numbers))), False)
            integers = pc.cast(pc.if_else(whole, numbers, None), pa.int64())
            text = pc.if_else(whole, pc.cast(integers, pa.string()), text)
        if decimal_mark != "." and (pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)):
            text = pc.replace_substring(text, ".", decimal_mark)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
        raise InputError(
            f"{path}: column {name!r} holds {column.type}, which cannot be read as text or numbers; convert it first."
        ) from error
    return pc.fill_null(text, "")


def _what_is_broken(row: list[str], width: int) -> str:
    if not row:
        return "an empty line"
    return f"{len(row)} {'field' if len(row) == 1 else 'fields'} where the header has {width}"


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
    with path.open("rb", buffering=0) as raw, _text_stream(raw, path, encoding, "basecheck.mark") as text:
        number = next((number for number, line in enumerate(text, start=1) if mark in line), 1)
    return f"{path}:{number}: byte 0x{error.object[error.start]:02X} of this line is not {encoding}; {mend}"


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:8])
    return shown + (f" and {len(names) - 8} more" if len(names) > 8 else "")
