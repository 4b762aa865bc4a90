"""A survey folder and its database, both real, in a temporary folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dagster_project.codebook import SurveyFolder, read_survey_folder
from dagster_project.ingest import FileAccount, write_codebook, write_records
from dagster_project.warehouse import open_warehouse

HEAD = """\
title: A survey
source: {name: An office, licence: CC0}
universe: Everybody
provenance: collected
"""
QUESTIONS = """\
questions:
  - {id: sex, text: Sex, type: single, options: {1: Woman, 2: Man}}
  - {id: age, text: Age, type: quantity}
"""
BOOK = "respondent: person\nmissing: {dont_know: ['8'], refused: ['9']}\n" + QUESTIONS


class Desk:
    """One survey's folder and open database."""

    def __init__(self, tmp_path: Path) -> None:
        self.raw_dir = tmp_path / "raw"
        self.folder = self.raw_dir / "office"
        self.folder.mkdir(parents=True)
        self.connection = open_warehouse(tmp_path / "survey.duckdb")

    def write(self, records: str | bytes = "", book: str = BOOK, dialect: str = "", name: str = "records.csv") -> None:
        """Write survey.yml and, if it has content, the record file `name`."""
        listed = "" if "files:" in dialect else f'  files: ["{name}"]\n'
        (self.folder / "survey.yml").write_text(f"{HEAD}records:\n{listed}{dialect}{book}", encoding="utf-8")
        if records:
            content = records if isinstance(records, bytes) else records.encode()
            (self.folder / name).write_bytes(content)

    def read(self) -> SurveyFolder:
        return read_survey_folder(self.raw_dir, "office")

    def ingest(self) -> list[FileAccount]:
        """What a run does: the codebook, then the records."""
        folder = self.read()
        write_codebook(self.connection, folder)
        return write_records(self.connection, folder)

    def take(self, records: str | bytes, book: str = BOOK, dialect: str = "", name: str = "records.csv") -> FileAccount:
        """Write one record file, ingest it, and return its account, which must add up."""
        self.write(records, book, dialect, name)
        (account,) = self.ingest()
        assert account.rows_read == account.rows_accepted + account.rows_rejected
        return account

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def rejects(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT source_line, column_name, value, reason FROM raw.rejects ORDER BY source_line")

    def rejected_lines(self) -> list[int]:
        return [row[0] for row in self.rows("SELECT source_line FROM raw.rejects ORDER BY source_file, source_line")]

    def values(self, columns: str) -> list[tuple[Any, ...]]:
        return self.rows(f"SELECT {columns} FROM records.records ORDER BY source_file, source_line")

    def everything(self) -> dict[str, Sequence[tuple[Any, ...]]]:
        """Every row and column of every table, and every ENUM type."""
        tables = self.rows(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables "
            "WHERE table_schema IN ('raw', 'records') ORDER BY ALL"
        )
        found = {name: [*self.rows(f"DESCRIBE {name}"), *self.rows(f"SELECT * FROM {name}")] for (name,) in tables}
        return found | {"types": self.types()}

    def types(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT type_name, labels FROM duckdb_types() WHERE schema_name = 'records' ORDER BY ALL")
