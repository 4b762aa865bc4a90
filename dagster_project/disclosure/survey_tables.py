"""One survey's tables: which counts they show by its codebook, how they name them, and what its tallies hold of them.

Nothing is decided here and nothing written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import duckdb

from dagster_project.claims.decide.laws import NONE
from dagster_project.claims.read.survey import Question
from dagster_project.disclosure.counts import EVERYBODY, Block, Count, Row, Tables, rows_of, those_of

ByGroup = tuple[str | None, str | None]  # group_by and group_value: how the tables name a column; null for everybody
Given = list[
    tuple[frozenset[str] | None, int]
]  # how often each set of answers was given; None: not led to the question
MISSING = ("dont_know", "refused", "no_answer")


@dataclass(frozen=True)
class SurveyTables:
    """The tables of a survey, and `minimum`, the smallest count that they show; 0 where they show all.

    `kinds` says of each question's codes whether they are valid or in what way missing.
    """

    tables: Tables
    minimum: int
    kinds: Mapping[tuple[str, str], str]

    @cached_property
    def columns(self) -> Mapping[ByGroup, Count]:
        """Each column by its name in the tables."""
        found: dict[ByGroup, Count] = {(None, None): EVERYBODY}
        found |= {(by, value): those_of(by, value) for by, values in self.tables.groups.items() for value in values}
        return found

    @cached_property
    def names(self) -> Mapping[Count, ByGroup]:
        """The name of each column in the tables."""
        return {column: name for name, column in self.columns.items()}

    def block(self, question: str, group_by: str | None, group_value: str | None) -> Block:
        """A question in the column of that name."""
        return self.tables.blocks[question, self.columns[group_by, group_value]]


def read_survey_tables(connection: duckdb.DuckDBPyConnection) -> SurveyTables:
    """Which counts a survey's tables show, by its codebook."""
    [(minimum, open_records, has_wave)] = connection.execute(
        "SELECT minimum_cell, release_records, has_wave FROM raw.survey"
    ).fetchall()
    waves = connection.execute("SELECT wave FROM raw.waves ORDER BY position").fetchall() if has_wave else []
    groups = connection.execute("SELECT question FROM raw.questions WHERE is_group ORDER BY position").fetchall()
    kinds = connection.execute("SELECT question, answer, kind FROM raw.answers ORDER BY question, position").fetchall()
    return SurveyTables(
        Tables(_questions(connection), [group for (group,) in groups], [wave for (wave,) in waves]),
        0 if open_records else int(minimum),  # the records tell everything
        {(question, answer): kind for question, answer, kind in kinds},
    )


def _questions(connection: duckdb.DuckDBPyConnection) -> list[Question]:
    codes: dict[tuple[str, str], list[str]] = defaultdict(list)
    exclusive: dict[str, list[str]] = defaultdict(list)
    for question, answer, kind, is_exclusive in connection.execute(
        "SELECT question, answer, kind, coalesce(exclusive, false) FROM raw.answers ORDER BY question, position"
    ).fetchall():
        codes[question, kind].append(answer)
        if is_exclusive:
            exclusive[question].append(answer)
    nets: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for question, net, members in connection.execute(
        "SELECT question, net, list(answer ORDER BY answer) FROM raw.nets GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        nets[question][net] = tuple(members)
    admitting: dict[str, tuple[str, tuple[str, ...]]] = {}
    for question, asker, answers in connection.execute(
        """SELECT question, asked_if_question, list(asked_if_answer ORDER BY asked_if_answer)
        FILTER (WHERE asked_if_answer <> '') FROM raw.routing GROUP BY ALL"""
    ).fetchall():
        admitting[question] = asker, tuple(answers or ())  # a blank leads nobody on
    return [
        Question(
            question,
            tuple(codes[question, "valid"]),
            single=not takes_several,
            missing=tuple(code for kind in MISSING for code in codes[question, kind]),
            not_asked=tuple(codes[question, "not_asked"]),
            exclusive=tuple(exclusive[question]),
            asked_if=admitting.get(question),
            wave=wave,
            nets=nets[question],
        )
        for question, takes_several, wave in connection.execute(
            "SELECT question, takes_several, wave FROM raw.questions ORDER BY position"
        ).fetchall()
    ]


class Tallied:
    """Every count of the survey's tables, from its tallies."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, survey: SurveyTables) -> None:
        self.survey, self.tables = survey, survey.tables
        self._given: dict[Block, Given] = defaultdict(list)
        for question, group_by, group_value, answers, n in connection.execute(
            """SELECT question, group_by, group_value, answers, sum(n)::BIGINT FROM tallies.cells
            GROUP BY ALL ORDER BY ALL"""
        ).fetchall():
            of = None if answers is None else frozenset(answers or [NONE])
            self._given[survey.block(question, group_by, group_value)].append((of, n))
        self.counts: dict[Count, int] = {}
        for block, given in self._given.items():
            self._count(block, given)

    def _count(self, block: Block, given: Given) -> None:
        self.counts[block.column] = sum(n for _, n in given)
        if block.led is not None:
            self.counts[block.led] = sum(n for answers, n in given if answers is not None)
        for codes in self.tables.counted(block.question):
            several = block.those(*codes)
            self.counts[several] = sum(n for answers, n in given if answers and not answers.isdisjoint(codes))

    @property
    def blocks(self) -> Iterator[tuple[Block, ByGroup]]:
        """The blocks that have anybody, each with its group as the tables name it."""
        for block in self._given:
            yield block, self.survey.names[block.column]

    def answered(self, question: Question) -> dict[Count, int]:
        """How many answered a question, by the column in which anybody did."""
        blocks = [block for block in self._given if block.question is question]
        return {block.column: n for block in blocks if (n := self.counts[block.answered])}

    def rows(self, block: Block) -> Iterator[Row]:
        """The rows of a block that a table may show, by answer and kind."""
        yield from rows_of(block.question)
        options = {*block.question.answers, NONE}
        for code in dict.fromkeys(code for answers, _ in self._given[block] for code in answers or ()):
            if code not in options:
                yield code, self.survey.kinds[block.question.id, code]
        if any(answers is None for answers, _ in self._given[block]):
            yield "", "not_asked"
