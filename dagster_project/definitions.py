"""The code location that Dagster loads, for the folders that the environment names."""

import dagster as dg

from dagster_project.defs.build import build_defs
from dagster_project.places import Places


@dg.definitions
def defs() -> dg.Definitions:
    """basecheck's assets, checks, job, schedule and sensor."""
    return build_defs(Places.from_environment())
