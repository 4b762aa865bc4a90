"""The verdicts for machines: schema.org's ClaimReview as JSON-LD, beside the report that it points to.

One review for each published figure and each statement that has a verdict. A review says no more than the report does,
and names the program as who says it. What was not decided, or could not be checked, is no review.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

import duckdb

from dagster_project.claims import Severity
from dagster_project.release.judged import Judged, judged_figures, judged_statements
from dagster_project.release.stored import stored_findings, stored_row, stored_rows, web_address
from dagster_project.schema import Row

_WORST, _BEST = 1, 5
# What is reviewed: its value between the two, and what the value means.
_RATINGS = {
    Severity.PROVED_IMPOSSIBLE: (_WORST, "No set of respondents gives it as printed, in any reading tried."),
    Severity.IMPOSSIBLE_AS_LABELLED: (2, "It fits only in another meaning than the printed one."),
    Severity.CONDITIONAL: (3, "The words leave open what is meant. It is possible if {condition}."),
    Severity.NEEDS_AN_ASSUMPTION: (3, "It is possible if {condition}."),
    Severity.CONSISTENT: (
        4,
        "It is possible as printed: it fits what else is printed, where something else would not.",
    ),
    Severity.REPRODUCED: (_BEST, "The survey's records give it."),
}


def render_claim_reviews(connection: duckdb.DuckDBPyConnection, *, built_at: datetime.datetime) -> str:
    """The published figures and statements of a survey database that have a verdict, as one JSON-LD text."""
    survey = stored_rows(connection, "SELECT * FROM raw.survey")[0]
    publication = stored_row(connection, "SELECT * FROM raw.publication")
    waves = {one["wave"]: one for one in stored_rows(connection, "SELECT * FROM raw.waves")}
    author = {
        "@type": "Organization",
        "name": "basecheck",
        "description": f"Written by a program, basecheck {survey['basecheck_version']}, "
        "from exact arithmetic on the printed figures; no person is named as its author.",
    }
    findings = stored_findings(connection)
    said = {(claim, one["severity"]): one for one in reversed(findings) for claim in one["claims"]}
    reviews = [
        {
            "@type": "ClaimReview",
            "url": f"report.html#claim-{one.claim}",
            "claimReviewed": _sentence(one),
            "itemReviewed": _claim(one, publication, waves),
            "reviewRating": _rating(one),
            "author": author,
            "datePublished": built_at.date().isoformat(),
            "inLanguage": "en",
            "reviewBody": said[one.claim, one.severity]["message"],
        }
        for one in (*judged_figures(connection, findings), *judged_statements(connection, findings))
        if one.severity in _RATINGS
    ]
    text = json.dumps({"@context": "https://schema.org", "@graph": reviews}, ensure_ascii=False, indent=1)
    return text.replace("<", "\\u003c") + "\n"  # the same JSON, and safe inside a page's script element


def _sentence(one: Judged) -> str:
    """What was printed, as one sentence."""
    return f"“{one.figure}”{f' for {one.of_what}' if one.of_what else ''}."


def _claim(one: Judged, publication: Row | None, waves: Mapping[str, Row]) -> dict[str, Any]:
    """The claim, with where it appeared and who published it as far as the claims tell."""
    claim: dict[str, Any] = {"@type": "Claim"}
    if publication is None:
        return claim
    if publication["publisher"]:
        claim["author"] = {"@type": "Organization", "name": publication["publisher"]}
    work = _work(publication["title"], publication["url"], publication["published"])
    wave = waves.get(one.wave or "")
    if wave and web_address(wave["url"]):
        its_own = _work(wave["label"] or wave["wave"], wave["url"], wave["published"])
        work = {**its_own, "isPartOf": work}
    claim["appearance"] = work
    return claim


def _work(title: str, url: str | None, published: str | None) -> dict[str, Any]:
    work = {"@type": "CreativeWork", "name": title}
    if address := web_address(url):
        work["url"] = address
    if published and _is_date(published):
        work["datePublished"] = published
    return work


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _rating(one: Judged) -> dict[str, Any]:
    value, meaning = _RATINGS[one.severity]
    return {
        "@type": "Rating",
        "ratingValue": value,
        "worstRating": _WORST,
        "bestRating": _BEST,
        "alternateName": one.verdict.capitalize(),
        "ratingExplanation": meaning.format(condition=one.condition),
    }
