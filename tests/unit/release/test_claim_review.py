"""The findings as schema.org's ClaimReview."""

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
MORE = """INSERT INTO audit.findings BY NAME SELECT *, message AS statement, [] AS remarks FROM (VALUES
    ('F10', 'recount', 'reproduced', ['C5'], 'The records give 6.', 1),
    ('F4', 'base definition', 'needs an assumption', ['C5'], 'Six of whom is left open.', NULL),
    ('F5', 'missing disclosure', 'needs an assumption', [], 'Nothing says when.', NULL),
    ('F6', 'partition', 'undecided', ['C6'], 'Not decided.', NULL)
) AS t(finding, code, severity, claims, message, power)"""


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


def test_contradictions_assumptions_and_reproductions_are_reviews(survey: duckdb.DuckDBPyConnection) -> None:
    found = reviews(survey, MORE)
    assert list(found) == ["F1", "F2", "F4", "F5", "F10"], "not what fits, and not what was not decided; in order"
    assert found["F1"]["reviewBody"].startswith("“96 of around 150 is 42 percent” cannot be")
    assert found["F1"]["claimReviewed"] == (
        "“96” for those who smoke; “around 150” for those asked; “42 percent” for those who smoke."
    )
    assert found["F2"]["claimReviewed"] == "“9 of 10 is 80%”."
    assert found["F5"]["claimReviewed"] == "What was published about the survey “A survey of smokers”."


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


def test_a_rating_is_the_findings_severity(survey: duckdb.DuckDBPyConnection) -> None:
    ratings = {name: review["reviewRating"] for name, review in reviews(survey, MORE).items()}
    assert {name: (one["ratingValue"], one["alternateName"]) for name, one in ratings.items()} == {
        "F1": (2, "Impossible as labelled"),
        "F2": (1, "Proved impossible"),
        "F4": (3, "Needs an assumption"),
        "F5": (3, "Needs an assumption"),
        "F10": (5, "Reproduced"),
    }


def test_agreement_with_made_up_records_is_no_confirmation(survey: duckdb.DuckDBPyConnection) -> None:
    rating = reviews(survey, MORE, "UPDATE raw.survey SET provenance = 'reconstructed'")["F10"]["reviewRating"]
    assert (rating["ratingValue"], rating["alternateName"]) == (3, "Reproduced by construction")


def test_the_claim_names_where_it_appeared(survey: duckdb.DuckDBPyConnection) -> None:
    assert reviews(survey)["F1"]["itemReviewed"] == {
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
    )["F1"]["itemReviewed"]["appearance"]
    assert (appearance["name"], appearance["url"]) == ("Poll", "https://paper.example/p")
    assert "datePublished" not in appearance, "no date is made of words"
    assert appearance["isPartOf"]["name"] == "Smoke rises"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "", "http://["])
def test_what_is_no_web_address_is_left_out(survey: duckdb.DuckDBPyConnection, address: str) -> None:
    survey.execute("UPDATE raw.publication SET url = $address, publisher = NULL", {"address": address})
    item = reviews(survey)["F1"]["itemReviewed"]
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
    assert found["F1"]["reviewBody"] == HOSTILE
    assert HOSTILE + "\n\\" in found["F1"]["claimReviewed"]
    assert found["F1"]["itemReviewed"]["appearance"]["name"] == HOSTILE
    assert "<" not in text_of(survey), "it can stand in a page"


def test_the_same_tables_give_the_same_text(survey: duckdb.DuckDBPyConnection) -> None:
    assert text_of(survey, MORE) == text_of(survey)


def test_nothing_to_review_is_an_empty_list(survey: duckdb.DuckDBPyConnection) -> None:
    assert reviews(survey, "DELETE FROM audit.findings") == {}
