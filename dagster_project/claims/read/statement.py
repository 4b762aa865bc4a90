"""What one sentence says of one base: a triple, or a list of answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.given import GivenError, several
from dagster_project.claims.read.given_figures import figure_given
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import COUNTS, PERCENTAGES, Interval
from dagster_project.claims.read.lexicon import Lexicon


class StatementError(GivenError):
    """A sentence that is no statement about a base. The message names the words not understood and the mend."""


@dataclass(frozen=True)
class Triple:
    """Figures that are said to belong together, each read if it is given as text; the count or the percentage may lack.

    `text` is the statement as published, `who` the words for the respondents in the base, as far as known.
    """

    count: Figure | None
    base: Figure
    percentage: Figure | None
    text: str = ""
    who: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "base", figure_given(self.base, Kind.BASE))
        _place_figures(self)
        if self.count is None and self.percentage is None:
            raise GivenError(f"{self.base.text!r} is a base alone: a triple needs a count or a percentage of it")

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

    def __post_init__(self) -> None:
        _place_figures(self)

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(f for f in (self.count, self.percentage) if f is not None)


@dataclass(frozen=True)
class Net:
    """A part of a list that others are parts of, by their places; `is_open`: it may have parts that are not named."""

    whole: int
    parts: tuple[int, ...]
    is_open: bool = False


@dataclass(frozen=True)
class Listing:
    """Several answers in the order of the text, of one base, which is None where none is said.

    All parts have the same kinds of figures, and all have a label, or none has. `who` is
    the words for the respondents in the base, as far as said. `several`: the text says that each could give several
    answers; `exclusive`: by their words nobody gave two of them; `of_groups`: they are groups of respondents by their
    words; `complete`: they are said to be all the answers; `nets`: which of them are parts of which; `overall`: the
    part that is said to be of all groups together.
    """

    text: str
    parts: tuple[Part, ...]
    base: Figure | None
    who: str = ""
    several: bool = False
    exclusive: bool = False
    of_groups: bool = False
    complete: bool = False
    nets: tuple[Net, ...] = ()
    overall: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", several(self.parts, Part, "the parts of a listing", "give Part(label, …)"))
        if self.base is not None:
            object.__setattr__(self, "base", figure_given(self.base, Kind.BASE))

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure: those of the parts in their order, then the base."""
        of_parts = tuple(figure for part in self.parts for figure in part.figures)
        return of_parts if self.base is None else (*of_parts, self.base)


def _place_figures(one: Triple | Part) -> None:
    """A count and a percentage in their places, read where they are given as text."""
    if one.count is not None:
        object.__setattr__(one, "count", figure_given(one.count, Kind.COUNT))
    if one.percentage is not None:
        object.__setattr__(one, "percentage", figure_given(one.percentage, Kind.PERCENTAGE))


def are_exclusive(labels: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether by the labels of a list nobody gives two of its answers; without labels they are taken so."""
    words = _words_of(labels)
    return not words or not words.isdisjoint(lexicon.exclusive)


def are_groups(labels: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether the labels of a list are groups of respondents."""
    return len(_words_of(labels) & lexicon.groups) > 1


def _words_of(labels: Sequence[str]) -> set[str]:
    return {word for label in labels for word in label.casefold().replace("’", "'").split()}
