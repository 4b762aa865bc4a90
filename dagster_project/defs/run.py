"""Running the job for surveys one after the other in this process, and what became of each."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import dagster as dg
from dagster import DagsterEventType

from dagster_project.audit import Contradiction
from dagster_project.collector import held_to_the_end
from dagster_project.defs.automation import JOB
from dagster_project.defs.build import build_defs
from dagster_project.defs.checks import GATES, STRICT_GATE
from dagster_project.defs.history import EventHistory, RunHistory
from dagster_project.defs.origin import REPOSITORY, REPOSITORY_TAG
from dagster_project.defs.workers import PROCESS_TAG, end_dead_runs, this_process
from dagster_project.places import Places
from dagster_project.room import room_in
from dagster_project.stopping import Came, Stopped
from dagster_project.validation import import_great_expectations


@dataclass(frozen=True)
class FailedCheck:
    """One check that did not pass, where it stands, what was observed, and the first that fail, if any can be named."""

    asset: str
    check: str
    is_error: bool
    observed: str
    failing: str


@dataclass(frozen=True)
class SurveyRun:
    """What became of one survey. `mend` is the message of an input that is wrong, `broken` any other failure.

    The numbers are None where the run did not get so far. `reasons` are the rows of raw.reasons; `impossible` counts
    figures, `verdicts` says how many have each verdict, and `contradictions` says of each finding what cannot be.
    """

    survey: str
    succeeded: bool
    checks: int = 0
    failed_checks: Sequence[FailedCheck] = ()
    mend: str | None = None
    broken: Sequence[str] = ()
    records: int | None = None
    rejects: int | None = None
    reasons: Sequence[Mapping[str, Any]] = ()
    figures: int | None = None
    impossible: int = 0
    verdicts: str = ""
    contradictions: Sequence[Contradiction] = ()


Telling = Callable[[str], None]


def run_surveys(
    places: Places,
    surveys: Sequence[str],
    *,
    strict: bool,
    audit_seconds: float,
    tell: Callable[[str, str], None],
    came: Came = lambda: None,
) -> Iterator[SurveyRun]:
    """Run every survey's job, yielding each result as it is there; one that fails does not stop the others.

    `audit_seconds` is the audit's time limit; `tell` is called with the survey and the step that starts; `came`
    says whether a signal came to end all this. Raises `Stopped` where one did.
    """
    telling = _Telling(tell)
    with held_to_the_end("definitions"):
        import_great_expectations()
        job = build_defs(places, loggers={"steps": telling.definition()}).resolve_job_def(JOB)
    run_config = {
        "ops": {
            f"{STRICT_GATE}_gate": {"config": {"strict": strict}},
            "findings": {"config": {"seconds": audit_seconds}},
        },
        "loggers": {"steps": {"config": {}}},
    }
    with room_in(places.output_dir), dg.DagsterInstance.get() as instance:
        for storage in (instance.run_storage, instance.event_log_storage):
            assert isinstance(storage, RunHistory | EventHistory)
            storage.ends_the_command = True
        end_dead_runs(instance)
        for survey in surveys:
            telling.survey = survey
            result = job.execute_in_process(
                run_config=run_config,
                instance=instance,
                partition_key=survey,
                tags={PROCESS_TAG: this_process(), REPOSITORY_TAG: REPOSITORY.get_label()},
                raise_on_error=False,
            )
            if (signalled := came()) is not None:
                raise Stopped(survey, signalled)
            yield _survey_run(survey, result)


class _Telling(logging.Handler):
    """Hears Dagster's events and tells which step starts."""

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        super().__init__(logging.DEBUG)
        self.tell = tell
        self.survey = ""

    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "dagster_event", None) or getattr(record, "dagster_meta", {}).get("dagster_event")
        if event is not None and event.event_type is DagsterEventType.STEP_START:
            self.tell(self.survey, event.step_key)

    def definition(self) -> dg.LoggerDefinition:
        def make(_context: dg.InitLoggerContext) -> logging.Logger:
            logger = logging.Logger("basecheck.steps", logging.DEBUG)
            logger.addHandler(self)
            return logger

        return dg.LoggerDefinition(make, config_schema={}, description="Tells which step starts")


def _survey_run(survey: str, result: dg.ExecuteInProcessResult) -> SurveyRun:
    told = [_failure(event) for event in result.filter_events(lambda event: event.is_step_failure)]
    evaluations = result.get_asset_check_evaluations()
    failed = [_failed_check(one) for one in evaluations if not one.passed]
    records, findings = _metadata(result, "records"), _metadata(result, "findings")
    return SurveyRun(
        survey,
        result.success,
        checks=len(evaluations),
        failed_checks=failed,
        mend=next((failure.message for failure in told if failure.is_input), None),
        broken=[failure.message for failure in told if not failure.is_input and failure.message],
        records=records.get("dagster/row_count"),
        rejects=records.get("rows_rejected"),
        reasons=_rows(records.get("reasons")),
        figures=findings.get("figures"),
        impossible=findings.get("impossible", 0),
        verdicts=findings.get("verdicts", ""),
        contradictions=[Contradiction(**told) for told in findings.get("contradictions", ())],
    )


def _failed_check(one: dg.AssetCheckEvaluation) -> FailedCheck:
    return FailedCheck(
        asset=one.asset_key.to_user_string(),
        check=one.check_name,
        is_error=one.severity is dg.AssetCheckSeverity.ERROR,
        observed=str(one.metadata["observed"].value if "observed" in one.metadata else one.description or ""),
        failing=str(one.metadata["failing"].value) if "failing" in one.metadata else "",
    )


class _Failure(NamedTuple):
    """What is told of a step that failed: nothing of a gate, whose checks tell it better."""

    message: str
    is_input: bool = False


def _failure(event: dg.DagsterEvent) -> _Failure:
    data = event.step_failure_data
    user = data.user_failure_data
    if user is not None:
        return _Failure(user.description or event.step_key or "a step failed", "input_error" in user.metadata)
    if event.step_key in {f"{gate}_gate" for gate in GATES}:
        return _Failure("")
    reason = _innermost(data.error) if data.error else "no reason given"
    return _Failure(f"{event.step_key} broke off: {reason}")


def _metadata(result: dg.ExecuteInProcessResult, asset: str) -> Mapping[str, Any]:
    """What the run's materialization of an asset says of it; nothing where it was not made."""
    made = (
        event.materialization.metadata
        for event in result.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(asset)
    )
    return {name: entry.value for name, entry in next(made, {}).items()}


def _rows(table: dg.TableMetadataValue | None) -> Sequence[Mapping[str, Any]]:
    return [record.data for record in table.records] if table is not None else []


def _innermost(error: Any) -> str:
    while error.cause is not None:
        error = error.cause
    return str(error.message).strip()
