"""What the fields of survey.yml and claims.yml are made of: names, codes, days, and an error that has a place."""

from __future__ import annotations

import datetime
import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from dagster_project.codebook.located import Place

IDENTIFIER = re.compile(r"^[a-z][a-z0-9_]{0,62}\Z")
# The fields that name a column which is no question's; the records table has these columns where they are given.
DESIGN_COLUMNS = (
    "respondent", "weight", "stratum", "sampling_unit", "population", "wave", "disposition",
)  # fmt: skip
# Columns that the records table has besides the questions.
RESERVED = frozenset({"source_file", "source_line", *DESIGN_COLUMNS})


class Model(BaseModel):
    """Any part of a file that a person writes: no unknown field, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def at(place: Place, message: str) -> PydanticCustomError:
    """An error about a field below the one being validated, so that its own line can be named."""
    return PydanticCustomError("misplaced", "{message}", {"message": message, "place": place})


def _question_id(name: str) -> str:
    """Refuse what could not stand unquoted in SQL: ids travel into column names, labels never do."""
    if not IDENTIFIER.match(name):
        raise ValueError(
            f"{name!r} is no identifier: use a small letter, then small letters, digits and _, 63 at most."
        )
    if name in RESERVED or "__" in name:
        raise ValueError(f"{name!r} is kept for basecheck's own columns; choose another id.")
    return name


def _calendar_day(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError(f"{value!r} is no day; write it as 2026-11-30.")
    return value


def _file_name(name: str) -> str:
    if not name or name in {".", ".."} or any(sign in name for sign in "/\\*?[]"):
        raise ValueError(f"{name!r} must be the plain name of a file in this folder, with none of / \\ * ? [ ].")
    return name


NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$"  # of a claim or a wave; it travels as a value only

# Scalars of a codebook are text exactly as written; editors may show them as numbers.
Text = Annotated[str, WithJsonSchema({"type": ["string", "number", "boolean"]})]
QuestionId = Annotated[str, AfterValidator(_question_id)]
Name = Annotated[Text, Field(pattern=NAME)]
FileName = Annotated[str, AfterValidator(_file_name)]
Day = Annotated[datetime.date, BeforeValidator(_calendar_day)]
