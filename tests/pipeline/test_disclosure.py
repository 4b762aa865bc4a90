"""Disclosure control through the real run: what a release shows, what it does not, and what is refused."""

from __future__ import annotations

import duckdb
import pytest

from dagster_project.defs import dbt_project
from dagster_project.disclosure import WITHHELD
from dagster_project.places import Places
from dagster_project.warehouse import open_warehouse
from tests.conftest import Desk

# the worked example of docs/suppression.md: one woman in seven is ill, three in all
COUNTS = {("f", "yes"): 3, ("f", "no"): 10, ("f", "unsure"): 8, ("m", "yes"): 9, ("m", "no"): 12, ("m", "unsure"): 7}
FOUR = {("f", "yes"), ("f", "unsure"), ("m", "yes"), ("m", "unsure")}
SURVEY = """
title: Health
source: {name: a test, licence: none}
universe: Fifty people
provenance: collected
sample: probability
records: {files: [records.csv]}
groups: [sex]
minimum_base: 10
questions:
  - {id: sex, text: Sex, type: single, options: {f: Female, m: Male}}
  - {id: ill, text: Were you ill, type: single, options: {"yes": "Yes", "no": "No", unsure: Not sure}}
  - id: days
    text: For how many days
    type: quantity
    asked_if: {question: ill, answers: ["yes"]}
"""
CLAIMS = """
publication: {title: A paper}
claims:
  - {id: C1, of: women, figure: "3", kind: count, question: ill, option: "yes", group: {question: sex, answer: f}}
  - {id: C2, of: those who were not, figure: "22", kind: count, question: ill, option: "no"}
  - {id: C3, of: days, figure: "7", kind: base, base: routed, question: days, group: {question: sex, answer: f}}
"""
RECORDS = "sex,ill,days\n" + "".join(
    f"{sex},{ill},{number + 1 if ill == 'yes' else ''}\n" for (sex, ill), n in COUNTS.items() for number in range(n)
)


@pytest.fixture(scope="module")
def health(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("health")
    desk = Desk(folder / "raw", folder / "output")
    desk.survey("health", {"survey.yml": SURVEY, "records.csv": RECORDS, "claims.yml": CLAIMS})
    outcome = desk.basecheck("run")
    assert outcome.code == 0, outcome.out + outcome.err
    return desk


def test_a_small_count_and_three_others_are_blanks_with_their_reason(health: Desk) -> None:
    with health.released("health") as connection:
        rows = connection.execute(
            """SELECT group_value, answer, n, n_base, withheld, not_computed,
                coalesce(n, w, share, se, margin_of_error, deff, n_eff, n_kish, ci_low, ci_high) IS NULL
                AND percent_text IS NULL
            FROM marts.crosstabs WHERE question = 'ill'"""
        ).fetchall()
    assert {(sex, ill): n for sex, ill, n, *_ in rows} == {
        cell: None if cell in FOUR else n for cell, n in COUNTS.items()
    }
    for sex, ill, _, n_base, withheld, not_computed, blank in rows:
        assert n_base == {"f": 21, "m": 28}[sex]
        assert withheld is blank is ((sex, ill) in FOUR)
        assert (not_computed == "withheld: too few respondents") is withheld


def test_a_withheld_row_of_any_table_is_blank_in_all_that_its_columns_tell_of_it(health: Desk) -> None:
    withheld = set()
    with health.released("health") as connection:
        for model in dbt_project.manifest_json()["nodes"].values():
            tells = {name: column["config"]["meta"] for name, column in model.get("columns", {}).items()}
            if not any(meta.get("tells") == "reason" for meta in tells.values()):
                continue
            hidden = [
                name
                for name, meta in tells.items()
                if meta.get("tells", "key") not in ("key", "label", "rule", "design", "withheld", "reason")
                and not meta.keys() & {"of", "instead"}
            ]
            told = connection.execute(
                f"SELECT DISTINCT {', '.join(hidden)} FROM marts.{model['name']} WHERE not_computed = ?", [WITHHELD]
            ).fetchall()
            assert told in ([], [(None,) * len(hidden)]), model["name"]
            withheld |= {model["name"] for _ in told}
    assert withheld == {"bases", "crosstabs", "intervals", "quantities", "comparisons", "association"}


def test_a_base_that_is_the_same_number_is_withheld_with_it(health: Desk) -> None:
    with health.released("health") as connection:
        bases = connection.execute(
            "SELECT group_value, base_rule, n_base FROM marts.bases WHERE question = 'days' AND group_by IS NOT NULL "
            "ORDER BY ALL"
        ).fetchall()
        means = connection.execute(
            "SELECT group_value, estimate, withheld FROM marts.quantities "
            "WHERE question = 'days' AND statistic = 'mean' ORDER BY ALL"
        ).fetchall()
    assert bases == [
        ("f", "all", 21), ("f", "answered", None), ("f", "routed", None),
        ("m", "all", 28), ("m", "answered", None), ("m", "routed", None),
    ]  # fmt: skip
    assert means[:2] == [("f", None, True), ("m", None, True)]
    assert means[2][2] is False


def test_what_compares_or_tests_a_withheld_count_is_blank_too(health: Desk) -> None:
    with health.released("health") as connection:
        shown = connection.execute(
            "SELECT DISTINCT answer FROM marts.comparisons WHERE question = 'ill' AND NOT withheld"
        ).fetchall()
        tests = connection.execute(
            "SELECT chi2, p_holm, not_computed FROM marts.association WHERE question = 'ill' AND group_by = 'sex'"
        ).fetchall()
        told = connection.execute(
            "SELECT count(*) FROM marts.intervals WHERE question = 'ill' AND answer = 'yes' AND group_by = 'sex' "
            "AND (low IS NOT NULL OR high IS NOT NULL)"
        ).fetchall()
    assert shown == [("no",)]
    assert tests == [(None, None, "withheld: too few respondents")]
    assert told == [(0,)]


def test_the_list_of_what_is_withheld_tells_the_role_of_each_count_and_what_a_reader_is_told(health: Desk) -> None:
    with duckdb.connect(str(health.places.work_database("health")), read_only=True) as connection:
        roles = dict(
            connection.execute(
                "SELECT (group_value, answer), role FROM disclosure.withheld WHERE question = 'ill'"
            ).fetchall()
        )
        told = connection.execute(
            "SELECT reason FROM disclosure.withheld UNION SELECT reason FROM disclosure.withheld_bases"
        ).fetchall()
    assert roles == {cell: "primary" if cell == ("f", "yes") else "complementary" for cell in FOUR}
    assert told == [(WITHHELD,)]


def test_a_release_holds_neither_the_tallies_nor_which_count_was_small(health: Desk) -> None:
    with health.released("health") as connection:
        tables = {f"{schema}.{table}" for schema, table in connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables()").fetchall()}  # fmt: skip
    assert not [table for table in tables if table.startswith(("tallies.", "disclosure.", "records."))]
    assert not tables & {"marts.estimates", "marts.strata"}
    for page in health.latest("health").rglob("*.*"):
        if page.suffix in {".html", ".csv", ".jsonld"}:
            assert "complementary" not in page.read_text(encoding="utf-8"), page


def test_the_proof_gives_the_range_of_every_withheld_count(health: Desk) -> None:
    with health.released("health") as connection:
        ranges = {
            (sex, ill): (low, high)
            for sex, ill, low, high in connection.execute(
                "SELECT group_value, answer, low, high FROM audit.disclosure WHERE question = 'ill'"
            ).fetchall()
        }
        assert connection.execute("SELECT count(*) FROM audit.disclosure WHERE recoverable").fetchall() == [(0,)]
    # the women's two add up to 11, the two who are ill to 12
    assert ranges == {("f", "yes"): (1, 10), ("f", "unsure"): (1, 10), ("m", "yes"): (2, 11), ("m", "unsure"): (5, 14)}


def test_the_proof_names_the_smallest_group_and_the_mend(health: Desk) -> None:
    with health.released("health") as connection:
        mends = connection.execute("SELECT DISTINCT mend FROM audit.disclosure WHERE question = 'ill'").fetchall()
    assert mends == [("sex = f has 21 respondents; join groups that are small, or set minimum_cell",)]


def test_a_published_figure_about_a_withheld_count_is_not_recounted(health: Desk) -> None:
    with health.released("health") as connection:
        figures = connection.execute("SELECT claim, reproduced, recount_text FROM audit.figures ORDER BY 1").fetchall()
        findings = connection.execute("SELECT claims, message FROM audit.findings").fetchall()
    assert figures == [
        ("C1", None, "withheld: too few respondents"),
        ("C2", True, "22 records give this answer"),
        ("C3", None, "withheld: too few respondents"),
    ]
    assert not [finding for finding in findings if "C1" in finding[0] and "records give" in finding[1]]


def test_showing_one_of_the_four_again_fails_the_proof_and_refuses_the_release(
    health: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = health.latest("health").resolve()
    build = dbt_project.build

    def build_and_tell(places: Places, survey: str, select: str) -> list[dbt_project.NodeResult]:
        results = build(places, survey, select)
        if select == "marts":
            with open_warehouse(places.work_database(survey)) as connection:
                connection.execute(
                    "UPDATE marts.crosstabs SET n = 9, w = 9, share = 9 / 28, percent_text = '32', withheld = false "
                    "WHERE question = 'ill' AND answer = 'yes' AND group_value = 'm'"
                )
        return results

    monkeypatch.setattr(dbt_project, "build", build_and_tell)
    outcome = health.basecheck("run")
    assert outcome.code == 1
    assert "Failed: no_withheld_count_can_be_worked_out of disclosure" in outcome.out
    assert "ill=yes / sex=f" in _failing(health)
    assert health.latest("health").resolve() == before


def test_marts_that_were_built_without_the_decision_are_refused(health: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    build = dbt_project.build

    def forget_and_build(places: Places, survey: str, select: str) -> list[dbt_project.NodeResult]:
        with open_warehouse(places.work_database(survey)) as connection:
            connection.execute("DELETE FROM disclosure.withheld; DELETE FROM disclosure.withheld_bases")
        return build(places, survey, select)

    monkeypatch.setattr(dbt_project, "build", forget_and_build)
    outcome = health.basecheck("run")
    assert outcome.code == 1
    assert "Failed: no_withheld_count_can_be_worked_out of disclosure" in outcome.out
    assert "ill=yes / sex=f" in _failing(health)


@pytest.mark.parametrize("line", ["minimum_cell: 0", "release_records: true"])
def test_nothing_is_withheld_where_the_codebook_says_so(desk: Desk, line: str) -> None:
    desk.survey("health", {"survey.yml": SURVEY.replace("groups:", f"{line}\ngroups:"), "records.csv": RECORDS})
    outcome = desk.basecheck("run")
    assert outcome.code == 0, outcome.out + outcome.err
    with desk.released("health") as connection:
        assert connection.execute("SELECT n FROM marts.crosstabs WHERE answer = 'yes' ORDER BY 1").fetchall() == [
            (3,),
            (9,),
        ]
        assert connection.execute("SELECT count(*) FROM audit.disclosure").fetchall() == [(0,)]


def _failing(desk: Desk) -> str:
    with duckdb.connect(str(desk.places.work_database("health")), read_only=True) as connection:
        [(failing,)] = connection.execute(
            """SELECT failing FROM audit.checks WHERE "check" = 'no_withheld_count_can_be_worked_out'"""
        ).fetchall()
    return str(failing)


# statistics of the whole sample, which by waves and weights are sums over the groups

WAVES = SURVEY.replace("groups: [sex]", "wave: sex\nwaves: [{id: f}, {id: m}]\ngroups: []").replace(
    "  - {id: sex, text: Sex, type: single, options: {f: Female, m: Male}}\n", ""
)
WEIGHTED = SURVEY.replace(
    "groups: [sex]", "weighting: {margins: [{question: sex, shares: {f: 52, m: 48}}]}\ngroups: [sex]"
)
SUMS = {"by waves": WAVES, "by weights": WEIGHTED}


@pytest.mark.parametrize("of", SUMS)
def test_statistics_of_the_whole_do_not_tell_what_a_group_withholds(desk: Desk, of: str) -> None:
    desk.survey("health", {"survey.yml": SUMS[of], "records.csv": RECORDS})
    outcome = desk.basecheck("run")
    assert outcome.code == 0, outcome.out + outcome.err
    with desk.released("health") as connection:
        hidden = connection.execute("SELECT count(*) FROM marts.crosstabs WHERE question = 'ill' AND n IS NULL")
        assert hidden.fetchall() == [(4,)]
        shown = connection.execute("SELECT count(share), count(se) FROM marts.toplines WHERE question = 'ill'")
        assert shown.fetchall() == [(3, 3)]
        weights = connection.execute(
            "SELECT count(weight_max) + count(weight_min) + count(n_kish) + count(rounds) FROM raw.weighting"
        )
        assert weights.fetchall() == [(0,)]


@pytest.mark.parametrize("of", SUMS)
def test_told_in_full_they_do_and_nothing_is_released(desk: Desk, of: str, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.survey("health", {"survey.yml": SUMS[of], "records.csv": RECORDS})
    monkeypatch.setattr("dagster_project.disclosure.withheld._tell_statistics", lambda *_, **__: None)
    outcome = desk.basecheck("run")
    assert outcome.code == 1
    assert "Failed: no_withheld_count_can_be_worked_out of disclosure" in outcome.out
    assert not desk.latest("health").exists()


def test_of_a_table_with_a_withheld_count_it_is_not_told_how_many_stand_in_it(health: Desk) -> None:
    with health.released("health") as connection:
        told = connection.execute(
            "SELECT n, n_answers, n_groups FROM marts.association WHERE question = 'ill'"
        ).fetchall()
    assert told == [(None, None, None)]


def test_a_lone_respondent_is_neither_named_nor_counted_in_the_reason_of_a_missing_number(desk: Desk) -> None:
    survey = SURVEY.replace("groups: [sex]", "groups: [sex, place]\nstratum: area").replace(
        "questions:\n", "questions:\n  - {id: place, text: Place, type: single, options: {a: Here, b: There, c: Far}}\n"
    )
    header, *lines = RECORDS.splitlines()
    places = ["c", *("ab"[number % 2] for number in range(1, len(lines)))]
    placed = [f"{line},{place},{place}" for line, place in zip(lines, places, strict=True)]
    desk.survey("health", {"survey.yml": survey, "records.csv": "\n".join([f"{header},place,area", *placed]) + "\n"})
    outcome = desk.basecheck("run")
    assert outcome.code == 0, outcome.out + outcome.err
    with desk.released("health") as connection:
        told = connection.execute("SELECT DISTINCT not_computed FROM marts.toplines").fetchall()
    assert ("a stratum has too few respondents",) in told
    assert not [reason for (reason,) in told if reason and ("one respondent" in reason or "stratum c" in reason)]
