"""A survey's tables as they are declared, filled by plain SQL, and what a reader finds on a page."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser

import duckdb

from dagster_project.release.report import render_report
from tests.declared import make_tables

BUILT_AT = dt.datetime(2026, 11, 22, 9, 5, tzinfo=dt.UTC)
HOSTILE = "<script>alert(1)</script>\"'&"

# 1,200 asked, 1,000 answered. `smokes` is asked of all and is the group; `brand` of smokers, of whom 6 answered;
# `media` takes several answers, `age` a number. `remark` has a base that is not known. Six figures and one statement.
SURVEY = """
INSERT INTO raw.survey BY NAME SELECT 's' AS survey, 'g1' AS generation, 'A survey of smokers' AS title,
    'The Office' AS source_name, 'https://office.example/survey' AS source_url, 'CC0' AS licence,
    'Adults' AS universe, 1200 AS asked, DATE '2026-03-01' AS fieldwork_start,
    DATE '2026-03-31' AS fieldwork_end, 'collected' AS provenance,
    'probability' AS sample, 'Telephone book' AS frame, 'telephone' AS mode,
    true AS has_records, false AS weighted, true AS has_respondent, false AS has_stratum,
    false AS has_sampling_unit, false AS has_wave, 0 AS decimals,
    30 AS minimum_base, false AS release_records, 'c0de' AS codebook_sha256, '0.1.0' AS basecheck_version;
INSERT INTO raw.questions BY NAME SELECT * FROM (VALUES
    (1, 'smokes', 'Do you smoke?', 'single', 'answered', 0, true, NULL),
    (2, 'brand', 'Which brand?', 'single', 'answered', 0, false, 'smokes'),
    (3, 'media', 'Which media?', 'multiple', 'all', 0, false, NULL),
    (4, 'age', 'Your age?', 'quantity', 'answered', 0, false, NULL),
    (5, 'remark', 'Sent back?', 'single', 'asked', 0, false, NULL)
) AS t(position, question, question_text, type, base_rule, decimals, is_group, asked_if_question);
INSERT INTO raw.answers BY NAME SELECT * FROM (VALUES
    ('smokes', 1, '2', 'No', 'valid'), ('smokes', 2, '1', 'Yes', 'valid'), ('smokes', 3, '', 'No answer', 'no_answer')
) AS t(question, position, answer, answer_label, kind);
INSERT INTO raw.routing BY NAME SELECT 'brand' AS question, 'smokes' AS asked_if_question, '1' AS asked_if_answer;
INSERT INTO raw.files BY NAME SELECT 'records.csv' AS file, 'f00d' AS sha256, 54321 AS bytes, 1003 AS rows_read,
    1000 AS rows_accepted, 3 AS rows_rejected, 1000 AS rows_responded;
INSERT INTO raw.publication BY NAME SELECT 'c1a1' AS claims_sha256, 'Smoke rises' AS title, 'The Paper' AS publisher,
    'https://paper.example/a' AS url, '2026-04-02' AS published;
INSERT INTO raw.statements BY NAME SELECT 'S1' AS statement, 1 AS position, '9 of 10 is 80%' AS text,
    'a letter' AS where_printed;

INSERT INTO marts.toplines BY NAME SELECT *,
    n_base::DOUBLE AS w_base, n::DOUBLE AS w, CASE WHEN NOT suppressed THEN n / n_base END AS share, 0 AS decimals,
    false AS withheld, sqrt(share * (1 - share) / (n_base - 1)) AS se,
    CASE WHEN NOT suppressed THEN 1.25 END AS deff, n_base / deff AS n_eff,
    CASE WHEN share BETWEEN 0.01 AND 0.99 THEN share - 2 * se END AS ci_low,
    CASE WHEN share BETWEEN 0.01 AND 0.99 THEN share + 2 * se END AS ci_high, 2 * se AS margin_of_error,
    CASE WHEN question = 'media' AND kind = 'valid' THEN n / 1000 END AS share_of_mentions,
    CASE WHEN suppressed THEN 'base below the minimum' END AS not_computed
FROM (VALUES
    ('smokes', 'Do you smoke?', 1, '1', 'Yes', 'valid', 'answered', 990, 290, '29', false),
    ('smokes', 'Do you smoke?', 2, '2', 'No', 'valid', 'answered', 990, 700, '71', false),
    ('brand', 'Which brand?', 1, 'a', 'Alpha', 'valid', 'answered', 6, 4, NULL, true),
    ('brand', 'Which brand?', 2, 'b', 'Beta', 'valid', 'answered', 6, 2, NULL, true),
    ('media', 'Which media?', 1, 'p', 'Paper', 'valid', 'all', 1000, 1000, '100', false),
    ('media', 'Which media?', 2, 'r', 'Radio', 'valid', 'all', 1000, 0, '0', false),
    ('media', 'Which media?', 3, '9', 'No idea', 'dont_know', 'all', 1000, 12, '41', false)
) AS t(question, question_text, position, answer, answer_label, kind, base_rule, n_base, n, percent_text, suppressed);
INSERT INTO marts.crosstabs BY NAME SELECT toplines.*
    REPLACE ('smokes' AS group_by, value AS group_value, label AS group_label) FROM marts.toplines,
    (VALUES ('2', 'No'), ('1', 'Yes')) AS g(value, label) WHERE question = 'media';
UPDATE marts.crosstabs SET n_base = 12, percent_text = NULL, share = NULL, suppressed = true WHERE group_value = '1';
DELETE FROM marts.crosstabs WHERE group_value = '1' AND answer = '9';
INSERT INTO marts.letters BY NAME SELECT question, answer, kind, group_by, group_value,
    CASE group_value WHEN '2' THEN 'A' ELSE 'B' END AS letter,
    CASE WHEN group_value = '2' AND answer = 'p' THEN 'B' ELSE '' END AS higher_than FROM marts.crosstabs;
INSERT INTO marts.association BY NAME SELECT * FROM (VALUES
    ('media', 'smokes', 1.5247, 47.2648, 14.9435, 4.6e-05, NULL::VARCHAR)
) AS t(question, group_by, second_order_ndf, second_order_ddf, second_order_f, second_order_p, not_computed);
INSERT INTO marts.quantities BY NAME SELECT *, 950 AS n_base FROM (VALUES
    ('age', 'mean', 'Mean', NULL, NULL, NULL, NULL, 41.2345, 0.51, 40.2, 42.2, NULL),
    ('age', 'quantile', 'Median', 0.5, NULL, NULL, NULL, 40, 0.4, 39, 41, NULL),
    ('age', 'quantile', 'Quantile 0.9', 0.9, NULL, NULL, NULL, 71, NULL, NULL, NULL, 'the interval leaves the values'),
    ('age', 'mean', 'Mean', NULL, 'smokes', '2', 'No', 1234.5678, 0.7, 1232, 1236, NULL),
    ('age', 'mean', 'Mean', NULL, 'smokes', '1', 'Yes', NULL, NULL, NULL, NULL, 'base below the minimum')
) AS t(question, statistic, statistic_label, p, group_by, group_value, group_label, estimate, se, ci_low, ci_high,
    not_computed);
INSERT INTO marts.bases BY NAME SELECT *, n_base::DOUBLE AS w_base FROM (VALUES
    ('age', 'answered', 950, true), ('age', 'routed', 980, false), ('age', 'all', 1000, false)
) AS t(question, base_rule, n_base, is_published);
INSERT INTO marts.response_rates BY NAME SELECT * FROM (VALUES
    ('unit', NULL, 1200, 1000, NULL, NULL, NULL, 0.8333, '83', NULL, NULL, NULL),
    ('item', 'smokes', 1000, 990, 0, 7, 3, 0.99, '99', NULL, NULL, NULL),
    ('RR1', NULL, NULL, NULL, NULL, NULL, NULL, 0.8333, '83', 1000.0, 1200.0, NULL),
    ('COOP1', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'needs dispositions')
) AS t(measure, question, n_asked, n_answered, n_dont_know, n_refused, n_no_answer, rate, percent_text, numerator,
    denominator, not_computed);
INSERT INTO marts.dispositions BY NAME SELECT * FROM (VALUES
    (1, 'complete', 'I', 'Complete interview', 1000), (2, 'refusal', 'R', 'Refusal or break-off', 200)
) AS t(position, disposition, symbol, disposition_label, n);
INSERT INTO raw.weighting BY NAME SELECT * FROM (VALUES
    (NULL::VARCHAR, 'raked', 7, 1e-13, 1000, 12, 1000.0, 1000.0, 812.5, 1.0, 1.2308, 0.4, 1.0, 2.5)
) AS t(wave, method, rounds, largest_gap, n, n_trimmed, w, n_kish_before, n_kish, deff_before, deff, weight_min,
    weight_mean, weight_max);
INSERT INTO raw.weighting_margins BY NAME SELECT * FROM (VALUES
    (NULL::VARCHAR, 1, ['smokes'], 1, ['1'], 0.25, 0.29, 0.25),
    (NULL, 1, ['smokes'], 2, ['2'], 0.75, NULL, 0.75),
    (NULL, 1, ['smokes'], 3, NULL, NULL, 0.01, 0.01)
) AS t(wave, margin, questions, position, answers, population_share, share_before, share_after);

INSERT INTO audit.figures BY NAME SELECT *, 'none' AS hedge, 'asked' AS base FROM (VALUES
    ('C1', 1, '96', 'count', 'smokes', '1', 'those who smoke', 'page 1', 96, 96, 59, 68, NULL,
     'impossible as labelled', false, '290 records give this answer'),
    ('C2', 2, 'around 150', 'base', NULL, NULL, 'those asked', 'page 1', 140, 160, 226, 231, NULL,
     'impossible as labelled', NULL, NULL),
    ('C3', 3, '42 percent', 'percentage', 'smokes', '1', 'those who smoke', 'page 2', 41.5, 42.5, 60, 69, NULL,
     'impossible as labelled', false, NULL),
    ('C4', 4, '29%', 'percentage', 'smokes', '1', 'those who smoke', 'page 3', 28.5, 29.5, 28.5, 29.5, 0.93::DOUBLE,
     'consistent', true, '290 of 990 who answered is 29.3 %'),
    ('C5', 5, '6', 'count', 'brand', NULL, 'those with a brand', NULL, 6, 6, 0, NULL, 0,
     'not checkable', true, '6 records give this answer'),
    ('C6', 6, '7', 'count', NULL, NULL, 'others', NULL, 7, 7, NULL, NULL, NULL, 'not checkable', NULL, NULL)
) AS t(claim, position, figure, kind, question, answer, of_what, where_printed, low, high, fits_low, fits_high, power,
    severity, reproduced, recount_text);
INSERT INTO audit.statements BY NAME SELECT 'S1' AS statement, 1 AS position, 'statement' AS what,
    '9 of 10 is 80%' AS text, 'a letter' AS where_printed, 'proved impossible' AS severity;
INSERT INTO audit.findings BY NAME SELECT [] AS remarks,
    concat_ws(' ', statement, reading) AS message, * EXCLUDE (reading),
    CASE severity WHEN 'consistent' THEN 'possible' ELSE 'impossible' END AS verdict FROM (VALUES
    ('F1', 'triple', 'impossible as labelled', ['C1', 'C2', 'C3'],
     '“96 of around 150 is 42 percent” cannot be: 96 of 150 is 64 %.', 'If 96 is the base, all fit.', NULL),
    ('F2', 'triple', 'proved impossible', ['S1'], '“9 of 10 is 80%” cannot be: 9 of 10 is 90 %.', NULL, NULL),
    ('F3', 'triple', 'consistent', ['C4'], '29 % fits what else is printed.', NULL, 0.93::DOUBLE)
) AS t(finding, code, severity, claims, statement, reading, power);
INSERT INTO audit.repairs BY NAME SELECT * FROM (VALUES
    ('F1', 1, ['C3'], '42 percent', 'The percentage can be 60 to 69 % instead.'),
    ('F1', 2, ['C2'], 'around 150', 'The base can be 226 to 231 instead.')
) AS t(finding, repair, claims, figure, message);
INSERT INTO audit.readings BY NAME SELECT * FROM (VALUES
    ('F1', 1, 'found', 'count is the base', ['C1', 'C2', 'C3'], 'If 96 is the base, all fit.', 1),
    ('F1', 2, 'declared', 'The 96 are those who answered.', ['C1', 'C3'], '40 of 96 is 41.7 %.', NULL),
    ('F1', 3, 'declared', 'The 96 are those who answered.', ['C1', 'C4'], '28 of 96 is 29.2 %.', NULL),
    (NULL, 4, 'declared', 'The 6 are companies.', ['C5'], '6 of 10 is 60 %.', NULL)
) AS t(finding, reading, source, title, claims, message, cost);
INSERT INTO audit.checks BY NAME SELECT * FROM (VALUES
    ('records', 'few_rows_are_rejected', 'info', false, NULL, '3 of 1,003 fail', 3, ['records.csv:7'], 'Some.', 1),
    ('figures', 'published_figures_agree', 'warning', false, NULL, '3 of 6 fail', 3, ['C1', 'C2'], 'It is told.', 1),
    ('toplines', 'keys_are_unique', 'critical', true, NULL, 'holds for every row', 0, [], 'One figure.', 1),
    ('toplines', 'shares_are_proportions', 'warning', false, 'no such column', 'could not be checked', NULL, [], 'A', 1)
) AS t(suite, "check", severity, passed, error, observed, failed_rows, failing, reason, expectations);
"""
BLOCKS = {"br", "caption", "dd", "div", "dt", "h1", "h2", "h3", "h4", "li", "p", "small", "td", "th", "tr"}


def build(connection: duckdb.DuckDBPyConnection) -> None:
    """The survey in an empty database."""
    make_tables(connection, "raw", "marts", "audit")
    connection.execute(SURVEY)


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
        if not {"style", "title", "script"} & set(self.open):
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
