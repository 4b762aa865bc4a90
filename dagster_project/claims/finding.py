"""What an audit says of some claims: findings, with the repairs and readings that they carry. Values only."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from dagster_project.claims.decide.senses import Sense
from dagster_project.claims.decide.severity import WORST_FIRST, Severity
from dagster_project.claims.decide.slips import Slip
from dagster_project.claims.decide.verdict import Verdict
from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.given import several
from dagster_project.claims.read.interval import Interval
from dagster_project.claims.read.statement import Triple


class Code(StrEnum):
    """What kind of finding it is. The words are stable: filters and links may rest on them."""

    TRIPLE = "triple"
    GRANULARITY = "granularity"
    BASE_SET = "base set"
    PARTITION = "partition"
    SUBGROUP = "subgroup"
    ROUTING = "routing"
    ORDER = "order or majority"
    CHANGE = "change over waves"
    RESPONSE_RATE = "response rate"
    RECOUNT = "recount"
    BASE_DEFINITION = "base definition"
    WEIGHTING = "weighting"
    ROUNDING = "rounding"
    DISCLOSURE = "missing disclosure"


@dataclass(frozen=True)
class RepairedFigure:
    """One figure of a repair: what it may be (a percentage: as printed), that in words, and a slip that explains it."""

    claims: tuple[str, ...]
    figure: Figure
    interval: Interval
    message: str
    slip: Slip | None = None


@dataclass(frozen=True)
class Repair:
    """Figures that have to change together so that everything is possible, and the trust that it takes."""

    figures: tuple[RepairedFigure, ...]
    weight: int


@dataclass(frozen=True)
class Reading:
    """Another meaning that changes no figure, with the intervals that then belong together where it is of a triple."""

    title: Sense
    claims: tuple[str, ...]
    message: str
    cost: int
    count: Interval | None = None
    base: Interval | None = None
    percentage: Interval | None = None


@dataclass(frozen=True)
class Finding:
    """What the audit says of some claims. `power` is the share of wrong values that would have been caught.

    `statement` is what is found, `remarks` are further sentences, on the search itself. `told` are the readings that
    the message tells, in its order; None: all, as they are listed. `condition` is the clause after "possible if"; ""
    where the verdict is not conditional. Without claims it is about the publication as a whole.
    """

    code: Code
    severity: Severity
    claims: tuple[str, ...]
    statement: str
    power: Fraction | None = None
    repairs: tuple[Repair, ...] = ()
    readings: tuple[Reading, ...] = ()
    triple: Triple | None = None
    remarks: tuple[str, ...] = ()
    told: tuple[Reading, ...] | None = None
    condition: str = ""

    @property
    def message(self) -> str:
        """Everything in one paragraph: the statement, the readings, the remarks."""
        told = self.readings if self.told is None else self.told
        return " ".join([self.statement, *(reading.message for reading in told), *self.remarks])

    @property
    def verdict(self) -> Verdict | None:
        """What it says of its figures; None where it is about the publication as a whole."""
        return self.severity.verdict if self.claims else None


def contradicted_by(readings: Iterable[Reading], *, all_tried: bool = True) -> Severity:
    """How bad figures are that cannot stand: less so if they can in another meaning, of which not all may be tried."""
    if tuple(readings):
        return Severity.IMPOSSIBLE_AS_LABELLED
    return Severity.PROVED_IMPOSSIBLE if all_tried else Severity.UNDECIDED


def cheapest_first(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Readings by cost; those that cost the same in the order given."""
    return tuple(sorted(readings, key=lambda reading: reading.cost))


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by severity; within one in the order given."""
    findings = several(findings, Finding, "findings", "give those of an Audit")
    return tuple(sorted(findings, key=lambda finding: WORST_FIRST.index(finding.severity)))
