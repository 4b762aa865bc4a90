from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from pages import build


@pytest.fixture
def survey() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        build(connection)
        yield connection
