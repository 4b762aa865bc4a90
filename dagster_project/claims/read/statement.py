"""What one sentence says of one base: a triple, or a list of answers."""

from dataclasses import dataclass

from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import COUNTS, PERCENTAGES, Interval


class StatementError(ValueError):
    """A sentence that is no statement about a base. The message names the words not understood and the mend."""


@dataclass(frozen=True)
class Triple:
    """Figures that are said to belong together; the count or the percentage may be left unsaid.

    `text` is the statement as published, `who` the words for the respondents in the base, as far as known.
    """

    count: Figure | None
    base: Figure
    percentage: Figure | None
    text: str = ""
    who: str = ""

    def __post_init__(self) -> None:
        placed = ((self.count, Kind.COUNT), (self.base, Kind.BASE), (self.percentage, Kind.PERCENTAGE))
        for figure, kind in placed:
            if figure is not None and figure.kind is not kind:
                raise ValueError(f"{figure.text!r} is a {figure.kind} in the place of the {kind}: read it as {kind}")
        if self.count is None and self.percentage is None:
            raise ValueError(f"{self.base.text!r} is a base alone: a triple needs a count or a percentage of it")

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(f for f in (self.count, self.base, self.percentage) if f is not None)

    @property
    def count_interval(self) -> Interval:
        return COUNTS if self.count is None else self.count.interval

    @property
    def percentage_interval(self) -> Interval:
        return PERCENTAGES if self.percentage is None else self.percentage.interval


@dataclass(frozen=True)
class Part:
    """What a list says of one answer: its count, its percentage or both. `label` is "" where none is said."""

    label: str
    count: Figure | None
    percentage: Figure | None

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(f for f in (self.count, self.percentage) if f is not None)


@dataclass(frozen=True)
class Listing:
    """Several answers in the order of the text, of one base, which is None where none is said.

    All parts have the same kinds of figures, and all have a label, or none has. `who` is
    the words for the respondents in the base, as far as said. `several`: the text says that each could give several
    answers; `exclusive`: by their words nobody gave two of them; `of_groups`: they are groups of respondents by their
    words.
    """

    text: str
    parts: tuple[Part, ...]
    base: Figure | None
    who: str = ""
    several: bool = False
    exclusive: bool = False
    of_groups: bool = False

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure: those of the parts in their order, then the base."""
        of_parts = tuple(figure for part in self.parts for figure in part.figures)
        return of_parts if self.base is None else (*of_parts, self.base)
