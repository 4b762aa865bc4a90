"""How bad a finding is: finer than a verdict, since it also says how the verdict was come by."""

from collections.abc import Mapping
from enum import StrEnum

from dagster_project.claims.decide.verdict import Verdict


class Severity(StrEnum):
    """How bad a finding is, from the worst on; of two that say no harm, the one that says more comes first."""

    PROVED_IMPOSSIBLE = "proved impossible"
    IMPOSSIBLE_AS_LABELLED = "impossible as labelled"  # a reading that changes no figure works
    UNDECIDED = "undecided"  # the search ran into its time limit: nothing is claimed
    CONDITIONAL = "conditional"  # impossible in one meaning of the words, possible in another that lies as near
    NEEDS_AN_ASSUMPTION = "needs an assumption"  # it fits, if something is so that is not said
    REPRODUCED = "reproduced"  # the records give it
    CONSISTENT = "consistent"
    NOT_CHECKABLE = "not checkable"  # whatever had been printed would have passed

    @property
    def is_contradicted(self) -> bool:
        """Whether the figures cannot stand as they are printed and labelled."""
        return self in CONTRADICTED

    @property
    def verdict(self) -> Verdict:
        """What it says of the figures, in the vocabulary that readers see."""
        return _VERDICTS[self]


WORST_FIRST = tuple(Severity)
CONTRADICTED = (Severity.PROVED_IMPOSSIBLE, Severity.IMPOSSIBLE_AS_LABELLED)

_VERDICTS: Mapping[Severity, Verdict] = {
    Severity.PROVED_IMPOSSIBLE: Verdict.IMPOSSIBLE,
    Severity.IMPOSSIBLE_AS_LABELLED: Verdict.IMPOSSIBLE,
    Severity.UNDECIDED: Verdict.UNDECIDED,
    Severity.CONDITIONAL: Verdict.CONDITIONAL,
    Severity.NEEDS_AN_ASSUMPTION: Verdict.CONDITIONAL,
    Severity.REPRODUCED: Verdict.POSSIBLE,
    Severity.CONSISTENT: Verdict.POSSIBLE,
    Severity.NOT_CHECKABLE: Verdict.NOT_CHECKABLE,
}
