"""A run that somebody ends, or that is killed: one line, no further survey, and nothing in the next one's way."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterEventType, DagsterRunStatus
from dagster._core.test_utils import create_run_for_test

from dagster_project import sql_functions
from dagster_project.defs.automation import JOB
from dagster_project.defs.build import build_defs
from dagster_project.defs.home import prepare_home
from dagster_project.defs.workers import PROCESS_TAG, end_dead_runs, reason_of_death, this_process
from tests.conftest import SMALL_RECORDS, SMALL_SURVEY, Desk


@pytest.fixture
def two(desk: Desk) -> Desk:
    for name in ("first", "second"):
        desk.survey(name, {"survey.yml": SMALL_SURVEY, "records.csv": SMALL_RECORDS})
    return desk


def ended(desk: Desk, step: str, by: signal.Signals) -> tuple[int, str, str]:
    """The exit code and what was printed of a run that gets a signal when it tells of a step."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dagster_project.cli", "run"],
        env=desk.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    told = ""
    for line in process.stdout:
        told += line
        if line.startswith(step):
            break
    process.send_signal(by)
    rest, errors = process.communicate(timeout=120)
    return process.returncode, told + rest, errors


def test_ctrl_c_ends_the_run_with_one_line_and_runs_nothing_more(two: Desk) -> None:
    code, told, errors = ended(two, "first: marts", signal.SIGINT)
    assert code == 130
    assert errors == "basecheck: first was stopped by Ctrl-C; nothing more is run.\n"
    assert "second" not in told
    assert not two.latest("first").exists()


@pytest.fixture
def signalled_in_sql(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """A signal comes while DuckDB works out a constant of the marts, once all this is done; DuckDB passes over it."""
    before: list[Callable[[], object]] = []

    def normal_quantile(p: float) -> float:
        if before:
            before.pop()()
            signal.raise_signal(signal.SIGINT)
        return sql_functions.normal_quantile(p)

    functions = [
        one._replace(function=normal_quantile) if one.function is sql_functions.normal_quantile else one
        for one in sql_functions.FUNCTIONS
    ]
    monkeypatch.setattr(sql_functions, "FUNCTIONS", functions)
    return before


def test_ctrl_c_that_duckdb_passes_over_ends_the_run(small: Desk, signalled_in_sql: list[Callable[[], object]]) -> None:
    signalled_in_sql.append(lambda: None)
    outcome = small.basecheck("run")
    assert not signalled_in_sql
    assert (outcome.code, outcome.err) == (130, "basecheck: small was stopped by Ctrl-C; nothing more is run.\n")
    assert not small.latest("small").exists()
    assert small.basecheck("run").code == 0
    assert small.latest("small").exists()


def test_a_run_that_is_terminated_in_the_ui_while_duckdb_is_at_work_ends_as_canceled(
    small: Desk, signalled_in_sql: list[Callable[[], object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_home(small.places)
    monkeypatch.setenv("DAGSTER_HOME", str(small.places.dagster_home))
    job = build_defs(small.places).resolve_job_def(JOB)
    with dg.DagsterInstance.get() as instance:
        signalled_in_sql.append(lambda: instance.report_run_canceling(*instance.get_runs()))  # as the button does
        job.execute_in_process(instance=instance, partition_key="small", raise_on_error=False)
        assert not signalled_in_sql
        [run] = instance.get_runs()
        told = [
            event.dagster_event.step_failure_data.error
            for event in instance.all_logs(run.run_id, DagsterEventType.STEP_FAILURE)
        ]
        assert run.status == DagsterRunStatus.CANCELED
        assert "stopped by a signal (SIGINT)" in str(told)
        assert not small.latest("small").exists()
        assert job.execute_in_process(instance=instance, partition_key="small").success


def test_a_run_that_nobody_ends_leaves_no_object_of_duckdb_behind(small: Desk) -> None:
    """nanobind, by which DuckDB is made, tells at the very end of a process what is left; so does Ctrl-C above."""
    code, _, errors = ended(small, "a line that is never told", signal.SIGTERM)
    assert (code, errors) == (0, "")


def test_a_killed_run_is_ended_by_the_next_one_which_succeeds(two: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ended(two, "first: records", signal.SIGKILL)[0] == -signal.SIGKILL
    outcome = two.basecheck("run", "first")
    assert outcome.code == 0, outcome.out + outcome.err
    monkeypatch.setenv("DAGSTER_HOME", str(two.places.dagster_home))
    with dg.DagsterInstance.get() as instance:
        [last, killed] = instance.get_runs()
        told = [event.message for event in instance.all_logs(killed.run_id)]
    assert (last.status, killed.status) == (DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE)
    assert f"This run was broken off: its process {killed.tags[PROCESS_TAG].partition(':')[0]} is gone." in told


def test_only_a_run_whose_process_is_gone_is_ended(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as process:
        gone = f"{process.pid}:1:another start of the machine"
    assert process.returncode == 0
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path)) as instance:
        for name, tags in {"lives": {PROCESS_TAG: this_process()}, "gone": {PROCESS_TAG: gone}, "unknown": {}}.items():
            create_run_for_test(instance, job_name=name, status=DagsterRunStatus.STARTED, tags=tags)
        end_dead_runs(instance)
        statuses = {run.job_name: (run.status.value, reason_of_death(run)) for run in instance.get_runs()}
    assert statuses == {
        "lives": ("STARTED", None),
        "gone": ("FAILURE", f"its process {process.pid} is gone"),
        "unknown": ("STARTED", None),
    }
