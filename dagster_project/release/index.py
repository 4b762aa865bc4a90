"""The page over all surveys: each with its last release."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from dagster_project.release.page import write_page


@dataclass(frozen=True)
class SurveyLine:
    """One survey in the index. `report_href` is relative to the index; what is not known is None."""

    survey: str
    title: str
    provenance: str
    status: str  # "released", "failed", "never released", …
    records: int | None = None
    rejects: int | None = None
    figures: int | None = None
    verdicts: str = ""  # how many of the figures have each verdict
    checks_failed: int | None = None
    released_at: datetime.datetime | None = None
    report_href: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class Index:
    """What stands on the page."""

    lines: Sequence[SurveyLine]
    built_at: datetime.datetime


def render_index(lines: Sequence[SurveyLine], *, built_at: datetime.datetime) -> str:
    """The page over all surveys, in the order given, as one HTML page."""
    return write_page("index.html.j2", Index(lines, built_at))
