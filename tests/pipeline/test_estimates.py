"""Standard errors, design effects and intervals of shares, against R's numbers and against the plain formula."""

from __future__ import annotations

import csv
import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.codebook import read_survey_folder
from dagster_project.defs import dbt
from dagster_project.ingest import write_codebook, write_records
from dagster_project.warehouse import SAFE_CONFIG
from tests.conftest import Desk, Outcome


def golden_rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((Path(__file__).parents[1] / "golden" / name).read_text(encoding="utf-8").splitlines()))


R_SHARES = [row for row in golden_rows("r_survey.csv") if row["estimate_of"].startswith("share ")]
SIMPLE = {(row["what"], row["inputs"]): row for row in golden_rows("simple.csv")}
NUMBERS = "share, se, deff, n_eff, n_kish, df, ci_low, ci_high"

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


@pytest.mark.parametrize("method", ["Wilson", "Clopper-Pearson"])
@pytest.mark.parametrize(
    ("question", "answer", "inputs"), [("shift_base", "yes", "40 of 96"), ("move_to_japan", "positive", "8 of 96")]
)
def test_binomial_intervals_of_an_unweighted_survey(
    shipped: tuple[Desk, Outcome], method: str, question: str, answer: str, inputs: str
) -> None:
    golden = SIMPLE[f"{method} 95 %", inputs]
    with shipped[0].released("kyodo_economic_security") as connection:
        low, high, reason = interval(connection, question, answer, method.lower().replace("-", "_"))
        row = result(connection, question, answer)
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
provenance: synthetic
provenance_note: Made up by a test.
records: {files: [records.csv], ignore_columns: IGNORED}
respondent: id
minimum_base: 10
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


def tables_of(desk: Desk, survey: str) -> duckdb.DuckDBPyConnection:
    """The survey's tables, by the pipeline's own steps without its gates and its release, which take longest."""
    path = desk.places.work_database(survey)
    path.parent.mkdir(parents=True)
    folder = read_survey_folder(desk.places.raw_dir, survey)
    with duckdb.connect(str(path), config=dict(SAFE_CONFIG)) as connection:
        write_codebook(connection, folder)
        write_records(connection, folder)
    for step in ("tallies", "marts"):
        broken = [outcome for outcome in dbt.build(desk.places, survey, step) if not outcome.passed]
        assert broken == []
    return duckdb.connect(str(path), read_only=True)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    """The same respondents as surveys of several designs."""
    folder = tmp_path_factory.mktemp("estimates")
    desk = Desk(folder / "raw", folder / "output")
    drawn = people()
    doubled = [{**person, "w": person["w"] * 2} for person in random.Random(5).sample(drawn, len(drawn))]
    ones = [{**person, "w": 1} for person in drawn]
    lone = [{**person, "h": "tiny" if person["id"] == 0 else person["h"]} for person in drawn]
    surveys = {
        "plain": ("", "[w, h, u]", drawn),
        "one_weight": ("weight: w\n", "[h, u]", ones),
        "strata": ("weight: w\nstratum: h\n", "[u]", drawn),
        "full": ("weight: w\n" + DESIGN, "[]", drawn),
        "doubled": ("weight: w\n" + DESIGN, "[]", doubled),
        "lone": ("weight: w\n" + DESIGN, "[]", lone),
        "twenty": ("", "[w, h, u]", drawn[:20]),
    }
    opened: dict[str, duckdb.DuckDBPyConnection] = {}
    for name, (design, ignored, respondents) in surveys.items():
        desk.survey(name, {"survey.yml": codebook(design, ignored=ignored), "records.csv": lines(respondents)})
        opened[name] = tables_of(desk, name)
    yield opened.__getitem__
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
            expected = number if number is None else pytest.approx(number, rel=1e-10)
            assert other[key][column] == expected, (key, column)


def test_weights_of_one_change_nothing(made_up: Tables) -> None:
    numbers = "share, se, deff, n_eff, n_kish, df"
    the_same(everything(made_up("plain"), numbers), everything(made_up("one_weight"), numbers))


def test_other_records_first_and_doubled_weights_change_no_share_and_no_standard_error(
    made_up: Tables,
) -> None:
    numbers = "share, se, n_kish, df, ci_low, ci_high"
    the_same(everything(made_up("full"), numbers), everything(made_up("doubled"), numbers))


@pytest.mark.parametrize("survey", ["plain", "strata", "full"])
def test_shares_of_exclusive_options_sum_to_one(made_up: Tables, survey: str) -> None:
    sums: dict[tuple[Any, ...], float] = defaultdict(float)
    for (question, _, _, group_by, group_value), row in everything(made_up(survey)).items():
        if question != "media":
            sums[question, group_by, group_value] += row["share"]
    assert list(sums.values()) == pytest.approx([1] * len(sums), rel=1e-12)


# What cannot be computed is null with a reason


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
        "a share of 0 or 1 has no design effect",
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
