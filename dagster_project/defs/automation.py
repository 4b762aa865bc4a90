"""What starts runs: the job for everything, a daily schedule, and a sensor on the raw folder. Both are off at first."""

import hashlib
import json
from collections.abc import Sequence

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from dagster_project.codebook import survey_names
from dagster_project.defs.resources import Surveys

JOB = "survey"


def build_job() -> UnresolvedAssetJobDefinition:
    """Everything of one survey, from its folder to its release."""
    return dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="One survey from data/raw/ to its release: ingest, tallies, marts, audit, checks, report.",
    )


def build_schedule(job: UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """Every survey, every night."""

    @dg.schedule(
        job=job,
        cron_schedule="0 5 * * *",
        name="every_survey_daily",
        execution_timezone="UTC",
        description=(
            "Runs every survey of data/raw/ each morning at 05:00 UTC, changed or not. Off until you switch it on: "
            "surveys are run by a person, or by the sensor changed_surveys, unless somebody wants them daily."
        ),
    )
    def every_survey_daily(context: dg.ScheduleEvaluationContext, surveys: Surveys) -> Sequence[dg.RunRequest]:
        day = context.scheduled_execution_time.date().isoformat()
        return [
            dg.RunRequest(run_key=f"{day} {survey}", partition_key=survey)
            for survey in survey_names(surveys.places.raw_dir)
        ]

    return every_survey_daily


def build_sensor(job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """A run of every survey whose folder has a new, changed or removed file since the sensor looked last."""

    @dg.sensor(
        job=job,
        name="changed_surveys",
        minimum_interval_seconds=60,
        description=(
            "Looks at data/raw/ every minute and runs each survey whose folder has a new, changed or removed file. Off "
            "until you switch it on, since a file may be half copied: switch it on where files arrive whole. The first "
            "look runs every survey once."
        ),
    )
    def changed_surveys(context: dg.SensorEvaluationContext, surveys: Surveys) -> dg.SensorResult:
        before: dict[str, str] = json.loads(context.cursor) if context.cursor else {}
        now = {name: _fingerprint(surveys, name) for name in survey_names(surveys.places.raw_dir)}
        requests = [
            dg.RunRequest(run_key=f"{survey} {state}", partition_key=survey)
            for survey, state in now.items()
            if before.get(survey) != state
        ]
        return dg.SensorResult(run_requests=requests, cursor=json.dumps(now))

    return changed_surveys


def _fingerprint(surveys: Surveys, survey: str) -> str:
    """The names, sizes and times of a survey's files; reading them all each minute would be too much."""
    digest = hashlib.sha256()
    for path in sorted((surveys.places.raw_dir / survey).iterdir()):
        if path.is_file() and not path.name.startswith("."):
            stat = path.stat()
            digest.update(f"{path.name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]
