"""The audit room: a survey's published figures judged by `claims`, recounted from the tallies, written as rows."""

from dagster_project.audit.judge import AuditCounts, audit_published, contradictions

__all__ = ["AuditCounts", "audit_published", "contradictions"]
