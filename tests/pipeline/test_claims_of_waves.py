"""Figures of one wave are counted again like any other: a right one is not blamed, a wrong one does not pass."""

from __future__ import annotations

from tests.conftest import Desk

SURVEY = """
title: Two waves
source: {name: A test, licence: none}
universe: Firms
provenance: collected
records: {files: [firms.csv]}
wave: wave
weight: w
minimum_cell: 0
waves: [{id: w1, label: March}, {id: w2, label: April}]
groups: [size]
questions:
  - {id: size, text: Size, type: single, options: {s: Small, l: Large}}
  - {id: move, text: Will you move, type: single, options: {1: "Yes", 2: "No"}, base: routed}
"""
# March: 12 of 20 say yes, weighing 12 of 24; April: 15 of 20, all of weight 1, and 4 more say nothing.
FIRMS = [
    *["w1,s,1,1"] * 12, *["w1,l,2,1.5"] * 8, *["w2,s,1,1"] * 15, *["w2,l,2,1"] * 5, *["w2,l,,1"] * 4,
]  # fmt: skip
CLAIMS = """
publication: {title: A column}
claims:
  - {id: R1, figure: 50%, kind: percentage, question: move, option: "1", wave: w1, of: yes}
  - {id: R2, figure: 60%, kind: percentage, question: move, option: "1", wave: w1, weighted: false, of: yes}
  - {id: R3, figure: "12", kind: count, question: move, option: "1", wave: w1, of: yes}
  - {id: R4, figure: "24", kind: base, base: all, wave: w2, of: who responded}
  - {id: R5, figure: "20", kind: base, base: answered, question: move, wave: w2, of: who answered}
  - {id: R6, figure: 62.5%, kind: percentage, question: move, option: "1", wave: w2, of: yes of those asked}
  - {id: W1, figure: 82%, kind: percentage, question: move, option: "2", wave: w1, of: no}
  - {id: W2, figure: "14", kind: count, question: move, option: "1", wave: w2, of: yes}
  - {id: W3, figure: "23", kind: base, base: all, wave: w1, of: who responded}
  - {id: U1, figure: 99%, kind: percentage, question: move, option: "1", wave: w1,
     group: {question: size, answer: s}, of: yes of the small}
changes_over_time:
  - {id: V1, text: up 5 points, figure: up 5 points, from: R1, to: R6}
"""


def test_what_the_records_of_a_wave_give_decides(desk: Desk) -> None:
    records = "\n".join(["wave,size,move,w", *FIRMS]) + "\n"
    desk.survey("firms", {"survey.yml": SURVEY, "claims.yml": CLAIMS, "firms.csv": records})
    outcome = desk.basecheck("run")
    assert outcome.code == 0, outcome.out + outcome.err
    with desk.released("firms") as connection:
        reproduced = dict(connection.execute("SELECT claim, reproduced FROM audit.figures").fetchall())
        verdicts = dict(connection.execute("SELECT claim, verdict FROM audit.figures").fetchall())
        changes = connection.execute("SELECT statement, verdict FROM audit.statements").fetchall()
    right, wrong = ["R1", "R2", "R3", "R4", "R5", "R6"], ["W1", "W2", "W3"]
    assert reproduced == dict.fromkeys(right, True) | dict.fromkeys(wrong, False) | {"U1": None}
    assert {verdicts[claim] for claim in right} == {"possible"}
    assert {verdicts[claim] for claim in wrong} == {"impossible"}
    assert changes == [("V1", "impossible")]
