"""The tables that this room writes: what is withheld, which no release has, and the proof, which every release has."""

from __future__ import annotations

from typing import NamedTuple

from dagster_project.schema import GENERATION, PROVENANCE, SURVEY, Column, Table, public

REASON = Column("reason", "VARCHAR", "What a reader is told of it")
WITHHELD_COUNTS = Table(
    "disclosure",
    "withheld",
    "One row per answer, whole sample or group, whose count is withheld",
    (
        SURVEY.kept,
        GENERATION.kept,
        Column("question", "VARCHAR", "The question's id"),
        Column("answer", "VARCHAR", "The answer's code, or the net's; * for the numbers of a quantity"),
        Column("kind", "VARCHAR", "valid, dont_know, refused, not_asked, no_answer, net or none: see tallies"),
        Column("group_by", "VARCHAR", "The group question; null for the whole sample"),
        Column("group_value", "VARCHAR", "The code of the group; null for the whole sample"),
        Column("role", "VARCHAR", "primary: it is small itself; complementary: it would give away one that is"),
        REASON,
    ),
)
WITHHELD_BASES = Table(
    "disclosure",
    "withheld_bases",
    "One row per base, whole sample or group, that is withheld",
    (
        SURVEY.kept,
        GENERATION.kept,
        Column("question", "VARCHAR", "The question's id"),
        Column("base_rule", "VARCHAR", "answered, routed or all"),
        Column("group_by", "VARCHAR", "The group question; null for the whole sample"),
        Column("group_value", "VARCHAR", "The code of the group; null for the whole sample"),
        REASON,
    ),
)
WITHHELD_TABLES = (WITHHELD_COUNTS, WITHHELD_BASES)
PROOF = Table(
    "audit",
    "disclosure",
    "One row per withheld count: what everybody can work out of it, from the published tables alone",
    (
        SURVEY,
        GENERATION,
        PROVENANCE,
        public("question", "VARCHAR", "The question's id"),
        public(
            "answer", "VARCHAR", "The answer's code, or the net's; * for the numbers of a quantity, null for a base"
        ),
        public("kind", "VARCHAR", "valid, dont_know, refused, not_asked, no_answer, net or none; null for a base"),
        public("group_by", "VARCHAR", "The group question; null for the whole sample"),
        public("group_value", "VARCHAR", "The code of the group; null for the whole sample"),
        public("base_rule", "VARCHAR", "answered, routed or all, for a base"),
        public(
            "low",
            "BIGINT",
            "The least that it can be; null for a mean or total, and where the search for it was given up",
        ),
        public(
            "high",
            "BIGINT",
            "The most that it can be; null for a mean or total, and where the search for it was given up",
        ),
        public("recoverable", "BOOLEAN", "Whether it can be worked out: then nothing is released"),
        public("mend", "VARCHAR", "What it is withheld for, as far as the tables show that, and what would show more"),
    ),
    ("question", "group_by", "group_value", "base_rule", "answer", "kind"),
)
PROOF_TABLES = (PROOF,)

# what a withheld count is there for: it is small itself, or protects one that is; published nowhere
PRIMARY, COMPLEMENTARY = "primary", "complementary"
# what a reader is told of it, whichever it is; the tables carry it to everything that shows a blank in its place
WITHHELD = "withheld: too few respondents"


class TableCell(NamedTuple):
    """A cell of a published table that holds a count, or withholds it: a row's answer, or a question's base."""

    question: str
    answer: str | None
    kind: str | None
    group_by: str | None
    group_value: str | None
    base_rule: str | None = None
