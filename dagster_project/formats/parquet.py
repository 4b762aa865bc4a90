"""Parquet: typed columns, handed over as the text that a CSV file of the same records would have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.errors import InputError
from dagster_project.formats.format import Contents, FileColumn, FirstLook, Format, Options, RecordFile
from dagster_project.formats.lines import BATCH_ROWS, line_batch

if TYPE_CHECKING:
    import pyarrow as pa


@contextmanager
def _open(file: RecordFile, options: Options) -> Iterator[Contents]:
    """The columns as text, lines being row numbers.

    Whole numbers held as floating point (as pandas writes codes beside blanks) become their integer text, other
    numbers get the survey's decimal mark, and booleans are 1 and 0.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = file.path
    try:
        with pq.ParquetFile(path) as parquet:
            header = parquet.schema_arrow.names

            def batches(places: Sequence[int]) -> Iterator[pa.RecordBatch]:
                names = [header[at] for at in places]
                first = 1
                for batch in parquet.iter_batches(batch_size=BATCH_ROWS, columns=names):
                    columns = [_as_text(path, name, batch.column(name), options.decimal_mark) for name in names]
                    yield line_batch(pa.array(range(first, first + batch.num_rows), pa.int64()), columns)
                    first += batch.num_rows

            yield Contents(header, batches, lambda: int(parquet.metadata.num_rows))
    except (pa.ArrowException, OSError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise InputError(f"{path}: not a readable Parquet file ({reason}); write it again.") from error


def _look(path: Path, _: Mapping[str, str]) -> FirstLook:
    with _open(RecordFile(path), Options()) as contents:
        return FirstLook([FileColumn(name) for name in contents.header])


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


FORMAT = Format(
    name="parquet",
    endings=(".parquet", ".pq"),
    open=_open,
    look=_look,
    no_records="this file has no record",
    miscounted="its footer says {counted} rows and {read} were read; write it again.",
)
