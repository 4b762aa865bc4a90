"""The report's section on what was asked of whom: waves, bases, response rates, and how weights were made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from dagster_project.claims import BaseRule
from dagster_project.codebook import Sample
from dagster_project.release.stored import grouped, stored_rows
from dagster_project.schema import Row

# How a survey's respondents were chosen, for readers.
SAMPLE_WORDS: Mapping[Sample, str] = {
    Sample.probability: "A probability sample: drawn at random",
    Sample.quota: "A quota sample: chosen to fill quotas, not drawn at random",
    Sample.opt_in: "An opt-in sample: they chose to take part, nobody was drawn at random",
    Sample.census: "A census: everybody of the universe was asked",
    Sample.none: "None was drawn at random",
}


@dataclass(frozen=True)
class AskedSection:
    """Who is in the survey, by stored rows.

    `sample` is how the respondents were chosen, None where nobody says. `response` is the survey's own response rate,
    `items` are those of the questions, `outcomes` AAPOR's where any of them is known. `base_rules` explains the rules
    that the page's tables or figures use.
    """

    sample: str | None
    waves: Sequence[Row]
    named: Sequence[str]
    base_rules: Mapping[BaseRule, str]
    response: Row | None
    items: Sequence[Row]
    outcomes: Sequence[Row]
    dispositions: Sequence[Row]
    weighting: Sequence[Row]
    margins: Sequence[Row]


def asked_section(
    connection: duckdb.DuckDBPyConnection, survey: Row, *, waves: Sequence[Row], used: Collection[str | None]
) -> AskedSection:
    """The section of the survey of this row with these waves, whose published figures use these base rules."""
    rates = grouped(stored_rows(connection, "SELECT * FROM marts.response_rates"), _part)
    named = connection.execute("SELECT name FROM raw.named_respondents ORDER BY position").fetchall()
    return AskedSection(
        sample=SAMPLE_WORDS[Sample(survey["sample"])] if survey["sample"] else None,
        waves=waves,
        named=[name for (name,) in named],
        base_rules={rule: rule.words.definition for rule in BaseRule if survey["has_records"] or rule in used},
        response=next(iter(rates.get("unit", [])), None),
        items=rates.get("item", []),
        outcomes=_where_any_is_known(rates.get("outcomes", [])),
        dispositions=stored_rows(connection, "SELECT * FROM marts.dispositions ORDER BY position"),
        weighting=stored_rows(connection, "SELECT * FROM raw.weighting ORDER BY wave"),
        margins=_margins(connection),
    )


def _part(rate: Row) -> str:
    """The survey's own rate, those of the questions, or AAPOR's."""
    return str(rate["measure"]) if rate["measure"] in ("unit", "item") else "outcomes"


def _where_any_is_known(rates: Sequence[Row]) -> Sequence[Row]:
    return rates if any(rate["percent_text"] is not None for rate in rates) else []


def _margins(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """The categories that the weights were made to meet, each with its labels."""
    labels = {
        (question, answer): label
        for question, answer, label in connection.execute(
            """SELECT question, answer, answer_label FROM raw.answers
            UNION SELECT question, net, net_label FROM raw.nets"""
        ).fetchall()
    }

    def label(margin: Row) -> str:
        if margin["answers"] is None:
            return "No answer"
        return ", ".join(labels.get(of, of[1]) for of in zip(margin["questions"], margin["answers"], strict=True))

    margins = stored_rows(connection, "SELECT * FROM raw.weighting_margins ORDER BY wave, margin, position")
    return [{**one, "label": label(one)} for one in margins]
