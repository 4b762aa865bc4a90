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

import dagster as dg
from dagster._core.event_api import EventRecordsResult
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS, DagsterEventType
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, SqlEventLogStorageTable
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData, serialize_value
from sqlalchemy import Connection, Engine, bindparam, create_engine, event, inspect
from sqlalchemy.exc import OperationalError

from dagster_project.room import NoRoom, no_room

# The events that checks bring: after any other one, an asset may have been made anew.
OF_CHECKS = {DagsterEventType.STEP_OUTPUT, DagsterEventType.ASSET_CHECK_EVALUATION}
# The row that was written for a check when its run was planned.
PLANNED_CHECK = AssetCheckExecutionsTable.update().where(
    AssetCheckExecutionsTable.c.asset_key == bindparam("of_asset"),
    AssetCheckExecutionsTable.c.check_name == bindparam("of_check"),
    AssetCheckExecutionsTable.c.run_id == bindparam("of_run"),
    AssetCheckExecutionsTable.c.partition.is_not_distinct_from(bindparam("of_partition")),
)


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
    _in_step = False
    _last: tuple[object, EventRecordsResult] | None = None

    @cached_property
    def _tables(self) -> frozenset[str]:
        return frozenset(inspect(self._engine).get_table_names())

    def has_table(self, table_name: str) -> bool:
        return table_name in self._tables  # asked for every asset, and Dagster opens the file each time

    def _has_asset_key_index_cols_on_connection(self, conn: Connection) -> bool:  # noqa: ARG002
        return True  # asked for every asset, and Dagster reads the table's columns each time

    def fetch_materializations(
        self,
        records_filter: dg.AssetKey | dg.AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,
    ) -> EventRecordsResult:
        """As Dagster does. Every check asks which build of its table it is about, and those of a step ask once: only
        the step itself can make another build meanwhile, since it holds the survey's database."""
        question = (records_filter, limit, cursor, ascending)
        if self._last is not None and self._last[0] == question:
            return self._last[1]
        answer = super().fetch_materializations(*question)
        self._last = (question, answer) if self._in_step else None
        return answer

    def store_event(self, event: EventLogEntry) -> None:
        """An event, with what it changes in the tables of assets and checks, in one transaction.

        As Dagster does, in statements that are the same for every event and so compiled once.
        """
        kind = event.dagster_event_type
        if kind not in OF_CHECKS:
            is_new_build = kind is DagsterEventType.ASSET_MATERIALIZATION
            self._in_step = kind is DagsterEventType.STEP_START or (self._in_step and is_new_build)
            self._last = None
        row = self._event_to_row(event)
        with self.connect() as connection:
            key = connection.execute(SqlEventLogStorageTable.insert(), row).inserted_primary_key
            assert key is not None
            [event_id] = key
            if kind in ASSET_EVENTS and row["asset_key"] is not None:
                self._store_asset_event_tags(connection, [event], [event_id])
                self._store_asset_event(connection, event, event_id)
            elif kind in ASSET_CHECK_EVENTS:
                self.store_asset_check_event(event, event_id)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """All of them or none: what a run intends to make, some 120 events, in one transaction."""
        with self.connect():
            super().store_event_batch(events)

    def _store_asset_check_evaluation_planned(self, event: EventLogEntry, event_id: int | None) -> None:
        planned = event.get_dagster_event().asset_check_planned_data
        subset = planned.partitions_subset
        row = self._check_row(event, event_id, AssetCheckExecutionRecordStatus.PLANNED) | {
            "asset_key": planned.asset_key.to_string(),
            "check_name": planned.check_name,
            "run_id": event.run_id,
        }
        rows = [{**row, "partition": key} for key in (subset.get_partition_keys() if subset else (None,))]
        with self.connect() as connection:
            connection.execute(AssetCheckExecutionsTable.insert(), rows)

    def _update_asset_check_evaluation(self, event: EventLogEntry, event_id: int | None) -> None:
        evaluation = event.get_dagster_event().asset_check_evaluation_data
        target = evaluation.target_materialization_data
        status = AssetCheckExecutionRecordStatus
        row = self._check_row(event, event_id, status.SUCCEEDED if evaluation.passed else status.FAILED) | {
            "materialization_event_storage_id": target.storage_id if target else None,
            "of_asset": evaluation.asset_key.to_string(),
            "of_check": evaluation.check_name,
            "of_run": event.run_id,
            "of_partition": evaluation.partition,
        }
        with self.connect() as connection:
            updated = connection.execute(PLANNED_CHECK, row).rowcount
        if updated != 1:  # one that was not planned
            super()._update_asset_check_evaluation(event, event_id)

    def _check_row(
        self, event: EventLogEntry, event_id: int | None, status: AssetCheckExecutionRecordStatus
    ) -> dict[str, Any]:
        return {
            "execution_status": status.value,
            "evaluation_event": serialize_value(event),
            "evaluation_event_timestamp": self._event_insert_timestamp(event),  # type: ignore[no-untyped-call]
            "evaluation_event_storage_id": event_id,
        }
