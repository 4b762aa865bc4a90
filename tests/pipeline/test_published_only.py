"""A survey of published figures only goes the whole way to a release, with no record and no table made up for it."""

from __future__ import annotations

import hashlib

import duckdb
import pytest

from tests.conftest import SHIPPED, SMALL_RECORDS, SMALL_SURVEY, Desk, Outcome

SURVEY = """
title: Printed figures
source: {name: An agency, licence: Facts only}
universe: Companies
provenance: published
weighted: false
groups: [sector]
waves:
  - {id: 2026-03, label: March, published: 2026-03-20, url: "https://example.org/march"}
  - {id: 2026-04, fieldwork: {start: 2026-04-02, end: 2026-04-15}}
questions:
  - {id: sector, text: Sector, type: single, options: {m: Makers, o: Others}, complete: true}
  - {id: outlook, text: How is it, type: single, options: {up: Better, down: Worse}, wave: 2026-03}
  - id: cost
    text: What did it cost?
    type: multiple
    options: {time: Time, none: Nothing}
    exclusive: [none]
    missing: {dont_know: ["98"]}
"""
CLAIMS = """
publication: {title: A table, discloses: [who_asked, when]}
claims:
  - id: C1
    figure: about 26
    kind: count
    low: 20
    high: 30
    wave: 2026-04
    weighted: true
    of: of these
    may_be_of: [{base: answered}, {question: cost, option: time}]
  - {id: C2, figure: 8%, kind: percentage, question: cost, option: "98", wave: 2026-04, of: do not know}
  - {id: C3, figure: 11%, kind: percentage, question: cost, option: time, wave: 2026-04, of: time}
orders: [{id: O1, text: more, greater: C1, smaller: C2, where: page 1}]
changes_over_time: [{id: V1, text: up, figure: 3 points, from: C2, to: C3}]
"""
TABLE = """
question,option,group_question,group_answer,figure,kind,base
outlook,,,,121,base,answered
outlook,up,,,60%,percentage,answered
outlook,up,sector,m,66%,percentage,answered
"""
FILES: dict[str, str | bytes] = {"survey.yml": SURVEY, "claims.yml": CLAIMS, "claims.csv": TABLE}
EMPTY = {
    "raw.files", "marts.toplines", "marts.crosstabs", "marts.bases", "marts.intervals", "marts.quantities",
    "marts.comparisons", "marts.letters", "marts.association", "marts.response_rates", "marts.dispositions",
    "audit.disclosure",
}  # fmt: skip


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Outcome]:
    folder = tmp_path_factory.mktemp("printed")
    desk = Desk(folder / "raw", folder / "output")
    desk.survey("printed", FILES)
    return desk, desk.basecheck("run")


def test_it_is_released_and_no_number_of_records_is_printed(printed: tuple[Desk, Outcome]) -> None:
    desk, outcome = printed
    assert outcome.code == 0, outcome.out + outcome.err
    row = next(line for line in outcome.out.splitlines() if line.startswith("printed ") and "released" in line)
    # checks failed: records and rejects are left blank, and of whom C1 is a part is open
    assert row.split()[:4] == ["printed", "released", "1", "of"]
    assert (desk.latest("printed") / "report.html").is_file()


def test_every_table_of_records_is_there_and_empty(printed: tuple[Desk, Outcome]) -> None:
    with printed[0].released("printed") as connection:
        for table in EMPTY:
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchall() == [(0,)], table
    with duckdb.connect(str(printed[0].places.work_database("printed")), read_only=True) as connection:
        for table in ("records.records", "raw.rejects"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchall() == [(0,)], table


def test_every_check_of_records_passes_and_says_that_there_is_nothing(printed: tuple[Desk, Outcome]) -> None:
    with printed[0].released("printed") as connection:
        failed = connection.execute('SELECT suite, "check" FROM audit.checks WHERE NOT passed').fetchall()
        observed = dict(
            connection.execute("SELECT \"check\", observed FROM audit.checks WHERE suite = 'records'").fetchall()
        )
    assert failed == [("figures", "published_figures_stand_by_themselves")]  # of whom C1 is a part is open
    assert observed["at_least_one_record"].startswith("nothing to check: the survey has no records")
    assert all(told.startswith("nothing to check") for told in observed.values()), observed


def test_the_codebook_stands_in_the_release(printed: tuple[Desk, Outcome]) -> None:
    with printed[0].released("printed") as connection:
        survey = connection.execute("SELECT provenance, has_records, weighted FROM raw.survey").fetchall()
        waves = connection.execute(
            "SELECT wave, position, label, fieldwork_start::VARCHAR, url, published FROM raw.waves ORDER BY position"
        ).fetchall()
        questions = connection.execute(
            "SELECT question, wave, complete FROM raw.questions ORDER BY position"
        ).fetchall()
        alone = connection.execute("SELECT question, answer FROM raw.answers WHERE exclusive").fetchall()
    assert survey == [("published", False, False)]
    assert waves == [
        ("2026-03", 1, "March", None, "https://example.org/march", "2026-03-20"),
        ("2026-04", 2, None, "2026-04-02", None, None),
    ]
    assert questions == [("sector", None, True), ("outlook", "2026-03", False), ("cost", None, False)]
    assert alone == [("cost", "none")]


def test_the_claims_stand_in_the_release(printed: tuple[Desk, Outcome]) -> None:
    with printed[0].released("printed") as connection:
        claims = connection.execute(
            "SELECT claim, position, figure, question, answer, group_value, wave, weighted, low, high FROM raw.claims"
        ).fetchall()
        antecedents = connection.execute(
            "SELECT claim, position, base, question, answer FROM raw.antecedents"
        ).fetchall()
        orders = connection.execute("SELECT ordering, greater, smaller, where_printed FROM raw.orders").fetchall()
        changes = connection.execute("SELECT change, figure, from_claim, to_claim FROM raw.changes").fetchall()
        discloses = connection.execute("SELECT discloses FROM raw.publication").fetchall()
    assert claims == [
        ("C1", 1, "about 26", None, None, None, "2026-04", True, "20", "30"),
        ("C2", 2, "8%", "cost", "98", None, "2026-04", False, None, None),
        ("C3", 3, "11%", "cost", "time", None, "2026-04", False, None, None),
        ("T001", 4, "121", "outlook", None, None, "2026-03", False, None, None),
        ("T002", 5, "60%", "outlook", "up", None, "2026-03", False, None, None),
        ("T003", 6, "66%", "outlook", "up", "m", "2026-03", False, None, None),
    ]
    assert antecedents == [("C1", 1, "answered", None, None), ("C1", 2, None, "cost", "time")]
    assert orders == [("O1", "C1", "C2", "page 1")]
    assert changes == [("V1", "3 points", "C2", "C3")]
    assert discloses == [(["who_asked", "when"],)]


def test_the_sum_of_the_claims_is_that_of_both_files(printed: tuple[Desk, Outcome]) -> None:
    folder = printed[0].places.raw_dir / "printed"
    both = (folder / "claims.yml").read_bytes() + (folder / "claims.csv").read_bytes()
    with printed[0].released("printed") as connection:
        assert connection.execute("SELECT DISTINCT claims_sha256 FROM raw.claims").fetchall() == [
            (hashlib.sha256(both).hexdigest(),)
        ]


def test_no_records_are_made_up_for_it(printed: tuple[Desk, Outcome]) -> None:
    outcome = printed[0].basecheck("reconstruct", "printed")
    assert outcome.code == 2
    assert "this survey has no records, only published figures" in outcome.err


def test_a_survey_may_lose_its_records_and_get_them_back(released: Desk) -> None:
    def counted() -> list[tuple[int, ...]]:
        with released.released("small") as connection:
            return connection.execute(
                "SELECT (SELECT count(*) FROM raw.files), (SELECT count(*) > 0 FROM marts.toplines), "
                "(SELECT count(*) FROM marts.response_rates WHERE measure = 'unit')"
            ).fetchall()

    with_records = counted()
    assert with_records == [(1, True, 1)]
    released.survey("small", {"survey.yml": SURVEY, "claims.yml": CLAIMS})
    assert released.basecheck("run").code == 0
    assert counted() == [(0, False, 0)]
    (released.places.raw_dir / "small" / "claims.yml").unlink()
    released.survey("small", {"survey.yml": SMALL_SURVEY, "records.csv": SMALL_RECORDS})
    assert released.basecheck("run").code == 0
    assert counted() == with_records


def test_the_shipped_tables_are_released_with_each_poll_and_its_address(shipped: tuple[Desk, Outcome]) -> None:
    with shipped[0].released("reuters_corporate_survey") as connection:
        figures = connection.execute("SELECT count(*) FROM audit.figures").fetchall()
        waves = connection.execute("SELECT count(*), count(DISTINCT url) FROM raw.waves").fetchall()
        of_a_wave = connection.execute(
            "SELECT count(DISTINCT wave), count(*) FROM raw.claims WHERE wave > ''"
        ).fetchall()
        tables = [connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in sorted(EMPTY)]
    listed = len((SHIPPED / "reuters_corporate_survey" / "claims.csv").read_text().splitlines()) - 1
    assert figures == [(listed,)]
    assert waves == [(12, 12)]
    assert of_a_wave == [(12, listed)]
    assert set(tables) == {0}
