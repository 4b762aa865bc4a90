"""The asset that publishes a survey, only past every blocking check."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import dagster as dg
import duckdb

from dagster_project.codebook import Provenance
from dagster_project.defs.declared import declared_tables
from dagster_project.defs.ingest import OWNERS
from dagster_project.defs.resources import Surveys, shown_to_people
from dagster_project.defs.ui import releases_port
from dagster_project.release import ReleaseRefusedError, publish, releases_records
from dagster_project.schema import Table
from dagster_project.validation import Suite, build_data_docs
from dagster_project.warehouse import survey_key


def build_release_assets(
    suites: Mapping[str, Suite],
    blocking: Collection[tuple[str, str]],
    marts: Collection[str],
    partitions: dg.PartitionsDefinition[str],
) -> Sequence[dg.AssetsDefinition]:
    """The release: database, tables, report and Data Docs in a new folder behind the pointer `latest`."""

    @dg.asset(
        group_name="release",
        kinds={"duckdb", "parquet", "html"},
        owners=OWNERS,
        partitions_def=partitions,
        deps=["findings", "disclosure", *sorted(marts)],
        description=(
            "One audited generation of the survey for its readers: the database, the tables as CSV and Parquet, the "
            "report and the Data Docs, swapped in at once and only past every blocking check."
        ),
    )
    def release(context: dg.AssetExecutionContext, surveys: Surveys) -> dg.MaterializeResult[None]:
        survey = context.partition_key
        places = surveys.places

        def data_docs(folder: Path) -> None:
            told = "published figures, no records" if provenance == Provenance.published else f"{provenance} records"
            title = f"{survey} ({told})"
            build_data_docs(_validations(places.validations_dir(survey), suites), folder, title=title)

        with shown_to_people(), surveys.warehouse(survey, writes_files=True) as connection:
            served = f"{releases_port().url}/{survey}"
            provenance = survey_key(connection).provenance
            try:
                published = publish(
                    connection,
                    survey,
                    places.releases_dir,
                    tables=_declared(connection, surveys, survey),
                    blocking=blocking,
                    build_data_docs=data_docs,
                )
            except ReleaseRefusedError as refused:
                raise dg.Failure(description=f"Nothing is released: {refused}", allow_retries=False) from refused
        return dg.MaterializeResult(
            metadata={
                "report": dg.MetadataValue.url(f"{served}/{published.folder.name}/report.html"),
                "data_docs": dg.MetadataValue.url(f"{served}/{published.folder.name}/data_docs/"),
                "folder": dg.MetadataValue.path(str(published.folder)),
            }
        )

    return [release]


def _declared(connection: duckdb.DuckDBPyConnection, surveys: Surveys, survey: str) -> Sequence[Table]:
    """What may be released. The codebook is read only where the records may, whose columns it declares."""
    return declared_tables(surveys.folder(survey).codebook if releases_records(connection) else None)


def _validations(folder: Path, suites: Mapping[str, Suite]) -> list[tuple[Suite, dict[str, object]]]:
    kept = []
    for name, suite in suites.items():
        path = folder / f"{name}.json"
        if path.exists():
            kept.append((suite, json.loads(path.read_text(encoding="utf-8"))))
    return kept
