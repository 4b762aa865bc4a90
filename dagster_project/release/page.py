"""How a page is written: the templates, and the words and forms that they give to single values.

What stands on a page is a frozen dataclass, and its fields are the names that its template knows. Numbers are put in
digits by `numbers`.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dagster_project.claims import BaseRule, listed
from dagster_project.codebook import Provenance
from dagster_project.release import numbers
from dagster_project.release.stored import web_address

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"

_OUTCOMES = {"RR": "Response rate", "COOP": "Cooperation rate", "REF": "Refusal rate", "CON": "Contact rate"}
_SEVERITIES_OF_CHECKS = {"critical": "blocks a release", "warning": "warning", "info": "note"}
# What a suite is of, where its own name would not say it to a reader.
_SUITES = {
    "dbt_marts": "Result tables, as they were computed",
    "dbt_tallies": "Tallies, as they were computed",
    "figures": "Published figures",
    "readings": "Readings of the published figures",
    "findings": "What the audit finds, reckoned a second way",
    "statements": "Statements on the published figures",
}


def write_page(template: str, page: DataclassInstance) -> str:
    """The page as HTML."""
    names = {field.name: getattr(page, field.name) for field in fields(page)}
    html = _environment().get_template(template).render(names)
    return html.replace(" %", "\N{NO-BREAK SPACE}%")  # a number and its sign stay in one line


def provenance_tag(provenance: str) -> str | None:
    """What every table says of the records behind it; None for what respondents gave."""
    if provenance == Provenance.collected.value:
        return None
    return "No records" if provenance == Provenance.published.value else f"{_phrase(provenance)} records"


def _outcome(measure: str) -> str:
    """`RR1` as `Response rate 1 (RR1)`."""
    return f"{_OUTCOMES[measure[:-1]]} {measure[-1]} ({measure})"


def _suite(name: str) -> str:
    return _SUITES.get(name, _phrase(name))


def _check_severity(severity: str) -> str:
    return _SEVERITIES_OF_CHECKS.get(severity, severity)


def day(value: datetime.date) -> str:
    """A date as people write it."""
    return f"{value.day} {value:%B %Y}"


def _moment(value: datetime.datetime) -> str:
    return f"{day(value)}, {value:%H:%M %Z}".strip()


def _phrase(name: str) -> str:
    """`rows_are_accounted_for` as words."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _host(address: str) -> str:
    """An address as short as a reader needs it."""
    return (urlsplit(address).hostname or address).removeprefix("www.").rstrip(".")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=numbers.number,
        decimals=numbers.decimals,
        percent=numbers.percent,
        points=numbers.points,
        amount=numbers.amount,
        p_value=numbers.p_value,
        caught=numbers.caught,
        outcome=_outcome,
        suite=_suite,
        check_severity=_check_severity,
        day=day,
        moment=_moment,
        phrase=_phrase,
        web_address=web_address,
        listed=listed,
        provenance_tag=provenance_tag,
        host=_host,
    )
    script = (_TEMPLATES / "script.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    # The page's policy lets this one text run and no other.
    environment.globals.update(script=Markup(script), script_hash=Markup(f"'sha256-{digest}'"))
    environment.globals.update(base_words={rule: rule.words.did for rule in BaseRule})
    return environment
