"""The code location, assembled for one pair of folders; tests build it for their own."""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

from dagster_project.codebook import survey_names
from dagster_project.defs.audit import build_audit_assets
from dagster_project.defs.automation import build_job, build_schedule, build_sensor
from dagster_project.defs.checks import blocking_checks, build_gates
from dagster_project.defs.disclosure import build_disclosure_assets
from dagster_project.defs.ingest import build_ingest_assets
from dagster_project.defs.publish import build_release_assets
from dagster_project.defs.resources import Surveys
from dagster_project.defs.transform import blocking_tests, build_dbt_assets, model_names
from dagster_project.places import SUITES_DIR, Places
from dagster_project.validation import load_suites


def build_defs(places: Places, loggers: Mapping[str, dg.LoggerDefinition] | None = None) -> dg.Definitions:
    """Everything, partitioned by the surveys that `places.raw_dir` has now; a new folder shows after a reload.

    `loggers` replace Dagster's own, for a command that tells of a run in its own way.
    """
    partitions = dg.StaticPartitionsDefinition(survey_names(places.raw_dir))
    suites = load_suites(SUITES_DIR)
    job = build_job()
    return dg.Definitions(
        assets=[
            *build_ingest_assets(partitions),
            *build_dbt_assets(partitions),
            *build_disclosure_assets(model_names("marts"), partitions),
            *build_audit_assets(partitions),
            *build_release_assets(suites, blocking_checks(suites) | blocking_tests(), model_names("marts"), partitions),
        ],
        asset_checks=build_gates(suites, partitions),
        jobs=[job],
        schedules=[build_schedule(job)],
        sensors=[build_sensor(job)],
        resources={"surveys": Surveys.at(places)},
        executor=dg.in_process_executor,
        loggers=dict(loggers) if loggers else None,
    )
