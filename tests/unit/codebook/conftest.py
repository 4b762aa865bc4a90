"""One right survey.yml and claims.yml, which each test spoils in one place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.codebook import SurveyFolder, read_survey_folder
from dagster_project.errors import InputError

SURVEY = """\
title: A survey
source: {name: An office, licence: CC0}
universe: Everybody
asked: 200
fieldwork:
  start: 2026-01-01
  end: 2026-01-31
provenance: collected
records:
  files: [records.csv]
  delimiter: ","
respondent: person
groups: [sex]
missing:
  dont_know: ["98"]
  refused: ["99"]
questions:
  - id: sex
    text: Sex
    type: single
    options: {1: Woman, 2: Man}
  - id: media
    text: Which media?
    type: multiple
    separator: ";"
    options: {p: Paper, r: Radio, n: None}
    exclusive: [n]
  - id: paper
    text: Which paper?
    type: single
    asked_if:
      question: media
      answers: [p]
    options:
      01: First
      yes: Second
  - id: age
    text: Age
    type: quantity
"""

CLAIMS = """\
publication: {title: A paper}
claims:
  - id: C1
    figure: 60.0%
    kind: percentage
    question: sex
    option: 1
    base: all
    of: women
  - id: C2
    figure: 1,000
    kind: count
    of: people
  - id: C3
    figure: around 150
    kind: base
    base: asked
    of: people asked
  - id: C4
    figure: 40%
    kind: percentage
    question: media
    option: p
    group:
      question: sex
      answer: 2
    of: men who read papers
statements:
  - id: S1
    text: 40 of 96 is 42%
readings:
  - id: R1
    text: Another base
    changes:
      C1: {base: answered}
"""

Read = Callable[..., SurveyFolder]
Refusal = Callable[..., str]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read the files of a survey folder, given as text or bytes."""

    def write_and_read(
        survey: str | bytes = SURVEY,
        claims: str | bytes | None = None,
        table: str | bytes | None = None,
        name: str = "office",
    ) -> SurveyFolder:
        folder = tmp_path / name
        folder.mkdir()
        for file, content in {"survey.yml": survey, "claims.yml": claims, "claims.csv": table}.items():
            if content is not None:
                (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_survey_folder(tmp_path, name)

    return write_and_read


@pytest.fixture
def refusal(read: Read, tmp_path: Path) -> Refusal:
    """The message with which the files are refused, from the file's name on."""

    def message(**files: str | bytes) -> str:
        with pytest.raises(InputError) as refused:
            read(**files)
        return str(refused.value).removeprefix(f"{tmp_path}/office/")

    return message


@pytest.fixture
def survey() -> str:
    return SURVEY


@pytest.fixture
def claims() -> str:
    return CLAIMS
