"""The report that people read, and the index over surveys: one HTML file each, whole without a network or a script.

Here stored rows are put in reading order and into sentences. No number is computed or rounded anew, nothing that a
release leaves out is read (records, the values of rejects), and no file is written.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import duckdb

from dagster_project.claims import CONTRADICTED, BaseRule, Severity, listed
from dagster_project.codebook import Provenance
from dagster_project.release.figures import (
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
    Row,
    grouped,
    stored_findings,
    stored_rows,
    web_address,
)
from dagster_project.release.tables import crosstabs, questions

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"

PROVENANCE_WORDS = {
    Provenance.reconstructed.value: "The records behind this report are reconstructed. No respondent gave them.",
    Provenance.synthetic.value: "The records behind this report are synthetic. No respondent gave them.",
    Provenance.published.value: "There are no records behind this report. What was printed is all there is.",
}
_OUTCOMES = {"RR": "Response rate", "COOP": "Cooperation rate", "REF": "Refusal rate", "CON": "Contact rate"}
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
        base_rules={rule: rule.words.definition for rule in BaseRule if survey["has_records"] or rule in used},
        base_words={rule: rule.words.did for rule in BaseRule},
        questions=questions(connection, survey),
        crosstabs=crosstabs(connection, survey),
        outcome_rates=_outcome_rates(rates),
        dispositions=stored_rows(connection, "SELECT * FROM marts.dispositions ORDER BY position"),
        weighting=stored_rows(connection, "SELECT * FROM raw.weighting ORDER BY wave"),
        weighting_margins=_weighting_margins(connection),
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


def _outcome_rates(rates: Sequence[Row]) -> list[Row]:
    """AAPOR's rates, where any of them is known."""
    outcomes = [rate for rate in rates if rate["measure"] not in ("unit", "item")]
    return outcomes if any(rate["rate"] is not None for rate in outcomes) else []


def _weighting_margins(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """The categories that the weights were made to meet, each with its labels."""
    labels = {
        (row["question"], row["answer"]): row["label"]
        for row in stored_rows(
            connection,
            """SELECT question, answer, answer_label AS label FROM raw.answers
            UNION SELECT question, net, net_label FROM raw.nets""",
        )
    }

    def label(margin: Row) -> str:
        if margin["answers"] is None:
            return "No answer"
        return ", ".join(labels.get(of, of[1]) for of in zip(margin["questions"], margin["answers"], strict=True))

    margins = stored_rows(connection, "SELECT * FROM raw.weighting_margins ORDER BY wave, margin, position")
    return [{**one, "label": label(one)} for one in margins]


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


def _points(value: float | None, decimals: int) -> str:
    """A proportion in percent, to the table's decimals but at least one."""
    return "" if value is None else f"{100 * value:.{max(decimals, 1)}f}"


def _amount(value: float | None) -> str:
    """A mean, a total or a quantile to four digits, or to the unit where it is longer."""
    if value is None:
        return ""
    digits = max(0, 3 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:,.{digits}f}"


def _p_value(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def _outcome(measure: str) -> str:
    """`RR1` as `Response rate 1 (RR1)`."""
    return f"{_OUTCOMES[measure[:-1]]} {measure[-1]} ({measure})"


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
        points=_points,
        amount=_amount,
        p_value=_p_value,
        outcome=_outcome,
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
