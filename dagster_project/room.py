"""Room on the disk: whether there is enough for a run before it starts, and what is told when none is left."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from dagster_project.errors import InputError

# Measured: a run of twelve records takes 17 MB at its peak, one of 300,000 (16 MB of CSV, all of them codes) 22 MB.
LEAST = 20_000_000
OF_RECORDS = 0.4  # of the size of the record files
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# In the words of databases: DuckDB repeats the system's, SQLite takes a limit on the size of files for a broken disk.
IN_WORDS = (
    *map(os.strerror, NO_ROOM),
    "max_temp_directory_size",
    "disk is full",
    "disk I/O error",
)
OF_DATABASES = (duckdb.OperationalError, duckdb.FatalException, sqlite3.Error)  # others may quote what is in a table


def check_room(folder: Path, records: Iterable[Path] = ()) -> None:
    """Raise `InputError` where a run that reads these files cannot have the room that it takes below the folder."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    needed = LEAST + OF_RECORDS * sum(path.stat().st_size for path in records if path.is_file())
    free = shutil.disk_usage(there).free
    if free < needed:
        raise InputError(
            f"{folder}: {_megabytes(free)} are free there, and this run takes {_megabytes(needed)} or more. Make room, "
            "or set BASECHECK_OUTPUT_DIR to a folder with room, then run again. The last release stays."
        )


class NoRoom(BaseException):
    """The disk is full, told past those who go on, and write more, after any `Exception`."""


@contextmanager
def room_in(folder: Path) -> Iterator[None]:
    """Turn an error of a full disk, or of a limit on it, into an `InputError` that names the folder."""
    try:
        yield
    except InputError:
        raise
    except (Exception, NoRoom) as error:
        reason = no_room(error)
        if reason is None:
            raise
        raise InputError(
            f"{folder}: nothing more can be written there ({reason}). Make room, raise the limit on the size of files "
            "(ulimit -f) if there is one, or set BASECHECK_OUTPUT_DIR to a folder with room; then run again. The last "
            "release stays."
        ) from error


def no_room(error: BaseException | None) -> str | None:
    """What the system says where an error came of a full disk, or of a limit on it; None for any other error."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            return error.strerror
        if isinstance(error, OF_DATABASES):
            found = next((words for words in IN_WORDS if words in str(error)), None)
            if found is not None:
                return found
        error = error.__cause__ or error.__context__
    return None


def _megabytes(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"
