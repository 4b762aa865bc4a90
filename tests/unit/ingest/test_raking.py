"""Weights computed from margins of the universe: R's numbers, the laws that they obey, and every mistake by name."""

from __future__ import annotations

import csv
import math
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from survey_desk import Desk

from dagster_project.errors import InputError
from dagster_project.ingest import Weighed, write_weights

QUESTIONS = """\
questions:
  - {id: sex, text: Sex, type: single, options: {f: Woman, m: Man}}
  - id: age
    text: Age
    type: single
    options: {a: Young, b: Middle, c: Old}
    nets: {grown: {label: Grown up, options: [b, c]}}
    missing: {refused: ["9"]}
  - {id: region, text: Region, type: single, options: {n: North, s: South, w: West, e: East}}
  - {id: media, text: Media, type: multiple, separator: ";", options: {p: Paper, r: Radio}}
  - {id: paper, text: Paper, type: single, options: {x: X, y: Y}, asked_if: {question: sex, answers: [f]}}
"""
SEX = "{question: sex, counts: {f: 520, m: 480}}"
AGE = "{question: age, counts: {a: 300, b: 450, c: 250}}"
REGION = "{question: region, counts: {n: 100, s: 200, w: 300, e: 400}}"
SEX_BY_AGE = "{questions: [sex, age], counts: {f: {a: 160, b: 250, c: 110}, m: {a: 140, b: 200, c: 140}}}"
R = Path(__file__).parents[2] / "golden" / "r_weighting.csv"

Person = dict[str, Any]


def people() -> list[Person]:
    """The respondents of tests/golden/r_weighting.R."""
    return [
        {
            "base": [0.5, 1, 2.25, 7][(i * 7 + i // 5) % 4],
            "sex": "fm"[(i * i + i // 7) % 2],
            "age": "abc"[(i * 3 + i // 4) % 3],
            "region": "nswe"[(i * 5 + i // 11) % 4],
        }
        for i in range(120)
    ]


def book(*margins: str, trim: str = "", weight: str = "weight: base\n", more: str = "") -> str:
    listed = "".join(f"    - {margin}\n" for margin in margins)
    bounds = f"  trim: {trim}\n" if trim else ""
    return f"{weight}{more}weighting:\n  margins:\n{listed}{bounds}{QUESTIONS}"


def lines(persons: list[Person], *more: str) -> str:
    """A record file; everybody reads a paper, and only women are asked which."""
    fields = ["base", "sex", "age", "region", *more, "media", "paper"]
    rows = [{"media": "p", "paper": "x" if person["sex"] == "f" else "", **person} for person in persons]
    return "\n".join([",".join(fields), *(",".join(str(row[field]) for field in fields) for row in rows)]) + "\n"


def weigh(desk: Desk, codebook: str, persons: list[Person] | None = None, *more: str) -> list[Weighed]:
    plain = "weight: base" not in codebook
    desk.take(lines(people() if persons is None else persons, *more), codebook, IGNORING if plain else "")
    return write_weights(desk.connection, desk.read())


IGNORING = "  ignore_columns: [base]\n"


def weights(desk: Desk) -> list[float]:
    """The final weights in the order of the lines, which are all there, once."""
    rows = desk.rows("SELECT source_line, final_weight FROM records.weights ORDER BY source_file, source_line")
    assert [line for line, _ in rows] == [line for (line,) in desk.values("source_line")]
    return [weight for _, weight in rows]


def sums(persons: list[Person], final: list[float], *questions: str) -> dict[Any, float]:
    totals: dict[Any, float] = defaultdict(float)
    for person, weight in zip(persons, final, strict=True):
        totals[tuple(person[question] for question in questions)] += weight
    return totals


# R's package survey: postStratify, rake, and calibrate within bounds


@pytest.mark.parametrize(
    ("case", "margins", "trim", "weight"),
    [
        ("post_stratified", [SEX_BY_AGE], "", "weight: base\n"),
        ("post_stratified_plain", [SEX_BY_AGE], "", ""),
        ("raked", [SEX, AGE, REGION], "", "weight: base\n"),
        ("raked_plain", [SEX, AGE, REGION], "", ""),
        ("raked_crossed", [SEX_BY_AGE, REGION], "", "weight: base\n"),
        ("trimmed", [SEX, AGE, REGION], "{low: 0.3, high: 2.5}", "weight: base\n"),
        ("trimmed_above", [SEX, AGE, REGION], "{high: 2.2}", "weight: base\n"),
        ("trimmed_below", [SEX, AGE, REGION], "{low: 0.3}", "weight: base\n"),
        ("trimmed_plain", [SEX, AGE, REGION], "{low: 0.25, high: 3.2}", ""),
        ("trimmed_one_margin", [REGION], "{low: 0.1, high: 4}", "weight: base\n"),
    ],
)
def test_the_weights_are_those_of_r(desk: Desk, case: str, margins: list[str], trim: str, weight: str) -> None:
    golden = [float(row["weight"]) for row in csv.DictReader(R.read_text().splitlines()) if row["case"] == case]
    weigh(desk, book(*margins, trim=trim, weight=weight))
    assert weights(desk) == pytest.approx(golden, rel=1e-8)


# Laws


@pytest.mark.parametrize("trim", ["", "{low: 0.3, high: 2.5}"])
def test_the_margins_of_the_universe_are_met(desk: Desk, trim: str) -> None:
    (one,) = weigh(desk, book(SEX, AGE, REGION, trim=trim))
    final = weights(desk)
    assert sums(people(), final, "sex") == pytest.approx({("f",): 520, ("m",): 480}, rel=1e-9)
    assert sums(people(), final, "age") == pytest.approx({("a",): 300, ("b",): 450, ("c",): 250}, rel=1e-9)
    assert sums(people(), final, "region")["e",] == pytest.approx(400, rel=1e-9)
    assert (one.method, one.n, one.w) == ("raking", 120, pytest.approx(1000, rel=1e-9))
    rows = desk.rows("SELECT population_share, share_after FROM raw.weighting_margins WHERE answers IS NOT NULL")
    assert [after for _, after in rows] == pytest.approx([share for share, _ in rows], rel=1e-9)


def test_trimmed_weights_keep_to_the_bounds_and_are_counted(desk: Desk) -> None:
    (one,) = weigh(desk, book(SEX, AGE, REGION, trim="{low: 0.3, high: 2.5}"))
    final = weights(desk)
    mean = 1000 / 120
    assert min(final) == one.weight_min == pytest.approx(0.3 * mean, rel=1e-12)
    assert max(final) == one.weight_max == pytest.approx(2.5 * mean, rel=1e-12)
    assert one.n_trimmed == sum(weight in (min(final), max(final)) for weight in final) > 0


def test_the_price_of_the_weights_is_told(desk: Desk) -> None:
    (one,) = weigh(desk, book(SEX, AGE))
    final, base = weights(desk), [person["base"] for person in people()]
    for told, of in ((one.n_kish_before, base), (one.n_kish, final)):
        assert told == pytest.approx(sum(of) ** 2 / math.fsum(weight * weight for weight in of), rel=1e-12)
    assert (one.deff, one.deff_before) == pytest.approx((120 / one.n_kish, 120 / one.n_kish_before), rel=1e-12)
    assert (one.weight_min, one.weight_max) == pytest.approx((min(final), max(final)), rel=1e-12)
    assert (one.weight_mean, one.n_trimmed) == (pytest.approx(1000 / 120), 0)


def test_a_survey_that_fits_already_keeps_its_weights(desk: Desk) -> None:
    of_sex, of_age = (sums(people(), [person["base"] for person in people()], one) for one in ("sex", "age"))
    total = sum(of_sex.values())
    margins = [
        f"{{question: {name}, shares: {{{', '.join(f'{code}: {part / total!r}' for (code,), part in of.items())}}}}}"
        for name, of in (("sex", of_sex), ("age", of_age))
    ]
    (one,) = weigh(desk, book(*margins))
    assert weights(desk) == pytest.approx([person["base"] for person in people()], rel=1e-12)
    assert (one.rounds, one.deff) == (1, pytest.approx(one.deff_before, rel=1e-12))


def test_shares_keep_the_sum_of_weights_and_may_be_percentages(desk: Desk) -> None:
    found = []
    for shares in ("{f: 0.52, m: 0.48}", "{f: 52, m: 48}"):
        (one,) = weigh(desk, book(f"{{question: sex, shares: {shares}}}"))
        assert one.method == "post-stratification"
        assert one.w == pytest.approx(sum(person["base"] for person in people()), rel=1e-12)
        found.append(weights(desk))
    assert found[0] == pytest.approx(found[1], rel=1e-12)


def test_shares_follow_the_counts_of_another_margin(desk: Desk) -> None:
    (one,) = weigh(desk, book("{question: age, shares: {a: 0.3, b: 0.45, c: 0.25}}", SEX))
    assert one.w == pytest.approx(1000, rel=1e-12)
    assert sums(people(), weights(desk), "age")["a",] == pytest.approx(300, rel=1e-9)


def test_a_net_collapses_its_options(desk: Desk) -> None:
    weigh(desk, book("{question: age, counts: {a: 300, grown: 700}}", SEX))
    final = sums(people(), weights(desk), "age")
    assert final["a",] == pytest.approx(300, rel=1e-9)
    assert final["b",] + final["c",] == pytest.approx(700, rel=1e-9)


def test_who_did_not_answer_keeps_the_share_that_the_base_weights_give(desk: Desk) -> None:
    persons = [{**person, "age": ["9", ""][at % 2] if at < 20 else person["age"]} for at, person in enumerate(people())]
    weigh(desk, book(SEX, AGE), persons)
    final, total = weights(desk), sum(person["base"] for person in persons)
    unknown = sum(person["base"] for person in persons[:20]) / total
    assert sum(final[:20]) == pytest.approx(1000 * unknown, rel=1e-9)
    ages = sums(persons[20:], final[20:], "age")
    assert ages["b",] / sum(ages.values()) == pytest.approx(0.45, rel=1e-9)
    of_nobody = "FROM raw.weighting_margins WHERE margin = 2 AND answers IS NULL"
    [(n, share)] = desk.rows(f"SELECT n_in_full, share_after {of_nobody}")
    assert (n, share) == (20, None)


def test_every_wave_is_weighted_by_itself(desk: Desk) -> None:
    persons = [{**person, "wave": "ab"[at % 3 == 0]} for at, person in enumerate(people())]
    waves = "waves: [{id: a}, {id: b}]\nwave: wave\n"
    weighed = weigh(desk, book(SEX, AGE, more=waves), persons, "wave")
    final = weights(desk)
    for one, (wave, n) in zip(weighed, (("a", 80), ("b", 40)), strict=True):
        assert (one.wave, one.n) == (wave, n)
        inside = [at for at, person in enumerate(persons) if person["wave"] == wave]
        ages = sums([persons[at] for at in inside], [final[at] for at in inside], "age")
        assert ages == pytest.approx({("a",): 300, ("b",): 450, ("c",): 250}, rel=1e-9)


def test_only_respondents_are_weighted(desk: Desk) -> None:
    gone: Person = {"base": "", "sex": "", "age": "", "region": "", "media": "", "paper": "", "came": "no"}
    persons = [*({**person, "came": "yes"} for person in people()), gone]
    came = "disposition: came\ndispositions: {yes: complete, no: refusal}\n"
    (one,) = weigh(desk, book(SEX, more=came), persons, "came")
    assert one.n == 120
    assert desk.rows("SELECT count(*) FROM records.weights") == [(120,)]


def test_without_weighting_there_are_no_weights_left(desk: Desk) -> None:
    assert weigh(desk, book(SEX))
    assert weigh(desk, "weight: base\n" + QUESTIONS) == []
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_name = 'weights'"
    assert desk.rows(tables) == [(0,)]
    assert desk.rows("SELECT count(*) FROM raw.weighting") == [(0,)]


def test_records_that_were_read_again_take_their_old_weights_away(desk: Desk) -> None:
    weigh(desk, book(SEX))
    desk.ingest()
    assert desk.rows("SELECT count(*) FROM records.weights") == [(0,)]


def test_weighting_again_changes_nothing(desk: Desk) -> None:
    def everything() -> list[Any]:
        names = ("records.weights", "raw.weighting", "raw.weighting_margins")
        return [desk.rows(f"FROM {name} ORDER BY ALL") for name in names]

    weigh(desk, book(SEX, AGE, REGION, trim="{low: 0.3, high: 2.5}"))
    before = everything()
    write_weights(desk.connection, desk.read())
    assert everything() == before


def test_computed_weights_make_a_weighted_survey(desk: Desk) -> None:
    weigh(desk, book(SEX, weight=""))
    assert desk.rows("SELECT weighted FROM raw.survey") == [(True,)]


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10**6),
    shares=st.lists(st.integers(1, 20), min_size=3, max_size=3),
    bound=st.sampled_from(["", "{high: 12}"]),
)
def test_shares_by_margin_equal_the_universe(
    tmp_path_factory: pytest.TempPathFactory, seed: int, shares: list[int], bound: str
) -> None:
    dice = random.Random(seed)
    persons = [
        {"base": dice.choice([0.5, 1, 3]), "sex": sex, "age": age, "region": dice.choice("nswe")}
        for sex in "fm"
        for age in "abc"
        for _ in range(dice.randint(2, 9))
    ]
    desk = Desk(tmp_path_factory.mktemp("law"))
    age = f"{{question: age, counts: {{a: {shares[0]}, b: {shares[1]}, c: {shares[2]}}}}}"
    (one,) = weigh(desk, book("{question: sex, shares: {f: 0.4, m: 0.6}}", age, trim=bound), persons)
    final = weights(desk)
    desk.connection.close()
    for code, part in zip("abc", shares, strict=True):
        assert sums(persons, final, "age")[code,] / sum(final) == pytest.approx(part / sum(shares), rel=1e-9)
    assert sums(persons, final, "sex")["f",] / sum(final) == pytest.approx(0.4, rel=1e-9)
    assert one.largest_gap <= 1e-11


# What no weights can meet stops the survey with one message, and changes nothing


@pytest.mark.parametrize(
    ("margins", "trim", "says"),
    [
        (
            ["{question: sex, counts: {f: 0, m: 480}}"],
            "",
            "weighting.margins[1].counts.f: the universe has nobody of sex = f, and the sample 69; mend the number.",
        ),
        (
            ["{question: age, counts: {a: 1, b: 1, c: 1}}", SEX.replace("520", "2").replace("480", "1")],
            "{high: 1.1}",
            "weighting.margins[2].counts.f: sex = f needs weights of 1.16 times the mean, which trim",
        ),
        (
            [SEX, AGE, REGION],
            "{low: 0.4, high: 1.8}",
            "weighting.margins[3].counts.n: region = n needs weights of 0.364 times the mean, which trim",
        ),
        (
            [SEX.replace("520", "700").replace("480", "300"), "{question: age, counts: {a: 100, b: 100, c: 800}}"],
            "{low: 0.25, high: 2.45}",
            "weighting.margins[1].counts: no weights within the bounds of trim meet all margins: after ",
        ),
    ],
)
def test_a_margin_that_cannot_be_met_is_named(desk: Desk, margins: list[str], trim: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        weigh(desk, book(*margins, trim=trim))
    assert says in str(refused.value)
    assert str(refused.value).startswith(f"{desk.folder}/survey.yml:")
    assert desk.rows("SELECT count(*) FROM records.weights") == [(0,)]
    assert not desk.rows("SELECT 1 FROM information_schema.tables WHERE table_name = 'weighting'")


def test_a_category_without_respondents_is_named_with_its_line_and_the_mend(desk: Desk) -> None:
    with pytest.raises(InputError) as refused:
        weigh(desk, book(SEX, AGE), [person for person in people() if person["age"] != "c"])
    assert str(refused.value) == (
        f"{desk.folder}/survey.yml:11: weighting.margins[2].counts.c: nobody in the sample is of age = c; collapse it "
        "with another: give their net one number."
    )


def test_margins_that_contradict_each_other_in_this_sample_are_told(desk: Desk) -> None:
    persons = [{**person, "age": "a" if person["sex"] == "f" else person["age"]} for person in people()]
    with pytest.raises(InputError, match=r"no weights meet all margins: after [0-9,]+ rounds .* % off; collapse small"):
        weigh(desk, book(SEX, AGE), persons)


def test_a_base_weight_of_0_is_refused(desk: Desk) -> None:
    with pytest.raises(InputError, match=r"line 2: column 'base' \(weight\) has 0; give a weight above 0; weighting"):
        weigh(desk, book(SEX), [{**people()[0], "base": 0}, *people()])


@pytest.mark.parametrize(
    ("margin", "line", "says"),
    [
        ("{question: sex}", 10, "margins[1]: give shares or counts of the universe."),
        ("{question: sex, shares: {f: 1, m: 0}, counts: {f: 1, m: 0}}", 10, "margins[1]: give shares or counts"),
        ("{shares: {f: 1, m: 0}}", 10, "margins[1]: give question, or questions for several"),
        ("{question: sex, shares: {f: 0.5, m: 0.4}}", 10, "shares: these sum to 0.9; shares sum to 1, or to 100"),
        ("{question: sex, counts: {f: 0, m: 0}}", 10, "counts: these sum to 0"),
        ("{question: sex, counts: {f: 5}}", 10, "counts: option 'm' of question sex has no number"),
        ("{question: sex, counts: {f: 5, m: 5, x: 1}}", 10, "counts.x: 'x' is none of the options or nets of question"),
        ("{question: sex, counts: {f: -5, m: 5}}", 10, "counts.f: '-5' is no part of a universe; write a number, 0"),
        ("{question: sex, counts: {f: many, m: 5}}", 10, "counts.f: 'many' is no part of a universe"),
        ("{question: sex, counts: {f: {a: 1}, m: 5}}", 10, "counts.f: expected a number"),
        ("{question: age, counts: {a: 1, b: 1, grown: 2}}", 10, "counts.grown: option 'b' is counted twice, by 'b'"),
        ("{questions: [sex, age], counts: {f: 1, m: 2}}", 10, "counts.f: expected `answer: number` lines for"),
        (
            "{questions: [sex, age], counts: {f: {a: 1, b: 1, c: 1}, m: {a: 1}}}",
            10,
            "counts.m: option 'b' of question age has no number",
        ),
        (
            "{questions: [sex, sex], counts: {f: {f: 1, m: 1}, m: {f: 1, m: 1}}}",
            10,
            "questions[2]: question 'sex'",
        ),
        ("{questions: [sex], counts: {f: 1, m: 1}}", 10, "questions: list should have at least 2"),
        ("{question: media, counts: {p: 1, r: 1}}", 10, "question: question media is multiple; only a single one"),
        ("{question: paper, counts: {x: 1, y: 1}}", 10, "question: not everybody is asked question paper"),
        ("{question: shoe, counts: {x: 1, y: 1}}", 10, "question: 'shoe' is the id of no question."),
        (SEX + "\n    - " + SEX, 11, "margins[2]: there is a margin of sex already; keep one."),
        (
            SEX + "\n    -\n      question: age\n      counts: {a: 300, b: 450, c: 350}",
            13,
            "counts: these sum to 1,100, and the counts of the first margin to 1,000; margins of one universe have one",
        ),
        (SEX + "\n  trim: {low: 0}", 11, "weighting.trim: give low, high or both"),
        (SEX + "\n  trim: {low: 1}", 11, "weighting.trim.low: input should be less than 1"),
        (SEX + "\n  trim: {high: 0.5}", 11, "weighting.trim.high: input should be greater than 1"),
        (SEX + "\n  trimm: {high: 2}", 11, "weighting.trimm: no such field"),
    ],
)
def test_a_mistake_in_weighting_is_named_with_its_line(desk: Desk, margin: str, line: int, says: str) -> None:
    desk.write(book=book(margin))
    with pytest.raises(InputError) as refused:
        desk.read()
    assert str(refused.value).startswith(f"{desk.folder}/survey.yml:{line}: weighting")
    assert says in str(refused.value)


def test_published_figures_alone_cannot_be_weighted(desk: Desk) -> None:
    desk.write(book=book(SEX, weight=""))
    file = desk.folder / "survey.yml"
    text = file.read_text().replace("provenance: collected", "provenance: published")
    file.write_text(text.replace('records:\n  files: ["records.csv"]\n', ""))
    with pytest.raises(InputError, match=r"survey\.yml:5: weighting: there are no records that could be weighted"):
        desk.read()
