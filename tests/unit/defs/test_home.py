"""Who may look into the folders that a run writes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dagster_project.defs.home import prepare_home
from dagster_project.defs.resources import Surveys
from dagster_project.places import Places


def test_records_and_history_are_for_their_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DAGSTER_HOME", "DO_NOT_TRACK"):
        monkeypatch.setenv(variable, os.environ.get(variable, ""))
    places = Places(tmp_path / "raw", tmp_path / "output")
    prepare_home(places)
    with Surveys.at(places).warehouse("office") as connection:
        connection.execute("CREATE TABLE people (name VARCHAR)")
    modes = {path: path.stat().st_mode & 0o777 for path in (places.work_root, places.dagster_home)}
    assert set(modes.values()) == {0o700}
    assert places.work_database("office").stat().st_mode & 0o777 == 0o600
