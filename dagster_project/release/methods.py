"""How the survey was made, in the eleven items that AAPOR's code asks every publication to disclose.

What no file of the survey says is told as not stated: a reader has to ask for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dagster_project.release.asked import AskedSection
from dagster_project.release.checks import ChecksSection
from dagster_project.release.numbers import number
from dagster_project.release.page import day
from dagster_project.schema import Row

_DESIGN = {"has_stratum": "strata", "has_sampling_unit": "sampling units"}


@dataclass(frozen=True)
class Item:
    """One item of the eleven; `said` is None where nothing states it."""

    name: str
    said: str | None


def methods(
    survey: Row, *, questions: int, asked: AskedSection, files: Sequence[Row], checks: ChecksSection
) -> list[Item]:
    """The eleven items of the survey of this row, in AAPOR's order."""
    return [
        Item("Strategy of data collection", None),
        Item("Who sponsored it, who conducted it", _source(survey)),
        Item(
            "Instruments", f"{number(questions)} questions, worded as they stand in this report." if questions else None
        ),
        Item("Population under study", survey["universe"]),
        Item("How the sample was drawn and recruited", _sample(survey, asked)),
        Item("Modes of data collection", survey["mode"]),
        Item("Dates of data collection", _dates(survey)),
        Item("Sample size and precision", _size(survey, asked)),
        Item("Weighting", _weighting(survey)),
        Item("Processing and quality", _processing(files, checks)),
        Item("Limitations", survey["provenance_note"]),
    ]


def _source(survey: Row) -> str | None:
    told = {"The source is": "source_name", "It was sponsored by": "sponsor", "Fieldwork was done by": "fieldwork_by"}
    said = [f"{words} {survey[column]}." for words, column in told.items() if survey[column]]
    missing = "" if survey["sponsor"] else "The sponsor is not stated."
    return " ".join(filter(None, [*said, missing])) if said else None


def _sample(survey: Row, asked: AskedSection) -> str | None:
    frame = f"The frame is {survey['frame']}." if survey["frame"] else None
    return " ".join(filter(None, [f"{asked.sample}." if asked.sample else None, frame])) or None


def _dates(survey: Row) -> str | None:
    ends = [survey["fieldwork_start"], survey["fieldwork_end"]]
    return " to ".join(day(one) for one in ends) if None not in ends else None


def _size(survey: Row, asked: AskedSection) -> str | None:
    if asked.response is None:
        return None
    number_asked = survey["asked_text"] if survey["asked"] is None else number(survey["asked"])
    of = f" of {number_asked} asked" if number_asked else ""
    design = [words for column, words in _DESIGN.items() if survey[column]]
    sampled = f" Where intervals are given, they follow from {' and '.join(design)}." if design else ""
    none = f" No margins of error are given: {survey['no_sampling_error']}." if survey["no_sampling_error"] else sampled
    return f"{number(asked.response['n_answered'])} respondents{of}.{none}"


def _weighting(survey: Row) -> str | None:
    if survey["weighted"] is None:
        return None
    return "Weighted." if survey["weighted"] else "Not weighted."


def _processing(files: Sequence[Row], checks: ChecksSection) -> str | None:
    if not checks.made:
        return None
    read = sum(file["rows_read"] for file in files)
    rejected = sum(file["rows_rejected"] for file in files)
    lines = f"{number(read)} lines read, {number(rejected)} of them rejected. " if files else ""
    return f"{lines}{number(checks.made)} checks, of which {number(len(checks.failed))} failed."
