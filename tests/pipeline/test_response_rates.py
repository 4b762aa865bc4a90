"""AAPOR's outcome rates, from dispositions and from the number asked, through the real pipeline."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import duckdb
import pytest

from tests.conftest import Desk, Outcome

SURVEY = """
title: A telephone survey
source: {name: a test, licence: none}
universe: Adults with a telephone
provenance: synthetic
provenance_note: Made up by a test.
records: {files: [cases.csv]}
weight: w
disposition: came
dispositions:
  11: complete
  12: partial
  21: refusal
  22: non_contact
  23: other
  31: unknown_household
  32: unknown_other
  41: not_eligible
decimals: 1
minimum_base: 2
minimum_cell: 0
DECLARED
questions:
  - {id: works, text: In paid work, type: single, options: {1: "Yes", 0: "No"}, missing: {refused: ["9"]}}
"""
# complete, partial, refused, not contacted, other, unknown household, unknown other, not eligible
I, P, R, NC, O, UH, UO, NE = 423, 17, 310, 150, 25, 240, 60, 275  # noqa: E741
E = Fraction(I + P + R + NC + O, I + P + R + NC + O + NE)
ALL = ["RR1", "RR2", "RR3", "RR4", "RR5", "RR6", "COOP1", "COOP2", "COOP3", "COOP4", "REF1", "REF2", "REF3", "CON1", "CON2", "CON3"]  # fmt: skip  # noqa: E501

Rates = dict[str, dict[str, Any]]


def cases(counts: list[int]) -> str:
    """One line per case; who did not respond has neither weight nor answers."""
    codes = ["11", "12", "21", "22", "23", "31", "32", "41"]
    written = []
    for code, n in zip(codes, counts, strict=True):
        responded = code in ("11", "12")
        written += [f"{number % 3 + 1},{code},{number % 2}" if responded else f",{code}," for number in range(n)]
    return "\n".join(["w,came,works", *written]) + "\n"


def run(desk: Desk, survey: str, records: str) -> Outcome:
    desk.survey("phone", {"survey.yml": survey, "cases.csv": records})
    return desk.basecheck("run")


def rates(connection: duckdb.DuckDBPyConnection) -> Rates:
    found = connection.execute("FROM marts.response_rates WHERE measure <> 'item'")
    names = [column[0] for column in found.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    assert [row["measure"] for row in rows] == ["unit", *ALL]
    return {row["measure"]: row for row in rows}


def by_hand(e: Fraction) -> dict[str, Fraction]:
    """Standard Definitions, 10th edition (2023), formula by formula."""
    u = UH + UO
    return {
        "RR1": Fraction(I, (I + P) + (R + NC + O) + u),
        "RR2": Fraction(I + P, (I + P) + (R + NC + O) + u),
        "RR3": I / ((I + P) + (R + NC + O) + e * u),
        "RR4": (I + P) / ((I + P) + (R + NC + O) + e * u),
        "RR5": Fraction(I, (I + P) + (R + NC + O)),
        "RR6": Fraction(I + P, (I + P) + (R + NC + O)),
        "COOP1": Fraction(I, (I + P) + R + O),
        "COOP2": Fraction(I + P, (I + P) + R + O),
        "COOP3": Fraction(I, (I + P) + R),
        "COOP4": Fraction(I + P, (I + P) + R),
        "REF1": Fraction(R, (I + P) + (R + NC + O) + u),
        "REF2": R / ((I + P) + (R + NC + O) + e * u),
        "REF3": Fraction(R, (I + P) + (R + NC + O)),
        "CON1": Fraction((I + P) + R + O, (I + P) + R + O + NC + u),
        "CON2": ((I + P) + R + O) / ((I + P) + R + O + NC + e * u),
        "CON3": Fraction((I + P) + R + O, (I + P) + R + O + NC),
    }


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Outcome]:
    folder = tmp_path_factory.mktemp("phone")
    desk = Desk(folder / "raw", folder / "output")
    records = cases([I, P, R, NC, O, UH, UO, NE])
    declared = SURVEY.replace("DECLARED", "eligibility: 0.4\nasked: 1500")
    desk.survey("declared", {"survey.yml": declared, "cases.csv": records})
    return desk, run(desk, SURVEY.replace("DECLARED", ""), records)


@pytest.mark.parametrize(("survey", "e", "said"), [("phone", E, "estimated"), ("declared", Fraction(2, 5), "declared")])
def test_every_rate_is_the_formula_of_aapor(phone: tuple[Desk, Outcome], survey: str, e: Fraction, said: str) -> None:
    desk, outcome = phone
    assert outcome.code == 0, outcome
    with desk.released(survey) as connection:
        found = rates(connection)
    expected = by_hand(e)
    assert {measure: found[measure]["rate"] for measure in ALL} == pytest.approx(
        {measure: float(rate) for measure, rate in expected.items()}, rel=1e-14
    )
    for measure, rate in expected.items():
        assert Fraction(found[measure]["percent_text"]) == Fraction(int(1000 * rate + Fraction(1, 2)), 10)
        assert found[measure]["not_computed"] is None
    assert (found["RR3"]["eligibility"], found["RR3"]["eligibility_from"]) == (pytest.approx(float(e)), said)
    assert (found["RR1"]["eligibility"], found["RR5"]["eligibility"], found["COOP1"]["eligibility"]) == (1, 0, None)


def test_the_cases_are_counted_by_outcome(phone: tuple[Desk, Outcome]) -> None:
    with phone[0].released("phone") as connection:
        found = connection.execute("SELECT symbol, n FROM marts.dispositions ORDER BY position").fetchall()
    symbols = ["I", "P", "R", "NC", "O", "UH", "UO", "NE"]
    assert found == list(zip(symbols, [I, P, R, NC, O, UH, UO, NE], strict=True))


def test_the_unit_rate_divides_by_the_cases_not_known_to_be_ineligible(phone: tuple[Desk, Outcome]) -> None:
    with phone[0].released("phone") as connection:
        unit = rates(connection)["unit"]
    assert (unit["n_asked"], unit["n_answered"]) == (I + P + R + NC + O + UH + UO, I + P)
    assert unit["rate"] == float(by_hand(E)["RR2"])


def test_who_did_not_respond_is_in_no_table_of_answers(phone: tuple[Desk, Outcome]) -> None:
    with phone[0].released("phone") as connection:
        assert connection.execute("SELECT DISTINCT n_base FROM marts.toplines").fetchall() == [(I + P,)]
        assert connection.execute("SELECT rows_accepted, rows_rejected FROM raw.files").fetchall() == [(1500, 0)]


def test_from_the_number_asked_alone_only_the_first_two_rates_follow(small_release: Desk) -> None:
    with small_release.released("small") as connection:
        found = rates(connection)
        assert connection.execute("SELECT count(*) FROM marts.dispositions").fetchall() == [(0,)]
    for measure in ("unit", "RR1", "RR2"):
        row = found[measure]
        assert (row["rate"], row["percent_text"], row["not_computed"]) == (0.6, "60", None)
    for measure in ALL[2:]:
        assert (found[measure]["rate"], found[measure]["denominator"]) == (None, None)
        assert found[measure]["not_computed"] == "needs dispositions"


def test_a_disposition_that_the_codebook_does_not_have_is_a_reject(desk: Desk) -> None:
    survey = SURVEY.replace("DECLARED", "asked: 101")
    assert run(desk, survey, cases([60, 5, 20, 5, 0, 5, 0, 5]) + "1,99,1\n").code == 0
    with duckdb.connect(str(desk.places.work_database("phone")), read_only=True) as connection:
        assert connection.execute("SELECT source_line, column_name, value, reason FROM raw.rejects").fetchall() == [
            (102, "came", "99", "no code of dispositions in survey.yml")
        ]
        assert rates(connection)["unit"]["n_asked"] == 95


def test_a_number_asked_that_is_not_the_number_of_cases_is_refused(desk: Desk) -> None:
    outcome = run(desk, SURVEY.replace("DECLARED", "asked: 150"), cases([60, 5, 20, 5, 0, 5, 0, 5]) + "1,99,1\n")
    assert outcome.code == 2
    assert (
        "survey.yml:21: asked: 150 were asked, and the record files hold 100 cases and 1 rejected line; with a "
        "disposition every case has a line, so mend the number or leave it out."
    ) in " ".join((outcome.out + outcome.err).split())
