"""The asset that judges the published figures."""

from collections.abc import Sequence

import dagster as dg
from pydantic import Field

from dagster_project.audit import audit_published, contradictions
from dagster_project.claims import SECONDS
from dagster_project.defs.ingest import OWNERS
from dagster_project.defs.resources import Surveys, shown_to_people
from dagster_project.defs.shown_tables import column_schema


class AuditTime(dg.Config):
    """How many seconds figures that hang together may take before they are left undecided."""

    seconds: float = Field(default=SECONDS, gt=0)


def paragraphs(contradicted: Sequence[str]) -> dg.MarkdownMetadataValue:
    """What is contradicted, finding by finding, as Dagster shows it to people."""
    return dg.MetadataValue.md("\n\n".join(contradicted) or "nothing")


def build_audit_assets(partitions: dg.PartitionsDefinition[str]) -> Sequence[dg.AssetsDefinition]:
    """The findings: made from the claims, and recounted from the tallies and bases."""

    @dg.asset(
        group_name="audit",
        kinds={"python", "duckdb"},
        owners=OWNERS,
        partitions_def=partitions,
        deps=["claims", "tallies", "withheld", "bases", "response_rates"],
        description=(
            "What the audit says of the published figures: which cannot stand together, what would repair them, under "
            "which other reading they hold, and whether the records give them."
        ),
    )
    def findings(context: dg.AssetExecutionContext, surveys: Surveys, config: AuditTime) -> dg.MaterializeResult[None]:
        with shown_to_people(), surveys.warehouse(context.partition_key) as connection:
            counts = audit_published(connection, seconds=config.seconds)
            contradicted = contradictions(connection)
            return dg.MaterializeResult(
                metadata={
                    "dagster/row_count": counts.findings,
                    "figures": counts.figures,
                    "impossible": counts.impossible,
                    "verdicts": counts.verdicts,
                    "contradictions": dg.MetadataValue.json([told._asdict() for told in contradicted]),
                    "what_is_contradicted": paragraphs([told.message for told in contradicted]),
                    "dagster/column_schema": column_schema("audit.findings"),
                }
            )

    return [findings]
