"""The report that people read: one HTML file, whole without a network or a script.

Here the page's sections are put together. Stored rows come in reading order and in sentences; no estimate is computed
anew, nothing that a release leaves out is read (records, the values of rejects), and no file is written.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from dagster_project.codebook import Provenance
from dagster_project.release.asked import AskedSection, asked_section
from dagster_project.release.checks import ChecksSection, checks_section
from dagster_project.release.figures import FiguresSection, figures_section
from dagster_project.release.headline import Headline, headline
from dagster_project.release.methods import Item, methods
from dagster_project.release.page import provenance_tag, write_page
from dagster_project.release.results import Results, results
from dagster_project.release.stored import stored_rows
from dagster_project.release.tables import TablesSection, tables_section
from dagster_project.schema import Row

ABOUT_RECORDS = {
    Provenance.reconstructed.value: "The records behind this report are reconstructed. No respondent gave them.",
    Provenance.synthetic.value: "The records behind this report are synthetic. No respondent gave them.",
    Provenance.published.value: "There are no records behind this report. What was printed is all there is.",
}


@dataclass(frozen=True)
class Report:
    """One survey's page: the row of raw.survey, a section for each heading, and what was said of its records."""

    survey: Row
    built_at: datetime.datetime
    about_records: str | None
    provenance_tag: str | None
    headline: Headline
    results: Results | None  # where no published figures are audited
    figures: FiguresSection
    asked: AskedSection
    tables: TablesSection
    checks: ChecksSection
    methods: Sequence[Item]
    files: Sequence[Row]
    reasons: Sequence[Row]


def render_report(connection: duckdb.DuckDBPyConnection, *, built_at: datetime.datetime) -> str:
    """The report of the survey database behind `connection`, as one HTML page."""
    survey = stored_rows(connection, "SELECT * FROM raw.survey")[0]
    waves = stored_rows(connection, "SELECT * FROM raw.waves ORDER BY position")
    figures = figures_section(connection, waves)
    tables = tables_section(connection, survey)
    asked = asked_section(
        connection,
        survey,
        waves=waves,
        used={figure.base for figure in figures.every},
    )
    checks, files = checks_section(connection), stored_rows(connection, "SELECT * FROM raw.files ORDER BY file")
    report = Report(
        survey=survey,
        built_at=built_at,
        about_records=ABOUT_RECORDS.get(survey["provenance"]),
        provenance_tag=provenance_tag(survey["provenance"]),
        headline=headline(connection, figures),
        results=None if figures.every or figures.statements else results(tables),
        figures=figures,
        asked=asked,
        tables=tables,
        checks=checks,
        methods=methods(
            survey,
            questions=len(tables.questions),
            asked=asked,
            files=files,
            checks=checks,
        ),
        files=files,
        reasons=stored_rows(connection, "SELECT * FROM raw.reasons ORDER BY position"),
    )
    return write_page("report.html.j2", report)
