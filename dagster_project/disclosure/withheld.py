"""What a survey withholds, as rows: decided on the tallies, before the published tables are built."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import duckdb

from dagster_project.claims.read.survey import Question
from dagster_project.disclosure.counts import ANY, EVERYBODY, Block, Count, has_rows
from dagster_project.disclosure.decide import Withheld, withhold
from dagster_project.disclosure.survey_tables import ByGroup, Tallied, read_survey_tables
from dagster_project.disclosure.tables import (
    COMPLEMENTARY,
    PRIMARY,
    WITHHELD,
    WITHHELD_BASES,
    WITHHELD_COUNTS,
    WITHHELD_TABLES,
)
from dagster_project.schema import Row, replace_all
from dagster_project.warehouse import survey_key, transaction


@dataclass(frozen=True)
class Decision:
    """How many rows and bases are withheld, and how many of the rows because they are small themselves."""

    rows: int
    small: int
    bases: int


def withhold_counts(connection: duckdb.DuckDBPyConnection) -> Decision:
    """Decide what the published tables withhold, and replace `disclosure.withheld` and `withheld_bases`.

    Nothing is withheld where `minimum_cell` is 0, or where the release carries the records anyway.
    """
    key, survey = survey_key(connection), read_survey_tables(connection)
    rows: list[Row] = []
    bases: list[Row] = []
    if survey.minimum > 1 and _has_small_counts(connection, survey.minimum):
        tallied = Tallied(connection, survey)
        chosen = withhold(survey.tables, tallied.counts, survey.minimum)
        rows = [*_rows(tallied, chosen), *_rows_of_numbers(tallied, chosen)]
        bases = list(_bases(tallied, chosen))
    of_all = {"survey": key.survey, "generation": key.generation, "reason": WITHHELD}
    with transaction(connection):
        replace_all(connection, {WITHHELD_COUNTS: rows, WITHHELD_BASES: bases}, key=of_all)
        _tell_margins(connection, survey.minimum, withholds=bool(rows))
        _tell_statistics(connection, withholds=bool(rows))
    return Decision(len(rows), sum(row["role"] == PRIMARY for row in rows), len(bases))


def make_withheld_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the two tables, empty, where they are missing, so that dbt finds its sources."""
    for table in WITHHELD_TABLES:
        table.make_unless_there(connection)


def _tell_margins(connection: duckdb.DuckDBPyConnection, minimum: int, *, withholds: bool) -> None:
    """Show the sample's numbers in raw.weighting_margins where none is small and nothing else is withheld.

    They count respondents by the same answers as the published tables, and would give away what these withhold.
    """
    connection.execute(
        """UPDATE raw.weighting_margins SET n = CASE WHEN is_told THEN n_in_full END,
            share_before = CASE WHEN is_told THEN share_before_in_full END
        FROM (
            SELECT NOT ($withholds OR exists(
                FROM raw.weighting_margins WHERE n_in_full > 0 AND n_in_full < $minimum
            )) AS is_told
        )""",
        {"withholds": withholds, "minimum": minimum},
    )


def _tell_statistics(connection: duckdb.DuckDBPyConnection, *, withholds: bool) -> None:
    """Say in raw.survey whether statistics are told in full: where a count is withheld, they would tell it.

    By weights, strata and waves a standard error or a weighted share of the whole is a sum over its groups, and of
    weights that were made from the sample's own counts each is such a sum. What the weights came to is not told then.
    """
    [(weighted, is_complex)] = connection.execute(
        "SELECT weighted, weighted OR has_stratum OR has_sampling_unit OR has_wave FROM raw.survey"
    ).fetchall()
    is_coarse = withholds and is_complex
    heaviest = _heaviest(connection) if is_coarse and weighted else 1.0
    connection.execute("UPDATE raw.survey SET coarse_by = ?", [heaviest if is_coarse else None])
    if withholds:
        connection.execute(
            """UPDATE raw.weighting SET rounds = NULL, largest_gap = NULL, n_trimmed = NULL, n_kish_before = NULL,
            n_kish = NULL, deff_before = NULL, deff = NULL, weight_min = NULL, weight_max = NULL"""
        )


def _heaviest(connection: duckdb.DuckDBPyConnection) -> float:
    """The greatest weight over their mean."""
    computed = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'records' AND table_name = 'weights'"
    ).fetchall()
    weight, table = ("final_weight", "weights") if computed[0][0] else ("weight", "records")
    [(heaviest,)] = connection.execute(f"SELECT max({weight}) / avg({weight}) FROM records.{table}").fetchall()
    return float(heaviest)


def _has_small_counts(connection: duckdb.DuckDBPyConnection, minimum: int) -> bool:
    """Whether there is any count of fewer respondents that could be withheld."""
    small = "HAVING sum(n) > 0 AND sum(n) < $minimum"
    found = connection.execute(
        f"""SELECT exists(SELECT 1 FROM tallies.tallies WHERE kind IN ('valid', 'net', 'none')
            GROUP BY question, answer, kind, group_by, group_value {small})
        OR exists(SELECT 1 FROM tallies.respondents WHERE kind <> 'not_asked'
            GROUP BY question, group_by, group_value {small})
        OR exists(SELECT 1 FROM tallies.respondents GROUP BY question, group_by, group_value {small})""",
        {"minimum": minimum},
    ).fetchall()
    return bool(found[0][0])


def _rows(tallied: Tallied, chosen: Withheld) -> Iterator[Row]:
    for block, group in tallied.blocks:
        without_base, of_small_base = _has_base_in(block, chosen.counts), _has_base_in(block, chosen.primary)
        for answer, kind in dict.fromkeys(tallied.rows(block)):
            count = block.cells.get((answer, kind))
            if without_base or count in chosen.counts:
                is_small = of_small_base or count in chosen.primary
                yield _row(block.question, answer, kind, group, is_small=is_small)


def _row(question: Question, answer: str, kind: str, group: ByGroup, *, is_small: bool) -> Row:
    group_by, group_value = group
    return {
        "question": question.id,
        "answer": answer,
        "kind": kind,
        "group_by": group_by,
        "group_value": group_value,
        "role": PRIMARY if is_small else COMPLEMENTARY,
    }


def _bases(tallied: Tallied, chosen: Withheld) -> Iterator[Row]:
    for block, (group_by, group_value) in tallied.blocks:
        if _has_base_in(block, chosen.counts):
            for rule in ("answered", "routed", "all") if block.column in chosen.counts else ("answered", "routed"):
                yield {
                    "question": block.question.id,
                    "base_rule": rule,
                    "group_by": group_by,
                    "group_value": group_value,
                }


def _has_base_in(block: Block, withheld: Collection[Count]) -> bool:
    """Whether what the block divides by is withheld."""
    return block.column in withheld or block.led in withheld


def _rows_of_numbers(tallied: Tallied, chosen: Withheld) -> Iterator[Row]:
    """Numbers of too few respondents, and of a further group where the whole sample would give them away."""
    names, blocks = tallied.survey.names, tallied.tables.blocks
    for question in tallied.tables.questions.values():
        if not has_rows(question):
            answered = tallied.answered(question)
            small = {column for column, n in answered.items() if n < tallied.survey.minimum}
            small |= {column for column in answered if _has_base_in(blocks[question.id, column], chosen.counts)}
            for column in _with_others(tallied, answered, small):
                yield _row(question, ANY, "valid", names[column], is_small=column in small)


def _with_others(tallied: Tallied, answered: Mapping[Count, int], small: Collection[Count]) -> list[Count]:
    """The columns whose numbers go, until none is the whole sample less the groups that are shown."""
    names, hidden = tallied.survey.names, set(small)
    sums = [columns & answered.keys() for columns in tallied.tables.sums()]
    while more := [shown for columns in sums if len(columns & hidden) == 1 and (shown := columns - hidden)]:
        hidden.add(min(more[0], key=lambda column: (column == EVERYBODY, answered[column], repr(names[column]))))
    return sorted(hidden, key=lambda column: repr(names[column]))
