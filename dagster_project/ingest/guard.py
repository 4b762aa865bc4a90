"""The guard before the database: a record file's lines as text, counted twice, or one error that names the place.

Whatever its format, a file is taken whole and exactly or not at all. Nothing is typed here and no code of the codebook
is looked at; `records` does that in the database.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.codebook import Records
from dagster_project.errors import InputError
from dagster_project.formats import RecordFile, format_of

if TYPE_CHECKING:
    import pyarrow as pa

_WORD = re.compile(r"(?!.*[0-9]{5})[^\W\d][\w.:/()\[\]#%-]{0,62}")  # a column's name of one word, no long number in it
MOST_NAMED = 8
_NEAR = 0.8  # how alike a cell must be to a name that is sought to be a misspelling of it


def read_batches(file: RecordFile, records: Records, wanted: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield the columns named `wanted`, found by the header's names, as text batches of `LINE_COLUMNS, c0, c1, …`.

    A line that cannot be taken apart comes with no columns, its text as `raw_line` and what is wrong with it as
    `broken`. Raises `InputError` for a file that is missing, not what survey.yml says that it is, has a header that
    does not match, gives two counts of its records, or changes while it is read.
    """
    path = file.path
    check_present(path)
    form = format_of(path, records.format)
    before = _stamp(path)
    with form.open(file, records) as contents:
        for batch in contents.batches(match_header(path, contents.header, wanted, records.ignore_columns)):
            file.rows_read += batch.num_rows
            yield batch
    if not file.sha256:  # the format sought in it, and the stamp says that these are the bytes it met
        file.sha256, file.bytes = file_sha256(path), path.stat().st_size
    if _stamp(path) != before:
        raise InputError(f"{path}: the file changed while it was read; wait until it is written, then run again.")
    if contents.counted() != file.rows_read:
        raise InputError(f"{path}: {form.miscounted.format(counted=contents.counted(), read=file.rows_read)}")
    if file.rows_read == 0:
        raise InputError(f"{path}: {form.no_records}; put the records there, or take it out of survey.yml.")


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


def match_header(path: Path, header: Sequence[str], wanted: Sequence[str], ignored: Sequence[str]) -> list[int]:
    """Where each wanted column stands in the header. Raises `InputError` unless names match one to one."""
    check_header(path, header)
    places = {name: at for at, name in enumerate(header)}
    missing = [name for name in wanted if name not in places]
    if missing:
        _check_is_header(path, header, missing, wanted)
        raise InputError(
            f"{path}:1: the header lacks {_names(missing)} (it has {_header_names(header, header, missing)}); mend the "
            "header, or the columns in survey.yml."
        )
    known = {*wanted, *ignored}
    extra = [name for name in header if name not in known]
    if extra:
        raise InputError(
            f"{path}:1: survey.yml does not know the column {_header_names(extra, header, wanted)}; describe it as "
            "a question, or list it under records.ignore_columns."
        )
    return [places[name] for name in wanted]


def _check_is_header(path: Path, header: Sequence[str], missing: Sequence[str], wanted: Sequence[str]) -> None:
    """Raise `InputError`, quoting nothing, for a first line that names nothing that is wanted: it may be a record."""
    if len(missing) == len(wanted) and not any(_is_meant(cell, wanted) for cell in header):
        raise InputError(
            f"{path}:1: the first line has none of the columns of survey.yml ({_names(wanted)}); its {len(header)} "
            "cells are not shown, since they may be a respondent's. Put a header there, or mend the columns in "
            "survey.yml."
        )


def check_header(path: Path, header: Sequence[str]) -> None:
    """Raise `InputError` unless the header names columns, each by a name of its own."""
    if not header:
        raise InputError(f"{path}:1: the first line is empty; the names of the columns belong there.")
    repeated = next((name for name, count in Counter(header).items() if count > 1), None)
    if repeated is not None:
        first, second, *_ = [at for at, name in enumerate(header, start=1) if name == repeated]
        raise InputError(
            f"{path}:1: columns {first} and {second} of the header have the same name; give each column its own."
        )


def _stamp(path: Path) -> tuple[int, int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def _header_names(cells: Sequence[str], header: Sequence[str], wanted: Sequence[str]) -> str:
    """Names that stand in a file's header; what may be somebody's data is counted and told by its place alone."""
    names = [cell for cell in cells if _reads_as_a_name(cell) or _is_meant(cell, wanted)]
    others = [header.index(cell) + 1 for cell in cells if cell not in names]
    if not others:
        return _names(names)
    places = ", ".join(map(str, others[:MOST_NAMED])) + (" …" if len(others) > MOST_NAMED else "")
    hidden = f"{len(others)} that may be data and are not shown (column{'s' * (len(others) > 1)} {places})"
    return f"{_names(names)} and {hidden}" if names else hidden


def _reads_as_a_name(cell: str) -> bool:
    """Whether a cell of a header reads as the name of a column, and not as that of a person, an address or a number.

    One word; or several without figures, that end as a question, or have no comma and a capital in the first alone.
    """
    first, *others = cell.split(" ")
    if not others:
        return bool(_WORD.fullmatch(cell))
    if re.search(r"[0-9@;]", cell) or not _WORD.match(first):
        return False
    letters = (next((sign for sign in word if sign.isalpha()), "a") for word in others)
    return cell.endswith("?") or ("," not in cell and all(letter.islower() for letter in letters))


def _is_meant(cell: str, wanted: Sequence[str]) -> bool:
    """Whether a cell is, or misspells, one of the names that are sought; or several, with another separator between."""
    sought = [name.casefold() for name in wanted]
    parts = [part.strip() for part in re.split(r"[,;|\t]", cell)]
    meant = [bool(get_close_matches(part.casefold(), sought, 1, _NEAR)) for part in parts]
    return any(meant) and all(is_meant or _WORD.fullmatch(part) for part, is_meant in zip(parts, meant, strict=True))


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:MOST_NAMED])
    return shown + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")
