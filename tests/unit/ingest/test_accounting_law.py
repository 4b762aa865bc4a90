"""The law of the guard: whatever the file, every line is a record or a reject, as plain Python judges it too."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from survey_desk import Desk

BOOK = """\
respondent: person
weight: w
missing: {dont_know: ['8'], refused: ['9']}
questions:
  - {id: sex, text: Sex, type: single, options: {1: Woman, 2: Man}}
  - {id: age, text: Age, type: quantity}
  - {id: media, text: Media, type: multiple, separator: ';', options: {p: P, r: R, n: N}, exclusive: [n]}
  - {id: remark, text: Remark, type: text}
"""
HEADER = ["person", "w", "sex", "age", "media", "remark"]
# Each field with the values that are right, and those that are not; judged by this table alone.
RIGHT = {
    "w": ["1", "0.5", "2"],
    "sex": ["1", "2", "8", "9", ""],
    "age": ["30", "4e1", "8", ""],
    "media": ["p", "p;r", "r;p", "n", "9", ""],
    "remark": ["", "fine", 'a "b"', "x,y", "Ü\u2028"],
}
WRONG = {
    "w": ["", "x", "1,5"],
    "sex": ["3", " 1", "01", "'"],
    "age": ["old", "nan", "1 "],
    "media": ["p;", "x", "p;p", "n;p", "p;8", " p"],
}
FAULTS = ["none", "none", "none", "short", "long", "empty", *WRONG]


@dataclass(frozen=True)
class Line:
    fields: list[str] | None  # None: an empty line
    right: bool  # the identifier aside

    def text(self) -> str:
        return ",".join('"' + field.replace('"', '""') + '"' for field in self.fields or [])


@st.composite
def lines(draw: st.DrawFn) -> Line:
    fault = draw(st.sampled_from(FAULTS))
    fields = {name: draw(st.sampled_from(values)) for name, values in RIGHT.items()}
    if fault in WRONG:
        fields[fault] = draw(st.sampled_from(WRONG[fault]))
    row = [draw(st.sampled_from(["", "a", "b", "c", "d", "e", "f", "g"])), *fields.values()]
    if fault == "empty":
        return Line(None, False)
    row = row[:-1] if fault == "short" else [*row, "x"] if fault == "long" else row
    return Line(row, fault == "none")


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(files=st.lists(st.lists(lines(), min_size=1, max_size=12), min_size=1, max_size=2))
def test_records_and_rejects_are_the_lines_that_an_independent_judge_names(files: list[list[Line]]) -> None:
    seen: set[str] = set()
    accepted, rejected = [], []
    for at, content in enumerate(files):
        for number, line in enumerate(content, start=2):
            if line.right and line.fields and line.fields[0] and line.fields[0] not in seen:
                seen.add(line.fields[0])
                accepted.append((f"{at}.csv", number, line.fields[0]))
            else:
                rejected.append((f"{at}.csv", number))

    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        desk.write(book=BOOK, dialect=f"  files: [{', '.join(f'{at}.csv' for at in range(len(files)))}]\n")
        for at, content in enumerate(files):
            text = "\n".join([",".join(HEADER), *(line.text() for line in content)])
            (desk.folder / f"{at}.csv").write_text(text + "\n", encoding="utf-8")
        accounts = desk.ingest()
        found = desk.rows("SELECT source_file, source_line FROM raw.rejects ORDER BY ALL")
        records = desk.values("source_file, source_line, respondent")
        desk.connection.close()

    assert records == accepted
    assert found == rejected
    assert [a.rows_read for a in accounts] == [len(content) for content in files]
    assert all(a.rows_read == a.rows_accepted + a.rows_rejected for a in accounts)
    assert sum(a.rows_accepted for a in accounts) == len(accepted)
