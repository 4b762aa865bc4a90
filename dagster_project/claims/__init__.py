"""Claims: what published figures mean, whether they can stand together, and how to say so.

The room is pure: text and exact numbers in, values out; no files, no database, no Dagster. From the text up:
`parse_figure` and `parse_statement` read; `Interval`, `RoundingRule`, `Hedge` say what a text stands for;
`counts_possible` and its neighbours compute; `audit_statement`, `audit_listing` and `audit_claims` judge.
"""

from dagster_project.claims.assumptions import Antecedent, ambiguity, missing_disclosure
from dagster_project.claims.change import audit_change, check_units, parse_change
from dagster_project.claims.decide.algebra import (
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
from dagster_project.claims.decide.senses import Sense
from dagster_project.claims.decide.severity import CONTRADICTED, WORST_FIRST, Severity
from dagster_project.claims.decide.slips import Slip
from dagster_project.claims.decide.triple import (
    JudgedTriple,
    audit_triple,
)
from dagster_project.claims.decide.verdict import Verdict
from dagster_project.claims.finding import Code, Finding, Reading, Repair, RepairedFigure, worst_first
from dagster_project.claims.findings import SECONDS, Audit, audit_claims
from dagster_project.claims.listing import audit_listing, leaves_answers_out
from dagster_project.claims.read.bases import WIDEST_FIRST, BaseRule
from dagster_project.claims.read.figures import Figure, parse_figure
from dagster_project.claims.read.hedges import Hedge, Kind
from dagster_project.claims.read.interval import BASES, COUNTS, EMPTY, PERCENTAGES, Interval
from dagster_project.claims.read.lexicon import ENGLISH, Lexicon
from dagster_project.claims.read.parse import parse_statement
from dagster_project.claims.read.phrases import FigureError
from dagster_project.claims.read.rounding import (
    RULE_WORDS,
    RoundingRule,
    half_up,
    percent_preimage,
    percent_text,
    preimage,
    round_fraction,
)
from dagster_project.claims.read.statement import Listing, Part, StatementError, Triple
from dagster_project.claims.read.survey import Cell, Claim, Names, Order, Question
from dagster_project.claims.say.words import listed
from dagster_project.claims.triple_finding import audit_statement

__all__ = [
    "BASES",
    "CONTRADICTED",
    "COUNTS",
    "EMPTY",
    "ENGLISH",
    "PERCENTAGES",
    "RULE_WORDS",
    "SECONDS",
    "WIDEST_FIRST",
    "WORST_FIRST",
    "Antecedent",
    "Audit",
    "BaseRule",
    "Cell",
    "Claim",
    "Code",
    "Figure",
    "FigureError",
    "Finding",
    "Hedge",
    "Interval",
    "JudgedTriple",
    "Kind",
    "Lexicon",
    "Listing",
    "Names",
    "Order",
    "Part",
    "Question",
    "Reading",
    "Repair",
    "RepairedFigure",
    "RoundingRule",
    "Sense",
    "Severity",
    "Slip",
    "StatementError",
    "Triple",
    "Verdict",
    "ambiguity",
    "audit_change",
    "audit_claims",
    "audit_listing",
    "audit_statement",
    "audit_triple",
    "bases_possible",
    "check_units",
    "common_bases",
    "counts_possible",
    "debit",
    "debit_power",
    "grim",
    "grim_power",
    "grimmer",
    "grimmer_power",
    "half_up",
    "leaves_answers_out",
    "listed",
    "missing_disclosure",
    "parse_change",
    "parse_figure",
    "parse_statement",
    "percent_preimage",
    "percent_text",
    "percentage_power",
    "percentages_possible",
    "preimage",
    "printed_percentages",
    "round_fraction",
    "shares",
    "worst_first",
]
