"""What a record format says of itself, of a file that it has open, and of one that nobody has described yet.

No file is judged here as a whole: that it stays as it is while it is read, that its header matches, that its records
are counted twice and its bytes hashed is the guard's business, whatever the format.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import accumulate, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    import pyarrow as pa

SIGNATURES = {
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a gzip file",
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, or one with a password",
    b"$FL": "an SPSS file",
    b"<stata_dta>": "a Stata file",
    b"%PDF": "a PDF file",
    b"SQLite format 3": "a SQLite database",
}


MOST_HEADER_ROWS = 50


class Options(BaseModel):
    """What `records` in survey.yml may say to every format; a format with options of its own extends it.

    One survey may have files of several formats, so the options of all of them stand side by side there.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    decimal_mark: Annotated[str, Field(pattern=r"^[.,]$")] = "."


class HeaderRows(Options):
    """Where the names of the columns stand, in a format whose files are rows as a person typed or exported them."""

    rows_before_header: Annotated[int, Field(ge=0, le=MOST_HEADER_ROWS)] = Field(
        default=0, description="How many rows stand above the names of the columns: a title, a note."
    )
    header_rows: Annotated[int, Field(ge=1, le=MOST_HEADER_ROWS)] = Field(
        default=1,
        description="How many rows name the columns together; in the first of several, a blank continues what stands "
        "before it.",
    )
    rows_after_header: Annotated[int, Field(ge=0, le=MOST_HEADER_ROWS)] = Field(
        default=0, description="How many rows below the names are no records: the questions' texts, for example."
    )

    @property
    def head(self) -> int:
        """How many rows stand above the first record."""
        return self.rows_before_header + self.header_rows + self.rows_after_header

    def named(self, rows: Sequence[Sequence[str]]) -> list[str]:
        """The columns' names by the rows of the header: of several, what stands in each, once."""
        if len(rows) <= 1:
            return list(rows[0]) if rows else []
        first: list[str] = list(accumulate(rows[0], _going_on))
        columns = zip_longest(first, *rows[1:], fillvalue="")
        return [" / ".join(dict.fromkeys(part.strip() for part in column if part.strip())) for column in columns]


def _going_on(before: str, name: str) -> str:
    return name or before


@dataclass
class RecordFile:
    """One record file while and after it is read; what is said of it is complete once its batches are exhausted.

    A format reads it from the front by `stream`, or seeks in it at its `path`.
    """

    path: Path
    rows_read: int = 0
    sha256: str = ""
    bytes: int = 0
    told: Mapping[str, FileColumn] = field(default_factory=dict)  # by the file itself, of columns by their names

    @property
    def name(self) -> str:
        """The file's name, as rejects and `raw.files` give it."""
        return self.path.name

    @contextmanager
    def stream(self) -> Iterator[BinaryIO]:
        """The file's bytes, hashed as they are read, so that the hash is of the very bytes that were taken."""
        with self.path.open("rb") as raw:
            hashing = _HashingReader(raw)
            yield io.BufferedReader(hashing, 1 << 20)
            hashing.drain()
            self.sha256, self.bytes = hashing.sha256.hexdigest(), hashing.bytes


@dataclass(frozen=True)
class Contents:
    """An open record file: its header, then its records, each given with the columns at those places of the header.

    `counted` says, once the batches are exhausted, how many records there are by another count than theirs.
    """

    header: Sequence[str]
    batches: Callable[[Sequence[int]], Iterator[pa.RecordBatch]]
    counted: Callable[[], int]


@dataclass(frozen=True)
class FileColumn:
    """A column as the file itself describes it; a text file says no more than its name."""

    name: str
    label: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)  # code to label
    missing: Sequence[str] = ()  # the codes that it calls missing
    missing_ranges: Sequence[tuple[float, float]] = ()  # and the numbers, ends included
    is_weight: bool = False  # whether the file says that its cases are weighted by it

    def calls_missing(self, code: str) -> bool:
        """Whether the file says that this is no answer."""
        if code in self.missing:
            return True
        if not self.missing_ranges:
            return False
        try:
            number = float(code)
        except ValueError:
            return False
        return any(low <= number <= high for low, high in self.missing_ranges)


@dataclass(frozen=True)
class FirstLook:
    """What is seen of a file that nobody has described yet, with what speaks for each option that is proposed."""

    columns: Sequence[FileColumn]
    options: Mapping[str, str] = field(default_factory=dict)  # of `records`, where they are not the default
    evidence: Mapping[str, str] = field(default_factory=dict)  # by option
    notes: Sequence[str] = ()  # what else a person should know of the file


@dataclass(frozen=True)
class Format:
    """A format of record files: what they are named, how one is read, and how one is looked at before.

    `open` and `look` raise `InputError` for a file that is not of the format, be it found out in the midst of the
    records. `no_records` and `miscounted` are what is said of a file that has none, and of two counts (`counted` and
    `read`) that disagree.
    """

    name: str
    endings: tuple[str, ...]
    open: Callable[[RecordFile, Any], AbstractContextManager[Contents]]  # the second is of `options`
    look: Callable[[Path, Mapping[str, str]], FirstLook]  # the second: options that a person has given
    no_records: str
    miscounted: str
    options: type[Options] = Options


def first_bytes(path: Path) -> tuple[bytes, str | None]:
    """The first bytes of a file, and what they say that it is, if they say anything."""
    with path.open("rb") as stream:
        start = stream.read(16)
    return start, next((what for signature, what in SIGNATURES.items() if start.startswith(signature)), None)


class _HashingReader(io.RawIOBase):
    """A raw stream that hashes what passes through it."""

    def __init__(self, raw: BinaryIO) -> None:
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
        """Hash what nobody read, whether or not the reader closed the stream."""
        while data := self.raw.read(1 << 20):
            self.sha256.update(data)
            self.bytes += len(data)
