"""What a page says first: the finding and its picture, that figures are confirmed, or what the survey found."""

from __future__ import annotations

import re

import duckdb
import pytest
from pages import HOSTILE, page, parsed, text

NO_CLAIMS = tuple(
    f"DELETE FROM audit.{table}" for table in ("figures", "statements", "findings", "repairs", "readings")
)
RANGES = """
UPDATE audit.repairs SET low = 60, high = 69, kind = 'percentage', weight = 2 WHERE repair = 1;
UPDATE audit.repairs SET low = 226, high = 231, kind = 'base', weight = 2 WHERE repair = 2;
UPDATE audit.figures SET hedge = 'about' WHERE claim = 'C2';
"""


def first(html: str) -> str:
    """All that stands before the first section."""
    return html[html.index("</h1>") : html.index("<section")]


def charts(html: str) -> list[str]:
    return re.findall(r'<figure class="chart.*?</figure>', html, re.DOTALL)


def test_the_contradiction_is_the_first_thing_said(survey: duckdb.DuckDBPyConnection) -> None:
    said = text(first(page(survey)))
    assert re.search(r"Printed: 96 of around 150 is 42 percent\. 96 of 150 is 64 %\.", said)
    assert said.index("Printed: 96") < said.index("A reading that changes no figure. If 96 is the base, all fit.")
    assert said.index("If 96 is the base") < said.index("6 published figures were audited")


def test_a_figure_that_was_read_otherwise_than_its_text_is_not_told_in_short(survey: duckdb.DuckDBPyConnection) -> None:
    said = text(first(page(survey, "UPDATE audit.figures SET low = 100, high = 200 WHERE claim = 'C2'")))
    assert "Printed: 96" not in said, "claims.yml gave bounds of its own, so that the text alone would say another base"
    assert "“96 of around 150 is 42 percent” cannot be: 96 of 150 is 64 %." in said


def test_codes_stand_beside_the_finding_and_lead_to_it(survey: duckdb.DuckDBPyConnection) -> None:
    html = first(page(survey))
    beside = re.findall(r'<aside class="codes">.*?</aside>', html)
    assert [text(one) for one in beside] == ["F1 C1 C2 C3", "F2 S1"]
    assert parsed(beside[0]).targets == ["#F1", "#claim-C1", "#claim-C2", "#claim-C3"]
    assert "F1" not in text(re.sub(r"<aside.*?</aside>", "", html))


def test_the_picture_has_what_was_printed_and_what_it_could_be_on_one_scale(survey: duckdb.DuckDBPyConnection) -> None:
    [picture] = charts(first(page(survey, *RANGES.strip().split("\n"))))
    assert 'role="img" aria-label="Printed “42 percent”, could be 60 to 69' in picture
    assert "printed: 42 percent could be 60 to 69 %" in " ".join(re.sub("<[^>]*>", " ", picture).split())
    [dot] = re.findall(r'<circle class="printed" cx="([\d.]+)%"', picture)
    [(low, width)] = re.findall(r'<rect class="possible" x="([\d.]+)%" y="\d+" width="([\d.]+)%"', picture)
    assert float(dot) == pytest.approx(42 / 80 * 100)
    assert (float(low), float(width)) == (pytest.approx(75), pytest.approx(9 / 80 * 100))
    assert "226" not in picture, "a base has another scale"


def test_a_range_with_gaps_around_the_printed_figure_is_not_drawn(survey: duckdb.DuckDBPyConnection) -> None:
    gaps = "UPDATE audit.repairs SET low = 30, high = 60, kind = 'percentage' WHERE repair = 1"
    assert charts(first(page(survey, gaps))) == []


def test_a_statement_with_the_same_numbers_is_no_second_contradiction(survey: duckdb.DuckDBPyConnection) -> None:
    same = "UPDATE audit.statements SET text = '96 of roughly 150 companies is about 42%'"
    html = first(page(survey, same))
    assert html.count('class="finding"') == 1
    said = text(html)
    assert "“96 of roughly 150 companies is about 42%”, a letter, says the same with the same numbers (S1)." in said
    assert "1 statement was audited besides" not in said
    other = text(first(page(survey, "UPDATE audit.statements SET text = '96 of roughly 150 companies is about 52%'")))
    assert "says the same" not in other
    assert "1 statement was audited besides: 1 impossible." in other


def test_figures_that_the_records_give_are_confirmed(survey: duckdb.DuckDBPyConnection) -> None:
    survey.execute("DELETE FROM audit.findings; UPDATE audit.figures SET severity = 'consistent'")
    assert text(first(page(survey))).endswith(
        "None of the 6 published figures is contradicted. 6 published figures were audited: 6 possible. "
        "1 statement was audited besides: 1 impossible. " + TILES
    )
    survey.execute("UPDATE audit.figures SET severity = 'reproduced' WHERE claim IN ('C1', 'C4')")
    assert "The records confirm 2 of 6 published figures." in text(first(page(survey)))
    survey.execute("UPDATE audit.figures SET severity = 'reproduced'")
    assert "The records confirm all 6 published figures." in text(first(page(survey)))
    survey.execute("UPDATE audit.figures SET severity = 'undecided' WHERE claim = 'C1'")
    survey.execute("UPDATE audit.figures SET severity = 'consistent' WHERE claim <> 'C1'")
    assert "Whether 1 of 6 published figures can stand was not decided" in text(first(page(survey)))


TILES = (
    "Asked 1,200 Answered 1,000 Response rate 83 % Published figures 6 6 possible "
    "Checks failed 3 of 4; none blocks a release "
    "Published figures What was asked of whom Toplines Crosstabs Checks Provenance"
)


def test_of_a_thousand_contradictions_three_are_told_first(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(
        survey,
        """INSERT INTO audit.findings BY NAME SELECT 'F' || n AS finding, 'partition' AS code,
        'proved impossible' AS severity, ['C4'] AS claims, 'Too much.' AS message, message AS statement,
        [] AS remarks FROM range(10, 1008) AS t(n)""",
    )
    assert first(html).count('class="finding"') == 3
    assert "997 more contradictions below" in text(first(html))
    assert "988 more contradictions" in text(html)
    assert len(html.encode()) < 1_000_000


def test_without_claims_the_survey_says_what_it_found(survey: duckdb.DuckDBPyConnection) -> None:
    html = first(page(survey, *NO_CLAIMS))
    said = text(html)
    assert said.startswith("1,000 respondents from: Adults; percentages are not weighted.")
    assert "Which media? “Paper”: 100 %" in said
    assert "Published figures" not in said
    assert "Do you smoke?" not in said, "those who are compared are told after what they were asked"
    assert 'id="figures"' not in page(survey)


def test_a_difference_is_told_where_it_is_more_than_chance(survey: duckdb.DuckDBPyConnection) -> None:
    two = """UPDATE marts.crosstabs SET percent_text = '42', share = 0.42, withheld = false, suppressed = false
        WHERE group_value = '1' AND answer = 'p'"""
    tested = first(page(survey, *NO_CLAIMS, two))
    assert "Which media? “Paper”: No 100 %, Yes 42 %" in text(tested)
    assert "more than chance would explain" in text(tested)
    assert "largest differences" not in text(first(page(survey, "UPDATE marts.letters SET higher_than = ''")))
    untested = text(first(page(survey, "DELETE FROM marts.letters")))
    assert "Which media? “Paper”: No 100 %, Yes 42 %" in untested
    assert "whether by more than chance was not tested" in untested


def test_what_is_withheld_is_no_result(survey: duckdb.DuckDBPyConnection) -> None:
    hidden = "SET withheld = true, n = NULL, w = NULL, share = NULL, percent_text = NULL, ci_low = NULL, ci_high = NULL"
    html = page(survey, *NO_CLAIMS, f"UPDATE marts.toplines {hidden}", f"UPDATE marts.crosstabs {hidden}")
    assert charts(html) == []
    assert "The answers" not in text(first(html))


def test_labels_of_charts_are_short_and_inert(survey: duckdb.DuckDBPyConnection) -> None:
    survey.execute(
        "UPDATE marts.toplines SET answer_label = $1 || repeat('شركات ', 2000) WHERE answer = 'p'", [HOSTILE]
    )
    html = page(survey, *NO_CLAIMS)
    assert "<script>alert" not in html
    assert all(len(one) < 6000 for one in charts(html))
    assert html.count("شركات " * 1001) == 2, "each table has all of a label"
