"""Toplines, crosstabs and the numbers of quantities in reading order, as the report shows them.

The rows come as they are stored; here they are put beside each other: bases, intervals, letters, tests. What stands
above and below the tables belongs to `report`, how they look to the templates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

import duckdb

from dagster_project.claims import BaseRule, listed
from dagster_project.codebook import QuestionType
from dagster_project.release.charts import BarChart, LineChart, answers_chart, groups_chart, waves_chart
from dagster_project.release.stored import grouped, stored_rows, wave_name
from dagster_project.schema import Row

_MOST_CELLS_DRAWN = 3_000
_QUANTILES = {0.25: "Lower quartile", 0.5: "Median", 0.75: "Upper quartile"}


@dataclass(frozen=True)
class Statistic:
    """A mean, a total or a quantile of one question, with its row in each group; None where a group has none."""

    label: str
    is_quantile: bool
    cells: Sequence[Row | None]


@dataclass(frozen=True)
class Question:
    """A question with its topline's rows; without options, or without its base, with none.

    `statistics` are those of a quantity or a scale in the whole sample.
    """

    question: str
    text: str
    type: QuestionType
    asked_of: str | None
    base_rule: str
    bases: Sequence[Row]
    decimals: int
    no_percentage: str | None
    rows: Sequence[Row]
    statistics: Sequence[Statistic]
    is_group: bool

    @property
    def chart(self) -> BarChart | None:
        """Its answers drawn; None where no answer has a percentage."""
        return answers_chart([(answer_name(row), row) for row in self.rows])

    @property
    def base(self) -> Row | None:
        """The row of the published base."""
        return next((base for base in self.bases if base["is_published"]), None)

    @property
    def with_spread(self) -> bool:
        """Whether any row has a standard error."""
        return any(row["se"] is not None for row in self.rows)

    @property
    def with_mentions(self) -> bool:
        """Whether any row has a share of mentions."""
        return any(row["share_of_mentions"] is not None for row in self.rows)

    @property
    def withheld(self) -> int:
        """How many rows are withheld because they tell of too few respondents."""
        return sum(row["withheld"] for row in self.rows)


@dataclass(frozen=True)
class GroupColumn:
    """One group of a crosstab, its letter where a share was tested, and why it has no percentages, if it has none."""

    label: str
    letter: str | None
    n_base: int | None
    no_percentage: str | None


@dataclass(frozen=True)
class Crosstab:
    """One question by one group variable: answers down, groups across, a cell None where nobody was tallied.

    `association` is the row of the test whether the groups differ at all; None where none was made.
    """

    question: str
    text: str
    base_rule: str
    decimals: int
    columns: Sequence[GroupColumn]
    rows: Sequence[tuple[str, Sequence[Row | None]]]
    statistics: Sequence[Statistic]
    association: Row | None
    waves: Sequence[tuple[str, str]] | None  # name and label, where the groups are waves

    @property
    def chart(self) -> BarChart | LineChart | None:
        """Its groups drawn: waves as lines, others as dots; None where they are too many or without percentages."""
        if self.waves is None:
            return groups_chart(self.rows, [(column.label, column.letter) for column in self.columns])
        cells = [(label, {cell["group_value"]: cell for cell in of if cell}) for label, of in self.rows]
        return waves_chart(cells, self.waves)

    @property
    def with_intervals(self) -> bool:
        """Whether any cell has an interval."""
        return any(cell is not None and cell["ci_low"] is not None for _, cells in self.rows for cell in cells)

    @property
    def withheld(self) -> int:
        """How many cells are withheld because they tell of too few respondents."""
        return sum(cell["withheld"] for _, cells in self.rows for cell in cells if cell is not None)


@dataclass(frozen=True)
class TablesSection:
    """Every question with its topline, and the crosstabs by the text of their group variable."""

    questions: Sequence[Question]
    crosstabs: Mapping[str, Sequence[Crosstab]]

    @property
    def draws_groups(self) -> bool:
        """Whether crosstabs are drawn as well; so many that their charts would be most of the page are not."""
        of_rows = (len(table.rows) * len(table.columns) for of in self.crosstabs.values() for table in of)
        return sum(of_rows) <= _MOST_CELLS_DRAWN


def tables_section(connection: duckdb.DuckDBPyConnection, survey: Row) -> TablesSection:
    """The result tables of the survey of this row, questions and groups in the codebook's order."""
    asked = stored_rows(connection, "SELECT * FROM raw.questions ORDER BY position")
    return TablesSection(_questions(connection, asked, survey), _crosstabs(connection, asked, survey))


# -- toplines -------------------------------------------------------------------------------------------------------


def _questions(connection: duckdb.DuckDBPyConnection, asked: Sequence[Row], survey: Row) -> list[Question]:
    toplines = _by_question(connection, "SELECT * FROM marts.toplines ORDER BY question, position")
    bases = _by_question(connection, "SELECT * FROM marts.bases WHERE group_by IS NULL")
    quantities = grouped(_quantities(connection, "group_by IS NULL"), itemgetter("question"))
    routing = _by_question(
        connection,
        """SELECT routing.question, asked.question_text, coalesce(answer_label, asked_if_answer) AS label
        FROM (SELECT question, asked_if_question AS filter, asked_if_answer FROM raw.routing) AS routing
        LEFT JOIN raw.questions AS asked ON asked.question = filter
        LEFT JOIN raw.answers ON answers.question = filter AND answers.answer = asked_if_answer
        ORDER BY routing.question, answers.position""",
    )
    found = []
    for one in asked:
        name = one["question"]
        rows = toplines.get(name, [])
        found.append(
            Question(
                question=name,
                text=one["question_text"],
                type=QuestionType(one["type"]),
                asked_of=_asked_of(routing.get(name, [])),
                base_rule=one["base_rule"],
                bases=sorted(bases.get(name, []), key=lambda base: list(BaseRule).index(base["base_rule"])),
                decimals=one["decimals"],
                no_percentage=_no_percentage(rows, survey),
                rows=rows,
                statistics=_statistics(quantities.get(name, []), [None]),
                is_group=one["is_group"],
            )
        )
    return found


def _by_question(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, list[Row]]:
    return grouped(stored_rows(connection, sql), itemgetter("question"))


# -- crosstabs ------------------------------------------------------------------------------------------------------


def _crosstabs(connection: duckdb.DuckDBPyConnection, asked: Sequence[Row], survey: Row) -> dict[str, list[Crosstab]]:
    """Crosstabs by the text of their group variable."""
    of_table = itemgetter("group_by", "question")
    cells = grouped(
        stored_rows(
            connection,
            """SELECT crosstabs.*, letter, higher_than FROM marts.crosstabs
            LEFT JOIN marts.letters USING (question, answer, kind, group_by, group_value)""",
        ),
        of_table,
    )
    statistics = grouped(_quantities(connection, "group_by IS NOT NULL"), of_table)
    tests = {of_table(row): row for row in stored_rows(connection, "SELECT * FROM marts.association")}
    places = _places_of_groups(connection)
    waves = _waves(connection)
    found: dict[str, list[Crosstab]] = {}
    groupings = [(one["question"], one["question_text"]) for one in asked if one["is_group"]]
    for group_by, text in [*groupings, ("wave", "Wave")]:
        tables = [
            _crosstab(one, cells.get(key, []), statistics.get(key, []), places, survey, tests.get(key), waves)
            for one in asked
            if (key := (group_by, one["question"])) in cells or key in statistics
        ]
        if tables:
            found[text] = tables
    return found


def _waves(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """The waves in their order, each by its name and its label."""
    waves = stored_rows(connection, "SELECT * FROM raw.waves ORDER BY position")
    return [(one["wave"], wave_name(one)) for one in waves]


def _places_of_groups(connection: duckdb.DuckDBPyConnection) -> Mapping[tuple[str, str], int]:
    """Where the codebook has each group, by the group variable and the group."""
    rows = connection.execute(
        """SELECT question, answer, min(position) FROM raw.answers GROUP BY ALL
        UNION ALL SELECT 'wave', wave, position FROM raw.waves"""
    ).fetchall()
    return {(group_by, group): place for group_by, group, place in rows}


def _crosstab(
    question: Row,
    cells: Sequence[Row],
    statistics: Sequence[Row],
    places: Mapping[tuple[str, str], int],
    survey: Row,
    association: Row | None,
    waves: Sequence[tuple[str, str]],
) -> Crosstab:
    in_order = sorted(
        [*cells, *statistics],
        key=lambda row: (places.get((row["group_by"], row["group_value"]), len(places)), row["group_value"]),
    )
    groups = grouped(in_order, itemgetter("group_value"))
    answers = sorted({(cell["position"], cell["answer"], cell["kind"], cell["answer_label"]) for cell in cells})
    by_place = {(cell["group_value"], cell["answer"], cell["kind"]): cell for cell in cells}
    return Crosstab(
        question=question["question"],
        text=question["question_text"],
        base_rule=question["base_rule"],
        decimals=question["decimals"],
        columns=[_column(group, rows, survey) for group, rows in groups.items()],
        rows=[
            (label or answer or "No answer", [by_place.get((group, answer, kind)) for group in groups])
            for _, answer, kind, label in answers
        ],
        statistics=_statistics(statistics, list(groups)),
        association=association,
        waves=waves if in_order and in_order[0]["group_by"] == "wave" else None,
    )


def _column(group: str, rows: Sequence[Row], survey: Row) -> GroupColumn:
    shares = [row for row in rows if "percent_text" in row]
    return GroupColumn(
        label=rows[0]["group_label"] or group or "No answer",
        letter=next((row["letter"] for row in shares if row["higher_than"] is not None), None),
        n_base=rows[0]["n_base"],
        no_percentage=_no_percentage(shares, survey),
    )


# -- what both show -------------------------------------------------------------------------------------------------


def _quantities(connection: duckdb.DuckDBPyConnection, where: str) -> list[Row]:
    return stored_rows(
        connection,
        f"""SELECT * FROM marts.quantities WHERE {where}
        ORDER BY question, list_position(['mean', 'standard_deviation', 'quantile', 'total'], statistic), p""",
    )


def _statistics(rows: Sequence[Row], groups: Sequence[str | None]) -> list[Statistic]:
    by_place = {(_statistic_name(row), row["group_value"]): row for row in rows}
    labels = {_statistic_name(row): row["statistic"] == "quantile" for row in rows}
    return [
        Statistic(label, is_quantile, [by_place.get((label, group)) for group in groups])
        for label, is_quantile in labels.items()
    ]


def _statistic_name(row: Row) -> str:
    """A quantile by what its readers call it."""
    if row["statistic"] == "quantile":
        return _QUANTILES.get(row["p"], f"Percentile {100 * row['p']:g}")
    return str(row["statistic_label"])


def answer_name(row: Row) -> str:
    """What readers call the answer of a row."""
    return str(row["answer_label"] or row["answer"] or "No answer")


def _asked_of(routes: Sequence[Row]) -> str | None:
    if not routes:
        return None
    labels = listed([f"“{route['label']}”" for route in routes], "or")
    return f"Asked only of those who answered {labels} to “{routes[0]['question_text']}”"


def _no_percentage(rows: Sequence[Row], survey: Row) -> str | None:
    """Why a table or a group of a crosstab has no percentages at all; one base holds for all of its rows."""
    if not rows or any(row["percent_text"] is not None for row in rows):
        return None
    n_base = rows[0]["n_base"]
    if any(row["withheld"] for row in rows):
        return "too few respondents: withheld"
    if n_base is None:
        return "the base is not known: no percentage"
    if rows[0]["suppressed"]:
        return f"base of {n_base:,} is below {survey['minimum_base']:,}: no percentage"
    if n_base == 0:
        return "nobody is in the base: no percentage"
    return "the weights of the base are not known: no percentage"
