"""The failing and the passing path of every gate, by the real job on a small survey."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dagster_project.defs import dbt_project
from dagster_project.places import Places
from dagster_project.warehouse import open_warehouse
from tests.conftest import SMALL_RECORDS, SMALL_SURVEY, Desk, Outcome

Edit = Callable[[Path, str, str], None]


HOSTILE = "{{ 7 * 7 }}'; DROP TABLE raw.survey; --"


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Outcome]:
    """The small survey, run once with a hostile label, a larger minimum base, its records for everybody to see, and an
    answer to a question that was not asked.
    """
    folder = tmp_path_factory.mktemp("odd")
    desk = Desk(folder / "raw", folder / "output")
    codebook = SMALL_SURVEY.replace("respondent: id\n", "respondent: id\nrelease_records: true\n")
    codebook = codebook.replace("minimum_base: 2", "minimum_base: 11").replace("{f: Female,", f'{{f: "{HOSTILE}",')
    records = SMALL_RECORDS.replace("3,f,0,,r", "3,f,0,12,r")
    desk.survey("small", {"survey.yml": codebook, "records.csv": records})
    return desk, desk.basecheck("run")


def test_base_rules_routing_and_multiple_answers_are_counted_right(small_release: Desk) -> None:
    with small_release.released("small") as connection:
        bases = connection.execute(
            "SELECT question, base_rule, n_base FROM marts.bases WHERE group_by IS NULL "
            "ORDER BY question, list_position(['answered', 'routed', 'all', 'asked'], base_rule)"
        ).fetchall()
        media = connection.execute(
            "SELECT answer, n, n_base, percent_text FROM marts.toplines WHERE question = 'media' ORDER BY position"
        ).fetchall()
        works = connection.execute(
            "SELECT group_value, answer, n, n_base FROM marts.crosstabs WHERE question = 'works' AND answer = '1' "
            "ORDER BY group_value"
        ).fetchall()
        items = connection.execute(
            "SELECT question, n_asked, n_answered, n_refused, n_no_answer FROM marts.response_rates "
            "WHERE measure = 'item'"
        ).fetchall()
    assert bases == [
        ("hours", "answered", 4), ("hours", "routed", 6), ("hours", "all", 12), ("hours", "asked", 20),
        ("media", "answered", 11), ("media", "routed", 12), ("media", "all", 12), ("media", "asked", 20),
        ("sex", "answered", 12), ("sex", "routed", 12), ("sex", "all", 12), ("sex", "asked", 20),
        ("works", "answered", 10), ("works", "routed", 12), ("works", "all", 12), ("works", "asked", 20),
    ]  # fmt: skip
    assert media == [("p", 7, 11, "64"), ("r", 5, 11, "45"), ("n", 1, 11, "9")]
    assert works == [("f", "1", 3, 5), ("m", "1", 3, 5)]
    assert ("works", 12, 10, 1, 1) in items
    assert ("hours", 6, 4, 1, 1) in items  # 9 hours is the code of a refusal


def test_planted_faults_are_rejected_line_by_line(small: Desk, edit: Edit) -> None:
    edit(small.places.raw_dir / "small" / "survey.yml", "respondent: id\n", "respondent: id\nmaximum_rejects: 42\n")
    lines = SMALL_RECORDS.strip().splitlines()
    lines[2] = "2,f,7,20,p;r"  # unknown code
    lines[3] = "3,f,0,,r,surplus"  # ragged
    lines[4] = "1,f,1,9,n"  # repeated identifier
    lines[7] = "7,m,1,many,p;r"  # unreadable number
    lines[8] = ",m,1,,p"  # missing identifier
    small.survey("small", {"records.csv": "\n".join(lines) + "\n"})
    outcome = small.basecheck("run")
    assert outcome.code == 0, outcome.out + outcome.err
    assert "1 line made a reject: works: no code of question works" in outcome.out
    assert "1 line made a reject: surplus" not in outcome.out  # a line's content is nobody's business
    with duckdb.connect(str(small.places.work_database("small")), read_only=True) as connection:
        rejects = connection.execute(
            "SELECT source_line, column_name, value FROM raw.rejects ORDER BY source_line"
        ).fetchall()
        account = connection.execute("SELECT rows_read, rows_accepted, rows_rejected FROM raw.files").fetchall()
        n_base = connection.execute(
            "SELECT n_base FROM marts.bases WHERE question = 'sex' AND base_rule = 'all' AND group_by IS NULL"
        ).fetchall()
    assert rejects == [
        (3, "works", "7"), (4, None, "3,f,0,,r,surplus"), (5, "id", "1"), (8, "hours", "many"), (9, "id", ""),
    ]  # fmt: skip
    assert account == [(12, 7, 5)]
    assert n_base == [(7,)]


def test_what_nobody_would_publish_blocks_and_says_what_to_mend(small: Desk, edit: Edit) -> None:
    folder = small.places.raw_dir / "small"
    edit(folder / "survey.yml", "respondent: id\n", "")
    edit(folder / "survey.yml", "files: [records.csv]", "files: [records.csv, again.csv], ignore_columns: [id]")
    bad = SMALL_RECORDS.strip().replace("2,f,1,", "2,f,7,")
    small.survey("small", {"records.csv": bad + "\n", "again.csv": bad.replace("\n", "\r\n") + "\r\n"})
    outcome = small.basecheck("run")
    assert outcome.code == 1
    assert "few_rows_are_rejected of records: 1 fail: 2 of 24 rows rejected, 5 % allowed" in outcome.out
    assert "files_are_different of records: 1 fail: again.csv holds the same as records.csv" in outcome.out
    assert "2 lines made a reject: works: no code of question works (its codes: 1, 0, 9)" in outcome.out
    assert "(first on line 3 of records.csv)" in outcome.out
    assert f"raw.rejects and raw.set_aside in {small.places.work_database('small')}" in outcome.out
    assert not small.latest("small").exists()


def test_a_wrong_code_costs_its_answer_alone_where_the_codebook_says_so(small: Desk, edit: Edit) -> None:
    folder = small.places.raw_dir / "small"
    edit(folder / "survey.yml", "respondent: id\n", "respondent: id\non_unknown_code: missing\n")
    edit(folder / "records.csv", "1,f,1,40,p\n", "1,f,1,forty,p\n")
    edit(folder / "records.csv", "2,f,1,20,p;r", "2,f,7,20,p;x")
    outcome = small.basecheck("run")
    assert outcome.code == 0, outcome.out
    assert "Warning: every_cell_is_an_answer of records: 3 fail" in outcome.out
    assert (
        "1 line made a record with a missing answer: hours: not a number (first on line 2 of records.csv)"
        in outcome.out
    )
    with small.released("small") as connection:
        bases = connection.execute(
            "SELECT question, n_base FROM marts.bases WHERE base_rule = 'answered' AND group_by IS NULL ORDER BY 1"
        ).fetchall()
        reasons = connection.execute(
            "SELECT column_name, lines, first_line FROM raw.reasons ORDER BY position"
        ).fetchall()
    assert bases == [("hours", 2), ("media", 10), ("sex", 12), ("works", 9)]
    assert reasons == [("hours", 1, 2), ("media", 1, 3), ("works", 1, 3)]


def test_a_weight_of_0_is_allowed_where_it_is_meant(small: Desk, edit: Edit) -> None:
    edit(
        small.places.raw_dir / "small" / "survey.yml",
        "respondent: id\n",
        "respondent: id\nweight: w\nzero_weights: true\n",
    )
    head, *lines = SMALL_RECORDS.strip().splitlines()
    weighted = [f"{head},w", *(f"{line},{2 * (',f,' in line)}" for line in lines)]
    small.survey("small", {"records.csv": "\n".join(weighted) + "\n"})
    outcome = small.basecheck("run")
    assert outcome.code == 0, outcome.out
    with small.released("small") as connection:
        sexes = connection.execute(
            "SELECT answer, n, w, percent_text FROM marts.toplines WHERE question = 'sex' ORDER BY 1"
        )
        assert sexes.fetchall() == [("f", 6, 12, "100"), ("m", 6, 0, "0")]
        works = connection.execute(
            "SELECT n, percent_text, not_computed FROM marts.crosstabs WHERE question = 'works' AND answer = '1' "
            "AND group_value = 'm'"
        )
        assert works.fetchall() == [(3, None, "the weights of the base sum to 0")]


def test_who_chose_none_of_the_options_has_answered(small: Desk, edit: Edit) -> None:
    folder = small.places.raw_dir / "small"
    edit(folder / "survey.yml", 'separator: ";"', "columns: {p: papers, r: radio, n: neither}")
    header, *lines = (line.rpartition(",") for line in SMALL_RECORDS.strip().splitlines())
    records = [",".join([before, *(str(int(code in chosen)) for code in "prn")]) for before, _, chosen in lines]
    small.survey("small", {"records.csv": "\n".join([f"{header[0]},papers,radio,neither", *records]) + "\n"})
    outcome = small.basecheck("run")
    assert outcome.code == 0, outcome.out + outcome.err
    with small.released("small") as connection:
        media = connection.execute(
            "SELECT answer, n, n_base FROM marts.toplines WHERE question = 'media' ORDER BY position"
        ).fetchall()
    assert media == [("p", 7, 12), ("r", 5, 12), ("n", 1, 12), ("", 1, 12)]


def test_a_broken_tally_stops_the_marts_and_the_release(released: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = released.latest("small").resolve()
    build = dbt_project.build

    def build_and_break(places: Places, survey: str, select: str) -> list[dbt_project.NodeResult]:
        results = build(places, survey, select)
        assert select == "tallies", "the marts were built on a broken tally"
        with open_warehouse(places.work_database(survey)) as connection:
            connection.execute("UPDATE tallies.tallies SET n = n + 1 WHERE question = 'works' AND answer = '1'")
        return results

    monkeypatch.setattr(dbt_project, "build", build_and_break)
    outcome = released.basecheck("run")
    assert outcome.code == 1
    assert "Failed: parts_sum_to_the_records of tallies" in outcome.out
    assert "the last release stays" in outcome.out
    assert released.latest("small").resolve() == before
    with released.released("small") as connection:
        assert connection.execute(
            "SELECT n FROM marts.toplines WHERE question = 'works' AND answer = '1'"
        ).fetchall() == [(6,)]


@pytest.mark.parametrize(
    ("weight", "mend"),
    [
        ("-1", "has -1; give a weight above 0."),
        ("0", "has 0; give a weight above 0, or, where 0 is meant, set zero_weights: true in survey.yml."),
        ("1e308", "'w': a weight of 1e+308 cannot be squared; give weights between 1e-60 and 1e+60."),
    ],
)
def test_a_weight_that_cannot_be_is_told_with_its_place_and_its_mend(
    small: Desk, edit: Edit, weight: str, mend: str
) -> None:
    folder = small.places.raw_dir / "small"
    edit(folder / "survey.yml", "respondent: id\n", "respondent: id\nweight: w\n")
    lines = SMALL_RECORDS.strip().splitlines()
    weighted = [lines[0] + ",w", *(f"{line},{weight if number == 3 else 2}" for number, line in enumerate(lines[1:]))]
    small.survey("small", {"records.csv": "\n".join(weighted) + "\n"})
    outcome = small.basecheck("run")
    assert outcome.code == 2
    [told] = [line for line in outcome.out.splitlines() if "To mend:" in line]
    assert f"{folder / 'records.csv'}, line 5: column 'w'" in told
    assert told.endswith(mend)


def test_answers_outside_the_routing_warn_and_are_not_counted(odd: tuple[Desk, Outcome]) -> None:
    desk, outcome = odd
    assert outcome.code == 0, outcome.out
    assert "Warning: routing_is_respected of records" in outcome.out
    with desk.released("small") as connection:
        base = connection.execute(
            "SELECT n_base FROM marts.bases WHERE question = 'hours' AND base_rule = 'answered' AND group_by IS NULL"
        ).fetchall()
    assert base == [(4,)]


def test_a_release_keeps_its_address_when_a_newer_one_comes(released: Desk, edit: Edit) -> None:
    first = released.latest("small").resolve()
    edit(released.places.raw_dir / "small" / "survey.yml", "title: Small survey", "title: Small survey again")
    assert released.basecheck("run").code == 0
    second = released.latest("small").resolve()
    assert first != second
    with duckdb.connect(str(first / "survey.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT title FROM raw.survey").fetchall() == [("Small survey",)]
    assert "Small survey again" in (second / "report.html").read_text(encoding="utf-8")


def test_release_records_carries_the_records(odd: tuple[Desk, Outcome]) -> None:
    with odd[0].released("small") as connection:
        assert connection.execute("SELECT count(*) FROM records.records").fetchall() == [(12,)]


def test_a_second_run_gives_the_same_tables(released: Desk) -> None:
    def tables() -> dict[str, list[tuple[object, ...]]]:
        with released.released("small") as connection:
            return {
                table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
                for table in ("marts.toplines", "marts.crosstabs", "marts.bases", "marts.comparisons", "raw.files")
            }

    first = tables()
    assert released.basecheck("run").code == 0
    assert tables() == first


def test_no_percentage_is_printed_on_a_small_base(odd: tuple[Desk, Outcome]) -> None:
    with odd[0].released("small") as connection:
        rows = connection.execute(
            "SELECT DISTINCT question, suppressed, share IS NULL, percent_text IS NULL FROM marts.toplines ORDER BY 1"
        ).fetchall()
    assert rows == [("media", False, False, False), ("sex", False, False, False), ("works", True, True, True)]


def test_labels_cannot_become_sql_or_templates(odd: tuple[Desk, Outcome]) -> None:
    with odd[0].released("small") as connection:
        labels = connection.execute(
            "SELECT answer_label FROM marts.toplines WHERE question = 'sex' AND answer = 'f'"
        ).fetchall()
    assert labels == [(HOSTILE,)]
