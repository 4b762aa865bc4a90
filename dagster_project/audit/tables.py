"""The tables that the audit writes, each told once. A release shows all of them."""

from __future__ import annotations

from dagster_project.schema import GENERATION, PROVENANCE, SURVEY, Column, Table, public

KEY = (
    SURVEY,
    GENERATION,
    PROVENANCE,
    public("claims_sha256", "VARCHAR", "The hash of claims.yml and claims.csv"),
)


def _intervals(of: str) -> tuple[Column, ...]:
    """The whole numbers and the percentages that a count, a base and a percentage stand for together."""
    return (
        public("count_low", "BIGINT", f"The smallest count that {of} can mean; null where there is no count"),
        public("count_high", "BIGINT", "The largest such count; null where it has no end"),
        public("base_low", "BIGINT", f"The smallest base that {of} can mean; null where there is no base"),
        public("base_high", "BIGINT", "The largest such base; null where it has no end"),
        public("percent_low", "DECIMAL(38, 10)", f"The least percentage that {of} can mean; null where there is none"),
        public("percent_high", "DECIMAL(38, 10)", "The greatest such percentage"),
        public("percent_low_open", "BOOLEAN", "Whether the least percentage is itself left out"),
        public("percent_high_open", "BOOLEAN", "Whether the greatest percentage is itself left out"),
    )


FIGURES = Table(
    "audit",
    "figures",
    "Each published figure with its verdict, what it could be given all others, and what the records give for it",
    (
        *KEY,
        public("claim", "VARCHAR", "The claim's id"),
        public("position", "INTEGER", "The claim's place among the claims, from 1"),
        public("figure", "VARCHAR", "The figure as it was printed"),
        public("kind", "VARCHAR", "What it is said to be: count, percentage or base"),
        public("hedge", "VARCHAR", "The hedge that widens it: none, about, over and so on"),
        public("question", "VARCHAR", "The question it is about; null if of none"),
        public("answer", "VARCHAR", "The option it is about; null for a base"),
        public("group_by", "VARCHAR", "The question whose answers make the group it is about; null for everyone"),
        public("group_value", "VARCHAR", "The answer that makes the group"),
        public("wave", "VARCHAR", "The wave it is about; null where the survey has none"),
        public("base", "VARCHAR", "The base rule that it divides by, or is: answered, routed, all or asked"),
        public("of_what", "VARCHAR", "Of what it is, in words"),
        public("where_printed", "VARCHAR", "Where it was printed"),
        public("low", "DECIMAL(38, 10)", "The least number that its words can stand for"),
        public("high", "DECIMAL(38, 10)", "The greatest such number; null where it has no end"),
        public("low_open", "BOOLEAN", "Whether the least number is itself left out"),
        public("high_open", "BOOLEAN", "Whether the greatest number is itself left out"),
        public("severity", "VARCHAR", "The worst severity of what is found of it; `not checkable` where nothing is"),
        public("verdict", "VARCHAR", "What that says of it, impossible to not checkable"),
        public("reproduced", "BOOLEAN", "Whether the records give it as labelled; null where nothing was counted"),
        public("recount_text", "VARCHAR", "The recount in words, or why it is not told"),
        public("fits_low", "DECIMAL(38, 10)", "The least it could be, given all other figures; null if not known"),
        public("fits_high", "DECIMAL(38, 10)", "The greatest it could be; null where it has no end or is not known"),
        public("power", "DOUBLE", "The share of wrong values that the other figures would have caught"),
    ),
    ("position", "claim"),
)
STATEMENTS = Table(
    "audit",
    "statements",
    "Each sentence that is judged besides the figures, with its verdict",
    (
        *KEY,
        public("statement", "VARCHAR", "The id of the statement, the order or the change over time"),
        public("position", "INTEGER", "Its place among these, from 1"),
        public("what", "VARCHAR", "What it is: statement, order or change"),
        public("text", "VARCHAR", "Its words"),
        public("where_printed", "VARCHAR", "Where it was printed"),
        public("severity", "VARCHAR", "The worst severity of what is found of it; `not checkable` where nothing is"),
        public("verdict", "VARCHAR", "What that says of it, impossible to not checkable"),
    ),
    order=("position",),
)
FINDINGS = Table(
    "audit",
    "findings",
    "What the audit says of some claims, the worst first",
    (
        *KEY,
        public("finding", "VARCHAR", "Its name: F01, F02 and so on, the worst first"),
        public("code", "VARCHAR", "The kind of finding, as docs/audit.md explains them"),
        public("severity", "VARCHAR", "How bad it is, from proved impossible to not checkable"),
        public("verdict", "VARCHAR", "What it says of its figures; null where it is about the publication as a whole"),
        public(
            "condition", "VARCHAR", "Of a conditional verdict, what the figures are possible on, to be read after if"
        ),
        public("claims", "VARCHAR[]", "The ids of the claims or the statement; empty for the publication as a whole"),
        public("message", "VARCHAR", "Everything in one paragraph: the statement, the readings, the remarks"),
        public("statement", "VARCHAR", "What is found, without the readings"),
        public("remarks", "VARCHAR[]", "Further sentences, on the search itself"),
        public("power", "DOUBLE", "The share of wrong values that would have been caught"),
        *_intervals("the figures"),
    ),
    ("length(finding)", "finding"),
)
REPAIRS = Table(
    "audit",
    "repairs",
    "The smallest changes that would make a finding's figures possible, one row for each figure that changes",
    (
        *KEY,
        public("finding", "VARCHAR", "The finding that it repairs"),
        public("repair", "INTEGER", "Its number in the finding, from 1; rows of one number change together"),
        public("claims", "VARCHAR[]", "The ids of the claims that print the figure"),
        public("figure", "VARCHAR", "The figure as it was printed"),
        public("kind", "VARCHAR", "What it is said to be: count, percentage or base"),
        public("low", "DECIMAL(38, 10)", "The least that it may be instead; null where nothing would do"),
        public("high", "DECIMAL(38, 10)", "The greatest that it may be instead; null where it has no end"),
        public("message", "VARCHAR", "The change in words"),
        public("weight", "INTEGER", "The trust that the whole repair takes from the print: the less, the likelier"),
        public("slip", "VARCHAR", "The usual slip that would explain the figure; null if there is none"),
        public("slip_what", "VARCHAR", "What went wrong in that slip"),
        public("slip_meant", "VARCHAR", "The number that would have been meant"),
        public("slip_printed", "VARCHAR", "The number that was printed for it"),
    ),
    ("length(finding)", "finding", "repair", "claims"),
)
READINGS = Table(
    "audit",
    "readings",
    "Other meanings of the figures: those that the audit found for a finding, and those that claims.yml declares",
    (
        *KEY,
        public("finding", "VARCHAR", "The finding that it explains; null for one of figures that nothing contradicts"),
        public("reading", "INTEGER", "Its number, from 1"),
        public("source", "VARCHAR", "Whether the audit found it or claims.yml declared it"),
        public("title", "VARCHAR", "The reading, as it is called or declared"),
        public("claims", "VARCHAR[]", "The ids of the claims that it is about"),
        public("message", "VARCHAR", "What follows under it, in words"),
        public("cost", "INTEGER", "How far it is from the printed words; null for a declared one"),
        *_intervals("this reading"),
    ),
    ("reading",),
)
TABLES = (FIGURES, STATEMENTS, FINDINGS, REPAIRS, READINGS)
