"""Tables are declared once: what a run builds, what a release shows and what is written of them follow from that."""

from __future__ import annotations

from collections import Counter

import dagster as dg
import duckdb
import pytest

from dagster_project.codebook import read_survey_folder
from dagster_project.defs.build import build_defs
from dagster_project.defs.declared import SCHEMAS, declared_tables, model_tables
from dagster_project.defs.schemas import SOURCES_FILE, TABLES_FILE, sources_yml, tables_page
from dagster_project.release import ReleaseRefusedError
from dagster_project.release.publish import refuse_what_is_not_whole
from tests.conftest import Desk

UNDECLARED = """
CREATE TABLE raw.undeclared AS SELECT survey, generation, 'undeclared' AS told FROM raw.survey;
CREATE TABLE audit.undeclared AS FROM raw.undeclared;
CREATE TABLE records.undeclared AS FROM raw.undeclared;
CREATE SCHEMA undeclared; CREATE TABLE undeclared.undeclared AS FROM raw.undeclared;
ALTER TABLE raw.questions ADD COLUMN undeclared VARCHAR DEFAULT 'undeclared';
ALTER TABLE audit.checks ADD COLUMN undeclared VARCHAR DEFAULT 'undeclared';
ALTER TABLE marts.toplines ADD COLUMN undeclared VARCHAR DEFAULT 'undeclared';
ALTER TABLE tallies.tallies ADD COLUMN undeclared VARCHAR DEFAULT 'undeclared';
ALTER TABLE records.records ADD COLUMN undeclared VARCHAR DEFAULT 'undeclared';
"""
Columns = dict[str, list[str]]


def columns(connection: duckdb.DuckDBPyConnection) -> Columns:
    return dict(
        connection.execute(
            """SELECT schema_name || '.' || table_name, list(column_name ORDER BY column_index) FROM duckdb_columns()
            WHERE database_name = current_database() GROUP BY ALL"""
        ).fetchall()
    )


def declared(desk: Desk, *, everything: bool) -> Columns:
    """The declared columns that the small survey has, or of these the public ones."""
    codebook = read_survey_folder(desk.places.raw_dir, "small").codebook
    tables = {
        table.address: [column.name for column in table.columns if everything or column.is_public]
        for table in declared_tables(codebook)
        if table.address != "records.weights"  # it has no weighting
    }
    return {address: names for address, names in tables.items() if names}


def test_a_work_database_holds_what_is_declared_and_nothing_else(small_release: Desk) -> None:
    with duckdb.connect(str(small_release.places.work_database("small")), read_only=True) as connection:
        assert columns(connection) == declared(small_release, everything=True)


def test_each_table_and_each_of_its_columns_is_declared_once_with_a_meaning() -> None:
    tables = declared_tables()
    assert max(Counter(table.address for table in tables).values()) == 1
    assert {table.schema for table in tables} == set(SCHEMAS)
    for table in tables:
        assert len(set(table.names)) == len(table.columns), table.address
        assert table.meaning, table.address
        assert all(column.meaning for column in table.columns), table.address


@pytest.mark.parametrize("release_records", [False, True])
def test_what_is_declared_nowhere_is_released_nowhere(released: Desk, release_records: bool) -> None:
    with duckdb.connect(str(released.places.work_database("small"))) as connection:
        connection.execute(UNDECLARED)
        connection.execute("UPDATE raw.survey SET release_records = ?", [release_records])
    release(released)
    with released.released("small") as connection:
        assert columns(connection) == declared(released, everything=release_records)
    for path in released.latest("small").rglob("*"):
        assert path.is_dir() or b"undeclared" not in path.read_bytes(), path


def release(desk: Desk) -> None:
    """Materialize the release alone, of what stands in the work database."""
    job = build_defs(desk.places).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        keys = [dg.AssetKey("release")]
        assert job.execute_in_process(asset_selection=keys, partition_key="small", instance=instance).success


def test_a_models_column_is_public_where_it_says_what_it_tells_of() -> None:
    def column(name: str, **meta: str) -> dict[str, object]:
        return {"name": name, "data_type": "varchar", "description": f"The\n{name}\n", "config": {"meta": meta}}

    def model(name: str, materialized: str, *columns: dict[str, object]) -> dict[str, object]:
        return {
            "resource_type": "model",
            "schema": "marts",
            "name": name,
            "description": f"{name},\n  in two lines\n",
            "config": {"materialized": materialized, "meta": {}},
            "columns": {column["name"]: column for column in columns},
        }

    nodes = {
        "a": model("shown", "table", column("n", tells="count"), column("key", says="key"), column("kept")),
        "b": model("kept", "table", column("n")),
        "c": model("inlined", "ephemeral", column("n", tells="count")),
        "d": {"resource_type": "test", "name": "n_is_a_count"},
    }
    shown, kept = model_tables({"nodes": nodes})
    assert (shown.address, shown.meaning) == ("marts.shown", "shown, in two lines")
    assert [(one.name, one.type, one.meaning, one.is_public) for one in shown.columns] == [
        ("n", "VARCHAR", "The n", True), ("key", "VARCHAR", "The key", False), ("kept", "VARCHAR", "The kept", False),
    ]  # fmt: skip
    assert [one.is_public for one in kept.columns] == [False]


def test_the_page_of_tables_and_dbts_sources_say_what_is_declared() -> None:
    assert SOURCES_FILE.read_text(encoding="utf-8") == sources_yml(), "run `make schemas`"
    assert TABLES_FILE.read_text(encoding="utf-8") == tables_page(declared_tables()), "run `make schemas`"


@pytest.mark.parametrize("generation", ["'another'", "NULL"])
@pytest.mark.parametrize("table", ["raw.questions", "tallies.tallies", "marts.toplines", "audit.figures"])
def test_a_release_refuses_a_table_with_a_row_of_other_inputs(released: Desk, table: str, generation: str) -> None:
    with duckdb.connect(str(released.places.work_database("small"))) as connection:
        refuse_what_is_not_whole(connection, declared_tables(), blocking=())
        connection.execute(f"CREATE OR REPLACE TABLE {table} AS FROM {table}")  # without its constraints
        connection.execute(f"INSERT INTO {table} (generation) VALUES ({generation})")
        with pytest.raises(ReleaseRefusedError, match=f"{table} was built from other inputs"):
            refuse_what_is_not_whole(connection, declared_tables(), blocking=())
