"""The expectations of our own, each one SELECT pushed down to DuckDB, with its sentence for Data Docs.

Importing this module imports Great Expectations and registers the classes under their names in the suites
(``ExpectPartsToSumToTheirBase`` is ``expect_parts_to_sum_to_their_base``); only functions do so.
The SQL itself is in `relations`. A result holds how many rows were looked at and how many are broken, and nothing
of what they hold.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation, render_suite_parameter_string
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.render.components import LegacyRendererType, RenderedStringTemplateContent
from great_expectations.render.renderer.renderer import renderer
from great_expectations.render.renderer_configuration import RendererValueType
from great_expectations.validator.metric_configuration import MetricConfiguration

from dagster_project.validation import relations

_METRIC = "table.basecheck_measure"
_BATCH = "{batch}"


class _Measure(TableMetricProvider):  # type: ignore[misc] # untyped base
    """Runs a measure (see `relations`) on the batch's table: (looked at, broken)."""

    metric_name = _METRIC
    value_keys = ("measure",)

    @metric_value(engine=SqlAlchemyExecutionEngine)  # type: ignore[untyped-decorator]
    def _sqlalchemy(
        cls,  # noqa: N805 # metric functions are class methods by registration
        execution_engine: Any,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],  # noqa: ARG002
        runtime_configuration: dict[str, Any],  # noqa: ARG002
    ) -> tuple[int, int]:
        data = execution_engine.batch_manager.batch_data_cache[metric_domain_kwargs["batch_id"]]
        table = relations.table_name(f"{data.source_schema_name}.{data.source_table_name}")
        ((looked_at, broken),) = execution_engine.rows(metric_value_kwargs["measure"].replace(_BATCH, table))
        return int(looked_at), int(broken)


class RowsExpectation(BatchExpectation, ABC):  # type: ignore[misc] # untyped base
    """An expectation on a survey of rows: it holds if no row is broken, so it holds where there is no row."""

    metric_dependencies: ClassVar[tuple[str, ...]] = (_METRIC,)
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id",)

    @abstractmethod
    def rows(self, batch: str, columns: list[str]) -> str:
        """The survey of rows of the table ``batch`` (SQL), which has these columns."""

    @abstractmethod
    def sentence(self) -> str:
        """What is expected, as one sentence; a kwarg is named ``$name``."""

    def measure(self, batch: str) -> str:
        """The measure of those rows; a subclass may know a cheaper one."""
        return relations.measure_of(self.rows(batch, []))

    def get_validation_dependencies(
        self, execution_engine: Any = None, runtime_configuration: dict[str, Any] | None = None
    ) -> Any:
        dependencies = super().get_validation_dependencies(execution_engine, runtime_configuration)
        stock = dependencies.metric_configurations[_METRIC]
        # A new configuration and not a changed one: its id, made from the SQL, tells one measure from another.
        dependencies.set_metric_configuration(
            _METRIC,
            MetricConfiguration(_METRIC, stock.metric_domain_kwargs, {"measure": self.measure(_BATCH)}),
        )
        return dependencies

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002
        execution_engine: Any = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        looked_at, broken = metrics[_METRIC]
        return {
            "success": broken == 0,
            "result": {
                "observed_value": f"{broken:,} of {looked_at:,} fail",
                "looked_at": looked_at,
                "broken": broken,
            },
        }

    @classmethod
    def _prescriptive_template(cls, renderer_configuration: Any) -> Any:
        expectation = cls(**renderer_configuration.kwargs)
        for name in expectation.success_keys:
            if name in renderer_configuration.kwargs:
                renderer_configuration.add_param(name=name, param_type=RendererValueType.STRING)
        renderer_configuration.template_str = expectation.sentence()
        return renderer_configuration

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)  # type: ignore[untyped-decorator]
    @render_suite_parameter_string  # type: ignore[untyped-decorator]
    def _prescriptive_renderer(
        cls,
        configuration: Any = None,
        result: Any = None,
        runtime_configuration: dict[str, Any] | None = None,
        **_: Any,
    ) -> list[RenderedStringTemplateContent]:
        kwargs = (configuration or result.expectation_config).kwargs
        expectation = cls(**{name: value for name, value in kwargs.items() if name in cls.__fields__})
        params = {
            name: ", ".join(value) if isinstance(value, (list, tuple)) else value
            for name, value in expectation.dict().items()
            if name in cls.success_keys
        }
        return [
            RenderedStringTemplateContent(
                content_block_type="string_template",
                string_template={
                    "template": expectation.sentence(),
                    "params": params,
                    "styling": (runtime_configuration or {}).get("styling"),
                },
            )
        ]


class ExpectCountBaseAndPercentageToAgree(RowsExpectation):
    """Each row's count, base and percentage are possible together under the rounding rule.

    *Points* (``percent_text``): the printed percentage is the count over the base, rounded half up to the printed
    decimals; in integers unless ``weighted``. *Intervals* (``percent`` etc. as low and high columns, ``percent_open``
    as flags; null is unbounded): some whole count over some whole base lies in all three. Only rows for
    which the condition ``only`` holds are looked at.
    """

    count: str | tuple[str, str]
    base: str | tuple[str, str]
    percent_text: str | None = None
    decimals: str | None = None
    share: str | None = None
    suppressed: str | None = None
    weighted: bool = False
    percent: tuple[str, str] | None = None
    percent_open: tuple[str, str] | None = None
    only: str = "true"

    success_keys: ClassVar[tuple[str, ...]] = (
        "count", "base", "percent_text", "decimals", "share", "suppressed", "weighted", "percent", "percent_open",
        "only",
    )  # fmt: skip
    args_keys: ClassVar[tuple[str, ...]] = success_keys

    def rows(self, batch: str, columns: list[str]) -> str:
        chosen = f"(SELECT * FROM {batch} WHERE {self.only})"
        if self.percent and self.percent_open and isinstance(self.count, tuple) and isinstance(self.base, tuple):
            return relations.impossible_intervals(
                chosen,
                columns,
                count=self.count,
                base=self.base,
                percent=self.percent,
                percent_open=self.percent_open,
            )
        if not (self.percent_text and isinstance(self.count, str) and isinstance(self.base, str)):
            raise ValueError(
                "give either count, base and percent_text as columns, "
                "or count, base, percent and percent_open as pairs of columns"
            )
        return relations.disagreeing_points(
            chosen,
            columns,
            count=self.count,
            base=self.base,
            percent_text=self.percent_text,
            decimals=self.decimals,
            share=self.share,
            suppressed=self.suppressed,
            weighted=self.weighted,
        )

    def sentence(self) -> str:
        if self.percent:
            return "Some whole count in ($count) over some whole base in ($base) must give a percentage in ($percent)."
        how = ", from sums of weights" if self.weighted else ", reckoned in integers"
        return f"$percent_text must be $count over $base as a percentage, rounded half up{how}."


class ExpectNoRowToSay(RowsExpectation):
    """No row has one of these values in a column."""

    column: str
    values: list[str]

    success_keys: ClassVar[tuple[str, ...]] = ("column", "values")
    args_keys: ClassVar[tuple[str, ...]] = success_keys

    def rows(self, batch: str, columns: list[str]) -> str:
        named = ", ".join(relations.literal(value) for value in self.values)
        return relations.rows_where(batch, columns, f"{relations.identifier(self.column)} IN ({named})")

    def sentence(self) -> str:
        return "No row's $column may be one of $values."


class ExpectPartsToSumToTheirBase(RowsExpectation):
    """In each partition the parts sum to the base (``relation`` "equal"), or to no more than it ("at_most").

    Where a part is withheld, the others sum to no more than the base.

    ``part`` is a column or a sum of columns of a row; ``base`` is an aggregate over the partition's rows, such as
    ``max(n_base)``, or a SELECT of the partition's columns and ``base``. ``only`` is a condition on the rows;
    ``tolerance`` is relative and for sums of weights alone.
    """

    partition: list[str]
    part: str
    base: str
    only: str | None = None
    relation: Literal["equal", "at_most"] = "equal"
    tolerance: float = 0.0
    base_is: str = "their base"

    success_keys: ClassVar[tuple[str, ...]] = (
        "partition", "part", "base", "only", "relation", "tolerance", "base_is",
    )  # fmt: skip
    args_keys: ClassVar[tuple[str, ...]] = success_keys

    def rows(self, batch: str, columns: list[str]) -> str:  # noqa: ARG002
        chosen = f"(SELECT * FROM {batch} WHERE {self.only})" if self.only else batch
        return relations.parts_and_bases(chosen, self.partition, self.part, self.base, self.relation, self.tolerance)

    def sentence(self) -> str:
        verb = "sum to" if self.relation == "equal" else "sum to no more than"
        return f"For each $partition, the parts ($part) must {verb} $base_is."


class ExpectKeysToBeUnique(RowsExpectation):
    """No two rows have the same key; nulls count as a value unless the key is one column."""

    key: list[str]

    success_keys: ClassVar[tuple[str, ...]] = ("key",)
    args_keys: ClassVar[tuple[str, ...]] = success_keys

    def rows(self, batch: str, columns: list[str]) -> str:
        return relations.duplicates(batch, columns, self.key)

    def measure(self, batch: str) -> str:
        return relations.duplicates_measure(batch, self.key)

    def sentence(self) -> str:
        return "There must be as many distinct values of ($key) as rows."


class ExpectAnswersToBeInTheCodebook(RowsExpectation):
    """Each record's answer to one question is an option or a missing code of that question, or a blank."""

    question: str
    kind: str

    success_keys: ClassVar[tuple[str, ...]] = ("question", "kind")
    args_keys: ClassVar[tuple[str, ...]] = success_keys

    def rows(self, batch: str, columns: list[str]) -> str:
        return relations.rows_where(batch, columns, relations.unknown_answer(self.question, self.kind))

    def measure(self, batch: str) -> str:
        broken = relations.unknown_answer(self.question, self.kind)
        return relations.measure_of_records(batch, broken, [(self.question, self.kind)])

    def sentence(self) -> str:
        return "Every answer to $question must be a code that the codebook lists for it."


class ExpectRoutingToBeRespected(RowsExpectation):
    """Nobody answers a question that their routing does not lead to."""

    question: str
    kind: str
    asked_if: str
    asked_if_kind: str

    success_keys: ClassVar[tuple[str, ...]] = ("question", "kind", "asked_if", "asked_if_kind")
    args_keys: ClassVar[tuple[str, ...]] = success_keys

    def _broken(self) -> str:
        return relations.unrouted_answer(self.question, self.kind, self.asked_if, self.asked_if_kind)

    def rows(self, batch: str, columns: list[str]) -> str:
        return relations.rows_where(batch, columns, self._broken())

    def measure(self, batch: str) -> str:
        read: list[tuple[str, str]] = [(self.question, self.kind), (self.asked_if, self.asked_if_kind)]
        return relations.measure_of_records(batch, self._broken(), read)

    def sentence(self) -> str:
        return "Only respondents whose answer to $asked_if leads to $question may have answered it."


class ExpectRowsToBeAccountedFor(RowsExpectation):
    """For each record file: rows read = accepted + rejected, and as many records and rejects are kept."""

    success_keys: ClassVar[tuple[str, ...]] = ()

    def rows(self, batch: str, columns: list[str]) -> str:  # noqa: ARG002
        return relations.unaccounted_files(batch)

    def sentence(self) -> str:
        return (
            "For each record file, the rows read must be the rows accepted plus the rows rejected, "
            "and each of them must be kept."
        )


class ExpectFewRejects(RowsExpectation):
    """No more of the rows read were rejected than ``maximum_rejects`` allows; none read is none rejected."""

    success_keys: ClassVar[tuple[str, ...]] = ()

    def rows(self, batch: str, columns: list[str]) -> str:  # noqa: ARG002
        return relations.heavily_rejected()

    def sentence(self) -> str:
        return "No more of the rows read may have been rejected than the codebook's maximum_rejects allows."


class ExpectFilesToDiffer(RowsExpectation):
    """No record file holds what an earlier one holds."""

    success_keys: ClassVar[tuple[str, ...]] = ()

    def rows(self, batch: str, columns: list[str]) -> str:  # noqa: ARG002
        return relations.repeated_files()

    def sentence(self) -> str:
        return "No two record files may hold the same records in the same order."


class ExpectNothingLeftToFillIn(RowsExpectation):
    """No text of the codebook is still a note of what belongs there."""

    success_keys: ClassVar[tuple[str, ...]] = ()

    def rows(self, batch: str, columns: list[str]) -> str:  # noqa: ARG002
        return relations.unfilled()

    def sentence(self) -> str:
        return "No text of the codebook may still be a TODO."


class ExpectSampleToBeStated(RowsExpectation):
    """The codebook says of what kind of sample collected records are."""

    success_keys: ClassVar[tuple[str, ...]] = ()

    def rows(self, batch: str, columns: list[str]) -> str:  # noqa: ARG002
        return relations.unstated_sample()

    def sentence(self) -> str:
        return "The codebook must say what kind of sample the records are of."


class ExpectNoAnswerToBeSetAside(RowsExpectation):
    """No cell held something that is no answer of its question."""

    success_keys: ClassVar[tuple[str, ...]] = ()

    def rows(self, batch: str, columns: list[str]) -> str:  # noqa: ARG002
        return relations.set_aside()

    def sentence(self) -> str:
        return "No cell may hold something that is no answer of its question."


class ExpectBasesToNest(RowsExpectation):
    """In each partition a base is no larger than one that comes later in ``order``."""

    partition: list[str]
    order: list[str]

    success_keys: ClassVar[tuple[str, ...]] = ("partition", "order")
    args_keys: ClassVar[tuple[str, ...]] = success_keys

    def rows(self, batch: str, columns: list[str]) -> str:
        return relations.unnested_bases(batch, columns, self.partition, self.order)

    def sentence(self) -> str:
        return "For each $partition, no base may be larger than one that follows it in ($order)."
