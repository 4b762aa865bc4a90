"""The gates: every suite of `expectations/` as asset checks, one per named check."""

import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from dagster_project.audit import Contradiction, contradictions
from dagster_project.defs.audit import paragraphs
from dagster_project.defs.resources import Surveys, shown_to_people
from dagster_project.defs.ui import releases_port
from dagster_project.errors import InputError
from dagster_project.stopping import end_if_signalled
from dagster_project.validation import CheckResult, CheckSpec, Suite, run_suite, survey_scopes, write_checks
from dagster_project.warehouse import survey_key

# Which step a suite guards. One op runs a step's suites, so that its blocking checks stop what comes after.
GATES: Mapping[str, tuple[str, ...]] = {
    "records": ("records",),
    "tallies": ("tallies",),
    "marts": ("toplines", "crosstabs", "bases", "response_rates"),
    "disclosure": ("disclosure",),
    "published_figures": ("figures", "statements", "findings", "readings"),
}
STRICT_GATE = "published_figures"
TELLS_OF_FIGURES = ("figures", "statements")  # the suites whose failures come with what is contradicted


class Strictness(dg.Config):
    """Whether a published figure that is contradicted is an error of the run."""

    strict: bool = False


def build_gates(
    suites: Mapping[str, Suite], partitions: dg.PartitionsDefinition[str]
) -> Sequence[dg.AssetChecksDefinition]:
    """One multi-check op per gate. Raises `InputError` for a suite that no gate knows, and for one that is missing."""
    known = {suite for names in GATES.values() for suite in names}
    for name in sorted(suites.keys() ^ known):
        raise InputError(
            f"expectations/{name}.json: this suite belongs to no gate; add it to GATES in defs/checks.py."
            if name in suites
            else f"expectations/{name}.json: this suite is missing, and a gate makes its checks; put it back, or take "
            "its name out of GATES in defs/checks.py."
        )
    return [_gate(gate, [suites[name] for name in names], partitions) for gate, names in GATES.items()]


def blocking_checks(suites: Mapping[str, Suite]) -> set[tuple[str, str]]:
    """The checks, as suite and check, without which nothing is released."""
    return {
        (spec.suite, spec.check) for suite in suites.values() for spec in suite.checks if spec.severity == "critical"
    }


def asset_of(suite: str) -> str:
    """The asset that a suite's checks stand at in Dagster."""
    return "findings" if suite in GATES[STRICT_GATE] else suite


def _gate(gate: str, suites: Sequence[Suite], partitions: dg.PartitionsDefinition[str]) -> dg.AssetChecksDefinition:
    with warnings.catch_warnings():
        # partitions of checks are a preview in Dagster; without them a survey's page shows another survey's checks
        warnings.simplefilter("ignore", dg.PreviewWarning)
        specs = [_spec(gate, spec, partitions) for suite in suites for spec in suite.checks]

    @dg.multi_asset_check(name=f"{gate}_gate", specs=specs, can_subset=True, compute_kind="greatexpectations")
    def checks(
        context: dg.AssetCheckExecutionContext, surveys: Surveys, config: Strictness
    ) -> Iterator[dg.AssetCheckResult]:
        survey = context.partition_key
        wanted = {(key.asset_key.to_user_string(), key.name) for key in context.selected_asset_check_keys}
        with shown_to_people(), surveys.warehouse(survey) as connection:
            provenance = survey_key(connection).provenance
            scopes = survey_scopes(connection)
            results: list[CheckResult] = []
            for suite in suites:
                only = {spec.check for spec in suite.checks if (asset_of(suite.name), spec.check) in wanted}
                if only:
                    run = run_suite(connection, suite, only=only, scopes=scopes)
                    end_if_signalled()  # which Great Expectations takes for an expectation that does not hold
                    _keep(surveys, survey, suite, run.validation)
                    results += run.results
            write_checks(connection, results)
            tells = any(result.suite in TELLS_OF_FIGURES for result in results)
            contradicted = contradictions(connection) if tells else []
            report = f"{releases_port().url}/{survey}/latest/report.html"  # once this run is released
            for result in results:
                told = _about(result, contradicted) if result.suite in TELLS_OF_FIGURES else []
                yield _result(result, provenance, told, report, strict=config.strict and gate == STRICT_GATE)

    return checks


def _spec(gate: str, spec: CheckSpec, partitions: dg.PartitionsDefinition[str]) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        name=spec.check,
        asset=asset_of(spec.suite),
        description=f"{spec.description}. {spec.reason}",
        # the release waits for what is said of the published figures; only a strict run lets it stop there
        blocking=spec.severity == "critical" or gate == STRICT_GATE,
        metadata={"suite": f"expectations/{spec.suite}.json", "table": spec.table, "severity": spec.severity},
        partitions_def=partitions,
    )


def _keep(surveys: Surveys, survey: str, suite: Suite, validation: Mapping[str, object]) -> None:
    folder = surveys.places.validations_dir(survey)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{suite.name}.json").write_text(json.dumps(validation, default=str), encoding="utf-8")


def _about(result: CheckResult, contradictions: Sequence[Contradiction]) -> Sequence[Contradiction]:
    """What is contradicted of what fails."""
    return [] if result.passed else [told for told in contradictions if not set(told.claims).isdisjoint(result.failing)]


def _result(
    result: CheckResult, provenance: str, told: Sequence[Contradiction], report: str, *, strict: bool
) -> dg.AssetCheckResult:
    is_error = result.severity == "critical" or strict or result.error is not None
    metadata: Mapping[str, Any] = {
        "observed": result.observed,
        "reason": result.reason,
        "provenance": provenance,
        "expectations": result.expectations,
        "failed_rows": result.failed_rows,
        "failing": ", ".join(result.failing) or None,
        "error": result.error,
    }
    said = {name: value for name, value in metadata.items() if value is not None}
    return dg.AssetCheckResult(
        asset_key=asset_of(result.suite),
        check_name=result.check,
        passed=result.passed,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        description=result.error or ": ".join([result.observed, *(one.statement for one in told[:1])]),
        metadata={**said, **(_contradicted(told, report) if told else {})},
    )


def _contradicted(told: Sequence[Contradiction], report: str) -> Mapping[str, Any]:
    """All that is contradicted of what failed, and where the report says the first of it."""
    return {
        "what_is_contradicted": paragraphs([one.message for one in told]),
        "report": dg.MetadataValue.url(f"{report}#{told[0].finding}"),
    }
