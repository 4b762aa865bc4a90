"""Computed weights on their way through the pipeline: into every table, and out of the release."""

from __future__ import annotations

import duckdb
import pytest

from dagster_project.codebook import read_survey_folder
from dagster_project.defs.ingest import codebook, records, weights
from tests.conftest import Desk, Outcome

SURVEY = """
title: A weighted survey
source: {name: a test, licence: none}
universe: A thousand people
provenance: collected
sample: probability
records: {files: [records.csv]}
groups: [sex]
minimum_base: 2
minimum_cell: 0
weighting:
  margins:
    - {question: sex, shares: {f: 52, m: 48}}
    - {question: age, counts: {young: 300, grown: 700}}
  trim: {high: 3}
questions:
  - {id: sex, text: Sex, type: single, options: {f: Female, m: Male}}
  - id: age
    text: Age
    type: single
    options: {young: To 29, middle: 30 to 59, old: From 60}
    nets: {grown: {label: From 30, options: [middle, old]}}
  - {id: works, text: In paid work, type: single, options: {1: "Yes", 0: "No"}}
"""
CELLS = {
    ("f", "young"): 9, ("f", "middle"): 14, ("f", "old"): 17,
    ("m", "young"): 5, ("m", "middle"): 21, ("m", "old"): 8,
}  # fmt: skip
RECORDS = "sex,age,works\n" + "".join(
    f"{sex},{age},{number % 3 % 2}\n" for (sex, age), n in CELLS.items() for number in range(n)
)


@pytest.fixture(scope="module")
def weighted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Outcome]:
    folder = tmp_path_factory.mktemp("weighted")
    desk = Desk(folder / "raw", folder / "output")
    desk.survey("weighted", {"survey.yml": SURVEY, "records.csv": RECORDS})
    return desk, desk.basecheck("run")


def test_the_tables_divide_by_the_computed_weights(weighted: tuple[Desk, Outcome]) -> None:
    desk, outcome = weighted
    assert outcome.code == 0, outcome
    with desk.released("weighted") as connection:
        found = connection.execute(
            "SELECT answer, n, w, w_base, share, percent_text FROM marts.toplines WHERE question = 'sex'"
        ).fetchall()
        assert [(answer, n, text) for answer, n, *_, text in found] == [("f", 40, "52"), ("m", 34, "48")]
        for _, _, w, w_base, share, text in found:
            assert (w, w_base, share) == pytest.approx((10 * int(text), 1000, int(text) / 100), rel=1e-9)
        [(young,)] = connection.execute("SELECT w FROM marts.toplines WHERE answer = 'young'").fetchall()
        assert young == pytest.approx(300, rel=1e-9)


def test_standard_errors_take_the_weights_as_they_are(weighted: tuple[Desk, Outcome]) -> None:
    """One linearised value per respondent, with the weights of the work database."""
    desk, _ = weighted
    with duckdb.connect(str(desk.places.work_database("weighted")), read_only=True) as connection:
        drawn = connection.execute(
            "SELECT final_weight, (works = '1')::INT FROM records.records JOIN records.weights "
            "USING (source_file, source_line)"
        ).fetchall()
        [(share, se)] = connection.execute(
            "SELECT share, se FROM marts.toplines WHERE question = 'works' AND answer = '1'"
        ).fetchall()
    total, n = sum(weight for weight, _ in drawn), len(drawn)
    mean = sum(weight * works for weight, works in drawn) / total
    scores = [weight * (works - mean) / total for weight, works in drawn]
    assert (share, se) == pytest.approx((mean, (n / (n - 1) * sum(score**2 for score in scores)) ** 0.5), rel=1e-9)


def test_a_release_tells_of_the_weighting_and_holds_no_respondents_weight(weighted: tuple[Desk, Outcome]) -> None:
    desk, _ = weighted
    with desk.released("weighted") as connection:
        named = connection.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
        tables = {table for (table,) in named}
        assert "raw.weighting" in tables
        assert not tables & {"records.weights", "records.records"}
        [row] = connection.execute("SELECT method, n, w, deff_before FROM raw.weighting").fetchall()
        assert row == ("raking", 74, pytest.approx(1000), 1)
        margins = connection.execute("SELECT answers, n, share_before FROM raw.weighting_margins WHERE margin = 1")
        assert margins.fetchall() == [(["f"], 40, 40 / 74), (["m"], 34, 34 / 74), (None, 0, None)]
        assert "n_in_full" not in [name for name, *_ in connection.execute("DESCRIBE raw.weighting_margins").fetchall()]


def test_dagsters_page_shows_the_margins_before_anything_is_decided(desk: Desk) -> None:
    folder = desk.survey("weighted", {"survey.yml": SURVEY, "records.csv": RECORDS})
    with duckdb.connect() as connection:
        survey = read_survey_folder(folder.parent, "weighted")
        for step in (codebook, records):
            step(connection, survey)
        margins = [row.data for row in weights(connection, survey)["margins"].records]
    assert [(row["answers"], row["n"]) for row in margins][:3] == [("f", 40), ("m", 34), (None, 0)]
    assert list(margins[0]) == [
        "wave", "margin", "questions", "position", "answers", "n", "population_share", "share_before", "share_after",
    ]  # fmt: skip


def test_margins_that_no_weights_meet_stop_the_run_before_the_tallies(desk: Desk) -> None:
    desk.survey("weighted", {"survey.yml": SURVEY.replace("high: 3", "high: 1.01"), "records.csv": RECORDS})
    outcome = desk.basecheck("run")
    assert outcome.code == 2
    message = "survey.yml:12: weighting.margins[1].shares.m: sex = m needs weights of 1.04 times the mean, which trim"
    assert message in " ".join((outcome.out + outcome.err).split())
    assert "Traceback" not in outcome.out + outcome.err
    with duckdb.connect(str(desk.places.work_database("weighted")), read_only=True) as connection:
        assert not connection.execute("SELECT 1 FROM duckdb_tables() WHERE schema_name = 'tallies'").fetchall()
