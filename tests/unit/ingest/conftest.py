"""Fixtures of the ingest room's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from survey_desk import Desk

from dagster_project.errors import InputError


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.connection.close()


@pytest.fixture
def refused(desk: Desk) -> Callable[..., str]:
    """The message with which a record file is refused, from the file's name on; nothing of it may be stored."""

    def message(records: str | bytes = "", **how: str) -> str:
        with pytest.raises(InputError) as error:
            desk.take(records, **how)
        assert not desk.rows("SELECT 1 FROM information_schema.tables WHERE table_schema = 'records'")
        return str(error.value).removeprefix(f"{desk.folder}/")

    return message
