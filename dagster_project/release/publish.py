"""A release: one new folder, complete and on disk, behind a pointer that is swapped at once. Or nothing at all.

Which checks block, and how Data Docs are built, is told from outside: this room knows only what a release holds.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.claims import CONTRADICTED, Severity
from dagster_project.errors import InputError
from dagster_project.release.claim_review import render_claim_reviews
from dagster_project.release.index import SurveyLine, render_index
from dagster_project.release.report import render_report
from dagster_project.warehouse import open_warehouse, survey_key

LATEST = "latest"
BUILDING = ".building-"
# Respondents' data, and every count that the published tables may withhold: only in a release whose codebook says
# release_records. Which of the withheld ones are small is told nowhere.
PRIVATE_SCHEMAS = {"records", "tallies", "disclosure"}
PRIVATE_TABLES = {("raw", "rejects"), ("marts", "estimates"), ("marts", "strata")}
GENERATION_TABLES = ("raw", "tallies", "disclosure", "marts", "audit")


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
    blocking: Collection[tuple[str, str]],
    build_data_docs: Callable[[Path], object],
) -> Release:
    """Publish what stands in the survey's work database `connection` as its new latest release.

    `blocking` names the checks, as suite and check, that must have passed on this very build. Raises
    `ReleaseRefusedError` if one has not, and `InputError` where the folder cannot be written; the last
    release then stays as it was.
    """
    refuse_what_is_not_whole(connection, blocking)
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
            _fill(connection, building, now, build_data_docs)
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


def refuse_what_is_not_whole(connection: duckdb.DuckDBPyConnection, blocking: Collection[tuple[str, str]]) -> None:
    """Raise `ReleaseRefusedError` unless everything is of one generation and every blocking check passed on it."""
    generation = survey_key(connection).generation
    for schema, table in _tables(connection):
        if schema not in GENERATION_TABLES or (schema, table) == ("audit", "checks"):
            continue
        found = connection.execute(f'SELECT DISTINCT generation FROM {schema}."{table}"').fetchall()
        others = [other for (other,) in found if other != generation]
        if others:
            raise ReleaseRefusedError(
                f"{schema}.{table} was built from other inputs (generation {others[0]}) than the codebook "
                f"({generation}); run the whole survey again."
            )
    published = connection.execute("SELECT claims_sha256 FROM raw.publication").fetchall()
    audited = connection.execute("SELECT DISTINCT claims_sha256 FROM audit.figures").fetchall()
    if audited and audited != published:
        raise ReleaseRefusedError("the findings are of another claims.yml than the claims; materialize them again.")
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
            lines.append(_index_line(release, home.name))
    index = releases_dir / "index.html"
    _write(index, render_index(lines, built_at=dt.datetime.now(dt.UTC)))
    return index


def _fill(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    now: dt.datetime,
    build_data_docs: Callable[[Path], object],
) -> None:
    database = folder / "survey.duckdb"
    _copy_database(connection, database)
    tables = folder / "tables"
    tables.mkdir()
    with open_warehouse(database, read_only=True) as released:
        for schema, table in _tables(released):
            if schema in ("marts", "audit"):
                for ending, options in (("csv", "FORMAT csv, HEADER"), ("parquet", "FORMAT parquet")):
                    path = _literal(str(tables / f"{table}.{ending}"))
                    released.execute(f'COPY {schema}."{table}" TO {path} ({options})')
        (folder / "report.html").write_text(render_report(released, built_at=now), encoding="utf-8")
        reviews = render_claim_reviews(released, built_at=now)
        (folder / "claim_review.jsonld").write_text(reviews, encoding="utf-8")
    build_data_docs(folder / "data_docs")
    _write_sums(folder)


def _copy_database(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Copy table by table into a new file: compact, and without a trace of what is left out."""
    with_records = bool(connection.execute("SELECT release_records FROM raw.survey").fetchall()[0][0])
    connection.execute(f"ATTACH {_literal(str(path))} AS released")
    try:
        for schema, table in _tables(connection):
            is_private = schema in PRIVATE_SCHEMAS or (schema, table) in PRIVATE_TABLES
            if with_records or not is_private:
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS released.{schema}")
                rows = f'FROM {schema}."{table}"'
                if (schema, table) == ("raw", "weighting_margins") and not with_records and _withholds(connection):
                    rows = f"SELECT * REPLACE (NULL::BIGINT AS n, NULL::DOUBLE AS share_before) {rows}"
                connection.execute(f'CREATE TABLE released.{schema}."{table}" AS {rows}')
        connection.execute("CHECKPOINT released")
    finally:
        connection.execute("DETACH released")
    wal = path.with_name(path.name + ".wal")
    if wal.exists():
        raise AssertionError(f"{wal} is left: the copy is not all in its file")


def _withholds(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the counts of the weighting's margins could tell what the tables withhold, or are too small."""
    found = connection.execute(
        """SELECT exists(FROM disclosure.withheld) OR exists(
            FROM raw.weighting_margins WHERE n > 0 AND n < (SELECT minimum_cell FROM raw.survey)
        )"""
    ).fetchall()
    return bool(found[0][0])


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() "
        "WHERE database_name = current_database() AND NOT temporary ORDER BY schema_name, table_name"
    ).fetchall()


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


def _index_line(release: Release, survey: str) -> SurveyLine:
    with open_warehouse(release.folder / "survey.duckdb", read_only=True) as connection:
        title, provenance = connection.execute("SELECT title, provenance FROM raw.survey").fetchall()[0]
        records, rejects = connection.execute(
            "SELECT sum(rows_accepted)::BIGINT, sum(rows_rejected)::BIGINT FROM raw.files"
        ).fetchall()[0]
        contradicted, undecided = connection.execute(
            "SELECT count(*) FILTER (list_contains(?, severity)), count(*) FILTER (severity = ?) FROM audit.findings",
            [[one.value for one in CONTRADICTED], Severity.UNDECIDED.value],
        ).fetchall()[0]
        failed = connection.execute("SELECT count(*) FROM audit.checks WHERE NOT passed").fetchall()[0][0]
    return SurveyLine(
        survey=survey,
        title=title,
        provenance=provenance,
        status="released",
        records=records,
        rejects=rejects,
        findings_contradicted=contradicted,
        findings_undecided=undecided,
        checks_failed=failed,
        released_at=dt.datetime.fromtimestamp(release.report.stat().st_mtime, dt.UTC),
        report_href=f"{survey}/{LATEST}/report.html",
        message="",
    )
