"""The report and the index as pages: what they say, what they escape, and that they load nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import BrowserContext

from dagster_project.release.report import SurveyLine, render_index, render_report

BUILT_AT = dt.datetime(2026, 11, 22, 9, 5, tzinfo=dt.UTC)
HOSTILE = "<script>alert(1)</script>\"'&"

# 1,200 asked, 1,000 answered. `smokes` is asked of all and is the group; `brand` of smokers, of whom 6 answered;
# `media` takes several answers, `age` a number. `remark` has a base that is not known. Six figures and one statement.
SURVEY = """
CREATE SCHEMA raw; CREATE SCHEMA marts; CREATE SCHEMA audit;

CREATE TABLE raw.survey AS SELECT 's' AS survey, 'g1' AS generation, 'A survey of smokers' AS title,
    'The Office' AS source_name, 'https://office.example/survey' AS source_url, 'CC0' AS licence,
    'Adults' AS universe, 1200::BIGINT AS asked, DATE '2026-03-01' AS fieldwork_start,
    DATE '2026-03-31' AS fieldwork_end, 'collected' AS provenance, NULL::VARCHAR AS provenance_note,
    false AS weighted, true AS has_respondent, false AS has_stratum, false AS has_sampling_unit, 0 AS decimals,
    30::BIGINT AS minimum_base, false AS release_records, 'c0de' AS codebook_sha256, '0.1.0' AS basecheck_version;
CREATE TABLE raw.questions AS SELECT 's' AS survey, 'g1' AS generation, * FROM (VALUES
    (1, 'smokes', 'Do you smoke?', 'single', 'answered', 0, true, NULL),
    (2, 'brand', 'Which brand?', 'single', 'answered', 0, false, 'smokes'),
    (3, 'media', 'Which media?', 'multiple', 'all', 0, false, NULL),
    (4, 'age', 'Your age?', 'quantity', 'answered', 0, false, NULL),
    (5, 'remark', 'Sent back?', 'single', 'asked', 0, false, NULL)
) AS t(position, question, question_text, type, base_rule, decimals, is_group, asked_if_question);
CREATE TABLE raw.answers AS SELECT 's' AS survey, 'g1' AS generation, * FROM (VALUES
    ('smokes', 1, '2', 'No', 'valid'), ('smokes', 2, '1', 'Yes', 'valid'), ('smokes', 3, '', 'No answer', 'no_answer')
) AS t(question, position, answer, answer_label, kind);
CREATE TABLE raw.routing AS SELECT 's' AS survey, 'g1' AS generation, 'brand' AS question,
    'smokes' AS asked_if_question, '1' AS asked_if_answer;
CREATE TABLE raw.named_respondents (survey VARCHAR, generation VARCHAR, position INTEGER, name VARCHAR);
CREATE TABLE raw.files AS SELECT 's' AS survey, 'g1' AS generation, 'records.csv' AS file, 'f00d' AS sha256,
    54321::BIGINT AS bytes, 1003::BIGINT AS rows_read, 1000::BIGINT AS rows_accepted, 3::BIGINT AS rows_rejected;
CREATE TABLE raw.publication AS SELECT 's' AS survey, 'g1' AS generation, 'c1a1' AS claims_sha256,
    'Smoke rises' AS title, 'The Paper' AS publisher, 'https://paper.example/a' AS url, '2026-04-02' AS published,
    NULL::VARCHAR AS note;
CREATE TABLE raw.statements AS SELECT 's' AS survey, 'g1' AS generation, 'S1' AS statement, 1 AS position,
    '9 of 10 is 80%' AS text, 'a letter' AS where_printed;

CREATE TABLE marts.toplines AS SELECT 's' AS survey, 'g1' AS generation, 'collected' AS provenance, *,
    n_base::DOUBLE AS w_base, n::DOUBLE AS w, CASE WHEN NOT suppressed THEN n / n_base END AS share, 0 AS decimals
FROM (VALUES
    ('smokes', 'Do you smoke?', 1, '1', 'Yes', 'valid', 'answered', 990, 290, '29', false),
    ('smokes', 'Do you smoke?', 2, '2', 'No', 'valid', 'answered', 990, 700, '71', false),
    ('brand', 'Which brand?', 1, 'a', 'Alpha', 'valid', 'answered', 6, 4, NULL, true),
    ('brand', 'Which brand?', 2, 'b', 'Beta', 'valid', 'answered', 6, 2, NULL, true),
    ('media', 'Which media?', 1, 'p', 'Paper', 'valid', 'all', 1000, 1000, '100', false),
    ('media', 'Which media?', 2, 'r', 'Radio', 'valid', 'all', 1000, 0, '0', false),
    ('media', 'Which media?', 3, '9', 'No idea', 'dont_know', 'all', 1000, 12, '41', false)
) AS t(question, question_text, position, answer, answer_label, kind, base_rule, n_base, n, percent_text, suppressed);
CREATE TABLE marts.crosstabs AS SELECT toplines.*, 'smokes' AS group_by, g.* FROM marts.toplines,
    (VALUES ('2', 'No'), ('1', 'Yes')) AS g(group_value, group_label) WHERE question = 'media';
UPDATE marts.crosstabs SET n_base = 12, percent_text = NULL, share = NULL, suppressed = true WHERE group_value = '1';
DELETE FROM marts.crosstabs WHERE group_value = '1' AND answer = '9';
CREATE TABLE marts.bases AS SELECT 's' AS survey, 'g1' AS generation, 'collected' AS provenance,
    NULL::VARCHAR AS group_by, NULL::VARCHAR AS group_value, *, n_base::DOUBLE AS w_base FROM (VALUES
    ('age', 'answered', 950::BIGINT, true), ('age', 'routed', 980, false), ('age', 'all', 1000, false)
) AS t(question, base_rule, n_base, is_published);
CREATE TABLE marts.response_rates AS SELECT 's' AS survey, 'g1' AS generation, 'collected' AS provenance, * FROM (VALUES
    ('unit', NULL, 1200, 1000, NULL, NULL, NULL, 0.8333, '83'),
    ('item', 'smokes', 1000, 990, 0, 7, 3, 0.99, '99')
) AS t(measure, question, n_asked, n_answered, n_dont_know, n_refused, n_no_answer, rate, percent_text);

CREATE TABLE audit.figures AS SELECT 's' AS survey, * FROM (VALUES
    ('C1', 1, '96', 'those who smoke', 'page 1', 'impossible as labelled', false, '290 records give this answer'),
    ('C2', 2, 'around 150', 'those asked', 'page 1', 'impossible as labelled', NULL, NULL),
    ('C3', 3, '42 percent', 'those who smoke', 'page 2', 'impossible as labelled', false, NULL),
    ('C4', 4, '29%', 'those who smoke', 'page 3', 'consistent', true, '290 of 990 who answered is 29.3 %'),
    ('C5', 5, '6', 'those with a brand', NULL, 'not checkable', true, '6 records give this answer'),
    ('C6', 6, '7', 'others', NULL, 'not checked', NULL, NULL)
) AS t(claim, position, figure, of_what, where_printed, verdict, reproduced, recount_text);
CREATE TABLE audit.findings AS SELECT 's' AS survey, * FROM (VALUES
    ('F1', 'triple', 'impossible as labelled', 'C1, C2, C3',
     '“96 of around 150 is 42 percent” cannot be: 96 of 150 is 64 %. If 96 is the base, all fit.'),
    ('F2', 'triple', 'proved impossible', 'S1', '“9 of 10 is 80%” cannot be: 9 of 10 is 90 %.'),
    ('F3', 'triple', 'consistent', 'C4', '29 % fits what else is printed.')
) AS t(finding, code, severity, claims, message);
CREATE TABLE audit.repairs AS SELECT 's' AS survey, * FROM (VALUES
    ('F1', 1, 'C3', '42 percent', 'The percentage can be 60 to 69 % instead.'),
    ('F1', 2, 'C2', 'around 150', 'The base can be 226 to 231 instead.')
) AS t(finding, repair, claims, figure, message);
CREATE TABLE audit.readings AS SELECT 's' AS survey, * FROM (VALUES
    ('F1', 1, 'found', 'count is the base', 'C1, C2, C3', 'If 96 is the base, all fit.'),
    ('F1', 2, 'declared', 'The 96 are those who answered.', 'C1, C3', '40 of 96 is 41.7 %.'),
    ('F1', 3, 'declared', 'The 96 are those who answered.', 'C1, C4', '28 of 96 is 29.2 %.'),
    (NULL, 4, 'declared', 'The 6 are companies.', 'C5', '6 of 10 is 60 %.')
) AS t(finding, reading, source, title, claims, message);
CREATE TABLE audit.checks AS SELECT 's' AS survey, 'g1' AS generation, * FROM (VALUES
    ('records', 'few_rows_are_rejected', 'info', false, NULL, '3 of 1,003 fail', 3, 'records.csv:7', 'Some.', 1),
    ('findings', 'published_figures_agree', 'warning', false, NULL, '2 of 3 fail', 2, 'F1, F2', 'It is told.', 1),
    ('toplines', 'keys_are_unique', 'critical', true, NULL, 'holds for every row', 0, '', 'One figure.', 1),
    ('toplines', 'shares_are_proportions', 'warning', false, 'no such column', 'could not be checked', NULL, '', 'A', 1)
) AS t(suite, "check", severity, passed, error, observed, failed_rows, failing, reason, expectations);
"""
OPTIONAL_TABLES = [
    "raw.questions", "raw.answers", "raw.routing", "raw.named_respondents", "raw.files", "raw.publication",
    "raw.statements", "marts.toplines", "marts.crosstabs", "marts.bases", "marts.response_rates", "audit.figures",
    "audit.findings", "audit.repairs", "audit.readings", "audit.checks",
]  # fmt: skip
BLOCKS = {"br", "caption", "dd", "div", "dt", "h1", "h2", "h3", "h4", "li", "p", "small", "td", "th", "tr"}


@pytest.fixture
def survey() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(SURVEY)
        yield connection


def page(connection: duckdb.DuckDBPyConnection, *changes: str) -> str:
    for change in changes:
        connection.execute(change)
    return render_report(connection, built_at=BUILT_AT)


class _Text(HTMLParser):
    """What a reader sees, in order; and the headings' levels."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.levels: list[int] = []
        self.targets: list[str] = []
        self.ids: list[str] = []
        self.unscoped = 0
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.open.append(tag)
        self.words += [" "] if tag in BLOCKS else []
        self.levels += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        self.unscoped += tag == "th" and "scope" not in values
        self.targets += [values[name] or "" for name in ("href", "src") if name in values]
        self.ids += [values["id"] or ""] if "id" in values else []

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self.open):
            self.words.append(data)


def parsed(html: str) -> _Text:
    parser = _Text()
    parser.feed(html)
    return parser


def text(html: str) -> str:
    return " ".join("".join(parsed(html).words).split())


def part(html: str, name: str) -> str:
    found = re.search(rf'<section id="{name}".*?</section>', html, re.DOTALL)
    assert found, name
    return found.group()


def rows(html: str) -> list[str]:
    return [text(row) for row in re.findall(r"<tr.*?</tr>", html, re.DOTALL)]


# What it says


def test_the_first_sentence_gives_the_verdict_on_all_figures(survey: duckdb.DuckDBPyConnection) -> None:
    said = text(page(survey))
    assert (
        "6 published figures were audited: 3 cannot stand together as printed, 1 fits what else is printed, "
        "1 cannot be checked from what is printed and 1 is not checked." in said
    )
    assert "1 statement was audited by itself: it cannot stand as it is." in said


def test_a_reading_is_promised_only_where_each_contradiction_has_one(survey: duckdb.DuckDBPyConnection) -> None:
    promise = "For each contradiction there is a reading that changes no figure."
    assert promise not in text(page(survey))
    assert promise in text(page(survey, "DELETE FROM audit.findings WHERE severity = 'proved impossible'"))


def test_each_contradiction_is_a_card_with_its_figures_repairs_and_readings(survey: duckdb.DuckDBPyConnection) -> None:
    cards = [text(card) for card in re.findall(r"<article.*?</article>", page(survey), re.DOTALL)]
    assert len(cards) == 2
    assert cards[0].startswith("C1, C2 and C3 cannot stand together Impossible as labelled.")
    for words in (
        "“96 of around 150 is 42 percent” cannot be: 96 of 150 is 64 %.",
        "C2 “around 150” those asked page 1",
        "The base can be 226 to 231 instead. (C2)",
        "Count is the base. If 96 is the base, all fit.",
    ):
        assert cards[0].count(words) == 1, words
    assert cards[0].count("If 96 is the base") == 1, "a reading is not told twice"
    assert cards[1].startswith("Statement S1 cannot stand Proved impossible.")
    assert "“9 of 10 is 80%” a letter" in cards[1]


def test_declared_readings_stand_once_above_their_lines(survey: duckdb.DuckDBPyConnection) -> None:
    figures = part(page(survey), "figures")
    assert figures.count("The 96 are those who answered.") == 1
    assert "C1, C4 28 of 96 is 29.2 %." in rows(figures)
    assert "The 6 are companies." in text(figures), "a reading of no contradicted figure is told as well"


def test_every_figure_says_whether_the_records_give_it(survey: duckdb.DuckDBPyConnection) -> None:
    found = rows(part(page(survey), "figures"))
    assert "C1 “96” those who smoke page 1 Impossible as labelled No. 290 records give this answer." in found
    assert "C4 “29%” those who smoke page 3 Consistent Yes. 290 of 990 who answered is 29.3 %." in found
    assert "C6 “7” others Not checked Not counted: the tables hold nothing to count it from." in found
    assert "F3 C4 Consistent 29 % fits what else is printed." in found


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
        "Not weighted.",
        "NEC and KDDI. They are named as having responded; no answer is attributed to any of them.",
        "smokes 1,000 990 0 7 3 99",
    ):
        assert words in asked, words


def test_a_topline_gives_counts_and_the_stored_percentages_over_a_base_in_words(
    survey: duckdb.DuckDBPyConnection,
) -> None:
    toplines = part(page(survey), "toplines")
    assert "Base: 990 respondents who gave a substantive answer; not weighted." in text(toplines)
    assert "Yes 290 29" in rows(toplines)
    assert "No idea 12 41" in rows(toplines), "the text is printed as stored, even where it is wrong"
    assert "Asked only of those who answered “Yes” to “Do you smoke?”." in text(toplines)
    assert "Several answers were possible" in text(toplines)
    assert "Answered with a number; no table. Base: 950 respondents who gave a substantive answer." in text(toplines)
    assert "980 respondents who were led to the question; 1,000 respondents who responded" in text(toplines)


def test_a_small_base_is_named_in_place_of_its_percentages(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(survey)
    assert "Base of 6 is below 30: no percentage." in text(part(html, "toplines"))
    assert "Alpha 4" in rows(part(html, "toplines"))
    assert "Base 1,000 12 Base of 12 is below 30: no percentage" in rows(part(html, "crosstabs"))
    assert "Paper 100 1,000 no percentage 1,000" in rows(part(html, "crosstabs"))


def test_weighted_tables_say_so_and_show_the_weights(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(survey, "UPDATE raw.survey SET weighted = true", "UPDATE marts.toplines SET w = 12345.6 WHERE n = 290")
    assert "Yes 290 12,346 29" in rows(part(html, "toplines"))
    assert "with weights of 990; weighted." in text(part(html, "toplines"))
    assert "A percentage divides the sum of the weights" in text(part(html, "asked"))


def test_crosstabs_are_in_the_codebooks_order_and_collapsed(survey: duckdb.DuckDBPyConnection) -> None:
    crosstabs = part(page(survey), "crosstabs")
    assert rows(crosstabs)[0] == "Answer No Yes", "the groups stand as in the codebook, not by their codes"
    assert rows(crosstabs)[-1] == "No idea 41 12 none", "an answer that nobody of a group gave"
    assert "<details>" in crosstabs
    assert "<details open" not in crosstabs


def test_failed_checks_come_first_worst_first_with_what_was_observed(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(
        survey,
        """INSERT INTO audit.checks VALUES
        ('s', 'g1', 'tallies', 'groups_add_up', 'critical', false, NULL, '7 fail', 7, 'race, region', 'They do.', 1)""",
    )
    checks = part(html, "checks")
    assert "5 checks were made; 4 failed." in text(checks)
    assert rows(checks)[1:5] == [
        "Groups add up Tallies Blocks a release 7 fail 7 race, region They do.",
        "Published figures agree Findings Warning 2 of 3 fail 2 F1, F2 It is told.",
        "Shares are proportions Toplines Warning could not be checked: no such column not known A",
        "Few rows are rejected Records Note 3 of 1,003 fail 3 records.csv:7 Some.",
    ]
    assert "1 check that blocks a release failed." in text(html)
    assert checks.index("Few rows are rejected") < checks.index("Keys are unique")


def test_provenance_accounts_for_every_line(survey: duckdb.DuckDBPyConnection) -> None:
    html = page(survey)
    assert "records.csv 54,321 1,003 1,000 3 f00d" in rows(part(html, "provenance"))
    for words in ("Generation g1", "version 0.1.0", "22 November 2026, 09:05 UTC", "c0de", "c1a1"):
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
        "No published figures were given to audit.",
        "No claims were given for this survey",
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
        """INSERT INTO raw.questions SELECT 's', 'g1', 5 + i, 'q' || i, 'Question ' || i || '?', 'single', 'answered',
        0, false, NULL FROM range(1, 196) AS t(i)""",
    )
    assert "All 200 questions" in text(html)
    assert_links_lead_somewhere(html)


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
    assert "<script" not in html


@pytest.mark.parametrize("address", ["javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "http://[", ""])
def test_an_address_that_is_none_of_the_web_is_no_link(survey: duckdb.DuckDBPyConnection, address: str) -> None:
    survey.execute("UPDATE raw.survey SET source_url = $address", {"address": address})
    survey.execute("UPDATE raw.publication SET url = $address", {"address": address})
    html = page(survey)
    assert "<cite>Smoke rises</cite>" in html
    assert {t for t in parsed(html).targets if re.match(r"\s*[a-z]+:", t)} == {"data:,"}


def test_every_text_of_the_database_is_escaped(survey: duckdb.DuckDBPyConnection) -> None:
    keep = {
        "verdict", "severity", "source", "kind", "type", "base_rule", "provenance", "measure", "question", "group_by",
        "group_value", "asked_if_question", "asked_if_answer", "answer", "finding", "claim", "claims", "statement",
    }  # fmt: skip
    columns = survey.execute(
        """SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns()
        WHERE NOT internal AND data_type = 'VARCHAR'"""
    ).fetchall()
    poisoned = 0
    for table, column in columns:
        if column not in keep:
            poisoned += 1
            survey.execute(
                f'UPDATE {table} SET "{column}" = $hostile || \'{column}\' WHERE "{column}" IS NOT NULL',
                {"hostile": HOSTILE},
            )
    assert poisoned > 40
    survey.execute("INSERT INTO raw.named_respondents VALUES ('s', 'g1', 1, $hostile)", {"hostile": HOSTILE})
    html = page(survey)
    assert "<script" not in html
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
    findings_contradicted=2,
    checks_failed=1,
    released_at=BUILT_AT,
    report_href="smokers/latest/report.html",
)


def test_the_index_leads_to_each_survey_and_sums_it_up() -> None:
    html = render_index([LINE], built_at=BUILT_AT)
    assert rows(html)[1] == (
        "A survey of smokers smokers Reconstructed records Released 12,345 3 2 1 22 November 2026, 09:05 UTC"
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
