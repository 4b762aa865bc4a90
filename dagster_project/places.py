"""Where things stand on disk: the one place that knows the environment's BASECHECK_* variables and folder names."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parents[1]
DBT_DIR = PROJECT_DIR / "dbt"
DATABASE = "survey.duckdb"  # of a survey that is built, and of each release
SUITES_DIR = PROJECT_DIR / "expectations"
RAW_DIR_VARIABLE = "BASECHECK_RAW_DIR"
OUTPUT_DIR_VARIABLE = "BASECHECK_OUTPUT_DIR"
SURVEY_VARIABLE = "BASECHECK_SURVEY"
UI_PORT_VARIABLE = "BASECHECK_UI_PORT"
RELEASES_PORT_VARIABLE = "BASECHECK_RELEASES_PORT"
READ_ONLY_VARIABLE = "BASECHECK_UI_READ_ONLY"


@dataclass(frozen=True)
class Places:
    """The folders that people write (`raw_dir`) and that runs write (`output_dir`), both absolute."""

    raw_dir: Path
    output_dir: Path

    @classmethod
    def from_environment(cls) -> Places:
        """`BASECHECK_RAW_DIR` (default data/raw) and `BASECHECK_OUTPUT_DIR` (default output/)."""
        return cls(
            Path(os.environ.get(RAW_DIR_VARIABLE) or PROJECT_DIR / "data" / "raw").resolve(),
            Path(os.environ.get(OUTPUT_DIR_VARIABLE) or PROJECT_DIR / "output").resolve(),
        )

    def work_dir(self, survey: str) -> Path:
        """Where a survey is built."""
        return self.work_root / survey

    def work_database(self, survey: str) -> Path:
        """The database that a survey is built in; its stem is the catalog's name and never changes."""
        return self.work_dir(survey) / DATABASE

    def validations_dir(self, survey: str) -> Path:
        """Great Expectations' results of the survey's gates, one JSON file per suite."""
        return self.work_dir(survey) / "validations"

    @property
    def work_root(self) -> Path:
        """Where all surveys are built."""
        return self.output_dir / "work"

    @property
    def releases_dir(self) -> Path:
        """One folder per survey, with its releases and the pointer `latest`."""
        return self.output_dir / "releases"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own storage of runs and events."""
        return self.output_dir / "dagster"


def make_private(folder: Path) -> None:
    """Make a folder that only its owner can look into: respondents' records stand there, and messages about them.

    Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
