"""The findings for machines: schema.org's ClaimReview as JSON-LD, beside the report that it points to.

A review says no more than the finding's stored message does, and names the program as who says it. What was not
decided, or could not be checked, is no review.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from dagster_project.claims import Severity
from dagster_project.codebook import Provenance
from dagster_project.release.stored import (
    Printed,
    stored_findings,
    stored_row,
    stored_rows,
    things_printed,
    web_address,
)
from dagster_project.schema import Row

_WORST, _BEST = 1, 5
# What is reviewed, its value between the two, and what the value means.
_RATINGS = {
    Severity.PROVED_IMPOSSIBLE: (_WORST, "No set of respondents gives these figures in any reading tried."),
    Severity.IMPOSSIBLE_AS_LABELLED: (2, "The figures fit only in another meaning than the printed one."),
    Severity.CONDITIONAL: (3, "The words leave open what is meant; in one meaning the figures fit."),
    Severity.NEEDS_AN_ASSUMPTION: (3, "The figures fit if something is so that is not said."),
    Severity.REPRODUCED: (_BEST, "The survey's records give these figures."),
}
_BY_CONSTRUCTION = {Provenance.reconstructed.value, Provenance.synthetic.value}


def render_claim_reviews(connection: duckdb.DuckDBPyConnection, *, built_at: datetime.datetime) -> str:
    """The contradicted, assumption-needing and reproduced findings of a survey database as one JSON-LD text."""
    survey = stored_rows(connection, "SELECT * FROM raw.survey")[0]
    publication = stored_row(connection, "SELECT * FROM raw.publication")
    waves = {one["wave"]: one for one in stored_rows(connection, "SELECT * FROM raw.waves")}
    printed = things_printed(connection)
    author = {
        "@type": "Organization",
        "name": "basecheck",
        "description": f"Written by a program, basecheck {survey['basecheck_version']}, "
        "from exact arithmetic on the printed figures; no person is named as its author.",
    }
    reviews = []
    for finding in stored_findings(connection):
        severity = Severity(finding["severity"])
        if severity not in _RATINGS:
            continue
        things = [printed[claim] for claim in finding["claims"] if claim in printed]
        reviews.append(
            {
                "@type": "ClaimReview",
                "url": f"report.html#{finding['finding']}",
                "claimReviewed": _sentence(things, survey),
                "itemReviewed": _claim(things, publication, waves),
                "reviewRating": _rating(severity, survey["provenance"]),
                "author": author,
                "datePublished": built_at.date().isoformat(),
                "inLanguage": "en",
                "reviewBody": finding["message"],
            }
        )
    text = json.dumps({"@context": "https://schema.org", "@graph": reviews}, ensure_ascii=False, indent=1)
    return text.replace("<", "\\u003c") + "\n"  # the same JSON, and safe inside a page's script element


def _sentence(things: Sequence[Printed], survey: Row) -> str:
    """What was printed, as one sentence."""
    if not things:
        return f"What was published about the survey “{survey['title']}”."
    said = [f"“{one.figure}”{f' for {one.of_what}' if one.of_what else ''}" for one in things]
    return f"{'; '.join(said)}."


def _claim(things: Sequence[Printed], publication: Row | None, waves: Mapping[str, Row]) -> dict[str, Any]:
    """The claim, with where it appeared and who published it as far as the claims tell."""
    claim: dict[str, Any] = {"@type": "Claim"}
    if publication is None:
        return claim
    if publication["publisher"]:
        claim["author"] = {"@type": "Organization", "name": publication["publisher"]}
    work = _work(publication["title"], publication["url"], publication["published"])
    of = {one.wave for one in things}
    wave = waves.get(of.pop() or "") if len(of) == 1 else None
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


def _rating(severity: Severity, provenance: str) -> dict[str, Any]:
    value, meaning = _RATINGS[severity]
    name = severity.capitalize()
    if severity is Severity.REPRODUCED and provenance in _BY_CONSTRUCTION:
        # Made-up records that meet the figures show that the figures are possible, and nothing more.
        value, name = _RATINGS[Severity.NEEDS_AN_ASSUMPTION][0], f"{name} by construction"
        meaning = f"The records are {provenance}: that they give these figures shows what is possible, no more."
    return {
        "@type": "Rating",
        "ratingValue": value,
        "worstRating": _WORST,
        "bestRating": _BEST,
        "alternateName": name,
        "ratingExplanation": meaning,
    }
