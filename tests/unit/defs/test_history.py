"""The history of runs asks once for what a step asks again and again, and never holds on to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster import DagsterEventType
from dagster._core.events import DagsterEvent, StepMaterializationData
from dagster._core.events.log import EventLogEntry
from dagster._core.execution.plan.objects import StepSuccessData
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage

from dagster_project.defs.history import EventHistory

pytestmark = pytest.mark.slow


@pytest.fixture
def history(tmp_path: Path) -> EventHistory:
    return EventHistory(str(tmp_path))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the file was asked for."""
    questions: list[object] = []
    ask = ConsolidatedSqliteEventLogStorage.fetch_materializations

    def fetch(self: EventHistory, *question: Any, **options: Any) -> object:
        questions.append(question)
        return ask(self, *question, **options)

    monkeypatch.setattr(ConsolidatedSqliteEventLogStorage, "fetch_materializations", fetch)
    return questions


def store(history: EventHistory, kind: DagsterEventType, data: object = None) -> None:
    event = DagsterEvent(kind.value, "survey", step_key="gate", event_specific_data=data)  # type: ignore[arg-type]
    history.store_event(EventLogEntry(None, 10, "", "run", 1.0, "gate", "survey", event))


def build(history: EventHistory, survey: str = "s") -> None:
    made = dg.AssetMaterialization("toplines", partition=survey)
    store(history, DagsterEventType.ASSET_MATERIALIZATION, StepMaterializationData(made))


def latest(history: EventHistory, survey: str = "s") -> int | None:
    found = history.fetch_materializations(dg.AssetRecordsFilter(dg.AssetKey("toplines"), [survey]), limit=1)
    return found.records[0].storage_id if found.records else None


def test_the_checks_of_a_step_ask_once_which_build_they_are_about(history: EventHistory, asked: list[object]) -> None:
    build(history)
    store(history, DagsterEventType.STEP_START)
    builds = []
    for _ in range(3):
        builds.append(latest(history))
        check = dg.AssetCheckEvaluation(dg.AssetKey("toplines"), "holds", True, {})
        store(history, DagsterEventType.ASSET_CHECK_EVALUATION, check)
    assert builds == [1, 1, 1]
    assert len(asked) == 1


def test_a_new_build_another_survey_and_another_step_are_asked_for(history: EventHistory) -> None:
    store(history, DagsterEventType.STEP_START)
    assert latest(history) is None
    build(history)
    assert latest(history) == 2
    build(history)
    assert (latest(history), latest(history, "other"), latest(history)) == (3, None, 3)


def test_who_runs_no_step_always_asks(history: EventHistory, asked: list[object], tmp_path: Path) -> None:
    assert latest(history) is None
    build(EventHistory(str(tmp_path)))  # another process
    assert latest(history) == 1
    assert len(asked) == 2
    store(history, DagsterEventType.STEP_START)
    store(history, DagsterEventType.STEP_SUCCESS, StepSuccessData(duration_ms=1.0))
    build(EventHistory(str(tmp_path)))
    assert latest(history) == 4
    build(EventHistory(str(tmp_path)))
    assert latest(history) == 5
