"""The examples of docs/ are read by the program that they explain."""

from __future__ import annotations

import re
from pathlib import Path

from dagster_project.codebook import read_survey_folder
from dagster_project.places import PROJECT_DIR

DOCS = PROJECT_DIR / "docs"
SURVEY = """
title: t
source: {name: n, licence: l}
universe: u
provenance: collected
records: {files: [a.csv]}
questions:
  - {id: shift_base, text: t, type: single, options: {"yes": "Yes", "no": "No"}}
"""


def _example(page: str) -> str:
    blocks = re.findall(r"```yaml\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 1
    return str(blocks[0])


def test_the_example_of_a_codebook_is_one(tmp_path: Path) -> None:
    (tmp_path / "readers").mkdir()
    (tmp_path / "readers" / "survey.yml").write_text(_example("survey.md"), encoding="utf-8")
    folder = read_survey_folder(tmp_path, "readers")
    assert [question.id for question in folder.codebook.questions] == ["sex", "reads", "sections", "minutes"]


def test_the_example_of_claims_is_one(tmp_path: Path) -> None:
    (tmp_path / "companies").mkdir()
    (tmp_path / "companies" / "survey.yml").write_text(SURVEY, encoding="utf-8")
    (tmp_path / "companies" / "claims.yml").write_text(_example("claims.md"), encoding="utf-8")
    folder = read_survey_folder(tmp_path, "companies")
    assert folder.published is not None
    assert [claim.figure for claim in folder.published.claims] == ["around 150", "96", "42 percent"]
