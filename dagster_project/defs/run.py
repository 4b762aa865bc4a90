"""Running the job for surveys one after the other in this process, and what became of each."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
from dagster import DagsterEventType

from dagster_project.defs.automation import JOB
from dagster_project.defs.build import build_defs
from dagster_project.defs.checks import GATES, STRICT_GATE
from dagster_project.places import Places


@dataclass(frozen=True)
class FailedCheck:
    """One check that did not pass, where it stands and what was observed."""

    asset: str
    check: str
    is_error: bool
    observed: str


@dataclass(frozen=True)
class SurveyRun:
    """What became of one survey. `mend` is the message of an input that is wrong, `broken` any other failure.

    The numbers are None where the run did not get so far. `impossible` counts figures, `verdicts` says how many have
    each verdict, and `contradictions` says of each finding what cannot be.
    """

    survey: str
    succeeded: bool
    checks: int = 0
    failed_checks: Sequence[FailedCheck] = ()
    mend: str | None = None
    broken: Sequence[str] = ()
    records: int | None = None
    rejects: int | None = None
    figures: int | None = None
    impossible: int = 0
    verdicts: str = ""
    contradictions: Sequence[str] = ()


Telling = Callable[[str], None]


def run_surveys(
    places: Places,
    surveys: Sequence[str],
    *,
    strict: bool,
    audit_seconds: float,
    tell: Callable[[str, str], None],
) -> Iterator[SurveyRun]:
    """Run every survey's job, yielding each result as it is there; one that fails does not stop the others.

    `audit_seconds` is the audit's time limit; `tell` is called with the survey and the step that starts.
    """
    telling = _Telling(tell)
    defs = build_defs(places, loggers={"steps": telling.definition()})
    job = defs.resolve_job_def(JOB)
    run_config = {
        "ops": {
            f"{STRICT_GATE}_gate": {"config": {"strict": strict}},
            "findings": {"config": {"seconds": audit_seconds}},
        },
        "loggers": {"steps": {"config": {}}},
    }
    with dg.DagsterInstance.get() as instance:
        for survey in surveys:
            telling.survey = survey
            result = job.execute_in_process(
                run_config=run_config, instance=instance, partition_key=survey, raise_on_error=False
            )
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
    mend: str | None = None
    broken: list[str] = []
    for event in result.filter_events(lambda event: event.is_step_failure):
        data = event.step_failure_data
        user = data.user_failure_data
        if user is not None and "input_error" in user.metadata:
            mend = mend or user.description
        elif user is not None:
            broken.append(user.description or event.step_key or "a step failed")
        elif not _is_gate(event.step_key):
            error = data.error
            broken.append(f"{event.step_key} broke off: {_innermost(error) if error else 'no reason given'}")
    evaluations = result.get_asset_check_evaluations()
    failed = [
        FailedCheck(
            asset=one.asset_key.to_user_string(),
            check=one.check_name,
            is_error=one.severity is dg.AssetCheckSeverity.ERROR,
            observed=one.description or "",
        )
        for one in evaluations
        if not one.passed
    ]
    records, findings = _metadata(result, "records"), _metadata(result, "findings")
    return SurveyRun(
        survey,
        result.success,
        checks=len(evaluations),
        failed_checks=failed,
        mend=mend,
        broken=broken,
        records=records.get("dagster/row_count"),
        rejects=records.get("rows_rejected"),
        figures=findings.get("figures"),
        impossible=findings.get("impossible", 0),
        verdicts=findings.get("verdicts", ""),
        contradictions=findings.get("contradictions", ()),
    )


def _metadata(result: dg.ExecuteInProcessResult, asset: str) -> Mapping[str, Any]:
    """What the run's materialization of an asset says of it; nothing where it was not made."""
    made = (
        event.materialization.metadata
        for event in result.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(asset)
    )
    return {name: entry.value for name, entry in next(made, {}).items()}


def _is_gate(step: str | None) -> bool:
    """A gate's step fails because a blocking check failed, which the check itself tells better."""
    return step in {f"{gate}_gate" for gate in GATES}


def _innermost(error: Any) -> str:
    while error.cause is not None:
        error = error.cause
    return str(error.message).strip()
