"""Charts as what their templates draw: rows on one scale, every place in percent of the scale's width.

A place in percent lets text stay text and of one size at every width. What a chart says stands in its two titles, the
message and what is measured of whom, and in words for those who do not see it. Which rows are shown is decided here;
what they mean is decided by the sections of the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dagster_project.claims import listed
from dagster_project.release import numbers
from dagster_project.release.numbers import Number
from dagster_project.schema import Row

MOST_ROWS = 20  # of an answer's bars; of more the largest are drawn, and the table has all
MOST_GROUPS = 8
_LABEL = 60  # so many characters of a label stand beside a bar; the table has all of it
# Where a scale of percentages may end, and how far its ticks are apart.
_TOPS = {10: 5, 20: 10, 40: 10, 60: 20, 80: 20, 100: 50}


@dataclass(frozen=True)
class Scale:
    """A scale from 0: where a value lies on it, in percent of its width."""

    top: Fraction
    ticks: Sequence[Fraction]
    sign: str = " %"

    def at(self, value: Number) -> str:
        """The place of a value, cut off at the scale's ends."""
        place = Fraction(str(value)) / self.top
        return numbers.percent(min(max(place, Fraction(0)), Fraction(1)), 2)

    def width(self, low: Number, high: Number) -> str:
        """How wide it is from one value to another."""
        return numbers.decimals(Fraction(self.at(high)) - Fraction(self.at(low)), 2)

    @property
    def marks(self) -> Sequence[tuple[str, str]]:
        """The ticks: where they are, and what is written at them, the sign at the last."""
        return [
            (self.at(tick), f"{numbers.number(tick)}{self.sign if tick == self.top else ''}") for tick in self.ticks
        ]


def percent_scale(most: Iterable[Number]) -> Scale:
    """A scale of percentages, no longer than it has to be."""
    highest = max((Fraction(str(value)) for value in most), default=Fraction(100))
    top = next((top for top in _TOPS if highest <= top), 100)
    return Scale(Fraction(top), [Fraction(tick) for tick in range(0, top + 1, _TOPS[top])])


def number_scale(most: Iterable[Number]) -> Scale:
    """A scale of respondents up to a round number."""
    highest = max((Fraction(str(value)) for value in most), default=Fraction(1))
    size = 10 ** max(len(str(int(highest))) - 1, 0)
    top = next(Fraction(size * step) for step in (1, 2, 5, 10) if highest <= size * step)
    return Scale(top, [top * step / 5 for step in range(0, 6, 1 if top >= 5 else 5)], "")


# -- printed against possible ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RangeRow:
    """What was printed, as from where to where it can stand for, and what it could be given the others."""

    label: str
    printed: tuple[Fraction, Fraction]
    possible: tuple[Fraction, Fraction]
    could_be: str

    @property
    def middle(self) -> Fraction:
        return (self.printed[0] + self.printed[1]) / 2


@dataclass(frozen=True)
class RangeChart:
    """Printed figures against what each could be, on one scale."""

    scale: Scale
    rows: Sequence[RangeRow]
    in_words: str


# -- answers --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bar:
    """One share: a label, its percentage as the table has it, and its interval where it has one.

    `share` is None where there is no percentage, and `text` then says why.
    """

    label: str
    text: str
    share: Fraction | None
    interval: tuple[Fraction, Fraction] | None = None
    is_answer: bool = True
    mark: str | None = None


@dataclass(frozen=True)
class BarChart:
    """Shares as bars or dots, under headings where there are several of one answer."""

    title: str
    left_out: str | None  # what is not drawn, where not all is
    scale: Scale
    parts: Sequence[tuple[str | None, Sequence[Bar]]]

    @property
    def in_words(self) -> str:
        """The chart for those who do not see it; the table beside it has the rest."""
        told = [
            f"{f'{heading}, ' if heading else ''}{bar.label}: {bar.text}"
            for heading, bars in self.parts
            for bar in bars
        ]
        return f"{self.title}. {'; '.join(told[:MOST_ROWS])}."

    @property
    def with_intervals(self) -> bool:
        return any(bar.interval for _, bars in self.parts for bar in bars)


def short(label: str, room: int = _LABEL) -> str:
    """A label that has room beside a bar, or so many characters."""
    return label if len(label) <= room else f"{label[: room - 1].rstrip()}…"


def bar(label: str, row: Row, mark: str | None = None) -> Bar:
    """A row of toplines or of crosstabs as a bar."""
    share, low, high = row["share"], row["ci_low"], row["ci_high"]
    if row["withheld"] or row["percent_text"] is None or share is None:
        return Bar(short(label), "withheld" if row["withheld"] else "no percentage", None, mark=mark)
    return Bar(
        label=short(label),
        text=f"{row['percent_text']} %",
        share=100 * Fraction(str(share)),
        interval=None if low is None else (100 * Fraction(str(low)), 100 * Fraction(str(high))),
        is_answer=row["kind"] in ("valid", "net"),
        mark=mark,
    )


def answers_chart(rows: Sequence[tuple[str, Row]]) -> BarChart | None:
    """The answers to one question as bars; None where none has a percentage."""
    bars = [bar(label, row) for label, row in rows]
    shown = [one for one in bars if one.share is not None]
    if not shown:
        return None
    left_out = None
    if len(bars) > MOST_ROWS:
        bars = sorted(shown, key=lambda one: one.share or 0, reverse=True)[:MOST_ROWS]
        left_out = f"The {len(bars)} largest of {len(rows):,} answers are drawn; the table has all."
    return BarChart(_largest(shown), left_out, percent_scale(_ends(bars)), [(None, bars)])


def groups_chart(
    rows: Sequence[tuple[str, Sequence[Row | None]]], columns: Sequence[tuple[str, str | None]]
) -> BarChart | None:
    """One question by groups: a part for each answer, in it a dot for each group; None where they are too many."""
    if len(columns) > MOST_GROUPS or len(rows) > MOST_ROWS:
        return None
    parts = [
        (
            short(label),
            [
                bar(group, cell, letter)
                for (group, letter), cell in zip(columns, cells, strict=True)
                if cell is not None
            ],
        )
        for label, cells in rows
    ]
    every = [one for _, bars in parts for one in bars]
    if not any(one.share is not None for one in every):
        return None
    return BarChart(_widest(parts), None, percent_scale(_ends(every)), parts)


def _ends(bars: Iterable[Bar]) -> list[Fraction]:
    """How far each bar reaches, with its interval."""
    return [one.interval[1] if one.interval else one.share for one in bars if one.share is not None]


def _largest(bars: Sequence[Bar]) -> str:
    """Which answer is the largest, in words."""
    answers = [one for one in bars if one.is_answer] or bars
    most = max(one.share or 0 for one in answers)
    largest = [one for one in answers if one.share == most]
    if len(largest) > 2:
        return f"{len(largest)} answers are the largest, each with {largest[0].text}"
    return f"{listed([f'“{one.label}”' for one in largest])}: {largest[0].text}"


def apart_text(answer: str | None, high: Bar, low: Bar) -> str:
    """How far two groups are apart in an answer."""
    return f"“{answer}”: {high.label} {high.text}, {low.label} {low.text}"


def _widest(parts: Sequence[tuple[str | None, Sequence[Bar]]]) -> str:
    """Where groups are farthest apart, in words."""
    far: list[tuple[Fraction, str]] = []
    for heading, bars in parts:
        of = sorted((one for one in bars if one.share is not None), key=lambda one: one.share or 0)
        if len(of) > 1:
            apart = (of[-1].share or Fraction(0)) - (of[0].share or Fraction(0))
            far.append((apart, apart_text(heading, of[-1], of[0])))
    return max(far)[1] if far else "Only one group has percentages"


# -- waves ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One answer over the waves: where each wave's point is, None where it has no percentage."""

    label: str
    points: Sequence[tuple[str, str, str] | None]  # across and up in percent, and the percentage

    @property
    def steps(self) -> Sequence[tuple[tuple[str, str, str], tuple[str, str, str]]]:
        """Points of waves that follow each other; there is no line over a wave that has none."""
        return [
            (first, second)
            for first, second in zip(self.points, self.points[1:], strict=False)
            if first is not None and second is not None
        ]


@dataclass(frozen=True)
class LineChart:
    """The answers to one question over the waves, each in a panel of its own on the same scale."""

    title: str
    scale: Scale
    waves: Sequence[tuple[str, str]]  # where each is, and what it is called
    lines: Sequence[Line]
    breaks: Sequence[str]  # the waves that have no percentage at all

    @property
    def in_words(self) -> str:
        """The chart for those who do not see it."""
        names = [name for _, name in self.waves]
        told = [
            f"{line.label}: "
            + ", ".join(
                f"{name} {point[2] if point else 'none'}" for name, point in zip(names, line.points, strict=True)
            )
            for line in self.lines
        ]
        return f"{self.title}. {'; '.join(told[:MOST_ROWS])}."


@dataclass(frozen=True)
class _Share:
    """A percentage, exactly and as the table has it."""

    of_hundred: Fraction
    text: str


def waves_chart(rows: Sequence[tuple[str, Mapping[str, Row]]], waves: Sequence[tuple[str, str]]) -> LineChart | None:
    """One question over the waves, each given by its name and label; None where fewer than two have any share."""
    found = [(label, _over(waves, cells)) for label, cells in rows]
    silent = _silent(found, [label for _, label in waves])
    if len(waves) - len(silent) < 2 or len(found) > MOST_ROWS:
        return None
    scale = percent_scale(share.of_hundred for _, of in found for share in of if share is not None)
    places, labels = _places(len(waves)), [short(label) for _, label in waves]
    lines = [_line(label, of, places, scale) for label, of in found]
    return LineChart(_most_changed(found), scale, list(zip(places, labels, strict=True)), lines, silent)


def _over(waves: Sequence[tuple[str, str]], cells: Mapping[str, Row]) -> list[_Share | None]:
    return [_shown(cells.get(wave)) for wave, _ in waves]


def _places(many: int) -> list[str]:
    """Where each of so many waves stands, in percent of the width."""
    return [numbers.percent(Fraction(2 * n + 1, 2 * many), 2) for n in range(many)]


def _silent(found: Sequence[tuple[str, Sequence[_Share | None]]], labels: Sequence[str]) -> list[str]:
    """The waves of which no answer has a percentage."""
    return [label for wave, label in enumerate(labels) if not any(of[wave] for _, of in found)]


def _line(label: str, of: Sequence[_Share | None], places: Sequence[str], scale: Scale) -> Line:
    return Line(short(label), [_point(row, x, scale) for row, x in zip(of, places, strict=True)])


def _shown(row: Row | None) -> _Share | None:
    """A cell that has a percentage."""
    if row is None or row["withheld"] or row["percent_text"] is None or row["share"] is None:
        return None
    return _Share(100 * Fraction(str(row["share"])), f"{row['percent_text']} %")


def _point(share: _Share | None, across: str, scale: Scale) -> tuple[str, str, str] | None:
    if share is None:
        return None
    return across, numbers.decimals(100 - Fraction(scale.at(share.of_hundred)), 2), share.text


def _most_changed(found: Sequence[tuple[str, Sequence[_Share | None]]]) -> str:
    """The answer that changed most from its first wave to its last, in words."""
    changes = []
    for label, of in found:
        known = [share for share in of if share is not None]
        if len(known) > 1:
            first, last = known[0], known[-1]
            changes.append(
                (abs(last.of_hundred - first.of_hundred), f"“{short(label)}”: from {first.text} to {last.text}")
            )
    return max(changes)[1] if changes else "No answer has percentages of two waves"
