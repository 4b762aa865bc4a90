"""dbt by itself: the unit tests of the models, our generic tests both ways, and a plain build in dbt/."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.defs import dbt_project
from dagster_project.defs.dbt_parse import _refuse_what_no_run_does, compiled_sql
from dagster_project.defs.survey_sql import survey_sql
from dagster_project.errors import InputError
from dagster_project.places import DBT_DIR
from tests.conftest import Desk, Outcome

DBT = Path(sys.executable).with_name("dbt")


def _dbt(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DBT, *arguments], cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def built(small_release: Desk, tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Path]:
    """A small survey that was ingested by the pipeline, and then built by a plain `dbt build` in a copy of dbt/."""
    folder = tmp_path_factory.mktemp("plain")
    desk = small_release.copy_to(folder)
    shutil.copy(desk.places.work_database("small"), folder / "ours.duckdb")
    with duckdb.connect(str(desk.places.work_database("small"))) as connection:
        connection.execute("DROP SCHEMA marts CASCADE; DROP SCHEMA tallies CASCADE")
    project = folder / "dbt"
    shutil.copytree(DBT_DIR, project, ignore=shutil.ignore_patterns("target", "logs"))
    return desk, project


def test_a_plain_dbt_build_works_by_itself(built: tuple[Desk, Path]) -> None:
    desk, project = built
    environment = {"BASECHECK_SURVEY": "small", "BASECHECK_OUTPUT_DIR": str(desk.places.output_dir)}
    done = _dbt("build", folder=project, **environment)
    assert done.returncode == 0, done.stdout
    unit_tests = [result for result in _results(project) if result["unique_id"].startswith("unit_test.")]
    assert len(unit_tests) == 13
    assert {result["status"] for result in unit_tests} == {"pass"}
    with duckdb.connect(str(desk.places.work_database("small")), read_only=True) as connection:
        assert connection.execute("SELECT count(*) > 0 FROM marts.toplines").fetchall() == [(True,)]


def test_a_plain_dbt_build_gives_the_tables_of_a_run(built: tuple[Desk, Path]) -> None:
    desk, project = built
    tables = "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name IN ('marts', 'tallies')"
    ours, plain = (
        duckdb.connect(str(path), read_only=True)
        for path in (project.parent / "ours.duckdb", desk.places.work_database("small"))
    )
    names = {name for (name,) in ours.execute(tables).fetchall()}
    assert names == {name for (name,) in plain.execute(tables).fetchall()}
    for name in names:
        assert ours.execute(f"DESCRIBE {name}").fetchall() == plain.execute(f"DESCRIBE {name}").fetchall(), name
        rows = f"FROM {name} ORDER BY ALL"
        assert ours.execute(rows).fetchall() == plain.execute(rows).fetchall(), name


def test_what_dbt_compiles_is_what_a_run_takes(built: tuple[Desk, Path], shipped: tuple[Desk, Outcome]) -> None:
    small, project = built
    nodes = dbt_project.manifest_json()["nodes"]
    models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    asking = models.keys() - compiled_sql().keys()
    assert {models[key]["name"] for key in asking} == {"cells", "dispositions"}

    def check(desk: Desk, survey: str, keys: Collection[str]) -> None:
        with duckdb.connect(str(desk.places.work_database(survey)), read_only=True) as connection:
            for key in keys:
                [path] = (project / "target" / "compiled").rglob(models[key]["path"])
                ours = compiled_sql().get(key) or survey_sql(connection, dbt_project.manifest_json(), models[key])
                assert ours.strip() == path.read_text().strip(), (survey, key)

    check(small, "small", models)  # built by the first test
    desk, _ = shipped
    for survey in ("nhanes2", "kyodo_economic_security"):
        environment = {"BASECHECK_SURVEY": survey, "BASECHECK_OUTPUT_DIR": str(desk.places.output_dir)}
        done = _dbt("compile", "--select", *(models[key]["name"] for key in asking), folder=project, **environment)
        assert done.returncode == 0, done.stdout
        check(desk, survey, asking)


def test_a_model_that_asks_the_survey_for_what_only_dbt_knows_is_refused() -> None:
    manifest = dbt_project.manifest_json()
    cells = manifest["nodes"]["model.basecheck.cells"]
    changed = {**cells, "raw_code": "select {{ adapter.quote('a') }}"}
    with (
        duckdb.connect() as connection,
        pytest.raises(InputError, match=r"models/tallies/cells\.sql: .* cannot use adapter"),
    ):
        survey_sql(connection, manifest, changed)


@pytest.mark.parametrize(
    ("node", "changed", "told"),
    [
        (
            "bases",
            {"config": {"materialized": "view"}},
            "bases.sql, bases: .* materialized: table, .* view",
        ),
        ("bases", {"config": {"post-hook": ["drop"]}}, r"bases.sql, bases: .* post-hook: \[\]"),
        (
            "bases",
            {"columns": {"n": {"name": "n", "constraints": [{"type": "check"}]}}},
            "bases, n: .*check",
        ),
        ("bases", {"resource_type": "seed"}, "models and tests, and no seed"),
        ("strata_are_unique", {"config": {"severity": "WARN"}}, "strata.yml, strata_are_unique: .* severity: ERROR"),
        ("strata_are_unique", {"config": {"where": "1 = 2"}}, "strata_are_unique: .* where: None"),
    ],
)
def test_a_setting_that_only_dbt_follows_is_refused(node: str, changed: dict[str, Any], told: str) -> None:
    nodes = dbt_project.manifest_json()["nodes"]
    _refuse_what_no_run_does({"nodes": nodes})
    [found] = [one for one in nodes.values() if one["name"] == node]
    other = {**found, **changed, "config": {**found["config"], **changed.get("config", {})}}
    with pytest.raises(InputError, match=told):
        _refuse_what_no_run_does({"nodes": {node: other}})


@pytest.fixture
def changed_sql(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Put another SQL in the place of what dbt compiled for a model or test."""

    def change(name: str, sql: str) -> None:
        [key] = [key for key, node in dbt_project.manifest_json()["nodes"].items() if node["name"] == name]
        changed = {**dbt_project.compiled_sql(), key: sql}
        monkeypatch.setattr(dbt_project, "compiled_sql", lambda: changed)

    return change


def _statuses(desk: Desk, select: str = "marts") -> dict[str, str]:
    return {result.name: result.status for result in dbt_project.build(desk.places, "small", select)}


def test_nothing_is_made_from_a_table_that_fails_its_test(
    released: Desk, changed_sql: Callable[[str, str], None]
) -> None:
    changed_sql("bases_base_rule_is_known", "select 1 union all select 2")
    statuses = _statuses(released)
    assert statuses["bases"] == "success"
    assert statuses["bases_base_rule_is_known"] == "fail"
    assert statuses["bases_rows_are_unique"] == "pass"
    assert {statuses[name] for name in ("estimates", "toplines", "toplines_rows_are_unique", "letters")} == {"skipped"}
    assert {statuses[name] for name in ("strata", "dispositions", "strata_are_unique")} <= {"success", "pass"}


def test_a_test_that_cannot_be_made_is_an_error_and_the_others_are_made(
    released: Desk, changed_sql: Callable[[str, str], None]
) -> None:
    changed_sql("toplines_rows_are_unique", "select 1 / nothing")
    statuses = _statuses(released)
    assert statuses["toplines_rows_are_unique"] == "error"
    assert statuses["toplines_say_why_a_number_is_missing"] == "pass"


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("select survey, 1 as stratum from raw.survey", "stratum (INTEGER for VARCHAR)"),
        ("select broken from raw.survey", '"broken" not found'),
        ("select * replace (null::varchar as survey) from kept", "NOT NULL constraint failed: strata.survey"),
    ],
)
def test_a_model_that_breaks_its_contract_leaves_the_table_as_it_was(
    sql: str, told: str, released: Desk, changed_sql: Callable[[str, str], None]
) -> None:
    database = str(released.places.work_database("small"))
    with duckdb.connect(database) as connection:
        connection.execute("CREATE TABLE kept AS FROM marts.strata")
        before = connection.execute("FROM kept").fetchall()
    changed_sql("strata", sql)
    [strata, *tests] = dbt_project.build(released.places, "small", "strata")
    assert strata.status == "error"
    assert told in str(strata.message)
    assert {test.status for test in tests} == {"skipped"}
    with duckdb.connect(database, read_only=True) as connection:
        assert connection.execute("FROM marts.strata").fetchall() == before


def test_a_folder_of_models_that_is_not_there_is_named(released: Desk) -> None:
    with pytest.raises(InputError, match="no model or folder of models that is called crumbs"):
        dbt_project.build(released.places, "small", "+crumbs")


def test_dbt_docs_describe_every_model_and_column(built: tuple[Desk, Path]) -> None:
    desk, project = built
    environment = {"BASECHECK_SURVEY": "small", "BASECHECK_OUTPUT_DIR": str(desk.places.output_dir)}
    done = _dbt("docs", "generate", folder=project, **environment)
    assert done.returncode == 0, done.stdout
    manifest = json.loads((project / "target" / "manifest.json").read_text())
    catalog = json.loads((project / "target" / "catalog.json").read_text())
    models = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    assert models.keys() == catalog["nodes"].keys()
    for key, model in models.items():
        assert model["description"], key
        described = {name for name, column in model["columns"].items() if column["description"]}
        assert described == set(catalog["nodes"][key]["columns"]), key


def test_every_macro_and_generic_test_is_described_with_its_arguments() -> None:
    ours = [one for one in dbt_project.manifest_json()["macros"].values() if one["package_name"] == "basecheck"]
    assert ours
    for macro in ours:
        taken = re.search(r"{% (?:macro|test) \w+\((.*?)\)", macro["macro_sql"], re.DOTALL)
        assert taken, macro["name"]
        names = [argument.partition("=")[0].strip() for argument in taken[1].split(",") if argument.strip()]
        assert [argument["name"] for argument in macro["arguments"]] == names, macro["name"]
        assert all([macro["description"], *(argument["description"] for argument in macro["arguments"])]), macro["name"]


MODELS = """
models:
  - name: right
    data_tests: &tests
      - unique_combination: {arguments: {columns: [a, b]}}
      - parts_sum_to_whole:
          arguments:
            {part: n, part_keys: [a], whole: n, whole_relation: ref('wholes'), whole_keys: [a], part_where: "b <> 'z'"}
      - no_more_than: {arguments: {part: a, whole: n}}
    columns: &columns
      - name: share
        data_tests: [accepted_range: {arguments: {lowest: 0, highest: 1}}]
  - name: wrong
    data_tests: *tests
    columns: *columns
  - name: masked_mart
    columns:
      - {name: answer, config: {meta: {tells: key}}}
      - {name: n_base, config: {meta: {tells: count, of: base}}}
      - {name: is_small, config: {meta: {tells: count, of: base, instead: "true"}}}
      - {name: n, config: {meta: {tells: count}}}
      - {name: shoe_size, config: {meta: {tells: anything}}}
      - {name: withheld, config: {meta: {tells: withheld}}}
      - {name: not_computed, config: {meta: {tells: reason}}}
  - name: careless_mart
    columns:
      - {name: answer, config: {meta: {tells: key}}}
      - {name: n}
"""
MART = """
with final as (

    select * from (
        values
        ('a', 40, false, 9, 43, null, null, null, 7),
        ('b', 40, false, 3, 43, 'one of two', 'too few', null, 7),
        ('c', 4, false, 1, 43, null, 'too few', 'too few', 7)
    ) as t (
        answer, n_base, is_small, n, shoe_size, not_computed, withheld_because, base_withheld_because, undeclared
    )

)

{{ masked("final") }}
"""


@pytest.fixture(scope="module")
def by_itself(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of a few rows that has our generic tests and the mask, and nothing else of ours, built."""
    tmp_path = tmp_path_factory.mktemp("by_itself")
    (tmp_path / "dbt_project.yml").write_text("name: generic\nprofile: p\nflags: {send_anonymous_usage_stats: false}\n")
    (tmp_path / "profiles.yml").write_text("p: {target: t, outputs: {t: {type: duckdb, path: t.duckdb}}}\n")
    shutil.copytree(DBT_DIR / "tests" / "generic", tmp_path / "tests" / "generic")
    (tmp_path / "macros").mkdir()
    shutil.copy(DBT_DIR / "macros" / "masked.sql", tmp_path / "macros")
    models = tmp_path / "models"
    models.mkdir()
    (models / "models.yml").write_text(MODELS)
    (models / "masked_mart.sql").write_text(MART)
    (models / "careless_mart.sql").write_text(MART)
    (models / "wholes.sql").write_text("select * from (values (1, 5), (null, 2), (4, 8)) as t (a, n)")
    right = (
        "(1, 'x', 2, 0.0), (1, 'y', 3, 1.0), (null, 'x', 2, null), (1, 'z', 9, 0.5), (4, 'x', null, 0), (4, 'y', 7, 0)"
    )
    (models / "right.sql").write_text(f"select * from (values {right}) as t (a, b, n, share)")
    wrong = (
        "(1, 'x', 2, -0.1), (1, 'y', 2, 1.1), (null, 'x', 1, 0), (null, 'x', 1, 0), (7, 'x', 1, 0), "
        "(4, 'x', null, 0), (4, 'y', 9, 0)"
    )
    (models / "wrong.sql").write_text(f"select * from (values {wrong}) as t (a, b, n, share)")
    _dbt("build", folder=tmp_path)
    return tmp_path


def _results(folder: Path) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = json.loads((folder / "target" / "run_results.json").read_text())["results"]
    return results


def test_our_generic_tests_pass_right_rows_and_fail_wrong_ones(by_itself: Path) -> None:
    failures = {
        (result["unique_id"].split(".")[2].split("_" + model)[0], model): result["failures"]
        for result in _results(by_itself)
        for model in ("right", "wrong")
        if result["unique_id"].startswith("test.") and f"_{model}_" in result["unique_id"]
    }
    assert failures == {
        ("unique_combination", "right"): 0,
        ("parts_sum_to_whole", "right"): 0,
        ("accepted_range", "right"): 0,
        ("no_more_than", "right"): 0,
        ("no_more_than", "wrong"): 1,
        ("unique_combination", "wrong"): 1,  # (null, x) twice: nulls count as equal
        ("parts_sum_to_whole", "wrong"): 3,  # 4 of 5, a part without a whole, 9 of 8 with one withheld
        ("accepted_range", "wrong"): 2,
    }


def test_a_withheld_row_is_blank_in_every_column_that_tells_of_it(by_itself: Path) -> None:
    with duckdb.connect(str(by_itself / "t.duckdb"), read_only=True) as connection:
        shown = connection.execute("FROM masked_mart ORDER BY answer").fetchall()
        columns = [name for name, *_ in connection.description or []]
    # what the model's file does not name is not in the table, and a word that nobody has thought of is blanked
    assert columns == ["answer", "n_base", "is_small", "n", "shoe_size", "withheld", "not_computed"]
    assert shown == [
        ("a", 40, False, 9, 43, False, None),
        ("b", 40, False, None, None, True, "too few"),
        ("c", None, True, None, None, True, "too few"),
    ]


def test_a_mart_with_a_column_that_does_not_say_what_it_tells_of_is_not_built(by_itself: Path) -> None:
    [careless] = [result for result in _results(by_itself) if result["unique_id"] == "model.generic.careless_mart"]
    assert careless["status"] == "error"
    assert (
        "careless_mart.n does not say what it tells of: config.meta.tells in careless_mart.yml" in careless["message"]
    )


def test_whatever_is_published_goes_through_the_mask_or_reads_what_went_through_it() -> None:
    manifest = dbt_project.manifest_json()
    models = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    published = {
        key: [
            column["config"]["meta"].get("tells") or column["config"]["meta"].get("kept")
            for column in model["columns"].values()
        ]
        for key, model in models.items()
        if any(column["config"]["meta"].get("tells") for column in model["columns"].values())
    }
    assert {key.split(".")[-1] for key in models.keys() - published.keys()} == {
        "cells", "tallies", "respondents", "values", "strata", "estimates",
    }  # fmt: skip
    for key, tells in published.items():
        assert all(tells), key
        macros = set(models[key]["depends_on"]["macros"])
        macros |= {inner for macro in macros for inner in manifest["macros"][macro]["depends_on"]["macros"]}
        if "macro.basecheck.masked" not in macros:
            read = models[key]["depends_on"]["nodes"]
            assert {one for one in read if not one.startswith("source.basecheck.raw.")} <= published.keys(), key
