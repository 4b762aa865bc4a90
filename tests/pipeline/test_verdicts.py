"""One survey whose figures have every verdict: it is told in the same numbers and words wherever somebody looks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from dagster_project.claims.decide.localise import Localiser, Sources
from dagster_project.claims.decide.system import UndecidedError
from tests.conftest import Desk, Outcome

SURVEY = """
title: A poll of its readers
source: {name: A paper, licence: Facts only}
universe: Readers
provenance: published
weighted: false
questions:
  - {id: paid, text: Do you pay, type: single, options: {1: "Yes", 2: "No"}}
  - {id: read, text: How often, type: single, options: {1: Daily, 2: Weekly, 3: Less}}
  - {id: hard, text: Which part, type: single, options: {1: News, 2: Sport}}
"""
CLAIMS = """
publication: {title: A column, discloses: [who_asked, how_many, when, weighting, margin_of_error]}
claims:
  - {id: A, figure: "96", kind: count, question: paid, option: "1", base: answered, of: who pay}
  - {id: B, figure: "150", kind: base, question: paid, base: answered, of: who answered}
  - {id: C, figure: 42%, kind: percentage, question: paid, option: "1", base: answered, of: who pay}
  - {id: D, figure: 33%, kind: percentage, question: read, option: "1", base: answered, of: daily readers}
  - {id: E, figure: 67%, kind: percentage, question: read, option: "2", base: answered, of: weekly readers}
  - {id: F, figure: "24", kind: base, question: read, base: answered, of: who answered}
  - {id: G, figure: "8", kind: count, of: of these, may_be_of: [{question: read, option: "1"}, {base: answered}]}
  - {id: H, figure: 52%, kind: percentage, question: hard, option: "1", base: answered, of: readers of news}
  - {id: J, figure: "17", kind: count, of: letters}
"""
VERDICTS = "3 impossible, 1 undecided, 1 conditional, 3 possible, 1 not checkable"


@pytest.fixture(scope="module", autouse=True)
def no_time() -> Iterator[None]:
    """A search that has no time for what is asked about the parts of the paper."""
    possible = Localiser.possible

    def possible_in_time(self: Localiser, sources: Sources) -> bool:
        if any(one.cell.question == "hard" for one in self.joint.figures):
            raise UndecidedError
        return possible(self, sources)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Localiser, "possible", possible_in_time)
        yield


@pytest.fixture(scope="module")
def poll(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Outcome]:
    """The survey and what its run printed."""
    folder = tmp_path_factory.mktemp("poll")
    desk = Desk(folder / "raw", folder / "output")
    desk.survey("poll", {"survey.yml": SURVEY, "claims.yml": CLAIMS})
    return desk, desk.basecheck("run")


def words(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def test_every_place_tells_the_same_verdicts(poll: tuple[Desk, Outcome]) -> None:
    desk, outcome = poll
    assert outcome.code == 0, outcome.out + outcome.err
    report = words((desk.latest("poll") / "report.html").read_text(encoding="utf-8"))
    index = words((desk.places.releases_dir / "index.html").read_text(encoding="utf-8"))
    assert "3 of 9 figures" in outcome.out
    assert f"Published figures: {VERDICTS}." in outcome.out
    assert f"9 published figures were audited: {VERDICTS}." in report
    assert f"Published figures 9 {VERDICTS}" in report
    assert f" 9 {VERDICTS}" in index
    with desk.released("poll") as connection:
        counted = connection.execute(
            "SELECT string_agg(n || ' ' || verdict, ', ' ORDER BY verdict) "
            "FROM (SELECT verdict, count(*) AS n FROM audit.figures GROUP BY verdict)"
        ).fetchall()
        failed = connection.execute(
            'SELECT "check", observed, failing FROM audit.checks WHERE NOT passed ORDER BY ALL'
        ).fetchall()
    assert sorted(counted[0][0].split(", ")) == sorted(VERDICTS.split(", "))
    assert failed == [
        ("published_figures_agree", "3 of 9 fail", ["A", "B", "C"]),
        ("published_figures_are_decided", "1 of 9 fail", ["H"]),
        ("published_figures_stand_by_themselves", "1 of 9 fail", ["G"]),
    ]
    for check, observed, _ in failed:
        assert f"Warning: {check} of findings: {observed}" in outcome.out


def test_reviews_are_of_what_has_a_verdict(poll: tuple[Desk, Outcome]) -> None:
    graph = json.loads((poll[0].latest("poll") / "claim_review.jsonld").read_text(encoding="utf-8"))["@graph"]
    said = {one["url"].rpartition("-")[2]: one["reviewRating"]["alternateName"] for one in graph}
    assert said == dict.fromkeys("ABC", "Impossible") | {"G": "Conditional"} | dict.fromkeys("DEF", "Possible")
    html = (poll[0].latest("poll") / "report.html").read_text(encoding="utf-8")
    assert all(f'id="{one["url"].partition("#")[2]}"' in html for one in graph)


def test_a_strict_run_releases_what_is_possible_or_not_checkable_alone(desk: Desk) -> None:
    head, claims = CLAIMS.split("claims:\n")
    lines = {line.split("id: ")[1][0]: line for line in claims.splitlines()}
    released = {"possible": "DEF", "not_checkable": "J", "undecided": "H", "conditional": "GF", "impossible": "ABC"}
    for survey, ids in released.items():
        written = "\n".join([f"{head}claims:", *(lines[one] for one in ids)])
        desk.survey(survey, {"survey.yml": SURVEY, "claims.yml": written})
    outcome = desk.basecheck("run", "--strict")
    assert outcome.code == 1
    assert {survey for survey in released if desk.latest(survey).exists()} == {"possible", "not_checkable"}
    for check in ("published_figures_are_decided", "published_figures_stand_by_themselves", "published_figures_agree"):
        assert outcome.out.count(f"Failed: {check} of findings") == 1
