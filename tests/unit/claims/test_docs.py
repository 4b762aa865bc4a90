"""The findings that docs/audit.md shows, and the sums of docs/figures.md, are what the program says today."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import duckdb
import pytest

from dagster_project.audit import audit_published
from dagster_project.claims import Code, Severity
from dagster_project.claims.answer import answer_claim
from dagster_project.codebook import read_survey_folder
from dagster_project.ingest import write_claims, write_codebook
from dagster_project.places import PROJECT_DIR
from tests.declared import make_tables

PAGE = (PROJECT_DIR / "docs" / "audit.md").read_text(encoding="utf-8")
_, _, EXAMPLES = PAGE.partition("\n## Examples")
SECTIONS = re.findall(r"^### (.+?)\n(.*?)(?=^##)", EXAMPLES, re.DOTALL | re.MULTILINE)
[CODEBOOK, *_] = re.findall(r"```yaml\n(.*?)```", EXAMPLES, re.DOTALL)
PUBLICATION = "publication: {title: A paper, discloses: [who_asked, how_many, when, weighting, margin_of_error]}\n"
# What the models make of records: an example's own are counted here.
COUNTED = """
INSERT INTO raw.weight_units BY NAME SELECT 1 AS w_unit;
INSERT INTO tallies.tallies BY NAME SELECT 'move' AS question, answer, records AS n, records AS w FROM counts;
INSERT INTO marts.bases BY NAME SELECT 'move' AS question, base_rule,
    sum(records) FILTER (answer <> '98' OR base_rule <> 'answered') AS n_base, n_base AS w_base
    FROM counts, (VALUES ('answered'), ('routed'), ('all')) AS rules(base_rule) GROUP BY ALL;
"""


def _blocks(section: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


def _messages(section: str, heading: str, folder: Path) -> Iterator[str]:
    """What the program says under a section's heading, for its input."""
    code, severity = heading.split(": ")
    for command in _blocks(section, "sh"):
        words = re.fullmatch(r'basecheck (claim|run) "?(.*?)"?\n', command)
        assert words, command
        if words[1] == "claim":
            answer = answer_claim(words[2])
            assert answer.severity == severity
            yield answer.message
        else:
            yield from _of(_shipped(words[2]), code, severity)
    tables, more = _blocks(section, "csv"), _blocks(section, "yaml")
    if tables or more:
        (folder / "survey.yml").write_text(CODEBOOK, encoding="utf-8")
        (folder / "claims.yml").write_text(PUBLICATION + "".join(more), encoding="utf-8")
        if tables:
            (folder / "claims.csv").write_text(tables[0], encoding="utf-8")
        (folder / "answers.csv").write_text("sector,move,where,stay\n", encoding="utf-8")
        yield from _of(_findings(folder, *tables[1:]), code, severity)


def _of(findings: Sequence[tuple[str, str, str]], code: str, severity: str) -> Iterator[str]:
    return (message for *kind, message in findings if kind == [code, severity])


@cache
def _shipped(survey: str) -> list[tuple[str, str, str]]:
    return _findings(PROJECT_DIR / "data" / "raw" / survey)


def _findings(folder: Path, counts: str = "answer,records\n") -> list[tuple[str, str, str]]:
    rows = [line.split(",") for line in counts.splitlines()[1:]]
    with duckdb.connect() as connection:
        connection.execute("CREATE TEMP TABLE counts (answer VARCHAR, records BIGINT)")
        for row in rows:
            connection.execute("INSERT INTO counts VALUES (?, ?)", row)
        survey = read_survey_folder(folder.parent, folder.name)
        write_codebook(connection, survey)
        write_claims(connection, survey)
        make_tables(connection, "raw.weight_units", "tallies", "marts", "disclosure")
        connection.execute(COUNTED)
        audit_published(connection)
        return connection.execute("SELECT code, severity, message FROM audit.findings").fetchall()


@pytest.mark.parametrize(("heading", "section"), SECTIONS, ids=[heading for heading, _ in SECTIONS])
def test_an_example_is_what_the_program_says(heading: str, section: str, tmp_path: Path) -> None:
    folder = tmp_path / "poll"
    folder.mkdir()
    [shown] = _blocks(section, "text")
    messages = list(_messages(section, heading, folder))
    assert " ".join(shown.split()) in messages, f"write under {heading!r} what is said now: {messages}"


def test_every_kind_of_finding_is_explained_and_shown() -> None:
    explained = re.findall(r"^\| ([a-z ]+) \|", PAGE, re.MULTILINE)
    assert {code.value for code in Code} <= set(explained)
    assert [name for name in explained if name in set(Severity)] == [severity.value for severity in Severity]
    shown = {heading.split(": ")[0] for heading, _ in SECTIONS}
    assert shown == {code.value for code in Code}


def test_the_algebra_computes_what_the_page_shows() -> None:
    page = (PROJECT_DIR / "docs" / "figures.md").read_text(encoding="utf-8")
    shown = doctest.DocTestParser().get_doctest("".join(_blocks(page, "pycon")), {}, "figures.md", None, None)
    result = doctest.DocTestRunner().run(shown)
    assert (result.failed, result.attempted) == (0, len(shown.examples))
    assert shown.examples
