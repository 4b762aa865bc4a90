"""The assets that bring a survey in: codebook, records, weights, claims."""

from collections.abc import Callable, Sequence
from typing import Any

import dagster as dg
import duckdb

from dagster_project.codebook import SurveyFolder
from dagster_project.defs.resources import Surveys, shown_to_people
from dagster_project.defs.shown_tables import column_schema, table_value
from dagster_project.ingest import FileAccount, write_claims, write_codebook, write_records, write_weights
from dagster_project.release.stored import stored_rows
from dagster_project.room import check_room

OWNERS = ["team:survey-data"]
Metadata = dict[str, Any]
Step = Callable[[duckdb.DuckDBPyConnection, SurveyFolder], Metadata]


def build_ingest_assets(partitions: dg.PartitionsDefinition[str]) -> Sequence[dg.AssetsDefinition]:
    """The assets that read data/raw/<survey>/, and the weights that the codebook asks for."""
    return [
        _asset(codebook, partitions, kinds={"yaml", "duckdb"}),
        _asset(records, partitions, kinds={"csv", "duckdb"}, deps=["codebook"]),
        _asset(weights, partitions, kinds={"python", "duckdb"}, deps=["records"]),
        _asset(claims, partitions, kinds={"yaml", "duckdb"}, deps=["codebook"], group="audit"),
    ]


def _asset(
    step: Step,
    partitions: dg.PartitionsDefinition[str],
    *,
    kinds: set[str],
    deps: Sequence[str] = (),
    group: str = "ingest",
) -> dg.AssetsDefinition:
    """The step as an asset of its name and docstring; what it returns is the metadata of its materialization."""

    @dg.asset(
        name=step.__name__,
        group_name=group,
        kinds=kinds,
        owners=OWNERS,
        partitions_def=partitions,
        deps=deps,
        description=" ".join((step.__doc__ or "").split()),
    )
    def asset(context: dg.AssetExecutionContext, surveys: Surveys) -> dg.MaterializeResult[None]:
        with shown_to_people():
            folder = surveys.folder(context.partition_key)
            check_room(surveys.places.output_dir, map(folder.folder.joinpath, folder.codebook.record_files))
            with surveys.warehouse(folder.survey) as connection:
                return dg.MaterializeResult(metadata=step(connection, folder))

    return asset


def codebook(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder) -> Metadata:
    """survey.yml as rows of the schema raw: the questions, their options, the routing, the provenance."""
    generation = write_codebook(connection, folder)
    return {
        "title": folder.codebook.title,
        "provenance": folder.codebook.provenance.value,
        "generation": generation,
        "dagster/row_count": len(folder.codebook.questions),
        "dagster/column_schema": column_schema("raw.questions"),
    }


def records(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder) -> Metadata:
    """The record files, through the guard into one wide typed table. A line that breaks the codebook becomes a reject
    with its file, line and reason: lines read = records accepted + rejects. Empty for a survey of published figures
    only."""
    accounts = write_records(connection, folder)
    return {
        "provenance": folder.codebook.provenance.value,
        "dagster/column_schema": column_schema("records.records", folder.codebook),
        **(_lines(accounts) if accounts else {}),
        **_reasons(connection),
    }


def weights(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder) -> Metadata:
    """The respondents' weights, raked or post-stratified to the margins of the universe that survey.yml gives
    (weighting). Without margins nothing is computed, and the records' own weights count."""
    weighed = write_weights(connection, folder)
    if folder.codebook.weighting is None:
        return {"weighting": "none is declared"}
    margins = stored_rows(
        connection,
        """SELECT * EXCLUDE (survey, generation, n_in_full, share_before_in_full)
            REPLACE (n_in_full AS n, share_before_in_full AS share_before)
        FROM raw.weighting_margins""",
    )
    return {
        "dagster/row_count": sum(one.n for one in weighed),
        "weighting": table_value([vars(one) for one in weighed]),
        "margins": table_value(margins),
        "dagster/column_schema": column_schema("records.weights"),
    }


def claims(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder) -> Metadata:
    """The published figures (claims.yml, claims.csv) as rows: the exact text and what it is said to be."""
    count = write_claims(connection, folder)
    return {"dagster/row_count": count, "dagster/column_schema": column_schema("raw.claims")}


def _lines(accounts: Sequence[FileAccount]) -> Metadata:
    """What became of the record files' lines, in all and file by file."""
    named = ("file", "sha256", "rows_read", "rows_accepted", "rows_rejected")
    return {
        "dagster/row_count": sum(account.rows_accepted for account in accounts),
        "rows_rejected": sum(account.rows_rejected for account in accounts),
        "files": table_value([{name: getattr(account, name) for name in named} for account in accounts]),
    }


def _reasons(connection: duckdb.DuckDBPyConnection) -> Metadata:
    """Why lines were rejected, or answers set aside, as Dagster shows a table; nothing where none were."""
    reasons = stored_rows(
        connection, "SELECT * EXCLUDE (survey, generation, position) FROM raw.reasons ORDER BY position"
    )
    return {"reasons": table_value(reasons)} if reasons else {}
