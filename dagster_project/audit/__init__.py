"""The audit room: a survey's published figures judged by `claims`, recounted from the tallies, written as rows."""

from dagster_project.audit.tables import TABLES
from dagster_project.audit.writing import AuditCounts, Contradiction, audit_published, contradictions

__all__ = ["TABLES", "AuditCounts", "Contradiction", "audit_published", "contradictions"]
