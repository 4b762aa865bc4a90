"""Dagster's home folder: its settings are this project's, its storage belongs to the output folder."""

from __future__ import annotations

import os
from pathlib import Path

from dagster_project.errors import InputError
from dagster_project.places import Places, make_private
from dagster_project.room import check_room

SETTINGS = Path(__file__).with_name("dagster.yaml")


def prepare_home(places: Places) -> Path:
    """Make the home folder with the project's settings and set DAGSTER_HOME to it. Raises `InputError`."""
    home = places.dagster_home
    check_room(places.output_dir)
    try:
        make_private(home)
        (home / "dagster.yaml").write_bytes(SETTINGS.read_bytes())
    except OSError as error:
        raise InputError(
            f"{error.filename or home}: cannot be written ({error.strerror}); set BASECHECK_OUTPUT_DIR to a "
            "folder that can be written."
        ) from error
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ["DAGSTER_EVENT_BATCH_SIZE"] = "1000"  # what belongs together is written together
    return home
