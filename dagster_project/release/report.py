"""The report that people read, and the index over surveys: one HTML file each, whole without a network or a script.

Here stored rows are put in reading order and into sentences. No number is computed or rounded anew, nothing that a
release leaves out is read (records, the values of rejects), and no file is written.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import duckdb

from dagster_project.claims import Severity, listed
from dagster_project.codebook import Provenance
from dagster_project.release.published import (
    SEVERITY_WORDS,
    SHORT_LIST,
    caught,
    figure_groups,
    finding_cards,
    judged_figures,
    statements_verdict,
    verdict,
)
from dagster_project.release.stored import (
    CONTRADICTED,
    Row,
    grouped,
    stored_findings,
    stored_rows,
    web_address,
)

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"

PROVENANCE_WORDS = {
    Provenance.reconstructed.value: "The records behind this report are reconstructed. No respondent gave them.",
    Provenance.synthetic.value: "The records behind this report are synthetic. No respondent gave them.",
    Provenance.published.value: "There are no records behind this report. What was printed is all there is.",
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
    findings_undecided: int | None = None
    checks_failed: int | None = None
    released_at: datetime.datetime | None = None
    report_href: str | None = None
    message: str | None = None


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
    survey = stored_rows(connection, "SELECT * FROM raw.survey")[0]
    waves = {one["wave"]: one for one in stored_rows(connection, "SELECT * FROM raw.waves ORDER BY position")}
    statements = stored_rows(connection, "SELECT * FROM raw.statements ORDER BY position")
    findings = stored_findings(connection)
    figures = judged_figures(stored_rows(connection, "SELECT * FROM audit.figures ORDER BY position"), findings)
    readings = sorted(stored_rows(connection, "SELECT * FROM audit.readings"), key=_cheapest_first)
    cards = finding_cards(connection, findings, readings, figures, waves)
    contradicted = [card for card in cards if card.severity in CONTRADICTED]
    carded = {card.finding for card in cards}
    checks = stored_rows(connection, 'SELECT * FROM audit.checks ORDER BY suite, "check"')
    failed = sorted((check for check in checks if not check["passed"]), key=_check_order)
    rates = stored_rows(connection, "SELECT * FROM marts.response_rates")
    used = {figure["base"] for figure in figures}
    return _render(
        "report.html.j2",
        survey=survey,
        built_at=built_at,
        about_records=PROVENANCE_WORDS.get(survey["provenance"]),
        provenance_tag=provenance_tag(survey["provenance"]),
        waves=list(waves.values()),
        verdict=verdict(figures),
        statements_verdict=statements_verdict([one["statement"] for one in statements], findings),
        readings_work=bool(contradicted)
        and all(card.severity == Severity.IMPOSSIBLE_AS_LABELLED.value for card in contradicted),
        contradicted_cards=contradicted,
        undecided_cards=[card for card in cards if card.severity == Severity.UNDECIDED.value],
        assumption_cards=[card for card in cards if card.severity == Severity.NEEDS_AN_ASSUMPTION.value],
        severity_words=SEVERITY_WORDS,
        figures=figures,
        figure_groups=figure_groups(connection, figures, waves) if len(figures) > SHORT_LIST else [],
        contradicted=CONTRADICTED,
        undecided=Severity.UNDECIDED.value,
        statements=statements,
        findings=findings,
        other_findings=[finding for finding in findings if finding["finding"] not in carded],
        other_readings=grouped(
            (one for one in readings if one["source"] == "declared" and one["finding"] not in carded), "title"
        ),
        publication=next(iter(stored_rows(connection, "SELECT * FROM raw.publication")), None),
        response=next((rate for rate in rates if rate["measure"] == "unit"), None),
        item_rates=[rate for rate in rates if rate["measure"] == "item"],
        named=[
            row["name"] for row in stored_rows(connection, "SELECT name FROM raw.named_respondents ORDER BY position")
        ],
        base_rules={rule: words for rule, words in BASE_RULES.items() if survey["has_records"] or rule in used},
        base_words=BASE_WORDS,
        questions=_questions(connection, survey),
        crosstabs=_crosstabs(connection, survey),
        checks=checks,
        failed_checks=failed,
        blocking=[check for check in failed if check["severity"] == "critical"],
        passed_checks=grouped((check for check in checks if check["passed"]), "suite"),
        check_severity_words=CHECK_SEVERITY_WORDS,
        files=stored_rows(connection, "SELECT * FROM raw.files ORDER BY file"),
    )


def provenance_tag(provenance: str) -> str | None:
    """What every table says of the records behind it; None for what respondents gave."""
    if provenance == Provenance.collected.value:
        return None
    return "No records" if provenance == Provenance.published.value else f"{_phrase(provenance)} records"


def render_index(lines: Sequence[SurveyLine], *, built_at: datetime.datetime) -> str:
    """The page over all surveys, in the order given."""
    return _render("index.html.j2", lines=lines, built_at=built_at)


# Toplines and crosstabs


def _questions(connection: duckdb.DuckDBPyConnection, survey: Row) -> list[Question]:
    toplines = grouped(stored_rows(connection, "SELECT * FROM marts.toplines ORDER BY question, position"), "question")
    bases = grouped(
        stored_rows(connection, "SELECT * FROM marts.bases WHERE group_by IS NULL ORDER BY n_base, base_rule"),
        "question",
    )
    routing = grouped(
        stored_rows(
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
    for one in stored_rows(connection, "SELECT * FROM raw.questions ORDER BY position"):
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
    labels = listed([f"“{route['label']}”" for route in routes], "or")
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
    rows = stored_rows(
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
    groups = grouped(cells, "group_value")
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


def _cheapest_first(reading: Row) -> tuple[bool, int, int]:
    cost = reading["cost"]
    return cost is None, cost or 0, reading["reading"]


def _check_order(check: Row) -> tuple[int, str, str]:
    severity = check["severity"]
    place = _CHECKS_WORST_FIRST.index(severity) if severity in _CHECKS_WORST_FIRST else len(_CHECKS_WORST_FIRST)
    return place, check["suite"], check["check"]


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


def _host(address: str) -> str:
    """An address as short as a reader needs it."""
    return (urlsplit(address).hostname or address).removeprefix("www.").rstrip(".")


def _render(template: str, **context: Any) -> str:
    html = _environment().get_template(template).render(context)
    return html.replace(" %", "\N{NO-BREAK SPACE}%")  # a number and its sign stay in one line


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
        number=_number,
        day=_day,
        moment=_moment,
        phrase=_phrase,
        web_address=web_address,
        listed=listed,
        caught=caught,
        provenance_tag=provenance_tag,
        host=_host,
    )
    return environment
