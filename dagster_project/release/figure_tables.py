"""Many published figures by wave and by question, as tables where they make one: options down, groups across."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

import duckdb

from dagster_project.claims import WIDEST_FIRST, Kind, listed, tally_text
from dagster_project.release.judged import JudgedFigure
from dagster_project.release.stored import grouped, wave_name, web_address
from dagster_project.schema import Row

_PLACES_IN_A_CAPTION = 3


@dataclass(frozen=True)
class PrintedTable:
    """One question's figures with its options down and the groups across; a cell holds what is printed for it."""

    where: str | None
    columns: Sequence[str]
    bases: Sequence[Line]
    options: Sequence[Line]


@dataclass(frozen=True)
class PrintedQuestion:
    """One question's figures, as a table where they make one."""

    text: str
    figures: Sequence[JudgedFigure]
    table: PrintedTable | None


@dataclass(frozen=True)
class FigureGroup:
    """The figures of one wave, or of one question of a survey without waves."""

    name: str
    address: str | None
    questions: Sequence[PrintedQuestion]

    @property
    def figures(self) -> Sequence[JudgedFigure]:
        """All of them, question by question."""
        return [figure for question in self.questions for figure in question.figures]

    @property
    def contradicted(self) -> bool:
        return any(figure.is_contradicted for figure in self.figures)

    @property
    def tally(self) -> str:
        """How many of them have each verdict."""
        return tally_text(figure.verdict for figure in self.figures)

    @property
    def reproduced(self) -> int:
        return sum(figure.reproduced is True for figure in self.figures)


Line = tuple[str, Sequence[Sequence[JudgedFigure]]]
_Place = tuple[str, str]  # a row: base or option, and which; a column: a group variable and the group
_Cells = Mapping[tuple[_Place, _Place], Sequence[JudgedFigure]]
_EVERYONE: _Place = ("", "")


@dataclass(frozen=True)
class _Labels:
    """What the codebook calls questions and answers, both in its order."""

    questions: Mapping[str | None, str]
    answers: Mapping[_Place, tuple[int, str]]

    def answer(self, question: str, answer: str) -> tuple[int, str]:
        """The answer's place and label; what the codebook does not have comes last and keeps its code."""
        return self.answers.get((question, answer), (len(self.answers), answer))

    def options(self, question: str | None, rows: Iterable[_Place]) -> list[tuple[str, _Place]]:
        """The rows that are options of a question, in order and with their labels."""
        options = sorted((*self.answer(question or "", row[1]), row) for row in rows if row[0] == "option")
        return [(label, row) for _, label, row in options]

    def group(self, column: _Place) -> tuple[bool, str, tuple[int, str]]:
        """Where a column stands: everyone first, then the groups of each variable."""
        return column != _EVERYONE, column[0], self.answer(*column)

    def column(self, column: _Place) -> str:
        """What stands at the head of a column."""
        return "All" if column == _EVERYONE else self.answer(*column)[1]


def figure_groups(
    connection: duckdb.DuckDBPyConnection, figures: Sequence[JudgedFigure], waves: Sequence[Row]
) -> list[FigureGroup]:
    """Many figures by wave, or by question where there are no waves; in the codebook's order."""
    labels = _labels(connection)
    if all(figure.wave is None for figure in figures):
        return [FigureGroup(one.text, None, [one]) for one in _questions(figures, labels)]
    of_wave = grouped(figures, attrgetter("wave"))
    groups = [
        FigureGroup(wave_name(wave), web_address(wave["url"]), _questions(of_wave.pop(wave["wave"]), labels))
        for wave in waves
        if wave["wave"] in of_wave
    ]
    others = [figure for of in of_wave.values() for figure in of]
    if others:
        groups.append(FigureGroup("Of no single wave", None, _questions(others, labels)))
    return groups


def _labels(connection: duckdb.DuckDBPyConnection) -> _Labels:
    questions = connection.execute("SELECT question, question_text FROM raw.questions ORDER BY position").fetchall()
    answers = connection.execute("SELECT question, answer, position, answer_label FROM raw.answers").fetchall()
    return _Labels(
        dict(questions),
        {(question, answer): (position, label or answer) for question, answer, position, label in answers},
    )


def _questions(figures: Iterable[JudgedFigure], labels: _Labels) -> list[PrintedQuestion]:
    """Figures by question, in the codebook's order, those of no question last."""
    of = grouped(figures, attrgetter("question"))
    known = [question for question in labels.questions if question in of]
    others = [question for question in of if question not in labels.questions]
    return [
        PrintedQuestion(
            labels.questions.get(question, "Of no single question"), of[question], _table(of[question], labels)
        )
        for question in known + others
    ]


def _table(figures: Sequence[JudgedFigure], labels: _Labels) -> PrintedTable | None:
    """The figures of one question as a table; None where they make none, or are printed in too many places."""
    cells = grouped(figures, _place)
    where = _where_printed(figures)
    if not _is_a_table(figures, cells.values()) or len(where) > _PLACES_IN_A_CAPTION:
        return None
    rows = {row for row, _ in cells}
    columns = sorted({column for _, column in cells}, key=labels.group)
    options = labels.options(figures[0].question, rows)
    return PrintedTable(
        where=listed(where) if where else None,
        columns=[labels.column(column) for column in columns],
        bases=[_line(label, row, columns, cells) for label, row in _bases(rows)],
        options=[_line(label, row, columns, cells) for label, row in options],
    )


def _where_printed(figures: Iterable[JudgedFigure]) -> list[str]:
    return list(dict.fromkeys(figure.where_printed for figure in figures if figure.where_printed))


def _bases(rows: Collection[_Place]) -> list[tuple[str, _Place]]:
    """The rows that are bases, the widest first and with their names."""
    return [(rule.words.title, ("base", rule)) for rule in WIDEST_FIRST if ("base", rule) in rows]


def _place(figure: JudgedFigure) -> tuple[_Place, _Place]:
    """The row and the column of a table in which a figure stands."""
    row = ("base", figure.base or "") if figure.answer is None else ("option", figure.answer)
    return row, (figure.group_by or "", figure.group_value or "")


def _line(label: str, row: _Place, columns: Sequence[_Place], cells: _Cells) -> Line:
    return label, [cells.get((row, column), []) for column in columns]


def _is_a_table(figures: Sequence[JudgedFigure], cells: Collection[Sequence[JudgedFigure]]) -> bool:
    """Whether the figures of one question are: more than one cell, each with one figure of a kind, over one base."""
    shares = {figure.base for figure in figures if figure.answer is not None}
    return (
        figures[0].question is not None
        and len(cells) > 1
        and len(shares) <= 1
        and all(figure.answer is not None or _is_a_base(figure) for figure in figures)
        and all(_is_one_of_a_kind(of) for of in cells)
    )


def _is_a_base(figure: JudgedFigure) -> bool:
    return figure.kind == Kind.BASE and figure.base in WIDEST_FIRST


def _is_one_of_a_kind(cell: Sequence[JudgedFigure]) -> bool:
    return len({(figure.kind, figure.figure) for figure in cell}) == len({figure.kind for figure in cell})
