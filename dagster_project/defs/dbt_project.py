"""dbt's models built and its tests made in this process, and what came of them. What Dagster makes of that stands in
`transform`.

dbt parses and compiles (`dbt_parse`); its SQL is run here on the survey's open database as dbt would: models in their
order, each as a table under its contract, its tests before what depends on it. By dbt itself a small survey took five
times as long. A plain `dbt build` gives the same tables, which a test holds.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.defs.dbt_parse import compiled_sql, manifest_json
from dagster_project.defs.survey_sql import survey_sql
from dagster_project.disclosure import make_withheld_tables
from dagster_project.errors import InputError
from dagster_project.places import Places
from dagster_project.room import no_room
from dagster_project.sql_functions import make_functions
from dagster_project.stopping import end_if_signalled
from dagster_project.warehouse import open_warehouse, transaction

__all__ = ["NodeResult", "build", "manifest_json"]

Node = Mapping[str, Any]


@dataclass(frozen=True)
class NodeResult:
    """What became of one model or test. `failures` counts the rows that a test returned, `sql` is what was run."""

    unique_id: str
    name: str
    is_test: bool
    status: str
    failures: int | None
    message: str | None
    seconds: float
    sql: str

    @property
    def passed(self) -> bool:
        """Whether the model was built or the test found nothing."""
        return self.status in {"success", "pass"}


def build(places: Places, survey: str, select: str) -> list[NodeResult]:
    """Build the selected models of one survey and make their tests, in dbt's order.

    `select` names folders of models (`marts`) or models (`toplines`), with those that they are made from (`+toplines`).
    A model or test that was not tried because of a failure before it is in the list with the status `skipped`.
    Raises `InputError` where the project cannot be compiled.
    """
    manifest, compiled = manifest_json(), compiled_sql()
    with closing(open_warehouse(places.work_database(survey))) as connection:
        make_withheld_tables(connection)
        make_functions(connection)
        results = list(_Build(connection, manifest, compiled).results(select))
    for result in results:
        if not result.is_test and result.unique_id not in compiled:
            _keep(result, places.work_dir(survey) / "dbt" / "compiled" / manifest["nodes"][result.unique_id]["path"])
    return results


def _keep(result: NodeResult, path: Path) -> None:
    """What was rendered for this survey alone, for people to read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(result.sql, encoding="utf-8")


class _Build:
    """One survey's models, built one after the other."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any], compiled: Mapping[str, str]
    ) -> None:
        self.connection = connection
        self.manifest = manifest
        self.compiled = compiled
        self.nodes: Mapping[str, Node] = manifest["nodes"]
        self.failed: set[str] = set()  # models that are not there, and what is made from them
        self.distrusted: list[set[str]] = []  # for each test that failed, the models that it is about

    def results(self, select: str) -> Iterator[NodeResult]:
        models = self._selected(select)
        tests = [
            (node, self._parents(node))
            for node in self.nodes.values()
            if node["resource_type"] == "test" and self._parents(node) <= set(models)
        ]
        built: set[str] = set()
        for model in models:
            end_if_signalled()
            yield self._model(self.nodes[model])
            before, built = built, built | {model}
            yield from self._tests([test for test, about in tests if about <= built and not about <= before])

    def _selected(self, select: str) -> list[str]:
        """The ids of the models that are meant, each after those that it is made from."""
        graph = {key: self._parents(node) for key, node in self.nodes.items() if node["resource_type"] == "model"}
        meant = set().union(*(self._meant(word, graph) for word in select.split()))
        return [key for key in TopologicalSorter(graph).static_order() if key in meant]

    def _meant(self, word: str, models: Iterable[str]) -> set[str]:
        name = word.removeprefix("+")
        named = {key for key in models if name in (self.nodes[key]["name"], self.nodes[key]["fqn"][1])}
        if not named:
            raise InputError(f"dbt has no model or folder of models that is called {name}.")
        return named if name == word else named.union(*(self._ancestors(self.nodes[key]) for key in named))

    def _parents(self, node: Node) -> set[str]:
        return {parent for parent in node["depends_on"]["nodes"] if parent in self.nodes}

    def _ancestors(self, node: Node) -> set[str]:
        parents = self._parents(node)
        return parents.union(*(self._ancestors(self.nodes[parent]) for parent in parents))

    def _model(self, node: Node) -> NodeResult:
        ancestors = self._ancestors(node)
        if ancestors & self.failed or any(about <= ancestors for about in self.distrusted):
            self.failed.add(node["unique_id"])
            return _result(node, "skipped")
        started = time.perf_counter()
        sql = ""
        try:
            sql = self.compiled.get(node["unique_id"]) or survey_sql(self.connection, self.manifest, node)
            with transaction(self.connection):
                _make_table(self.connection, node, sql)
        except (duckdb.Error, InputError) as error:
            if no_room(error):
                raise
            self.failed.add(node["unique_id"])
            return _result(node, "error", message=str(error), seconds=time.perf_counter() - started, sql=sql)
        return _result(node, "success", seconds=time.perf_counter() - started, sql=sql)

    def _tests(self, nodes: Sequence[Node]) -> Iterator[NodeResult]:
        sound = [node for node in nodes if not self._parents(node) & self.failed]
        yield from (_result(node, "skipped") for node in nodes if node not in sound)
        for result in self._made(sound):
            if not result.passed:
                self.distrusted.append(self._parents(self.nodes[result.unique_id]))
            yield result

    def _made(self, tests: Sequence[Node]) -> list[NodeResult]:
        """The tests in one statement; where that cannot be run each by itself, so that the others keep their result."""
        started = time.perf_counter()
        try:
            counts = self._rows_of(tests)
        except duckdb.Error as error:
            if len(tests) > 1:
                return [result for test in tests for result in self._made([test])]
            return [_result(tests[0], "error", message=str(error), sql=self.compiled[tests[0]["unique_id"]])]
        seconds = (time.perf_counter() - started) / max(len(tests), 1)
        return [
            _result(
                test,
                "fail" if failures else "pass",
                failures=failures,
                seconds=seconds,
                sql=self.compiled[test["unique_id"]],
            )
            for test, failures in zip(tests, counts, strict=True)
        ]

    def _rows_of(self, tests: Sequence[Node]) -> list[int]:
        """How many rows each test returns, of which a good table has none."""
        if not tests:
            return []
        counts = ", ".join(f"(SELECT count(*) FROM (\n{self.compiled[test['unique_id']]}\n))" for test in tests)
        row = self.connection.execute(f"SELECT {counts}").fetchone()
        return list(row or ())


_KEPT: set[str] = set()  # SQL that was seen to give the columns of its contract


def _make_table(connection: duckdb.DuckDBPyConnection, node: Node, sql: str) -> None:
    """The model's rows as a table of the columns that its contract has."""
    table, columns = node["relation_name"], node["columns"].values()
    names = ", ".join(f'"{column["name"]}"' for column in columns)
    declared = ", ".join(
        f'"{column["name"]}" {column["data_type"]}{" NOT NULL" if column["constraints"] else ""}' for column in columns
    )
    connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{node["schema"]}"')
    connection.execute(f"CREATE OR REPLACE TABLE {table} ({declared})")
    # the columns of all tables are the same for every survey, but those of its records
    if any(schema == "records" for schema, _ in node["sources"]):
        _refuse_other_columns(connection, node, sql)
    elif sql not in _KEPT:
        _refuse_other_columns(connection, node, sql)
        _KEPT.add(sql)
    connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM (\n{sql}\n)")


def _refuse_other_columns(connection: duckdb.DuckDBPyConnection, node: Node, sql: str) -> None:
    """Raise `InputError` where the SQL has other columns than the table that its contract made."""
    wanted, given = _types(connection, f"FROM {node['relation_name']}"), _types(connection, sql)
    if wanted != given:
        differing = sorted(dict(wanted.items() ^ given.items()))
        told = ", ".join(f"{name} ({given.get(name, 'none')} for {wanted.get(name, 'none')})" for name in differing)
        raise InputError(f"dbt/{node['original_file_path']}: the columns are not those of the contract: {told}.")


def _types(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, str]:
    return {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE {sql}").fetchall()}


def _result(
    node: Node,
    status: str,
    *,
    failures: int | None = None,
    message: str | None = None,
    seconds: float = 0.0,
    sql: str = "",
) -> NodeResult:
    is_test = node["resource_type"] == "test"
    return NodeResult(node["unique_id"], node["name"], is_test, status, failures, message, seconds, sql)
