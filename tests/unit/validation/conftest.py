"""The suites, and the small survey in which all of them hold, for each test anew."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from right_survey import build

from dagster_project.places import SUITES_DIR
from dagster_project.validation import Suite, load_suites


@pytest.fixture(scope="session")
def suites() -> dict[str, Suite]:
    return load_suites(SUITES_DIR)


@pytest.fixture
def survey() -> Iterator[duckdb.DuckDBPyConnection]:
    with build() as connection:
        yield connection


@pytest.fixture
def unweighted() -> Iterator[duckdb.DuckDBPyConnection]:
    with build(weighted=False) as connection:
        yield connection
