"""The dbt models as assets, in two steps so that a broken tally stops the marts; dbt's tests as asset checks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from dagster_project.defs import dbt_project
from dagster_project.defs.resources import Surveys, shown_to_people
from dagster_project.defs.shown_tables import column_schema, first_rows
from dagster_project.room import room_in
from dagster_project.validation import CheckResult, write_checks

STEPS = ("tallies", "marts")


class Translator(DagsterDbtTranslator):
    """dbt's nodes under the names that people use: a model's key is its name, its group its folder."""

    def __init__(self) -> None:
        # several tables of the schema raw are one asset, the codebook
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "model":
            return dg.AssetKey(dbt_resource_props["name"])
        return super().get_asset_key(dbt_resource_props)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return str(dbt_resource_props["fqn"][1])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        owner = dbt_resource_props["config"]["meta"].get("owner")  # a source has the owner of the asset that writes it
        return [owner] if owner else None

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return str(dbt_resource_props.get("description") or "")


def build_dbt_assets(partitions: dg.PartitionsDefinition[str]) -> Sequence[dg.AssetsDefinition]:
    """One op per step; within it dbt builds model after model and tests each before what depends on it."""
    manifest = dbt_project.manifest_json()
    translator = Translator()
    return [_step(step, manifest, translator, partitions) for step in STEPS]


def model_names(step: str) -> list[str]:
    """The models of a step."""
    nodes = dbt_project.manifest_json()["nodes"].values()
    return [node["name"] for node in nodes if node["resource_type"] == "model" and node["fqn"][1] == step]


def blocking_tests() -> set[tuple[str, str]]:
    """dbt's tests, as suite and check: all of them block."""
    nodes = dbt_project.manifest_json()["nodes"]
    return {
        (f"dbt_{nodes[node['attached_node']]['fqn'][1]}", node["name"])
        for node in nodes.values()
        if node["resource_type"] == "test"
    }


def _step(
    step: str,
    manifest: Mapping[str, Any],
    translator: Translator,
    partitions: dg.PartitionsDefinition[str],
) -> dg.AssetsDefinition:
    @dbt_assets(
        manifest=manifest,
        select=step,
        exclude="resource_type:unit_test",
        name=f"dbt_{step}",
        partitions_def=partitions,
        dagster_dbt_translator=translator,
    )
    def models(context: dg.AssetExecutionContext, surveys: Surveys) -> Iterator[Any]:
        survey = context.partition_key
        with shown_to_people(), room_in(surveys.places.output_dir):
            results = dbt_project.build(surveys.places, survey, step)
            with surveys.warehouse(survey) as connection:
                tests = [_check(step, manifest, result) for result in results if result.is_test]
                write_checks(connection, tests)
                for result in results:
                    if result.is_test:
                        yield _check_result(manifest, translator, result)
                    elif result.passed:
                        table = f"{step}.{result.name}"
                        count = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
                        yield dg.MaterializeResult(
                            asset_key=result.name,
                            metadata={
                                "dagster/row_count": count[0] if count else 0,
                                "dagster/column_schema": column_schema(table),
                                **first_rows(connection, table),
                                "seconds": result.seconds,
                            },
                        )
        broken = [result for result in results if not result.passed and result.status != "skipped"]
        if broken:
            raise dg.Failure(
                description="; ".join(f"{result.name}: {_what_failed(result)}" for result in broken),
                allow_retries=False,
            )

    return models


def _check(step: str, manifest: Mapping[str, Any], result: dbt_project.NodeResult) -> CheckResult:
    return CheckResult(
        suite=f"dbt_{step}",
        check=result.name,
        severity="critical",
        passed=result.passed,
        error=result.message if result.status == "error" else None,
        observed=_what_failed(result),
        failed_rows=result.failures,
        failing=(),
        reason=_reason(manifest, result.unique_id),
        expectations=1,
    )


def _check_result(
    manifest: Mapping[str, Any], translator: Translator, result: dbt_project.NodeResult
) -> dg.AssetCheckResult:
    key = get_asset_check_key_for_test(manifest, translator, result.unique_id, project=None)
    assert key is not None
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=result.passed,
        severity=dg.AssetCheckSeverity.ERROR,
        description=_what_failed(result),
        metadata={"failed_rows": result.failures or 0, "reason": _reason(manifest, result.unique_id)},
    )


def _what_failed(result: dbt_project.NodeResult) -> str:
    if result.passed:
        return "holds for every row"
    if result.is_test and result.failures:
        return f"{result.failures} rows fail"
    return (result.message or result.status).strip()


def _reason(manifest: Mapping[str, Any], unique_id: str) -> str:
    return str(manifest["nodes"][unique_id].get("description") or "")
