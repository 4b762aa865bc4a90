"""What sqlfluff renders the models and macros with (.sqlfluff), so that it reads the SQL that runs.

A macro is linted where a model calls it. What macros ask dbt for is here: the model's columns, of which the mask makes
its own, and the rows of the survey, by which the tallies are written.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb

SURVEY = """
title: What there can be
source: {name: nobody, licence: none}
universe: Nobody
provenance: synthetic
provenance_note: For the sake of its codebook.
records: {files: [records.csv]}
weight: w
stratum: h
wave: wave
waves: [{id: a}, {id: b}]
groups: [sex]
questions:
  - {id: sex, text: One code, type: single, options: {f: Female, m: Male}}
  - {id: media, text: Several codes, type: multiple, separator: " ", options: {p: Papers, r: Radio}}
  - {id: pages, text: A number, type: quantity, asked_if: {question: media, answers: [p]}, wave: b}
"""
RECORDS = "w,h,wave,sex,media,pages\n1,n,b,f,p r,3\n"

execute = True
model = {
    "resource_type": "model",
    "config": {"meta": {"order": ["question"]}},
    "columns": {
        name: {"name": name, "config": {"meta": meta}}
        for name, meta in {
            "question": {"tells": "key"},
            "n_base": {"tells": "count", "of": "base"},
            "n": {"tells": "count"},
            "suppressed": {"tells": "count", "of": "base", "instead": "true"},
            "withheld": {"tells": "withheld"},
            "not_computed": {"tells": "reason"},
        }.items()
    },
}


def run_query(query: str) -> SimpleNamespace:
    """What the survey's database answers."""
    try:
        return SimpleNamespace(rows=_database().execute(query).fetchall())
    except duckdb.Error as error:
        raise ValueError(str(error)) from error  # on any other error sqlfluff passes the file over, with exit code 0


@cache
def _database() -> Any:
    from dagster_project.codebook import read_survey_folder
    from dagster_project.ingest import write_codebook, write_records

    with tempfile.TemporaryDirectory() as raw:
        folder = Path(raw) / "example"
        folder.mkdir()
        (folder / "survey.yml").write_text(SURVEY, encoding="utf-8")
        (folder / "records.csv").write_text(RECORDS, encoding="utf-8")
        connection = duckdb.connect()
        survey = read_survey_folder(Path(raw), "example")
        write_codebook(connection, survey)
        write_records(connection, survey)
    return connection
