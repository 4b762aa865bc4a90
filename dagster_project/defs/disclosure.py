"""The assets of disclosure control: what is withheld, decided before the published tables, and the proof after them."""

from collections.abc import Collection, Sequence

import dagster as dg

from dagster_project.defs.ingest import OWNERS
from dagster_project.defs.resources import Surveys, shown_to_people
from dagster_project.defs.shown_tables import column_schema
from dagster_project.disclosure import prove_withheld, withhold_counts


def build_disclosure_assets(
    marts: Collection[str], partitions: dg.PartitionsDefinition[str]
) -> Sequence[dg.AssetsDefinition]:
    """The decision on the tallies, and the proof on the published tables `marts`."""

    @dg.asset(
        group_name="disclosure",
        kinds={"python", "duckdb"},
        owners=OWNERS,
        partitions_def=partitions,
        deps=["codebook", "cells", "tallies", "respondents"],
        description=(
            "The counts that the published tables withhold: those of fewer respondents than minimum_cell, and as many "
            "further ones as it takes so that none can be worked out from the rest."
        ),
    )
    def withheld(context: dg.AssetExecutionContext, surveys: Surveys) -> dg.MaterializeResult[None]:
        with shown_to_people(), surveys.warehouse(context.partition_key) as connection:
            counts = withhold_counts(connection)
            return dg.MaterializeResult(
                metadata={
                    "dagster/row_count": counts.rows,
                    "small": counts.small,
                    "bases": counts.bases,
                    "dagster/column_schema": column_schema("disclosure.withheld"),
                }
            )

    @dg.asset(
        group_name="disclosure",
        kinds={"python", "duckdb"},
        owners=OWNERS,
        partitions_def=partitions,
        deps=["codebook", *sorted(marts)],
        description=(
            "What everybody can work out of each withheld count, from the published tables alone: the range of the "
            "numbers that it can be."
        ),
    )
    def disclosure(context: dg.AssetExecutionContext, surveys: Surveys) -> dg.MaterializeResult[None]:
        with shown_to_people(), surveys.warehouse(context.partition_key) as connection:
            proof = prove_withheld(connection)
            return dg.MaterializeResult(
                metadata={
                    "dagster/row_count": proof.counts,
                    "recoverable": proof.recoverable,
                    "dagster/column_schema": column_schema("audit.disclosure"),
                }
            )

    return [withheld, disclosure]
