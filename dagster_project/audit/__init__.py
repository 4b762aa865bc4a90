"""The audit room: a survey's published figures judged by `claims`, recounted from the tallies, written as rows."""

from dagster_project.audit.tables import TABLES
from dagster_project.audit.writing import AuditCounts, audit_published, contradictions

__all__ = ["TABLES", "AuditCounts", "audit_published", "contradictions"]
