"""What dbt makes of the project: its manifest and the SQL of its models and tests, made once for each change of it.

Codes, labels and names travel as rows, so that this SQL is the same for every survey. A run reads it from disk and
imports no dbt at all, which costs seconds. A model that asks the survey while it is compiled (a macro of it calls
`run_query`) has no SQL here; `survey_sql` renders it for each survey.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from dagster_project.errors import InputError
from dagster_project.places import DBT_DIR, OUTPUT_DIR_VARIABLE, SURVEY_VARIABLE

TARGET_DIR = DBT_DIR / "target"
MANIFEST_FILE = TARGET_DIR / "manifest.json"
COMPILED_FILE = TARGET_DIR / "basecheck_compiled.json"
FINGERPRINT_FILE = TARGET_DIR / "basecheck_fingerprint.txt"
ASKS = {"macro.dbt.run_query", "macro.dbt.statement"}
NO_SURVEY = "none"
# What `dbt_project` does with models and tests, in dbt's words for it.
KNOWN: Mapping[str, Mapping[str, Any]] = {
    "model": {
        "materialized": "table",
        "contract": {"enforced": True, "alias_types": True},
        "pre-hook": [],
        "post-hook": [],
    },
    "test": {"severity": "ERROR", "where": None, "limit": None, "fail_calc": "count(*)", "error_if": "!= 0"},
}


@cache
def manifest_json() -> Mapping[str, Any]:
    """The parsed project as dagster-dbt reads it; parsed first where it is missing or older than the project."""
    _parse_if_stale()
    manifest: Mapping[str, Any] = json.loads(MANIFEST_FILE.read_bytes())
    return manifest


@cache
def compiled_sql() -> Mapping[str, str]:
    """The SQL of every model and test, by dbt's id, but of those models that ask the survey."""
    _parse_if_stale()
    compiled: Mapping[str, str] = json.loads(COMPILED_FILE.read_bytes())
    return compiled


def macros_of(manifest: Mapping[str, Any], node: Mapping[str, Any]) -> set[str]:
    """The ids of all macros that a node calls, and that these call."""
    found: set[str] = set()
    ahead = list(node["depends_on"]["macros"])
    while ahead:
        macro = ahead.pop()
        if macro not in found:
            found.add(macro)
            ahead += manifest["macros"][macro]["depends_on"]["macros"]
    return found


def _parse_if_stale() -> None:
    fingerprint = _fingerprint()
    made = (MANIFEST_FILE, COMPILED_FILE, FINGERPRINT_FILE)
    if all(path.exists() for path in made) and FINGERPRINT_FILE.read_text() == fingerprint:
        return
    FINGERPRINT_FILE.unlink(missing_ok=True)
    manifest = _dbt("parse", "--no-partial-parse")
    parsed = json.loads(MANIFEST_FILE.read_bytes())
    _refuse_what_no_run_does(parsed)
    asking = [
        node["name"]
        for node in parsed["nodes"].values()
        if node["resource_type"] == "model" and macros_of(parsed, node) & ASKS
    ]
    # the database that dbt opens has the name of every survey's, since that name stands in the SQL
    with tempfile.TemporaryDirectory() as folder, _environment(folder):
        (Path(folder) / "work" / NO_SURVEY).mkdir(parents=True)
        places = ("--target-path", f"{folder}/target", "--log-path", folder, "--no-write-json")
        # empty: a test of a model that asks the survey is compiled nevertheless
        chosen = ("--exclude", "resource_type:unit_test", *asking, "--indirect-selection", "empty")
        outcome = _dbt("compile", *places, *chosen, manifest=manifest)
    compiled = {result.node.unique_id: result.node.compiled_code for result in outcome.results}
    _write(COMPILED_FILE, json.dumps(compiled).encode())
    _write(FINGERPRINT_FILE, fingerprint.encode())


def _refuse_what_no_run_does(parsed: Mapping[str, Any]) -> None:
    """Raise `InputError` for a setting of a model or test that a plain dbt follows and a run does not know."""
    for node in parsed["nodes"].values():
        known = KNOWN.get(node["resource_type"])
        place = f"dbt/{node['original_file_path']}, {node['name']}"
        if known is None:
            raise InputError(f"{place}: a run knows models and tests, and no {node['resource_type']}.")
        for setting, value in known.items():
            if node["config"][setting] != value:
                raise InputError(
                    f"{place}: a run knows only {setting}: {value}, and here is {node['config'][setting]}."
                )
        for column in node["columns"].values():
            if other := {one["type"] for one in column["constraints"]} - {"not_null"}:
                raise InputError(
                    f"{place}, {column['name']}: a run knows the constraint not_null, and not {other.pop()}."
                )


def _dbt(command: str, *arguments: str, manifest: Any = None) -> Any:
    """What a dbt command on this project gives. Raises `InputError` where it fails."""
    from dbt.cli.main import dbtRunner

    quiet = ("--log-level", "none", "--log-level-file", "none")
    project = ("--project-dir", str(DBT_DIR), "--profiles-dir", str(DBT_DIR))
    outcome = dbtRunner(manifest=manifest).invoke([*quiet, command, *project, *arguments])
    if not outcome.success:
        told = outcome.exception or "; ".join(
            str(result.message) for result in getattr(outcome.result, "results", ()) if str(result.status) == "error"
        )
        raise InputError(f"{DBT_DIR}: dbt cannot {command} this project: {told}")
    return outcome.result


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
def _environment(output_dir: str) -> Iterator[None]:
    """dbt's profile finds a database by these two variables."""
    wanted = {OUTPUT_DIR_VARIABLE: output_dir, SURVEY_VARIABLE: NO_SURVEY}
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
