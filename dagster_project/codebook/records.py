"""The field `records` of survey.yml: which files hold the records, and what their formats are told."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from dagster_project.codebook.fields import FileName, Text
from dagster_project.formats import FORMATS

_KINDS = dict.fromkeys(one.options for one in FORMATS.values())
# A class that another one extends is in it already, and may not stand before it.
_OPTIONS = [one for one in _KINDS if not any(other is not one and issubclass(other, one) for other in _KINDS)]


class Records(*_OPTIONS):  # type: ignore[misc] # the formats are found, not listed
    """The record files and their dialect. Nothing is guessed in a run."""

    files: Annotated[list[FileName], Field(min_length=1)]
    format: Literal[tuple(FORMATS)] | None = Field(  # type: ignore[valid-type]
        default=None, description="What the files are; without it the ending of each name says it."
    )
    ignore_columns: list[Text] = Field(default=[], description="Columns of the files that the codebook leaves out.")

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        if len(set(self.files)) < len(self.files):
            raise ValueError("a file is named twice.")
        return self
