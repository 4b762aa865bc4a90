"""Every published figure with its verdict; where they are many, by wave and question, as tables where they make one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from operator import attrgetter

import duckdb

from dagster_project.claims import CONTRADICTED, WIDEST_FIRST, Severity, listed
from dagster_project.release.cards import SEVERITY_WORDS
from dagster_project.release.stored import Printed, Row, grouped, stored_rows, wave_name, web_address

_PLACES_IN_A_CAPTION = 3


@dataclass(frozen=True)
class JudgedFigure(Printed):
    """A published figure and what was decided of it.

    `could_be` is what it could be given all others, None where that is what is printed or is not known; `card` the
    finding whose card tells of its verdict.
    """

    kind: str
    question: str | None
    answer: str | None
    group_by: str | None
    group_value: str | None
    base: str | None
    verdict: str
    reproduced: bool | None
    recount_text: str | None
    power: float | None
    could_be: str | None
    card: str | None

    @property
    def is_contradicted(self) -> bool:
        return self.verdict in CONTRADICTED

    @property
    def is_undecided(self) -> bool:
        return self.verdict == Severity.UNDECIDED


@dataclass(frozen=True)
class PrintedQuestion:
    """One question's figures: as a table where they make one (options down, groups across), else as a list.

    The rows of a table are the bases, then the options; a cell holds the figures that are printed for it.
    """

    text: str
    where: str | None
    columns: Sequence[str]
    bases: Sequence[Line]
    options: Sequence[Line]
    listed: Sequence[JudgedFigure]


@dataclass(frozen=True)
class FigureGroup:
    """The figures of one wave, or of one question of a survey without waves."""

    name: str
    address: str | None
    every: Sequence[JudgedFigure]
    questions: Sequence[PrintedQuestion]

    @property
    def contradicted(self) -> int:
        return sum(figure.is_contradicted for figure in self.every)

    @property
    def undecided(self) -> int:
        return sum(figure.is_undecided for figure in self.every)

    @property
    def reproduced(self) -> int:
        return sum(figure.reproduced is True for figure in self.every)


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

    def group(self, column: _Place) -> tuple[bool, str, tuple[int, str]]:
        """Where a column stands: everyone first, then the groups of each variable."""
        return column != _EVERYONE, column[0], self.answer(*column)


def judged_figures(connection: duckdb.DuckDBPyConnection, findings: Iterable[Row]) -> list[JudgedFigure]:
    """Every published figure, in the order of the claims."""
    told: dict[tuple[str, str], str] = {}
    for finding in findings:
        if finding["severity"] in SEVERITY_WORDS:
            for claim in finding["claims"]:
                told.setdefault((claim, finding["severity"]), finding["finding"])
    stored = [field.name for field in fields(JudgedFigure) if field.name not in ("is_statement", "could_be", "card")]
    return [
        JudgedFigure(
            **{name: row[name] for name in stored},
            is_statement=False,
            could_be=_could_be(row),
            card=told.get((row["claim"], row["verdict"])),
        )
        for row in stored_rows(connection, "SELECT * FROM audit.figures ORDER BY position")
    ]


def _could_be(figure: Row) -> str | None:
    low, high = figure["fits_low"], figure["fits_high"]
    if low is None or _is_as_printed(figure):
        return None
    sign = " %" if figure["kind"] == "percentage" else ""
    first = _decimal(low, ROUND_FLOOR)
    if high is None:
        return f"{first}{sign} or more"
    last = _decimal(high, ROUND_CEILING)
    return f"{first}{sign}" if first == last else f"{first} to {last}{sign}"


def _is_as_printed(figure: Row) -> bool:
    """Whether all others leave of a figure what its words say, or, if it is bare, no more than that."""
    low, high = figure["fits_low"], figure["fits_high"]
    if (low, high) == (figure["low"], figure["high"]):
        return True
    within = figure["low"] <= low and high is not None and (figure["high"] is None or high <= figure["high"])
    return within and figure["hedge"] == "none"


def _decimal(value: Decimal, rounding: str) -> str:
    """An end of a range without zeros at its end; one that has no end is cut so that the range only grows."""
    text = f"{value.quantize(Decimal('0.01'), rounding=rounding):,f}"
    return text.rstrip("0").rstrip(".")


def figure_groups(
    connection: duckdb.DuckDBPyConnection, figures: Sequence[JudgedFigure], waves: Sequence[Row]
) -> list[FigureGroup]:
    """Many figures by wave, or by question where there are no waves; in the codebook's order."""
    labels = _labels(connection)
    of_wave = grouped(figures, attrgetter("wave"))
    if set(of_wave) == {None}:
        questions = [(_question(of, labels), of) for of in _by_question(figures, labels)]
        return [FigureGroup(one.text, None, of, [one]) for one, of in questions]
    known = {wave["wave"]: wave for wave in waves if wave["wave"] in of_wave}
    of_none = [figure for wave, of in of_wave.items() if wave not in known for figure in of]
    groups = [
        FigureGroup(wave_name(row), web_address(row["url"]), of_wave[wave], _questions(of_wave[wave], labels))
        for wave, row in known.items()
    ]
    if of_none:
        groups.append(FigureGroup("Of no single wave", None, of_none, _questions(of_none, labels)))
    return groups


def _labels(connection: duckdb.DuckDBPyConnection) -> _Labels:
    questions = connection.execute("SELECT question, question_text FROM raw.questions ORDER BY position").fetchall()
    answers = connection.execute("SELECT question, answer, position, answer_label FROM raw.answers").fetchall()
    return _Labels(
        dict(questions),
        {(question, answer): (position, label or answer) for question, answer, position, label in answers},
    )


def _by_question(figures: Iterable[JudgedFigure], labels: _Labels) -> list[list[JudgedFigure]]:
    """In the codebook's order, figures of no question last."""
    of = grouped(figures, attrgetter("question"))
    known = [of[question] for question in labels.questions if question in of]
    return known + [others for question, others in of.items() if question not in labels.questions]


def _questions(figures: Iterable[JudgedFigure], labels: _Labels) -> list[PrintedQuestion]:
    return [_question(of, labels) for of in _by_question(figures, labels)]


def _question(figures: Sequence[JudgedFigure], labels: _Labels) -> PrintedQuestion:
    question = figures[0].question
    text = labels.questions.get(question, "Of no single question")
    cells = grouped(figures, _place)
    printed = [place for place in dict.fromkeys(figure.where_printed for figure in figures) if place]
    if question is None or not _is_a_table(figures, cells.values()) or len(printed) > _PLACES_IN_A_CAPTION:
        return PrintedQuestion(text, None, [], [], [], figures)
    rows, columns = ({places[of] for places in cells} for of in (0, 1))
    in_order = sorted(columns, key=labels.group)
    rules = [rule for rule in WIDEST_FIRST if ("base", rule) in rows]
    options = sorted((*labels.answer(question, name), name) for kind, name in rows if kind == "option")
    return PrintedQuestion(
        text=text,
        where=listed(printed) if printed else None,
        columns=["All" if column == _EVERYONE else labels.answer(*column)[1] for column in in_order],
        bases=[_line(rule.words.title, ("base", rule), in_order, cells) for rule in rules],
        options=[_line(label, ("option", name), in_order, cells) for _, label, name in options],
        listed=[],
    )


def _place(figure: JudgedFigure) -> tuple[_Place, _Place]:
    """The row and the column of a table in which a figure stands."""
    row = ("base", figure.base or "") if figure.answer is None else ("option", figure.answer)
    return row, (figure.group_by or "", figure.group_value or "")


def _line(label: str, row: _Place, columns: Sequence[_Place], cells: _Cells) -> Line:
    return label, [cells.get((row, column), []) for column in columns]


def _is_a_table(figures: Sequence[JudgedFigure], cells: Collection[Sequence[JudgedFigure]]) -> bool:
    """Whether the figures of one question are: more than one cell, each with one figure of a kind, over one base."""
    over = {figure.base for figure in figures if figure.answer is not None}
    bases = [figure for figure in figures if figure.answer is None]
    return (
        len(cells) > 1
        and len(over) <= 1
        and all(figure.kind == "base" and figure.base in WIDEST_FIRST for figure in bases)
        and all(_is_one_of_a_kind(of) for of in cells)
    )


def _is_one_of_a_kind(cell: Sequence[JudgedFigure]) -> bool:
    return len({(figure.kind, figure.figure) for figure in cell}) == len({figure.kind for figure in cell})
