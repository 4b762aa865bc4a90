"""Toplines, crosstabs and the numbers of quantities in reading order, as the report shows them.

The rows come as they are stored; here they are put beside each other: bases, intervals, letters, tests. What stands
above and below the tables belongs to `report`, how they look to the templates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from dagster_project.claims import BaseRule, listed
from dagster_project.release.stored import Row, grouped, stored_rows


@dataclass(frozen=True)
class Statistic:
    """A mean, a total or a quantile of one question, with its row in each group; None where a group has none."""

    label: str
    cells: Sequence[Row | None]


@dataclass(frozen=True)
class Question:
    """A question with its topline's rows; for a quantity or a text, or without its base, with none.

    `statistics` are those of a quantity or a scale in the whole sample.
    """

    question: str
    text: str
    type: str
    asked_of: str | None
    base_rule: str
    base: Row | None  # the row of the published base
    bases: Sequence[Row]
    decimals: int
    no_percentage: str | None
    rows: Sequence[Row]
    statistics: Sequence[Statistic]

    @property
    def with_spread(self) -> bool:
        """Whether any row has a standard error."""
        return any(row["se"] is not None for row in self.rows)

    @property
    def withheld(self) -> int:
        """How many rows are withheld because they tell of too few respondents."""
        return sum(row["withheld"] for row in self.rows)


@dataclass(frozen=True)
class GroupColumn:
    """One group of a crosstab, its letter, and why it has no percentages, where it has none."""

    label: str
    letter: str | None
    n_base: int | None
    no_percentage: str | None


@dataclass(frozen=True)
class Crosstab:
    """One question by one group variable: answers down, groups across, a cell None where nobody was tallied.

    `association` is the row of the test whether the groups differ at all; None where none was made.
    """

    text: str
    base_rule: str
    decimals: int
    columns: Sequence[GroupColumn]
    rows: Sequence[tuple[str, Sequence[Row | None]]]
    statistics: Sequence[Statistic]
    association: Row | None

    @property
    def withheld(self) -> int:
        """How many cells are withheld because they tell of too few respondents."""
        return sum(cell["withheld"] for _, cells in self.rows for cell in cells if cell is not None)


def questions(connection: duckdb.DuckDBPyConnection, survey: Row) -> list[Question]:
    """Every question in the codebook's order, with its topline."""
    toplines = grouped(stored_rows(connection, "SELECT * FROM marts.toplines ORDER BY question, position"), "question")
    bases = grouped(
        stored_rows(connection, "SELECT * FROM marts.bases WHERE group_by IS NULL ORDER BY n_base, base_rule"),
        "question",
    )
    quantities = grouped(_quantities(connection, "group_by IS NULL"), "question")
    routing = grouped(
        stored_rows(
            connection,
            """SELECT routing.question, asked.question_text, coalesce(answer_label, asked_if_answer) AS label
            FROM (SELECT question, asked_if_question AS filter, asked_if_answer FROM raw.routing) AS routing
            LEFT JOIN raw.questions AS asked ON asked.question = filter
            LEFT JOIN raw.answers ON answers.question = filter AND answers.answer = asked_if_answer
            ORDER BY routing.question, answers.position""",
        ),
        "question",
    )
    found = []
    for one in stored_rows(connection, "SELECT * FROM raw.questions ORDER BY position"):
        name = one["question"]
        rows = toplines.get(name, [])
        its_bases = bases.get(name, [])
        found.append(
            Question(
                question=name,
                text=one["question_text"],
                type=one["type"],
                asked_of=_asked_of(routing.get(name, [])),
                base_rule=one["base_rule"],
                base=next((base for base in its_bases if base["is_published"]), None),
                bases=sorted(its_bases, key=lambda base: list(BaseRule).index(base["base_rule"])),
                decimals=one["decimals"],
                no_percentage=_no_percentage(rows, survey),
                rows=rows,
                statistics=_statistics(quantities.get(name, []), [None]),
            )
        )
    return found


def crosstabs(connection: duckdb.DuckDBPyConnection, survey: Row) -> dict[str, list[Crosstab]]:
    """Crosstabs by the text of their group variable, groups and questions in the codebook's order."""
    rows = stored_rows(
        connection,
        """SELECT crosstabs.*, letter, higher_than FROM marts.crosstabs
        LEFT JOIN marts.letters USING (question, answer, kind, group_by, group_value)""",
    )
    cells_of: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        cells_of[row["group_by"], row["question"]].append(row)
    statistics_of: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in _quantities(connection, "group_by IS NOT NULL"):
        statistics_of[row["group_by"], row["question"]].append(row)
    associations = {
        (row["group_by"], row["question"]): row for row in stored_rows(connection, "SELECT * FROM marts.association")
    }
    places = {
        (row["question"], row["answer"]): row["position"]
        for row in stored_rows(
            connection,
            """SELECT question, answer, min(position) AS position FROM raw.answers GROUP BY ALL
            UNION ALL SELECT 'wave', wave, position FROM raw.waves""",
        )
    }
    found: dict[str, list[Crosstab]] = {}
    asked = stored_rows(connection, "SELECT * FROM raw.questions ORDER BY position")
    groupings = [(one["question"], one["question_text"]) for one in asked if one["is_group"]]
    for group_by, text in [*groupings, ("wave", "Wave")]:
        tables = [
            _crosstab(one, cells_of[key], statistics_of[key], places, survey, associations.get(key))
            for one in asked
            if (key := (group_by, one["question"])) in cells_of or key in statistics_of
        ]
        if tables:
            found[text] = tables
    return found


def _crosstab(
    question: Row,
    cells: Sequence[Row],
    statistics: Sequence[Row],
    places: Mapping[tuple[str, str], int],
    survey: Row,
    association: Row | None,
) -> Crosstab:
    everything = sorted(
        [*cells, *statistics],
        key=lambda row: (places.get((row["group_by"], row["group_value"]), len(places)), row["group_value"]),
    )
    groups = grouped(everything, "group_value")
    answers = sorted({(cell["position"], cell["answer"], cell["kind"], cell["answer_label"]) for cell in cells})
    by_place = {(cell["group_value"], cell["answer"], cell["kind"]): cell for cell in cells}
    columns = []
    for group, column in groups.items():
        shares = [row for row in column if "percent_text" in row]
        columns.append(
            GroupColumn(
                label=column[0]["group_label"] or group or "No answer",
                letter=next((row["letter"] for row in shares if row["letter"] is not None), None),
                n_base=column[0]["n_base"],
                no_percentage=_no_percentage(shares, survey),
            )
        )
    rows = [
        (label or answer or "No answer", [by_place.get((group, answer, kind)) for group in groups])
        for _, answer, kind, label in answers
    ]
    return Crosstab(
        question["question_text"], question["base_rule"], question["decimals"], columns, rows,
        _statistics(statistics, list(groups)), association,
    )  # fmt: skip


def _quantities(connection: duckdb.DuckDBPyConnection, where: str) -> list[Row]:
    return stored_rows(
        connection,
        f"""SELECT * FROM marts.quantities WHERE {where}
        ORDER BY question, list_position(['mean', 'standard_deviation', 'quantile', 'total'], statistic), p""",
    )


def _statistics(rows: Sequence[Row], groups: Sequence[str | None]) -> list[Statistic]:
    by_place = {(row["statistic_label"], row["group_value"]): row for row in rows}
    labels = dict.fromkeys(row["statistic_label"] for row in rows)
    return [Statistic(label, [by_place.get((label, group)) for group in groups]) for label in labels]


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
