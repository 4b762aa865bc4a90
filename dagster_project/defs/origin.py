"""Which code location a run belongs to: without it the UI shows a run of the command on no page of its job."""

from __future__ import annotations

import dagster as dg
from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.remote_origin import ManagedGrpcPythonEnvCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

MODULE = "dagster_project.definitions"
REPOSITORY = RemoteRepositoryOrigin(
    ManagedGrpcPythonEnvCodeLocationOrigin(LoadableTargetOrigin(module_name=MODULE), MODULE), SINGLETON_REPOSITORY_NAME
)
REPOSITORY_TAG = ".dagster/repository"


def of_this_project(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Say of a run of the command, which has no origin, that it is one of the job that the UI loads."""
    if run.remote_job_origin is None:
        instance.run_storage.replace_job_origin(run, RemoteJobOrigin(REPOSITORY, run.job_name))
