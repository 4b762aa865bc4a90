"""Batches of text, in which every format hands over the records of a file: one row a record, with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 10_000
MOST_KEPT = 1_000  # characters of what is wrong; a reject shows where it is, not 100 MB of it
# Every batch has these columns, then the wanted ones; the last two are of a line that cannot be taken apart.
LINE_COLUMNS = ("source_line", "raw_line", "broken")


def batches_of_rows(
    rows: Iterable[tuple[int, Sequence[str]]], width: int, places: Sequence[int], joined: Callable[[Sequence[str]], str]
) -> Iterator[pa.RecordBatch]:
    """Records that come one after the other, each with its line, as batches of the fields at those places.

    One with another number of fields than `width` comes with none of them, but with its text, as `joined` puts it
    together, and with what is wrong with it.
    """
    numbers: list[int] = []
    whole: list[Sequence[str]] = []
    broken: list[tuple[int, str, str]] = []
    for line, row in rows:
        if len(row) == width:
            numbers.append(line)
            whole.append(row)
        else:
            broken.append((line, shortened(joined(row)), _what_is_broken(row, width)))
        if len(whole) == BATCH_ROWS:
            yield _whole_batch(numbers, whole, places)
            numbers, whole = [], []
        if len(broken) == BATCH_ROWS:
            yield _broken_batch(broken, len(places))
            broken = []
    if whole:
        yield _whole_batch(numbers, whole, places)
    if broken:
        yield _broken_batch(broken, len(places))


def shortened(text: str) -> str:
    """The part of a text that a reject keeps."""
    return text if len(text) <= MOST_KEPT else f"{text[:MOST_KEPT]} … ({len(text):,} characters)"


def line_batch(
    numbers: pa.Array, columns: list[pa.Array], lines: Sequence[str] | None = None, reasons: Sequence[str] | None = None
) -> pa.RecordBatch:
    """One batch of `LINE_COLUMNS, c0, c1, …`: text columns beside the numbers of their lines."""
    import pyarrow as pa

    nothing = [None] * len(numbers)
    about = [numbers, pa.array(lines or nothing, pa.string()), pa.array(reasons or nothing, pa.string())]
    names = [*LINE_COLUMNS, *(f"c{at}" for at in range(len(columns)))]
    return pa.RecordBatch.from_arrays([*about, *columns], names=names)


def _whole_batch(numbers: list[int], rows: list[Sequence[str]], places: Sequence[int]) -> pa.RecordBatch:
    import pyarrow as pa

    by_column = list(zip(*rows, strict=True))
    return line_batch(pa.array(numbers, pa.int64()), [pa.array(by_column[at], pa.string()) for at in places])


def _broken_batch(broken: list[tuple[int, str, str]], columns: int) -> pa.RecordBatch:
    import pyarrow as pa

    numbers, lines, reasons = zip(*broken, strict=True)
    return line_batch(pa.array(numbers, pa.int64()), [pa.nulls(len(broken), pa.string())] * columns, lines, reasons)


def _what_is_broken(row: Sequence[str], width: int) -> str:
    if not row:
        return "an empty line"
    return f"{len(row)} {'field' if len(row) == 1 else 'fields'} where the header has {width}"
