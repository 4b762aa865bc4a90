"""Dagster's web server, as it comes, behind the guard: `python -m dagster_project.defs.webserver` takes its options."""

from __future__ import annotations

from typing import Any

from dagster_webserver import cli
from dagster_webserver.app import create_app_from_workspace_process_context

from dagster_project.defs.guard import Application, Guard


def _guarded(*arguments: Any, **options: Any) -> Application:
    return Guard(create_app_from_workspace_process_context(*arguments, **options))


def main() -> None:
    """Serve the UI; Dagster has no setting for an application around its own, so its maker is replaced."""
    cli.create_app_from_workspace_process_context = _guarded  # type: ignore[assignment, attr-defined]
    cli.main()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
