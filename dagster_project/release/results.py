"""What a survey found, for the top of a page that has no published figures: the largest answers and differences.

The rows are those of the tables below; here some of them are picked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations

from dagster_project.release.charts import Bar, BarChart, apart_text, bar, percent_scale, short
from dagster_project.release.tables import Crosstab, Question, TablesSection
from dagster_project.schema import Row

_TOLD = 5
_QUESTION = 160  # so many characters of a question stand in a title


@dataclass(frozen=True)
class Result:
    """One question's answers at the top, with where its table is."""

    question: str
    n_base: int
    base_rule: str
    chart: BarChart


@dataclass(frozen=True)
class Difference:
    """Two groups of one variable that differ most in one answer; `tested`: by more than chance would explain."""

    crosstab: Crosstab
    by: str
    answer: str
    high: Bar
    low: Bar
    tested: bool
    apart: Fraction

    @property
    def chart(self) -> BarChart:
        """Both groups on one scale."""
        title = _message(self.crosstab.text, apart_text(self.answer, self.high, self.low))
        ends = [one.interval[1] if one.interval else one.share or 0 for one in (self.high, self.low)]
        return BarChart(title, None, percent_scale(ends), [(None, [self.high, self.low])])


@dataclass(frozen=True)
class Results:
    """The first questions with their answers, and the widest differences between groups."""

    answers: Sequence[Result]
    more: int
    differences: Sequence[Difference]


def results(tables: TablesSection) -> Results:
    """What stands in these tables, in short; of the variables that make groups only where nothing else was asked."""
    about = [one for one in tables.questions if not one.is_group]
    shown = _drawn(about) or _drawn(tables.questions)
    differences = _differences(tables, {question.question for question in about})
    return Results(
        shown[:_TOLD],
        max(len(shown) - _TOLD, 0),
        sorted(_tested_only(differences), key=lambda one: one.apart, reverse=True)[:_TOLD],
    )


def _drawn(questions: Iterable[Question]) -> list[Result]:
    return [result for one in questions if (result := _result(one)) is not None]


def _differences(tables: TablesSection, about: Collection[str]) -> list[Difference]:
    """The widest difference of each crosstab of these questions."""
    found = [_difference(by, table) for by, of in tables.crosstabs.items() for table in of if table.question in about]
    return [one for one in found if one is not None]


def _message(question: str, found: str) -> str:
    asked = short(question, _QUESTION)
    return f"{asked} {found}" if asked.endswith(("?", ".", ":")) else f"{asked}: {found}"


def _result(question: Question) -> Result | None:
    chart = question.chart
    if chart is None:
        return None
    named = replace(chart, title=_message(question.text, chart.title))
    return Result(question.question, question.rows[0]["n_base"], question.base_rule, named)


def _tested_only(differences: Sequence[Difference]) -> Iterable[Difference]:
    """Those that chance would not explain, in a release that tests any of them."""
    return [one for one in differences if one.tested] if any(one.tested for one in differences) else differences


def _difference(by: str, table: Crosstab) -> Difference | None:
    """The two groups farthest apart in any answer of a crosstab; where some differ by a test, of these."""
    lettered = any(column.letter for column in table.columns)
    found = [
        Difference(table, by, short(label), high, low, tested=lettered, apart=apart)
        for label, cells in table.rows
        for high, low, apart in _pairs(table, cells, lettered=lettered)
    ]
    return max(found, key=lambda one: one.apart, default=None)


def _pairs(table: Crosstab, cells: Sequence[Row | None], *, lettered: bool) -> Iterable[tuple[Bar, Bar, Fraction]]:
    """Every two groups of which the first has the larger share of an answer."""
    shown = [
        (one, column.letter, (cell["higher_than"] or "").split())
        for column, cell in zip(table.columns, cells, strict=True)
        if cell is not None and (one := bar(column.label, cell)).is_answer
    ]
    for (high, _, lower), (low, letter, _) in permutations(shown, 2):
        apart = _apart(high, low)
        if apart > 0 and (not lettered or letter in lower):
            yield high, low, apart


def _apart(high: Bar, low: Bar) -> Fraction:
    return Fraction(0) if high.share is None or low.share is None else high.share - low.share
