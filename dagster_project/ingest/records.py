"""Guarded text to the one wide typed table, and to rejects: every line read becomes one or the other.

The typing happens in the database, in one statement. Column names are the codebook's checked
identifiers; codes, labels, headers and separators travel as parameters or rows, never as SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from dagster_project.codebook import CODEBOOK_FILE, Codebook, Question, QuestionType, RecordFormat, SurveyFolder
from dagster_project.codebook.located import read_yaml
from dagster_project.codebook.model import DESIGN_COLUMNS, RESPONDED, Records
from dagster_project.errors import InputError
from dagster_project.ingest.codebook_tables import generation_of
from dagster_project.ingest.guard import (
    GuardedFile,
    check_present,
    read_csv_batches,
    read_parquet_batches,
    record_format,
)
from dagster_project.ingest.weighting import prepare_weights
from dagster_project.warehouse import insert_rows, survey_key, transaction

if TYPE_CHECKING:
    import pyarrow as pa

NUMBER = "[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?"
PROBLEM = 'STRUCT("column" VARCHAR, "value" VARCHAR, reason VARCHAR)'
MOST_CODES_NAMED = 10  # in the reason of a reject, of which there may be millions


@dataclass(frozen=True)
class FileAccount:
    """What became of one record file's lines; always `rows_read == rows_accepted + rows_rejected`.

    `rows_responded` of those accepted are of respondents: all, unless the survey has a column of dispositions.
    """

    file: str
    sha256: str
    bytes: int
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    rows_responded: int


def write_records(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder) -> list[FileAccount]:
    """Read every record file and replace records, rejects and files in one transaction.

    The codebook's tables must be there, of the same inputs. Raises `InputError` for a file that cannot be
    taken as a whole; a single line that breaks the codebook becomes a reject. Nothing changes on an error.
    A survey without records gets the same tables, empty.
    """
    sheet = _Sheet(folder.codebook)
    connection.execute("SET enable_external_access = false")  # the files come through the guard, never by SQL
    with transaction(connection):
        files = _load(connection, folder, sheet)
        generation = generation_of(folder, [file.sha256 for file in files])
        if generation != survey_key(connection).generation:
            raise InputError(
                f"{folder.folder}: survey.yml or a record file changed since the codebook was read; "
                "materialize the codebook again, then the records."
            )
        return _replace_tables(connection, folder, sheet, files, generation)


@dataclass(frozen=True)
class _Cell:
    """One typed column of the records table: the SQL of its value, and of what can be wrong with it."""

    name: str
    sql_type: str
    value: str
    problems: tuple[tuple[str, str, str, str], ...]  # condition, header (no SQL), raw value, reason


class _Sheet:
    """How the staged text columns `c0, c1, …` become the records table's columns, for one codebook."""

    def __init__(self, codebook: Codebook) -> None:
        self.codebook = codebook
        self.decimal_mark = codebook.records.decimal_mark if codebook.records else "."
        self.wanted: list[str] = []
        self.parameters: dict[str, Any] = {}
        self.cells: list[_Cell] = []
        # who did not respond need not have a weight or a place in the design
        self.responded = self._responded()
        for name in DESIGN_COLUMNS:
            column = getattr(codebook, name)
            if column is not None:
                self.cells.append(self._design_cell(name, column))
        for question in codebook.questions:
            self.cells.extend(self._question(question))

    @property
    def coded(self) -> list[Question]:
        """The questions whose codes become an ENUM type."""
        return [question for question in self.codebook.questions if question.options]

    def problem_list(self) -> str:
        """SQL of the list of problems of a staged line, in the order of the columns."""
        problems = [problem for cell in self.cells for problem in cell.problems]
        headers = dict.fromkeys(header for _, header, *_ in problems)
        named = {header: self._parameter(f"header_{at}", header) for at, header in enumerate(headers)}
        cases = [
            f"CASE WHEN {condition} "
            f"THEN {{'column': {named[header]}, 'value': {raw}, 'reason': {reason}}}::{PROBLEM} END"
            for condition, header, raw, reason in problems
        ]
        any_problem = " OR ".join(f"({condition})" for condition, *_ in problems) or "false"
        return f"""CASE
            WHEN broken IS NOT NULL THEN [{{'column': NULL, 'value': raw_line, 'reason': broken}}]::{PROBLEM}[]
            WHEN {any_problem} THEN list_filter([{", ".join(cases)}]::{PROBLEM}[], lambda found: found IS NOT NULL)
            ELSE []::{PROBLEM}[] END"""

    def _column(self, header: str) -> tuple[str, str]:
        """The staged column of a header's name, and that name."""
        self.wanted.append(header)
        return f"c{len(self.wanted) - 1}", header

    def _parameter(self, name: str, value: Any) -> str:
        self.parameters[name] = value
        return f"${name}"

    def _responded(self) -> str:
        """SQL of whether a staged line is of somebody who responded."""
        if self.codebook.disposition is None:
            return "true"
        staged, _ = self._column(self.codebook.disposition)
        codes = [code for code, meaning in self.codebook.dispositions.items() if meaning in RESPONDED]
        return f"list_contains({self._parameter('responded', codes)}::VARCHAR[], {staged})"

    def _design_cell(self, name: str, column: str) -> _Cell:
        """A column of the design: blank only for somebody who did not respond, and never without identifier or wave."""
        staged, header = self._column(column)
        always = name in ("respondent", "wave", "disposition")
        blank = f"{staged} = ''" if always else f"{self.responded} AND {staged} = ''"
        problems = [(blank, header, staged, f"'the {name.replace('_', ' ')} is missing'")]
        if name in ("weight", "population"):
            value = self._to_number(staged)
            problems.append((f"{staged} <> '' AND {value} IS NULL", header, staged, "'not a number'"))
            return _Cell(name, "DOUBLE", value, tuple(problems))
        if name == "wave":
            known = self._parameter("waves", [wave.id for wave in self.codebook.waves]) + "::VARCHAR[]"
            unknown = "'no wave of this survey; declare it under waves in survey.yml'"
            problems.append((f"{staged} <> '' AND NOT list_contains({known}, {staged})", header, staged, unknown))
        if name == "disposition":
            codes = self._parameter("dispositions", list(self.codebook.dispositions)) + "::VARCHAR[]"
            meanings = [meaning.value for meaning in self.codebook.dispositions.values()]
            unknown = "'no code of dispositions in survey.yml'"
            problems.append((f"{staged} <> '' AND NOT list_contains({codes}, {staged})", header, staged, unknown))
            value = f"({self._parameter('meanings', meanings)}::VARCHAR[])[list_position({codes}, {staged})]"
            return _Cell(name, "VARCHAR", value, tuple(problems))
        return _Cell(name, "VARCHAR", f"nullif({staged}, '')", tuple(problems))

    def _to_number(self, staged: str) -> str:
        plain = f"replace({staged}, ',', '.')" if self.decimal_mark == "," else staged
        readable = f"regexp_full_match({plain}, '{NUMBER}')"
        if self.decimal_mark == ",":
            readable += f" AND NOT contains({staged}, '.')"
        value = f"TRY_CAST({plain} AS DOUBLE)"
        return f"CASE WHEN {readable} AND isfinite({value}) THEN {value} END"

    def _question(self, question: Question) -> list[_Cell]:
        if question.type is QuestionType.single:
            return [self._single(question)]
        if question.type is QuestionType.multiple:
            return [self._joined(question) if question.columns is None else self._indicators(question)]
        return self._open(question)

    def _open(self, question: Question) -> list[_Cell]:
        """A number or words, and beside it the missing code that stood in its place."""
        staged, header = self._column(question.source_columns()[0])
        gone = f"({staged} = '' OR list_contains({self._missing(question)}, {staged}))"
        if question.type is QuestionType.text:
            cells = [_Cell(question.id, "VARCHAR", f"CASE WHEN NOT {gone} THEN {staged} END", ())]
        else:
            value = self._to_number(staged)
            unreadable = (f"NOT {gone} AND {value} IS NULL", header, staged, "'not a number'")
            cells = [_Cell(question.id, "DOUBLE", f"CASE WHEN NOT {gone} THEN {value} END", (unreadable,))]
        code = f"CASE WHEN {gone} AND {staged} <> '' THEN {staged} END"
        return [*cells, _Cell(f"{question.id}__missing", "VARCHAR", code, ())]

    def _single(self, question: Question) -> _Cell:
        staged, header = self._column(question.source_columns()[0])
        enum = f'records."{question.id}"'
        value = f"TRY_CAST(nullif({staged}, '') AS {enum})"
        unknown = (f"{staged} <> '' AND {value} IS NULL", header, staged, self._unknown_code(question))
        return _Cell(question.id, enum, value, (unknown,))

    def _joined(self, question: Question) -> _Cell:
        """Several codes in one cell, between separators."""
        staged, header = self._column(question.source_columns()[0])
        separator = self._parameter(f"separator_{question.id}", question.separator)
        parts = f"string_split({staged}, {separator})"
        enum = f'records."{question.id}"'
        known = f"list_transform({parts}, lambda code: TRY_CAST(code AS {enum}))"
        problems = (
            (f"len(list_filter({known}, lambda code: code IS NULL)) > 0", self._unknown_code(question)),
            (f"len(list_distinct({parts})) < len({parts})", "'a code stands twice'"),
            (self._not_alone(question, parts), "'a code that must stand alone stands beside others'"),
        )
        return _Cell(
            question.id,
            f"{enum}[]",
            f"CASE WHEN {staged} <> '' THEN {known} END",
            tuple((f"{staged} <> '' AND {condition}", header, staged, reason) for condition, reason in problems),
        )

    def _indicators(self, question: Question) -> _Cell:
        """One column per option: chosen, not chosen, blank in all of them, or a missing code in all."""
        assert question.columns is not None
        selected = self._parameter(f"selected_{question.id}", question.selected) + "::VARCHAR[]"
        not_selected = self._parameter(f"not_selected_{question.id}", question.not_selected) + "::VARCHAR[]"
        enum = f'records."{question.id}"'
        columns = [(code, *self._column(header)) for code, header in question.columns.items()]
        _, first, first_header = columns[0]
        alike = " AND ".join(f"{staged} = {first}" for _, staged, _ in columns)
        gone = f"({alike}) AND list_contains({self._missing(question)}, {first})"
        blank = f"({alike}) AND {first} = '' AND NOT list_contains({not_selected}, '')"
        chosen = "list_filter([{}], lambda code: code IS NOT NULL)".format(
            ", ".join(
                f"CASE WHEN list_contains({selected}, {staged}) THEN {self._parameter(f'code_{staged}', code)} END"
                for code, staged, _ in columns
            )
        )
        marks = f"list_concat({selected}, {not_selected})"
        unmarked = "'marked neither as chosen nor as not chosen'"
        problems = [
            (
                f"NOT ({gone}) AND NOT ({blank}) AND NOT list_contains({marks}, {mark})",
                *(header, mark, unmarked),
            )
            for _, mark, header in columns
        ]
        alone = "'an option that must stand alone is chosen beside others'"
        problems.append((self._not_alone(question, chosen), first_header, f"array_to_string({chosen}, ' ')", alone))
        value = (
            f"CASE WHEN {blank} THEN NULL WHEN {gone} THEN [TRY_CAST({first} AS {enum})] "
            f"ELSE list_transform({chosen}, lambda code: TRY_CAST(code AS {enum})) END"
        )
        return _Cell(question.id, f"{enum}[]", value, tuple(problems))

    def _not_alone(self, question: Question, codes: str) -> str:
        """Whether a missing code or an exclusive option is in a list of several codes."""
        alone = [*self._missing_codes(question), *question.exclusive]
        return (
            f"len({codes}) > 1 AND list_has_any({codes}, {self._parameter(f'alone_{question.id}', alone)}::VARCHAR[])"
        )

    def _missing(self, question: Question) -> str:
        return self._parameter(f"missing_{question.id}", self._missing_codes(question)) + "::VARCHAR[]"

    def _missing_codes(self, question: Question) -> list[str]:
        return [code for code in self.codebook.missing_codes(question) if code]

    def _unknown_code(self, question: Question) -> str:
        codes = [answer.code for answer in self.codebook.answers(question) if answer.code]
        named = ", ".join(codes[:MOST_CODES_NAMED]) + (", …" if len(codes) > MOST_CODES_NAMED else "")
        return self._parameter(f"unknown_{question.id}", f"no code of question {question.id} (its codes: {named})")


def _load(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder, sheet: _Sheet) -> list[GuardedFile]:
    """Stage every file's wanted columns as text in the temporary table `staged`."""
    columns = "".join(f", c{at} VARCHAR" for at in range(len(sheet.wanted)))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE staged (__file INTEGER, source_line BIGINT, raw_line VARCHAR, broken VARCHAR"
        f"{columns})"
    )
    files: list[GuardedFile] = []
    records = folder.codebook.records
    if records is None:
        return files
    for position, name in enumerate(records.files):
        file = GuardedFile(folder.folder / name)
        check_present(file.path)
        for batch in _batches(file, records, sheet.wanted):
            connection.register("guarded_batch", batch)
            connection.execute("INSERT INTO staged SELECT ?, * FROM guarded_batch", [position])
            connection.unregister("guarded_batch")
        files.append(file)
    return files


def _batches(file: GuardedFile, records: Records, wanted: list[str]) -> Iterator[pa.RecordBatch]:
    is_csv = record_format(file.path, records) is RecordFormat.csv
    return (read_csv_batches if is_csv else read_parquet_batches)(file, records, wanted)


def _replace_tables(
    connection: duckdb.DuckDBPyConnection,
    folder: SurveyFolder,
    sheet: _Sheet,
    files: list[GuardedFile],
    generation: str,
) -> list[FileAccount]:
    names = "".join(f', "{cell.name}"' for cell in sheet.cells)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE record_files AS SELECT unnest($names::VARCHAR[]) AS source_file, "
        "unnest(range(len($names))) AS __file",
        {"names": [file.name for file in files]},
    )
    _replace_enums(connection, sheet)
    _judge(connection, sheet)
    connection.execute(
        f"CREATE TABLE records.records AS SELECT source_file, source_line{names} FROM judged "
        "JOIN record_files USING (__file) WHERE len(__problems) = 0 ORDER BY __file, source_line"
    )
    _check_population(connection, folder)
    prepare_weights(connection, folder.codebook)
    connection.execute(
        """CREATE OR REPLACE TABLE raw.rejects AS
        SELECT $survey AS survey, $generation AS generation, source_file, source_line,
            __problems[1]['column'] AS column_name, __problems[1]['value'] AS value, __problems[1].reason AS reason,
            __problems AS problems
        FROM judged JOIN record_files USING (__file) WHERE len(__problems) > 0 ORDER BY __file, source_line""",
        {"survey": folder.survey, "generation": generation},
    )
    accounts = _accounts(connection, folder.codebook, files)
    _check_asked(folder, accounts)
    connection.execute(
        "CREATE OR REPLACE TABLE raw.files (survey VARCHAR, generation VARCHAR, file VARCHAR, sha256 VARCHAR, "
        "bytes BIGINT, rows_read BIGINT, rows_accepted BIGINT, rows_rejected BIGINT, rows_responded BIGINT)"
    )
    rows = [(folder.survey, generation, *vars(account).values()) for account in accounts]
    insert_rows(connection, "raw.files", rows)
    connection.execute("DROP TABLE staged; DROP TABLE judged; DROP TABLE record_files")
    return accounts


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
    if not accepted <= asked <= accepted + rejected:
        rejects = f" and {rejected:,} rejected line{'s' * (rejected > 1)}" if rejected else ""
        raise read_yaml(folder.folder / CODEBOOK_FILE).error(
            ("asked",),
            f"{asked:,} were asked, and the record files hold {accepted:,} cases{rejects}; with a disposition every "
            "case has a line, so mend the number or leave it out.",
        )


def _replace_enums(connection: duckdb.DuckDBPyConnection, sheet: _Sheet) -> None:
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


def _judge(connection: duckdb.DuckDBPyConnection, sheet: _Sheet) -> None:
    """Type every staged line once into the temporary table `judged`, with the list of its problems.

    Its own columns begin with `__`, which no question's id holds. Of records with one identifier the first that is
    otherwise right stays.
    """
    typed = "".join(f', {cell.value} AS "{cell.name}"' for cell in sheet.cells)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE judged AS "
        f"SELECT __file, source_line, {sheet.problem_list()} AS __problems{typed} FROM staged",
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


def _accounts(connection: duckdb.DuckDBPyConnection, codebook: Codebook, files: list[GuardedFile]) -> list[FileAccount]:
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
    accounts = []
    for file in files:
        accepted, rejected, responded = (by_file.get(file.name, 0) for by_file in counted.values())
        if accepted + rejected != file.rows_read:
            raise AssertionError(f"{file.path}: {file.rows_read} lines read, {accepted} + {rejected} accounted for")
        accounts.append(FileAccount(file.name, file.sha256, file.bytes, file.rows_read, accepted, rejected, responded))
    return accounts
