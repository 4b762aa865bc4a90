"""The sample of a survey: its kind, waves and design, and what came of every case; what the design's columns say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, InstanceOf, WithJsonSchema, model_validator

from dagster_project.claims import FigureError, Interval, Kind, parse_figure
from dagster_project.codebook.fields import Day, Model, Name, Text


class Fieldwork(Model):
    """First and last day on which answers were taken."""

    start: Day
    end: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"fieldwork ends ({self.end}) before it starts ({self.start}).")
        return self


@dataclass(frozen=True)
class AskedCount:
    """How many were contacted as it is written, 1200 or around 150, and what that means: from `low` to `high`."""

    text: str
    low: int
    high: int

    @property
    def exactly(self) -> int | None:
        """The number, where it is one."""
        return self.low if self.low == self.high else None


def _asked_count(written: object) -> AskedCount:
    text = str(written)
    try:
        meant = parse_figure(text, Kind.BASE).interval
    except FigureError:
        meant = Interval.of(1, 0)
    if meant.is_empty or meant.high is None:
        what = "leaves open how many at most" if meant.high is None else "is no number of people"
        raise ValueError(f"{text!r} {what}; write 1200, or around 1200 where nobody knows it nearer.")
    return AskedCount(text, int(meant.low), int(meant.high))


Asked = Annotated[
    InstanceOf[AskedCount],
    BeforeValidator(_asked_count),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string"}]}),
]


class Wave(Model):
    """One repetition of the questionnaire."""

    id: Name
    label: str | None = None
    fieldwork: Fieldwork | None = None
    url: str | None = None
    published: Text | None = Field(default=None, description="When its figures were printed.")


class Sample(StrEnum):
    """How the respondents came to be those that they are, after the disclosure standards of AAPOR's Code.

    quota: chosen to fill quotas; opt-in: they chose to take part; census: everybody of the universe was asked; none:
    nobody was drawn, as where an editor chose or nobody answered. Chance in drawing, and with it a standard error,
    there is in a probability sample only.
    """

    probability = "probability"
    quota = "quota"
    opt_in = "opt-in"
    census = "census"
    none = "none"

    @property
    def no_sampling_error(self) -> str | None:
        """Why such a sample has no standard error; None where it has one."""
        return _NO_SAMPLING_ERROR.get(self)


_NO_SAMPLING_ERROR = {
    Sample.quota: "a quota sample has no sampling error",
    Sample.opt_in: "an opt-in sample has no sampling error",
    Sample.census: "a census has no sampling error",
    Sample.none: "no sample was drawn at random",
}


class WeightsSumTo(StrEnum):
    """What the weights of all respondents sum to: the universe, or the number of respondents."""

    universe = "universe"
    respondents = "respondents"


class LoneUnits(StrEnum):
    """What is said where a stratum has a single sampling unit, which tells nothing of how its units differ.

    fail: no standard error; certainty: the unit was sure to be drawn and adds no variance; average: it adds as much as
    the other strata do on average.
    """

    fail = "fail"
    certainty = "certainty"
    average = "average"


class Disposition(StrEnum):
    """What came of trying to interview somebody of the sample, after AAPOR's Standard Definitions.

    unknown_household: nobody knows whether there is an eligible household; unknown_other: nor whether somebody in it is
    eligible.
    """

    complete = "complete"
    partial = "partial"
    refusal = "refusal"
    non_contact = "non_contact"
    other = "other"
    unknown_household = "unknown_household"
    unknown_other = "unknown_other"
    not_eligible = "not_eligible"


RESPONDED = (Disposition.complete, Disposition.partial)
