"""The assets that bring a survey in: codebook, records, weights, claims."""

from collections.abc import Mapping, Sequence

import dagster as dg
import duckdb

from dagster_project.defs.resources import Surveys, shown_to_people
from dagster_project.ingest import write_claims, write_codebook, write_records, write_weights
from dagster_project.release.stored import stored_rows

OWNERS = ["team:survey-data"]


def build_ingest_assets(partitions: dg.PartitionsDefinition[str]) -> Sequence[dg.AssetsDefinition]:
    """The assets that read data/raw/<survey>/, and the weights that the codebook asks for."""

    @dg.asset(
        group_name="ingest",
        kinds={"yaml", "duckdb"},
        owners=OWNERS,
        partitions_def=partitions,
        description="survey.yml as rows of the schema raw: the questions, their options, the routing, the provenance.",
    )
    def codebook(context: dg.AssetExecutionContext, surveys: Surveys) -> dg.MaterializeResult[None]:
        with shown_to_people():
            folder = surveys.folder(context.partition_key)
            with surveys.warehouse(folder.survey) as connection:
                generation = write_codebook(connection, folder)
                return dg.MaterializeResult(
                    metadata={
                        "title": folder.codebook.title,
                        "provenance": folder.codebook.provenance.value,
                        "generation": generation,
                        "dagster/row_count": len(folder.codebook.questions),
                        "dagster/column_schema": table_schema(connection, "raw.questions"),
                    }
                )

    @dg.asset(
        group_name="ingest",
        kinds={"csv", "duckdb"},
        owners=OWNERS,
        partitions_def=partitions,
        deps=[codebook],
        description=(
            "The record files, through the guard into one wide typed table. A line that breaks the codebook becomes a "
            "reject with its file, line and reason: lines read = records accepted + rejects. Empty for a survey of "
            "published figures only."
        ),
    )
    def records(context: dg.AssetExecutionContext, surveys: Surveys) -> dg.MaterializeResult[None]:
        with shown_to_people():
            folder = surveys.folder(context.partition_key)
            with surveys.warehouse(folder.survey) as connection:
                accounts = write_records(connection, folder)
                provenance = folder.codebook.provenance.value
                schema = table_schema(connection, "records.records")
                if folder.codebook.records is None:
                    return dg.MaterializeResult(metadata={"provenance": provenance, "dagster/column_schema": schema})
                columns = [
                    dg.TableColumn("file", "string"),
                    dg.TableColumn("sha256", "string"),
                    dg.TableColumn("rows_read", "int"),
                    dg.TableColumn("rows_accepted", "int"),
                    dg.TableColumn("rows_rejected", "int"),
                ]
                return dg.MaterializeResult(
                    metadata={
                        "dagster/row_count": sum(account.rows_accepted for account in accounts),
                        "rows_rejected": sum(account.rows_rejected for account in accounts),
                        "provenance": provenance,
                        "files": dg.MetadataValue.table(
                            [
                                dg.TableRecord({str(c.name): getattr(account, c.name) for c in columns})
                                for account in accounts
                            ],
                            dg.TableSchema(columns),
                        ),
                        "dagster/column_schema": schema,
                    }
                )

    @dg.asset(
        group_name="ingest",
        kinds={"python", "duckdb"},
        owners=OWNERS,
        partitions_def=partitions,
        deps=[records],
        description=(
            "The respondents' weights, raked or post-stratified to the margins of the universe that survey.yml gives "
            "(weighting). Without margins nothing is computed, and the records' own weights count."
        ),
    )
    def weights(context: dg.AssetExecutionContext, surveys: Surveys) -> dg.MaterializeResult[None]:
        with shown_to_people():
            folder = surveys.folder(context.partition_key)
            with surveys.warehouse(folder.survey) as connection:
                weighed = write_weights(connection, folder)
                if folder.codebook.weighting is None:
                    return dg.MaterializeResult(metadata={"weighting": "none is declared"})
                return dg.MaterializeResult(
                    metadata={
                        "dagster/row_count": sum(one.n for one in weighed),
                        "weighting": _table([vars(one) for one in weighed]),
                        "margins": _table(
                            stored_rows(
                                connection,
                                """SELECT * EXCLUDE (survey, generation, n_in_full, share_before_in_full)
                                    REPLACE (n_in_full AS n, share_before_in_full AS share_before)
                                FROM raw.weighting_margins""",
                            )
                        ),
                        "dagster/column_schema": table_schema(connection, "records.weights"),
                    }
                )

    @dg.asset(
        group_name="audit",
        kinds={"yaml", "duckdb"},
        owners=OWNERS,
        partitions_def=partitions,
        deps=[codebook],
        description="The published figures (claims.yml, claims.csv) as rows: the exact text and what it is said to be.",
    )
    def claims(context: dg.AssetExecutionContext, surveys: Surveys) -> dg.MaterializeResult[None]:
        with shown_to_people():
            folder = surveys.folder(context.partition_key)
            with surveys.warehouse(folder.survey) as connection:
                count = write_claims(connection, folder)
                return dg.MaterializeResult(
                    metadata={
                        "dagster/row_count": count,
                        "dagster/column_schema": table_schema(connection, "raw.claims"),
                    }
                )

    return [codebook, records, weights, claims]


def table_schema(connection: duckdb.DuckDBPyConnection, table: str) -> dg.TableSchema:
    """The columns of a table as Dagster shows them."""
    rows = connection.execute(f"DESCRIBE {table}").fetchall()
    return dg.TableSchema([dg.TableColumn(name, kind) for name, kind, *_ in rows])


def _table(rows: Sequence[Mapping[str, object]]) -> dg.TableMetadataValue:
    """Rows as Dagster shows a table; its cells are numbers and texts."""
    kinds = {int: "int", float: "float"}
    columns = [
        dg.TableColumn(
            name, next((kinds.get(type(row[name]), "string") for row in rows if row[name] is not None), "string")
        )
        for name in (rows[0] if rows else ())
    ]
    plain = [
        dg.TableRecord({name: value if isinstance(value, int | float) else _text(value) for name, value in row.items()})
        for row in rows
    ]
    return dg.MetadataValue.table(plain, dg.TableSchema(columns))


def _text(value: object) -> str | None:
    if isinstance(value, list):
        return ", ".join(value)
    return None if value is None else str(value)
