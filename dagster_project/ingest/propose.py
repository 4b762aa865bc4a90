"""A first survey.yml for a record file: what can be seen in the file, and TODO for what only a person knows.

This is the one place where anything is guessed; a run never does.
"""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from dagster_project.codebook import ANY_VALUE, CODEBOOK_FILE, RESERVED, QuestionType, survey_identifier
from dagster_project.errors import InputError
from dagster_project.formats import FileColumn, format_of
from dagster_project.ingest.columns import NUMBER
from dagster_project.ingest.guard import check_header, check_present

MOST_OPTIONS = 20
TODO = "TODO"


@dataclass
class _Column:
    """What is seen of a column: its values while they are few, and what they have in common."""

    told: FileColumn  # by the file itself
    values: dict[str, None] = field(default_factory=dict)
    rows: int = 0
    filled: int = 0
    repeats: bool = False
    numbers: bool = True

    def see(self, value: str) -> None:
        self.rows += 1
        if not value or value in self.told.missing:
            return
        self.filled += 1
        self.numbers = self.numbers and _is_number(value)
        if value in self.values:
            self.repeats = True
        elif self.may_identify or len(self.values) <= MOST_OPTIONS:
            self.values[value] = None

    @property
    def header(self) -> str:
        """The column's name in the file."""
        return self.told.name

    @property
    def may_identify(self) -> bool:
        """Whether the header is that of an identifier, so that every value is kept to see whether one repeats."""
        return self.header.lower().endswith("id")

    @property
    def type(self) -> QuestionType:
        has_labels = bool(self.told.values) and self.values.keys() <= self.told.values.keys()
        if has_labels or (self.repeats and len(self.values) <= MOST_OPTIONS and ANY_VALUE not in self.values):
            return QuestionType.single
        return QuestionType.quantity if self.numbers and self.filled else QuestionType.text

    def options(self) -> dict[str, str]:
        """Code to label: in the order of the file where it has labels, else sorted, each code for its own label."""
        return dict(self.told.values) or {code: code for code in sorted(self.values)}


def propose(raw_dir: Path, survey: str, source: Path) -> Path:
    """Make `raw_dir/survey` with a copy of `source` and a survey.yml to complete; return the folder.

    Raises `InputError` where the name will not do, the folder is there already, or the file cannot be read.
    """
    folder = raw_dir / survey_identifier(survey, raw_dir)
    if folder.exists():
        raise InputError(f"{folder}: this survey is there already; choose another name, or edit its survey.yml.")
    check_present(source)
    name = re.sub(r"[\\*?\[\]]", "_", source.name)  # as survey.yml allows
    with format_of(source).look(source) as seen:
        check_header(source, [column.name for column in seen.columns])
        columns = [_Column(column) for column in seen.columns]
        _see(columns, seen.rows)
    if not any(column.rows for column in columns):
        raise InputError(f"{source}: a header and no record; a codebook is proposed from records.")
    text = _codebook(name, seen.options, columns)
    folder.mkdir(parents=True)
    try:
        shutil.copyfile(source, folder / name)
        (folder / CODEBOOK_FILE).write_text(text, encoding="utf-8")
    except BaseException:
        shutil.rmtree(folder)
        raise
    return folder


def _is_number(value: str) -> bool:
    return re.fullmatch(NUMBER, value) is not None and math.isfinite(float(value))


def _see(columns: Sequence[_Column], rows: Iterable[Sequence[str]]) -> None:
    for row in rows:
        if len(row) != len(columns):
            continue  # a reject, whatever the codebook
        for column, value in zip(columns, row, strict=True):
            column.see(value)


def _codebook(file_name: str, options: Mapping[str, str], columns: Sequence[_Column]) -> str:
    identifier = next((c for c in columns if c.may_identify and c.filled == c.rows and not c.repeats), None)
    if len(columns) == 1:
        identifier = None  # a survey has at least one question
    lines = [
        "# yaml-language-server: $schema=../../../docs/survey.schema.json",
        f"title: {TODO} the survey's name",
        "source:",
        f"  name: {TODO} who made it",
        f"  licence: {TODO} under which licence the records may be used",
        f"universe: {TODO} who the survey is about",
        "# asked: 1000 # how many were contacted, if known",
        "# sample: probability # or quota, opt-in, census, none; without it no standard errors and intervals are given",
        "provenance: collected",
        "records:",
        f"  files: [{_text(file_name)}]",
        *(f"  {name}: {_text(value)}" for name, value in options.items()),
        f"respondent: {_text(identifier.header)}" if identifier else "# respondent: the column that identifies one",
        "# weight: the column of the weights",
        "# groups: [the questions that tables are broken down by]",
        "# missing: {dont_know: [], refused: [], not_asked: []} # the codes of missing answers",
        "questions:",
    ]
    taken: set[str] = set(RESERVED)
    for column in columns:
        if column is not identifier:
            lines += _question(column, taken)
    return "\n".join(lines) + "\n"


def _question(column: _Column, taken: set[str]) -> list[str]:
    slug = re.sub(r"_+", "_", re.sub(r"[^a-z0-9]+", "_", column.header.lower())).strip("_")[:50] or "question"
    slug = slug if slug[0].isalpha() else f"q_{slug}"
    name, number = slug, 2
    while name in taken:
        name, number = f"{slug}_{number}", number + 1
    taken.add(name)
    lines = [
        f"  - id: {name}",
        f"    text: {_text(column.told.label or column.header)} # {TODO} the question as it was asked",
        f"    type: {column.type} # {TODO} guessed from {column.filled:,} answers",
    ]
    if name != column.header:
        lines.append(f"    column: {_text(column.header)}")
    if column.type.traits.has_options:
        lines.append("    options:")
        lines += [f"      {_text(code)}: {_text(label)} # {TODO} its label" for code, label in column.options().items()]
    if column.told.missing:
        codes = ", ".join(_text(code) for code in column.told.missing)
        lines.append(f"    missing: {{no_answer: [{codes}]}} # {TODO} why: dont_know, refused, not_asked, no_answer")
    return lines


def _text(value: str) -> str:
    """A YAML scalar on one line that is read back as this very text."""
    return str(yaml.safe_dump(value, default_style='"', allow_unicode=True, width=math.inf)).rstrip("\n")
