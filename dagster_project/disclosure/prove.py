"""The proof that no withheld count can be worked out, from what the published tables show and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import duckdb

from dagster_project.disclosure.attack import Range, left_of
from dagster_project.disclosure.counts import ANY, EVERYBODY, Block, Count, has_rows
from dagster_project.disclosure.survey_tables import SurveyTables, read_survey_tables
from dagster_project.disclosure.tables import PROOF, TableCell
from dagster_project.disclosure.told import told_by_statistics
from dagster_project.schema import Row, replace_all
from dagster_project.warehouse import survey_key, transaction

# of these the tables say how many respondents gave them, and nothing else
ANSWERS = ("valid", "net", "none")
_MEND_GROUPS = "join groups that are small, or set minimum_cell"
_MEND_ANSWERS = "few gave one of its answers; join answers, or set minimum_cell"


@dataclass(frozen=True)
class Proof:
    """How many withheld counts were looked at, and how many of them can be worked out."""

    counts: int
    recoverable: int


def prove_withheld(connection: duckdb.DuckDBPyConnection) -> Proof:
    """Work out the range of every withheld count from the published tables alone; replace `audit.disclosure`.

    A count whose range is a single number above 0 is recoverable, and so is a small one that is shown after all; that
    nobody gave an answer is no secret.
    """
    key, survey = survey_key(connection), read_survey_tables(connection)
    rows: list[Row] = []
    if survey.minimum > 1 and _withholds(connection, survey.minimum):
        told = told_by_statistics(connection)
        rows = [*_left_of_counts(_Published(connection, survey), told), *_left_of_numbers(connection, survey)]
        mends = _mends(connection)
        rows = [{**row, "mend": mends.get(row["group_by"], _MEND_ANSWERS)} for row in rows]
    with transaction(connection):
        replace_all(connection, {PROOF: rows}, key=vars(key))
    return Proof(len(rows), sum(row["recoverable"] for row in rows))


def _withholds(connection: duckdb.DuckDBPyConnection, minimum: int) -> bool:
    """Whether a published table has a count that it does not show, or one that it should not."""
    found = connection.execute(
        """SELECT exists(FROM marts.toplines WHERE n IS NULL OR n BETWEEN 1 AND $most)
        OR exists(FROM marts.crosstabs WHERE n IS NULL OR n BETWEEN 1 AND $most)
        OR exists(FROM marts.bases WHERE base_rule <> 'asked' AND (n_base IS NULL OR n_base BETWEEN 1 AND $most))
        OR exists(FROM marts.quantities WHERE withheld OR n_base BETWEEN 1 AND $most)""",
        {"most": minimum - 1},
    ).fetchall()
    return bool(found[0][0])


def _left_of_counts(published: _Published, told: Collection[TableCell]) -> Iterator[Row]:
    tables, known = published.survey.tables, published.known
    ranges = left_of(tables, known, set(published.withheld.values()))
    for cell, count in published.withheld.items():
        n = known.get(count)
        left = ranges.get(count, Range(0, known[EVERYBODY])) if n is None else Range(n, n)
        is_one = left.low == left.high > 0 and count not in tables.open
        low, high = (left.low, left.high) if left.is_all else (None, None)
        yield _row(cell, low, high, recoverable=is_one or cell in told)


def _left_of_numbers(connection: duckdb.DuckDBPyConnection, survey: SurveyTables) -> Iterator[Row]:
    """Withheld means and totals; recoverable where all others of a sum are shown. What they could be has no range."""
    hidden: dict[str, dict[Count, bool]] = defaultdict(dict)
    for question, group_by, group_value, is_withheld in connection.execute(
        "SELECT DISTINCT question, group_by, group_value, withheld FROM marts.quantities ORDER BY ALL"
    ).fetchall():
        if not has_rows(survey.tables.questions[question]):
            hidden[question][survey.columns[group_by, group_value]] = is_withheld
    for question, by_column in hidden.items():
        sums = [columns & by_column.keys() for columns in survey.tables.sums()]
        for column in filter(by_column.__getitem__, by_column):
            alone = [len(of) > 1 and sum(map(by_column.__getitem__, of)) == 1 for of in sums if column in of]
            cell = TableCell(question, ANY, "valid", *survey.names[column])
            yield _row(cell, None, None, recoverable=any(alone))


def _mends(connection: duckdb.DuckDBPyConnection) -> Mapping[str, str]:
    """Of each group variable its smallest group, which as a rule has the small counts, and what to do about it."""
    return {
        group_by: f"{group_by} = {value} has {'too few' if n is None else n} respondents; {_MEND_GROUPS}"
        for group_by, value, n in connection.execute(
            """SELECT group_by, first(group_value ORDER BY n_base NULLS FIRST, group_value),
                first(n_base ORDER BY n_base NULLS FIRST, group_value)
            FROM marts.bases WHERE base_rule = 'all' AND group_by IS NOT NULL AND n_base IS DISTINCT FROM 0
            GROUP BY group_by"""
        ).fetchall()
    }


def _row(cell: TableCell, low: int | None, high: int | None, *, recoverable: bool) -> Row:
    return {**cell._asdict(), "low": low, "high": high, "recoverable": recoverable}


class _Published:
    """Every count that the published tables show, and the cell of every one that they withhold."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, survey: SurveyTables) -> None:
        self.survey = survey
        self.known: dict[Count, int] = {}
        self.withheld: dict[TableCell, Count] = {}
        seen = {EVERYBODY, *self._take_bases(connection)}
        for column in survey.columns.values():
            if column not in seen:
                self.known[column] = 0  # a group that no table has is one of nobody
        with_none = {block for table in ("toplines", "crosstabs") for block in self._take_rows(connection, table)}
        for block in survey.tables.blocks.values():
            if block.column in seen and block.none is not None and block not in with_none:
                self.known.setdefault(block.none, 0)  # that row stands only where somebody chose none
        self._take_response_rates(connection)

    def _take_bases(self, connection: duckdb.DuckDBPyConnection) -> Iterator[Count]:
        """Take note of `marts.bases`; the columns that it has."""
        for question, rule, group_by, group_value, n in connection.execute(
            "SELECT question, base_rule, group_by, group_value, n_base FROM marts.bases WHERE base_rule <> 'asked'"
        ).fetchall():
            block = self.survey.block(question, group_by, group_value)
            if block.led is not None or rule == "all":
                base = {"answered": block.answered, "routed": block.routed, "all": block.column}[rule]
                self._take(base, n, TableCell(question, None, None, group_by, group_value, rule))
            yield block.column

    def _take_rows(self, connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[Block]:
        """Take note of a table of results; the blocks in which it says how many chose none of several."""
        kinds = ", ".join(f"'{kind}'" for kind in ANSWERS)
        for question, answer, kind, group_by, group_value, n in connection.execute(
            f"SELECT question, answer, kind, group_by, group_value, n FROM marts.{table} WHERE kind IN ({kinds})"
        ).fetchall():
            block = self.survey.block(question, group_by, group_value)
            count = block.cells.get((answer, kind))
            if count is not None:
                self._take(count, n, TableCell(question, answer, kind, group_by, group_value))
            if kind == "none":
                yield block

    def _take_response_rates(self, connection: duckdb.DuckDBPyConnection) -> None:
        for question, asked, answered, missing in connection.execute(
            """SELECT question, n_asked, n_answered, n_dont_know + n_refused + n_no_answer
            FROM marts.response_rates WHERE measure = 'item'"""
        ).fetchall():
            block = self.survey.block(question, None, None)
            self._take(block.routed, asked)
            self._take(block.answered, answered)
            if block.question.missing:
                self._take(block.those(*block.question.missing), missing)

    def _take(self, count: Count, n: int | None, cell: TableCell | None = None) -> None:
        if n is not None:
            self.known.setdefault(count, n)
        is_small = n is not None and 0 < n < self.survey.minimum and count in self.survey.tables.sensitive
        if cell is not None and (n is None or is_small):
            self.withheld[cell] = count
