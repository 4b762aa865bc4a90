"""Every table of a survey's database as it is declared: Python's by the rooms that write them, dbt's by its `.yml`.

A release shows what is public here and nothing else; a table that stands nowhere in it is never released.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

from dagster_project.audit import TABLES as AUDIT_TABLES
from dagster_project.defs.dbt_project import manifest_json
from dagster_project.disclosure import PROOF_TABLES, WITHHELD_TABLES
from dagster_project.ingest import CLAIMS_TABLES, CODEBOOK_TABLES, RECORDS_TABLES, WEIGHTING_TABLES
from dagster_project.schema import Column, Table
from dagster_project.validation import CHECKS_TABLES

# The tables that dbt's models may read, by the asset that writes them; `schemas` tells dbt of them.
SOURCES: Mapping[str, tuple[Table, ...]] = {
    "codebook": CODEBOOK_TABLES,
    "records": RECORDS_TABLES,
    "weights": WEIGHTING_TABLES,
    "withheld": WITHHELD_TABLES,
}
TABLES = (*chain(*SOURCES.values()), *CLAIMS_TABLES, *PROOF_TABLES, *AUDIT_TABLES, *CHECKS_TABLES)


def declared_tables() -> list[Table]:
    """All of them but records.records, which has the columns of one survey's questions: `ingest.records_table`."""
    return [*TABLES, *model_tables(manifest_json())]


def model_tables(manifest: Mapping[str, Any]) -> list[Table]:
    """dbt's models as tables. A column is public where its `.yml` says what it tells of (`config.meta.tells`)."""
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
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["materialized"] == "table"
    ]


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
