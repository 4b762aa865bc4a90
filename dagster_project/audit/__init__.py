"""The audit room: a survey's published figures judged by `claims`, recounted from the tallies, written as rows.

And its tables: which counts they withhold, and what everybody can work out of those.
"""

from dagster_project.audit.disclosure import (
    Proof,
    WithheldCounts,
    make_withheld_tables,
    prove_withheld,
    withhold_counts,
)
from dagster_project.audit.judge import AuditCounts, audit_published, contradictions

__all__ = [
    "AuditCounts",
    "Proof",
    "WithheldCounts",
    "audit_published",
    "contradictions",
    "make_withheld_tables",
    "prove_withheld",
    "withhold_counts",
]
