"""The verdicts on figures and statements as schema.org's ClaimReview."""

from __future__ import annotations

import json
import re
from typing import Any

import duckdb
import pytest
from pages import BUILT_AT, HOSTILE, page, parsed

from dagster_project.release.claim_review import render_claim_reviews

# What schema.org and the search engines that read it document as needed, by type.
NEEDED = {
    "ClaimReview": {"claimReviewed", "reviewRating", "url", "author", "datePublished", "itemReviewed"},
    "Rating": {"ratingValue", "bestRating", "worstRating", "alternateName"},
    "Organization": {"name"},
    "CreativeWork": {"name"},
    "Claim": set(),
}
MORE = """
UPDATE audit.figures SET severity = 'needs an assumption' WHERE claim = 'C5';
UPDATE audit.figures SET severity = 'undecided' WHERE claim = 'C2';
UPDATE audit.figures SET severity = 'reproduced' WHERE claim = 'C6';
INSERT INTO audit.findings BY NAME SELECT *, message AS statement, [] AS remarks FROM (VALUES
    ('F10', 'recount', 'reproduced', ['C6'], 'The records give 7.', NULL, 1),
    ('F4', 'base definition', 'needs an assumption', ['C5'], 'Six of whom is open.', '“6” is a part of smokers', NULL),
    ('F5', 'missing disclosure', 'needs an assumption', [], 'Nothing says when.', NULL, NULL),
    ('F6', 'partition', 'undecided', ['C2'], 'Not decided.', NULL, NULL)
) AS t(finding, code, severity, claims, message, condition, power);
"""


def text_of(connection: duckdb.DuckDBPyConnection, *changes: str) -> str:
    for change in changes:
        connection.execute(change)
    return render_claim_reviews(connection, built_at=BUILT_AT)


def reviews(connection: duckdb.DuckDBPyConnection, *changes: str) -> dict[str, dict[str, Any]]:
    graph = json.loads(text_of(connection, *changes))["@graph"]
    return {one["url"].partition("#")[2]: one for one in graph}


def things(of: Any) -> list[dict[str, Any]]:
    """Every typed thing in a JSON-LD value."""
    if isinstance(of, list):
        return [thing for one in of for thing in things(one)]
    if not isinstance(of, dict):
        return []
    return [of, *(thing for value in of.values() for thing in things(value))]


def test_there_is_a_review_for_each_figure_and_statement_with_a_verdict(survey: duckdb.DuckDBPyConnection) -> None:
    found = reviews(survey, MORE)
    assert list(found) == ["claim-C1", "claim-C3", "claim-C4", "claim-C5", "claim-C6", "claim-S1"], "C2 is undecided"
    assert found["claim-C1"]["reviewBody"].startswith("“96 of around 150 is 42 percent” cannot be")
    assert found["claim-C1"]["claimReviewed"] == "“96” for those who smoke."
    assert found["claim-S1"]["claimReviewed"] == "“9 of 10 is 80%”."


def test_what_nothing_could_contradict_is_no_review(survey: duckdb.DuckDBPyConnection) -> None:
    assert not {"claim-C5", "claim-C6"} & set(reviews(survey))


def test_each_review_has_what_schema_org_documents(survey: duckdb.DuckDBPyConnection) -> None:
    document = json.loads(text_of(survey, MORE))
    assert document.keys() == {"@context", "@graph"}
    assert document["@context"] == "https://schema.org"
    found = things(document["@graph"])
    assert {thing["@type"] for thing in found} == NEEDED.keys()
    for thing in found:
        assert NEEDED[thing["@type"]] <= thing.keys(), thing
        if thing["@type"] == "ClaimReview":
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", thing["datePublished"])
        if thing["@type"] == "Rating":
            assert thing["worstRating"] <= thing["ratingValue"] <= thing["bestRating"]


def test_a_rating_is_the_verdict(survey: duckdb.DuckDBPyConnection) -> None:
    ratings = {name: review["reviewRating"] for name, review in reviews(survey, MORE).items()}
    assert {name: (one["ratingValue"], one["alternateName"]) for name, one in ratings.items()} == {
        "claim-C1": (2, "Impossible"),
        "claim-C3": (2, "Impossible"),
        "claim-C4": (4, "Possible"),
        "claim-C5": (3, "Conditional"),
        "claim-C6": (5, "Possible"),
        "claim-S1": (1, "Impossible"),
    }
    assert ratings["claim-C5"]["ratingExplanation"] == "It is possible if “6” is a part of smokers."


def test_the_claim_names_where_it_appeared(survey: duckdb.DuckDBPyConnection) -> None:
    assert reviews(survey)["claim-C1"]["itemReviewed"] == {
        "@type": "Claim",
        "author": {"@type": "Organization", "name": "The Paper"},
        "appearance": {
            "@type": "CreativeWork",
            "name": "Smoke rises",
            "url": "https://paper.example/a",
            "datePublished": "2026-04-02",
        },
    }


def test_the_figures_of_one_wave_appeared_in_its_own_source(survey: duckdb.DuckDBPyConnection) -> None:
    appearance = reviews(
        survey,
        "INSERT INTO raw.waves VALUES ('s', 'g1', 'w1', 1, 'Poll', NULL, NULL, 'https://paper.example/p', 'in spring')",
        "UPDATE audit.figures SET wave = 'w1'",
    )["claim-C1"]["itemReviewed"]["appearance"]
    assert (appearance["name"], appearance["url"]) == ("Poll", "https://paper.example/p")
    assert "datePublished" not in appearance, "no date is made of words"
    assert appearance["isPartOf"]["name"] == "Smoke rises"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "", "http://["])
def test_what_is_no_web_address_is_left_out(survey: duckdb.DuckDBPyConnection, address: str) -> None:
    survey.execute("UPDATE raw.publication SET url = $address, publisher = NULL", {"address": address})
    item = reviews(survey)["claim-C1"]["itemReviewed"]
    assert "url" not in item["appearance"]
    assert "author" not in item


def test_no_address_is_made_up(survey: duckdb.DuckDBPyConnection) -> None:
    assert set(re.findall(r"https?://[^\"]+", text_of(survey))) == {"https://schema.org", "https://paper.example/a"}


def test_reviews_point_into_the_report(survey: duckdb.DuckDBPyConnection) -> None:
    found = reviews(survey, MORE)
    assert set(found) <= set(parsed(page(survey)).ids)
    assert all(review["url"].startswith("report.html#") for review in found.values())


def test_hostile_text_is_only_text(survey: duckdb.DuckDBPyConnection) -> None:
    survey.execute("UPDATE audit.findings SET message = $hostile", {"hostile": HOSTILE})
    survey.execute("UPDATE audit.figures SET of_what = $hostile", {"hostile": HOSTILE + "\n\\"})
    survey.execute("UPDATE raw.publication SET title = $hostile", {"hostile": HOSTILE})
    found = reviews(survey)
    assert found["claim-C1"]["reviewBody"] == HOSTILE
    assert HOSTILE + "\n\\" in found["claim-C1"]["claimReviewed"]
    assert found["claim-C1"]["itemReviewed"]["appearance"]["name"] == HOSTILE
    assert "<" not in text_of(survey), "it can stand in a page"


def test_the_same_tables_give_the_same_text(survey: duckdb.DuckDBPyConnection) -> None:
    assert text_of(survey, MORE) == text_of(survey)


def test_nothing_to_review_is_an_empty_list(survey: duckdb.DuckDBPyConnection) -> None:
    assert reviews(survey, "DELETE FROM audit.figures", "DELETE FROM audit.statements") == {}
