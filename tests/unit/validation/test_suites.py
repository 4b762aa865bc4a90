"""What a suite file must be, and what the shipped ones declare."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dagster_project.errors import InputError
from dagster_project.validation import Suite, load_suites


def test_importing_the_package_and_loading_suites_does_not_import_great_expectations(tmp_path: Path) -> None:
    write(tmp_path, one())
    program = (
        "import sys, pathlib; from dagster_project.validation import load_suites; "
        f"load_suites(pathlib.Path({str(tmp_path)!r})); "
        "sys.exit('great_expectations' in sys.modules or 'sqlalchemy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_there_is_one_suite_per_table_and_one_severity_per_check(suites: dict[str, Suite]) -> None:
    assert {name: suite.table for name, suite in suites.items()} == {
        "bases": "marts.bases",
        "crosstabs": "marts.crosstabs",
        "disclosure": "audit.disclosure",
        "figures": "audit.figures",
        "findings": "audit.findings",
        "readings": "audit.readings",
        "records": "records.records",
        "response_rates": "marts.response_rates",
        "statements": "audit.statements",
        "tallies": "tallies.tallies",
        "toplines": "marts.toplines",
    }
    declared = [(spec.suite, spec.check) for suite in suites.values() for spec in suite.checks]
    assert len(declared) == len(set(declared))


def test_only_what_a_person_must_decide_does_not_block(suites: dict[str, Suite]) -> None:
    lenient = {(s.suite, s.check) for suite in suites.values() for s in suite.checks if s.severity != "critical"}
    assert lenient == {
        ("records", "every_cell_is_an_answer"),
        ("records", "sample_is_stated"),
        ("records", "routing_is_respected"),
        ("figures", "published_figures_agree"),
        ("figures", "published_figures_are_decided"),
        ("figures", "published_figures_stand_by_themselves"),
        ("statements", "published_statements_agree"),
        ("statements", "published_statements_are_decided"),
        ("statements", "published_statements_stand_by_themselves"),
        ("readings", "readings_hold"),
    }


def one(**changes: Any) -> dict[str, Any]:
    expectation = {
        "type": "expect_table_row_count_to_be_between",
        "kwargs": {"min_value": 1},
        "severity": "critical",
        "meta": {"check": "some", "says": "There are rows", "reason": "Nothing comes of nothing."},
    }
    meta = {**expectation["meta"], **changes.pop("meta", {})}  # type: ignore[dict-item]
    return {**expectation, **changes, "meta": meta}


def write(folder: Path, *expectations: object, name: str = "t", table: object = "marts.toplines") -> Path:
    path = folder / "t.json"
    path.write_text(json.dumps({"name": name, "meta": {"table": table}, "expectations": expectations}))
    return path


@pytest.mark.parametrize(
    ("expectation", "told"),
    [
        ("text", 'expectation 1: an expectation is an object with "type"'),
        (one(kwargs=[]), 'expectation 1: "kwargs" must be an object'),
        (one(severity="fatal"), "\"severity\" is 'fatal'; write critical, warning or info"),
        (one(meta={"check": "Bad name"}), "\"meta.check\" is 'Bad name'"),
        (one(meta={"reason": " "}), '"meta.reason" must be a sentence'),
        (one(meta={"each": "respondents"}), "\"meta.each\" is 'respondents'; write one of respondent,"),
    ],
)
def test_a_wrong_expectation_is_named_with_its_mend(tmp_path: Path, expectation: object, told: str) -> None:
    path = write(tmp_path, expectation)
    with pytest.raises(InputError) as raised:
        load_suites(tmp_path)
    assert str(raised.value).startswith(str(path))
    assert told in str(raised.value)


def test_a_check_of_two_severities_is_refused(tmp_path: Path) -> None:
    write(tmp_path, one(), one(severity="warning"))
    with pytest.raises(InputError, match="expectation 2: check 'some' is critical above and warning here"):
        load_suites(tmp_path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"name": "t",\n "meta": }', "line 2, column 10: this is not JSON"),
        ("[]", "a suite is a JSON object"),
        ('{"name": "other"}', "\"name\" is 'other'; write 't'"),
        ('{"name": "t", "meta": {"table": "x"}}', '"meta.table" must name the table, as schema.table'),
        ('{"name": "t", "meta": {"table": "a.b"}, "expectations": []}', "at least one expectation"),
    ],
)
def test_a_broken_suite_file_is_named_with_its_mend(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "t.json").write_text(content)
    with pytest.raises(InputError) as raised:
        load_suites(tmp_path)
    assert told in str(raised.value)


def test_a_folder_without_suites_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no suite here"):
        load_suites(tmp_path)
