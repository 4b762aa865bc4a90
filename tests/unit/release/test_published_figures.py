"""The report's central section: findings of every severity, and figures by the hundred."""

from __future__ import annotations

import re
import time
from pathlib import Path

import duckdb
import pytest
from pages import HOSTILE, page, parsed, part, rows, text
from playwright.sync_api import BrowserContext

from dagster_project.claims import Severity

# Two waves of twelve questions each: four options in all, in manufacturers and in others; no records at all.
# In the second wave the others' figures of the first question contradict each other.
TABLES = """
DELETE FROM audit.figures; DELETE FROM audit.findings; DELETE FROM audit.repairs; DELETE FROM audit.readings;
DELETE FROM raw.questions; DELETE FROM raw.answers; DELETE FROM raw.routing; DELETE FROM raw.files;
DELETE FROM audit.statements; DELETE FROM marts.toplines; DELETE FROM marts.crosstabs; DELETE FROM marts.bases;
DELETE FROM marts.response_rates;
UPDATE raw.survey SET has_records = false, provenance = 'published', weighted = NULL, asked = NULL,
    fieldwork_start = NULL, fieldwork_end = NULL;
INSERT INTO raw.waves VALUES
    ('s', 'g1', 'w2', 1, 'Poll of December', NULL, NULL, 'https://paper.example/december', '2019-12-05'),
    ('s', 'g1', 'w1', 2, NULL, NULL, NULL, 'javascript:alert(1)', NULL);
INSERT INTO raw.questions BY NAME SELECT 's' AS survey, row_number() OVER (ORDER BY wave DESC, q) AS position,
    wave || '_q' || q AS question, 'Question ' || q || ' of ' || wave AS question_text, 'single' AS type,
    'answered' AS base_rule FROM (VALUES ('w2'), ('w1')) AS w(wave), range(1, 13) AS q(q);
INSERT INTO raw.answers BY NAME SELECT question, a AS position, 'o' || a AS answer,
    'Option ' || a AS answer_label, 'valid' AS kind FROM raw.questions, range(1, 5) AS t(a);
INSERT INTO raw.answers BY NAME SELECT 'sector' AS question, position, answer, label AS answer_label, 'valid' AS kind
    FROM (VALUES (1, 'm', 'Manufacturers'), (2, 'o', 'Others')) AS t(position, answer, label);
INSERT INTO audit.figures BY NAME
    WITH groups AS (SELECT * FROM (VALUES (1, NULL, NULL), (2, 'sector', 'o'), (3, 'sector', 'm')) AS g(g, v, a)),
    cells AS (
        SELECT split_part(question, '_', 1) AS wave, question, g, v AS group_by, a AS group_value, c AS cell,
            question = 'w2_q1' AND a = 'o' AND c > 0 AS wrong FROM raw.questions, groups, range(6) AS c(c)
    )
    SELECT 'T' || lpad(position::VARCHAR, 3, '0') AS claim, * FROM (
        SELECT row_number() OVER (ORDER BY wave DESC, question, g, cell) AS position, wave, question, group_by,
            group_value, CASE WHEN cell > 1 THEN 'o' || (cell - 1) END AS answer,
            CASE WHEN cell > 1 THEN '25%' WHEN cell = 1 THEN '120' ELSE '250' END AS figure,
            CASE WHEN cell > 1 THEN 'percentage' ELSE 'base' END AS kind, 'none' AS hedge,
            CASE WHEN cell = 0 THEN 'asked' ELSE 'answered' END AS base, 'page 2' AS where_printed,
            CASE WHEN cell > 1 THEN 24.5 WHEN cell = 1 THEN 120 ELSE 250 END AS low,
            CASE WHEN cell > 1 THEN 25.5 WHEN cell = 1 THEN 120 ELSE 250 END AS high,
            CASE WHEN wrong AND cell > 1 THEN 24 END AS fits_low, CASE WHEN wrong AND cell > 1 THEN 24 END AS fits_high,
            CASE WHEN wrong THEN 'proved impossible' ELSE 'consistent' END AS severity FROM cells
    );
INSERT INTO audit.findings BY NAME SELECT 'F1' AS finding, 'partition' AS code, 'proved impossible' AS severity,
    (SELECT list(claim ORDER BY position) FROM audit.figures WHERE figures.severity = 'proved impossible') AS claims,
    'Together they are 122 of 120.' AS message, message AS statement, [] AS remarks;
"""


@pytest.fixture
def tables(survey: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    survey.execute(TABLES)
    return survey


def found(severity: str, claims: list[str], message: str, finding: str = "F8", power: str = "NULL") -> str:
    return f"""INSERT INTO audit.findings BY NAME SELECT '{finding}' AS finding, 'base definition' AS code,
        '{severity}' AS severity, {claims} AS claims, '{Severity(severity).verdict}' AS verdict,
        '{message}' AS message, message AS statement, [] AS remarks,
        {power} AS power"""


def article(html: str, finding: str) -> str:
    match = re.search(rf'<article class="[^"]*" id="{finding}">.*?</article>', html, re.DOTALL)
    assert match, finding
    return match.group()


# Findings


def test_figures_that_change_together_are_one_repair(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(
        survey,
        """INSERT INTO audit.repairs BY NAME SELECT 'F1' AS finding, 3 AS repair, * FROM (VALUES
        (['C2'], 'around 150', 'The base can be 190.'), (['C3'], '42 percent', 'The percentage can be 51 %.')
        ) AS t(claims, figure, message)""",
    )
    card = article(html, "F1")
    one, several = card.split("Repairs: several figures changed together")
    assert "226 to 231" in one
    assert "190" not in one
    assert "2 figures together: The base can be 190. (C2) The percentage can be 51 %. (C3)" in text(several)


def test_a_repair_says_which_slip_would_explain_it(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(
        survey,
        """UPDATE audit.repairs SET slip_what = 'two digits swapped', slip_meant = '24', slip_printed = '42'
        WHERE repair = 1""",
    )
    assert "60 to 69 % instead. 24 for 42: two digits swapped. (C3)" in text(article(html, "F1"))


def test_the_ninth_repair_and_those_after_it_are_folded(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(
        survey,
        """INSERT INTO audit.repairs BY NAME SELECT 'F1' AS finding, n AS repair, ['C3'] AS claims, '42' AS figure,
        'Or ' || n AS message FROM range(3, 13) AS t(n)""",
    )
    first, folded = article(html, "F1").split("<details>")
    assert "Or 8" in first
    assert text(folded).startswith("4 more Or 9")


def test_readings_come_by_their_cost(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(
        survey,
        """INSERT INTO audit.readings BY NAME SELECT 'F1' AS finding, 9 AS reading, 'found' AS source,
        'weighted' AS title, ['C1'] AS claims, 'If it is weighted, all fit.' AS message, 0 AS cost""",
    )
    card = article(html, "F1")
    assert card.index("If it is weighted") < card.index("If 96 is the base")


def test_what_was_not_decided_claims_nothing(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(
        survey,
        found("undecided", ["C5", "C6"], "Whether 6 and 7 fit was not decided in 30 seconds."),
        "UPDATE audit.figures SET severity = 'undecided' WHERE claim IN ('C5', 'C6')",
    )
    card = text(article(html, "F8"))
    assert card.startswith("C5 and C6 are undecided Undecided. The search ran into its time limit. Nothing is claimed")
    assert "2 undecided The search ran into its time limit, and nothing is claimed. C5 “6”, C6 “7”" in text(html)
    assert "Published figures 6 3 impossible, 2 undecided, 1 possible" in text(html)
    assert "F8" not in html.split("What contradicts nothing")[1].split("</section>")[0], "it is never shown as fine"


def test_assumptions_stand_apart_from_contradictions(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(
        survey,
        found("needs an assumption", ["C5"], "Six of whom is left open."),
        found("needs an assumption", [], "Nothing says when they were asked.", "F9"),
        "UPDATE audit.findings SET code = 'missing disclosure' WHERE finding = 'F9'",
        """INSERT INTO audit.readings BY NAME SELECT 'F8' AS finding, ['C5'] AS claims, * FROM (VALUES
        (8, 'found', 'of all', 'Of all, 6 is 1 %.', 2),
        (9, 'declared', 'The 6 are smokers.', '6 of 290 is 2 %.', NULL)
        ) AS t(reading, source, title, message, cost)""",
    )
    figures = part(html, "figures")
    assert figures.index("cannot stand") < figures.index("What a reader has to assume") < figures.index("Every figure")
    assert "C5 is conditional. Six of whom is left open." in text(article(html, "F8"))
    assert "It may mean Of all. Of all, 6 is 1 %." in text(article(html, "F8"))
    assert "The 6 are smokers." in text(article(html, "F8"))
    assert "The publication leaves something open. Nothing says when" in text(article(html, "F9"))
    assert "Published figures 6 3 impossible, 1 possible, 2 not checkable" in text(html), "a finding is no figure"


@pytest.mark.parametrize(
    ("power", "words"),
    [
        ("0", "Could have caught no wrong value"),
        ("0.001", "Would have caught fewer than 1 of 100 wrong values"),
        ("0.29", "Would have caught 29 of 100 wrong values"),
        ("0.996", "Would have caught 99 of 100 wrong values"),
        ("1", "Would have caught every wrong value"),
    ],
)
def test_what_contradicts_nothing_says_how_much_that_means(
    survey: duckdb.DuckDBPyConnection, power: str, words: str
) -> None:
    html = page(survey, found("not checkable", ["C6"], "Any number would fit.", power=power))
    assert f"F8 Base definition C6 Not checkable Any number would fit. {words}" in rows(part(html, "figures"))


def test_every_finding_has_an_address(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(survey, found("needs an assumption", ["C5"], "Open."), found("undecided", ["C6"], "Open.", "F9"))
    assert {"F1", "F2", "F3", "F8", "F9"} <= set(parsed(html).ids)


# Figures


def test_a_figure_says_what_it_could_be_where_that_is_not_what_is_printed(survey: duckdb.DuckDBPyConnection) -> None:
    list_of_figures = part(page(survey), "figures").split("Every figure")[1]
    said = {row.split()[0]: row for row in rows(list_of_figures)}
    assert "Given all others: 60 to 69 % Not as it is labelled." in said["C3"]
    assert "Given all others: 226 to 231 Not counted" in said["C2"]
    assert "Possible, it fits what else is printed Would have caught 93 of 100 wrong values Yes." in said["C4"], (
        "it can be nothing else"
    )
    assert "Given all others: 0 or more Could have caught no wrong value" in said["C5"]
    assert "Given" not in said["C6"], "not known"


def test_a_contradicted_figure_leads_to_its_card(survey: duckdb.DuckDBPyConnection) -> None:
    list_of_figures = part(page(survey), "figures").split("Every figure")[1]
    assert list_of_figures.count('href="#F1"') == 3


def test_many_figures_are_tables_by_wave_and_question(tables: duckdb.DuckDBPyConnection) -> None:
    figures = part(page(tables), "figures")
    assert [text(summary) for summary in re.findall(r"<summary>.*?</summary>", figures)] == [
        "Poll of December, 216 figures: 5 impossible, 211 possible",
        "w1, 216 figures: 216 possible",
    ]
    assert "<details open" not in figures
    assert "Question 12 of w2" in figures
    table = rows(figures[figures.index("Question 1 of w2") :])
    assert table[0] == "Answer All Manufacturers Others", "all first, then the groups in the codebook's order"
    assert table[1] == "Asked T001 250 T013 250 T007 250"
    assert table[2] == "Answered T002 120 T014 120 T008 120"
    assert table[3] == "Option 1 T003 25% T015 25% T009 25% can be 24 %"
    assert figures.count('class="n clash"') == 5
    assert figures.split("Every figure")[1].count('href="#F1"') == 5


def test_of_many_figures_only_those_to_look_after_are_named(tables: duckdb.DuckDBPyConnection) -> None:
    said = text(part(page(tables), "figures"))
    assert "5 impossible Cannot be as printed and labelled. T008 “120”, T009 “25%”, T010 “25%”" in said
    assert "427 possible Can be as printed and labelled. T001" not in said
    many = text(part(page(tables, "UPDATE audit.figures SET severity = 'undecided'"), "figures"))
    assert "T024 “25%” and 408 more" in many


def test_many_figures_without_waves_are_folded_by_question(tables: duckdb.DuckDBPyConnection) -> None:
    figures = part(page(tables, "DELETE FROM raw.waves", "UPDATE audit.figures SET wave = NULL"), "figures")
    summaries = [text(summary) for summary in re.findall(r"<summary>.*?</summary>", figures)]
    assert summaries[0] == "Question 1 of w2, 18 figures: 5 impossible, 13 possible"
    assert len(summaries) == 24


def test_figures_that_make_no_table_are_a_list(tables: duckdb.DuckDBPyConnection) -> None:
    html = page(
        tables,
        """INSERT INTO audit.figures BY NAME SELECT * REPLACE ('T999' AS claim, 999 AS position, 'a quarter' AS figure)
        FROM audit.figures WHERE claim = 'T003'""",
    )
    assert "T999 “a quarter” page 2 Possible, it fits what else is printed" in rows(part(html, "figures"))
    assert "T003 “25%” page 2 Possible, it fits what else is printed" in rows(part(html, "figures"))


def test_a_figure_of_no_question_is_listed_in_its_wave(tables: duckdb.DuckDBPyConnection) -> None:
    html = page(
        tables,
        """INSERT INTO audit.figures BY NAME SELECT 'T999' AS claim, 999 AS position, '502' AS figure, 'base' AS kind,
        'w1' AS wave, 'consistent' AS severity, 'the companies asked' AS of_what""",
    )
    assert "T999 “502” the companies asked Possible, it fits what else is printed" in rows(part(html, "figures"))
    assert "w1, 217 figures" in text(html)


def test_a_thousand_figures_are_a_small_page_at_once(tables: duckdb.DuckDBPyConnection) -> None:
    page(tables)
    tables.execute(
        """INSERT INTO audit.figures BY NAME SELECT * EXCLUDE n
        REPLACE (claim || n AS claim, position + 1000 * n AS position, question || n AS question)
        FROM (SELECT * FROM audit.figures, range(1, 3) AS t(n))"""
    )
    start = time.perf_counter()
    html = page(tables)
    assert time.perf_counter() - start < 1
    assert "1,296 figures" in html
    assert len(html.encode()) < 1_000_000


# Without records


def test_without_records_only_possibility_is_told(tables: duckdb.DuckDBPyConnection) -> None:
    html = page(tables)
    said = text(html)
    assert "There are no records behind this report. What was printed is all there is. Only this is judged:" in said
    for id_ in ("toplines", "crosstabs"):
        assert f'id="{id_}"' not in html
        assert f'href="#{id_}"' not in html
    for words in ("Record files", "Response rate", "Minimum base", "Do the records give it?", "Led to the question"):
        assert words not in said, words
    assert "Weighting Not stated." in said
    assert "Waves 2 Questions 24 Published figures 432 5 impossible, 427 possible" in said
    targets = parsed(html).targets
    assert {t[1:] for t in targets if t.startswith("#")} <= set(parsed(html).ids)


def test_without_records_every_table_says_so(tables: duckdb.DuckDBPyConnection) -> None:
    html = page(tables)
    captions = [c for c in re.findall(r"<caption>.*?</caption>", html, re.DOTALL) if "As printed" not in c]
    assert len(captions) > 24
    told = [caption for caption in captions if "No records" in caption]
    assert [text(c) for c in captions if c not in told] == []
    assert "Records No records" in text(part(html, "provenance"))


def test_waves_are_listed_with_their_sources(tables: duckdb.DuckDBPyConnection) -> None:
    html = page(tables)
    asked = part(html, "asked")
    assert "Poll of December 2019-12-05 paper.example" in rows(asked)
    assert "w1 not stated not stated" in rows(asked)
    assert "https://paper.example/december" in parsed(asked).targets
    assert "javascript:" not in html
    dated = page(tables, "UPDATE raw.waves SET fieldwork_start = DATE '2019-11-20', fieldwork_end = DATE '2019-12-02'")
    assert "w1 20 November 2019 to 2 December 2019 not stated not stated" in rows(part(dated, "asked"))


def test_a_list_of_a_few_figures_names_their_wave(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(
        survey,
        "INSERT INTO raw.waves VALUES ('s', 'g1', 'w1', 1, NULL, NULL, NULL, NULL, NULL)",
        "UPDATE audit.figures SET wave = 'w1'",
    )
    assert "C6 “7” others w1 Not checkable Not counted: the tables hold nothing to count it from." in rows(html)
    assert "No reading that was tried makes it fit. w1. Finding F2." not in text(html)
    assert "A reading that changes no figure makes it fit. w1. Finding F1." in text(html)


def test_labels_of_tables_and_waves_are_escaped(tables: duckdb.DuckDBPyConnection) -> None:
    for statement in (
        "UPDATE raw.waves SET label = $hostile, published = $hostile",
        "UPDATE raw.answers SET answer_label = $hostile",
        "UPDATE raw.questions SET question_text = $hostile || question",
        "UPDATE audit.figures SET figure = figure || $hostile",
    ):
        tables.execute(statement, {"hostile": HOSTILE})
    html = page(tables)
    assert html.count("<script") == 1, "the page's own"
    assert html.count("&lt;script&gt;") > 432


def test_the_tables_open_from_disk_at_every_width(
    tables: duckdb.DuckDBPyConnection, tmp_path: Path, offline: BrowserContext
) -> None:
    (tmp_path / "report.html").write_text(page(tables), encoding="utf-8")
    said: list[str] = []
    opened = offline.new_page()
    opened.on("console", lambda message: said.append(message.text))
    for width in (1280, 320):
        opened.set_viewport_size({"width": width, "height": 900})
        opened.goto((tmp_path / "report.html").as_uri())
        opened.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
    opened.locator(".clash a").first.click()
    assert opened.url.endswith("#F1")
    assert said == []
