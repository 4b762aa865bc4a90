"""What assets and checks are handed: where the surveys stand, and the one way into their databases and folders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import duckdb

from dagster_project.codebook import SurveyFolder, read_survey_folder
from dagster_project.errors import InputError
from dagster_project.places import Places, make_private
from dagster_project.warehouse import open_warehouse


class Surveys(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The surveys of one raw folder and the output folder that they are built in."""

    raw_dir: str
    output_dir: str

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
    def warehouse(self, survey: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """The survey's work database, closed afterwards so that the next step can open it."""
        path = self.places.work_database(survey)
        try:
            make_private(self.places.work_root)
            path.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise InputError(
                f"{path.parent}: cannot be made ({error.strerror}); set BASECHECK_OUTPUT_DIR to a folder that can be "
                "written."
            ) from error
        connection = open_warehouse(path)
        try:
            path.chmod(0o600)
            yield connection
        finally:
            connection.close()


@contextmanager
def shown_to_people() -> Iterator[None]:
    """Turn an `InputError` into the step's failure with its message, which Dagster shows in place of a traceback."""
    try:
        yield
    except InputError as error:
        raise dg.Failure(description=str(error), metadata={"input_error": True}, allow_retries=False) from error
