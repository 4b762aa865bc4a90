"""The SQL that our expectations push down to DuckDB: pure text, no Great Expectations, no connection.

Each function returns one SELECT over a table. A *survey of rows* has the columns ``place`` (what a person calls
the row: a file, a question, a finding; never an answer that a respondent gave), ``line`` (the line in the file,
or null) and ``broken`` (BOOLEAN). A *measure* has one row: how much was looked at, how much of it is broken.
"""

from __future__ import annotations

from collections.abc import Sequence

from dagster_project.codebook import Holds, QuestionType

# Percentages are stated to ten decimals at most (DECIMAL(38, 10)). As an integer over 10^13 a percentage is exact,
# and the digit to spare keeps an open interval that is wider than nothing at least ten units wide.
_PERCENT_UNIT = 10**13


def identifier(name: str) -> str:
    """``name`` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def table_name(dotted: str) -> str:
    """``schema.table`` as quoted SQL."""
    return ".".join(identifier(part) for part in dotted.split("."))


def literal(text: str) -> str:
    """``text`` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def measure_of(rows: str) -> str:
    """The measure of a survey of rows."""
    return f"SELECT count(*), count(*) FILTER (WHERE broken) FROM ({rows})"


def place_of(columns: Sequence[str]) -> tuple[str, str]:
    """SQL for ``place`` and ``line`` of a row of a table with these columns; null where none are given."""
    if not columns:
        return "NULL::VARCHAR", "NULL::BIGINT"
    if "source_line" in columns:
        return "source_file", "source_line"
    if "finding" in columns:
        return _place_of_a_finding(columns), "NULL::BIGINT"
    published = next((name for name in ("claim", "statement") if name in columns), None)
    return published or _place_of_a_result(columns), "NULL::BIGINT"


def _place_of_a_finding(columns: Sequence[str]) -> str:
    """A finding or a reading by its name and the claims that it is about."""
    claims = "' (claims ' || array_to_string(claims, ', ') || ')'" if "claims" in columns else "''"
    reading = "', reading ' || reading" if "reading" in columns else "''"
    return f"finding || coalesce({claims}, '') || coalesce({reading}, '')"


def _place_of_a_result(columns: Sequence[str]) -> str:
    """A row of a result table by its question, answer, group and base, as far as it has them; else by its file."""
    parts = [identifier(name) for name in ("measure", "question") if name in columns]
    if "answer" in columns:
        parts[-1] += " || coalesce('=' || answer, '')"
    if "group_by" in columns:
        parts.append("nullif(group_by || '=' || coalesce(group_value, ''), '=')")
    if "base_rule" in columns and ("answer" not in columns or "recoverable" in columns):
        parts.append("base_rule")
    if not parts:
        parts = ["file"] if "file" in columns else ["'row ' || row_number() OVER ()"]
    return f"concat_ws(' / ', {', '.join(parts)})"


def rows_where(batch: str, columns: Sequence[str], broken: str) -> str:
    """Each row of ``batch``, broken where the condition ``broken`` holds."""
    place, line = place_of(columns)
    return f"SELECT {place} AS place, {line} AS line, coalesce({broken}, false) AS broken FROM {batch}"


def duplicates(batch: str, columns: Sequence[str], key: Sequence[str]) -> str:
    """Each row of ``batch``, broken where another row has the same key (a null is no duplicate of a lone key)."""
    keys = ", ".join(identifier(name) for name in key)
    alone = f" AND {keys} IS NOT NULL" if len(key) == 1 else ""
    return rows_where(
        f"(SELECT *, count(*) OVER (PARTITION BY {keys}) AS occurrences FROM {batch})",
        columns,
        f"occurrences > 1{alone}",
    )


def duplicates_measure(batch: str, key: Sequence[str]) -> str:
    """Rows, and how many of them repeat a key: a count against a distinct count, one pass without a sort."""
    keys = ", ".join(identifier(name) for name in key)
    if len(key) == 1:
        return f"SELECT count(*), count({keys}) - count(DISTINCT {keys}) FROM {batch}"
    return f"SELECT count(*), count(*) - count(DISTINCT row({keys})) FROM {batch}"


def _holds(kind: str) -> Holds:
    """What the column of a question of that type holds."""
    return QuestionType(kind).traits.holds


def _code(question: str, kind: str) -> str:
    """The code or codes that a record has for a question, as SQL over the columns of records; null for a blank."""
    column = identifier(question)
    match _holds(kind):
        case Holds.code:
            return f"CAST({column} AS VARCHAR)"
        case Holds.codes:
            return f"CAST({column} AS VARCHAR[])"
        case Holds.words:
            return f"CASE WHEN {column} <> '' THEN '*' END"
    return f"CASE WHEN {column} IS NOT NULL THEN '*' ELSE {identifier(question + '__missing')} END"


def _columns(question: str, kind: str) -> list[str]:
    """The columns of records that `_code` reads, in a form whose distinct values are few."""
    column = identifier(question)
    match _holds(kind):
        case Holds.code | Holds.codes:
            return [column]
        case Holds.words:
            return [f"CASE WHEN {column} <> '' THEN '*' END AS {column}"]
    return [f"CASE WHEN {column} IS NOT NULL THEN 0 END AS {column}", identifier(question + "__missing")]


def _is_among(code: str, kind: str, codes: str) -> str:
    """SQL: the record's code is (for several codes: one of them is) among ``codes``, a one-column SELECT."""
    if _holds(kind) is Holds.codes:
        return f"list_has_any({code}, (SELECT coalesce(list(c), []) FROM ({codes}) AS t(c)))"
    return f"{code} IN ({codes})"


def unknown_answer(question: str, kind: str) -> str:
    """SQL condition on a record: it has an answer to ``question`` that the codebook does not list."""
    is_coded = _holds(kind) in (Holds.code, Holds.codes)
    code = _code(question, kind) if is_coded else identifier(question + "__missing")
    known = f"SELECT answer FROM raw.answers WHERE question = {literal(question)}"
    if _holds(kind) is Holds.codes:
        return (
            f"list_contains(list_transform({code}, lambda c: c IS NULL), true) "
            f"OR NOT list_has_all((SELECT coalesce(list(answer), []) FROM ({known})), {code})"
        )
    return f"{code} IS NOT NULL AND {code} NOT IN ({known})"


def unrouted_answer(question: str, kind: str, asked_if: str, asked_if_kind: str) -> str:
    """SQL condition on a record: it answers ``question`` though its routing does not lead there.

    A blank is never an answer here; don't know and refused are, since only somebody asked can say them.
    """
    answered = (
        f"SELECT answer FROM raw.answers WHERE question = {literal(question)} AND answer <> '' "
        "AND kind IN ('valid', 'dont_know', 'refused')"
    )
    admitting = f"SELECT asked_if_answer FROM raw.routing WHERE question = {literal(question)}"
    blank = "['']" if _holds(asked_if_kind) is Holds.codes else "''"
    condition = f"coalesce({_code(asked_if, asked_if_kind)}, {blank})"
    return (
        f"{_is_among(_code(question, kind), kind, answered)} AND NOT {_is_among(condition, asked_if_kind, admitting)}"
    )


def measure_of_records(batch: str, broken: str, questions: Sequence[tuple[str, str]]) -> str:
    """The measure of a condition on records that reads only these (question, kind): decided once per distinct
    combination of their answers, so that ten million records cost one grouping and not ten million look-ups."""
    columns = [column for question, kind in questions for column in _columns(question, kind)]
    combinations = f"SELECT {', '.join(columns)}, count(*) AS records FROM {batch} GROUP BY ALL"
    return (
        "SELECT coalesce(sum(records), 0), coalesce(sum(records) FILTER (WHERE coalesce(broken, false)), 0) "
        f"FROM (SELECT records, ({broken}) AS broken FROM ({combinations}))"
    )


def unaccounted_files(batch: str) -> str:
    """Each record file, broken unless rows read = accepted + rejected, as many records and rejects are kept."""
    return f"""
SELECT coalesce(files.file, kept.file, refused.file) AS place, NULL::BIGINT AS line,
    coalesce(
        files.rows_read <> files.rows_accepted + files.rows_rejected
        OR files.rows_accepted <> coalesce(kept.records, 0)
        OR files.rows_rejected <> coalesce(refused.rejects, 0),
        true
    ) AS broken
FROM raw.files AS files
FULL JOIN (SELECT source_file AS file, count(*) AS records FROM {batch} GROUP BY ALL) AS kept USING (file)
FULL JOIN (SELECT source_file AS file, count(*) AS rejects FROM raw.rejects GROUP BY ALL) AS refused
    ON refused.file = coalesce(files.file, kept.file)"""


def heavily_rejected() -> str:
    """All record files together as one row, broken where more of the rows were rejected than the codebook allows."""
    return """
SELECT format('{} of {} rows rejected, {:g} % allowed', sum(rows_rejected), sum(rows_read), any_value(maximum_rejects))
        AS place,
    NULL::BIGINT AS line, sum(rows_rejected) * 100 > sum(rows_read) * any_value(maximum_rejects) AS broken
FROM raw.files JOIN raw.survey USING (survey) HAVING count(*) > 0"""


def repeated_files() -> str:
    """Each record file, broken where it holds what an earlier one holds."""
    return """
SELECT file || coalesce(' holds the same as ' || same_as, '') AS place, NULL::BIGINT AS line,
    same_as IS NOT NULL AS broken
FROM raw.files"""


def unfilled() -> str:
    """Each text that a person has to write in survey.yml, broken where it still is a note of what belongs there.

    Such a note is `TODO` by itself or with a word in small letters after it: TODO in a line of capitals is Spanish.
    """
    texts = ("title", 'source_name AS "source.name"', 'licence AS "source.licence"', "universe")
    return f"""
SELECT place, NULL::BIGINT AS line, regexp_matches(written, '^TODO[^[:alnum:]]*($|[[:lower:]])') AS broken
FROM (
    SELECT field AS place, written FROM (SELECT {", ".join(texts)} FROM raw.survey) UNPIVOT (written FOR field IN (*))
    UNION ALL SELECT 'text of ' || question, question_text FROM raw.questions
    UNION ALL SELECT 'label of ' || question || '=' || answer, answer_label FROM raw.answers WHERE kind = 'valid'
)"""


def unstated_sample() -> str:
    """The survey as one row, by what is to be mended, broken where its records are of a sample of no stated kind."""
    return """
SELECT 'add the line `sample: probability` (or quota, opt-in, census, none) to survey.yml; '
        || 'until then no standard errors, intervals and tests are given' AS place,
    NULL::BIGINT AS line, sample IS NULL AND provenance = 'collected' AS broken
FROM raw.survey"""


def set_aside() -> str:
    """Each cell that holds no answer of its question and was taken for a missing answer: all are broken."""
    return """
SELECT column_name || ' of ' || source_file AS place, source_line AS line, true AS broken FROM raw.set_aside"""


def parts_and_bases(
    batch: str, partition: Sequence[str], parts: str, bases: str, relation: str, tolerance: float
) -> str:
    """Each partition, broken where the sum of its parts is not its base ("equal") or is above it ("at_most").

    ``parts`` is SQL for one row's part. ``bases`` is SQL for the base as an aggregate over the partition's rows,
    or a SELECT of the partition's columns and ``base``; then a partition without any part sums to nothing, and
    one without a base is broken. Where a part is withheld (null), the others sum to no more than the base.
    ``tolerance`` is relative, for sums of weights; 0 compares exactly.
    """
    # What adds up to what stands in `claims.decide.laws`. The suites, and dbt's parts_sum_to_whole, say it anew over
    # the columns of their tables and do not read it there: counts are withheld by those laws, so a check by the same
    # laws would pass whatever is wrong in them.
    keys = ", ".join(identifier(name) for name in partition)
    parts = f"coalesce(sum({parts}), 0) AS parts, count({parts}) < count(*) AS withheld"
    sums = f"SELECT {keys}, {parts} FROM {batch} GROUP BY {keys}"
    place = "concat_ws(' / ', " + ", ".join(f"CAST({identifier(name)} AS VARCHAR)" for name in partition) + ")"
    gap = "abs(coalesce(parts, 0) - base)" if relation == "equal" else "coalesce(parts, 0) - base"
    slack = f"{tolerance!r} * abs(base)" if tolerance else "0"
    if bases.lstrip().upper().startswith("SELECT"):
        joined = f"({sums}) AS sums FULL JOIN ({bases}) AS bases USING ({keys})"
    else:
        joined = f"(SELECT {keys}, {parts}, {bases} AS base FROM {batch} GROUP BY {keys})"
    broken = f"CASE WHEN withheld THEN coalesce(parts - base > {slack}, false) ELSE coalesce({gap} > {slack}, true) END"
    return f"SELECT {place} AS place, NULL::BIGINT AS line, {broken} AS broken FROM {joined}"


def disagreeing_points(
    batch: str,
    columns: Sequence[str],
    *,
    count: str,
    base: str,
    percent_text: str,
    decimals: str | None,
    share: str | None,
    suppressed: str | None,
    weighted: bool,
) -> str:
    """Each row, broken where its printed percentage is not its count over its base, rounded half up.

    Counts of records are compared in integers alone. Sums of weights are floating point, so a printed percentage
    is right within half a unit of its last place and a millionth of it. A count that is withheld has no percentage.
    """
    n, b, text = identifier(count), identifier(base), identifier(percent_text)
    if weighted and share:  # sums of weights are not told beside withheld counts, and their share stands for them
        untold = f"{n} IS NULL AND {b} IS NULL"
        n, b = f"CASE WHEN {untold} THEN {identifier(share)} ELSE {n} END", f"CASE WHEN {untold} THEN 1 ELSE {b} END"
        n, b = f"({n})", f"({b})"
    printed = f"TRY_CAST(replace({text}, '.', '') AS HUGEINT)"
    places = f"CASE WHEN contains({text}, '.') THEN length({text}) - strpos({text}, '.') ELSE 0 END"
    scale = f"CAST(power(10, {places}) AS HUGEINT)"
    if weighted:
        right = f"abs(100 * {n} / {b} * {scale} - {printed}) <= 0.500001"
    else:
        right = f"(200 * {scale} * CAST({n} AS HUGEINT) + {b}) // (2 * CAST({b} AS HUGEINT)) = {printed}"
    if decimals:
        right += f" AND {places} = {identifier(decimals)}"
    if share:
        right += f" AND abs({identifier(share)} - {n} / {b}) <= 1e-9"
    hidden = f"coalesce({identifier(suppressed)}, false)" if suppressed else "false"
    broken = (
        f"CASE WHEN {text} IS NULL THEN {b} > 0 AND {n} IS NOT NULL AND NOT {hidden} "
        f"WHEN {hidden} OR {b} IS NULL OR {b} <= 0 THEN true ELSE coalesce(NOT ({right}), true) END"
    )
    return rows_where(batch, columns, broken)


def impossible_intervals(
    batch: str,
    columns: Sequence[str],
    *,
    count: tuple[str, str],
    base: tuple[str, str],
    percent: tuple[str, str],
    percent_open: tuple[str, str],
) -> str:
    """Each row, broken where no whole count over a whole base lies in the three intervals. Exact for any width.

    Wanted is an integer base N in [base], an integer count n in [count] with n <= N, and A/D <= n/N <= B/D, where
    A and B are the percentage's ends over D. With L(N) the least and U(N) the greatest whole n between N*A/D and
    N*B/D (an open end leaves out its own point), a base N will do if L(N) <= U(N), U(N) >= the least count and
    L(N) <= the greatest. U and L never fall, so the last two hold from some base on and up to some base. What
    remains is whether L(N) <= U(N) for some N in [first, last]: the sum of U(N) - L(N) + 1 over them is above 0,
    and such sums of floors follow in a few steps of Euclid's algorithm, however many bases there are.
    A window of 2D bases holds one that will do if any does, which bounds the bases that are not.
    """
    unit = _PERCENT_UNIT
    place, line = place_of(columns)
    c0, c1, b0, b1, p0, p1, o0, o1 = (identifier(name) for name in (*count, *base, *percent, *percent_open))

    def scaled(column: str) -> str:
        return f"CAST(replace(CAST(CAST({column} AS DECIMAL(38, 10)) AS VARCHAR), '.', '') AS HUGEINT) * 10"

    return f"""
WITH RECURSIVE stated AS (
    SELECT row_number() OVER () AS id, {place} AS place, {line} AS line,
        greatest(coalesce(CAST({c0} AS HUGEINT), 0), 0) AS count_low, CAST({c1} AS HUGEINT) AS count_high,
        greatest(coalesce(CAST({b0} AS HUGEINT), 1), 1) AS base_low, CAST({b1} AS HUGEINT) AS base_high,
        CASE WHEN {p0} >= 0 THEN {scaled(p0)} ELSE 0 END AS a,
        CASE WHEN {p1} <= 100 THEN {scaled(p1)} ELSE {unit} END AS b,
        CASE WHEN {p0} >= 0 AND coalesce({o0}, false) THEN 1 ELSE 0 END AS a_open,
        CASE WHEN {p1} <= 100 AND coalesce({o1}, false) THEN 1 ELSE 0 END AS b_open
    FROM {batch}
), possible AS (
    SELECT *,
        CASE WHEN b > 0 THEN greatest(base_low, (count_low * {unit} + b_open + b - 1) // b) ELSE base_low END
            AS first_base,
        least(base_high, CASE WHEN a > 0 THEN (count_high * {unit} - a_open) // a END) AS last_base
    FROM stated
    WHERE a <= b AND (a < b OR a_open + b_open = 0) AND count_low <= coalesce(count_high, count_low)
        AND (b > 0 OR (b = 0 AND b_open = 0 AND count_low = 0))
        AND (a_open = 0 OR coalesce(count_high, 1) >= 1)
), bases AS (
    SELECT id, a, b, a_open, b_open, first_base,
        least(last_base, first_base + {2 * unit}) - first_base + 1 AS bases
    FROM possible WHERE last_base IS NULL OR last_base >= first_base
), floors AS (
    SELECT id, 1 AS sign, bases AS n, CAST({unit} AS HUGEINT) AS m, b AS k,
        b * first_base - b_open + {unit} AS r, CAST(0 AS HUGEINT) AS total
    FROM bases
    UNION ALL
    SELECT id, -1, bases, CAST({unit} AS HUGEINT), a, a * first_base + a_open - 1 + {unit}, CAST(0 AS HUGEINT)
    FROM bases
    UNION ALL
    SELECT id, sign, ((k % m) * n + r % m) // m, k % m, m, ((k % m) * n + r % m) % m,
        total + (n - 1) * n // 2 * (k // m) + n * (r // m)
    FROM floors WHERE n > 0
), found AS (
    SELECT id FROM floors WHERE n = 0 GROUP BY id HAVING sum(sign * total) > 0
)
SELECT place, line, found.id IS NULL AS broken FROM stated LEFT JOIN found USING (id)"""


def unnested_bases(batch: str, columns: Sequence[str], partition: Sequence[str], order: Sequence[str]) -> str:
    """Each base, broken where it is larger than a base of the same partition that comes later in ``order``."""
    keys = ", ".join(identifier(name) for name in partition)
    ranks = " ".join(f"WHEN {literal(rule)} THEN {rank}" for rank, rule in enumerate(order))
    return rows_where(
        f"(SELECT *, min(n_base) OVER (PARTITION BY {keys} ORDER BY CASE base_rule {ranks} END "
        f"ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS wider FROM {batch})",
        columns,
        "n_base > wider",
    )
