"""Standard errors, design effects and intervals of shares, against R's numbers and against the plain formula."""

from __future__ import annotations

import csv
import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.codebook import read_survey_folder
from dagster_project.defs import dbt_project
from dagster_project.ingest import write_codebook, write_records
from dagster_project.warehouse import SAFE_CONFIG
from tests.conftest import Desk, Outcome


def golden_rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((Path(__file__).parents[1] / "golden" / name).read_text(encoding="utf-8").splitlines()))


R_SHARES = [row for row in golden_rows("r_survey.csv") if row["estimate_of"].startswith("share ")]
SIMPLE = {(row["what"], row["inputs"]): row for row in golden_rows("simple.csv")}
NUMBERS = "share, se, margin_of_error, deff, n_eff, n_kish, df, ci_low, ci_high"
SHARES = "+toplines +crosstabs"
HALVES = ("one_half", "other_half")  # of which the tallies are asked for and nothing else
NOT_DRAWN = {  # what survey.yml says of them, and what is then said in place of a standard error
    "quota": ("sample: quota\n", "a quota sample has no sampling error"),
    "unsaid": ("", "survey.yml does not say what kind of sample this is"),
}
KEY_OF_TALLIES = ("question", "answer", "kind", "group_by", "group_value", "stratum", "sampling_unit")

Row = dict[str, Any]
Tables = Callable[[str], duckdb.DuckDBPyConnection]


def printed(value: float, text: str) -> bool:
    """Whether a number agrees with a printed one to all its digits, perhaps rounded twice (0.52176785 to 0.5217679)."""
    unit = Decimal(1).scaleb(int(Decimal(text).as_tuple().exponent))
    return abs(Decimal(value) - Decimal(text)) <= unit * Decimal("0.51")


def rows(connection: duckdb.DuckDBPyConnection, statement: str, parameters: object = None) -> list[Row]:
    found = connection.execute(statement, parameters)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, values, strict=True)) for values in found.fetchall()]


def result(connection: duckdb.DuckDBPyConnection, question: str, answer: str, group_value: str | None = None) -> Row:
    """The one row of toplines, or of crosstabs, for an answer."""
    [row] = rows(
        connection,
        "FROM marts.toplines WHERE question = ? AND answer = ?"
        if group_value is None
        else "FROM marts.crosstabs WHERE question = ? AND answer = ? AND group_value = ? AND group_by <> 'race'",
        [question, answer] if group_value is None else [question, answer, group_value],
    )
    return row


def interval(connection: duckdb.DuckDBPyConnection, question: str, answer: str, method: str) -> tuple[Any, ...]:
    [row] = connection.execute(
        "SELECT low, high, not_computed FROM marts.intervals "
        "WHERE question = ? AND answer = ? AND method = ? AND group_by IS NULL",
        [question, answer, method],
    ).fetchall()
    return row


# R's survey package, on the survey that ships


@pytest.mark.parametrize("golden", R_SHARES, ids=lambda row: f"{row['case']}-{row['domain']}-{row['ci_method']}")
def test_shares_of_nhanes_are_those_of_r(shipped: tuple[Desk, Outcome], golden: dict[str, str]) -> None:
    question, _, answer = golden["estimate_of"].removeprefix("share ").partition("=")
    region = golden["domain"].removeprefix("region=") if golden["domain"] != "all" else None
    with shipped[0].released("nhanes2") as connection:
        row = result(connection, question, answer, region)
        assert printed(row["share"], golden["estimate"])
        assert printed(row["se"], golden["se"])
        if golden["deff"]:
            assert printed(row["deff"], golden["deff"])
        if golden["df"]:
            assert row["df"] == int(golden["df"])
        if golden["ci_method"]:
            low, high, _ = interval(connection, question, answer, golden["ci_method"])
            assert printed(low, golden["ci_low"])
            assert printed(high, golden["ci_high"])


def test_the_printed_interval_of_a_weighted_survey_is_the_logit_one(shipped: tuple[Desk, Outcome]) -> None:
    with shipped[0].released("nhanes2") as connection:
        row = result(connection, "highbp", "1")
        assert (row["ci_low"], row["ci_high"], None) == interval(connection, "highbp", "1", "logit")
        assert (row["ci_method"], row["not_computed"]) == ("logit", None)
        assert interval(connection, "highbp", "1", "wilson") == (
            None,
            None,
            "for a sample without weights and design only",
        )


def test_kish_and_its_design_effect(shipped: tuple[Desk, Outcome]) -> None:
    [golden] = [row for (what, _), row in SIMPLE.items() if what.startswith("Kish")]
    with shipped[0].released("nhanes2") as connection:
        row = result(connection, "highbp", "1")
    assert printed(row["n_kish"], golden["value_1"])
    assert printed(row["n_base"] / row["n_kish"], golden["value_2"])


@pytest.mark.parametrize(
    ("question", "answer", "method", "inputs"),
    [
        ("works", "1", "Wilson", "40 of 96"),
        ("works", "1", "Clopper-Pearson", "40 of 96"),
        ("works", "1", "Wilson 95 % with continuity correction", "40 of 96"),
        ("never", "1", "Wilson", "8 of 96"),
        ("never", "1", "Clopper-Pearson", "8 of 96"),
    ],
)
def test_binomial_intervals_of_an_unweighted_survey(
    made_up: Tables, method: str, question: str, answer: str, inputs: str
) -> None:
    golden = SIMPLE[method if "95" in method else f"{method} 95 %", inputs]
    name = "wilson_continuity" if "continuity" in method else method.lower().replace("-", "_")
    low, high, reason = interval(made_up("forty_and_eight"), question, answer, name)
    row = result(made_up("forty_and_eight"), question, answer)
    assert printed(low, golden["value_1"])
    assert printed(high, golden["value_2"])
    assert reason is None
    assert row["ci_method"] == "wilson"
    assert row["deff"] == pytest.approx(1, rel=1e-12)


# Small surveys, in which everything can be computed a second time, respondent by respondent

QUESTIONS = """
groups: [sex]
questions:
  - {id: sex, text: Sex, type: single, options: {f: Female, m: Male}}
  - {id: works, text: In paid work, type: single, options: {1: "Yes", 0: "No"}, missing: {refused: ["9"]}}
  - id: sector
    text: Where
    type: single
    asked_if: {question: works, answers: [1]}
    options: {p: Public, q: Private, s: Self-employed}
  - id: media
    text: Which media do you use?
    type: multiple
    separator: ";"
    base: all
    options: {p: Papers, r: Radio, t: Television}
  - {id: never, text: Ever on the moon, type: single, options: {1: "Yes", 0: "No"}}
"""
HEAD = """
title: A made up survey
source: {name: a test, licence: none}
universe: Nobody
provenance: collected
sample: probability
records: {files: [records.csv], ignore_columns: IGNORED}
respondent: id
minimum_base: 10
minimum_cell: 0
"""
DESIGN = "stratum: h\nsampling_unit: u\n"
FIELDS = ["id", "w", "h", "u", "sex", "works", "sector", "media", "never"]


def people() -> list[dict[str, Any]]:
    """160 respondents in 3 strata of 4, 2 and 5 sampling units of several sizes."""
    dice = random.Random(4)
    units = [("north", 4), ("south", 2), ("west", 5)]
    drawn = []
    for number in range(160):
        stratum, count = dice.choice(units)
        works = dice.choice(["1", "1", "0", "9"])
        drawn.append(
            {
                "id": number,
                "w": dice.choice([0.5, 1, 2.25, 7]) * 100,
                "h": stratum,
                "u": dice.randint(1, count),
                "sex": dice.choice("fm"),
                "works": works,
                "sector": dice.choice("pqs") if works == "1" else "",
                "media": ";".join(code for code in "prt" if dice.random() < 0.4),
                "never": "0",
            }
        )
    return drawn


def lines(drawn: list[dict[str, Any]]) -> str:
    return "\n".join([",".join(FIELDS), *(",".join(str(person[field]) for field in FIELDS) for person in drawn)]) + "\n"


def codebook(design: str, *, ignored: str) -> str:
    return HEAD.replace("IGNORED", ignored) + design + QUESTIONS


def tables_of(desk: Desk, survey: str, models: str) -> duckdb.DuckDBPyConnection:
    """The survey's tables, by the pipeline's own steps without its gates and its release, which take longest.

    `models` says what to build, as dbt selects it: `+toplines` is that table and all that it is made from.
    """
    path = desk.places.work_database(survey)
    path.parent.mkdir(parents=True)
    folder = read_survey_folder(desk.places.raw_dir, survey)
    with duckdb.connect(str(path), config=dict(SAFE_CONFIG)) as connection:
        write_codebook(connection, folder)
        write_records(connection, folder)
    outcomes = dbt_project.build(desk.places, survey, models)
    broken = [(outcome.name, outcome.message) for outcome in outcomes if not outcome.passed]
    assert not broken, broken
    return duckdb.connect(str(path), read_only=True)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    """The same respondents as surveys of several designs, each built when it is first asked for."""
    folder = tmp_path_factory.mktemp("estimates")
    desk = Desk(folder / "raw", folder / "output")
    drawn = people()
    doubled = [{**person, "w": person["w"] * 2} for person in random.Random(5).sample(drawn, len(drawn))]
    ones = [{**person, "w": 1} for person in drawn]
    lone = [{**person, "h": "tiny" if person["id"] == 0 else person["h"]} for person in drawn]
    renamed = [
        {**person, "h": {"north": "z", "south": "1"}.get(person["h"], "k"), "u": -person["u"]} for person in drawn
    ]
    split = [{**person, "h": person["h"] + str(person["u"] % 2) * (person["h"] == "west")} for person in drawn]
    # in every sampling unit of the north 7 of 10 work, in every one of the south 4
    alike = [
        {**drawn[0], "id": n, "w": 0.1, "h": stratum, "u": n // 10, "works": str(int(n % 10 < works))}
        for stratum, works, first in (("north", 7, 0), ("south", 4, 30))
        for n in range(first, first + 30)
    ]
    forty_and_eight = [{**drawn[0], "id": n, "works": str(int(n < 40)), "never": str(int(n < 8))} for n in range(96)]
    surveys = {
        "forty_and_eight": ("", "[w, h, u]", forty_and_eight),
        "plain": ("", "[w, h, u]", drawn),
        "one_weight": ("weight: w\n", "[h, u]", ones),
        "strata": ("weight: w\nstratum: h\n", "[u]", drawn),
        "full": ("weight: w\n" + DESIGN, "[]", drawn),
        "doubled": ("weight: w\n" + DESIGN, "[]", doubled),
        "lone": ("weight: w\n" + DESIGN, "[]", lone),
        "twenty": ("", "[w, h, u]", drawn[:20]),
        "renamed": ("weight: w\n" + DESIGN, "[]", renamed),
        "split": ("weight: w\n" + DESIGN, "[]", split),
        "one_half": ("weight: w\n" + DESIGN, "[]", drawn[:70]),
        "other_half": ("weight: w\n" + DESIGN, "[]", drawn[70:]),
        "ninety_six": ("", "[w, h, u]", drawn[:96]),
        "of_150": ("universe_size: 150\n", "[w, h, u]", drawn[:96]),
        "alike": ("weight: w\n" + DESIGN, "[]", alike),
        "of_96": ("universe_size: 96\n", "[w, h, u]", drawn[:96]),
        "quota": ("weight: w\n" + DESIGN, "[]", drawn),
        "unsaid": ("", "[w, h, u]", drawn),
    }
    opened: dict[str, duckdb.DuckDBPyConnection] = {}

    def tables(name: str) -> duckdb.DuckDBPyConnection:
        if name not in opened:
            design, ignored, respondents = surveys[name]
            book = codebook(design, ignored=ignored)
            if name in NOT_DRAWN:
                book = book.replace("sample: probability\n", NOT_DRAWN[name][0])
            desk.survey(name, {"survey.yml": book, "records.csv": lines(respondents)})
            models = f"{SHARES} +letters +association" if name in NOT_DRAWN else "tallies" if name in HALVES else SHARES
            opened[name] = tables_of(desk, name, models)
        return opened[name]

    yield tables
    for connection in opened.values():
        connection.close()


def everything(connection: duckdb.DuckDBPyConnection, columns: str = NUMBERS) -> dict[tuple[Any, ...], Row]:
    """All rows of toplines and crosstabs by their key."""
    key = "question, answer, kind, group_by, group_value"
    both = rows(
        connection,
        f"SELECT {key}, {columns} FROM marts.toplines UNION ALL SELECT {key}, {columns} FROM marts.crosstabs",
    )
    return {tuple(row.pop(name) for name in key.split(", ")): row for row in both}


def taylor(weighted: bool, strata: bool, units: bool, question: str, answer: str, sex: str | None) -> tuple[float, ...]:
    """Share and standard error from the definition: one linearised value per sampling unit of the whole sample."""
    totals: dict[Any, dict[Any, float]] = defaultdict(lambda: defaultdict(float))
    drawn = people()

    def weight(person: dict[str, Any]) -> float:
        return float(person["w"]) if weighted else 1.0

    def in_base(person: dict[str, Any]) -> bool:
        asked = {"works": person["works"] != "9", "sector": person["works"] == "1"}.get(question, True)
        return asked and sex in (None, person["sex"])

    w_base = sum(weight(person) for person in drawn if in_base(person))
    share = sum(weight(person) for person in drawn if in_base(person) and answer in person[question]) / w_base
    for person in drawn:
        score = weight(person) * ((answer in person[question]) - share) / w_base if in_base(person) else 0.0
        totals[person["h"] if strata else 0][person["u"] if units else person["id"]] += score
    variance = 0.0
    for sums in totals.values():
        mean = sum(sums.values()) / len(sums)
        variance += len(sums) / (len(sums) - 1) * sum((value - mean) ** 2 for value in sums.values())
    return share, math.sqrt(variance), sum(len(sums) for sums in totals.values()) - len(totals)


@pytest.mark.parametrize(
    ("survey", "design"),
    [
        ("plain", (False, False, False)),
        ("strata", (True, True, False)),
        ("full", (True, True, True)),
    ],
)
@pytest.mark.parametrize("sex", [None, "f", "m"])
@pytest.mark.parametrize(("question", "answer"), [("works", "1"), ("sector", "q"), ("media", "r")])
def test_the_closed_form_is_the_sum_over_units_of_the_whole_design(
    made_up: Tables,
    survey: str,
    design: tuple[bool, bool, bool],
    sex: str | None,
    question: str,
    answer: str,
) -> None:
    row = result(made_up(survey), question, answer, sex)
    assert (row["share"], row["se"], row["df"]) == pytest.approx(taylor(*design, question, answer, sex), rel=1e-11)


def the_same(one: dict[tuple[Any, ...], Row], other: dict[tuple[Any, ...], Row]) -> None:
    assert one.keys() == other.keys()
    for key, row in one.items():
        for column, number in row.items():
            expected = pytest.approx(number, rel=1e-10) if isinstance(number, (int, float)) else number
            assert other[key][column] == expected, (key, column)


def test_weights_of_one_change_nothing(made_up: Tables) -> None:
    numbers = "share, se, deff, n_eff, n_kish, df, share_of_mentions"
    the_same(everything(made_up("plain"), numbers), everything(made_up("one_weight"), numbers))


def test_other_records_first_and_doubled_weights_change_no_share_and_no_statistic(made_up: Tables) -> None:
    numbers = "share, se, margin_of_error, deff, n_eff, n_kish, df, ci_low, ci_high, share_of_mentions"
    the_same(everything(made_up("full"), numbers), everything(made_up("doubled"), numbers))


def test_other_names_of_strata_and_sampling_units_change_nothing(made_up: Tables) -> None:
    the_same(everything(made_up("full")), everything(made_up("renamed")))


def test_a_stratum_split_in_two_changes_no_share_and_costs_one_degree_of_freedom(made_up: Tables) -> None:
    numbers = "n, n_base, w, w_base, share, n_kish, percent_text, n_mentions, share_of_mentions"
    the_same(everything(made_up("full"), numbers), everything(made_up("split"), numbers))
    whole, split = (everything(made_up(survey), "se, df") for survey in ("full", "split"))
    assert all(split[key]["df"] == row["df"] - 1 for key, row in whole.items())
    assert any(split[key]["se"] != pytest.approx(row["se"]) for key, row in whole.items())


@pytest.mark.parametrize("table", ["tallies", "respondents"])
def test_tallies_of_parts_of_the_records_add_up_to_those_of_the_whole(made_up: Tables, table: str) -> None:
    def sums(*surveys: str) -> dict[tuple[Any, ...], list[Fraction]]:
        found: dict[tuple[Any, ...], list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 3)
        for survey in surveys:
            for row in rows(made_up(survey), f"FROM tallies.{table} CROSS JOIN raw.weight_units"):
                counted = (row["n"], int(row["w"]) * Fraction(row["w_unit"]), int(row["w2"]) * Fraction(row["w2_unit"]))
                key = tuple(row.get(name) for name in KEY_OF_TALLIES)
                found[key] = [sum_ + more for sum_, more in zip(found[key], counted, strict=True)]
        return found

    assert sums("full") == sums(*HALVES)


@pytest.mark.parametrize("survey", ["plain", "strata", "full"])
def test_shares_of_exclusive_options_sum_to_one(made_up: Tables, survey: str) -> None:
    sums: dict[tuple[Any, ...], float] = defaultdict(float)
    for (question, _, _, group_by, group_value), row in everything(made_up(survey)).items():
        if question != "media":
            sums[question, group_by, group_value] += row["share"]
    assert list(sums.values()) == pytest.approx([1] * len(sums), rel=1e-12)


# What cannot be computed is null with a reason


@pytest.mark.parametrize("survey", NOT_DRAWN)
def test_a_sample_that_was_not_drawn_at_random_has_no_sampling_statistic_and_says_why(
    made_up: Tables, survey: str
) -> None:
    reason = NOT_DRAWN[survey][1]
    statistics = {
        "toplines": "se, margin_of_error, deff, n_eff, df, ci_low, ci_high",
        "crosstabs": "se, margin_of_error, deff, n_eff, df, ci_low, ci_high",
        "intervals": "low, high",
        "bases": "margin_of_error",
        "comparisons": "se_difference_points, statistic, df, p, p_holm, is_significant",
        "association": "chi2, df, first_order_chi2, first_order_p, second_order_f, second_order_p, is_significant",
    }
    for table, columns in statistics.items():
        found = rows(made_up(survey), f"SELECT {columns}, not_computed FROM marts.{table}")
        assert {row.pop("not_computed") for row in found} >= {reason}, table
        assert {value for row in found for value in row.values()} == {None}, table
    assert made_up(survey).execute("SELECT count(higher_than) FROM marts.letters").fetchall() == [(0,)]


def test_what_needs_no_chance_in_drawing_is_given_of_any_sample(made_up: Tables) -> None:
    numbers = "n, n_base, w, w_base, share, percent_text, n_mentions, share_of_mentions, n_kish"
    the_same(everything(made_up("full"), numbers), everything(made_up("quota"), numbers))
    differences = "SELECT count(*), count(difference_points) FROM marts.comparisons"
    [(listed, given)] = made_up("quota").execute(differences).fetchall()
    assert listed == given > 0
    assert made_up("quota").execute("SELECT count(cramers_v) > 0 FROM marts.association").fetchall() == [(True,)]


def test_a_share_of_0_has_a_wilson_interval_and_no_logit_one(
    made_up: Tables,
) -> None:
    for method in ("Wilson", "Clopper-Pearson"):
        golden = SIMPLE[f"{method} 95 %", "0 of 20"]
        low, high, _ = interval(made_up("twenty"), "never", "1", method.lower().replace("-", "_"))
        assert low == float(golden["value_1"]) == 0
        assert printed(high, golden["value_2"])
    of_one = interval(made_up("twenty"), "never", "0", "clopper_pearson")
    assert of_one[0] == pytest.approx(1 - high, rel=1e-12)
    assert of_one[1] == 1
    row = result(made_up("full"), "never", "1")
    assert (row["share"], row["se"], row["deff"], row["ci_low"], row["ci_high"]) == (0, 0, None, None, None)
    assert row["not_computed"] == "a share of 0 or 1 has no logit interval"
    row = result(made_up("twenty"), "never", "1")
    assert (row["deff"], row["ci_method"], row["not_computed"]) == (
        None,
        "wilson",
        "a share of 0 or 1 has no margin of error and no design effect",
    )


def test_a_lone_sampling_unit_leaves_the_share_and_takes_its_standard_error(
    made_up: Tables,
) -> None:
    for row in everything(made_up("lone"), f"{NUMBERS}, not_computed").values():
        assert row["share"] is not None
        assert (row["se"], row["deff"], row["n_eff"], row["ci_low"], row["ci_high"]) == (None,) * 5
        assert row["not_computed"] == "one sampling unit in stratum tiny"


def test_a_suppressed_row_says_so(made_up: Tables) -> None:
    found = everything(made_up("twenty"), "suppressed, se, ci_low, ci_high, not_computed")
    small = [row for row in found.values() if row["suppressed"]]
    assert small
    for row in small:
        assert (row["se"], row["ci_low"], row["ci_high"]) == (None,) * 3
        assert row["not_computed"] == "base below the minimum"


def test_every_interval_holds_its_share_and_all_but_the_mean_lie_within_0_and_1(
    made_up: Tables,
) -> None:
    for survey in ("plain", "full"):
        found = rows(
            made_up(survey),
            "SELECT low, high, share, method FROM marts.intervals JOIN marts.toplines USING (question, answer, kind) "
            "WHERE intervals.group_by IS NULL AND low IS NOT NULL",
        )
        assert {row["method"] for row in found} >= {"logit", "beta", "wilson_effective", "mean"}
        for row in found:
            assert row["low"] <= row["share"] <= row["high"], row
            assert row["method"] == "mean" or (row["low"] >= 0 and row["high"] <= 1), row


def test_a_sample_of_the_whole_universe_has_no_spread_and_says_so(made_up: Tables) -> None:
    row = result(made_up("of_96"), "works", "1")
    assert 0 < row["share"] < 1
    assert (row["se"], row["margin_of_error"], row["deff"], row["n_eff"], row["ci_low"]) == (0, None, None, None, None)
    assert row["not_computed"] is not None
    [(reason,)] = (
        made_up("of_96")
        .execute("SELECT DISTINCT not_computed FROM marts.estimates WHERE share > 0 AND share < 1")
        .fetchall()
    )
    assert reason == "a standard error of 0 has no margin of error and no effective size"


def test_sampling_units_that_are_alike_within_their_strata_have_no_spread_but_of_rounding(made_up: Tables) -> None:
    row = result(made_up("alike"), "works", "1")
    assert row["share"] == pytest.approx(0.55)
    assert (row["se"], row["deff"], row["n_eff"], row["ci_low"]) == (0, 0, None, None)


def test_more_sampling_units_than_the_universe_has_stop_the_survey(desk: Desk) -> None:
    desk.survey(
        "s", {"survey.yml": codebook("universe_size: 20\n", ignored="[w, h, u]"), "records.csv": lines(people())}
    )
    with pytest.raises(AssertionError, match="strata_are_no_larger_than_their_universe"):
        tables_of(desk, "s", "+strata")


# Margins of error


def base(connection: duckdb.DuckDBPyConnection, question: str, base_rule: str, sex: str | None = None) -> Row:
    [row] = rows(
        connection,
        "FROM marts.bases WHERE question = ? AND base_rule = ? AND group_value IS NOT DISTINCT FROM ?",
        [question, base_rule, sex],
    )
    return row


@pytest.mark.parametrize(("survey", "inputs"), [("ninety_six", "n=96"), ("of_150", "n=96, N=150, factor (N-n)/(N-1)")])
def test_the_greatest_margin_of_error_of_a_base(made_up: Tables, survey: str, inputs: str) -> None:
    row = base(made_up(survey), "never", "answered")
    assert printed(100 * row["margin_of_error"], SIMPLE["margin of error 95 % at p=0.5 in points", inputs]["value_1"])
    assert row["n_base"] == 96


def test_a_group_is_drawn_from_its_part_of_the_universe(made_up: Tables) -> None:
    row = base(made_up("of_150"), "works", "all", "f")
    n = row["n_base"]
    part = 150 * n / 96
    expected = 1.96 * math.sqrt(0.25 / n * (part - n) / (part - 1))
    assert row["margin_of_error"] == pytest.approx(expected, rel=1e-12)


def test_unequal_weights_widen_the_greatest_margin_to_that_of_kishs_effective_size(made_up: Tables) -> None:
    row = base(made_up("full"), "works", "answered", "m")
    weights = [float(person["w"]) for person in people() if person["sex"] == "m" and person["works"] != "9"]
    n_kish = sum(weights) ** 2 / sum(weight**2 for weight in weights)
    assert row["n_base"] == len(weights)
    assert row["n_kish"] == pytest.approx(n_kish, rel=1e-12)
    assert row["margin_of_error"] == pytest.approx(1.96 * math.sqrt(0.25 / n_kish), rel=1e-12)


def test_the_margin_of_a_share_is_half_the_interval_share_plus_and_minus(made_up: Tables) -> None:
    low, high, _ = interval(made_up("full"), "works", "1", "mean")
    row = result(made_up("full"), "works", "1")
    assert row["margin_of_error"] == pytest.approx((high - low) / 2, rel=1e-12)
    row = result(made_up("plain"), "works", "1")
    assert row["margin_of_error"] == pytest.approx(1.959963984540054 * row["se"], rel=1e-12)


# Shares of mentions


def test_the_shares_of_mentions_divide_by_what_was_chosen_and_not_by_who_chose(made_up: Tables) -> None:
    for sex in (None, "f"):
        chosen = [
            (float(person["w"]), code)
            for person in people()
            if sex in (None, person["sex"])
            for code in person["media"].split(";")
            if code
        ]
        for code in "prt":
            row = result(made_up("full"), "media", code, sex)
            assert row["n_mentions"] == len(chosen)
            expected = sum(w for w, one in chosen if one == code) / sum(w for w, _ in chosen)
            assert row["share_of_mentions"] == pytest.approx(expected, rel=1e-12)


def test_only_the_options_of_a_question_with_several_answers_have_a_share_of_mentions(made_up: Tables) -> None:
    for (question, _, kind, _, _), row in everything(made_up("full"), "n_mentions, share_of_mentions").items():
        is_mention = question == "media" and kind == "valid"
        assert {value is not None for value in row.values()} == {is_mention}


# Finite populations and lone units, against R's survey package

DESIGNS = golden_rows("r_designs.csv")
OF_DESIGNS = """
groups: [sex]
questions:
  - {id: sex, text: Sex, type: single, options: {f: Female, m: Male}}
  - {id: q, text: The question, type: single, options: {1: "Yes", 0: "No", 2: Perhaps}}
"""
WAVES = 'wave: wave\nwaves: [{id: "1"}, {id: "2"}]\n'
UNITS = "weight: w\nweights_sum_to: universe\nstratum: h\nsampling_unit: u\n"
NO_ONE_SAYS = UNITS.replace("weights_sum_to: universe\n", "") + "lone_units: average\n"
CODEBOOKS = {
    "units_unsaid": NO_ONE_SAYS,
    "units_respondents": NO_ONE_SAYS + "weights_sum_to: respondents\n",
    "units": UNITS + "lone_units: average\n",
    "units_population": UNITS + "population: units\nlone_units: certainty\n",
    "people_population": "weight: w\nweights_sum_to: universe\nstratum: h\npopulation: people\nlone_units: certainty\n",
    "people_unweighted": "stratum: h\npopulation: people\nlone_units: average\n",
    "waves_population": UNITS + "population: units\nlone_units: average\n" + WAVES,
    "universe_size": "universe_size: 150\n",
    "toy": "weight: w\nweights_sum_to: universe\nstratum: h\n",
    "toy_population": "weight: w\nweights_sum_to: universe\nstratum: h\npopulation: people\n",
}


@pytest.fixture(scope="module")
def designs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    """The surveys that r_designs.R describes, each built when it is first asked for."""
    folder = tmp_path_factory.mktemp("designs")
    desk = Desk(folder / "raw", folder / "output")
    drawn = golden_rows("designs.csv")
    toy = [
        {
            "id": number, "wave": "1", "h": row["stratid"], "u": row["psuid"], "units": row["Nh"], "people": row["Nh"],
            "w": row["weight"], "sex": "f", "q": "1" if float(row["x"]) > 5 else "0",
        }
        for number, row in enumerate(golden_rows("fpc_toy.csv"))
    ]  # fmt: skip
    opened: dict[str, duckdb.DuckDBPyConnection] = {}

    def tables(name: str) -> duckdb.DuckDBPyConnection:
        if name not in opened:
            design = CODEBOOKS[name]
            # waves need not be a design's: where they are not, they are a question's groups
            by_wave = (
                ""
                if "wave:" in design
                else '  - {id: waves, text: Wave, type: single, column: wave, options: {1: "", 2: ""}}\n'
            )
            used = {line.partition(": ")[2] for line in design.splitlines()}
            ignored = [column for column in ("w", "h", "u", "units", "people") if column not in used]
            head = HEAD.replace("IGNORED", f"[{', '.join(ignored)}]").replace("minimum_base: 10", "minimum_base: 2")
            questions = OF_DESIGNS.replace("[sex]", "[sex, waves]" if by_wave else "[sex]") + by_wave
            respondents = toy if name.startswith("toy") else drawn
            text = "\n".join(
                ",".join(map(str, row)) for row in [respondents[0], *(one.values() for one in respondents)]
            )
            desk.survey(name, {"survey.yml": head + design + questions, "records.csv": text + "\n"})
            opened[name] = tables_of(desk, name, SHARES)
        return opened[name]

    yield tables
    for connection in opened.values():
        connection.close()


@pytest.mark.parametrize("golden", DESIGNS, ids=lambda row: f"{row['case']}-{row['domain']}")
def test_finite_populations_and_lone_units_are_those_of_r(designs: Tables, golden: dict[str, str]) -> None:
    group = None if golden["domain"] == "all" else golden["domain"]
    row = result(designs(golden["case"]), "q", "1", group)
    for column in ("share", "se", "deff", "df"):
        assert row[column] == pytest.approx(float(golden[column]), rel=1e-11), column


def test_a_counted_universe_is_a_design_so_its_intervals_have_the_correction(designs: Tables) -> None:
    row = result(designs("universe_size"), "q", "1")
    assert row["ci_method"] == "logit"
    assert row["deff"] == pytest.approx(1, rel=1e-12)
    assert interval(designs("universe_size"), "q", "1", "wilson")[2] == "for a sample without weights and design only"
