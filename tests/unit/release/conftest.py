from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from pages import SURVEY


@pytest.fixture
def survey() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(SURVEY)
        yield connection
