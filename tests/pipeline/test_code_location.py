"""What Dagster sees: the exact assets, checks, job, schedule and sensor, and how they hang together."""

from __future__ import annotations

import csv
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import dagster as dg
import pytest

from dagster_project.defs.build import build_defs
from dagster_project.defs.resources import Surveys
from dagster_project.places import PROJECT_DIR, SUITES_DIR, Places
from dagster_project.validation import load_suites
from tests.conftest import SHIPPED, Desk

SURVEYS = ["kyodo_economic_security", "nhanes2", "reuters_corporate_survey"]
GROUPS = {
    "codebook": "ingest", "records": "ingest", "weights": "ingest", "claims": "audit", "findings": "audit",
    "cells": "tallies", "tallies": "tallies", "respondents": "tallies", "values": "tallies",
    "withheld": "disclosure", "disclosure": "disclosure", "release": "release",
    "strata": "marts", "bases": "marts", "estimates": "marts", "intervals": "marts", "toplines": "marts",
    "crosstabs": "marts", "quantities": "marts", "comparisons": "marts", "letters": "marts", "association": "marts",
    "dispositions": "marts", "response_rates": "marts",
}  # fmt: skip
PUBLISHED = {name for name, group in GROUPS.items() if group == "marts"}
UPSTREAM = {
    "codebook": set(), "records": {"codebook"}, "weights": {"records"}, "claims": {"codebook"},
    "cells": {"records", "weights", "codebook"}, "tallies": {"cells", "codebook"},
    "respondents": {"cells", "codebook"}, "values": {"cells", "codebook"},
    "withheld": {"cells", "tallies", "respondents", "codebook"},
    "strata": {"respondents", "weights", "codebook"},
    "bases": {"respondents", "strata", "weights", "withheld", "codebook"},
    "estimates": {"tallies", "respondents", "bases", "strata", "weights", "withheld", "codebook"},
    "intervals": {"codebook", "estimates"}, "toplines": {"estimates", "intervals", "codebook"},
    "crosstabs": {"estimates", "intervals", "codebook"},
    "quantities": {"values", "bases", "strata", "weights", "withheld", "codebook"},
    "comparisons": {"estimates", "tallies", "respondents", "strata", "weights", "codebook"},
    "letters": {"comparisons", "codebook"},
    "association": {"estimates", "tallies", "respondents", "strata", "weights", "codebook"},
    "dispositions": {"records", "codebook"},
    "response_rates": {"respondents", "dispositions", "records", "withheld", "codebook"},
    "findings": {"claims", "tallies", "bases", "response_rates", "withheld"},
    "disclosure": {*PUBLISHED, "codebook"},
    "release": {*PUBLISHED, "findings", "disclosure"},
}  # fmt: skip


@pytest.fixture(scope="module")
def defs(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return build_defs(Places(SHIPPED, tmp_path_factory.mktemp("output")))


def _graph(defs: dg.Definitions) -> dg.AssetGraph:  # type: ignore[name-defined]
    return defs.resolve_asset_graph()


def test_the_assets_are_these_in_these_groups(defs: dg.Definitions) -> None:
    graph = _graph(defs)
    groups = {key.to_user_string(): graph.get(key).group_name for key in graph.materializable_asset_keys}
    assert groups == GROUPS


def test_the_lineage_is_the_designed_one(defs: dg.Definitions) -> None:
    graph = _graph(defs)
    upstream = {
        key.to_user_string(): {parent.to_user_string() for parent in graph.get(key).parent_keys}
        for key in graph.materializable_asset_keys
    }
    assert upstream == UPSTREAM


def test_every_asset_is_partitioned_by_survey_owned_and_described(defs: dg.Definitions) -> None:
    graph = _graph(defs)
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.partitions_def is not None
        assert node.partitions_def.get_partition_keys() == SURVEYS
        assert node.owners
        assert node.kinds, key
        assert node.description, key


def test_every_expectation_and_every_dbt_test_is_a_check(defs: dg.Definitions) -> None:
    keys = {(key.asset_key.to_user_string(), key.name) for key in _graph(defs).asset_check_keys}
    suites = load_suites(SUITES_DIR)
    wanted = {
        ("findings" if spec.suite in ("figures", "statements", "readings") else spec.suite, spec.check)
        for suite in suites.values()
        for spec in suite.checks
    }
    assert wanted <= keys
    dbt_checks = keys - wanted
    assert len(dbt_checks) == 52
    assert all(name.startswith(f"{asset}_") for asset, name in dbt_checks)


def test_schedule_and_sensor_are_off_until_somebody_turns_them_on(defs: dg.Definitions) -> None:
    repository = defs.get_repository_def()
    assert [job.name for job in repository.get_all_jobs() if not job.name.startswith("__")] == ["survey"]
    [schedule] = repository.schedule_defs
    [sensor] = repository.sensor_defs
    assert (schedule.name, schedule.default_status) == ("every_survey_daily", dg.DefaultScheduleStatus.STOPPED)
    assert (sensor.name, sensor.default_status) == ("changed_surveys", dg.DefaultSensorStatus.STOPPED)


def test_the_schedule_asks_for_every_survey(defs: dg.Definitions) -> None:
    repository = defs.get_repository_def()
    [schedule] = repository.schedule_defs
    with dg.build_schedule_context(
        repository_def=repository,
        scheduled_execution_time=datetime(2026, 11, 22, 5, tzinfo=UTC),
        resources={"surveys": Surveys(raw_dir=str(SHIPPED), output_dir="unused")},
    ) as context:
        requests = schedule.evaluate_tick(context).run_requests or []
    assert [request.partition_key for request in requests] == SURVEYS


def test_the_sensor_asks_for_what_changed_and_only_for_that(small: Desk) -> None:
    repository = build_defs(small.places).get_repository_def()
    [sensor] = repository.sensor_defs
    surveys = Surveys.at(small.places)

    def look(cursor: str | None) -> tuple[list[str | None], str | None]:
        with dg.build_sensor_context(
            cursor=cursor, repository_def=repository, resources={"surveys": surveys}
        ) as context:
            tick = sensor.evaluate_tick(context)
        return [request.partition_key for request in tick.run_requests or []], tick.cursor

    first, cursor = look(None)
    assert first == ["small"]
    unchanged, cursor = look(cursor)
    assert unchanged == []
    with (small.places.raw_dir / "small" / "records.csv").open("a") as stream:
        stream.write("13,f,1,40,p\n")
    assert look(cursor)[0] == ["small"]


@contextmanager
def _history(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[dg.DagsterInstance, dg.DagsterRun]]:
    """What Dagster keeps of a desk's only run."""
    monkeypatch.setenv("DAGSTER_HOME", str(desk.places.dagster_home))
    with dg.DagsterInstance.get() as instance:
        [run] = instance.get_runs()
        yield instance, run


def test_the_history_of_a_run_is_kept_for_the_ui(small_release: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with _history(small_release, monkeypatch) as (instance, run):
        evaluations = instance.all_logs(run.run_id, dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    assert run.status is dg.DagsterRunStatus.SUCCESS
    assert run.tags["dagster/partition"] == "small"
    with small_release.released("small") as connection:
        assert connection.execute("SELECT count(*) FROM audit.checks").fetchall() == [(len(evaluations),)]


def _told(event: dg.DagsterEvent) -> tuple[str, ...]:  # type: ignore[name-defined]
    """What kind of event it is, of which step, asset and check, and by which names its metadata tell of these."""
    asset, check, metadata = "", "", {}
    if event.event_type_value == "ASSET_CHECK_EVALUATION":
        data = event.asset_check_evaluation_data
        asset, check, metadata = data.asset_key.to_user_string(), data.check_name, data.metadata
    elif event.event_type_value == "ASSET_CHECK_EVALUATION_PLANNED":
        planned = event.asset_check_planned_data
        asset, check = planned.asset_key.to_user_string(), planned.check_name
    elif event.asset_key is not None:
        asset = event.asset_key.to_user_string()
        metadata = event.materialization.metadata if event.is_step_materialization else {}
    return (event.event_type_value, event.step_key or "", asset, check, " ".join(sorted(metadata)))


def test_the_history_of_a_run_tells_what_it_told_when_dagster_alone_wrote_it(
    small_release: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """tests/golden/history.csv was written from a run by dbt itself, with every event in a transaction of its own;
    checks that came later were added to it."""
    with _history(small_release, monkeypatch) as (instance, run):
        events = [entry.get_dagster_event() for entry in instance.all_logs(run.run_id)]
    with (PROJECT_DIR / "tests" / "golden" / "history.csv").open(encoding="utf-8", newline="") as stream:
        _, *golden = csv.reader(stream)
    assert Counter(map(_told, events)) == Counter(map(tuple, golden))


def test_each_check_of_a_run_is_of_the_table_as_that_run_made_it(
    small_release: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _history(small_release, monkeypatch) as (instance, run):
        made = {
            entry.get_dagster_event().asset_key: entry.timestamp
            for entry in instance.all_logs(run.run_id, dg.DagsterEventType.ASSET_MATERIALIZATION)
        }
        entries = instance.all_logs(run.run_id, dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    for entry in entries:
        evaluation = entry.get_dagster_event().asset_check_evaluation_data
        target = evaluation.target_materialization_data
        assert target is not None
        assert (target.run_id, target.timestamp) == (run.run_id, made[evaluation.asset_key])
