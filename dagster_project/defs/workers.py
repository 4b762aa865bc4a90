"""Which process works on a run, and whether it still lives: one that was killed must not block its survey for ever.

Dagster takes a run for running until its process says otherwise, which a killed one never does. So every run carries
its process as a tag; the command ends the runs of dead processes when it starts, the UI's daemon every few seconds.
"""

from __future__ import annotations

import os
import time
from functools import cache
from pathlib import Path

import dagster as dg
from dagster import DagsterRunStatus
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster._core.launcher.default_run_launcher import DefaultRunLauncher

PROCESS_TAG = "basecheck/process"
STARTING_SECONDS = 120  # in which a run of the UI has its process named
IN_PROGRESS = (
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
)


class WatchedRunLauncher(DefaultRunLauncher):
    """Dagster's own launcher, which can also tell whether the process of a run still lives."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        gone = reason_of_death(run)
        if gone is None and PROCESS_TAG not in run.tags:
            stats = self._instance.get_run_stats(run.run_id)
            if time.time() - (stats.start_time or stats.launch_time or time.time()) > STARTING_SECONDS:
                gone = "no process ever worked on it"
        return (
            CheckRunHealthResult(WorkerStatus.RUNNING)
            if gone is None
            else CheckRunHealthResult(WorkerStatus.FAILED, gone)
        )


def end_dead_runs(instance: dg.DagsterInstance) -> None:
    """Mark the runs as failed whose processes are gone."""
    for run in instance.get_runs(dg.RunsFilter(statuses=list(IN_PROGRESS))):
        gone = reason_of_death(run)
        if gone is not None:
            instance.report_run_failed(run, f"This run was broken off: {gone}.")


def reason_of_death(run: dg.DagsterRun) -> str | None:
    """Why nobody works on the run any more; None where its process lives or is not known."""
    process = run.tags.get(PROCESS_TAG)
    if process is None or process == _identity(int(process.partition(":")[0])):
        return None
    return f"its process {process.partition(':')[0]} is gone"


@cache
def this_process() -> str:
    """The tag's value for this process."""
    return _identity(os.getpid()) or ""


def _identity(process: int) -> str | None:
    """A process that lives, told apart from a later one of the same number; None where there is none."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return None
        return _by_its_number(process)
    if fields[0] == "Z":
        return None
    return f"{process}:{fields[19]}:{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}"


def _by_its_number(process: int) -> str | None:
    """The same where no /proc tells when a process began."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return f"{process}:"
