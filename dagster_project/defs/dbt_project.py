"""dbt in this process: parsing once, building, and what came of it. What Dagster makes of that stands in `transform`.

A dbt subprocess costs seconds each; in one process everything after the first costs a fraction of one.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.disclosure import make_withheld_tables
from dagster_project.errors import InputError
from dagster_project.places import DBT_DIR, OUTPUT_DIR_VARIABLE, SURVEY_VARIABLE, Places
from dagster_project.warehouse import open_warehouse

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

TARGET_DIR = DBT_DIR / "target"
MANIFEST_FILE = TARGET_DIR / "manifest.json"
PARSED_FILE = TARGET_DIR / "basecheck_manifest.msgpack"
FINGERPRINT_FILE = TARGET_DIR / "basecheck_fingerprint.txt"


@dataclass(frozen=True)
class NodeResult:
    """What dbt did with one model or test. `failures` counts the rows that a test returned."""

    unique_id: str
    name: str
    is_test: bool
    status: str
    failures: int | None
    message: str | None
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether the model was built or the test found nothing."""
        return self.status in {"success", "pass"}


def dbt_arguments(command: str, *, select: str | None = None) -> list[str]:
    """The arguments of a dbt command on this project. Unit tests belong to `make test`, not to a run."""
    arguments = [
        "--log-level",
        "none",
        "--log-level-file",
        "none",
        command,
        "--project-dir",
        str(DBT_DIR),
        "--profiles-dir",
        str(DBT_DIR),
    ]
    if select is not None:
        arguments += [
            "--no-write-json",
            "--select",
            select,
            "--indirect-selection",
            "cautious",
            "--exclude-resource-type",
            "unit_test",
        ]
    return arguments


@cache
def manifest_json() -> Mapping[str, Any]:
    """The parsed project as dagster-dbt reads it; parsed first where it is missing or older than the project."""
    _parse_if_stale()
    manifest: Mapping[str, Any] = json.loads(MANIFEST_FILE.read_bytes())
    return manifest


def build(places: Places, survey: str, select: str) -> list[NodeResult]:
    """Build the selected models of one survey and run their tests, in dbt's order.

    A model that dbt skipped because of a failure before it is in the list with the status `skipped`.
    Raises `InputError` where dbt cannot start at all.
    """
    from dbt.cli.main import dbtRunner

    manifest = _manifest()
    # dbt opens and closes the file for every model and test; held open here, with the same settings, that costs nothing
    held = open_warehouse(places.work_database(survey))
    with closing(held), _environment(places, survey):
        make_withheld_tables(held)
        outcome = dbtRunner(manifest=manifest).invoke(
            [
                *dbt_arguments("build", select=select),
                *("--target-path", str(places.work_dir(survey) / "dbt")),
                *("--log-path", str(places.work_dir(survey) / "dbt")),
            ]
        )
    if outcome.exception is not None:
        raise InputError(f"dbt could not build {select} of {survey}: {outcome.exception}")
    results: Sequence[Any] = getattr(outcome.result, "results", [])
    return [
        NodeResult(
            unique_id=result.node.unique_id,
            name=result.node.name,
            is_test=str(result.node.resource_type) == "test",
            status=str(result.status),
            failures=result.failures,
            message=result.message,
            seconds=result.execution_time,
        )
        for result in results
    ]


@cache
def _manifest() -> Manifest:
    from dbt.contracts.graph.manifest import Manifest

    _parse_if_stale()
    manifest: Manifest = Manifest.from_msgpack(PARSED_FILE.read_bytes())
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    return manifest


def _parse_if_stale() -> None:
    fingerprint = _fingerprint()
    parsed = (MANIFEST_FILE, PARSED_FILE, FINGERPRINT_FILE)
    if all(path.exists() for path in parsed) and FINGERPRINT_FILE.read_text() == fingerprint:
        return
    from dbt.cli.main import dbtRunner

    FINGERPRINT_FILE.unlink(missing_ok=True)
    outcome = dbtRunner().invoke([*dbt_arguments("parse"), "--no-partial-parse"])
    if not outcome.success:
        raise InputError(f"{DBT_DIR}: dbt cannot parse this project: {outcome.exception}")
    manifest: Any = outcome.result
    _write(PARSED_FILE, manifest.to_msgpack())
    _write(FINGERPRINT_FILE, fingerprint.encode())


def _fingerprint() -> str:
    """A hash of what a parse depends on: the project's files, dbt's version and where the project stands."""
    from importlib.metadata import version

    digest = hashlib.sha256(f"{version('dbt-core')} {version('dbt-duckdb')} {DBT_DIR}".encode())
    for path in sorted(DBT_DIR.rglob("*")):
        if path.suffix in {".sql", ".yml"} and TARGET_DIR not in path.parents:
            digest.update(str(path.relative_to(DBT_DIR)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Replace a file whole, so that a process beside this one never reads half of it."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(path)


@contextmanager
def _environment(places: Places, survey: str) -> Iterator[None]:
    """dbt's profile finds the survey's database by these two variables."""
    wanted = {OUTPUT_DIR_VARIABLE: str(places.output_dir), SURVEY_VARIABLE: survey}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
