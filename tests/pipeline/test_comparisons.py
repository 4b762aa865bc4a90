"""Differences of shares, their tests and letters, and tests of whole tables, against R's numbers and against laws."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import SHIPPED, Desk
from tests.pipeline.test_estimates import SIMPLE, golden_rows, printed, rows, tables_of

MADE_UP = (Path(__file__).parents[1] / "golden" / "comparisons.csv").read_text(encoding="utf-8")
R_ROWS = golden_rows("r_comparisons.csv")
R_DIFFERENCES = [row for row in R_ROWS if row["compared_with"] != "association"]
R_TABLES = [row for row in R_ROWS if row["compared_with"] == "association"]

MODELS = "+letters +association"

Row = dict[str, Any]
Tables = Callable[[str], duckdb.DuckDBPyConnection]

CODEBOOK = """
title: A made up survey
source: {{name: a test, licence: none}}
universe: Nobody
provenance: collected
sample: probability
records: {{files: [records.csv], ignore_columns: {ignored}}}
minimum_base: {minimum_base}
minimum_cell: 0
{design}
groups: [g]
questions:
  - {{id: g, text: Group, type: single, options: {{{groups}}}}}
  - {{id: q, text: Question, type: single, options: {options}, nets: {{top: {{label: Top, options: [1, 2]}}}}}}
"""
GROUPS = "a: Aa, b: Bb, c: Cc"
OPTIONS = "{1: One, 2: Two, 3: Three, 4: Nobody's}"


def codebook(design: str, ignored: str, *, groups: str = GROUPS, options: str = OPTIONS, minimum_base: int = 10) -> str:
    return CODEBOOK.format(design=design, ignored=ignored, groups=groups, options=options, minimum_base=minimum_base)


def written(respondents: list[Row]) -> str:
    return "\n".join([",".join(respondents[0]), *(",".join(map(str, one.values())) for one in respondents)]) + "\n"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    """The shipped survey, and the respondents of comparisons.csv, of t2 or with waves, in several designs."""
    folder = tmp_path_factory.mktemp("comparisons")
    desk = Desk(folder / "raw", folder / "output")
    both: list[Row] = list(csv.DictReader(MADE_UP.splitlines()))
    second = [one for one in both if one["wave"] == "t2"]
    doubled = [{**one, "w": 2 * float(one["w"])} for one in reversed(second)]
    lone = [{**one, "h": "tiny" if position == 0 else one["h"]} for position, one in enumerate(second)]
    design = "weight: w\nstratum: h\nsampling_unit: u"
    waves = f"{design}\nwave: wave\nwaves: [{{id: t1, label: First}}, {{id: none}}, {{id: t2, label: Second}}]"
    given = 20 * [("a", 1), ("b", 1), ("b", 3)] + 8 * [("c", 2)] + 30 * [("d", 1)] + 30 * [("e", 3)]
    few = [{"g": g, "q": q} for g, q in given]
    halves = [{"g": g, "q": 1 if number < yes else 2} for g, yes in (("a", 40), ("b", 57)) for number in range(96)]
    surveys = {
        "full": (codebook(design, "[id, wave]"), second),
        "turned": (codebook(design, "[id, wave]", groups="c: Cc, b: Bb, a: Aa"), doubled),
        "strata": (codebook("weight: w\nstratum: h", "[id, wave, u]"), second),
        "weights": (codebook("weight: w", "[id, wave, h, u]"), second),
        "waves": (codebook(waves, "[id]"), both),
        "lone": (codebook(design, "[id, wave]"), lone),
        "few": (codebook("", "[]", groups=f"{GROUPS}, d: Dd, e: Ee"), few),
        "halves": (codebook("", "[]"), halves),
    }
    opened = {"nhanes2": tables_of(Desk(SHIPPED, folder / "shipped"), "nhanes2", MODELS)}
    for name, (text, respondents) in surveys.items():
        desk.survey(name, {"survey.yml": text, "records.csv": written(respondents)})
        opened[name] = tables_of(desk, name, MODELS)
    yield opened.__getitem__
    for connection in opened.values():
        connection.close()


def comparison(connection: duckdb.DuckDBPyConnection, answer: str, value: str, other: str | None = None) -> Row:
    """The one comparison of a group of the made up surveys with another one, or with the rest."""
    [row] = rows(
        connection,
        "FROM marts.comparisons WHERE question = 'q' AND group_by = 'g' AND answer = ? AND group_value = ? "
        "AND other_value IS NOT DISTINCT FROM ?",
        [answer, value, other],
    )
    return row


# R's survey package


@pytest.mark.parametrize(
    "golden", R_DIFFERENCES, ids=lambda row: "-".join([row["case"], row["question"], row["answer"],
    row["group_by"], row["group_value"], row["other_value"] or "rest"])
)  # fmt: skip
def test_differences_and_their_tests_are_those_of_r(case: Tables, golden: dict[str, str]) -> None:
    keys = ["question", "answer", "group_by", "compared_with", "group_value"]
    [row] = rows(
        case(golden["case"]),
        f"FROM marts.comparisons WHERE {' AND '.join(f'{key} = ?' for key in keys)} AND coalesce(other_value, '') = ?",
        [golden[key] for key in keys] + [golden["other_value"]],
    )
    ours = [row[name] for name in ("share", "other_share", "se_difference_points", "statistic", "df", "p")]
    names = ["share_or_chi2", "other_share_or_p", "se_or_f", "statistic_or_ndf", "df_or_ddf", "p"]
    theirs = [float(golden[name]) * (100 if name == "se_or_f" else 1) for name in names]  # ours in points
    assert ours == pytest.approx(theirs, rel=1e-9)
    assert (row["method"], row["not_computed"]) == ("design_t", None)


@pytest.mark.parametrize("golden", R_TABLES, ids=lambda row: f"{row['case']}-{row['question']}-{row['group_by']}")
def test_tests_of_independence_are_those_of_r(case: Tables, golden: dict[str, str]) -> None:
    [row] = rows(
        case(golden["case"]),
        "FROM marts.association WHERE question = ? AND group_by = ?",
        [golden["question"], golden["group_by"]],
    )
    ours = [row[name] for name in ("chi2", "first_order_p", "second_order_f", "second_order_ndf", "second_order_ddf")]
    names = ["share_or_chi2", "other_share_or_p", "se_or_f", "statistic_or_ndf", "df_or_ddf"]
    assert ours == pytest.approx([float(golden[name]) for name in names], rel=1e-9)
    assert row["second_order_p"] == pytest.approx(float(golden["p"]), rel=1e-9)


def test_race_by_diabetes_is_the_printed_test_of_rao_and_scott(case: Tables) -> None:
    [(inputs, golden)] = [(inputs, row) for (what, inputs), row in SIMPLE.items() if what.startswith("Rao-Scott")]
    assert inputs == "nhanes2 race by diabetes (ndf 1.52467, ddf 47.26484)"
    [row] = rows(case("nhanes2"), "FROM marts.association WHERE question = 'diabetes' AND group_by = 'race'")
    assert printed(row["second_order_ndf"], "1.52467")
    assert printed(row["second_order_ddf"], "47.26484")
    assert printed(row["second_order_f"], golden["value_1"])
    assert math.isclose(row["second_order_p"], float(golden["value_2"]), rel_tol=1e-4)


def test_two_groups_without_weights_and_design_are_tested_by_the_pooled_z(case: Tables) -> None:
    golden = SIMPLE["two-proportion z and p (pooled)", "40 of 96 against 57 of 96"]
    for row in (comparison(case("halves"), "1", "a", "b"), comparison(case("halves"), "1", "a")):
        assert (row["n"], row["n_base"], row["other_n"], row["other_n_base"]) == (40, 96, 57, 96)
        assert printed(row["statistic"], golden["value_1"])
        assert printed(row["p"], golden["value_2"])
        assert (row["method"], row["df"]) == ("pooled_z", None)


# Laws


@pytest.mark.parametrize("survey", ["nhanes2", "full", "strata", "waves", "few", "halves"])
def test_a_difference_is_that_of_the_shares_of_its_sides(case: Tables, survey: str) -> None:
    found = rows(
        case(survey),
        "SELECT c.*, one.share AS first, other.share AS second FROM marts.comparisons AS c "
        "JOIN marts.estimates AS one USING (question, answer, kind, group_by, group_value) "
        "JOIN marts.estimates AS other ON (other.question, other.answer, other.kind, other.group_by, "
        "other.group_value) = (c.question, c.answer, c.kind, c.group_by, c.other_value) "
        "WHERE c.difference_points IS NOT NULL",
    )
    assert found
    for row in found:
        assert row["difference_points"] == pytest.approx(100 * (row["first"] - row["second"]), abs=1e-11)
        if row["statistic"] is not None:  # so both are in one unit
            assert row["statistic"] == pytest.approx(row["difference_points"] / row["se_difference_points"], rel=1e-12)


def test_neither_the_order_of_the_groups_nor_of_the_records_nor_the_scale_of_the_weights_matters(
    case: Tables,
) -> None:
    straight, turned = case("full"), case("turned")
    for answer in ("1", "2", "3", "top"):
        for one, other in (("a", "b"), ("a", "c"), ("b", "c")):
            here, there = comparison(straight, answer, one, other), comparison(turned, answer, other, one)
            assert here["statistic"] == pytest.approx(-there["statistic"], rel=1e-10)
            for name in ("se_difference_points", "p", "p_holm"):
                assert here[name] == pytest.approx(there[name], rel=1e-10)
            assert (here["group_label"], here["other_label"]) == (there["other_label"], there["group_label"])
    tests = "SELECT chi2, cramers_v, first_order_p, second_order_f, second_order_p FROM marts.association ORDER BY 1"
    assert straight.execute(tests).fetchall() == [
        pytest.approx(numbers, rel=1e-10) for numbers in turned.execute(tests).fetchall()
    ]


@pytest.mark.parametrize("survey", ["nhanes2", "full", "few", "waves"])
def test_holm_multiplies_each_p_by_the_tests_that_are_left_and_keeps_their_order(case: Tables, survey: str) -> None:
    family = "question, answer, kind, group_by, compared_with"
    several = 0
    for (ps,) in (
        case(survey)
        .execute(
            f"SELECT list((p, p_holm, is_significant)) FROM marts.comparisons WHERE p IS NOT NULL GROUP BY {family}"
        )
        .fetchall()
    ):
        highest = 0.0
        for number, (p, p_holm, is_significant) in enumerate(sorted(ps)):
            highest = max(highest, min(1.0, p * (len(ps) - number)))
            assert p_holm == pytest.approx(highest, rel=1e-12)
            assert is_significant == (p_holm < 0.05)
        several += len(ps) > 1
    assert several > 0 or survey == "waves"


# Which comparisons there are


def test_groups_are_compared_once_in_the_codebooks_order_and_waves_with_the_one_before(case: Tables) -> None:
    found = case("waves").execute(
        "SELECT DISTINCT group_by, compared_with, group_label, other_label FROM marts.comparisons ORDER BY ALL"
    )
    assert found.fetchall() == [
        ("g", "group", "Aa", "Bb"),
        ("g", "group", "Aa", "Cc"),
        ("g", "group", "Bb", "Cc"),
        ("g", "rest", "Aa", "Everybody else"),
        ("g", "rest", "Bb", "Everybody else"),
        ("g", "rest", "Cc", "Everybody else"),
        ("wave", "previous_wave", "Second", "First"),  # nobody was asked in the wave between them
    ]


def test_the_rest_is_everybody_else_also_those_of_no_group(case: Tables) -> None:
    [(n_base, in_groups)] = (
        case("full")
        .execute(
            "SELECT any_value(n_base) FILTER (group_by IS NULL), sum(n_base) FILTER (group_value <> '') "
            "FROM marts.estimates WHERE question = 'q' AND answer = '1'"
        )
        .fetchall()
    )
    row = comparison(case("full"), "1", "a")
    assert row["n_base"] + row["other_n_base"] == n_base > in_groups


# What cannot be tested says why


@pytest.mark.parametrize(
    ("answer", "value", "other", "reason"),
    [
        ("4", "a", "b", "both shares are 0"),
        ("1", "a", "d", "both shares are 1"),
        ("1", "a", "c", "base below the minimum"),
        ("1", "d", "e", None),  # all against nobody is a difference, too
    ],
)
def test_a_comparison_that_makes_no_sense_has_no_test(
    case: Tables, answer: str, value: str, other: str, reason: str | None
) -> None:
    row = comparison(case("few"), answer, value, other)
    assert row["not_computed"] == reason
    assert [row[name] is None for name in ("statistic", "p", "p_holm", "is_significant")] == [reason is not None] * 4
    assert (row["difference_points"] is None) == (reason == "base below the minimum")


def test_a_lone_sampling_unit_leaves_the_difference_and_takes_its_test(case: Tables) -> None:
    found = rows(case("lone"), "FROM marts.comparisons WHERE kind = 'valid' AND question = 'q'")
    assert found
    for row in found:
        assert row["difference_points"] is not None
        assert (row["se_difference_points"], row["p"], row["is_significant"]) == (None, None, None)
        assert row["not_computed"] == "one sampling unit in stratum tiny"
    [table] = rows(case("lone"), "FROM marts.association WHERE question = 'q'")
    assert table["chi2"] > 0
    assert (table["second_order_p"], table["not_computed"]) == (None, "one sampling unit in stratum tiny")


def test_answers_that_nobody_gave_have_no_row_in_the_table_that_is_tested(case: Tables) -> None:
    [table] = rows(case("full"), "FROM marts.association WHERE question = 'q'")
    assert (table["n_answers"], table["n_groups"], table["first_order_df"]) == (3, 3, 4)


# Letters


def test_letters_name_the_groups_that_are_significantly_lower(case: Tables) -> None:
    found = case("few").execute(
        "SELECT answer, letter, higher_than FROM marts.letters WHERE answer IN ('1', '2') ORDER BY ALL"
    )
    # of answer 1 the groups' shares are 1, 1/2, a too small base, 1 and 0; answer 2 is given in the small group only
    assert found.fetchall() == [
        ("1", "A", "B E"),
        ("1", "B", "E"),
        ("1", "C", None),
        ("1", "D", "B E"),
        ("1", "E", ""),
        *[("2", letter, None) for letter in "ABCDE"],
    ]


@pytest.mark.parametrize("survey", ["nhanes2", "full"])
def test_every_significant_pair_has_one_letter(case: Tables, survey: str) -> None:
    letters = (
        case(survey)
        .execute("SELECT unnest(string_split(higher_than, ' ')) FROM marts.letters WHERE higher_than <> ''")
        .fetchall()
    )
    [(pairs,)] = (
        case(survey)
        .execute("SELECT count(*) FROM marts.comparisons WHERE compared_with = 'group' AND is_significant")
        .fetchall()
    )
    assert len(letters) == pairs
