"""The report that people read, and the index over surveys: one HTML file each, whole without a network or a script.

Here stored rows are put in reading order and into sentences. No number is computed or rounded anew, nothing that a
release leaves out is read (records, the values of rejects), and no file is written.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import duckdb

from dagster_project.claims import Severity
from dagster_project.codebook import Provenance

if TYPE_CHECKING:
    from jinja2 import Environment

Row = Mapping[str, Any]

_TEMPLATES = Path(__file__).parent / "templates"
_CONTRADICTED = (Severity.PROVED_IMPOSSIBLE.value, Severity.IMPOSSIBLE_AS_LABELLED.value)

SEVERITY_WORDS = {
    Severity.PROVED_IMPOSSIBLE.value: "No reading that was tried makes these figures fit.",
    Severity.IMPOSSIBLE_AS_LABELLED.value: "A reading that changes no figure makes them fit.",
}
PROVENANCE_WORDS = {
    Provenance.reconstructed.value: "The records behind this report are reconstructed. No respondent gave them.",
    Provenance.synthetic.value: "The records behind this report are synthetic. No respondent gave them.",
}
BASE_WORDS = {
    "answered": "gave a substantive answer",
    "routed": "were led to the question",
    "all": "responded to the survey",
    "asked": "were contacted for the survey",
}
BASE_RULES = {
    "answered": "Those who gave the question a substantive answer.",
    "routed": "Those who were led to the question, with don't-knows, refusals and blanks.",
    "all": "Everyone who responded to the survey.",
    "asked": "Everyone who was contacted, whether or not they responded.",
}
CHECK_SEVERITY_WORDS = {"critical": "blocks a release", "warning": "warning", "info": "note"}
_CHECKS_WORST_FIRST = tuple(CHECK_SEVERITY_WORDS)


@dataclass(frozen=True)
class SurveyLine:
    """One survey in the index. `report_href` is relative to the index; what is not known is None."""

    survey: str
    title: str
    provenance: str
    status: str  # "released", "failed", "never released", …
    records: int | None = None
    rejects: int | None = None
    findings_contradicted: int | None = None
    checks_failed: int | None = None
    released_at: datetime.datetime | None = None
    report_href: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class FindingCard:
    """A contradiction with everything that is said of it; `message` without the readings that stand below it."""

    finding: str
    heading: str
    severity: str
    message: str
    figures: Sequence[Row]
    repairs: Sequence[Row]
    readings: Sequence[Row]
    declared: Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Question:
    """A question with its topline's rows; for a quantity or a text, or without its base, with none."""

    question: str
    text: str
    type: str
    asked_of: str | None
    base_rule: str
    base: Row | None  # the row of the published base
    bases: Sequence[Row]
    no_percentage: str | None
    rows: Sequence[Row]


@dataclass(frozen=True)
class GroupColumn:
    """One group of a crosstab, and why it has no percentages, where it has none."""

    label: str
    n_base: int
    no_percentage: str | None


@dataclass(frozen=True)
class Crosstab:
    """One question by one group variable: answers down, groups across, a cell None where nobody was tallied."""

    text: str
    base_rule: str
    columns: Sequence[GroupColumn]
    rows: Sequence[tuple[str, Sequence[Row | None]]]


def render_report(connection: duckdb.DuckDBPyConnection, *, built_at: datetime.datetime) -> str:
    """The report of the survey database behind `connection`, as one HTML page."""
    survey = _rows(connection, "SELECT * FROM raw.survey")[0]
    figures = _rows(connection, "SELECT * FROM audit.figures ORDER BY position")
    statements = _rows(connection, "SELECT * FROM raw.statements ORDER BY position")
    findings = _rows(connection, "SELECT * FROM audit.findings ORDER BY length(finding), finding")
    readings = _rows(connection, "SELECT * FROM audit.readings ORDER BY reading")
    cards = _cards(connection, findings, readings, figures, statements)
    questions = _questions(connection, survey)
    checks = _rows(connection, 'SELECT * FROM audit.checks ORDER BY suite, "check"')
    failed = sorted((check for check in checks if not check["passed"]), key=_check_order)
    rates = _rows(connection, "SELECT * FROM marts.response_rates")
    return _render(
        "report.html.j2",
        survey=survey,
        built_at=built_at,
        made_up=PROVENANCE_WORDS.get(survey["provenance"]),
        verdict=_verdict(figures),
        statements_verdict=_statements_verdict(statements, findings),
        readings_work=bool(cards) and all(card.severity == Severity.IMPOSSIBLE_AS_LABELLED.value for card in cards),
        cards=cards,
        severity_words=SEVERITY_WORDS,
        figures=figures,
        contradicted=_CONTRADICTED,
        statements=statements,
        other_findings=[finding for finding in findings if finding["severity"] not in _CONTRADICTED],
        other_readings=_by_title(
            one for one in readings if one["source"] == "declared" and one["finding"] not in {c.finding for c in cards}
        ),
        publication=next(iter(_rows(connection, "SELECT * FROM raw.publication")), None),
        response=next((rate for rate in rates if rate["measure"] == "unit"), None),
        item_rates=[rate for rate in rates if rate["measure"] == "item"],
        named=[row["name"] for row in _rows(connection, "SELECT name FROM raw.named_respondents ORDER BY position")],
        base_rules=BASE_RULES,
        base_words=BASE_WORDS,
        questions=questions,
        crosstabs=_crosstabs(connection, survey),
        checks=checks,
        failed_checks=failed,
        blocking=[check for check in failed if check["severity"] == "critical"],
        passed_checks=_grouped((check for check in checks if check["passed"]), "suite"),
        check_severity_words=CHECK_SEVERITY_WORDS,
        files=_rows(connection, "SELECT * FROM raw.files ORDER BY file"),
    )


def render_index(lines: Sequence[SurveyLine], *, built_at: datetime.datetime) -> str:
    """The page over all surveys, in the order given."""
    return _render("index.html.j2", lines=lines, built_at=built_at)


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    answer = connection.execute(sql)
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _grouped(rows: Iterable[Row], key: str) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return dict(groups)


# Published figures


def _verdict(figures: Sequence[Row]) -> str:
    """One sentence on all figures."""
    if not figures:
        return "No published figures were given to audit."
    counts = Counter(figure["verdict"] for figure in figures)
    contradicted = sum(counts.pop(verdict, 0) for verdict in _CONTRADICTED)
    parts = []
    if contradicted:
        parts.append(f"{contradicted:,} cannot stand {'together ' if contradicted > 1 else ''}as printed")
    if n := counts.pop(Severity.CONSISTENT.value, 0):
        parts.append(f"{n:,} fit{'s' if n == 1 else ''} what else is printed")
    if n := counts.pop(Severity.NOT_CHECKABLE.value, 0):
        parts.append(f"{n:,} cannot be checked from what is printed")
    parts += [f"{n:,} {'is' if n == 1 else 'are'} {verdict}" for verdict, n in sorted(counts.items())]
    audited = (
        "1 published figure was audited" if len(figures) == 1 else f"{len(figures):,} published figures were audited"
    )
    return f"{audited}: {_listed(parts)}."


def _statements_verdict(statements: Sequence[Row], findings: Sequence[Row]) -> str | None:
    """One sentence on the whole statements, which are audited apart from the figures."""
    if not statements:
        return None
    names = {statement["statement"] for statement in statements}
    broken = sum(finding["claims"] in names and finding["severity"] in _CONTRADICTED for finding in findings)
    if len(statements) == 1:
        return f"1 statement was audited by itself: it {'cannot stand as it is' if broken else 'is not contradicted'}."
    outcome = f"{broken:,} cannot stand as they are" if broken else "none is contradicted"
    return f"{len(statements):,} statements were audited by themselves: {outcome}."


def _cards(
    connection: duckdb.DuckDBPyConnection,
    findings: Sequence[Row],
    readings: Sequence[Row],
    figures: Sequence[Row],
    statements: Sequence[Row],
) -> list[FindingCard]:
    repairs = _grouped(_rows(connection, "SELECT * FROM audit.repairs ORDER BY finding, repair"), "finding")
    by_finding = _grouped(readings, "finding")
    told = {figure["claim"]: figure for figure in figures}
    for one in statements:
        told[one["statement"]] = {
            "claim": one["statement"],
            "figure": one["text"],
            "of_what": None,
            "where_printed": one["where_printed"],
        }
    cards = []
    for finding in findings:
        if finding["severity"] not in _CONTRADICTED:
            continue
        name, claims = finding["finding"], finding["claims"].split(", ")
        found = [one for one in by_finding.get(name, []) if one["source"] != "declared"]
        cards.append(
            FindingCard(
                finding=name,
                heading=_heading(claims, {one["statement"] for one in statements}),
                severity=finding["severity"],
                message=_without_readings(finding["message"], found),
                figures=[told[claim] for claim in claims if claim in told],
                repairs=repairs.get(name, []),
                readings=found,
                declared=_by_title(one for one in by_finding.get(name, []) if one["source"] == "declared"),
            )
        )
    return cards


def _heading(claims: Sequence[str], statements: Collection[str]) -> str:
    if len(claims) > 1:
        return f"{_listed(claims)} cannot stand together"
    return f"{'Statement ' if claims[0] in statements else ''}{claims[0]} cannot stand"


def _by_title(readings: Iterable[Row]) -> dict[str, list[Row]]:
    return _grouped(readings, "title")


def _without_readings(message: str, readings: Sequence[Row]) -> str:
    """A finding's message ends with its readings, which the card lists by themselves."""
    for reading in readings:
        message = message.replace(reading["message"], "")
    return " ".join(message.split())


# Toplines and crosstabs


def _questions(connection: duckdb.DuckDBPyConnection, survey: Row) -> list[Question]:
    toplines = _grouped(_rows(connection, "SELECT * FROM marts.toplines ORDER BY question, position"), "question")
    bases = _grouped(
        _rows(connection, "SELECT * FROM marts.bases WHERE group_by IS NULL ORDER BY n_base, base_rule"), "question"
    )
    routing = _grouped(
        _rows(
            connection,
            """SELECT routing.question, asked.question_text, coalesce(answer_label, asked_if_answer) AS label
            FROM (SELECT question, asked_if_question AS filter, asked_if_answer FROM raw.routing) AS routing
            LEFT JOIN raw.questions AS asked ON asked.question = filter
            LEFT JOIN raw.answers ON answers.question = filter AND answers.answer = asked_if_answer
            ORDER BY routing.question, answers.position""",
        ),
        "question",
    )
    questions = []
    for one in _rows(connection, "SELECT * FROM raw.questions ORDER BY position"):
        name = one["question"]
        rows = toplines.get(name, [])
        its_bases = bases.get(name, [])
        questions.append(
            Question(
                question=name,
                text=one["question_text"],
                type=one["type"],
                asked_of=_asked_of(routing.get(name, [])),
                base_rule=one["base_rule"],
                base=next((base for base in its_bases if base["is_published"]), None),
                bases=sorted(its_bases, key=lambda base: list(BASE_WORDS).index(base["base_rule"])),
                no_percentage=_no_percentage(rows[0], survey) if rows else None,
                rows=rows,
            )
        )
    return questions


def _asked_of(routes: Sequence[Row]) -> str | None:
    if not routes:
        return None
    labels = _listed([f"“{route['label']}”" for route in routes], "or")
    return f"Asked only of those who answered {labels} to “{routes[0]['question_text']}”"


def _no_percentage(row: Row, survey: Row) -> str | None:
    """Why a table or a group of a crosstab has no percentages; one base holds for all of its rows."""
    if row["percent_text"] is not None:
        return None
    n_base = row["n_base"]
    if n_base is None:
        return "the base is not known: no percentage"
    if row["suppressed"]:
        return f"base of {n_base:,} is below {survey['minimum_base']:,}: no percentage"
    if n_base == 0:
        return "nobody is in the base: no percentage"
    return "the weights of the base are not known: no percentage"


def _crosstabs(connection: duckdb.DuckDBPyConnection, survey: Row) -> dict[str, list[Crosstab]]:
    """Crosstabs by the text of their group variable, groups and questions in the codebook's order."""
    rows = _rows(
        connection,
        """SELECT crosstabs.*, groups.question_text AS group_text FROM marts.crosstabs
        JOIN raw.questions AS questions ON questions.question = crosstabs.question
        JOIN raw.questions AS groups ON groups.question = crosstabs.group_by
        LEFT JOIN (SELECT question, answer, min(position) AS position FROM raw.answers GROUP BY ALL) AS places
            ON places.question = crosstabs.group_by AND places.answer = crosstabs.group_value
        ORDER BY groups.position, questions.position, places.position, group_value, crosstabs.position""",
    )
    cells_of: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        cells_of[row["group_by"], row["question"]].append(row)
    crosstabs: dict[str, list[Crosstab]] = defaultdict(list)
    for cells in cells_of.values():
        crosstabs[cells[0]["group_text"]].append(_crosstab(cells, survey))
    return dict(crosstabs)


def _crosstab(cells: Sequence[Row], survey: Row) -> Crosstab:
    groups = _grouped(cells, "group_value")
    answers = sorted({(cell["position"], cell["answer"], cell["kind"], cell["answer_label"]) for cell in cells})
    by_place = {(cell["group_value"], cell["answer"], cell["kind"]): cell for cell in cells}
    columns = [
        GroupColumn(
            label=column[0]["group_label"] or group or "No answer",
            n_base=column[0]["n_base"],
            no_percentage=_no_percentage(column[0], survey),
        )
        for group, column in groups.items()
    ]
    rows = [
        (label or answer or "No answer", [by_place.get((group, answer, kind)) for group in groups])
        for _, answer, kind, label in answers
    ]
    return Crosstab(cells[0]["question_text"], cells[0]["base_rule"], columns, rows)


# Words and templates


def _check_order(check: Row) -> tuple[int, str, str]:
    severity = check["severity"]
    place = _CHECKS_WORST_FIRST.index(severity) if severity in _CHECKS_WORST_FIRST else len(_CHECKS_WORST_FIRST)
    return place, check["suite"], check["check"]


def _listed(parts: Sequence[str], last: str = "and") -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def _number(value: float | None) -> str:
    """A count, or a sum of weights to the unit, with thousands separators."""
    return "not known" if value is None else f"{value:,.0f}"


def _day(value: datetime.date) -> str:
    return f"{value.day} {value:%B %Y}"


def _moment(value: datetime.datetime) -> str:
    return f"{_day(value)}, {value:%H:%M %Z}".strip()


def _phrase(name: str) -> str:
    """`rows_are_accounted_for` as words."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _web_address(url: str | None) -> str | None:
    """A link's target, or None for what a codebook gives that is no web address (`javascript:` is one)."""
    if not url:
        return None
    try:
        return url if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


def _render(template: str, **context: Any) -> str:
    return _environment().get_template(template).render(context)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=_number, day=_day, moment=_moment, phrase=_phrase, web_address=_web_address, listed=_listed
    )
    return environment
