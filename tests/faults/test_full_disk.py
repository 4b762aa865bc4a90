"""A disk that is full, or is about to be: one message that names the folder, and the last release stays."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import duckdb
import pytest

from dagster_project.errors import InputError
from dagster_project.room import LEAST, check_room, no_room, room_in
from tests.conftest import Desk

Usage = namedtuple("Usage", "total used free")


def _free(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(size, 0, size))


def test_a_limit_on_files_ends_a_run_with_one_line_and_the_last_release_stays(released: Desk) -> None:
    before = released.latest("small").resolve()
    outcome = subprocess.run(
        [sys.executable, "-m", "dagster_project.cli", "run"],
        env=released.environment,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000)),
    )
    assert outcome.returncode == 2, outcome.stdout + outcome.stderr
    [line] = outcome.stderr.splitlines()
    assert line.startswith(f"basecheck: {released.places.output_dir}: nothing more can be written there")
    assert "ulimit -f" in line
    assert released.latest("small").resolve() == before


def test_a_run_that_cannot_have_the_room_it_takes_does_not_start(small: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _free(monkeypatch, 5_000_000)
    outcome = small.basecheck("run")
    assert outcome.code == 2
    assert outcome.err == (
        f"basecheck: {small.places.output_dir}: 5 MB are free there, and this run takes 20 MB or more. Make room, or "
        "set BASECHECK_OUTPUT_DIR to a folder with room, then run again. The last release stays.\n"
    )
    assert not small.places.output_dir.exists()


def test_what_a_run_takes_grows_with_its_record_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = tmp_path / "records.csv"
    with records.open("wb") as stream:
        stream.truncate(100_000_000)
    _free(monkeypatch, LEAST)
    check_room(tmp_path)
    with pytest.raises(InputError, match=r"20 MB are free there, and this run takes 60 MB or more"):
        check_room(tmp_path, [records])


def test_only_what_a_database_says_of_the_disk_is_taken_for_a_full_one() -> None:
    assert no_room(duckdb.IOException('Could not write file "x": No space left on device')) == "No space left on device"
    assert no_room(OSError(27, "File too large")) == "File too large"
    assert no_room(duckdb.ConversionException("Could not convert string 'disk is full' to DOUBLE")) is None
    with pytest.raises(InputError, match="the disk is full of records"), room_in(Path("output")):
        raise InputError("the disk is full of records")
