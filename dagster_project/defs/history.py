"""Where Dagster keeps the history of runs: its own SQLite storages, with one engine for each file.

A run of a small survey writes and asks some 1,300 times. Dagster's storages make an engine each time, so that every
statement is compiled anew and every connection opened anew, which took a quarter of the run.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from typing import Any

from dagster._core.events.log import EventLogEntry
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData, serialize_value
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from dagster_project.room import NoRoom, no_room


class _OneEngine:
    """The connections of a storage come from one pool, which keeps SQLite from tidying up after every event."""

    _conn_string: str
    ends_the_command = False  # whether a full disk ends all at once; else Dagster tells of it and goes on

    @cached_property
    def _engine(self) -> Engine:
        engine = create_engine(
            self._conn_string, max_overflow=-1, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
        )
        event.listen(engine, "connect", _relax)
        return engine

    @cached_property
    def _open(self) -> threading.local:
        return threading.local()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A transaction; one inside another of the same thread is part of it."""
        if (outer := getattr(self._open, "connection", None)) is not None:
            yield outer
            return
        try:
            with self._engine.begin() as connection:
                self._open.connection = connection
                try:
                    yield connection
                finally:
                    self._open.connection = None
        except OperationalError as error:
            if self.ends_the_command and no_room(error):
                raise NoRoom from error
            raise

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

    def _has_asset_key_index_cols_on_connection(self, conn: Connection) -> bool:  # noqa: ARG002
        return True  # asked for every asset, and Dagster reads the table's columns each time

    def store_event(self, event: EventLogEntry) -> None:
        """An event, with what it changes in the tables of assets and checks, in one transaction."""
        with self.connect():
            super().store_event(event)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """All of them or none: what a run intends to make, some 120 events, in one transaction."""
        with self.connect():
            super().store_event_batch(events)

    def _store_asset_check_evaluation_planned(self, event: EventLogEntry, event_id: int | None) -> None:
        """As Dagster does, in a statement that is the same for every check and so compiled once."""
        planned = event.get_dagster_event().asset_check_planned_data
        subset = planned.partitions_subset
        row = {
            "asset_key": planned.asset_key.to_string(),
            "check_name": planned.check_name,
            "run_id": event.run_id,
            "execution_status": AssetCheckExecutionRecordStatus.PLANNED.value,
            "evaluation_event": serialize_value(event),
            "evaluation_event_timestamp": self._event_insert_timestamp(event),  # type: ignore[no-untyped-call]
            "evaluation_event_storage_id": event_id,
        }
        rows = [{**row, "partition": key} for key in (subset.get_partition_keys() if subset else (None,))]
        with self.connect() as connection:
            connection.execute(AssetCheckExecutionsTable.insert(), rows)
