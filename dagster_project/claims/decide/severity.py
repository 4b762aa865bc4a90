"""How bad a finding is: the one vocabulary of verdicts on figures."""

from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is, from the worst on; of two that say no harm, the one that says more comes first."""

    PROVED_IMPOSSIBLE = "proved impossible"
    IMPOSSIBLE_AS_LABELLED = "impossible as labelled"  # a reading that changes no figure works
    UNDECIDED = "undecided"  # the search ran into its time limit: nothing is claimed
    NEEDS_AN_ASSUMPTION = "needs an assumption"  # it fits, if something is so that is not said
    REPRODUCED = "reproduced"  # the records give it
    CONSISTENT = "consistent"
    NOT_CHECKABLE = "not checkable"  # whatever had been printed would have passed

    @property
    def is_contradicted(self) -> bool:
        """Whether the figures cannot stand as they are printed and labelled."""
        return self in CONTRADICTED


WORST_FIRST = tuple(Severity)
CONTRADICTED = (Severity.PROVED_IMPOSSIBLE, Severity.IMPOSSIBLE_AS_LABELLED)
