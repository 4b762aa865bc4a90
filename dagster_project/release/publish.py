"""A release: one new folder, complete and on disk, behind a pointer that is swapped at once. Or nothing at all.

Which tables are declared public, which checks block, and how Data Docs are built, is told from outside.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.claims import Severity, tally_text
from dagster_project.errors import InputError
from dagster_project.places import DATABASE
from dagster_project.release.claim_review import render_claim_reviews
from dagster_project.release.index import SurveyLine, render_index
from dagster_project.release.report import render_report
from dagster_project.schema import Table
from dagster_project.warehouse import open_warehouse, survey_key, transaction

LATEST = "latest"
BUILDING = ".building-"
# A gate that was not made again keeps its last results, so this table may hold several generations.
CHECKS = "audit.checks"


class ReleaseRefusedError(Exception):
    """What is built may not be published: a blocking check failed or is missing, or the tables are of two builds."""


@dataclass(frozen=True)
class Release:
    """A published release of a survey: its folder, and where its report and database are."""

    folder: Path

    @property
    def report(self) -> Path:
        """The report that people read."""
        return self.folder / "report.html"


def publish(
    connection: duckdb.DuckDBPyConnection,
    survey: str,
    releases_dir: Path,
    *,
    tables: Collection[Table],
    blocking: Collection[tuple[str, str]],
    build_data_docs: Callable[[Path], object],
) -> Release:
    """Publish what stands in the survey's work database `connection` as its new latest release.

    Of `tables` it shows the public columns, or with release_records all; what else stands there is not published.
    `blocking` names the checks, as suite and check, that must have passed on this very build. Raises
    `ReleaseRefusedError` if one has not, and `InputError` where the folder cannot be written; the last
    release then stays as it was.
    """
    refuse_what_is_not_whole(connection, tables, blocking)
    now = dt.datetime.now(dt.UTC)
    home = releases_dir / survey
    try:
        home.mkdir(parents=True, exist_ok=True)
        for left_over in home.glob(f"{BUILDING}*"):
            shutil.rmtree(left_over)
        folder = home / _stamp(connection, home, now)
        building = home / f"{BUILDING}{folder.name}"
        building.mkdir()
        try:
            _fill(connection, tables, building, now, build_data_docs)
            _sync(building)
            building.rename(folder)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        _point_to(folder)
        write_index(releases_dir)
    except OSError as error:
        raise InputError(
            f"{error.filename or home}: the release cannot be written ({error.strerror}); the last one stays. "
            "Make room there, or set BASECHECK_OUTPUT_DIR to a folder that can be written."
        ) from error
    return Release(folder)


def refuse_what_is_not_whole(
    connection: duckdb.DuckDBPyConnection, tables: Collection[Table], blocking: Collection[tuple[str, str]]
) -> None:
    """Raise `ReleaseRefusedError` unless everything is of one generation and every blocking check passed on it."""
    generation = survey_key(connection).generation
    _refuse_a_mix(connection, tables, generation)
    passed = {
        (suite, check): ok
        for suite, check, ok in connection.execute(
            'SELECT suite, "check", passed FROM audit.checks WHERE generation = ?', [generation]
        ).fetchall()
    }
    failed = [f"{check} of {suite}" for suite, check in sorted(blocking) if passed.get((suite, check)) is False]
    if failed:
        raise ReleaseRefusedError(f"a blocking check failed: {', '.join(failed)}.")
    missing = [f"{check} of {suite}" for suite, check in sorted(blocking) if (suite, check) not in passed]
    if missing:
        raise ReleaseRefusedError(
            f"blocking checks have not been made on this build: {', '.join(missing)}; run the whole survey again."
        )


def _refuse_a_mix(connection: duckdb.DuckDBPyConnection, tables: Collection[Table], generation: str) -> None:
    """Raise `ReleaseRefusedError` where a table, or what the audit judged, was built from other inputs."""
    mixed = " UNION ALL ".join(
        f"SELECT '{table.address}', generation FROM {table.address} WHERE generation IS DISTINCT FROM $1"
        for table in _standing(connection, tables)
        if "generation" in table.names and table.address != CHECKS
    )
    for address, other in connection.execute(f"{mixed} LIMIT 1", [generation]).fetchall():
        raise ReleaseRefusedError(
            f"{address} was built from other inputs (generation {other}) than the codebook ({generation}); run the "
            "whole survey again."
        )
    published = connection.execute("SELECT claims_sha256 FROM raw.publication").fetchall()
    audited = connection.execute("SELECT DISTINCT claims_sha256 FROM audit.figures").fetchall()
    if audited and audited != published:
        raise ReleaseRefusedError("the findings are of another claims.yml than the claims; materialize them again.")


def releases_records(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the codebook lets a release carry the respondents' records, and with them all that is declared."""
    [(released,)] = connection.execute("SELECT release_records FROM raw.survey").fetchall()
    return bool(released)


def latest_release(releases_dir: Path, survey: str) -> Release | None:
    """The survey's latest release, if it has one."""
    pointer = releases_dir / survey / LATEST
    return Release(pointer) if pointer.exists() else None


def write_index(releases_dir: Path) -> Path:
    """Write the page that lists every survey's latest release, from the releases themselves."""
    lines = []
    for home in sorted(path for path in releases_dir.iterdir() if path.is_dir()):
        release = latest_release(releases_dir, home.name)
        if release is not None:
            lines.append(_index_line(release.folder.resolve(), home.name))
    index = releases_dir / "index.html"
    _write(index, render_index(lines, built_at=dt.datetime.now(dt.UTC)))
    return index


def _fill(
    connection: duckdb.DuckDBPyConnection,
    tables: Collection[Table],
    folder: Path,
    now: dt.datetime,
    build_data_docs: Callable[[Path], object],
) -> None:
    database = folder / DATABASE
    _copy_database(connection, tables, database)
    exports = folder / "tables"
    exports.mkdir()
    with open_warehouse(database, read_only=True) as released:
        for table in _standing(released, tables):
            if table.schema in ("marts", "audit"):
                for ending, options in (("csv", "FORMAT csv, HEADER"), ("parquet", "FORMAT parquet")):
                    path = _literal(str(exports / f"{table.name}.{ending}"))
                    released.execute(f"COPY {table.address} TO {path} ({options})")
        (folder / "report.html").write_text(render_report(released, built_at=now), encoding="utf-8")
        reviews = render_claim_reviews(released, built_at=now)
        (folder / "claim_review.jsonld").write_text(reviews, encoding="utf-8")
    build_data_docs(folder / "data_docs")
    _write_sums(folder)


def _copy_database(connection: duckdb.DuckDBPyConnection, tables: Collection[Table], path: Path) -> None:
    """Copy table by table into a new file: compact, and without a trace of what is left out."""
    with_records = releases_records(connection)
    connection.execute(f"ATTACH {_literal(str(path))} AS released")
    try:
        with transaction(connection):  # one for all tables is faster than one for each
            for table in _standing(connection, tables):
                shown = [f'"{column.name}"' for column in table.columns if column.is_public or with_records]
                if shown:
                    rows = f"SELECT {', '.join(shown)} FROM {table.address}{_in_order(table)}"
                    connection.execute(f"CREATE SCHEMA IF NOT EXISTS released.{table.schema}")
                    connection.execute(f"CREATE TABLE released.{table.address} AS {rows}")
        connection.execute("CHECKPOINT released")
    finally:
        connection.execute("DETACH released")
    wal = path.with_name(path.name + ".wal")
    if wal.exists():
        raise AssertionError(f"{wal} is left: the copy is not all in its file")


def _in_order(table: Table) -> str:
    """SQL of the order of a table's rows. dbt built the marts in theirs, also by columns that they do not have."""
    return f" ORDER BY {', '.join(table.order)}" if table.order and table.schema != "marts" else ""


def _standing(connection: duckdb.DuckDBPyConnection, tables: Collection[Table]) -> list[Table]:
    """Those of the tables that this database has: records.weights is there only where weights are computed."""
    found = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database()"
    ).fetchall()
    return [table for table in tables if (table.schema, table.name) in found]


def _literal(text: str) -> str:
    """An SQL string; only for paths, which a statement that opens files cannot take as a parameter."""
    return "'" + text.replace("'", "''") + "'"


def _stamp(connection: duckdb.DuckDBPyConnection, home: Path, now: dt.datetime) -> str:
    stamp = f"{now:%Y-%m-%dT%H%M%SZ}-{survey_key(connection).generation[:8]}"
    number = 2
    name = stamp
    while (home / name).exists():
        name, number = f"{stamp}-{number}", number + 1
    return name


def _write_sums(folder: Path) -> None:
    lines = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        lines.append(f"{digest}  {path.relative_to(folder).as_posix()}\n")
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def _sync(folder: Path) -> None:
    """Have everything on the disk before anything points to it."""
    for path in [folder, *folder.rglob("*")]:
        _sync_one(path)


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _point_to(folder: Path) -> None:
    """Swap the pointer: a reader follows the old one or the new one, never none."""
    pointer = folder.parent / LATEST
    new = folder.parent / f".{LATEST}-{os.getpid()}"
    new.unlink(missing_ok=True)
    new.symlink_to(folder.name)
    new.replace(pointer)
    _sync_one(folder.parent)


def _write(path: Path, text: str) -> None:
    new = path.with_name(f".{path.name}-{os.getpid()}")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


@cache  # what stands in a release never changes, and each run writes the index of all surveys
def _index_line(folder: Path, survey: str) -> SurveyLine:
    """A release in the index; what one of an older version does not have, or calls otherwise, is not known there."""
    with open_warehouse(folder / DATABASE, read_only=True) as connection:

        def rows(sql: str) -> list[tuple[Any, ...]] | None:
            try:
                return connection.execute(sql).fetchall()
            except duckdb.Error:
                return None

        [(title, provenance)] = connection.execute("SELECT title, provenance FROM raw.survey").fetchall()
        files = rows("SELECT sum(rows_accepted)::BIGINT, sum(rows_rejected)::BIGINT FROM raw.files")
        severities = rows("SELECT replace(severity, 'not checked', 'not checkable') FROM audit.figures")
        failed = rows("SELECT count(*) FROM audit.checks WHERE NOT passed")
    records, rejects = files[0] if files else (None, None)
    return SurveyLine(
        survey=survey,
        title=title,
        provenance=provenance,
        status="released",
        records=records,
        rejects=rejects,
        figures=None if severities is None else len(severities),
        verdicts=tally_text(Severity(severity).verdict for (severity,) in severities or ()),
        checks_failed=failed[0][0] if failed else None,
        released_at=dt.datetime.fromtimestamp(Release(folder).report.stat().st_mtime, dt.UTC),
        report_href=f"{survey}/{LATEST}/report.html",
        message="",
    )
