"""Every table of a survey's database as it is declared: Python's by the rooms that write them, dbt's by its `.yml`.

A release shows what is public here and nothing else; a table that stands nowhere in it is never released.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

from dagster_project.audit import TABLES as AUDIT_TABLES
from dagster_project.codebook import Codebook
from dagster_project.defs.dbt_project import manifest_json
from dagster_project.disclosure import PROOF_TABLES, WITHHELD_TABLES
from dagster_project.ingest import (
    CLAIMS_TABLES,
    CODEBOOK_TABLES,
    RECORDS_TABLES,
    WEIGHTING_TABLES,
    records_table,
)
from dagster_project.schema import Column, Table
from dagster_project.validation import CHECKS_TABLES

SCHEMAS: Mapping[str, str] = {
    "raw": "What a person wrote about the survey and what became of the record files, as rows",
    "records": "The respondents' answers",
    "tallies": "Counts and sums of weights, from which everything else is computed",
    "disclosure": "What the published tables withhold, decided on the tallies before they are built",
    "marts": "The tables that a survey publishes",
    "audit": "The published figures judged, and what the checks found",
}
# The tables that dbt's models may read, by the asset that writes them.
SOURCES: Mapping[str, tuple[Table, ...]] = {
    "codebook": CODEBOOK_TABLES,
    "records": RECORDS_TABLES,
    "weights": WEIGHTING_TABLES,
    "withheld": WITHHELD_TABLES,
}
TABLES = (*chain(*SOURCES.values()), *CLAIMS_TABLES, *PROOF_TABLES, *AUDIT_TABLES, *CHECKS_TABLES)


def declared_tables(codebook: Codebook | None = None) -> list[Table]:
    """All of them. records.records has the columns of every survey, and those of `codebook` where one is given."""
    tables = [*TABLES, *model_tables(manifest_json())]
    if codebook is not None:
        records = records_table(codebook)
        tables = [records if table.address == records.address else table for table in tables]
    return tables


def model_tables(manifest: Mapping[str, Any]) -> list[Table]:
    """dbt's models as tables, in the order that their `.yml` declares (`config.meta.order`).

    A column is public where it says what it tells of (`config.meta.tells`).
    """
    return [
        Table(
            node["schema"],
            node["name"],
            _in_one_line(node["description"]),
            tuple(
                Column(
                    column["name"],
                    column["data_type"].upper(),
                    _in_one_line(column["description"]),
                    is_public=bool(column["config"]["meta"].get("tells")),
                )
                for column in node["columns"].values()
            ),
            tuple(node["config"]["meta"].get("order", ())),
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["materialized"] == "table"
    ]


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
