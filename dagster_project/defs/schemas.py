"""What `make schemas` writes from the declarations: dbt's sources, the page of all tables, the JSON Schemas of editors.

Nothing is said twice: a description is mended where the table is declared, and written here again. A test holds it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from dagster_project.codebook import write_json_schemas
from dagster_project.defs.declared import SCHEMAS, SOURCES, declared_tables
from dagster_project.places import DBT_DIR, PROJECT_DIR
from dagster_project.schema import Column, Table

SOURCES_FILE = DBT_DIR / "models" / "staging" / "sources.yml"
DOCS_DIR = PROJECT_DIR / "docs"
TABLES_FILE = DOCS_DIR / "tables.md"
PREAMBLE = """\
# The tables

A survey's database, table by table, as `output/work/<survey>/survey.duckdb` holds it. A release has the columns that
are *shown* here; those *with records* are in it only where survey.yml says `release_records: true`, and what does not
stand here is in none. `make schemas` writes this page from what the tables are declared to be.
"""


def write_schemas() -> None:
    """Write all of it. dbt's sources come first, since the page reads dbt's models."""
    _write(SOURCES_FILE, sources_yml())
    _write(TABLES_FILE, tables_page(declared_tables()))
    write_json_schemas(DOCS_DIR)


def sources_yml() -> str:
    """dbt's sources: the tables that are there before its models, with the asset that writes each."""
    lines = ["# `make schemas` writes this file from the tables' declarations.", "version: 2", "", "sources:"]
    written = [(asset, table) for asset, tables in SOURCES.items() for table in tables]
    for schema in dict.fromkeys(table.schema for _, table in written):
        lines += [f"  - name: {schema}", f"    description: {_quoted(SCHEMAS[schema])}", "    tables:"]
        for asset, table in written:
            if table.schema == schema:
                lines += [
                    f"      - name: {table.name}",
                    f"        description: {_quoted(table.meaning)}",
                    f"        config: {{meta: {{dagster: {{asset_key: [{asset}]}}}}}}",
                    "        columns:",
                    *(f"          - {_source_column(column)}" for column in table.columns),
                ]
    return "\n".join(lines) + "\n"


def tables_page(tables: Sequence[Table]) -> str:
    """The page of all tables, by schema in the order in which a run fills these."""
    return (
        "\n".join([PREAMBLE, *(line for schema in SCHEMAS for line in _schema_lines(schema, tables))]).rstrip() + "\n"
    )


def _schema_lines(schema: str, tables: Sequence[Table]) -> Iterator[str]:
    yield from (f"## {schema}", "", f"{SCHEMAS[schema]}.", "")
    for table in sorted((table for table in tables if table.schema == schema), key=lambda table: table.name):
        yield from (f"### {table.address}", "", f"{table.meaning.rstrip('.')}.", "")
        yield from ("| column | type | in a release | meaning |", "| --- | --- | --- | --- |")
        for column in table.columns:
            release = "shown" if column.is_public else "with records"
            yield f"| `{column.name}` | `{column.type}` | {release} | {column.meaning.replace('|', '&#124;')} |"
        yield ""


def _source_column(column: Column) -> str:
    of = {"name": column.name, "data_type": column.type, "description": column.meaning}
    return "{" + ", ".join(f"{name}: {_quoted(value)}" for name, value in of.items()) + "}"


def _quoted(text: str) -> str:
    """A text as YAML; what JSON quotes, YAML reads."""
    return json.dumps(text, ensure_ascii=False)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_schemas()
