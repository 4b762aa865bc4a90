"""The report, the index and the Data Docs, opened from disk with the network off."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.conftest import Desk, Outcome

Shipped = tuple[Desk, Outcome]


def _open(context: BrowserContext, path: Path) -> tuple[Page, list[str]]:
    """Open a page and gather everything that went wrong while it loaded."""
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.on("request", lambda request: None if request.url.startswith("file:") else complaints.append(request.url))
    page.goto(path.as_uri())
    return page, complaints


@pytest.mark.parametrize("survey", ["kyodo_economic_security", "nhanes2"])
def test_a_report_opens_whole_without_a_network(shipped: Shipped, offline: BrowserContext, survey: str) -> None:
    page, complaints = _open(offline, shipped[0].latest(survey) / "report.html")
    assert complaints == []
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_report_tells_the_contradiction_with_its_arithmetic(shipped: Shipped, offline: BrowserContext) -> None:
    page, _ = _open(offline, shipped[0].latest("kyodo_economic_security") / "report.html")
    text = page.inner_text("body").replace("\N{NO-BREAK SPACE}", " ")
    assert "96 of 150 is 64 %" in text
    assert "40 of 96 is 41.7 %, printed 42 percent" in text
    assert "reconstructed" in text
    assert "SHA-256" in text or "sha256" in text.lower()


def test_the_index_leads_to_the_reports(shipped: Shipped, offline: BrowserContext) -> None:
    page, complaints = _open(offline, shipped[0].places.releases_dir / "index.html")
    page.locator('a[href="nhanes2/latest/report.html"]').first.click()
    page.wait_for_load_state()
    assert "NHANES II" in page.inner_text("h1")
    assert complaints == []


@pytest.mark.parametrize("survey", ["kyodo_economic_security", "nhanes2"])
def test_every_page_of_the_data_docs_opens_whole(shipped: Shipped, offline: BrowserContext, survey: str) -> None:
    folder = shipped[0].latest(survey) / "data_docs"
    pages = sorted(folder.rglob("*.html"))
    assert len(pages) == 12  # the index, and a page for each of eleven suites
    for path in pages:
        page, complaints = _open(offline, path)
        assert complaints == [], path
        assert page.inner_text("body").strip()
        page.close()


def test_our_own_expectations_have_their_own_sentences(shipped: Shipped, offline: BrowserContext) -> None:
    folder = shipped[0].latest("kyodo_economic_security") / "data_docs"
    text = ""
    for path in folder.rglob("*.html"):
        page, _ = _open(offline, path)
        text += page.inner_text("body")
        page.close()
    assert "expect_count_base_and_percentage_to_agree" not in text
    assert "percent" in text
