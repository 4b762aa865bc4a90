"""The examples of docs/ are read by the program that they explain."""

from __future__ import annotations

import re
from pathlib import Path

from dagster_project.codebook import SurveyFolder, read_survey_folder
from dagster_project.places import PROJECT_DIR

DOCS = PROJECT_DIR / "docs"
SURVEY = """
title: t
source: {name: n, licence: l}
universe: u
provenance: collected
records: {files: [a.csv]}
waves: [{id: 2026-03}, {id: 2026-04}]
missing: {dont_know: ["98"]}
questions:
  - {id: shift_base, text: t, type: single, options: {"yes": "Yes", "no": "No"}}
"""


def _examples(page: str, language: str = "yaml") -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), flags=re.DOTALL)


def _read(raw_dir: Path, name: str, **files: str) -> SurveyFolder:
    folder = raw_dir / name
    folder.mkdir()
    for file, content in files.items():
        (folder / file.replace("_", ".")).write_text(content, encoding="utf-8")
    return read_survey_folder(raw_dir, name)


def test_the_examples_of_a_codebook_are_codebooks(tmp_path: Path) -> None:
    with_records, without = _examples("survey.md")
    readers = _read(tmp_path, "readers", survey_yml=with_records).codebook
    assert [question.id for question in readers.questions] == ["sex", "reads", "sections", "minutes"]
    companies = _read(tmp_path, "companies", survey_yml=without).codebook
    assert [question.id for question in companies.questions] == ["sector", "outlook", "strike"]


def test_the_examples_of_claims_are_claims(tmp_path: Path) -> None:
    plain, further = _examples("claims.md")
    first = _read(tmp_path, "plain", survey_yml=SURVEY, claims_yml=plain).published
    assert first is not None
    assert [claim.figure for claim in first.claims] == ["around 150", "96", "42 percent"]
    second = _read(tmp_path, "further", survey_yml=SURVEY, claims_yml=further).published
    assert second is not None
    assert [claim.id for claim in second.claims] == ["D1", "D2", "D3", "D4", "D5", "D6"]


def test_the_example_of_a_table_of_claims_is_one(tmp_path: Path) -> None:
    _, without = _examples("survey.md")
    (table,) = _examples("claims.md", "csv")
    published = _read(
        tmp_path, "companies", survey_yml=without, claims_yml="publication: {title: t}\n", claims_csv=table
    ).published
    assert published is not None
    assert [(claim.id, claim.figure) for claim in published.claims] == [
        ("T001", "121"),
        ("T002", "22%"),
        ("T003", "25%"),
    ]
