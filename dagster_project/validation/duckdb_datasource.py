"""Great Expectations on a DuckDB connection that the process already holds: the datasource and its engine.

Importing this module imports Great Expectations (seconds); only functions do so. Stock Great Expectations runs
nothing on DuckDB: it fetches after it has closed the connection, and it reflects columns through a catalogue that
DuckDB answers differently. What is overridden here is that and no more.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import duckdb
import duckdb_engine
import sqlalchemy
from great_expectations.compatibility import pydantic
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from sqlalchemy.dialects import postgresql

from dagster_project.validation import relations


class _Catalogue:
    """What Great Expectations asks of an SQLAlchemy inspector, answered from DuckDB's own catalogue."""

    def __init__(self, engine: DuckDBExecutionEngine) -> None:
        self._engine = engine
        self.dialect = engine.engine.dialect

    def get_pk_constraint(self, table_name: str, schema: str | None = None) -> dict[str, list[str]]:  # noqa: ARG002
        return {"constrained_columns": []}

    def get_columns(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        rows = self._engine.rows(f"DESCRIBE {relations.table_name(f'{schema}.{table_name}')}")
        return [
            {"name": name, "type": sqlalchemy.types.NullType(), "nullable": True, "default": None} for name, *_ in rows
        ]


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):  # type: ignore[misc] # untyped base
    """The SQL engine of Great Expectations with one connection, kept open until `close`."""

    _connection: sqlalchemy.Connection | None
    _inspector: _Catalogue | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Regex expectations look for the dialect's operator here; PostgreSQL's ~ is DuckDB's, too.
        self.dialect_module = postgresql

    @contextmanager
    def get_connection(self) -> Iterator[sqlalchemy.Connection]:
        if self._connection is None:
            self._connection = self.engine.connect()
        try:
            yield self._connection
        except Exception:
            # DuckDB refuses everything after an error until then, and the other expectations are not to blame.
            self._connection.rollback()
            raise

    def resolve_metrics(
        self,
        metrics_to_resolve: Iterable[Any],
        metrics: dict[Any, Any] | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> dict[Any, Any]:
        """As Great Expectations does; where none of the failing values are to be told, their list is empty unasked."""
        asked = list(metrics_to_resolve)
        resolved: dict[Any, Any] = super().resolve_metrics(
            [metric for metric in asked if not _tells_no_value(metric)], metrics, runtime_configuration
        )
        return resolved | {metric.id: [] for metric in asked if _tells_no_value(metric)}

    def get_inspector(self) -> _Catalogue:
        if self._inspector is None:
            self._inspector = _Catalogue(self)
        return self._inspector

    def rows(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement in DuckDB's own SQL; a colon or a percent sign in it means itself."""
        with self.get_connection() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql, parameters).fetchall()]

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self.engine.dispose()


def _tells_no_value(metric: Any) -> bool:
    wanted = metric.metric_value_kwargs.get("result_format", {})
    return bool(metric.metric_name.endswith(".unexpected_values") and wanted.get("partial_unexpected_count") == 0)


class DuckDBDatasource(SQLDatasource):  # type: ignore[misc] # untyped base
    """A datasource over one schema of a DuckDB connection; call `attach` before anything else."""

    type: Literal["duckdb"] = "duckdb"
    connection_string: str = "duckdb:///:memory:"  # required by the base class and never opened
    schema_name: str = "main"

    _attached: DuckDBExecutionEngine | None = pydantic.PrivateAttr(None)
    _held: list[duckdb.DuckDBPyConnection] = pydantic.PrivateAttr(default_factory=list)

    @property
    def schema_(self) -> str:
        return str(self.schema_name)

    @property
    def execution_engine_type(self) -> builtins.type[DuckDBExecutionEngine]:
        return DuckDBExecutionEngine

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Read through cursors of ``connection``; each has a transaction of its own, none outlives `detach`."""
        held = self._held = [connection]
        engine = sqlalchemy.create_engine(
            self.connection_string,
            creator=lambda: duckdb_engine.ConnectionWrapper(held[0].cursor()),
            poolclass=sqlalchemy.pool.NullPool,
        )
        # Without this each suite would begin by copying its table into a temporary one.
        self._attached = DuckDBExecutionEngine(engine=engine, create_temp_table=False)

    def detach(self) -> None:
        """Close what `attach` opened and forget the connection; Great Expectations keeps datasources for good."""
        if self._attached is not None:
            self._attached.close()
            self._attached = None
        self._held.clear()

    def get_execution_engine(self) -> DuckDBExecutionEngine:
        if self._attached is None:
            raise RuntimeError("attach a DuckDB connection first")
        return self._attached

    def get_engine(self) -> sqlalchemy.Engine:
        engine: sqlalchemy.Engine = self.get_execution_engine().engine
        return engine

    def test_connection(self, test_assets: bool = True) -> None:
        """There is nothing to test: the connection is the caller's, and an absent table shows when it is read."""
