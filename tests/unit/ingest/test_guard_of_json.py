"""JSON: numbers as they are written, and nothing nested taken for an answer."""

from __future__ import annotations

import pytest
from survey_desk import Desk

from dagster_project.errors import InputError

LIST = '[{"person": "a", "sex": 1, "age": 30.50},\n {"person": 12345678901234567, "sex": 2}]'
LINES = '{"person": "a", "sex": 1, "age": 30.50}\n\n{"person": 12345678901234567, "sex": 2, "age": null}\n'


@pytest.mark.parametrize(
    ("name", "text", "second"), [("records.json", LIST, 2), ("records.jsonl", LINES, 3), ("records.json", LINES, 3)]
)
def test_a_list_and_lines_give_the_same_records(desk: Desk, name: str, text: str, second: int) -> None:
    desk.take(text, name=name)

    assert desk.values("source_line, respondent, sex, age") == [
        (1, "a", "1", 30.5),
        (second, "12345678901234567", "2", None),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[{"person": "a", "sex": [1, 2], "age": 1}]', "records.json:1: 'sex' holds values within a value"),
        ('[{"person": "a", "person": "b"}]', "a record has the same name twice"),
        ('[{"person": NaN}]', "NaN is no number"),
        ('[{"person": "a"},\n {"person"]', "records.json:2: not JSON"),
        ('{"responses": [\n', "records.json:1: not JSON"),
        ("[1, 2]", "records.json:1: a record must be an object"),
        ("[]", "this file has no record|the first line is empty"),
        ('[{"person": "a", "sex": "\xe9"}]'.encode("latin-1"), "not UTF-8 text at byte"),
        ("[" * 100_000, "brackets within brackets|not JSON"),
    ],
)
def test_what_is_no_list_of_records_is_refused(desk: Desk, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        desk.take(text, name="records.json")
