"""Disclosure control: which counts a survey's published tables withhold, and the proof that none can be worked out.

`withhold_counts` decides on the tallies, before the published tables are built; `prove_withheld` reads what these
tables show, and nothing else, and works out what is left of every count that they do not. What follows from what is
`withholding`'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

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
from dagster_project.warehouse import replace_tables, survey_key

ROW = "question VARCHAR, answer VARCHAR, kind VARCHAR, group_by VARCHAR, group_value VARCHAR"
WITHHELD_TABLES = {
    "withheld": f"survey VARCHAR, generation VARCHAR, {ROW}, role VARCHAR, reason VARCHAR",
    "withheld_bases": """survey VARCHAR, generation VARCHAR, question VARCHAR, base_rule VARCHAR, group_by VARCHAR,
        group_value VARCHAR, reason VARCHAR""",
}
PROOF_TABLE = {
    "disclosure": f"""survey VARCHAR, generation VARCHAR, provenance VARCHAR, {ROW}, base_rule VARCHAR, low BIGINT,
        high BIGINT, recoverable BOOLEAN""",
}
# of these the tables say how many respondents gave them, and nothing else
ANSWERS = ("valid", "net", "none")
# what a withheld count is there for: it is small itself, or protects one that is; published nowhere
PRIMARY, COMPLEMENTARY = "primary", "complementary"
# what a reader is told of it, whichever it is; the tables carry it to everything that shows a blank in its place
WITHHELD = "withheld: too few respondents"

Group = tuple[str | None, str | None]


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
    rows: list[tuple[Any, ...]] = []
    bases: list[tuple[Any, ...]] = []
    if minimum > 1 and _has_small_counts(connection, minimum):
        tallied = _Tallied(connection)
        chosen = withhold(tallied.tables, tallied.counts, minimum, seconds=seconds)
        rows = list(_withheld_rows(tallied, chosen.counts, chosen.primary))
        rows += _withheld_quantities(tallied, chosen.counts, minimum)
        bases = list(_withheld_bases(tallied, chosen.counts))
    key = (survey.survey, survey.generation)
    replace_tables(
        connection,
        "disclosure",
        WITHHELD_TABLES,
        {
            "withheld": [(*key, *row, WITHHELD) for row in rows],
            "withheld_bases": [(*key, *base, WITHHELD) for base in bases],
        },
    )
    return WithheldCounts(len(rows), sum(row[-1] == PRIMARY for row in rows), len(bases))


def make_withheld_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the two tables, empty, where they are missing, so that dbt finds its sources."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS disclosure")
    for table, columns in WITHHELD_TABLES.items():
        connection.execute(f"CREATE TABLE IF NOT EXISTS disclosure.{table} ({columns})")


def prove_withheld(connection: duckdb.DuckDBPyConnection, *, seconds: float = SECONDS) -> Proof:
    """Work out the range of every withheld count from the published tables alone; replace `audit.disclosure`.

    A count whose range is a single number above 0 is recoverable, and so is a small one that is shown after all; that
    nobody gave an answer is no secret.
    """
    survey = survey_key(connection)
    minimum = _minimum(connection)
    rows: list[tuple[Any, ...]] = []
    if minimum > 1 and _withholds(connection, minimum):
        published = _Published(connection, minimum)
        ranges = left_of(published.tables, published.known, set(published.withheld.values()), seconds=seconds)
        for cell, count in published.withheld.items():
            n = published.known.get(count)
            low, high = ranges.get(count, (0, published.known[EVERYBODY])) if n is None else (n, n)
            rows.append((*cell, low, high, low == high > 0 and count not in published.tables.open))
        rows += _recoverable_quantities(connection)
    key = (survey.survey, survey.generation, survey.provenance)
    replace_tables(connection, "audit", PROOF_TABLE, {"disclosure": [(*key, *row) for row in rows]})
    return Proof(len(rows), sum(row[-1] for row in rows))


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
        of = answers[question]
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
                single=kind != "multiple",
                missing=tuple(
                    (missing, code) for missing in ("dont_know", "refused", "no_answer") for code, _ in of[missing]
                ),
                not_asked=tuple(("not_asked", code) for code, _ in of["not_asked"]),
                exclusive=tuple(code for code, exclusive in of["valid"] if exclusive and kind == "multiple"),
                nets={net: frozenset(members) for net, members in nets[question].items()},
                asked_of=frozenset(conditions),
                has_rows=kind in ("single", "multiple"),
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


def _withheld_rows(
    tallied: _Tallied, withheld: Collection[Count], small: Collection[Count]
) -> Iterator[tuple[Any, ...]]:
    for block, group in tallied.blocks():
        without_base = _is_withheld(block, withheld)
        for answer, kind in dict.fromkeys(tallied.cells(block)):
            count = block.cells.get((answer, kind))
            if without_base or count in withheld:
                of_base = block.column in small or block.led in small
                role = PRIMARY if count in small or of_base else COMPLEMENTARY
                yield block.question, answer, kind, *group, role


def _withheld_bases(tallied: _Tallied, withheld: Collection[Count]) -> Iterator[tuple[Any, ...]]:
    for block, group in tallied.blocks():
        if _is_withheld(block, withheld):
            rules = ("answered", "routed", "all") if block.column in withheld else ("answered", "routed")
            yield from ((block.question, rule, *group) for rule in rules)


def _is_withheld(block: Block, withheld: Collection[Count]) -> bool:
    """Whether the block's base is."""
    return block.column in withheld or block.led in withheld


def _withheld_quantities(tallied: _Tallied, withheld: Collection[Count], minimum: int) -> list[tuple[Any, ...]]:
    """Numbers of too few respondents, and of a further group where the whole sample would give them away."""
    rows: list[tuple[Any, ...]] = []
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
            (question.id, "*", "valid", *groups[column], PRIMARY if column in small else COMPLEMENTARY)
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
    """Every count that the published tables show, and the place of every one that they withhold."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, minimum: int) -> None:
        self.minimum = minimum
        self.tables = read_tables(connection)
        self.columns = _columns(self.tables)
        self.known: dict[Count, int] = {}
        self.withheld: dict[tuple[str, str | None, str | None, str | None, str | None, str | None], Count] = {}
        self.with_none: list[Block] = []
        seen = {EVERYBODY}
        for question, rule, group_by, group_value, n in connection.execute(
            "SELECT question, base_rule, group_by, group_value, n_base FROM marts.bases WHERE base_rule <> 'asked'"
        ).fetchall():
            block = self.tables.blocks[question, self.columns[group_by, group_value]]
            seen.add(block.column)
            base = {"answered": block.answered, "routed": block.routed, "all": block.column}[rule]
            self._take(base, n, (question, None, None, group_by, group_value, rule))
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
            cell = block.cells.get((answer, kind))
            self._take(cell, n, (question, answer, kind, group_by, group_value, None))

    def _take(
        self,
        count: Count | None,
        n: int | None,
        place: tuple[str, str | None, str | None, str | None, str | None, str | None] | None = None,
    ) -> None:
        if count is None:
            return
        if n is not None:
            self.known.setdefault(count, n)
        is_small = n is not None and 0 < n < self.minimum and count in self.tables.sensitive
        if place is not None and (n is None or is_small):
            self.withheld[place] = count


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


def _recoverable_quantities(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Withheld means and totals; recoverable where all others of a sum are shown. What they could be has no range."""
    found = connection.execute(
        """SELECT DISTINCT question, group_by, group_value, withheld FROM marts.quantities
        JOIN raw.questions USING (question) WHERE questions.type = 'quantity'"""
    ).fetchall()
    numbers: dict[str, dict[Group, bool]] = defaultdict(dict)
    for question, group_by, group_value, withheld in found:
        numbers[question][group_by, group_value] = withheld
    rows: list[tuple[Any, ...]] = []
    for question, by_group in numbers.items():
        for group, withheld in by_group.items():
            sums = [
                [hidden for other, hidden in by_group.items() if other[0] in (None, variable)]
                for variable in {other[0] for other in by_group if other[0] is not None}
                if group[0] in (None, variable)
            ]
            if withheld:
                rows.append((question, "*", "valid", *group, None, None, None, any(sum(one) == 1 for one in sums)))
    return rows
