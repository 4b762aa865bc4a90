"""What differs between two releases of a survey: their inputs, their tables row by row, and their files.

Times and the releases' own names differ always and are set aside, and so are the hashes of the inputs in every row,
which are compared once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.errors import InputError
from dagster_project.places import DATABASE
from dagster_project.release.publish import LATEST
from dagster_project.schema import Table
from dagster_project.warehouse import SAFE_CONFIG, attach_read_only

SET_ASIDE = ("generation", "claims_sha256")
MOST_NAMED = 5
# <time>…</time> of pages, and the day in a ClaimReview
TIMES = re.compile(rb'<time\b[^>]*>.*?</time>|"datePublished": "[^"]*"', re.DOTALL)
SIDES = ("here", "there")

KeyedRows = Mapping[tuple[str, ...], tuple[Any, ...]]


@dataclass(frozen=True)
class ReleaseDifference:
    """In lines for people, what differs between two releases; nothing where they are the same."""

    inputs: Sequence[str]
    tables: Sequence[str]
    files: Sequence[str]

    @property
    def are_same(self) -> bool:
        """Whether nothing differs, besides what always does."""
        return not (self.inputs or self.tables or self.files)


def find_release(releases_dir: Path, named: str, survey: str | None = None) -> Path:
    """The folder of a release, by any name that a person has for it.

    That is a survey's name, for its latest release; a folder, or a file in it; `survey/release`; or the name of a
    release alone, of `survey` if that is given. Raises `InputError` where there is none, with those that there are.
    """
    path = Path(named)
    of_survey = [releases_dir / survey] if survey else sorted(releases_dir.glob("*/"))
    folder = path.parent if path.is_file() else path
    places = [folder, folder / LATEST, releases_dir / named, releases_dir / named / LATEST]
    for place in [*places, *(home / named for home in of_survey)]:
        if named and (place / DATABASE).is_file():
            return place.resolve()
    there_are = sorted(
        f"{database.parent.parent.name}/{database.parent.name}"
        for home in of_survey
        for database in home.glob(f"*/{DATABASE}")
    )
    if not there_are:
        raise InputError(f"{releases_dir}: nothing is released yet; `basecheck run` does it.")
    raise InputError(
        f"{named!r} is no release; give a survey, a release's folder, or one of these: {', '.join(there_are)}."
    )


def compare(here: Path, there: Path, tables: Collection[Table]) -> ReleaseDifference:
    """What differs between the releases in two folders. The tables' keys are those that are declared now.

    Raises `InputError` where they are of two surveys, or where one is not whole.
    """
    folders = dict(zip(SIDES, (here, there), strict=True))
    with closing(duckdb.connect(config=dict(SAFE_CONFIG))) as connection:
        for side, folder in folders.items():
            _attach(connection, side, folder)
        try:
            _refuse_other_surveys(connection, folders)
            inputs = list(_inputs(connection))
            rows = list(_tables(connection, {table.address: table.key for table in tables}))
            files = list(_files(here, there, [_names(connection, side, folder) for side, folder in folders.items()]))
        except duckdb.Error as error:
            raise InputError(f"{here} and {there} cannot be compared: {error}") from error
    return ReleaseDifference(inputs, rows, files)


def _refuse_other_surveys(connection: duckdb.DuckDBPyConnection, folders: Mapping[str, Path]) -> None:
    [[(here,)], [(there,)]] = (_rows(connection, f"SELECT survey FROM {side}.raw.survey") for side in folders)
    if here != there:
        folder, other = folders.values()
        raise InputError(f"{folder} is of {here}, {other} of {there}: only releases of one survey can be compared.")


def _attach(connection: duckdb.DuckDBPyConnection, side: str, folder: Path) -> None:
    path = folder / DATABASE
    try:
        attach_read_only(connection, path, side)
    except duckdb.Error as error:
        raise InputError(f"{path}: DuckDB cannot open this release ({str(error).splitlines()[0]}).") from error


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


def _inputs(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Which of the inputs differ, and whether the program does."""
    for what, column in (
        ("survey.yml", "survey.codebook_sha256"),
        ("claims.yml and claims.csv", "publication.claims_sha256"),
        ("the version of basecheck", "survey.basecheck_version"),
    ):
        table, _, name = column.partition(".")
        here, there = (_rows(connection, f"SELECT {name} FROM {side}.raw.{table}") for side in SIDES)
        if here != there:
            yield f"{what}: {_one(here)} here, {_one(there)} there"
    here_files, there_files = (dict(_rows(connection, f"SELECT file, sha256 FROM {side}.raw.files")) for side in SIDES)
    for file in sorted({file for file, _ in here_files.items() ^ there_files.items()}):
        yield f"{file}: {_which(file in here_files, file in there_files, 'another content')}"


def _one(rows: Sequence[tuple[Any, ...]]) -> str:
    return str(rows[0][0]) if rows else "none"


def _which(is_here: bool, is_there: bool, otherwise: str) -> str:
    return otherwise if is_here and is_there else "only here" if is_here else "only there"


def _tables(connection: duckdb.DuckDBPyConnection, keys: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """What differs table by table."""
    here, there = (_columns(connection, side) for side in SIDES)
    for table in sorted(here.keys() ^ there.keys()):
        yield f"{table}: {_which(table in here, table in there, '')}"
    for table in sorted(here.keys() & there.keys()):
        told = _of_table(connection, table, here[table], there[table], keys.get(table, ()))
        yield from (f"{table}: {line}" for line in told)


def _of_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    here: Mapping[str, str],
    there: Mapping[str, str],
    key: Sequence[str],
) -> Iterator[str]:
    """What differs in a table that both have: its columns, and the rows in the columns that are alike."""
    unlike = {name for name, _ in here.items() ^ there.items()}
    for name in sorted(unlike):
        yield f"column {name}: {_which(name in here, name in there, 'another type')}"
    shared = [name for name in here if name not in (*unlike, *SET_ASIDE)]
    if shared and not _is_same_to_the_last_row(connection, table, shared):
        yield from _rows_of(connection, table, shared, [name for name in key if name in shared])


def _columns(connection: duckdb.DuckDBPyConnection, side: str) -> dict[str, dict[str, str]]:
    """By table, the types of its columns."""
    found: dict[str, dict[str, str]] = {}
    for table, column, type in _rows(
        connection,
        "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() "
        f"WHERE database_name = '{side}' ORDER BY schema_name, table_name, column_index",
    ):
        found.setdefault(table, {})[column] = type
    return found


def _rows_of(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], key: Sequence[str]
) -> Iterator[str]:
    """What differs between the rows of one table, by its key or, without one, by all that stands in a row."""
    here, there = (_rows_only_in(connection, table, sides, columns, key) for sides in (SIDES, SIDES[::-1]))
    if not (here or there):
        yield "the same rows in another order"
    for alone, where in ((here.keys() - there.keys(), "here"), (there.keys() - here.keys(), "there")):
        if alone:
            yield f"{len(alone):,} rows only {where}: {_named(alone)}"
    if changed := here.keys() & there.keys():
        yield f"{len(changed):,} rows differ in {_differing(here, there, columns, changed)}: {_named(changed)}"


def _rows_only_in(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    sides: Sequence[str],
    columns: Sequence[str],
    key: Sequence[str],
) -> KeyedRows:
    """The rows of the first side that the second has not, by their key."""
    listed = ", ".join(f'"{name}"' for name in columns)
    only, other = (f"SELECT {listed} FROM {side}.{table}" for side in sides)
    places = [columns.index(name) for name in key or columns]
    return {tuple(str(row[at]) for at in places): row for row in _rows(connection, f"{only} EXCEPT ALL {other}")}


def _differing(here: KeyedRows, there: KeyedRows, columns: Sequence[str], keys: Collection[tuple[str, ...]]) -> str:
    """The columns in which any of these rows differ."""
    return ", ".join(name for at, name in enumerate(columns) if any(here[key][at] != there[key][at] for key in keys))


def _is_same_to_the_last_row(connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> bool:
    """Whether the rows are the same in the same order."""
    differs = " OR ".join(f'here."{name}" IS DISTINCT FROM there."{name}"' for name in columns)
    counts = {_rows(connection, f"SELECT count(*) FROM {side}.{table}")[0] for side in SIDES}
    return len(counts) == 1 and not _rows(
        connection,
        f"SELECT 1 FROM here.{table} AS here POSITIONAL JOIN there.{table} AS there WHERE {differs} LIMIT 1",
    )


def _named(keys: Collection[tuple[str, ...]]) -> str:
    """The first few rows, by their keys."""
    named = [" / ".join(part for part in key if part != "None") for key in sorted(keys)[:MOST_NAMED]]
    return "; ".join(named) + (" …" if len(keys) > MOST_NAMED else "")


def _names(connection: duckdb.DuckDBPyConnection, side: str, folder: Path) -> list[bytes]:
    """What a release's files call it and its inputs by."""
    hashes = _rows(connection, f"SELECT generation FROM {side}.raw.survey")
    hashes += _rows(connection, f"SELECT claims_sha256 FROM {side}.raw.publication")
    return [folder.name.encode(), *(str(one).encode() for (one,) in hashes if one)]


def _files(here: Path, there: Path, aside: Sequence[Sequence[bytes]]) -> Iterator[str]:
    """Which files differ, besides the database and the sums over all of them."""
    mine, others = (
        {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()} - {DATABASE, "SHA256SUMS"}
        for folder in (here, there)
    )
    for name in sorted(mine ^ others):
        yield f"{name}: {_which(name in mine, name in others, '')}"
    for name in sorted(mine & others):
        if name.endswith(".parquet"):
            if not _holds_the_same(here / name, there / name):
                yield f"{name}: other rows"
        elif _told(here / name, aside[0]) != _told(there / name, aside[1]):
            yield f"{name}: another content"


def _told(path: Path, aside: Sequence[bytes]) -> bytes:
    """A file without times and names."""
    content = TIMES.sub(b"", path.read_bytes())
    for name in aside:
        content = content.replace(name, b"")
    return content


def _holds_the_same(here: Path, there: Path) -> bool:
    """Whether two Parquet files have the same rows in the same order, whatever else is in them."""
    with closing(duckdb.connect(config=dict(SAFE_CONFIG))) as connection:
        asked = f"SELECT COLUMNS(lambda name: name NOT IN {SET_ASIDE}) FROM read_parquet(?)"
        rows = [connection.execute(asked, [str(path)]).fetchall() for path in (here, there)]
    return rows[0] == rows[1]
