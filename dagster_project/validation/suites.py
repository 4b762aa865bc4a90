"""The suites in ``expectations/`` as values, and what they become for one survey. No Great Expectations here.

A suite is Great Expectations' own JSON. Each expectation's ``meta`` adds ``check`` (the stable name under which
people meet it), ``reason`` (why it must hold and why at this threshold) and, where it follows from the codebook,
``each`` (what it is repeated for) and ``nothing`` (what to say where there is no such thing).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any, Literal, cast, get_args

import duckdb

from dagster_project.codebook import Holds, QuestionType
from dagster_project.errors import InputError

Severity = Literal["critical", "warning", "info"]
Each = Literal[
    "respondent", "recorded", "weighted", "unweighted", "weight", "weight_of_all", "coded", "number", "routed",
]  # fmt: skip

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_TABLE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class CheckSpec:
    """One check as it is declared, the same for every survey; ``table`` is ``schema.table``."""

    suite: str
    check: str
    table: str
    severity: Severity
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
    severity: Severity
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
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: this suite cannot be read ({error}). It must be a UTF-8 text file.") from error
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}, line {error.lineno}, column {error.colno}: this is not JSON ({error.msg}). Mend it there."
        ) from error
    if not isinstance(content, dict):
        raise InputError(f"{path}: a suite is a JSON object with name, meta and expectations.")
    if content.get("name") != path.stem:
        raise InputError(f'{path}: "name" is {content.get("name")!r}; write {path.stem!r}, as the file is called.')
    meta = content.get("meta")
    table = meta.get("table") if isinstance(meta, dict) else None
    if not isinstance(meta, dict) or not isinstance(table, str) or not _TABLE.fullmatch(table):
        raise InputError(f'{path}: "meta.table" must name the table, as schema.table; it is {table!r}.')
    written = content.get("expectations")
    if not isinstance(written, list) or not written:
        raise InputError(f'{path}: "expectations" must list at least one expectation.')
    checks: dict[str, CheckSpec] = {}
    for number, one in enumerate(written, start=1):
        spec = _check(path, number, one, table)
        first = checks.setdefault(spec.check, spec)
        if first.severity != spec.severity:
            raise InputError(
                f"{path}, expectation {number}: check {spec.check!r} is {first.severity} above and {spec.severity} "
                "here. One check has one severity."
            )
    return Suite(path.stem, table, str(meta.get("title", path.stem)), tuple(checks.values()), tuple(written))


def _check(path: Path, number: int, one: object, table: str) -> CheckSpec:
    place = f"{path}, expectation {number}"
    if not isinstance(one, dict) or not isinstance(one.get("type"), str):
        raise InputError(f'{place}: an expectation is an object with "type", "kwargs", "severity" and "meta".')
    if not isinstance(one.get("kwargs"), dict):
        raise InputError(f'{place}: "kwargs" must be an object.')
    meta = one.get("meta")
    if not isinstance(meta, dict):
        raise InputError(f'{place}: "meta" must hold "check" and "reason".')
    check, severity = meta.get("check"), one.get("severity")
    if not isinstance(check, str) or not _NAME.fullmatch(check):
        raise InputError(f'{place}: "meta.check" is {check!r}; write a name of small letters, digits and _.')
    if severity not in get_args(Severity):
        raise InputError(f'{place}: "severity" is {severity!r}; write critical, warning or info.')
    for field in ("reason", "says"):
        if not isinstance(meta.get(field), str) or not meta[field].strip():
            raise InputError(f'{place}: "meta.{field}" must be a sentence.')
    each = meta.get("each")
    if each is not None and each not in get_args(Each):
        raise InputError(
            f'{place}: "meta.each" is {each!r}; write one of {", ".join(get_args(Each))}, or leave it out.'
        )
    return CheckSpec(path.stem, check, table, cast(Severity, severity), meta["says"], meta["reason"])


def expand(suite: Suite, connection: duckdb.DuckDBPyConnection) -> list[Expected]:
    """The suite's expectations for the survey in ``connection``, templates filled from its ``raw`` tables."""
    survey = connection.execute("SELECT generation, has_records, weighted, has_respondent FROM raw.survey").fetchone()
    if survey is None:
        raise InputError("raw.survey is empty: ingest the survey before validating it.")
    generation, has_records, weighted, has_respondent = survey
    questions = connection.execute(
        """
        SELECT questions.question, questions.type, routing.asked_if_question, asked.type
        FROM raw.questions AS questions
        LEFT JOIN (SELECT DISTINCT question, asked_if_question FROM raw.routing) AS routing USING (question)
        LEFT JOIN raw.questions AS asked ON asked.question = routing.asked_if_question
        ORDER BY questions.position
        """
    ).fetchall()
    of_all = {"generation": str(generation)}
    columns = {
        name
        for (name,) in connection.execute(
            "SELECT column_name FROM duckdb_columns() WHERE schema_name = 'records' AND table_name = 'records'"
        ).fetchall()
    }
    weighed = weighted and "weight" in columns
    of_question = [
        ({"question": question, "kind": kind}, QuestionType(kind).traits) for question, kind, *_ in questions
    ]
    scopes: dict[str | None, list[dict[str, str]]] = {
        None: [of_all],
        "recorded": [of_all] if has_records else [],
        "respondent": [of_all] if has_respondent else [],
        "weighted": [of_all] if weighted else [],
        "unweighted": [] if weighted else [of_all],
        "weight": [of_all] if weighed else [],
        # who did not respond need not have a weight
        "weight_of_all": [of_all] if weighed and "disposition" not in columns else [],
        "routed": [
            {"question": question, "kind": kind, "asked_if": asked_if, "asked_if_kind": asked_if_kind}
            for question, kind, asked_if, asked_if_kind in questions
            if asked_if is not None
        ],
        "coded": [asked for asked, traits in of_question if traits.holds is not Holds.words],
        "number": [asked for asked, traits in of_question if traits.is_number],
    }
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
        for names in scopes[one["meta"].get("each")]
    ]


def _fill(value: object, names: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return Template(value).safe_substitute(names)
    if isinstance(value, list):
        return [_fill(item, names) for item in value]
    if isinstance(value, dict):
        return {key: _fill(item, names) for key, item in value.items()}
    return value
