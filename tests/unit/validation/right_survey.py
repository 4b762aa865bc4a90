"""A small survey database, with every table that the suites read as it is declared, and all of it right."""

from __future__ import annotations

from pathlib import Path

import duckdb

from dagster_project.validation import SuiteRun
from tests.declared import make_tables

# Six respondents of ten asked. `smokes` is asked of all, `brand` of smokers, `media` has several answers, `age` is a
# quantity with a missing code, `remark` is free text. `smokes` is also the group.
SURVEY = """
INSERT INTO raw.survey BY NAME SELECT 's' AS survey, 'g1' AS generation, 'collected' AS provenance,
    'probability' AS sample, 'A <b>survey</b>' AS title, 10::BIGINT AS asked, true AS has_records,
    {weighted} AS weighted, true AS has_respondent, 0 AS decimals, 2 AS minimum_base,
    false AS has_wave, 5 AS maximum_rejects, false AS zero_weights, false AS forgives;
INSERT INTO raw.questions BY NAME SELECT 's' AS survey, 'g1' AS generation, *, type = 'single' AS takes_one FROM (VALUES
    (1, 'smokes', 'Do you smoke?', 'single', 'answered', 0, true, NULL),
    (2, 'brand', '<script>alert(1)</script>', 'single', 'answered', 0, false, 'smokes'),
    (3, 'media', 'Which media?', 'multiple', 'all', 0, false, NULL),
    (4, 'age', 'Your age?', 'quantity', 'answered', 0, false, NULL),
    (5, 'remark', 'Anything else?', 'text', 'answered', 0, false, NULL)
) AS t(position, question, question_text, type, base_rule, decimals, is_group, asked_if_question);
INSERT INTO raw.answers BY NAME SELECT 's' AS survey, 'g1' AS generation, * FROM (VALUES
    ('smokes', 1, '1', 'Yes', 'valid'), ('smokes', 2, '2', 'No', 'valid'), ('smokes', 3, '9', 'Refused', 'refused'),
    ('smokes', 4, '', '', 'no_answer'),
    ('brand', 1, 'a', '<script>alert(1)</script>', 'valid'), ('brand', 2, 'b', 'B', 'valid'),
    ('brand', 3, '9', 'Not asked', 'not_asked'), ('brand', 4, '', '', 'no_answer'),
    ('media', 1, 'p', 'Paper', 'valid'), ('media', 2, 'r', 'Radio', 'valid'), ('media', 3, '9', 'No idea', 'dont_know'),
    ('media', 4, '', '', 'no_answer'),
    ('age', 1, '*', '', 'valid'), ('age', 2, '-9', 'Refused', 'refused'), ('age', 3, '', '', 'no_answer'),
    ('remark', 1, '*', '', 'valid'), ('remark', 2, '', '', 'no_answer')
) AS t(question, position, answer, answer_label, kind);
INSERT INTO raw.routing BY NAME SELECT 's' AS survey, 'g1' AS generation, 'brand' AS question,
    'smokes' AS asked_if_question, '1' AS asked_if_answer;
INSERT INTO raw.files BY NAME SELECT 's' AS survey, 'g1' AS generation, 'records.csv' AS file, 'f00' AS sha256,
    99::BIGINT AS bytes, 6::BIGINT AS rows_read, 6::BIGINT AS rows_accepted, 0::BIGINT AS rows_rejected,
    6::BIGINT AS rows_responded;

CREATE SCHEMA records;
CREATE TYPE records.smokes AS ENUM ('1', '2', '9', '7');
CREATE TYPE records.brand AS ENUM ('a', 'b', '9');
CREATE TYPE records.media AS ENUM ('p', 'r', '9', 'x');
CREATE TABLE records.records (source_file VARCHAR, source_line BIGINT, respondent VARCHAR, weight DOUBLE,
    smokes records.smokes, brand records.brand, media records.media[], age DOUBLE, age__missing VARCHAR,
    remark VARCHAR);
INSERT INTO records.records VALUES
    ('records.csv', 2, 'r1', 1.5, '1', 'a', ['p', 'r'], 30, NULL, 'fine'),
    ('records.csv', 3, 'r2', 0.5, '1', 'b', ['p'], 41.5, NULL, NULL),
    ('records.csv', 4, 'r3', 1.0, '2', '9', ['9'], NULL, '-9', NULL),
    ('records.csv', 5, 'r4', 1.0, '2', NULL, NULL, NULL, NULL, ''),
    ('records.csv', 6, 'r5', 1.0, '9', NULL, ['r'], 55, NULL, NULL),
    ('records.csv', 7, 'r6', 1.0, NULL, NULL, ['p'], 60, NULL, NULL);
"""

TALLIED = """
INSERT INTO tallies.tallies BY NAME WITH long AS (
    SELECT 'smokes' AS question, coalesce(smokes::VARCHAR, '') AS answer, smokes AS g, weight FROM records.records
    UNION ALL SELECT 'brand', coalesce(brand::VARCHAR, ''), smokes, weight FROM records.records
    UNION ALL SELECT 'media', unnest(coalesce(media::VARCHAR[], [''])), smokes, weight FROM records.records
), counted AS (
    SELECT question, answer, NULL AS group_by, NULL AS group_value, count(*) AS n, sum(weight) AS w
    FROM long GROUP BY ALL
    UNION ALL
    SELECT question, answer, 'smokes', coalesce(g::VARCHAR, ''), count(*), sum(weight) FROM long GROUP BY ALL
)
SELECT 's' AS survey, 'g1' AS generation, question, answer, kind, group_by, group_value, NULL::VARCHAR AS stratum,
    NULL::VARCHAR AS sampling_unit, n::BIGINT AS n,
    CASE WHEN {weighted} THEN w / 0.5 ELSE n END AS w, w * w / 0.25 AS w2
FROM counted JOIN raw.answers USING (question, answer);

INSERT INTO marts.bases BY NAME SELECT 's' AS survey, 'g1' AS generation, 'collected' AS provenance, * FROM (VALUES
    ('smokes', 'answered', 4, 4.0, true), ('smokes', 'routed', 6, 6.0, false), ('smokes', 'all', 6, 6.0, false),
    ('smokes', 'asked', 10, NULL, false),
    ('brand', 'answered', 2, 2.0, true), ('brand', 'routed', 2, 2.0, false), ('brand', 'all', 6, 6.0, false),
    ('brand', 'asked', 10, NULL, false),
    ('media', 'answered', 4, 4.0, false), ('media', 'routed', 6, 6.0, false), ('media', 'all', 6, 6.0, true),
    ('media', 'asked', 10, NULL, false)
) AS t(question, base_rule, n_base, w_base, is_published),
    (SELECT NULL::VARCHAR AS group_by, NULL::VARCHAR AS group_value);

INSERT INTO marts.toplines BY NAME WITH counted AS (
    SELECT question, answer, base_rule, n_base::BIGINT AS n_base, sum(n)::BIGINT AS n, w_base::DOUBLE AS w_base,
        sum(w) * CASE WHEN {weighted} THEN 0.5 ELSE 1 END AS w
    FROM tallies.tallies JOIN marts.bases USING (question)
    WHERE tallies.group_by IS NULL AND kind = 'valid' AND is_published GROUP BY ALL
)
SELECT 's' AS survey, 'g1' AS generation, 'collected' AS provenance, 'valid' AS kind, *, NULL::VARCHAR AS group_by,
    NULL::VARCHAR AS group_value, 0 AS decimals, n_base < 2 AS suppressed, false AS withheld, 0.1 AS se, 0.2 AS ci_low,
    CASE WHEN {weighted} THEN w / w_base ELSE n / n_base END AS share,
    round(100 * CASE WHEN {weighted} THEN w / w_base ELSE n / n_base END)::INT::VARCHAR AS percent_text
FROM counted;
INSERT INTO marts.crosstabs BY NAME SELECT * REPLACE ('smokes' AS group_by, '1' AS group_value,
    CASE WHEN question = 'brand' THEN share END AS share, question <> 'brand' AS suppressed,
    CASE WHEN question = 'brand' THEN percent_text END AS percent_text) FROM marts.toplines;
INSERT INTO marts.response_rates BY NAME SELECT 's' AS survey, 'g1' AS generation, 'collected' AS provenance, *,
    n_answered::DOUBLE AS numerator, n_asked::DOUBLE AS denominator FROM (VALUES
    ('unit', NULL, 10, 6, NULL, NULL, NULL, 0.6, '60'),
    ('item', 'smokes', 6, 4, 0, 1, 1, 4 / 6, '67'),
    ('item', 'brand', 2, 2, 0, 0, 0, 1.0, '100')
) AS t(measure, question, n_asked, n_answered, n_dont_know, n_refused, n_no_answer, rate, percent_text);

INSERT INTO audit.disclosure BY NAME SELECT 's' AS survey, 'g1' AS generation, 'collected' AS provenance, * FROM (VALUES
    ('media', 'p', 'valid', NULL, 1, 4, false), ('media', NULL, NULL, 'routed', 2, 3, false)
) AS t(question, answer, kind, base_rule, low, high, recoverable),
    (SELECT 'smokes' AS group_by, '1' AS group_value);
"""


def build(path: Path | None = None, *, weighted: bool = True) -> duckdb.DuckDBPyConnection:
    """The survey in a database at ``path`` or in memory; everything in it holds."""
    connection = duckdb.connect(str(path or ":memory:"))
    make_tables(connection, "raw", "marts", "audit", "tallies.tallies")
    for part in (SURVEY, TALLIED):
        connection.execute(part.replace("{weighted}", str(weighted).lower()))
    return connection


def failures(run: SuiteRun) -> dict[str, tuple[str, ...]]:
    """The checks that failed, with the places that they name; an error is no failure and raises here."""
    assert [one.error for one in run.results if one.error] == []
    return {one.check: one.failing for one in run.results if not one.passed}
