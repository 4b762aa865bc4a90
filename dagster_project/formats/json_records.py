"""JSON: one list of objects, or an object on each line; numbers are taken as they are written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster_project.errors import InputError
from dagster_project.formats.format import Contents, FileColumn, FirstLook, Format, Options, RecordFile, first_bytes
from dagster_project.formats.lines import batches_of_rows

# A list is held in memory whole; lines are not.
MOST_BYTES = 500_000_000


@contextmanager
def _open(file: RecordFile, options: Options) -> Iterator[Contents]:
    path = file.path
    header = _keys(path)
    counted = 0

    def rows() -> Iterator[tuple[int, Sequence[str]]]:
        nonlocal counted
        for line, record in _records(path):
            counted += 1
            yield line, [_text(path, line, key, record.get(key), options.decimal_mark) for key in header]

    yield Contents(
        header,
        lambda places: batches_of_rows(rows(), len(header), places, json.dumps),
        lambda: counted,
    )


def _look(path: Path, _: Mapping[str, str]) -> FirstLook:
    return FirstLook([FileColumn(key) for key in _keys(path)])


def _keys(path: Path) -> list[str]:
    """Every key of every record, in the order in which they are met: a record may leave some out."""
    keys: dict[str, None] = {}
    for _, record in _records(path):
        keys.update(dict.fromkeys(record))
    return list(keys)


def _records(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The records with their lines, or with their places in a list."""
    _, what = first_bytes(path)
    if what is not None:
        raise InputError(f"{path}: this is {what}, not JSON; export it as JSON, or set records.format.")
    with path.open(encoding="utf-8-sig") as stream:
        try:
            is_list = next((line.lstrip()[:1] for line in stream if line.strip()), "") == "["
            stream.seek(0)
            found = _of_list(path, stream.read()) if is_list else _of_lines(path, stream)
            for line, record in found:
                if not isinstance(record, Mapping):
                    raise InputError(
                        f"{path}:{line}: a record must be an object, names with values: a list of objects, or one "
                        "on each line."
                    )
                yield line, record
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: not UTF-8 text at byte {error.start}; write it as UTF-8.") from error
        except RecursionError as error:
            raise InputError(f"{path}: brackets within brackets without end; write each record flat.") from error


def _of_list(path: Path, text: str) -> Iterable[tuple[int, Any]]:
    if len(text) > MOST_BYTES:
        raise InputError(f"{path}: a list of more than {MOST_BYTES:,} characters; write an object on each line.")
    try:
        return enumerate(_parsed(path, text), start=1)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{error.lineno}: not JSON ({error.msg}); write the file again.") from error


def _of_lines(path: Path, lines: Iterable[str]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield number, _parsed(path, line)
        except json.JSONDecodeError as error:
            raise InputError(
                f"{path}:{number}: not JSON ({error.msg}); write one list of objects, or an object on each line."
            ) from error


def _parsed(path: Path, text: str) -> Any:
    """The value, its numbers as they are written."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(pairs)
        if len(record) < len(pairs):
            raise InputError(f"{path}: a record has the same name twice; give each value a name of its own.")
        return record

    def no_number(sign: str) -> Any:
        raise InputError(f"{path}: {sign} is no number; leave such a value out, or write null.")

    return json.loads(text, object_pairs_hook=once, parse_float=_Number, parse_int=_Number, parse_constant=no_number)


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


def _text(path: Path, line: int, key: str, value: Any, decimal_mark: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, _Number):
        return value.replace(".", decimal_mark)
    if isinstance(value, str):
        return value
    raise InputError(
        f"{path}:{line}: {key!r} holds values within a value; write a name for each of them, or several codes as one "
        "text with a separator."
    )


FORMAT = Format(
    name="json",
    endings=(".json", ".jsonl", ".ndjson"),
    open=_open,
    look=_look,
    no_records="this file has no record",
    miscounted="it has {counted} records and {read} were read; write it again.",
)
