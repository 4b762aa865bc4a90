"""Great Expectations on DuckDB: suites, our own expectations, the runner and Data Docs.

What other rooms need is named here. Importing this package does not import Great Expectations; running a suite
does. What the suites expect stands in ``expectations/``; what becomes of a failed check is the caller's.
"""

from dagster_project.validation.data_docs import build_data_docs
from dagster_project.validation.ledger import CHECKS_TABLES, write_checks
from dagster_project.validation.outcomes import CheckResult
from dagster_project.validation.run import SuiteRun, import_great_expectations, run_suite
from dagster_project.validation.suites import CheckSeverity, CheckSpec, Suite, load_suites, survey_scopes

__all__ = [
    "CHECKS_TABLES",
    "CheckResult",
    "CheckSeverity",
    "CheckSpec",
    "Suite",
    "SuiteRun",
    "build_data_docs",
    "import_great_expectations",
    "load_suites",
    "run_suite",
    "survey_scopes",
    "write_checks",
]
