"""Files of statistics packages, which all come through ReadStat: labels and missing codes are kept as what they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.errors import InputError
from dagster_project.formats.cells import CellText, InexactNumberError
from dagster_project.formats.format import Contents, FileColumn, FirstLook, Format, Options, RecordFile
from dagster_project.formats.lines import line_batch

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS = 100_000  # that are in memory at once


def _any_file(_: Path) -> None:
    """Nothing is asked of a file beyond what ReadStat asks."""


def _no_weight(_: Path, __: Any) -> str | None:
    """A file cannot say what its cases are weighted by."""
    return None


@dataclass(frozen=True)
class Package:
    """A statistics package: what it is called, and by which of pyreadstat's functions a file of each ending is read.

    `whole` raises `InputError` for a file that is cut off where ReadStat does not see it; `weight` says which column
    a file weights its cases by, if a file can say so.
    """

    title: str
    readers: Mapping[str, str]
    keeps_missing: frozenset[str]  # endings of which missing values can be read as what they are
    missing: Sequence[str] = ()  # what every column of numbers has as missing values besides the blank
    whole: Callable[[Path], None] = _any_file
    weight: Callable[[Path, Any], str | None] = _no_weight

    def format(self, name: str) -> Format:
        """The record format of that name."""
        return Format(
            name=name,
            endings=tuple(self.readers),
            open=self._open,
            look=self._look,
            no_records="this file has no record",
            miscounted="its header says {counted} cases and {read} were read; export it again.",
        )

    @contextmanager
    def _open(self, file: RecordFile, options: Options) -> Iterator[Contents]:
        told = self._described(file.path)
        header = list(told.column_names)
        file.told = {column.name: column for column in self._columns(file.path, told)}
        read = 0

        def batches(places: Sequence[int]) -> Iterator[pa.RecordBatch]:
            nonlocal read
            names = [header[at] for at in places]
            while True:
                columns, _ = self._read(file.path, usecols=names, row_offset=read, row_limit=MOST_ROWS)
                rows = max((len(values) for values in columns.values()), default=0)
                if rows:
                    yield _batch(file.path, told, [columns[name] for name in names], names, read, options.decimal_mark)
                read += rows
                if rows < MOST_ROWS:
                    return

        yield Contents(header, batches, lambda: read if told.number_rows is None else int(told.number_rows))

    def _look(self, path: Path, _: Mapping[str, str]) -> FirstLook:
        return FirstLook(self._columns(path, self._described(path)))

    def _described(self, path: Path) -> Any:
        """What the file says of its columns. Raises `InputError` where its missing codes would be read as blanks."""
        told = self._read(path, metadataonly=True)[1]
        if told.missing_ranges and path.suffix.lower() not in self.keeps_missing:
            raise InputError(
                f"{path}: it calls codes missing, which cannot be told from blanks in such a file; save it as "
                f"{next(iter(self.readers))}."
            )
        return told

    def _read(self, path: Path, **how: Any) -> tuple[Mapping[str, list[Any]], Any]:
        import pyreadstat

        self.whole(path)
        ending = path.suffix.lower()
        if ending not in self.readers:  # records.format says what it is, against its name
            ending = next(iter(self.readers))
        if ending in self.keeps_missing:
            how["user_missing"] = True
        try:
            columns, told = getattr(pyreadstat, self.readers[ending])(path, output_format="dict", **how)
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeError) as error:
            reason = str(error).rstrip(".")
            raise InputError(
                f"{path}: not a readable {self.title} file ({reason}); save it again, in Unicode, without a password."
            ) from error
        return columns, told

    def _columns(self, path: Path, told: Any) -> list[FileColumn]:
        weight = self.weight(path, told)
        return [
            FileColumn(
                name,
                told.column_names_to_labels.get(name) or None,
                {_code(told, name, code): text for code, text in told.variable_value_labels.get(name, {}).items()},
                _missing_codes(told, name, self.missing),
                [ends for ends in _missing_ranges(told, name) if ends[0] < ends[1]],
                name == weight,
            )
            for name in told.column_names
        ]


def _missing_codes(told: Any, name: str, of_numbers: Sequence[str]) -> list[str]:
    single = [one["lo"] for one in told.missing_ranges.get(name, ()) if one["lo"] == one["hi"]]
    of_type = () if told.readstat_variable_types[name] == "string" else of_numbers
    return [*(_code(told, name, code) for code in single), *of_type]


def _missing_ranges(told: Any, name: str) -> list[tuple[float, float]]:
    ranges = told.missing_ranges.get(name, ())
    return [(float(one["lo"]), float(one["hi"])) for one in ranges if not isinstance(one["lo"], str)]


def _code(told: Any, name: str, code: object) -> str:
    """A code as text; one of the missing values of Stata and SAS as these write it: .a."""
    if isinstance(code, str):
        return code.rstrip(" ") if told.readstat_variable_types[name] == "string" else f".{code}"
    return CellText().of(float(code)) if isinstance(code, int | float) else CellText().of(code)


def _batch(
    path: Path, told: Any, columns: Sequence[list[Any]], names: Sequence[str], above: int, decimal_mark: str
) -> pa.RecordBatch:
    import pyarrow as pa

    texts = [_texts(path, told, name, values, above, decimal_mark) for name, values in zip(names, columns, strict=True)]
    first = above + 1
    return line_batch(pa.array(range(first, first + len(columns[0])), pa.int64()), texts)


def _texts(path: Path, told: Any, name: str, values: list[Any], above: int, decimal_mark: str) -> pa.Array:
    """A column's values as text, each different one turned once."""
    import pyarrow as pa

    is_single = told.readstat_variable_types[name] == "float"
    text = CellText(decimal_mark)
    known: dict[Any, str] = {}
    for value in set(values):
        try:
            if isinstance(value, str):
                known[value] = _code(told, name, value)
            elif is_single and isinstance(value, float):
                known[value] = _single(value, text)
            else:
                known[value] = text.of(value)
        except InexactNumberError as error:
            raise InputError(
                f"{path}:{above + 1 + values.index(value)}: column {name!r} holds {error}, a number that has lost its "
                "last digits in floating point; store identifiers as text."
            ) from error
    return pa.array([known[value] for value in values], pa.string())


def _single(value: float, text: CellText) -> str:
    """A number of single precision by its own shortest digits, not by those of the double it was widened to."""
    import numpy as np

    shortest = float(str(np.float32(value))) if math.isfinite(value) else value
    return text.of(shortest)
