"""The surveys of this repository through the real command: what their releases hold, number by number."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import SHIPPED, Desk, Outcome

Shipped = tuple[Desk, Outcome]
KYODO = "kyodo_economic_security"
TABLES = {
    "raw.survey", "raw.questions", "raw.answers", "raw.routing", "raw.files", "raw.publication", "raw.claims",
    "raw.reasons", "raw.weight_units",
    "raw.statements", "raw.readings", "raw.named_respondents", "raw.waves",
    "raw.antecedents", "raw.orders", "raw.changes", "raw.nets", "raw.weighting", "raw.weighting_margins",
    "marts.toplines", "marts.crosstabs", "marts.bases", "marts.response_rates", "marts.dispositions",
    "marts.comparisons", "marts.letters", "marts.association", "marts.intervals", "marts.quantities",
    "audit.figures", "audit.statements", "audit.findings", "audit.repairs", "audit.readings", "audit.checks",
    "audit.disclosure",
}  # fmt: skip
EMPTY = {  # of the article's survey: it has no groups, no quantities, no dispositions, and nothing withheld
    "marts.crosstabs", "marts.comparisons", "marts.letters", "marts.association", "marts.quantities",
    "marts.dispositions", "audit.disclosure",
}  # fmt: skip
RESULT_COLUMNS = {
    "survey", "question", "answer", "answer_label", "group_by", "group_value", "base_rule", "n_base", "n", "w_base",
    "w", "share", "percent_text", "se", "deff", "n_eff", "df", "ci_low", "ci_high", "ci_method", "suppressed",
    "not_computed", "generation", "provenance",
}  # fmt: skip


@pytest.fixture(params=[KYODO, "nhanes2"])
def released(request: pytest.FixtureRequest, shipped: Shipped) -> Iterator[tuple[str, duckdb.DuckDBPyConnection]]:
    with shipped[0].released(request.param) as connection:
        yield request.param, connection


@pytest.fixture
def kyodo(shipped: Shipped) -> Iterator[duckdb.DuckDBPyConnection]:
    with shipped[0].released(KYODO) as connection:
        yield connection


def test_the_run_succeeds_and_says_where_the_reports_are(shipped: Shipped) -> None:
    desk, outcome = shipped
    assert outcome.code == 0, outcome.out + outcome.err
    for survey in (KYODO, "nhanes2"):
        assert str(desk.latest(survey) / "report.html") in outcome.out
        assert (desk.latest(survey) / "report.html").is_file()


def test_a_release_has_the_designed_tables_and_no_respondents(
    released: tuple[str, duckdb.DuckDBPyConnection],
) -> None:
    rows = released[1].execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
    assert {name for (name,) in rows} == TABLES


@pytest.mark.parametrize("table", ["toplines", "crosstabs"])
def test_result_tables_have_the_designed_columns(released: tuple[str, duckdb.DuckDBPyConnection], table: str) -> None:
    columns = {row[0] for row in released[1].execute(f"DESCRIBE marts.{table}").fetchall()}
    assert columns >= RESULT_COLUMNS


def test_every_table_is_of_one_generation(released: tuple[str, duckdb.DuckDBPyConnection]) -> None:
    connection = released[1]
    generations = set()
    for table in TABLES:
        generations |= set(connection.execute(f"SELECT DISTINCT generation FROM {table}").fetchall())
    assert len(generations) == 1


def test_every_line_of_every_file_is_accounted_for(released: tuple[str, duckdb.DuckDBPyConnection]) -> None:
    survey, connection = released
    files = connection.execute("SELECT file, sha256, rows_read, rows_accepted, rows_rejected FROM raw.files").fetchall()
    for file, sha256, read, accepted, rejected in files:
        data = (SHIPPED / survey / file).read_bytes()
        assert hashlib.sha256(data).hexdigest() == sha256
        assert read == accepted + rejected == len(data.splitlines()) - 1


def test_nhanes2_gives_the_published_weighted_share_of_high_blood_pressure(shipped: Shipped) -> None:
    with (SHIPPED / "nhanes2" / "nhanes2.csv").open(newline="") as stream:
        rows = [(row["highbp"], float(row["finalwgt"])) for row in csv.DictReader(stream)]
    answered = [row for row in rows if row[0] != ""]
    high = [row for row in answered if row[0] == "1"]
    with shipped[0].released("nhanes2") as connection:
        n, n_base, w, w_base, share, text = connection.execute(
            "SELECT n, n_base, w, w_base, share, percent_text FROM marts.toplines "
            "WHERE question = 'highbp' AND answer = '1'"
        ).fetchall()[0]
    assert (n, n_base) == (len(high), len(answered))
    assert (w, w_base) == (sum(weight for _, weight in high), sum(weight for _, weight in answered))
    assert round(share, 7) == 0.3687433  # R's survey package, svymean
    assert text == "36.9"


def test_nhanes2_by_region_equals_an_independent_count(shipped: Shipped) -> None:
    counted: dict[tuple[str, str], float] = {}
    with (SHIPPED / "nhanes2" / "nhanes2.csv").open(newline="") as stream:
        for row in csv.DictReader(stream):
            if row["diabetes"]:
                key = (row["region"], row["diabetes"])
                counted[key] = counted.get(key, 0) + float(row["finalwgt"])
    with shipped[0].released("nhanes2") as connection:
        rows = connection.execute(
            "SELECT group_value, answer, w FROM marts.crosstabs WHERE question = 'diabetes' AND group_by = 'region'"
        ).fetchall()
    assert {(group, answer): w for group, answer, w in rows} == counted


def test_kyodo_has_40_of_96_and_the_text_42(kyodo: duckdb.DuckDBPyConnection) -> None:
    rows = kyodo.execute(
        "SELECT n, n_base, percent_text FROM marts.toplines WHERE question = 'shift_base' AND answer = 'yes'"
    ).fetchall()
    assert rows == [(40, 96, "42")]


def test_kyodo_response_rate_is_96_of_around_150(kyodo: duckdb.DuckDBPyConnection) -> None:
    [row] = kyodo.execute(
        """SELECT n_asked, n_asked_low, n_asked_high, n_answered, rate, rate_low, rate_high, percent_text
        FROM marts.response_rates WHERE measure = 'unit'"""
    ).fetchall()
    assert row == (None, 140, 160, 96, None, 0.6, 96 / 140, "60 to 69")


def test_kyodo_records_say_everywhere_that_they_are_reconstructed(shipped: Shipped) -> None:
    with shipped[0].released(KYODO) as connection:
        for table in sorted(name for name in TABLES if not name.startswith("raw.") and name not in EMPTY):
            found = connection.execute(f"SELECT DISTINCT provenance FROM {table}").fetchall()
            assert found == [("reconstructed",)], table
    report = (shipped[0].latest(KYODO) / "report.html").read_text(encoding="utf-8")
    assert "reconstructed" in report
    assert "reconstructed" in (shipped[0].latest(KYODO) / "data_docs" / "index.html").read_text(encoding="utf-8")


def test_all_twelve_figures_of_the_article_are_claims(kyodo: duckdb.DuckDBPyConnection) -> None:
    figures = kyodo.execute("SELECT claim, figure FROM audit.figures ORDER BY position").fetchall()
    assert [claim for claim, _ in figures] == [f"K{number:02d}" for number in range(1, 13)]
    assert dict(figures)["K07"] == "only eight"


def test_the_article_contradicts_itself(kyodo: duckdb.DuckDBPyConnection) -> None:
    severity, message = kyodo.execute(
        "SELECT severity, message FROM audit.findings WHERE claims = ['K03', 'K06', 'K04', 'K05']"
    ).fetchall()[0]
    assert severity == "impossible as labelled"
    assert "96 of 150 is 64 %" in message
    assert "59 to 68 (68 only where a half may be rounded down)" in message


def test_the_users_example_is_evaluated_as_written(kyodo: duckdb.DuckDBPyConnection) -> None:
    severity, message = kyodo.execute("SELECT severity, message FROM audit.findings WHERE claims = ['S1']").fetchall()[
        0
    ]
    assert severity == "impossible as labelled"
    assert message.startswith("“96 of roughly 150 companies is about 42%” cannot be: 96 of 150 is 64 %")
    checks = kyodo.execute(
        "SELECT passed, severity, failing FROM audit.checks "
        "WHERE \"check\" IN ('published_figures_agree', 'published_statements_agree') ORDER BY suite"
    ).fetchall()
    assert checks == [(False, "warning", ["K03", "K04", "K05", "K06"]), (False, "warning", ["S1"])]


def test_the_reading_with_96_as_the_base_passes(kyodo: duckdb.DuckDBPyConnection) -> None:
    messages = [
        row[0] for row in kyodo.execute("SELECT message FROM audit.readings WHERE source = 'declared'").fetchall()
    ]
    assert any(message.startswith("40 of 96 is 41.7 %, printed 42 percent: it fits.") for message in messages)
    passed = kyodo.execute("SELECT passed FROM audit.checks WHERE \"check\" = 'readings_hold'").fetchall()
    assert passed == [(True,)]


def test_each_one_figure_repair_of_the_article_is_found(kyodo: duckdb.DuckDBPyConnection) -> None:
    repairs = kyodo.execute(
        "SELECT kind, low::INTEGER, high::INTEGER FROM audit.repairs JOIN audit.findings USING (finding) "
        "WHERE findings.claims = ['K03', 'K06', 'K04', 'K05'] ORDER BY kind"
    ).fetchall()
    assert repairs == [("base", 226, 231), ("count", 59, 68), ("percentage", 60, 69)]


def test_figures_are_recounted_from_the_records(kyodo: duckdb.DuckDBPyConnection) -> None:
    recounts = dict(kyodo.execute("SELECT claim, recount_text FROM audit.figures").fetchall())
    assert recounts["K04"] == "40 of 140 to 160 contacted is 25.0 to 28.6 %; but 40 of 96 who answered is 41.7 %"
    assert recounts["K07"] == "8 records give this answer"


def test_a_release_can_be_verified_by_its_checksums(shipped: Shipped) -> None:
    folder = shipped[0].latest(KYODO)
    listed = {}
    for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        listed[name] = digest
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert listed.keys() == files.keys() - {"SHA256SUMS"}
    for name, digest in listed.items():
        assert hashlib.sha256(files[name].read_bytes()).hexdigest() == digest


def test_tables_are_exported_as_csv_and_parquet(shipped: Shipped) -> None:
    tables = shipped[0].latest(KYODO) / "tables"
    with (tables / "toplines.csv").open(newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["question"] == "shift_base" and row["answer"] == "yes"]
    assert [(row["n"], row["n_base"], row["percent_text"]) for row in rows] == [("40", "96", "42")]
    parquet = duckdb.sql(f"SELECT count(*) FROM '{tables / 'toplines.parquet'}'").fetchall()
    with shipped[0].released(KYODO) as connection:
        assert parquet == connection.execute("SELECT count(*) FROM marts.toplines").fetchall()


def test_the_index_lists_both_surveys(shipped: Shipped) -> None:
    index = (shipped[0].places.releases_dir / "index.html").read_text(encoding="utf-8")
    for survey in (KYODO, "nhanes2"):
        assert f'href="{survey}/latest/report.html"' in index


def test_no_answer_of_a_respondent_is_in_what_is_written_about_checks(shipped: Shipped) -> None:
    folder = shipped[0].latest(KYODO)
    written = [path.read_text(encoding="utf-8") for path in folder.rglob("*.html")]
    assert written
    with (SHIPPED / KYODO / "records.csv").open(newline="") as stream:
        names = [row["company"] for row in csv.DictReader(stream)]
    assert not [name for name in names for text in written if f">{name}<" in text]


def test_sql_asks_the_latest_releases(shipped: Shipped) -> None:
    outcome = shipped[0].basecheck("sql", "nhanes2", "-c", "SELECT n FROM marts.toplines WHERE question = 'highbp'")
    assert outcome.code == 0
    assert "4372" in outcome.out
    denied = shipped[0].basecheck("sql", "nhanes2", "-c", "DELETE FROM marts.toplines")
    assert denied.code == 2
    assert "read-only" in denied.err


def test_a_dry_claim_needs_no_records(desk: Desk) -> None:
    impossible = desk.basecheck("claim", "96 of about 150 is 42%", "--json")
    assert impossible.code == 1
    answer = json.loads(impossible.out)
    assert answer["verdict"] == "impossible"
    assert "64 %" in answer["message"]
    assert desk.basecheck("claim", "40 of 96 is 42%").code == 0
    unread = desk.basecheck("claim", "many of them")
    assert unread.code == 2
    assert "Traceback" not in unread.err


def test_strict_makes_the_contradiction_an_error_and_releases_nothing(tmp_path: Path) -> None:
    desk = Desk(SHIPPED, tmp_path)
    outcome = desk.basecheck("run", KYODO, "--strict")
    assert outcome.code == 1
    assert "published_figures_agree" in outcome.out
    assert not desk.latest(KYODO).exists()


def test_every_check_is_kept_with_the_build_of_its_table_that_it_was_made_of(shipped: Shipped) -> None:
    home = shipped[0].places.dagster_home
    with contextlib.closing(sqlite3.connect(home / "event_log.db")) as history:
        checks = history.execute(
            """SELECT builds.partition, checks.asset_key, checks.execution_status,
                checks.materialization_event_storage_id = builds.id
            FROM asset_check_executions AS checks
            LEFT JOIN event_logs AS builds
                ON builds.dagster_event_type = 'ASSET_MATERIALIZATION'
                AND builds.run_id = checks.run_id
                AND builds.asset_key = checks.asset_key"""
        ).fetchall()
    assert len({(survey, asset) for survey, asset, *_ in checks}) > 40
    assert {(status, is_of_its_build) for *_, status, is_of_its_build in checks} <= {("SUCCEEDED", 1), ("FAILED", 1)}
