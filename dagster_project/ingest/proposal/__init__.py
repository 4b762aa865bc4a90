"""A first survey.yml for a record file: what can be seen in the whole of it, and TODO for what only a person knows.

This is the one place where anything is guessed; a run never does, and refuses what is still open here.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from dagster_project.codebook import CODEBOOK_FILE, Records, survey_identifier
from dagster_project.errors import InputError
from dagster_project.formats import FirstLook, RecordFile, format_of
from dagster_project.ingest.guard import check_header, check_present, read_batches
from dagster_project.ingest.proposal.answers import questions_of
from dagster_project.ingest.proposal.roles import NO_WEIGHT, roles_of
from dagster_project.ingest.proposal.seen import Seen, see_all
from dagster_project.ingest.proposal.written import Proposal, Said
from dagster_project.places import PROJECT_DIR

__all__ = ["Proposal", "Proposed", "Said", "propose"]

SCHEMA = PROJECT_DIR / "docs" / "survey.schema.json"


@dataclass(frozen=True)
class Proposed:
    """The new folder, and what its survey.yml was written from."""

    folder: Path
    proposal: Proposal


def propose(raw_dir: Path, survey: str, source: Path, said: Said | None = None) -> Proposed:
    """Make `raw_dir/survey` with a copy of `source` and a survey.yml to complete.

    Raises `InputError` where the name will not do, the folder is there already, or the file cannot be read.
    """
    said = said or Said()
    folder = raw_dir / survey_identifier(survey, raw_dir)
    if folder.exists():
        raise InputError(f"{folder}: this survey is there already; choose another name, or edit its survey.yml.")
    check_present(source)
    proposal = _proposal(source, said)
    folder.mkdir(parents=True)
    try:
        shutil.copyfile(source, folder / proposal.file_name)
        (folder / CODEBOOK_FILE).write_text(proposal.text(_schema_from(folder)), encoding="utf-8")
    except BaseException:
        shutil.rmtree(folder)
        raise
    return Proposed(folder, proposal)


def _proposal(source: Path, said: Said) -> Proposal:
    name = re.sub(r"[\\*?\[\]]", "_", source.name)  # as survey.yml allows
    look = format_of(source).look(source, said.options)
    header = [column.name for column in look.columns]
    check_header(source, header)
    options = {**look.options, **said.options}
    batches = read_batches(RecordFile(source), _records(source, name, options), header)
    columns, broken = see_all(look.columns, batches)
    if broken == max(column.rows for column in columns) + broken:
        raise InputError(f"{source}: no line has as many fields as the header; mend the header, or say `--delimiter`.")
    notes = [*look.notes, *([f"{broken:,} lines cannot be taken apart and will be rejects"] if broken else [])]
    columns, look = _with_decimal_mark(columns, replace(look, options=options))
    _check_said(source, said, columns)
    roles = roles_of(columns, said.weight)
    left = [column for column in columns if column.name not in roles.taken()]
    questions = questions_of(left, said.missing)
    return Proposal(name, look.options, look.evidence, roles, questions, said, notes)


def _records(source: Path, name: str, options: dict[str, str]) -> Records:
    try:
        records: Records = Records.model_validate({"files": [name], **options})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{source}: {place}: {first['msg'].removeprefix('Value error, ')}") from error
    return records


def _with_decimal_mark(columns: Sequence[Seen], look: FirstLook) -> tuple[list[Seen], FirstLook]:
    """The columns under the decimal mark that those of them with decimals have."""
    commas = [column.name for column in columns if column.has_commas and not column.may_have_thousands]
    if "decimal_mark" not in look.options and commas and _may_have_commas(columns, look):
        look = replace(
            look,
            options={**look.options, "decimal_mark": ","},
            evidence={**look.evidence, "decimal_mark": f"decimals of {', '.join(commas[:5])} have it, none a point"},
        )
    mark = look.options.get("decimal_mark", ".")
    return [replace(column, decimal_mark=mark) for column in columns], look


def _may_have_commas(columns: Sequence[Seen], look: FirstLook) -> bool:
    """Whether a comma can mark the file's decimals: it separates no fields, and no number has a point."""
    points = any(not number.is_integer() for column in columns for number in column.numbers.values())
    return not points and look.options.get("delimiter", ",") != ","


def _check_said(source: Path, said: Said, columns: Sequence[Seen]) -> None:
    names = [column.name for column in columns]
    if said.weight not in (None, NO_WEIGHT, *names):
        raise InputError(f"{source}: there is no column {said.weight!r} that could be the weight; mend `--weight`.")


def _schema_from(folder: Path) -> str | None:
    """Where an editor finds the JSON Schema, for a survey that lies in the project; another has its own place."""
    inside = folder.resolve().is_relative_to(PROJECT_DIR)
    return Path(os.path.relpath(SCHEMA, folder.resolve())).as_posix() if inside else None
