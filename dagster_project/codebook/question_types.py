"""What a question of each type is: the one place that tells types apart; everything else asks for a trait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Holds(StrEnum):
    """What a question's column of the records table holds.

    code: one of its codes; codes: a list of them; number and words: what was given, with the missing code in its place
    in a column beside it.
    """

    code = "code"
    codes = "codes"
    number = "number"
    words = "words"


@dataclass(frozen=True)
class Traits:
    """What holds of every question of a type; what is not said does not hold.

    takes_one: whoever answers gives exactly one of its options, so its answers divide those who answered: it may be
    complete, have scores, be a group, and be a margin of the weighting. takes_several: any number of its options, in
    one cell between separators or in a column for each; it may have exclusive options, and its tables have shares of
    mentions. Either has options with their nets, and rows in the tables of results. is_number: what is given is a
    number, so it has a mean, a total and quantiles. answered: how, in the words of a report.
    """

    holds: Holds
    answered: str
    takes_one: bool = False
    takes_several: bool = False
    is_number: bool = False

    @property
    def has_options(self) -> bool:
        """Whether it is answered by options of a list."""
        return self.takes_one or self.takes_several


class QuestionType(StrEnum):
    """How a question is answered: one option, several, a number, or words."""

    single = "single"
    multiple = "multiple"
    quantity = "quantity"
    text = "text"

    @property
    def traits(self) -> Traits:
        """What holds of every question of this type."""
        return _TRAITS[self]


_TRAITS = {
    QuestionType.single: Traits(Holds.code, "with one option", takes_one=True),
    QuestionType.multiple: Traits(Holds.codes, "with any number of options", takes_several=True),
    QuestionType.quantity: Traits(Holds.number, "with a number", is_number=True),
    QuestionType.text: Traits(Holds.words, "in words"),
}


def types_that(holds: Callable[[Traits], bool]) -> str:
    """The types of which that holds, for a sentence: `single`, or `single or multiple`."""
    *others, last = (one.value for one in QuestionType if holds(one.traits))
    return f"{', '.join(others)} or {last}" if others else last
