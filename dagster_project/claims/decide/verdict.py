"""The one vocabulary of verdicts: what a person is told of figures, wherever they are told it."""

from enum import StrEnum


class Verdict(StrEnum):
    """Whether figures can be, from the worst on."""

    IMPOSSIBLE = "impossible"  # as worded; other meanings may fit
    UNDECIDED = "undecided"  # the search ran into its time limit: nothing is claimed
    CONDITIONAL = "conditional"  # the words leave open what is meant, and one meaning, which is named, is possible
    POSSIBLE = "possible"
    NOT_CHECKABLE = "not checkable"  # whatever had been printed would have passed
