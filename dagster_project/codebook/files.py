"""Finding and reading a survey's folder: what a person wrote, with errors that name file, line and field."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from dagster_project.codebook.claims_csv import with_table
from dagster_project.codebook.claims_yml import Published, check_against
from dagster_project.codebook.fields import IDENTIFIER
from dagster_project.codebook.located import parse_model, read_yaml
from dagster_project.codebook.open_questions import check_nothing_open
from dagster_project.codebook.survey import Codebook
from dagster_project.errors import InputError

CODEBOOK_FILE = "survey.yml"
CLAIMS_FILE = "claims.yml"
CLAIMS_TABLE = "claims.csv"


@dataclass(frozen=True)
class SurveyFolder:
    """What a person wrote about one survey; `published` is None where there is no claims.yml."""

    survey: str
    folder: Path
    codebook: Codebook
    published: Published | None

    @property
    def claims_files(self) -> list[Path]:
        """The files that the published figures stand in; none where nothing was published."""
        files = [self.folder / CLAIMS_FILE, self.folder / CLAIMS_TABLE]
        return [file for file in files if file.exists()]


def survey_names(raw_dir: Path) -> list[str]:
    """The surveys in `raw_dir`, one per folder, sorted. Hidden folders are none."""
    if not raw_dir.is_dir():
        return []
    return sorted(path.name for path in raw_dir.iterdir() if path.is_dir() and not path.name.startswith("."))


def survey_identifier(survey: str, raw_dir: Path) -> str:
    """The survey's name, if it will do as a folder, a partition and a database; else an `InputError`."""
    if not IDENTIFIER.match(survey):
        raise InputError(
            f"{raw_dir / survey}: a survey's name is a small letter, then small letters, digits and _, 63 at most; "
            "name the folder so."
        )
    return survey


def read_survey_folder(raw_dir: Path, survey: str) -> SurveyFolder:
    """Read and check what is written about a survey. Raises `InputError` naming file, line and field."""
    folder = raw_dir / survey
    if not folder.is_dir():
        known = ", ".join(survey_names(raw_dir)) or "none"
        raise InputError(f"{folder}: there is no such survey (folders found: {known}).")
    survey_identifier(survey, raw_dir)
    _check_inside(folder, [CODEBOOK_FILE, CLAIMS_FILE, CLAIMS_TABLE])
    located = read_yaml(folder / CODEBOOK_FILE)
    check_nothing_open(located)
    codebook = parse_model(Codebook, located)
    _check_inside(folder, codebook.record_files)
    claims_file, table = folder / CLAIMS_FILE, folder / CLAIMS_TABLE
    if not claims_file.exists():
        if table.exists():
            raise InputError(f"{table}: there is no {CLAIMS_FILE} beside it; write one with the publication.")
        return SurveyFolder(survey, folder, codebook, None)
    claims_located = read_yaml(claims_file)
    if table.exists():
        claims_located = with_table(claims_located, table, codebook)
    published = parse_model(Published, claims_located)
    try:
        check_against(published, codebook)
    except PydanticCustomError as error:
        context: Mapping[str, Any] = error.context or {}
        raise claims_located.error(tuple(context["place"]), str(context["message"])) from None
    return SurveyFolder(survey, folder, codebook, published)


def _check_inside(folder: Path, names: Sequence[str]) -> None:
    """Raise `InputError` for a link that leads out of the survey's folder: what is released is what was put there."""
    for name in names:
        path = folder / name
        try:
            leads_out = path.is_symlink() and not path.resolve().is_relative_to(folder.resolve())
        except OSError:  # no such name can be; whoever reads the file tells it
            continue
        if leads_out:
            raise InputError(f"{path}: this link leads out of the survey's folder; put the file itself there.")


def write_json_schemas(folder: Path) -> list[Path]:
    """Write the JSON Schemas by which editors complete survey.yml and claims.yml."""
    written = []
    for model, name in ((Codebook, "survey.schema.json"), (Published, "claims.schema.json")):
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
        path = folder / name
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return written
