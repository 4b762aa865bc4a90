"""What the audit writes: each part of a finding in a column of its own, lists as lists."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.audit import AuditCounts, audit_published, contradictions
from dagster_project.claims import tally_text
from dagster_project.claims.decide.localise import Localiser, Sources
from dagster_project.claims.decide.system import UndecidedError
from dagster_project.codebook import read_survey_folder
from dagster_project.ingest import write_claims, write_codebook
from tests.declared import make_tables

CODEBOOK = """
title: A poll
source: {name: a test, licence: none}
universe: Companies
provenance: PROVENANCE
RECORDS
questions:
  - {id: move, text: Do you move, type: single, options: {"yes": "Yes", "no": "No"}}
"""
PUBLICATION = "publication: {title: A paper, discloses: [who_asked, how_many, when, weighting]}\nclaims:\n"


def audited(folder: Path, claims: str, *statements: str, provenance: str = "published") -> duckdb.DuckDBPyConnection:
    """The audit of these claims, after the statements that fill the tables which the models make."""
    home = folder / "poll"
    home.mkdir()
    records = "" if provenance == "published" else "records: {files: [records.csv]}"
    (home / "survey.yml").write_text(CODEBOOK.replace("PROVENANCE", provenance).replace("RECORDS", records))
    (home / "claims.yml").write_text(PUBLICATION + claims)
    (home / "records.csv").write_text("move\n")
    connection = duckdb.connect()
    survey = read_survey_folder(folder, "poll")
    write_codebook(connection, survey)
    write_claims(connection, survey)
    make_tables(connection, "raw.weight_units", "tallies", "marts", "disclosure")
    for statement in statements:
        connection.execute(statement)
    audit_published(connection)
    return connection


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> Sequence[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


TRIPLE = """
  - {id: A, figure: "96", kind: count, question: move, option: "yes", base: answered, of: moving}
  - {id: B, figure: around 150, kind: base, question: move, base: answered, of: asked}
  - {id: C, figure: 42%, kind: percentage, question: move, option: "yes", base: answered, of: moving}
"""


def test_a_message_is_its_statement_and_the_readings_that_have_rows_of_their_own(tmp_path: Path) -> None:
    with audited(tmp_path, TRIPLE) as connection:
        [(finding, claims, statement, remarks, message)] = rows(
            connection,
            """SELECT finding, claims, statement, remarks, message FROM audit.findings
            WHERE severity = 'impossible as labelled'""",
        )
        readings = rows(connection, "SELECT finding, claims, message FROM audit.readings ORDER BY reading")
        told = contradictions(connection)
    assert (finding, set(claims), remarks) == ("F01", {"A", "B", "C"}, [])
    assert statement.startswith("“96 of around 150 is 42%” cannot be: 96 of 150 is 64 %")
    assert readings
    assert all((of, set(about)) == ("F01", {"A", "B", "C"}) for of, about, _ in readings)
    assert not any(reading in statement for *_, reading in readings)
    assert message.startswith(statement)
    assert all(reading in message for *_, reading in readings)
    assert told == [(finding, claims, statement, message)]


def test_a_finding_on_the_publication_as_a_whole_is_about_no_claim(tmp_path: Path) -> None:
    with audited(tmp_path, TRIPLE) as connection:
        assert rows(connection, "SELECT claims FROM audit.findings WHERE code = 'missing disclosure'") == [([],)]


def test_a_slip_is_told_by_what_went_wrong_and_the_two_numbers(tmp_path: Path) -> None:
    claims = TRIPLE.replace("around 150", '"150"').replace("42%", "46%")
    with audited(tmp_path, claims) as connection:
        slips = rows(
            connection,
            "SELECT claims, slip, slip_what, slip_meant, slip_printed FROM audit.repairs WHERE slip IS NOT NULL",
        )
    assert (["C"], "two digits swapped: 64 for 46", "two digits swapped", "64", "46") in slips


TALLIED = (
    "INSERT INTO raw.weight_units BY NAME SELECT 1 AS w_unit",
    "INSERT INTO tallies.tallies BY NAME SELECT 'move' AS question, 'yes' AS answer, 1 AS n, 1 AS w",
    """INSERT INTO marts.bases BY NAME
    SELECT 'move' AS question, 'answered' AS base_rule, 16 AS n_base, 16 AS w_base_in_full""",
)
PERCENTAGE = '\n  - {id: C, figure: 7%, kind: percentage, question: move, option: "yes", base: answered, of: moving}'
COUNT = '\n  - {id: A, figure: "1", kind: count, question: move, option: "yes", base: answered, of: moving}'


def test_a_recount_rounds_a_half_up_as_the_tables_do(tmp_path: Path) -> None:
    with audited(tmp_path, PERCENTAGE, *TALLIED, provenance="collected") as connection:
        assert rows(connection, "SELECT reproduced, recount_text FROM audit.figures") == [
            (False, "1 of 16 who answered is 6.3 %; but 1 of 16 who answered is 6.3 %, rounded up to the next number")
        ]


def test_a_figure_that_collected_records_give_is_reproduced_whatever_contradicts_it(tmp_path: Path) -> None:
    claims = PERCENTAGE.replace("7%", "6%") + PERCENTAGE.replace("7%", "60%").replace("id: C", "id: D")
    with audited(tmp_path, claims, *TALLIED, provenance="collected") as connection:
        verdicts = rows(connection, "SELECT claim, severity, verdict FROM audit.figures ORDER BY claim")
        blamed = rows(connection, "SELECT claims, verdict FROM audit.findings WHERE list_contains(claims, 'D')")
        counts = audit_published(connection)
    assert verdicts == [("C", "reproduced", "possible"), ("D", "proved impossible", "impossible")]
    assert blamed
    assert all(one == (["D"], "impossible") for one in blamed)
    assert (counts.impossible, counts.figures, counts.verdicts) == (1, 2, "1 impossible, 1 possible")


BOTH = (
    *TALLIED,
    "INSERT INTO tallies.tallies BY NAME SELECT 'move' AS question, 'no' AS answer, 15 AS n, 15 AS w",
)
YES_AND_NO = PERCENTAGE.replace("7%", "6%") + PERCENTAGE.replace("7%", "94%").replace("yes", "no").replace(
    "id: C", "id: D"
)


@pytest.mark.parametrize(
    ("saying", "is_told"),
    [
        (
            "orders:\n  - {id: O, text: more go than stay, greater: C, smaller: D}\n",
            "the text says “more go than stay”",
        ),
        ("changes_over_time:\n  - {id: O, text: fell, figure: down 5 points, from: C, to: D}\n", "not “down 5 points”"),
    ],
)
def test_of_figures_that_the_records_give_only_what_is_said_of_them_can_be_wrong(
    tmp_path: Path, saying: str, is_told: str
) -> None:
    with audited(tmp_path, f"{YES_AND_NO}\n{saying}", *BOTH, provenance="collected") as connection:
        verdicts = rows(connection, "SELECT claim, severity, verdict FROM audit.figures ORDER BY claim")
        [(claims, message)] = rows(
            connection, "SELECT claims, message FROM audit.findings WHERE verdict = 'impossible'"
        )
    assert verdicts == [("C", "reproduced", "possible"), ("D", "reproduced", "possible")]
    assert claims == ["O"]
    assert is_told in message
    assert "changed places" not in message, "what the records give is in its place"


def test_where_all_figures_are_what_the_records_give_the_codebook_is_wrong_and_no_figure(tmp_path: Path) -> None:
    several = (*TALLIED, BOTH[-1].replace("15 AS n", "14 AS n"), BOTH[-1].replace("'no'", "'yes'").replace("15", "9"))
    counts = COUNT.replace('"1"', '"10"') + COUNT.replace('"1"', '"14"').replace("id: A", "id: B").replace("yes", "no")
    base = '\n  - {id: N, figure: "16", kind: base, question: move, base: answered, of: all}'
    with audited(tmp_path, counts + base, *several, provenance="collected") as connection:
        verdicts = rows(connection, "SELECT DISTINCT verdict FROM audit.figures")
        [(claims, verdict, message)] = rows(
            connection, "SELECT claims, verdict, message FROM audit.findings WHERE code = 'partition'"
        )
    assert verdicts == [("possible",)]
    assert (claims, verdict) == ([], None)
    assert message.endswith("so what the codebook says of them does not hold of its records.")


def test_a_reading_takes_no_figure_otherwise_that_the_records_give(tmp_path: Path) -> None:
    nine = TALLIED[0], TALLIED[1].replace("1 AS", "9 AS"), TALLIED[2]
    base = '\n  - {id: B, figure: "61", kind: base, question: move, base: answered, of: all}'
    claims = COUNT.replace('"1"', '"9"') + base + PERCENTAGE.replace("7%", "56%")
    with audited(tmp_path, claims, *nine, provenance="collected") as connection:
        blamed = rows(connection, "SELECT claim FROM audit.figures WHERE verdict = 'impossible'")
        readings = rows(connection, "SELECT message FROM audit.readings")
    assert blamed == [("B",)], "9 of 16 is 56 %, so the 61 is wrong"
    assert readings == [], "5 of 9 is 56 % too, but the records say that the 9 is no base"


WEIGHTED = (
    TALLIED[0],
    TALLIED[1].replace("1 AS w", "4 AS w"),
    TALLIED[2].replace("16 AS w_base_in_full", "20 AS w_base_in_full"),
)


@pytest.mark.parametrize(
    ("figure", "said", "verdict", "condition"),
    [
        ("20%", "", "possible", None),
        ("20%", ", weighted: true", "possible", None),
        ("6%", ", weighted: false", "possible", None),
        ("6%", "", "conditional", "“6%” is not weighted"),
        ("6%", ", weighted: true", "impossible", None),
        ("20%", ", weighted: false", "impossible", None),
    ],
)
def test_a_figure_is_recounted_with_the_weights_that_it_is_said_to_have(
    tmp_path: Path, figure: str, said: str, verdict: str, condition: str | None
) -> None:
    base = '\n  - {id: B, figure: "16", kind: base, question: move, base: answered, of: all}'
    claims = COUNT + base + PERCENTAGE.replace("7%", figure).replace("}", said + "}")
    with audited(tmp_path, claims, *WEIGHTED, provenance="collected") as connection:
        verdicts = dict(rows(connection, "SELECT claim, verdict FROM audit.figures"))
        found = rows(connection, "SELECT condition FROM audit.findings WHERE condition IS NOT NULL")
    assert verdicts == {"A": "possible", "B": "possible", "C": verdict}
    assert found == ([(condition,)] if condition else [])


def test_what_the_records_give_is_not_undecided_where_the_time_runs_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_time(_: Localiser, __: Sources) -> bool:
        raise UndecidedError

    monkeypatch.setattr(Localiser, "possible", no_time)
    with audited(tmp_path, YES_AND_NO, *TALLIED, provenance="collected") as connection:
        verdicts = rows(connection, "SELECT claim, verdict FROM audit.figures ORDER BY claim")
        undecided = rows(connection, "SELECT claims FROM audit.findings WHERE verdict = 'undecided'")
    assert verdicts == [("C", "possible"), ("D", "impossible")], "nobody answered no, say the records"
    assert undecided == [(["D"],)]


def test_a_figure_of_which_nothing_is_said_is_not_checkable(tmp_path: Path) -> None:
    with audited(tmp_path, "  - {id: A, figure: '7', kind: count, of: these}\n") as connection:
        assert rows(connection, "SELECT severity, verdict FROM audit.figures") == [("not checkable", "not checkable")]


def test_a_withheld_count_is_not_recounted_and_says_what_its_row_gives_as_the_reason(tmp_path: Path) -> None:
    withheld = """INSERT INTO disclosure.withheld BY NAME
        SELECT 'move' AS question, 'yes' AS answer, 'kept back' AS reason"""
    with audited(tmp_path, COUNT, *TALLIED, withheld, provenance="collected") as connection:
        assert rows(connection, "SELECT reproduced, recount_text FROM audit.figures") == [(None, "kept back")]


@pytest.mark.parametrize("claims", [TRIPLE, COUNT])
def test_an_audit_counts_what_it_wrote(tmp_path: Path, claims: str) -> None:
    with audited(tmp_path, claims) as connection:
        counts = audit_published(connection)
        [(figures,)] = rows(connection, "SELECT count(*) FROM audit.figures")
        [(findings,)] = rows(connection, "SELECT count(*) FROM audit.findings")
        verdicts = [verdict for (verdict,) in rows(connection, "SELECT verdict FROM audit.figures")]
        assert counts == AuditCounts(figures, findings, verdicts.count("impossible"), tally_text(verdicts))
