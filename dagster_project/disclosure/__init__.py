"""The disclosure room: which counts of a survey's tables are withheld, and what everybody can work out of those."""

from dagster_project.disclosure.survey_tables import (
    PROOF_TABLES,
    WITHHELD,
    WITHHELD_TABLES,
    Proof,
    WithheldCounts,
    make_withheld_tables,
    prove_withheld,
    withhold_counts,
)

__all__ = [
    "PROOF_TABLES",
    "WITHHELD",
    "WITHHELD_TABLES",
    "Proof",
    "WithheldCounts",
    "make_withheld_tables",
    "prove_withheld",
    "withhold_counts",
]
