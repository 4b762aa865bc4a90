"""Claims: what published figures mean, whether they can stand together, and how to say so.

The room is pure: text and exact numbers in, values out; no files, no database, no Dagster. It stands in storeys. In
`read`, `parse_figure` and `parse_statement` read, and `Interval`, `RoundingRule`, `Hedge` say what a text stands for.
In `decide`, `counts_possible` and its neighbours compute; `say` has the sentences. On top, `audit_statement`,
`audit_listing` and `audit_claims` judge, and `answer_claim` answers.
"""

from dagster_project.claims.answer import Reply, answer_claim
from dagster_project.claims.assumptions import Antecedent, ambiguity, missing_disclosure
from dagster_project.claims.change import audit_change, check_units, parse_change
from dagster_project.claims.decide.algebra import (
    bases_possible,
    common_bases,
    counts_possible,
    percentages_possible,
)
from dagster_project.claims.decide.grim import debit, debit_power, grim, grim_power, grimmer, grimmer_power
from dagster_project.claims.decide.senses import Sense
from dagster_project.claims.decide.severity import CONTRADICTED, Severity
from dagster_project.claims.decide.slips import Slip
from dagster_project.claims.decide.verdict import Verdict
from dagster_project.claims.finding import Code, Finding, Reading, Repair, RepairedFigure, worst_first
from dagster_project.claims.findings import SECONDS, Audit, audit_claims
from dagster_project.claims.listing import audit_listing
from dagster_project.claims.read.bases import WIDEST_FIRST, BaseRule
from dagster_project.claims.read.figures import Figure, parse_figure
from dagster_project.claims.read.given import GivenError, GivenTypeError
from dagster_project.claims.read.hedges import Hedge, Kind
from dagster_project.claims.read.interval import Interval
from dagster_project.claims.read.lexicon import ENGLISH, Lexicon
from dagster_project.claims.read.parse import parse_statement
from dagster_project.claims.read.phrases import FigureError
from dagster_project.claims.read.rounding import (
    RULE_WORDS,
    RoundingRule,
    half_up,
    percent_text,
)
from dagster_project.claims.read.statement import Listing, StatementError, Triple
from dagster_project.claims.read.survey import Cell, Claim, Names, Order, Question
from dagster_project.claims.say.triple_words import short_text
from dagster_project.claims.say.verdict_words import tally_text
from dagster_project.claims.say.words import listed
from dagster_project.claims.triple_finding import audit_statement

__all__ = [
    "CONTRADICTED",
    "ENGLISH",
    "RULE_WORDS",
    "SECONDS",
    "WIDEST_FIRST",
    "Antecedent",
    "Audit",
    "BaseRule",
    "Cell",
    "Claim",
    "Code",
    "Figure",
    "FigureError",
    "Finding",
    "GivenError",
    "GivenTypeError",
    "Hedge",
    "Interval",
    "Kind",
    "Lexicon",
    "Listing",
    "Names",
    "Order",
    "Question",
    "Reading",
    "Repair",
    "RepairedFigure",
    "Reply",
    "RoundingRule",
    "Sense",
    "Severity",
    "Slip",
    "StatementError",
    "Triple",
    "Verdict",
    "ambiguity",
    "answer_claim",
    "audit_change",
    "audit_claims",
    "audit_listing",
    "audit_statement",
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
    "listed",
    "missing_disclosure",
    "parse_change",
    "parse_figure",
    "parse_statement",
    "percent_text",
    "percentages_possible",
    "short_text",
    "tally_text",
    "worst_first",
]
