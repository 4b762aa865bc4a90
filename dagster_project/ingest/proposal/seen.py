"""What is seen of a file's columns when the whole of it is read: their values with how often each one stands there."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from dagster_project.formats import FileColumn
from dagster_project.formats.lines import LINE_COLUMNS
from dagster_project.ingest.columns import NUMBER

if TYPE_CHECKING:
    import pyarrow as pa

MOST_VALUES = 200_000  # that are kept of a column; whether one stands twice is known beyond it
_NUMBER = re.compile(NUMBER)
_COMMA_NUMBER = re.compile("[+-]?[0-9]+,[0-9]+")
_THOUSANDS = re.compile("[+-]?[0-9]{1,3}([., '][0-9]{3})+")


@dataclass
class Seen:
    """A column: its values with their counts, blanks apart, as the file describes it and as it is filled."""

    told: FileColumn
    decimal_mark: str = "."
    counts: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    blank: int = 0
    repeats: bool = False
    _hashes: set[int] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The column's name in the file."""
        return self.told.name

    @property
    def filled(self) -> int:
        """How many cells hold something, of the values that are kept."""
        return self.counts.total()

    @property
    def identifies(self) -> bool:
        """Whether every cell holds something, and no two the same."""
        return self.rows > 0 and not self.repeats and self.blank == 0

    def see(self, values: pa.Array) -> None:
        """Take in a batch of its cells."""
        import pyarrow.compute as pc

        found = pc.value_counts(values)
        self.rows += len(values)
        counted = dict(zip(found.field(0).to_pylist(), found.field(1).to_pylist(), strict=True))
        self.blank += counted.pop("", 0)
        if not self.repeats:
            self._see_repeats(counted)
        for value, count in counted.items():
            if value in self.counts or len(self.counts) < MOST_VALUES:
                self.counts[value] += count

    def _see_repeats(self, counted: dict[str, int]) -> None:
        """By hashes, which cost less than the values of a column of identifiers."""
        hashes = {hash(value) for value in counted}
        self.repeats = any(count > 1 for count in counted.values()) or not self._hashes.isdisjoint(hashes)
        self._hashes = set() if self.repeats else self._hashes | hashes

    def number(self, value: str) -> float | None:
        """The number that a value is, with the survey's decimal mark; None for any other text."""
        plain = value.replace(",", ".") if self.decimal_mark == "," and "." not in value else value
        if not _NUMBER.fullmatch(plain) or (self.decimal_mark == "." and "," in value):
            return None
        number = float(plain)
        return number if math.isfinite(number) else None

    @cached_property
    def numbers(self) -> dict[str, float]:
        """The values that are numbers."""
        found = {value: self.number(value) for value in self.counts}
        return {value: number for value, number in found.items() if number is not None}

    @property
    def has_commas(self) -> bool:
        """Whether all that is no plain number is one with a decimal comma, and no value has a point."""
        commas = [value for value in self.counts if _COMMA_NUMBER.fullmatch(value)]
        others = [value for value in self.counts if not value.lstrip("+-").isdigit() and value not in commas]
        return bool(commas) and len(others) <= len(self.counts) / 20 and not any(map(_NUMBER.fullmatch, others))

    @property
    def may_have_thousands(self) -> bool:
        """Whether every mark within its numbers has three digits after it: 1,250 may be thousands or not."""
        marked = [value for value in self.counts if re.search("[0-9][., '][0-9]", value)]
        return bool(marked) and all(map(_THOUSANDS.fullmatch, marked))


def see_all(columns: Sequence[FileColumn], batches: Iterable[pa.RecordBatch]) -> tuple[list[Seen], int]:
    """Every column by every record, and the number of lines that could not be taken apart."""
    seen = [Seen(column) for column in columns]
    broken = 0
    for batch in batches:
        if batch.column("broken").null_count < batch.num_rows:
            broken += batch.num_rows
            continue
        for column, values in zip(seen, batch.columns[len(LINE_COLUMNS) :], strict=True):
            column.see(values)
    return seen, broken


def in_order(values: Iterable[str], column: Seen) -> list[str]:
    """Codes in their natural order: numbers by what they are worth, then words."""
    numbers = column.numbers
    return sorted(values, key=lambda value: (value not in numbers, numbers.get(value, 0.0), value))
