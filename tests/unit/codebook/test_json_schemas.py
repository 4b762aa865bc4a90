"""The JSON Schemas in docs/ are those of the models, and accept the surveys that are shipped."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from dagster_project.codebook import write_json_schemas

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "data" / "raw").glob("*/*.yml"))


def _as_an_editor_sees_it(file: Path) -> object:
    return json.loads(json.dumps(yaml.safe_load(file.read_text(encoding="utf-8")), default=str))


def _schema(file_name: str) -> dict[str, object]:
    schema: dict[str, object] = json.loads((ROOT / "docs" / f"{Path(file_name).stem}.schema.json").read_text())
    return schema


def test_the_committed_schemas_are_current(tmp_path: Path) -> None:
    for written in write_json_schemas(tmp_path):
        assert written.read_text() == (ROOT / "docs" / written.name).read_text(), "run `make schemas`"


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_shipped_surveys_are_valid(file: Path) -> None:
    schema = _schema(file.name)
    jsonschema.Draft202012Validator.check_schema(schema)

    jsonschema.validate(_as_an_editor_sees_it(file), schema)


def test_a_misspelt_field_is_marked() -> None:
    content = _as_an_editor_sees_it(ROOT / "data" / "raw" / "nhanes2" / "survey.yml")
    assert isinstance(content, dict)

    with pytest.raises(jsonschema.ValidationError, match="'wieght' was unexpected"):
        jsonschema.validate({**content, "wieght": "finalwgt"}, _schema("survey.yml"))
