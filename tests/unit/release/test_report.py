"""The report and the index as pages: what they say, what they escape, and that they load nothing."""

from __future__ import annotations

import re
import time
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from pages import BUILT_AT, HOSTILE, page, parsed, part, rows, text
from playwright.sync_api import BrowserContext

from dagster_project.release import write_index
from dagster_project.release.index import SurveyLine, render_index

OPTIONAL_TABLES = [
    "raw.questions", "raw.answers", "raw.routing", "raw.named_respondents", "raw.files", "raw.reasons",
    "raw.publication", "raw.statements", "marts.toplines", "marts.crosstabs", "marts.bases", "marts.response_rates",
    "audit.figures", "audit.statements", "audit.findings", "audit.repairs", "audit.readings", "audit.checks",
]  # fmt: skip


CONDITIONAL = """
UPDATE audit.figures SET severity = 'needs an assumption' WHERE claim = 'C5';
INSERT INTO audit.findings BY NAME SELECT 'F8' AS finding, 'base definition' AS code,
    'needs an assumption' AS severity, ['C5'] AS claims, 'Of whom is open.' AS message, message AS statement,
    [] AS remarks, '“6” is a part of smokers' AS condition;
"""

# What it says


def test_the_first_sentence_gives_the_verdict_on_all_figures(survey: duckdb.DuckDBPyConnection) -> None:
    said = text(page(survey))
    assert (
        "6 published figures were audited: 3 impossible, 1 possible, 2 not checkable. "
        "1 statement was audited besides: 1 impossible." in said
    )
    assert "Published figures 6 3 impossible, 1 possible, 2 not checkable" in said


def test_each_verdict_names_its_figures(survey: duckdb.DuckDBPyConnection) -> None:
    said = text(part(page(survey, CONDITIONAL), "figures"))
    assert (
        "3 impossible Cannot be as printed and labelled. C1 “96”, C2 “around 150”, C3 “42 percent” "
        "1 conditional Possible in one of the meanings that the words leave open. C5 “6”: if “6” is a part of smokers "
        "1 possible Can be as printed and labelled. C4 “29%” "
        "1 not checkable Whatever had been printed would have passed. C6 “7”" in said
    )
    reproduced = page(survey, "UPDATE audit.figures SET severity = 'reproduced' WHERE claim IN ('C4', 'C6')")
    assert "2 possible Can be as printed and labelled; the records give them." in text(reproduced)


def test_why_lines_were_rejected_is_said_with_how_many(survey: duckdb.DuckDBPyConnection) -> None:
    told = """INSERT INTO raw.reasons BY NAME SELECT 1 AS position, 'a reject' AS becomes, 'smokes' AS column_name,
        'no code of question smokes (its codes: 1, 2)' AS reason, 1200 AS lines, 'records.csv' AS first_file,
        7 AS first_line"""
    assert "Why lines were rejected" not in text(page(survey))
    row = "no code of question smokes (its codes: 1, 2) smokes 1,200 records.csv, line 7 a reject"
    assert row in rows(part(page(survey, told), "provenance"))


def test_a_statement_stands_with_its_verdict_beside_the_figures(survey: duckdb.DuckDBPyConnection) -> None:
    assert "S1 “9 of 10 is 80%” a letter Impossible" in rows(part(page(survey), "figures"))


def test_a_reading_is_promised_only_where_each_contradiction_has_one(survey: duckdb.DuckDBPyConnection) -> None:
    promise = "For each contradiction there is a reading that changes no figure."
    assert promise not in text(page(survey))
    assert promise in text(page(survey, "DELETE FROM audit.findings WHERE severity = 'proved impossible'"))


def test_each_contradiction_is_a_card_with_its_figures_repairs_and_readings(survey: duckdb.DuckDBPyConnection) -> None:
    cards = [text(card) for card in re.findall(r"<article.*?</article>", page(survey), re.DOTALL)]
    assert len(cards) == 2
    assert cards[0].startswith("C1, C2 and C3 cannot stand together Impossible. A reading that changes no figure")
    for words in (
        "“96 of around 150 is 42 percent” cannot be: 96 of 150 is 64 %.",
        "C2 “around 150” those asked page 1",
        "The base can be 226 to 231 instead. (C2)",
        "Count is the base. If 96 is the base, all fit.",
    ):
        assert cards[0].count(words) == 1, words
    assert cards[0].count("If 96 is the base") == 1, "a reading is not told twice"
    assert cards[1].startswith("Statement S1 cannot stand Impossible. No reading that was tried")
    assert "“9 of 10 is 80%” a letter" in cards[1]


def test_declared_readings_stand_once_above_their_lines(survey: duckdb.DuckDBPyConnection) -> None:
    figures = part(page(survey), "figures")
    assert figures.count("The 96 are those who answered.") == 1
    assert "C1, C4 28 of 96 is 29.2 %." in rows(figures)
    assert "The 6 are companies." in text(figures), "a reading of no contradicted figure is told as well"


def test_every_figure_says_whether_the_records_give_it(survey: duckdb.DuckDBPyConnection) -> None:
    found = rows(part(page(survey), "figures"))
    assert (
        "C1 “96” those who smoke page 1 Impossible, as it is labelled Given all others: 59 to 68 "
        "Not as it is labelled. 290 records give this answer."
    ) in found
    assert (
        "C4 “29%” those who smoke page 3 Possible, it fits what else is printed "
        "Would have caught 93 of 100 wrong values Yes. 290 of 990 who answered is 29.3 %."
    ) in found
    assert "C6 “7” others Not checkable Not counted: the tables hold nothing to count it from." in found
    assert "F3 Triple C4 Possible 29 % fits what else is printed. Would have caught 93 of 100 wrong values" in found


def test_who_was_asked_what_is_told(survey: duckdb.DuckDBPyConnection) -> None:
    asked = text(
        part(
            page(survey, "INSERT INTO raw.named_respondents VALUES ('s', 'g1', 1, 'NEC'), ('s', 'g1', 2, 'KDDI')"),
            "asked",
        )
    )
    for words in (
        "Universe Adults",
        "Asked 1,200",
        "Answered 1,000",
        "Response rate 83 % (1,000 of 1,200)",
        "Fieldwork 1 March 2026 to 31 March 2026",
        "Sample A probability sample: drawn at random",
        "Not weighted.",
        "NEC and KDDI. They are named as having responded; no answer is attributed to any of them.",
        "smokes 1,000 990 0 7 3 99",
    ):
        assert words in asked, words


def test_a_table_with_a_quantile_says_which_one_it_is(survey: duckdb.DuckDBPyConnection) -> None:
    said = text(part(page(survey), "toplines"))
    assert "the smallest with at least that share of the respondents at or below it. R's quantile() would" in said
    without = page(survey, "DELETE FROM marts.quantities WHERE statistic = 'quantile'")
    assert "R's quantile()" not in text(without)


def test_around_150_stays_around_150(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(
        survey,
        "UPDATE raw.survey SET asked = NULL, asked_text = 'around 150', asked_low = 140, asked_high = 160",
        "UPDATE marts.response_rates SET n_asked = NULL, n_answered = 96, rate = NULL, percent_text = '60 to 69' "
        "WHERE measure = 'unit'",
    )
    said = text(part(html, "asked"))
    assert "Asked around 150 (140 to 160) Answered 96 Response rate 60 to 69 % (96 of around 150)" in said
    assert "Asked around 150 (140 to 160) Answered 96 Response rate 60 to 69 %" in text(html)


def test_a_figure_is_not_denied_under_a_base_that_its_own_reading_replaces(survey: duckdb.DuckDBPyConnection) -> None:
    def said(*changes: str) -> str:
        return text(part(page(survey, *changes), "figures"))

    denied = "UPDATE audit.figures SET reproduced = false, recount_text = '40 of 150 is 26.7 %' WHERE claim = 'C3'"
    assert "Not as it is labelled. 40 of 150 is 26.7 %." in said(denied)
    otherwise = "UPDATE audit.figures SET recount_text = recount_text || '; but 40 of 96 is 41.7 %' WHERE claim = 'C3'"
    assert "Read otherwise. 40 of 150 is 26.7 %; but 40 of 96 is 41.7 %." in said(otherwise)
    assert "No. 40 of 150 is 26.7 %." in said("DELETE FROM audit.readings", denied)


def test_without_sampling_error_the_page_says_why_and_keeps_what_needs_none(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(
        survey,
        "UPDATE raw.survey SET sample = 'quota', no_sampling_error = 'a quota sample has no sampling error'",
        "UPDATE marts.toplines SET se = NULL, deff = NULL, n_eff = NULL, ci_low = NULL, ci_high = NULL",
        "UPDATE marts.crosstabs SET se = NULL, ci_low = NULL, ci_high = NULL",
        "UPDATE marts.letters SET higher_than = NULL",
        "UPDATE marts.association SET second_order_p = NULL, not_computed = 'a quota sample has no sampling error'",
        "UPDATE marts.quantities SET se = NULL, ci_low = NULL, ci_high = NULL, not_computed = 'none'",
    )
    toplines, crosstabs = text(part(html, "toplines")), text(part(html, "crosstabs"))
    assert "No margins of error are given: a quota sample has no sampling error." in toplines
    assert "There are no intervals and no tests: a quota sample has no sampling error." in crosstabs
    assert "A quota sample: chosen to fill quotas, not drawn at random" in text(part(html, "asked"))
    assert "sample: probability" not in toplines
    for said in ("95 %", "Standard error", "Interval", "(A)", "Whether the groups differ"):
        assert said not in toplines + crosstabs, said
    assert "Paper 100.0" in rows(part(html, "toplines"))  # its share of mentions
    assert "Mean 41.23" in rows(part(html, "toplines"))


def test_where_nobody_says_what_kind_of_sample_it_is_the_page_has_the_line_to_add(
    survey: duckdb.DuckDBPyConnection,
) -> None:
    html = page(survey, "UPDATE raw.survey SET sample = NULL, no_sampling_error = 'survey.yml does not say it'")
    assert "the line sample: probability in survey.yml says so" in text(part(html, "toplines"))
    assert "Sample not stated" in text(part(html, "asked"))


def test_what_aapor_asks_to_disclose_is_told_or_not_stated(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(survey)
    methods = text(html[html.index('<h3 id="methods">') :].split("</dl>")[0])
    for words in (
        "Population under study Adults",
        "Dates of data collection 1 March 2026 to 31 March 2026",
        "Sample size and precision 1,000 respondents of 1,200 asked.",
        "Weighting Not weighted.",
        "Processing and quality 1,003 lines read, 3 of them rejected. 4 checks, of which 3 failed.",
        "How the sample was drawn and recruited A probability sample: drawn at random. The frame is Telephone book.",
        "Modes of data collection telephone",
        "The sponsor is not stated.",
        "Limitations not stated",
    ):
        assert words in methods, words
    assert html[html.index('<h3 id="methods">') :].split("</dl>")[0].count("<dt>") == 11


def test_response_rates_and_what_came_of_each_case(survey: duckdb.DuckDBPyConnection) -> None:
    asked = part(page(survey), "asked")
    assert "Response rate 1 (RR1) 83 1,000 1,200" in rows(asked)
    assert "Cooperation rate 1 (COOP1) needs dispositions" in rows(asked)
    assert "Refusal or break-off R 200" in rows(asked)
    none = page(survey, "UPDATE marts.response_rates SET percent_text = NULL WHERE measure = 'RR1'")
    assert "AAPOR's Standard Definitions" not in text(none), (
        "a survey that knows none of the rates shows no table of them"
    )


def test_weights_that_were_made_here_say_how_and_what_they_cost(survey: duckdb.DuckDBPyConnection) -> None:
    asked = part(page(survey, "UPDATE raw.survey SET weighted = true"), "asked")
    assert "Weighted by basecheck to what is known of the universe." in text(asked)
    assert "Raked in 7 rounds. The weights run from 0.40 to 2.50 of their mean; 12 stand at a bound." in text(asked)
    assert "an effective size of 813 of 1,000 respondents, a design effect of 1.23 (1.00 before)" in text(asked)
    assert "Yes 25.0 29.0 25.0" in rows(asked)
    assert "No 75.0 withheld 75.0" in rows(asked)
    assert "No answer 1.0 1.0" in rows(asked)
    bare = page(survey, "DELETE FROM raw.weighting")
    assert "How the weights were made" not in bare


def test_a_topline_gives_counts_and_the_stored_percentages_over_a_base_in_words(
    survey: duckdb.DuckDBPyConnection,
) -> None:
    toplines = part(page(survey), "toplines")
    assert "Base: 990 respondents who gave a substantive answer; not weighted." in text(toplines)
    assert "Yes 290 29 26.4 to 32.2" in rows(toplines)
    assert "No idea 12 41 0.5 to 1.9" in rows(toplines), "the text is printed as stored, even where it is wrong"
    assert "Asked only of those who answered “Yes” to “Do you smoke?”." in text(toplines)
    assert "Several answers were possible" in text(toplines)


def test_a_small_base_is_named_in_place_of_its_percentages(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(survey)
    assert "Base of 6 is below 30: no percentage." in text(part(html, "toplines"))
    assert "Alpha 4" in rows(part(html, "toplines"))
    assert "Base 1,000 12 Base of 12 is below 30: no percentage" in rows(part(html, "crosstabs"))
    assert "Paper 100 B 1,000 no percentage 1,000" in rows(part(html, "crosstabs"))


def test_weighted_tables_say_so_and_show_the_weights(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(survey, "UPDATE raw.survey SET weighted = true", "UPDATE marts.toplines SET w = 12345.6 WHERE n = 290")
    assert "Yes 290 12,346 29 26.4 to 32.2" in rows(part(html, "toplines"))
    assert "with weights of 990; weighted." in text(part(html, "toplines"))
    assert "A percentage divides the sum of the weights" in text(part(html, "asked"))


def test_crosstabs_are_in_the_codebooks_order_and_collapsed(survey: duckdb.DuckDBPyConnection) -> None:
    crosstabs = part(page(survey), "crosstabs")
    assert rows(crosstabs)[0] == "Answer No (A) Yes (B)", "the groups stand as in the codebook, not by their codes"
    assert rows(crosstabs)[4] == "No idea 41 12 0.5 to 1.9 none", "an answer that nobody of a group gave"
    assert "<details data-find=" in crosstabs
    assert "<details open" not in crosstabs


def test_every_answer_has_its_interval_and_below_the_table_its_standard_error(
    survey: duckdb.DuckDBPyConnection,
) -> None:
    toplines = part(page(survey), "toplines")
    assert "95 of 100 samples drawn like this one give one that holds it." in text(toplines)
    assert "Yes 1.45 2.9 1.25 792" in rows(toplines)
    assert "Paper 0.00 0.0 1.25 800 100.0" in rows(toplines), "the share of mentions stands beside, under its own name"
    assert "Alpha base below the minimum" in rows(part(page(survey, SPREAD_OF_A_SMALL_BASE), "toplines"))


SPREAD_OF_A_SMALL_BASE = "UPDATE marts.toplines SET se = 0.1 WHERE question = 'brand' AND answer = 'b'"


def test_a_quantity_has_its_mean_and_quantiles_in_all_and_by_groups(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(survey)
    toplines = part(html, "toplines")
    assert "Base: 950 respondents who gave a substantive answer. Interval: 95 %." in text(toplines)
    assert "Mean 41.23 40.20 to 42.20 0.5100" in rows(toplines)
    assert "Median 40.00 39.00 to 41.00 0.4000" in rows(toplines)
    assert "Percentile 90 71.00 the interval leaves the values" in rows(toplines)
    assert "Mean 1,235 1,232 to 1,236 none" in rows(part(html, "crosstabs"))


def test_a_text_has_no_table_and_all_its_bases(survey: duckdb.DuckDBPyConnection) -> None:
    toplines = text(part(page(survey, "UPDATE raw.questions SET type = 'text' WHERE question = 'age'",
                              "DELETE FROM marts.quantities"), "toplines"))  # fmt: skip
    assert "Answered in words; no table. Base: 950 respondents who gave a substantive answer." in toplines
    assert "980 respondents who were led to the question; 1,000 respondents who responded" in toplines


def test_letters_name_the_groups_that_are_lower_and_a_test_says_whether_any_differ(
    survey: duckdb.DuckDBPyConnection,
) -> None:
    crosstabs = part(page(survey), "crosstabs")
    assert "Paper 100 B 1,000 no percentage 1,000" in rows(crosstabs)
    assert "They do by more than chance would explain: Rao-Scott F(1.52, 47.3) = 14.94, p < 0.001." in text(crosstabs)
    untested = page(
        survey, "UPDATE marts.association SET second_order_p = NULL, not_computed = 'one sampling unit in stratum 3'"
    )
    assert "Whether the groups differ was not tested: one sampling unit in stratum 3." in text(untested)


def test_a_withheld_row_shows_nothing_but_that_it_is(survey: duckdb.DuckDBPyConnection) -> None:
    hidden = "SET withheld = true, n = NULL, w = NULL, share = NULL, percent_text = NULL, se = NULL, ci_low = NULL"
    html = page(
        survey,
        f"UPDATE marts.toplines {hidden}, not_computed = 'withheld' WHERE answer = '1'",
        f"UPDATE marts.crosstabs {hidden} WHERE answer = 'r' AND group_value = '2'",
    )
    assert "Yes withheld" in rows(part(html, "toplines"))
    assert "1 answer is withheld, so that nobody can be recognised." in text(part(html, "toplines"))
    assert "Radio withheld no percentage 0" in rows(part(html, "crosstabs"))
    assert "1 cell is withheld" in text(part(html, "crosstabs"))


def test_failed_checks_come_first_worst_first_with_what_was_observed(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(
        survey,
        """INSERT INTO audit.checks BY NAME SELECT 'tallies' AS suite, 'groups_add_up' AS "check",
        'critical' AS severity, false AS passed, '7 fail' AS observed, 7 AS failed_rows,
        ['race', 'region'] AS failing, 'They do.' AS reason""",
    )
    checks = part(html, "checks")
    assert "5 checks were made; 4 failed." in text(checks)
    assert rows(checks)[1:5] == [
        "Groups add up Tallies Blocks a release 7 fail 7 race, region They do.",
        "Published figures agree Published figures Warning 3 of 6 fail 3 C1, C2 It is told.",
        "Shares are proportions Toplines Warning could not be checked: no such column not known A",
        "Few rows are rejected Records Note 3 of 1,003 fail 3 records.csv:7 Some.",
    ]
    assert "1 check that blocks a release failed." in text(html)
    assert checks.index("Few rows are rejected") < checks.index("Keys are unique")


def test_provenance_accounts_for_every_line(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(survey)
    assert "records.csv 54,321 1,003 1,000 3 f00d" in rows(part(html, "provenance"))
    for words in ("Inputs, in one hash g1", "version 0.1.0", "22 November 2026, 09:05 UTC", "c0de", "c1a1"):
        assert words in text(part(html, "provenance")), words


@pytest.mark.parametrize("provenance", ["reconstructed", "synthetic"])
def test_made_up_records_are_named_loudly_and_by_every_table_made_of_them(
    survey: duckdb.DuckDBPyConnection, provenance: str
) -> None:
    loud = f"The records behind this report are {provenance}. No respondent gave them. They meet the article."
    assert "No respondent gave them" not in page(survey)
    html = page(
        survey, f"UPDATE raw.survey SET provenance = '{provenance}', provenance_note = 'They meet the article.'"
    )
    assert loud in text(html)
    tag = f"{provenance.capitalize()} records"
    for name in ("asked", "toplines", "crosstabs", "checks", "provenance"):
        captions = re.findall(r"<caption>.*?</caption>", part(html, name), re.DOTALL)
        assert captions
        assert all(tag in caption for caption in captions), name
    assert "Yes, by construction. 290 of 990 who answered is 29.3 %." in text(html)
    printed = [c for c in re.findall(r"<caption>.*?</caption>", html, re.DOTALL) if "As printed" in c]
    assert printed
    assert not any(tag in caption for caption in printed), "what a newspaper printed is not made of records"


# What may be missing


def test_a_survey_with_nothing_but_a_codebook_has_a_whole_page(survey: duckdb.DuckDBPyConnection) -> None:
    said = text(
        page(
            survey,
            *(f"DELETE FROM {table}" for table in OPTIONAL_TABLES),
            "UPDATE raw.survey SET asked = NULL, fieldwork_start = NULL, fieldwork_end = NULL, source_url = NULL",
        )
    )
    for words in (
        "Response rate cannot be given, because the number asked is not known",
        "Fieldwork not stated",
        "The codebook has no questions.",
        "No check was made.",
        "There are no record files.",
    ):
        assert words in said, words
    assert "None" not in said


def test_a_base_that_is_not_known_is_told(survey: duckdb.DuckDBPyConnection) -> None:
    assert "No table: the number of respondents in its base is not known. Base: not known, of those who were" in text(
        page(survey)
    )


def test_a_base_without_weights_or_people_has_no_percentage(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(
        survey,
        "UPDATE marts.toplines SET percent_text = NULL, share = NULL, suppressed = false",
        "UPDATE marts.toplines SET n_base = 0, w_base = 0 WHERE question = 'brand'",
        "UPDATE marts.toplines SET w_base = NULL WHERE question = 'smokes'",
    )
    assert "Nobody is in the base: no percentage." in text(html)
    assert "The weights of the base are not known: no percentage." in text(html)


def test_two_hundred_questions_have_a_list_that_leads_to_them(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(
        survey,
        """INSERT INTO raw.questions BY NAME SELECT 5 + i AS position, 'q' || i AS question,
        'Question ' || i || '?' AS question_text, 'single' AS type, 'answered' AS base_rule, 0 AS decimals,
        false AS is_group FROM range(1, 196) AS t(i)""",
    )
    assert "All 200 questions" in text(html)
    assert html.count("data-find=") == 2 * 200 + 2, "each in the list and by itself, and two crosstabs"
    assert_links_lead_somewhere(html)


def test_three_hundred_questions_by_three_groups_are_no_heavy_page(survey: duckdb.DuckDBPyConnection) -> None:
    survey.execute(
        """INSERT INTO raw.questions BY NAME SELECT 5 + i AS position, 'q' || i AS question, 'Question ' || i || '?' AS
        question_text, 'single' AS type, 'answered' AS base_rule, 0 AS decimals, i > 292 AS is_group
        FROM range(1, 296) AS t(i);
        INSERT INTO marts.toplines BY NAME SELECT toplines.* REPLACE ('q' || i AS question, a::VARCHAR AS answer,
        'Answer ' || a AS answer_label, a AS position) FROM marts.toplines, range(1, 296) AS q(i), range(1, 6) AS v(a)
        WHERE question = 'smokes' AND answer = '1';
        INSERT INTO marts.crosstabs BY NAME SELECT toplines.* REPLACE ('q' || g AS group_by, v::VARCHAR AS group_value,
        'Part ' || v AS group_label) FROM marts.toplines, range(293, 296) AS g(g), range(1, 5) AS p(v)
        WHERE question LIKE 'q%'"""
    )
    start = time.process_time()
    html = page(survey)
    assert time.process_time() - start < 5
    assert len(html.encode()) < 6_000_000
    assert "There are too many to be drawn as well." in text(part(html, "crosstabs"))


# What it is made of


def assert_links_lead_somewhere(html: str) -> None:
    page_ = parsed(html)
    assert len(page_.ids) == len(set(page_.ids))
    assert {target[1:] for target in page_.targets if target.startswith("#")} <= set(page_.ids)


def test_headings_are_in_order_and_every_table_header_has_a_scope(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(survey)
    levels = parsed(html).levels
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert parsed(html).unscoped == 0
    assert parsed(render_index([LINE], built_at=BUILT_AT)).unscoped == 0
    assert_links_lead_somewhere(html)


def test_only_the_source_and_the_publication_are_links_to_elsewhere(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(survey)
    outside = {target for target in parsed(html).targets if re.match("[a-z]+:|//", target)}
    assert outside == {"https://office.example/survey", "https://paper.example/a", "data:,"}
    assert {"data_docs/index.html", "tables/", "survey.duckdb", "SHA256SUMS", "../../index.html"} <= set(
        parsed(html).targets
    )
    assert html.count("http") - html.count("http-equiv") == 2
    assert "url(" not in html
    assert html.count("<script") == 1, "the page's own, which its policy knows by its hash"


@pytest.mark.parametrize("address", ["javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "http://[", ""])
def test_an_address_that_is_none_of_the_web_is_no_link(survey: duckdb.DuckDBPyConnection, address: str) -> None:
    survey.execute("UPDATE raw.survey SET source_url = $address", {"address": address})
    survey.execute("UPDATE raw.publication SET url = $address", {"address": address})
    html = page(survey)
    assert "<cite>Smoke rises</cite>" in html
    assert {t for t in parsed(html).targets if re.match(r"\s*[a-z]+:", t)} == {"data:,"}


def test_every_text_of_the_database_is_escaped(survey: duckdb.DuckDBPyConnection) -> None:
    keep = {
        "verdict", "severity", "code", "source", "kind", "type", "base_rule", "provenance", "measure", "question",
        "group_by", "group_value", "asked_if_question", "asked_if_answer", "answer", "finding", "claim", "claims",
        "raw.statements.statement", "questions", "answers", "sample",
    }  # fmt: skip
    columns = survey.execute(
        """SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns()
        WHERE NOT internal AND data_type IN ('VARCHAR', 'VARCHAR[]')"""
    ).fetchall()
    poisoned = 0
    for table, column, data_type in columns:
        if keep.isdisjoint({column, f"{table}.{column}"}):
            poisoned += 1
            poison = f"$hostile || '{column}'"
            survey.execute(
                f'UPDATE {table} SET "{column}" = {poison if data_type == "VARCHAR" else f"[{poison}]"} '
                f'WHERE "{column}" IS NOT NULL',
                {"hostile": HOSTILE},
            )
    assert poisoned > 40
    survey.execute("INSERT INTO raw.named_respondents VALUES ('s', 'g1', 1, $hostile)", {"hostile": HOSTILE})
    html = page(survey)
    assert html.count("<script") == 1, "the page's own, which its policy knows by its hash"
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;") > 60
    assert "&amp;lt;" not in html, "nothing is escaped twice"


def test_the_pages_open_from_disk_without_a_network_or_an_error(
    survey: duckdb.DuckDBPyConnection, tmp_path: Path, offline: BrowserContext
) -> None:
    (tmp_path / "report.html").write_text(page(survey), encoding="utf-8")
    (tmp_path / "index.html").write_text(render_index([LINE], built_at=BUILT_AT), encoding="utf-8")
    said: list[str] = []
    requests: list[str] = []
    opened = offline.new_page()
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: requests.append(request.url))
    for width in (1280, 420):
        opened.set_viewport_size({"width": width, "height": 900})
        for name in ("report", "index"):
            opened.goto((tmp_path / f"{name}.html").as_uri())
            opened.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert opened.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
    assert said == []
    assert {url.split(":")[0] for url in requests} <= {"file", "data"}


# The index

LINE = SurveyLine(
    survey="smokers",
    title="A survey of smokers",
    provenance="reconstructed",
    status="released",
    records=12345,
    rejects=3,
    figures=12,
    verdicts="4 impossible, 8 possible",
    checks_failed=1,
    released_at=BUILT_AT,
    report_href="smokers/latest/report.html",
)


def test_the_index_leads_to_each_survey_and_sums_it_up() -> None:
    html = render_index([LINE], built_at=BUILT_AT)
    assert rows(html)[1] == (
        "A survey of smokers smokers Reconstructed records Released 12,345 3 "
        "12 4 impossible, 8 possible 1 22 November 2026, 09:05 UTC"
    )
    assert "smokers/latest/report.html" in parsed(html).targets
    assert "http:" not in html
    assert "https:" not in html


def test_the_index_tells_a_failure_and_a_survey_without_a_release() -> None:
    failed = SurveyLine("a", HOSTILE, "collected", "failed", message="survey.yml:3: unknown type. Mend it.")
    html = render_index([failed], built_at=BUILT_AT)
    assert "survey.yml:3: unknown type. Mend it. Failed – – – – never" in rows(html)[1]
    assert "<script" not in html
    assert parsed(html).targets == ["data:,", "#content"]


def test_an_index_of_nothing_says_so() -> None:
    assert "There is no survey yet." in text(render_index([], built_at=BUILT_AT))


def test_questions_are_found_and_tables_sorted_where_scripts_run(
    survey: duckdb.DuckDBPyConnection, tmp_path: Path, offline: BrowserContext
) -> None:
    survey.execute(
        """INSERT INTO raw.questions BY NAME SELECT 5 + i AS position, 'q' || i AS question,
        'Question ' || i || '?' AS question_text, 'single' AS type, 'answered' AS base_rule, 0 AS decimals,
        false AS is_group FROM range(1, 10) AS t(i)"""
    )
    (tmp_path / "report.html").write_text(page(survey), encoding="utf-8")
    opened = offline.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.goto((tmp_path / "report.html").as_uri())
    opened.get_by_label("Find a question").fill("media")
    assert opened.locator(".question:visible").count() == 1
    opened.get_by_label("Find a question").fill("")
    table = opened.locator("#q-media ~ .beside table.topline")
    first = table.locator("tbody th").all_inner_texts()
    table.get_by_role("button", name="Respondents").click()
    assert table.locator("tbody th").all_inner_texts() == ["Paper", "No idea", "Radio"]
    table.get_by_role("button", name="Respondents").click()
    assert table.locator("tbody th").all_inner_texts() == ["Radio", "No idea", "Paper"]
    table.get_by_role("button", name="Respondents").click()
    assert table.locator("tbody th").all_inner_texts() == first
    assert said == [], "the policy knows the script"


def test_a_release_of_an_older_version_stands_in_the_index_with_what_is_known(tmp_path: Path) -> None:
    release = tmp_path / "old" / "2026-01-01"
    release.mkdir(parents=True)
    (release / "report.html").touch()
    (tmp_path / "old" / "latest").symlink_to(release.name)
    with duckdb.connect(str(release / "survey.duckdb")) as connection:
        connection.execute("CREATE SCHEMA raw; CREATE SCHEMA audit")
        connection.execute("CREATE TABLE raw.survey AS SELECT 'An old survey' AS title, 'collected' AS provenance")
        connection.execute("CREATE TABLE raw.files AS SELECT 8 AS rows_accepted, 2 AS rows_rejected")
        connection.execute("CREATE TABLE audit.figures AS SELECT 'possible' AS verdict")
    [row] = [row for row in rows(write_index(tmp_path).read_text(encoding="utf-8")) if "An old survey" in row]
    assert row.startswith("An old survey old Released 8 2 – –")
