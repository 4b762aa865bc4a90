"""The four bases, and every form in which they are said: the one vocabulary of whom a percentage divides by."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from dagster_project.claims.read.given import word


class BaseWords(NamedTuple):
    """How one base is said."""

    title: str
    """At the head of a row: Led to the question."""
    printed: str
    """Behind a number that was printed: 150 *asked*."""
    counted: str
    """Behind a number that was counted: 150 *contacted*."""
    those: str
    """As the people in it: of *those who answered*."""
    did: str
    """As what these did: they *gave a substantive answer*."""
    definition: str
    """As a sentence that explains it."""


class BaseRule(StrEnum):
    """Whom a percentage divides by, from narrow to wide.

    answered: gave a substantive answer; routed: were asked the question, don't-knows and refusals included;
    all: every respondent; asked: everybody contacted, whether or not they responded.
    """

    answered = "answered"
    routed = "routed"
    all = "all"
    asked = "asked"

    @property
    def words(self) -> BaseWords:
        """Every form in which it is said."""
        return _WORDS[self]


def base_given(given: BaseRule | str) -> BaseRule:
    """A base rule by its name."""
    return word(given, BaseRule, "base rule")


WIDEST_FIRST = tuple(reversed(BaseRule))  # everyone in one is in those before it

_WORDS: Mapping[BaseRule, BaseWords] = {
    BaseRule.answered: BaseWords(
        title="Answered",
        printed="who answered",
        counted="who answered",
        those="those who answered",
        did="gave a substantive answer",
        definition="Those who gave the question a substantive answer.",
    ),
    BaseRule.routed: BaseWords(
        title="Led to the question",
        printed="led to the question",
        counted="led to the question",
        those="those led to the question",
        did="were led to the question",
        definition="Those who were led to the question, with don't-knows, refusals and blanks.",
    ),
    BaseRule.all: BaseWords(
        title="Responded",
        printed="who responded",
        counted="who responded",
        those="all who responded",
        did="responded to the survey",
        definition="Everyone who responded to the survey.",
    ),
    BaseRule.asked: BaseWords(
        title="Asked",
        printed="asked",
        counted="contacted",
        those="those asked",
        did="were contacted for the survey",
        definition="Everyone who was contacted, whether or not they responded.",
    ),
}
