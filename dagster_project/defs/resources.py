"""What assets and checks are handed: where the surveys stand, and the one way into their databases and folders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

import dagster as dg
import duckdb
from pydantic import PrivateAttr

from dagster_project.codebook import SurveyFolder, read_survey_folder
from dagster_project.defs.origin import of_this_project
from dagster_project.defs.workers import PROCESS_TAG, this_process
from dagster_project.errors import InputError
from dagster_project.places import Places, make_private
from dagster_project.room import room_in
from dagster_project.stopping import end_if_signalled, heard
from dagster_project.warehouse import open_warehouse


class Surveys(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The surveys of one raw folder and the output folder that they are built in."""

    raw_dir: str
    output_dir: str
    # DuckDB opens a file anew only where nobody in the process has it open, which takes longer than most steps
    _held: dict[str, duckdb.DuckDBPyConnection] = PrivateAttr(default_factory=dict)

    @classmethod
    def at(cls, places: Places) -> Surveys:
        """The resource for `places`."""
        return cls(raw_dir=str(places.raw_dir), output_dir=str(places.output_dir))

    @property
    def places(self) -> Places:
        """The folders as paths."""
        return Places(Path(self.raw_dir), Path(self.output_dir))

    def folder(self, survey: str) -> SurveyFolder:
        """The survey's codebook and claims, read afresh."""
        return read_survey_folder(self.places.raw_dir, survey)

    @contextmanager
    def warehouse(self, survey: str, *, writes_files: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to the survey's work database, closed afterwards; the file stays open until the run ends.

        Once records were read, DuckDB may touch no other file until this one is closed: `writes_files` opens it anew.
        """
        path = self.places.work_database(survey)
        if writes_files:
            self._close()
        if survey not in self._held:
            try:
                make_private(self.places.work_root)
                path.parent.mkdir(exist_ok=True)
            except OSError as error:
                raise InputError(
                    f"{path.parent}: cannot be made ({error.strerror}); set BASECHECK_OUTPUT_DIR to a folder that can "
                    "be written."
                ) from error
            with room_in(self.places.output_dir):
                self._held[survey] = open_warehouse(path)
            path.chmod(0o600)
        with room_in(self.places.output_dir), closing(self._held[survey].cursor()) as connection:
            yield connection

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Self]:
        """For as long as a run takes, the signals that end it are heard."""
        with heard(), super().yield_for_execution(context) as surveys:
            yield surveys

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Say which process works on the run, and of which job it is, where nobody has said it yet."""
        run, instance = context.dagster_run, context.instance
        if run is None or instance is None:
            return
        if PROCESS_TAG not in run.tags:
            instance.add_run_tags(run.run_id, {PROCESS_TAG: this_process()})
        of_this_project(instance, run)

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002
        """Close what the run held open, so that others can read it."""
        self._close()

    def _close(self) -> None:
        while self._held:
            self._held.popitem()[1].close()


@contextmanager
def shown_to_people() -> Iterator[None]:
    """Turn an `InputError` into the step's failure with its message, which Dagster shows in place of a traceback.

    A step whose run was ended meanwhile is over with that, whatever it or a library made of the signal.
    """
    try:
        yield
        end_if_signalled()
    except InputError as error:
        raise dg.Failure(description=str(error), metadata={"input_error": True}, allow_retries=False) from error
