"""People that were made up as a record file: written as the codebook has its columns, and read again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dagster_project.claims import Question
from dagster_project.claims.decide.laws import NONE
from dagster_project.codebook import Codebook, Records
from dagster_project.codebook import Question as QuestionEntry

Codes = tuple[str, ...]


@dataclass
class Respondent:
    """Somebody made up: the wave, and the codes given to each question that was put; NONE is none of several."""

    wave: str | None
    answers: dict[str, Codes] = field(default_factory=dict)

    def is_led_to(self, question: Question) -> bool:
        """Whether the wave, and the answers to earlier questions, lead here."""
        if question.wave not in (None, self.wave):
            return False
        if question.asked_if is None:
            return True
        asker, admitting = question.asked_if
        return not set(admitting).isdisjoint(self.answers.get(asker, ()))


def as_csv(book: Codebook, records: Records, people: Sequence[Respondent]) -> str:
    """The text of the record file."""
    columns: dict[str, list[str]] = {}
    if book.respondent:
        columns[book.respondent] = [f"r{at:0{len(str(len(people)))}d}" for at in range(1, len(people) + 1)]
    if book.wave:
        columns[book.wave] = [person.wave or "" for person in people]
    for question in book.questions:
        cells = [_cells(question, person.answers.get(question.id, ())) for person in people]
        columns |= dict(zip(question.source_columns(), map(list, zip(*cells, strict=True)), strict=True))
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=records.delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return stream.getvalue()


def _cells(question: QuestionEntry, codes: Codes) -> list[str]:
    """What stands in a question's columns."""
    if question.columns is None:
        return [(question.separator or "").join(codes)]
    chosen = [code in codes for code in question.columns]
    if not any(chosen) and NONE not in codes:
        return list(codes or ("",)) * len(chosen)  # a missing code, or nothing, stands in all of them
    return [question.selected[0] if one else question.not_selected[0] for one in chosen]


def read_csv(book: Codebook, records: Records, text: str, questions: Sequence[Question]) -> Iterator[Respondent]:
    """The people of a record file; whom the routing leaves out is not asked, whatever stands in the cell."""
    entries = {question.id: question for question in book.questions}
    for row in csv.DictReader(io.StringIO(text), delimiter=records.delimiter):
        person = Respondent(row[book.wave] if book.wave else None)
        for question in questions:
            if person.is_led_to(question):
                entry = entries[question.id]
                person.answers[question.id] = _codes(entry, [row[column] for column in entry.source_columns()])
        yield person


def _codes(question: QuestionEntry, cells: Sequence[str]) -> Codes:
    if question.columns is None:
        [cell] = cells
        return tuple(cell.split(question.separator)) if question.separator and cell else (cell,)
    if any(cell not in question.marks() for cell in cells):
        return (cells[0],)
    chosen = tuple(code for code, cell in zip(question.columns, cells, strict=True) if cell in question.selected)
    return chosen or (NONE,)
