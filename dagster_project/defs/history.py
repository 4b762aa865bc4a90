"""Where Dagster keeps the history of runs: its own SQLite storages, with one engine for each file.

A run of a small survey writes and asks some 1,300 times. Dagster's storages make an engine each time, so that every
statement is compiled anew and every connection opened anew, which took a quarter of the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from typing import Any

from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event


class _OneEngine:
    """The connections of a storage come from one pool, which keeps SQLite from tidying up after every event."""

    _conn_string: str

    @cached_property
    def _engine(self) -> Engine:
        engine = create_engine(
            self._conn_string, max_overflow=-1, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
        )
        event.listen(engine, "connect", _relax)
        return engine

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        super().dispose()  # type: ignore[misc] # of the storage that this is mixed into
        self._engine.dispose()


def _relax(connection: SQLiteConnection, _record: object) -> None:
    """The system syncs the file: a power cut may cost the last events, never the file."""
    connection.execute("PRAGMA synchronous = NORMAL")


class RunHistory(_OneEngine, SqliteRunStorage):
    """The runs, in Dagster's usual file below its home folder."""

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> RunHistory:
        return cls.from_local(str(Path(config_value["base_dir"]) / "history"), inst_data)


class EventHistory(_OneEngine, ConsolidatedSqliteEventLogStorage):
    """The events of all runs in one file: with one file per run every event is written twice."""

    supports_asset_checks = True  # asked twice for every check, and Dagster looks for the table each time
    _connect = _OneEngine.connect
