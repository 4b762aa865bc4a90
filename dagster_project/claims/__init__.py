"""Claims: what published figures mean, whether they can stand together, and how to say so.

The room is pure: text and exact numbers in, values out; no files, no database, no Dagster, the standard library only.
From the text up: `parse_figure` and `parse_statement` read; `Interval`, `RoundingRule`, `Hedge` say what a text stands
for; `counts_possible` and its neighbours compute; `audit_triple` judges; `finding_text` and its neighbours speak.
"""

from dagster_project.claims.algebra import (
    bases_possible,
    common_bases,
    counts_possible,
    debit,
    debit_power,
    grim,
    grim_power,
    grimmer,
    grimmer_power,
    percentage_power,
    percentages_possible,
    printed_percentages,
    shares,
)
from dagster_project.claims.figures import Figure, FigureError, parse_figure
from dagster_project.claims.hedges import Hedge, Kind
from dagster_project.claims.interval import BASES, COUNTS, EMPTY, PERCENTAGES, Interval
from dagster_project.claims.lexicon import ENGLISH, Lexicon
from dagster_project.claims.rounding import (
    RoundingRule,
    percent_preimage,
    percent_text,
    preimage,
    round_fraction,
)
from dagster_project.claims.statement import StatementError, parse_statement
from dagster_project.claims.triple import (
    Implied,
    Reading,
    ReadingCode,
    Repair,
    Severity,
    Triple,
    TripleFinding,
    audit_triple,
)
from dagster_project.claims.words import finding_text, reading_text, repair_text

__all__ = [
    "BASES",
    "COUNTS",
    "EMPTY",
    "ENGLISH",
    "PERCENTAGES",
    "Figure",
    "FigureError",
    "Hedge",
    "Implied",
    "Interval",
    "Kind",
    "Lexicon",
    "Reading",
    "ReadingCode",
    "Repair",
    "RoundingRule",
    "Severity",
    "StatementError",
    "Triple",
    "TripleFinding",
    "audit_triple",
    "bases_possible",
    "common_bases",
    "counts_possible",
    "debit",
    "debit_power",
    "finding_text",
    "grim",
    "grim_power",
    "grimmer",
    "grimmer_power",
    "parse_figure",
    "parse_statement",
    "percent_preimage",
    "percent_text",
    "percentage_power",
    "percentages_possible",
    "preimage",
    "printed_percentages",
    "reading_text",
    "repair_text",
    "round_fraction",
    "shares",
]
