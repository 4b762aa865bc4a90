"""Guarded text to the one wide typed table, and to rejects: every line read becomes one or the other.

The typing happens in the database, in one statement, whose parts `columns` makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import duckdb

from dagster_project.codebook import CODEBOOK_FILE, RESPONDED, Codebook, SurveyFolder
from dagster_project.codebook.located import read_yaml
from dagster_project.errors import InputError
from dagster_project.formats import RecordFile
from dagster_project.ingest.codebook_tables import generation_of
from dagster_project.ingest.columns import PROBLEM, Sheet
from dagster_project.ingest.guard import read_batches
from dagster_project.ingest.weighting import prepare_weights
from dagster_project.schema import GENERATION, SURVEY, Column, Table, public, replace_all
from dagster_project.warehouse import survey_key, transaction

RECORDS = Table(
    "records",
    "records",
    "One row per record, in the order of the files; the columns of the sample and of the questions are its codebook's",
    (
        Column("source_file", "VARCHAR", "The record file"),
        Column("source_line", "BIGINT", "The line on which the record begins; its row, where a file has no lines"),
    ),
)
FILES = Table(
    "raw",
    "files",
    "One row per record file; rows read = rows accepted + rows rejected",
    (
        SURVEY,
        GENERATION,
        public("file", "VARCHAR", "The file's name"),
        public("sha256", "VARCHAR", "The SHA-256 of its bytes as they were read"),
        public("bytes", "BIGINT", "How many bytes it has"),
        public("rows_read", "BIGINT", "How many records it has, broken ones included"),
        public("rows_accepted", "BIGINT", "How many of them are records"),
        public("rows_rejected", "BIGINT", "How many of them are rejects"),
        public("rows_responded", "BIGINT", "How many of the records are of respondents"),
        public("same_as", "VARCHAR", "An earlier file with the same records; null if there is none"),
    ),
)
_LINE = (  # of what is wrong, which no release tells of
    SURVEY.kept,
    GENERATION.kept,
    Column("source_file", "VARCHAR", "The record file"),
    Column("source_line", "BIGINT", "The line of the file"),
)
REJECTS = Table(
    "raw",
    "rejects",
    "One row per line that could not be taken as a record",
    (
        *_LINE,
        Column("column_name", "VARCHAR", "The column that is wrong first; null where the line cannot be taken apart"),
        Column("value", "VARCHAR", "What stands there, or the whole line"),
        Column("reason", "VARCHAR", "What is wrong with it"),
        Column("problems", f"{PROBLEM}[]", "All that is wrong with the line"),
    ),
)
SET_ASIDE = Table(
    "raw",
    "set_aside",
    "One row per cell that holds no answer of its question, where the codebook takes that for a missing answer",
    (
        *_LINE,
        Column("column_name", "VARCHAR", "The column"),
        Column("value", "VARCHAR", "What stands there"),
        Column("reason", "VARCHAR", "What is wrong with it"),
    ),
)
REASONS = Table(
    "raw",
    "reasons",
    "One row per reason for which lines were rejected or answers set aside, the most frequent first",
    (
        SURVEY,
        GENERATION,
        public("position", "INTEGER", "Its place by how often it is met"),
        public("becomes", "VARCHAR", "What it makes of the line: a reject, or a record with a missing answer"),
        public("column_name", "VARCHAR", "The column that is wrong; null where the line cannot be taken apart"),
        public("reason", "VARCHAR", "What is wrong; what differs from line to line stands as …"),
        public("lines", "BIGINT", "How many lines"),
        public("first_file", "VARCHAR", "The record file of the first of them"),
        public("first_line", "BIGINT", "Its line"),
    ),
)
RECORDS_TABLES = (RECORDS, FILES, REJECTS, SET_ASIDE, REASONS)
LEAST_ALIKE = 10  # records in the same order that two files of different bytes must share to be told as one


@dataclass(frozen=True)
class FileAccount:
    """What became of one record file's lines; always `rows_read == rows_accepted + rows_rejected`.

    `rows_responded` of those accepted are of respondents: all, unless the survey has a column of dispositions.
    `same_as` is an earlier file that holds the same.
    """

    file: str
    sha256: str
    bytes: int
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    rows_responded: int
    same_as: str | None


def write_records(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder) -> list[FileAccount]:
    """Read every record file and replace records, rejects and files in one transaction.

    The codebook's tables must be there, of the same inputs. Raises `InputError` for a file that cannot be
    taken as a whole; a single line that breaks the codebook becomes a reject. Nothing changes on an error.
    A survey without records gets the same tables, empty.
    """
    sheet = Sheet(folder.codebook)
    connection.execute("SET enable_external_access = false")  # the files come through the guard, never by SQL
    with transaction(connection):
        files = _load(connection, folder, sheet)
        generation = generation_of(folder, [file.sha256 for file in files])
        if generation != survey_key(connection).generation:
            raise InputError(
                f"{folder.folder}: survey.yml or a record file changed since the codebook was read; "
                "materialize the codebook again, then the records."
            )
        key = {"survey": folder.survey, "generation": generation}
        _replace_enums(connection, sheet)
        _judge(connection, sheet)
        _keep(connection, folder, key)
        _check_population(connection, folder)
        prepare_weights(connection, folder)
        accounts = _accounts(connection, folder.codebook, files)
        _check_asked(folder, accounts)
        replace_all(connection, {FILES: [vars(account) for account in accounts]}, key=key)
        connection.execute("DROP TABLE staged; DROP TABLE judged; DROP TABLE record_files")
        return accounts


def records_table(codebook: Codebook) -> Table:
    """records.records for one codebook: the columns of the sample and of the questions stand in it as well."""
    typed = (Column(one.name, one.sql_type, one.meaning) for one in Sheet(codebook).columns)
    return replace(RECORDS, columns=(*RECORDS.columns, *typed))


def _load(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder, sheet: Sheet) -> list[RecordFile]:
    """Stage every file's wanted columns as text in the temporary table `staged`, the files by their number."""
    columns = "".join(f", c{at} VARCHAR" for at in range(len(sheet.wanted)))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE staged (__file INTEGER, source_line BIGINT, raw_line VARCHAR, broken VARCHAR"
        f"{columns})"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE record_files AS SELECT unnest($names::VARCHAR[]) AS source_file, "
        "unnest(range(len($names))) AS __file",
        {"names": folder.codebook.record_files},
    )
    files = [RecordFile(folder.folder / name) for name in folder.codebook.record_files]
    records = folder.codebook.records
    if records is None:
        return files
    for position, file in enumerate(files):
        for batch in read_batches(file, records, sheet.wanted):
            connection.register("guarded_batch", batch)
            connection.execute("INSERT INTO staged SELECT ?, * FROM guarded_batch", [position])
            connection.unregister("guarded_batch")
        _check_told(connection, folder, sheet, file, position)
    return files


def _check_told(
    connection: duckdb.DuckDBPyConnection, folder: SurveyFolder, sheet: Sheet, file: RecordFile, position: int
) -> None:
    """Refuse a number or words that the file itself calls missing and the codebook takes for an answer."""
    for question in folder.codebook.questions:
        header = question.source_columns()[0]
        if question.options or header not in file.told:
            continue
        known = folder.codebook.missing_codes(question)
        staged = f"c{sheet.wanted.index(header)}"
        values = connection.execute(f"SELECT DISTINCT {staged} FROM staged WHERE __file = ? ORDER BY ALL", [position])
        for (value,) in values.fetchall():
            if value and value not in known and file.told[header].calls_missing(value):
                raise InputError(
                    f"{file.path}: column {header!r} calls {value} missing, and survey.yml takes it for an answer; "
                    f"add it to the missing codes of question {question.id}."
                )


def _keep(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder, key: Mapping[str, str]) -> None:
    """Put every judged line into the records or the rejects, both in the order of the files."""
    records = records_table(folder.codebook)
    records.make(connection)
    records.insert_from(
        connection,
        "SELECT * FROM judged JOIN record_files USING (__file) WHERE len(__problems) = 0 ORDER BY __file, source_line",
    )
    REJECTS.make(connection)
    REJECTS.insert_from(
        connection,
        """SELECT $survey AS survey, $generation AS generation, source_file, source_line,
            __problems[1]['column'] AS column_name, __problems[1]['value'] AS value, __problems[1].reason AS reason,
            __problems AS problems
        FROM judged JOIN record_files USING (__file) WHERE len(__problems) > 0 ORDER BY __file, source_line""",
        key,
    )
    SET_ASIDE.make(connection)
    SET_ASIDE.insert_from(
        connection,
        """SELECT $survey AS survey, $generation AS generation, source_file, source_line,
            cell['column'] AS column_name, cell['value'] AS value, cell.reason AS reason
        FROM (
            SELECT *, unnest(__forgiven) AS cell
            FROM judged JOIN record_files USING (__file) WHERE len(__problems) = 0 ORDER BY __file, source_line
        )""",
        key,
    )
    _sum_up(connection, key)


def _sum_up(connection: duckdb.DuckDBPyConnection, key: Mapping[str, str]) -> None:
    """Count the reasons; the file and line in one, of a record with the same identifier, are not told apart."""
    REASONS.make(connection)
    REASONS.insert_from(
        connection,
        """WITH lines AS (
            SELECT 'a reject' AS becomes, source_file, source_line, column_name, reason FROM raw.rejects
            UNION ALL
            SELECT 'a record with a missing answer', source_file, source_line, column_name, reason FROM raw.set_aside
        ), reasons AS (
            SELECT becomes, column_name,
                regexp_replace(reason, ' on line [0-9]+ of .* already$', ' on line … of … already') AS reason,
                count(*) AS lines, min((__file, source_line, source_file)) AS first
            FROM lines JOIN record_files USING (source_file) GROUP BY ALL
        )
        SELECT $survey AS survey, $generation AS generation,
            row_number() OVER (ORDER BY becomes DESC, lines DESC, first, column_name, reason) AS position,
            becomes, column_name, reason, lines, first[3] AS first_file, first[2] AS first_line
        FROM reasons ORDER BY position""",
        key,
    )


def _check_population(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder) -> None:
    """Refuse a stratum with two numbers of sampling units, or with fewer in the universe than in the sample."""
    book = folder.codebook
    if book.population is None:
        return
    stratum = ", ".join([name for name in ("wave", "stratum") if getattr(book, name)]) or "1"
    unit = "DISTINCT sampling_unit" if book.sampling_unit else "*"
    column = f"column {book.population!r} (population)"
    for *_, least, most, sampled, at in connection.execute(
        f"""SELECT {stratum}, min(population) AS least, max(population) AS most, count({unit}) AS sampled,
            arg_max(source_file || ', line ' || source_line, population) AS at
        FROM records.records WHERE population IS NOT NULL GROUP BY {stratum}
        HAVING least < most OR least < sampled ORDER BY ALL LIMIT 1"""
    ).fetchall():
        if least < most:
            raise InputError(
                f"{folder.folder / at}: {column} says {most:g}, and {least:g} on another line of the same stratum; "
                "give each stratum one number of sampling units."
            )
        raise InputError(
            f"{folder.folder / at}: {column} says that the stratum has {least:g} sampling units, and {sampled} were "
            "sampled; give the number in the universe."
        )


def _check_asked(folder: SurveyFolder, accounts: list[FileAccount]) -> None:
    """Refuse a number asked that cannot be the number of cases; a rejected line may be one or not."""
    asked = folder.codebook.asked
    if asked is None or folder.codebook.disposition is None:
        return
    accepted = sum(account.rows_accepted for account in accounts)
    rejected = sum(account.rows_rejected for account in accounts)
    if asked.high < accepted or asked.low > accepted + rejected:
        rejects = f" and {rejected:,} rejected line{'s' * (rejected > 1)}" if rejected else ""
        raise read_yaml(folder.folder / CODEBOOK_FILE).error(
            ("asked",),
            f"{asked.text} were asked, and the record files hold {accepted:,} cases{rejects}; with a disposition every "
            "case has a line, so mend the number or leave it out.",
        )


def _replace_enums(connection: duckdb.DuckDBPyConnection, sheet: Sheet) -> None:
    """Make one ENUM per coded question from the rows of raw.answers, in place of the last run's."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS records; DROP TABLE IF EXISTS records.records")
    old = connection.execute("SELECT type_name FROM duckdb_types() WHERE schema_name = 'records' AND NOT internal")
    for (name,) in old.fetchall():
        connection.execute(f'DROP TYPE records."{name}"')
    for question in sheet.coded:
        connection.execute(
            f"""CREATE TYPE records."{question.id}" AS ENUM (
            SELECT answer FROM raw.answers WHERE question = '{question.id}' AND answer <> '' ORDER BY position)"""
        )


def _judge(connection: duckdb.DuckDBPyConnection, sheet: Sheet) -> None:
    """Type every staged line once into the temporary table `judged`, with the list of its problems.

    Its own columns begin with `__`, which no question's id holds. Of records with one identifier the first that is
    otherwise right stays.
    """
    typed = "".join(f', {column.value} AS "{column.name}"' for column in sheet.columns)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE judged AS "
        f"SELECT __file, source_line, {sheet.problem_list()} AS __problems, "
        f"{sheet.forgiven_list()} AS __forgiven{typed} FROM staged",
        sheet.parameters,
    )
    if sheet.codebook.respondent is None:
        return
    connection.execute(
        f"""UPDATE judged SET __problems = [{{
            'column': $column, 'value': judged.respondent,
            'reason': 'this identifier stands on line ' || first_line || ' of ' || first_file || ' already'
        }}]::{PROBLEM}[]
        FROM (
            SELECT __file, source_line, first_value(source_line) OVER same AS first_line,
                first_value(source_file) OVER same AS first_file, row_number() OVER same AS occurrence
            FROM judged JOIN record_files USING (__file) WHERE len(__problems) = 0
            WINDOW same AS (PARTITION BY respondent ORDER BY __file, source_line)
        ) AS seen
        WHERE seen.occurrence > 1 AND seen.__file = judged.__file AND seen.source_line = judged.source_line""",
        {"column": sheet.codebook.respondent},
    )


def _accounts(connection: duckdb.DuckDBPyConnection, codebook: Codebook, files: list[RecordFile]) -> list[FileAccount]:
    """Count what became of each file's lines, in the tables themselves."""
    by_respondents = (
        "true" if codebook.disposition is None else f"disposition IN {tuple(one.value for one in RESPONDED)}"
    )
    counted: dict[str, dict[str, int]] = {}
    for what, table in (
        ("accepted", "records.records"),
        ("rejected", "raw.rejects"),
        ("responded", f"(FROM records.records WHERE {by_respondents})"),
    ):
        rows = connection.execute(f"SELECT source_file, count(*) FROM {table} GROUP BY source_file").fetchall()
        counted[what] = dict(rows)
    same = _same_as(connection, files)
    accounts = []
    for file in files:
        accepted, rejected, responded = (by_file.get(file.name, 0) for by_file in counted.values())
        if accepted + rejected != file.rows_read:
            raise AssertionError(f"{file.path}: {file.rows_read} lines read, {accepted} + {rejected} accounted for")
        accounts.append(
            FileAccount(
                file.name, file.sha256, file.bytes, file.rows_read, accepted, rejected, responded, same.get(file.name)
            )
        )
    return accounts


def _same_as(connection: duckdb.DuckDBPyConnection, files: list[RecordFile]) -> dict[str, str]:
    """The files that hold what an earlier one holds: the same bytes, or the same records in the same order.

    Two short files of different bytes may have the same few answers by chance, and are left alone.
    """
    if len(files) < 2:
        return {}
    rows = connection.execute(
        """SELECT __file, sum(hash(*COLUMNS(* EXCLUDE __file))::HUGEINT) FROM (
            SELECT * EXCLUDE source_line, row_number() OVER (PARTITION BY __file ORDER BY source_line) AS place
            FROM staged
        ) GROUP BY __file"""
    ).fetchall()
    held = {files[at].name: (files[at].rows_read, content) for at, content in rows}
    first: dict[object, str] = {}
    found: dict[str, str] = {}
    for file in files:
        content: list[object] = [file.sha256, held[file.name]]
        for one in content[: 1 if file.rows_read < LEAST_ALIKE else 2]:
            earlier = first.setdefault(one, file.name)
            if earlier != file.name:
                found.setdefault(file.name, earlier)
    return found
