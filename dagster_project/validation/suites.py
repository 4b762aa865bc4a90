"""The suites in ``expectations/`` as values, and what they become for one survey. No Great Expectations here.

A suite is Great Expectations' own JSON. Each expectation's ``meta`` adds ``check`` (the stable name under which
people meet it), ``reason`` (why it must hold and why at this threshold) and, where it follows from the codebook,
``each`` (what it is repeated for) and ``nothing`` (what to say where there is no such thing).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any, Literal, cast, get_args

import duckdb

from dagster_project.codebook import Holds, QuestionType
from dagster_project.errors import InputError
from dagster_project.warehouse import column_names

CheckSeverity = Literal["critical", "warning", "info"]
Each = Literal[
    "respondent", "recorded", "forgiving", "weighted", "unweighted", "weight_of_all", "weight_above_0", "weight_from_0",
    "weights_above_0", "weights_from_0", "coded", "number", "routed",
]  # fmt: skip
# What an expectation is repeated for, by the word for it in a suite: each time the names that its text takes.
Scopes = Mapping[str | None, Sequence[Mapping[str, str]]]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_TABLE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class CheckSpec:
    """One check as it is declared, the same for every survey; ``table`` is ``schema.table``."""

    suite: str
    check: str
    table: str
    severity: CheckSeverity
    description: str
    reason: str


@dataclass(frozen=True)
class Suite:
    """One suite file: the table it is about, its checks in order, and its expectations as written."""

    name: str
    table: str
    title: str
    checks: tuple[CheckSpec, ...]
    expectations: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Expected:
    """One expectation for one survey: its type and kwargs, its check, and the question that it is about."""

    check: str
    type: str
    kwargs: Mapping[str, Any]
    severity: CheckSeverity
    description: str | None
    question: str | None


def load_suites(folder: Path) -> dict[str, Suite]:
    """Read every ``*.json`` in ``folder``, by the suite's name (the file's stem), in the order of the names.

    Raises `InputError` naming the file, the expectation and the mend.
    """
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise InputError(f"{folder}: there is no suite here. Each table's expectations stand in a file <table>.json.")
    return {path.stem: _load(path) for path in paths}


def _load(path: Path) -> Suite:
    content = _json(path)
    _must(isinstance(content, dict), f"{path}: a suite is a JSON object with name, meta and expectations.")
    name, meta, written = (content.get(field) for field in ("name", "meta", "expectations"))
    _must(name == path.stem, f'{path}: "name" is {name!r}; write {path.stem!r}, as the file is called.')
    table: Any = meta.get("table") if isinstance(meta, dict) else None
    _must(
        isinstance(table, str) and _TABLE.fullmatch(table) is not None,
        f'{path}: "meta.table" must name the table, as schema.table; it is {table!r}.',
    )
    _must(isinstance(written, list) and written != [], f'{path}: "expectations" must list at least one expectation.')
    checks: dict[str, CheckSpec] = {}
    for number, one in enumerate(written, start=1):
        place = f"{path}, expectation {number}"
        spec = _check(path.stem, place, one, table)
        first = checks.setdefault(spec.check, spec)
        _must(
            first.severity == spec.severity,
            f"{place}: check {spec.check!r} is {first.severity} above and {spec.severity} here. "
            "One check has one severity.",
        )
    return Suite(path.stem, table, str(meta.get("title", path.stem)), tuple(checks.values()), tuple(written))


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: this suite cannot be read ({error}). It must be a UTF-8 text file.") from error
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}, line {error.lineno}, column {error.colno}: this is not JSON ({error.msg}). Mend it there."
        ) from error


def _check(suite: str, place: str, one: Any, table: str) -> CheckSpec:
    """The check of one expectation as written; what is missing of it is told with its place in the file."""
    _must(
        isinstance(one, dict) and isinstance(one.get("type"), str),
        f'{place}: an expectation is an object with "type", "kwargs", "severity" and "meta".',
    )
    meta, severity = one.get("meta"), one.get("severity")
    _must(isinstance(one.get("kwargs"), dict), f'{place}: "kwargs" must be an object.')
    _must(isinstance(meta, dict), f'{place}: "meta" must hold "check" and "reason".')
    check, each = meta.get("check"), meta.get("each")
    _must(
        isinstance(check, str) and _NAME.fullmatch(check) is not None,
        f'{place}: "meta.check" is {check!r}; write a name of small letters, digits and _.',
    )
    _must(severity in get_args(CheckSeverity), f'{place}: "severity" is {severity!r}; write critical, warning or info.')
    for field in ("reason", "says"):
        said = meta.get(field)
        _must(isinstance(said, str) and said.strip() != "", f'{place}: "meta.{field}" must be a sentence.')
    _must(
        each is None or each in get_args(Each),
        f'{place}: "meta.each" is {each!r}; write one of {", ".join(get_args(Each))}, or leave it out.',
    )
    return CheckSpec(suite, check, table, severity, meta["says"], meta["reason"])


def _must(holds: bool, message: str) -> None:
    if not holds:
        raise InputError(message)


def expand(suite: Suite, scopes: Scopes) -> list[Expected]:
    """The suite's expectations for the survey of these scopes, templates filled."""
    return [
        Expected(
            check=one["meta"]["check"],
            type=one["type"],
            kwargs=cast(dict[str, Any], _fill(one["kwargs"], names)),
            severity=one["severity"],
            description=cast(str | None, _fill(one.get("description"), names)),
            question=names.get("question"),
        )
        for one in suite.expectations
        for names in scopes.get(one["meta"].get("each"), [])
    ]


def survey_scopes(connection: duckdb.DuckDBPyConnection) -> Scopes:
    """The scopes of the survey in ``connection``, from its ``raw`` tables."""
    survey = connection.execute(
        "SELECT generation, has_records, weighted, has_respondent, zero_weights, forgives FROM raw.survey"
    ).fetchone()
    if survey is None:
        raise InputError("raw.survey is empty: ingest the survey before validating it.")
    generation, has_records, weighted, has_respondent, zero_weights, forgives = survey
    columns = column_names(connection, "records.records")
    weighed = weighted and "weight" in columns
    holds = {
        None: True,
        "recorded": has_records,
        "forgiving": has_records and forgives,
        "respondent": has_respondent,
        "weighted": weighted,
        "unweighted": not weighted,
        "weight_above_0": weighed and not zero_weights,
        "weight_from_0": weighed and zero_weights,
        "weights_above_0": not zero_weights,
        "weights_from_0": zero_weights,
        "weight_of_all": weighed and "disposition" not in columns,  # who did not respond need not have a weight
    }
    of_all: Scopes = {each: [{"generation": str(generation)}] for each, holds_here in holds.items() if holds_here}
    return {**of_all, **_questions(connection)}


def _questions(connection: duckdb.DuckDBPyConnection) -> Scopes:
    """The questions with `coded` answers (all but words), those that are a `number`, and those that are `routed`."""
    rows = connection.execute(
        """
        SELECT questions.question, questions.type, routing.asked_if_question, asked.type
        FROM raw.questions AS questions
        LEFT JOIN (SELECT DISTINCT question, asked_if_question FROM raw.routing) AS routing USING (question)
        LEFT JOIN raw.questions AS asked ON asked.question = routing.asked_if_question
        ORDER BY questions.position
        """
    ).fetchall()
    scopes: dict[str | None, list[dict[str, str]]] = defaultdict(list)
    for question, kind, asked_if, asked_if_kind in rows:
        names, traits = {"question": question, "kind": kind}, QuestionType(kind).traits
        if traits.holds is not Holds.words:
            scopes["coded"].append(names)
        if traits.is_number:
            scopes["number"].append(names)
        if asked_if is not None:
            scopes["routed"].append({**names, "asked_if": asked_if, "asked_if_kind": asked_if_kind})
    return scopes


def _fill(value: object, names: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return Template(value).safe_substitute(names)
    if isinstance(value, list):
        return [_fill(item, names) for item in value]
    if isinstance(value, dict):
        return {key: _fill(item, names) for key, item in value.items()}
    return value
