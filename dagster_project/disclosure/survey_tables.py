"""Disclosure control: which counts a survey's published tables withhold, and the proof that none can be worked out.

`withhold_counts` decides on the tallies, before the published tables are built; `prove_withheld` reads what these
tables show, and nothing else, and works out what is left of every count that they do not. What follows from what is
`withholding`'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import duckdb

from dagster_project.codebook import QuestionType
from dagster_project.disclosure.withholding import (
    EVERYBODY,
    NONE,
    SECONDS,
    Block,
    Count,
    TableQuestion,
    Tables,
    Token,
    left_of,
    withhold,
)
from dagster_project.schema import GENERATION, PROVENANCE, SURVEY, Column, Row, Table, public, replace_all
from dagster_project.warehouse import survey_key, transaction

REASON = Column("reason", "VARCHAR", "What a reader is told of it")
WITHHELD_COUNTS = Table(
    "disclosure",
    "withheld",
    "One row per answer, whole sample or group, whose count is withheld",
    (
        SURVEY.kept,
        GENERATION.kept,
        Column("question", "VARCHAR", "The question's id"),
        Column("answer", "VARCHAR", "The answer's code, or the net's; * for the numbers of a quantity"),
        Column("kind", "VARCHAR", "valid, dont_know, refused, not_asked, no_answer, net or none: see tallies"),
        Column("group_by", "VARCHAR", "The group question; null for the whole sample"),
        Column("group_value", "VARCHAR", "The code of the group; null for the whole sample"),
        Column("role", "VARCHAR", "primary: it is small itself; complementary: it would give away one that is"),
        REASON,
    ),
)
WITHHELD_BASES = Table(
    "disclosure",
    "withheld_bases",
    "One row per base, whole sample or group, that is withheld",
    (
        SURVEY.kept,
        GENERATION.kept,
        Column("question", "VARCHAR", "The question's id"),
        Column("base_rule", "VARCHAR", "answered, routed or all"),
        Column("group_by", "VARCHAR", "The group question; null for the whole sample"),
        Column("group_value", "VARCHAR", "The code of the group; null for the whole sample"),
        REASON,
    ),
)
WITHHELD_TABLES = (WITHHELD_COUNTS, WITHHELD_BASES)
PROOF = Table(
    "audit",
    "disclosure",
    "One row per withheld count: what everybody can work out of it, from the published tables alone",
    (
        SURVEY,
        GENERATION,
        PROVENANCE,
        public("question", "VARCHAR", "The question's id"),
        public(
            "answer", "VARCHAR", "The answer's code, or the net's; * for the numbers of a quantity, null for a base"
        ),
        public("kind", "VARCHAR", "valid, dont_know, refused, not_asked, no_answer, net or none; null for a base"),
        public("group_by", "VARCHAR", "The group question; null for the whole sample"),
        public("group_value", "VARCHAR", "The code of the group; null for the whole sample"),
        public("base_rule", "VARCHAR", "answered, routed or all, for a base"),
        public("low", "BIGINT", "The least that it can be; null for a mean or total"),
        public("high", "BIGINT", "The most that it can be; null for a mean or total"),
        public("recoverable", "BOOLEAN", "Whether it can be worked out: then nothing is released"),
    ),
)
PROOF_TABLES = (PROOF,)
# of these the tables say how many respondents gave them, and nothing else
ANSWERS = ("valid", "net", "none")
# what a withheld count is there for: it is small itself, or protects one that is; published nowhere
PRIMARY, COMPLEMENTARY = "primary", "complementary"
# what a reader is told of it, whichever it is; the tables carry it to everything that shows a blank in its place
WITHHELD = "withheld: too few respondents"

Group = tuple[str | None, str | None]


class TableCell(NamedTuple):
    """A cell of a published table that holds a count, or withholds it: a row's answer, or a question's base."""

    question: str
    answer: str | None
    kind: str | None
    group_by: str | None
    group_value: str | None
    base_rule: str | None = None


@dataclass(frozen=True)
class WithheldCounts:
    """How many rows and bases are withheld, and how many of the rows because they are small themselves."""

    rows: int
    small: int
    bases: int


@dataclass(frozen=True)
class Proof:
    """How many withheld counts were looked at, and how many of them can be worked out."""

    counts: int
    recoverable: int


def withhold_counts(connection: duckdb.DuckDBPyConnection, *, seconds: float = SECONDS) -> WithheldCounts:
    """Decide what the published tables withhold, and replace `disclosure.withheld` and `withheld_bases`.

    Nothing is withheld where `minimum_cell` is 0, or where the release carries the records anyway.
    """
    survey = survey_key(connection)
    minimum = _minimum(connection)
    rows: list[Row] = []
    bases: list[Row] = []
    if minimum > 1 and _has_small_counts(connection, minimum):
        tallied = _Tallied(connection)
        chosen = withhold(tallied.tables, tallied.counts, minimum, seconds=seconds)
        rows = list(_withheld_rows(tallied, chosen.counts, chosen.primary))
        rows += _withheld_quantities(tallied, chosen.counts, minimum)
        bases = list(_withheld_bases(tallied, chosen.counts))
    key = {"survey": survey.survey, "generation": survey.generation, "reason": WITHHELD}
    with transaction(connection):
        replace_all(connection, {WITHHELD_COUNTS: rows, WITHHELD_BASES: bases}, key=key)
        _tell_margins(connection, minimum, withholds=bool(rows))
    return WithheldCounts(len(rows), sum(row["role"] == PRIMARY for row in rows), len(bases))


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


def prove_withheld(connection: duckdb.DuckDBPyConnection, *, seconds: float = SECONDS) -> Proof:
    """Work out the range of every withheld count from the published tables alone; replace `audit.disclosure`.

    A count whose range is a single number above 0 is recoverable, and so is a small one that is shown after all; that
    nobody gave an answer is no secret.
    """
    survey = survey_key(connection)
    minimum = _minimum(connection)
    rows: list[Row] = []
    if minimum > 1 and _withholds(connection, minimum):
        published = _Published(connection, minimum)
        ranges = left_of(published.tables, published.known, set(published.withheld.values()), seconds=seconds)
        for cell, count in published.withheld.items():
            n = published.known.get(count)
            low, high = ranges.get(count, (0, published.known[EVERYBODY])) if n is None else (n, n)
            recoverable = low == high > 0 and count not in published.tables.open
            rows.append({**cell._asdict(), "low": low, "high": high, "recoverable": recoverable})
        rows += _recoverable_quantities(connection)
    with transaction(connection):
        replace_all(connection, {PROOF: rows}, key=vars(survey))
    return Proof(len(rows), sum(row["recoverable"] for row in rows))


def _minimum(connection: duckdb.DuckDBPyConnection) -> int:
    """The smallest count that is shown; 0 where nothing is withheld, since the release carries the records anyway."""
    [(minimum, open_records)] = connection.execute("SELECT minimum_cell, release_records FROM raw.survey").fetchall()
    return 0 if open_records else int(minimum)


# -- the survey's tables --------------------------------------------------------------------------------------------


def read_tables(connection: duckdb.DuckDBPyConnection) -> Tables:
    """Which counts a survey's tables show, by its codebook."""
    answers: dict[str, dict[str, list[tuple[str, bool]]]] = defaultdict(lambda: defaultdict(list))
    for question, answer, kind, exclusive in connection.execute(
        "SELECT question, answer, kind, coalesce(exclusive, false) FROM raw.answers ORDER BY question, position"
    ).fetchall():
        answers[question][kind].append((answer, exclusive))
    nets: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for question, net, answer in connection.execute("SELECT question, net, answer FROM raw.nets").fetchall():
        nets[question][net].append(answer)
    admitting: dict[str, set[str]] = defaultdict(set)
    for question, answer in connection.execute("SELECT question, asked_if_answer FROM raw.routing").fetchall():
        admitting[question].add(answer)
    (has_wave,) = connection.execute("SELECT has_wave FROM raw.survey").fetchall()[0]
    found = connection.execute(
        "SELECT question, type, is_group, asked_if_question, wave FROM raw.questions ORDER BY position"
    ).fetchall()
    wave_of = {question: wave for question, *_, wave in found}
    questions, groups = [], []
    for question, kind, is_group, asker, wave in found:
        of, traits = answers[question], QuestionType(kind).traits
        conditions: list[tuple[str, frozenset[Token]]] = []
        if asker is not None:
            leading = [
                (of_kind, code)
                for of_kind, codes in answers[asker].items()
                for code, _ in codes
                if code in admitting[question] and code
            ]
            conditions.append((asker, frozenset(_token(kind, code) for kind, code in leading)))
        if wave is not None and has_wave and (asker is None or wave_of[asker] != wave):
            conditions.append(("wave", frozenset([wave])))
        questions.append(
            TableQuestion(
                question,
                tuple(code for code, _ in of["valid"]),
                single=not traits.takes_several,
                missing=tuple(
                    (missing, code) for missing in ("dont_know", "refused", "no_answer") for code, _ in of[missing]
                ),
                not_asked=tuple(("not_asked", code) for code, _ in of["not_asked"]),
                exclusive=tuple(code for code, exclusive in of["valid"] if exclusive),
                nets={net: frozenset(members) for net, members in nets[question].items()},
                asked_of=frozenset(conditions),
                has_rows=traits.has_options,
            )
        )
        if is_group:
            groups.append(question)
    waves = connection.execute("SELECT wave FROM raw.waves ORDER BY position").fetchall() if has_wave else []
    return Tables(questions, groups, [wave for (wave,) in waves])


def _token(kind: str, code: str) -> Token:
    return code if kind == "valid" else (kind, code)


def _columns(tables: Tables) -> dict[Group, Count]:
    """The column of each group as the tables name it."""
    found: dict[Group, Count] = {(None, None): EVERYBODY}
    for group, values in tables.groups.items():
        for value in values:
            code = value[1] if isinstance(value, tuple) else value
            found[group, str(code)] = tables.column(group, value)
    return found


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


# -- what the tallies hold ------------------------------------------------------------------------------------------


class _Tallied:
    """Every count of the survey's tables, from its tallies."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.tables = read_tables(connection)
        self.columns = _columns(self.tables)
        self.counts: dict[Count, int] = {}
        # how often each set of answers was given; None is that of those who were not led to the question
        self.given: dict[tuple[str, Count], list[tuple[frozenset[Token] | None, int]]] = defaultdict(list)
        kinds = {(question, answer): kind for question, answer, kind in connection.execute(
            "SELECT question, answer, kind FROM raw.answers").fetchall()}  # fmt: skip
        for question, answers, group_by, group_value, n in connection.execute(
            "SELECT question, answers, group_by, group_value, sum(n)::BIGINT FROM tallies.cells GROUP BY ALL"
        ).fetchall():
            tokens = None if answers is None else frozenset(_token(kinds[question, code], code) for code in answers)
            given = self.given[question, self.columns[group_by, group_value]]
            given.append((frozenset([NONE]) if tokens == frozenset() else tokens, n))
        for (name, column), given in self.given.items():
            block, question = self.tables.blocks[name, column], self.tables.questions[name]
            self.counts[column] = sum(n for _, n in given)
            if block.led is not None:
                self.counts[block.led] = sum(n for tokens, n in given if tokens is not None)
            for several in self.tables.token_sets(question):
                self.counts[column | {(name, several)}] = sum(n for tokens, n in given if tokens and tokens & several)

    def cells(self, block: Block) -> Iterator[tuple[str, str]]:
        """The rows of a block that a table may show, by answer and kind."""
        yield from self.tables.questions[block.question].rows
        given = self.given[block.question, block.column]
        for token in dict.fromkeys(token for tokens, _ in given for token in tokens or ()):
            if isinstance(token, tuple) and token != NONE:
                yield token[1], token[0]
        if any(tokens is None for tokens, _ in given):
            yield "", "not_asked"

    def blocks(self) -> Iterator[tuple[Block, Group]]:
        """The blocks that have anybody, each with its group as the tables name it."""
        groups = {column: group for group, column in self.columns.items()}
        for question, column in self.given:
            yield self.tables.blocks[question, column], groups[column]


def _withheld_rows(tallied: _Tallied, withheld: Collection[Count], small: Collection[Count]) -> Iterator[Row]:
    for block, group in tallied.blocks():
        without_base = _is_withheld(block, withheld)
        for answer, kind in dict.fromkeys(tallied.cells(block)):
            count = block.cells.get((answer, kind))
            if without_base or count in withheld:
                of_base = block.column in small or block.led in small
                yield _withheld_row(block.question, answer, kind, group, is_small=count in small or of_base)


def _withheld_row(question: str, answer: str, kind: str, group: Group, *, is_small: bool) -> Row:
    group_by, group_value = group
    return {
        "question": question,
        "answer": answer,
        "kind": kind,
        "group_by": group_by,
        "group_value": group_value,
        "role": PRIMARY if is_small else COMPLEMENTARY,
    }


def _withheld_bases(tallied: _Tallied, withheld: Collection[Count]) -> Iterator[Row]:
    for block, (group_by, group_value) in tallied.blocks():
        if _is_withheld(block, withheld):
            for rule in ("answered", "routed", "all") if block.column in withheld else ("answered", "routed"):
                yield {
                    "question": block.question,
                    "base_rule": rule,
                    "group_by": group_by,
                    "group_value": group_value,
                }


def _is_withheld(block: Block, withheld: Collection[Count]) -> bool:
    """Whether the block's base is."""
    return block.column in withheld or block.led in withheld


def _withheld_quantities(tallied: _Tallied, withheld: Collection[Count], minimum: int) -> list[Row]:
    """Numbers of too few respondents, and of a further group where the whole sample would give them away."""
    rows: list[Row] = []
    groups = {column: group for group, column in tallied.columns.items()}
    for question in tallied.tables.questions.values():
        if question.has_rows:
            continue
        numbers = {
            block.column: n
            for (name, _), block in tallied.tables.blocks.items()
            if name == question.id and block.answered is not None and (n := tallied.counts.get(block.answered, 0))
        }
        small = {
            column
            for column, n in numbers.items()
            if n < minimum or _is_withheld(tallied.tables.blocks[question.id, column], withheld)
        }
        hidden = set(small)
        while True:
            more = [
                min(shown, key=lambda column: (column == EVERYBODY, numbers[column], repr(groups[column])))
                for equation in _sums(numbers, groups)
                if len(equation & hidden) == 1 and (shown := equation - hidden)
            ]
            if not more:
                break
            hidden.add(more[0])
        rows += [
            _withheld_row(question.id, "*", "valid", groups[column], is_small=column in small)
            for column in sorted(hidden, key=lambda column: repr(groups[column]))
        ]
    return rows


def _sums(columns: Iterable[Count], groups: Mapping[Count, Group]) -> list[set[Count]]:
    """The columns whose numbers add up: those of each group variable to the whole sample."""
    found: dict[str, set[Count]] = defaultdict(lambda: {EVERYBODY})
    for column in columns:
        group = groups[column][0]
        if group is not None:
            found[group].add(column)
    return list(found.values())


# -- what is published ----------------------------------------------------------------------------------------------


class _Published:
    """Every count that the published tables show, and the cell of every one that they withhold."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, minimum: int) -> None:
        self.minimum = minimum
        self.tables = read_tables(connection)
        self.columns = _columns(self.tables)
        self.known: dict[Count, int] = {}
        self.withheld: dict[TableCell, Count] = {}
        self.with_none: list[Block] = []
        seen = {EVERYBODY}
        for question, rule, group_by, group_value, n in connection.execute(
            "SELECT question, base_rule, group_by, group_value, n_base FROM marts.bases WHERE base_rule <> 'asked'"
        ).fetchall():
            block = self.tables.blocks[question, self.columns[group_by, group_value]]
            seen.add(block.column)
            base = {"answered": block.answered, "routed": block.routed, "all": block.column}[rule]
            self._take(base, n, TableCell(question, None, None, group_by, group_value, rule))
        for column in self.columns.values():
            if column not in seen:
                self.known[column] = 0  # a group that no table has is one of nobody
        for table in ("toplines", "crosstabs"):
            self._take_rows(connection, table)
        for block in self.tables.blocks.values():
            if block.column in seen and ("", "none") in block.cells and block not in self.with_none:
                self.known.setdefault(block.cells["", "none"], 0)  # that row stands only where somebody chose none
        for question, asked, answered, missing in connection.execute(
            """SELECT question, n_asked, n_answered, n_dont_know + n_refused + n_no_answer
            FROM marts.response_rates WHERE measure = 'item'"""
        ).fetchall():
            block, ways_out = self.tables.blocks[question, EVERYBODY], self.tables.questions[question].missing
            self._take(block.routed, asked)
            self._take(block.answered, answered)
            if ways_out:
                self._take(frozenset([(question, frozenset(ways_out))]), missing)

    def _take_rows(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        kinds = ", ".join(f"'{kind}'" for kind in ANSWERS)
        for question, answer, kind, group_by, group_value, n in connection.execute(
            f"SELECT question, answer, kind, group_by, group_value, n FROM marts.{table} WHERE kind IN ({kinds})"
        ).fetchall():
            block = self.tables.blocks[question, self.columns[group_by, group_value]]
            if kind == "none":
                self.with_none.append(block)
            count = block.cells.get((answer, kind))
            self._take(count, n, TableCell(question, answer, kind, group_by, group_value))

    def _take(self, count: Count | None, n: int | None, cell: TableCell | None = None) -> None:
        if count is None:
            return
        if n is not None:
            self.known.setdefault(count, n)
        is_small = n is not None and 0 < n < self.minimum and count in self.tables.sensitive
        if cell is not None and (n is None or is_small):
            self.withheld[cell] = count


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


def _recoverable_quantities(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Withheld means and totals; recoverable where all others of a sum are shown. What they could be has no range."""
    found = connection.execute(
        """SELECT DISTINCT question, group_by, group_value, withheld FROM marts.quantities
        JOIN raw.questions USING (question) WHERE questions.is_number"""
    ).fetchall()
    numbers: dict[str, dict[Group, bool]] = defaultdict(dict)
    for question, group_by, group_value, withheld in found:
        numbers[question][group_by, group_value] = withheld
    rows: list[Row] = []
    for question, by_group in numbers.items():
        for group, withheld in by_group.items():
            sums = [
                [hidden for other, hidden in by_group.items() if other[0] in (None, variable)]
                for variable in {other[0] for other in by_group if other[0] is not None}
                if group[0] in (None, variable)
            ]
            if withheld:
                recoverable = any(sum(one) == 1 for one in sums)
                cell = TableCell(question, "*", "valid", *group)
                rows.append({**cell._asdict(), "low": None, "high": None, "recoverable": recoverable})
    return rows
