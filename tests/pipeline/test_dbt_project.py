"""dbt by itself: the unit tests of the models, our generic tests both ways, and a plain build in dbt/."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from dagster_project.places import DBT_DIR
from tests.conftest import Desk

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
    results = json.loads((project / "target" / "run_results.json").read_text())["results"]
    unit_tests = [result for result in results if result["unique_id"].startswith("unit_test.")]
    assert len(unit_tests) == 12
    assert {result["status"] for result in unit_tests} == {"pass"}
    with duckdb.connect(str(desk.places.work_database("small")), read_only=True) as connection:
        assert connection.execute("SELECT count(*) > 0 FROM marts.toplines").fetchall() == [(True,)]


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


GENERIC_TESTS = """
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
"""


def test_our_generic_tests_pass_right_rows_and_fail_wrong_ones(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: generic\nprofile: p\nflags: {send_anonymous_usage_stats: false}\n")
    (tmp_path / "profiles.yml").write_text("p: {target: t, outputs: {t: {type: duckdb, path: t.duckdb}}}\n")
    shutil.copytree(DBT_DIR / "tests" / "generic", tmp_path / "tests" / "generic")
    models = tmp_path / "models"
    models.mkdir()
    (models / "models.yml").write_text(GENERIC_TESTS)
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
    results = json.loads((tmp_path / "target" / "run_results.json").read_text())["results"]
    failures = {
        (result["unique_id"].split(".")[2].split("_" + model)[0], model): result["failures"]
        for result in results
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
