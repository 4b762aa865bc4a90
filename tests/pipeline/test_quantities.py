"""Totals, means, standard deviations and quantiles, against R's numbers and against what must hold of any survey.

What R says stands in tests/golden/r_quantities.csv; the script that made it, with its made-up people, stands beside it.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Mapping

import pytest

from tests.conftest import SHIPPED, Desk
from tests.pipeline.test_estimates import Row, golden_rows, printed, rows, tables_of

PEOPLE = golden_rows("quantities.csv")
R_NUMBERS = golden_rows("r_quantities.csv")
FPC_TOY = [row for row in golden_rows("r_survey.csv") if row["case"] == "fpc-toy"]

HEAD = """
title: Made up
source: {name: a test, licence: none}
universe: Nobody
provenance: collected
sample: probability
minimum_base: 2
minimum_cell: 0
"""
QUESTIONS = """
groups: [sex]
questions:
  - {id: sex, text: Sex, type: single, options: {f: Female, m: Male}}
  - {id: hours, text: How many hours, type: quantity}
  - {id: pay, text: How much, type: quantity, quantiles: [0.2, 0.5, 0.95]}
  - id: agree
    text: Do you agree
    type: single
    options: {1: Not at all, 2: Hardly, 3: Rather, 4: Fully}
    scores: {1: 1, 2: 2, 3: 3, 4: 5}
    missing: {dont_know: ["9"]}
"""
WEIGHT = "weight: w\nweights_sum_to: universe\n"
DESIGNS = {
    "plain": "",
    "simple_fpc": "weight: even\nuniverse_size: 5000\n",
    "weights": WEIGHT,
    "strata": WEIGHT + "stratum: h\n",
    "full": WEIGHT + "stratum: h\nsampling_unit: u\n",
    "full_fpc": WEIGHT + "stratum: h\nsampling_unit: u\npopulation: N\n",
    "lone_average": WEIGHT + "stratum: lone\nsampling_unit: u\nlone_units: average\n",
    "lone_certainty": WEIGHT + "stratum: lone\nsampling_unit: u\nlone_units: certainty\n",
    "lone_fail": WEIGHT + "stratum: lone\nsampling_unit: u\n",
}
NUMBERS = ("estimate", "se", "deff", "ci_low", "ci_high")

Table = Mapping[tuple[str, ...], Row]
Quantities = Callable[[str], Table]


def csv_text(lines: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def records(columns: list[str], used: str) -> str:
    """The codebook's lines on the record file: columns that the design does not use are left out on purpose."""
    ignored = [name for name in columns if f": {name}\n" not in used]
    return f"records: {{files: [records.csv], ignore_columns: [{', '.join(ignored)}]}}\n"


def survey(desk: Desk, name: str, design: str, people: list[dict[str, str]], head: str = HEAD) -> None:
    columns = ["even", "w", "h", "u", "N", "lone"]
    codebook = head + records(columns, design) + "respondent: id\n" + design + QUESTIONS
    desk.survey(name, {"survey.yml": codebook, "records.csv": csv_text(people)})


def quantities_of(desk: Desk, name: str) -> Table:
    """The survey's rows of marts.quantities by question, statistic, p, group variable and group."""
    with tables_of(desk, name, "+quantities") as connection:
        found = rows(connection, "FROM marts.quantities")
    keys = ("question", "statistic", "p", "group_by", "group_value")
    return {tuple("" if row[key] is None else str(row[key]) for key in keys): row for row in found}


@pytest.fixture(scope="module")
def quantities(tmp_path_factory: pytest.TempPathFactory) -> Quantities:
    """The same people as surveys of several designs, each built when it is first asked for."""
    folder = tmp_path_factory.mktemp("quantities")
    made_up = Desk(folder / "raw", folder / "output")
    shipped = Desk(SHIPPED, folder / "output")
    built: dict[str, Table] = {}

    def of(name: str) -> Table:
        if name not in built:
            if name in DESIGNS:
                survey(made_up, name, DESIGNS[name], PEOPLE)
            built[name] = quantities_of(made_up if name in DESIGNS else shipped, name)
        return built[name]

    return of


# R's survey package


@pytest.mark.parametrize(
    "golden",
    R_NUMBERS,
    ids=lambda row: "-".join(row[key] for key in ("survey", "question", "statistic", "p", "group_value")),
)
def test_quantities_are_those_of_r(quantities: Quantities, golden: dict[str, str]) -> None:
    keys = ("question", "statistic", "p", "group_by", "group_value")
    row = quantities(golden["survey"])[tuple(golden[key] for key in keys)]
    assert row["n_base"] == int(golden["n_base"])
    for number in NUMBERS:
        if golden[number]:
            assert row[number] == pytest.approx(float(golden[number]), rel=1e-10), number
        else:
            assert row[number] is None, number


def test_the_eight_rows_of_fpc_are_those_of_r_with_and_without_the_universe(desk: Desk) -> None:
    toy = [{"id": str(at), **row} for at, row in enumerate(golden_rows("fpc_toy.csv"))]
    question = "questions: [{id: x, text: X, type: quantity}]\n"
    found = {}
    for name, population in (("without", ""), ("with", "population: Nh\n")):
        design = "weight: weight\nstratum: stratid\nsampling_unit: psuid\n" + population
        codebook = HEAD + records(["nh", "Nh"], design) + "respondent: id\n" + design + question
        desk.survey(name, {"survey.yml": codebook, "records.csv": csv_text(toy)})
        found[name] = quantities_of(desk, name)
    assert len(FPC_TOY) == 4
    for golden in FPC_TOY:
        statistic = golden["estimate_of"].removesuffix(" of x")
        row = found["with" if "population" in golden["design"] else "without"]["x", statistic, "", "", ""]
        assert printed(row["estimate"], golden["estimate"])
        assert printed(row["se"], golden["se"])
        assert row["df"] == int(golden["df"])


# What must hold of any survey


def test_doubled_weights_and_other_records_first_change_totals_only(quantities: Quantities, desk: Desk) -> None:
    doubled = [{**person, "w": str(2 * int(person["w"]))} for person in random.Random(3).sample(PEOPLE, len(PEOPLE))]
    survey(desk, "doubled", DESIGNS["full"], doubled)
    found = quantities_of(desk, "doubled")
    assert found.keys() == quantities("full").keys()
    for key, row in quantities("full").items():
        factor = 2 if row["statistic"] == "total" else 1
        for number in ("estimate", "se", "ci_low", "ci_high"):
            expected = None if row[number] is None else pytest.approx(factor * row[number], rel=1e-10)
            assert found[key][number] == expected, (key, number)


def test_totals_of_the_groups_add_up_to_the_whole(quantities: Quantities) -> None:
    for name in ("plain", "full_fpc"):
        for question in ("hours", "pay"):
            found = quantities(name)
            parts = [found[question, "total", "", "sex", sex]["estimate"] for sex in "fm"]
            assert sum(parts) == pytest.approx(found[question, "total", "", "", ""]["estimate"], rel=1e-12)


def test_a_scale_has_a_mean_and_a_median_of_those_whose_option_has_a_score_and_no_total(quantities: Quantities) -> None:
    found = {key: row for key, row in quantities("plain").items() if key[0] == "agree" and not key[3]}
    assert {row["statistic_label"] for row in found.values()} == {"Mean", "Median", "Standard deviation"}
    scores = [{"1": 1, "2": 2, "3": 3, "4": 5}[person["agree"]] for person in PEOPLE if person["agree"] != "9"]
    assert found["agree", "mean", "", "", ""]["estimate"] == pytest.approx(sum(scores) / len(scores), rel=1e-12)
    assert {row["n_base"] for row in found.values()} == {len(scores)}


# What cannot be computed is null with a reason


def test_without_a_random_sample_the_estimates_stand_and_nothing_is_said_of_chance(
    quantities: Quantities, desk: Desk
) -> None:
    survey(desk, "census", DESIGNS["full"], PEOPLE, HEAD.replace("sample: probability", "sample: census"))
    found = quantities_of(desk, "census")
    for key, row in quantities("full").items():
        assert found[key]["estimate"] == row["estimate"]
        assert [found[key][name] for name in ("se", "deff", "df", "ci_low", "ci_high")] == [None] * 5
        assert found[key]["not_computed"] == "a census has no sampling error"


def test_a_lone_sampling_unit_leaves_the_estimates_and_takes_their_standard_errors(quantities: Quantities) -> None:
    for row in quantities("lone_fail").values():
        assert row["estimate"] is not None
        assert (row["se"], row["deff"], row["ci_low"], row["ci_high"]) == (None,) * 4
        assert row["not_computed"] == "one sampling unit in stratum tiny"


# questions of ten respondents without weights and design, and their answers in order
TEN = {
    "ten": [str(number) for number in range(1, 11)],
    "four": ["4", "1", "3", "2"],
    "same": ["0.1"] * 10,
    "refused": ["5", "-9", "7", "", "9", "-9"],
    "one": ["5"],
    "nobody": ["-9"],
}
# of thirty-one with a weight of 0.1, or of 9 for the last
WEIGHTED = {"thirty": [str(number) for number in range(1, 31)], "heavy": ["2", "3", *[""] * 28, "1"]}


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Table:
    """The quantities of TEN and WEIGHTED."""
    folder = tmp_path_factory.mktemp("few")
    desk = Desk(folder / "raw", folder / "output")
    found: dict[tuple[str, ...], Row] = {}
    for name, answers, weights in (("ten", TEN, ["1"] * 10), ("weighted", WEIGHTED, ["0.1"] * 30 + ["9"])):
        design = "weight: w\n" if name == "weighted" else ""
        questions = [f"  - {{id: {one}, text: How many, type: quantity}}\n" for one in answers]
        codebook = HEAD.replace("minimum_base: 2", "minimum_base: 1") + records(["w"], design) + design
        lines = [
            {"w": weight, **{one: "".join(given[at : at + 1]) for one, given in answers.items()}}
            for at, weight in enumerate(weights)
        ]
        missing = "missing: {refused: ['-9']}\nquestions:\n"
        desk.survey(name, {"survey.yml": codebook + missing + "".join(questions), "records.csv": csv_text(lines)})
        found.update(quantities_of(desk, name))
    return found


def test_a_missing_code_is_no_number(few: Table) -> None:
    row = few["refused", "mean", "", "", ""]
    assert (row["estimate"], row["n_base"]) == (7, 3)


@pytest.mark.parametrize(
    ("question", "not_computed"), [("nobody", "nobody in the base"), ("one", "a single number has no spread")]
)
def test_what_has_no_estimate_says_why(few: Table, question: str, not_computed: str) -> None:
    row = few[question, "standard_deviation", "", "", ""]
    assert [row[number] for number in NUMBERS] == [None] * 5
    assert row["not_computed"] == not_computed


def test_numbers_that_are_all_the_same_have_a_mean_and_no_interval(few: Table) -> None:
    for statistic, estimate in (("mean", 0.1), ("total", 1), ("standard_deviation", 0)):
        row = few["same", statistic, "", "", ""]
        assert row["estimate"] == pytest.approx(estimate, rel=1e-12)
        assert (row["se"], row["ci_low"], row["ci_high"]) == (0, None, None), statistic
        assert row["not_computed"] == "a standard error of 0 has no width"
    row = few["same", "quantile", "0.5", "", ""]
    assert (row["estimate"], row["se"]) == (0.1, None)
    assert row["not_computed"] == "the share at or below it has no spread"


def test_a_quantile_is_the_smallest_number_with_the_share_at_or_below_it(few: Table) -> None:
    assert few["four", "quantile", "0.5", "", ""]["estimate"] == 2
    assert few["four", "quantile", "0.25", "", ""]["estimate"] == 1


def test_a_quantile_below_the_first_weight_is_the_smallest_number(few: Table) -> None:
    # R's survey 4.1 takes the second here
    assert few["heavy", "quantile", "0.5", "", ""]["estimate"] == 1


def test_a_tie_is_not_lost_to_the_rounding_of_weights(few: Table) -> None:
    for p, estimate in (("0.25", 8), ("0.5", 15), ("0.75", 23)):
        assert few["thirty", "quantile", p, "", ""]["estimate"] == estimate


def test_an_interval_that_reaches_beyond_the_numbers_has_one_end(few: Table) -> None:
    # at or below 8 is 0.8 of them, with an se of sqrt(0.8 x 0.2 / 9) and t = 2.262: 0.498 to 1.102
    row = few["ten", "quantile", "0.75", "", ""]
    assert (row["estimate"], row["ci_low"], row["ci_high"], row["se"]) == (8, 5, None, None)
    assert row["not_computed"] == "the interval reaches beyond the numbers given"
