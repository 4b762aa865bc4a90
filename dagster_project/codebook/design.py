"""The sample of a survey: its waves, its design and what came of every case; what the columns of the design say."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

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


class Wave(Model):
    """One repetition of the questionnaire."""

    id: Name
    label: str | None = None
    fieldwork: Fieldwork | None = None
    url: str | None = None
    published: Text | None = Field(default=None, description="When its figures were printed.")


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
