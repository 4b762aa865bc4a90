"""What an audit is told of a survey: its questions, and its published claims with their place in them.

Here belong the plain values that the joint audit starts from. Reading them from files is the codebook's business, what
they imply for the respondents is `joint`'s.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dagster_project.claims.read import given
from dagster_project.claims.read.bases import BaseRule, base_given
from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.hedges import Kind

Group = tuple[str, str]  # a group question and the answer that makes the group


@dataclass(frozen=True)
class Cell:
    """Where a figure stands in a survey's tables; None: not narrowed."""

    question: str | None = None
    answer: str | None = None
    group: Group | None = None
    wave: str | None = None


@dataclass(frozen=True)
class Claim:
    """A figure with what it is said to be. `base` is the base rule that it divides by, or is.

    `weighted`: it divides weights, not respondents. `counted`: it was recounted from records and cannot be wrong.
    """

    id: str
    figure: Figure
    cell: Cell
    base: BaseRule | None = None
    weighted: bool = False
    counted: bool = False

    def __post_init__(self) -> None:
        given.text(self.id, "a claim's id", "C1")
        given.instance(self.figure, Figure, f"the figure of claim {self.id}", "give what parse_figure reads")
        given.instance(self.cell, Cell, f"the cell of claim {self.id}", "give a Cell(question, answer)")
        if self.base is not None:
            object.__setattr__(self, "base", base_given(self.base))

    @property
    def kind(self) -> Kind:
        return self.figure.kind

    @property
    def base_rule(self) -> BaseRule:
        """Whom it divides by, or is; who answered where that goes without saying."""
        return self.base or BaseRule.answered


def claims_given(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Claims, and nothing that only looks like some."""
    return given.several(claims, Claim, "claims", "give each as Claim(id, figure, cell)")


@dataclass(frozen=True)
class Question:
    """A question as far as its counts follow from it.

    `single`: each who answered gave one of the `answers`; else any number of them, `exclusive` ones alone. `missing`
    are the codes of don't-knows and refusals, `not_asked` those that take out somebody who was led here. `nets` count
    several answers as one, and who gave two of them once. `complete`: nobody is without an answer, so that groups by it
    partition every base. `asked_if`: the question and the answers to it that lead here; `wave`: the one in which it was
    put. `presumed`: nobody says it is single.
    """

    id: str
    answers: tuple[str, ...] = ()
    single: bool = True
    missing: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    complete: bool = False
    asked_if: tuple[str, tuple[str, ...]] | None = None
    wave: str | None = None
    presumed: bool = False
    nets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given.text(self.id, "a question's id", "q1")
        for name in ("answers", "missing", "not_asked", "exclusive"):
            codes = given.several(getattr(self, name), str, f"the {name} of question {self.id}", "give each as text")
            object.__setattr__(self, name, codes)


@dataclass(frozen=True)
class Order:
    """The text says that the share of one cell is larger than that of another, of the same base."""

    id: str
    greater: str
    smaller: str
    text: str = ""


@dataclass(frozen=True)
class Names:
    """What questions, answers and waves are called in sentences; what has no name is called by its id."""

    questions: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[tuple[str, str], str] = field(default_factory=dict)
    waves: Mapping[str, str] = field(default_factory=dict)

    def question(self, cell: Cell) -> str:
        """The question, with its wave by its label: `Question 2a, March`; without one, `Question 2a, wave 2019-08`."""
        name = "" if cell.question is None else self.questions.get(cell.question, f"Question {cell.question}")
        return ", ".join(part for part in (name, self.wave(cell)) if part)

    def wave(self, cell: Cell) -> str:
        return "" if cell.wave is None else self.waves.get(cell.wave, f"wave {cell.wave}")

    def answer(self, cell: Cell) -> str:
        return self._label(cell.question, cell.answer)

    def group(self, cell: Cell) -> str:
        """Whom a cell is about, if it is a group: `manufacturers`."""
        return "" if cell.group is None else self._label(*cell.group)

    def _label(self, question: str | None, answer: str | None) -> str:
        return self.answers.get((question or "", answer or ""), answer or "")
