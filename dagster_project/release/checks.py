"""The report's section on checks: what failed, the worst first, and what passed by its suite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

import duckdb

from dagster_project.release.stored import grouped, stored_rows
from dagster_project.schema import Row

_WORST_FIRST = ("critical", "warning", "info")


@dataclass(frozen=True)
class ChecksSection:
    """Rows of audit.checks: those that failed, the worst first, and those that passed, by suite."""

    failed: Sequence[Row]
    passed: Mapping[str, Sequence[Row]]

    @property
    def made(self) -> int:
        """How many checks were made."""
        return len(self.failed) + sum(len(of_suite) for of_suite in self.passed.values())

    @property
    def blocking(self) -> Sequence[Row]:
        """Those that failed and block a release."""
        return [check for check in self.failed if check["severity"] == "critical"]


def checks_section(connection: duckdb.DuckDBPyConnection) -> ChecksSection:
    """What the gates found, as the survey's database has it."""
    checks = stored_rows(connection, 'SELECT * FROM audit.checks ORDER BY suite, "check"')
    return ChecksSection(
        failed=sorted((check for check in checks if not check["passed"]), key=_order),
        passed=grouped((check for check in checks if check["passed"]), itemgetter("suite")),
    )


def _order(check: Row) -> tuple[int, str, str]:
    severity = check["severity"]
    place = _WORST_FIRST.index(severity) if severity in _WORST_FIRST else len(_WORST_FIRST)
    return place, check["suite"], check["check"]
