"""The release room: what is built and checked, as one folder for readers. It knows neither Dagster nor the checks."""

from dagster_project.release.compare import ReleaseDifference, compare, find_release
from dagster_project.release.publish import (
    Release,
    ReleaseRefusedError,
    latest_release,
    publish,
    releases_records,
    write_index,
)

__all__ = [
    "Release",
    "ReleaseDifference",
    "ReleaseRefusedError",
    "compare",
    "find_release",
    "latest_release",
    "publish",
    "releases_records",
    "write_index",
]
