"""The SQL of a dbt model that asks the survey while it is compiled, rendered with dbt's own macros and without dbt.

Such a model and its macros may use the names of `_names` and each other, no more: what is unknown is refused. A test
holds that dbt compiles the same text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any, NoReturn

import duckdb
from jinja2 import Environment, Template
from jinja2.meta import find_undeclared_variables

from dagster_project.defs.dbt_parse import macros_of
from dagster_project.errors import InputError


class _Returned(Exception):  # noqa: N818 # no error: it is how a macro gives a value
    """What a macro gives by `return`, as a value and not as text."""

    def __init__(self, value: object) -> None:
        self.value = value


def survey_sql(connection: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any], node: Mapping[str, Any]) -> str:
    """The model's SQL for the survey of `connection`. Raises `InputError` naming the model and what is unknown."""
    names = _names(connection, manifest)
    texts = {"": node["raw_code"]}
    for macro_id in macros_of(manifest, node):
        macro = manifest["macros"][macro_id]
        if macro["package_name"] == node["package_name"]:
            texts[macro["name"]] = macro["macro_sql"]
            names[macro["name"]] = _macro(macro["name"], macro["macro_sql"], names)
    names["model"] = node
    unknown = sorted(set().union(*map(_undeclared, texts.values())) - names.keys())
    if unknown:
        raise InputError(
            f"dbt/{node['original_file_path']}: a model that asks the survey cannot use {', '.join(unknown)}; "
            "dagster_project/defs/survey_sql.py has what it can."
        )
    return _template(node["raw_code"]).render(names)


def _names(connection: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """dbt's own names that such a model may use."""
    relations = {
        tuple(one["fqn"][-2:] if one["resource_type"] == "source" else [one["name"]]): one["relation_name"]
        for one in (*manifest["sources"].values(), *manifest["nodes"].values())
        if one["resource_type"] in ("source", "model")
    }

    def run_query(query: str) -> SimpleNamespace:
        return SimpleNamespace(rows=connection.execute(query).fetchall())

    def give(value: object) -> NoReturn:
        raise _Returned(value)

    def refuse(message: str) -> NoReturn:
        raise InputError(message)

    return {
        "exceptions": SimpleNamespace(raise_compiler_error=refuse),
        "execute": True,
        "source": lambda *name: relations[name],
        "ref": lambda *name: relations[name],
        "return": give,
        "run_query": run_query,
    }


def _macro(name: str, text: str, names: Mapping[str, Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return getattr(_template(text).make_module(dict(names)), name)(*arguments, **named)
        except _Returned as returned:
            return returned.value

    return call


ENVIRONMENT = Environment(extensions=["jinja2.ext.do"])  # as dbt has it; what is rendered is SQL and no page


@cache
def _template(text: str) -> Template:
    return ENVIRONMENT.from_string(text)


@cache
def _undeclared(text: str) -> set[str]:
    """The names that a text uses and does not make itself."""
    return find_undeclared_variables(ENVIRONMENT.parse(text))
