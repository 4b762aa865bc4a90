"""claims.csv as the claims that it stands for: the figures of large tables, one a row, beside claims.yml.

Only the file's form is judged here. What a row says is checked as a claim of claims.yml is, and told by line and
column.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster_project.claims import BaseRule, Kind
from dagster_project.codebook.located import Located, Place, read_text
from dagster_project.codebook.questions import Question
from dagster_project.codebook.survey import Codebook
from dagster_project.errors import InputError

# Each column, and the field of a claim that it fills.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "claim": ("id",),
    "wave": ("wave",),
    "question": ("question",),
    "option": ("option",),
    "group_question": ("group", "question"),
    "group_answer": ("group", "answer"),
    "figure": ("figure",),
    "hedge": ("hedge",),
    "kind": ("kind",),
    "base": ("base",),
    "of": ("of",),
    "where": ("where",),
}
NEEDED = ("figure", "kind")


@dataclass(frozen=True)
class LocatedTable(Located):
    """claims.yml with the claims of `table` behind its own; from number `first` on an error is told by column."""

    table: Path
    first: int

    def error(self, path: Place, message: str) -> InputError:
        if path[:1] != ("claims",) or len(path) < 2 or not isinstance(path[1], int) or path[1] < self.first:
            return super().error(path, message)
        column = next((name for name, field in COLUMNS.items() if path[2 : 2 + len(field)] == field), None)
        where = f"{self.table}:{self.line(path)}: "
        return InputError(f"{where}column {column}: {message}" if column else where + message)


def with_table(located: Located, table: Path, codebook: Codebook) -> Located:
    """The claims.yml `located` with the rows of `table` as further claims. Raises `InputError` naming line and column.

    A row without an id is `T001`, `T002`, ... by its place in the table; one without `of` gets the codebook's words.
    """
    own = located.content.get("claims") or []
    if not isinstance(own, list):
        return located  # not a list of claims, which is told of claims.yml first
    rows = list(_rows(table))
    width = max(3, len(str(len(rows))))
    lines = {("claims",): 1, **located.lines}
    claims = []
    for number, (line, cells) in enumerate(rows, start=1):
        at = ("claims", len(own) + number - 1)
        claim: dict[str, Any] = {"id": f"T{number:0{width}d}"}
        lines[at] = line
        for column, text in cells.items():
            holder, field = claim, COLUMNS[column]
            for part in field[:-1]:
                holder = holder.setdefault(part, {})
                lines[(*at, *field[:-1])] = line
            holder[field[-1]] = text
            lines[(*at, *field)] = line
        claim.setdefault("of", _of_what(claim, codebook))
        claims.append(claim)
    content = {**located.content, "claims": [*own, *claims]}
    return LocatedTable(located.file, content, lines, table, len(own))


def _rows(table: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The line of each row, and its cells that are not blank, by column."""
    text = read_text(table)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"{table}:{line}: a NUL character, so this is no plain text; save the file as UTF-8 CSV.")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    last = 0  # the line on which the row before ended
    try:
        header = next(reader, [])
        _check_header(table, header)
        last = first = reader.line_num
        for row in reader:
            line, last = last + 1, reader.line_num
            if len(row) != len(header):
                counted = f"{len(row)} fields where the header has {len(header)}; a comma in a field needs quotes."
                raise InputError(f"{table}:{line}: {counted if row else 'an empty line; take it out.'}")
            yield line, {column: cell for column, cell in zip(header, row, strict=True) if cell}
    except csv.Error as error:
        raise InputError(f"{table}:{last + 1}: not CSV ({error}); a quote within a field must be doubled.") from error
    if last == first:
        raise InputError(f"{table}: a header and no claim; write the claims below it, or remove the file.")


def _check_header(table: Path, header: Sequence[str]) -> None:
    for column, times in Counter(header).items():
        if column not in COLUMNS:
            raise InputError(
                f"{table}:1: no claim has a column {column!r}; mend the spelling (the columns: {', '.join(COLUMNS)})."
            )
        if times > 1:
            raise InputError(f"{table}:1: column {column} stands twice; keep one.")
    for column in NEEDED:
        if column not in header:
            raise InputError(f"{table}:1: the column {column} is missing; the first line names the columns.")


def _of_what(claim: Mapping[str, Any], codebook: Codebook) -> str:
    """What the figure is of, in the words of the codebook as far as it has them."""
    question = codebook.question(claim.get("question", ""))
    said = [_base(claim), _option(claim, question, codebook), _group(claim.get("group", {}), codebook)]
    said += [question.text if question else "", _wave(claim.get("wave", ""), codebook)]
    return "; ".join(part for part in said if part) or "what the table gives"


def _base(claim: Mapping[str, Any]) -> str:
    if claim.get("kind") != Kind.BASE or claim.get("base") not in tuple(BaseRule):
        return ""
    return BaseRule(claim["base"]).words.counted


def _option(claim: Mapping[str, Any], question: Question | None, codebook: Codebook) -> str:
    if question is None or "option" not in claim:
        return ""
    labels = {answer.code: answer.label for answer in codebook.answers(question)}
    labels |= {code: net.label for code, net in question.nets.items()}
    return labels.get(claim["option"], str(claim["option"]))


def _group(group: Mapping[str, str], codebook: Codebook) -> str:
    grouping = codebook.question(group.get("question", ""))
    answer = group.get("answer", "")
    return grouping.options.get(answer, answer) if grouping is not None else ""


def _wave(wave: str, codebook: Codebook) -> str:
    return next((one.label for one in codebook.waves if one.id == wave and one.label), wave)
