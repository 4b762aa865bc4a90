"""The report, the index and the Data Docs, opened from disk with the network off."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.conftest import Desk, Outcome

Shipped = tuple[Desk, Outcome]
FONTS = ("DejaVu Sans", "Liberation Sans")
WIDTHS = (320, 360, 1280)
# A word of a heading that stands in several lines, though it could have been kept whole. A stacked table's head is not
# seen, and a dash or a slash is a place to break at.
BROKEN_WORDS = r"""() => [...document.querySelectorAll('th, h1, h2, h3, h4, caption')].flatMap(heading => {
    if (heading.getBoundingClientRect().width < 3) return [];
    if (heading.closest('thead') && getComputedStyle(heading.closest('thead')).position === 'absolute') return [];
    return [...heading.childNodes].filter(node => node.nodeType === 3).flatMap(node =>
        [...node.data.matchAll(/\S+/g)].filter(word => {
            const range = document.createRange();
            range.setStart(node, word.index);
            range.setEnd(node, word.index + word[0].length);
            const lines = new Set([...range.getClientRects()].map(line => Math.round(line.top)));
            return lines.size > 1 && !/[-\u2013\/\u00a0]/.test(word[0]);
        }).map(word => word[0]));
})"""


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


def _pages(desk: Desk) -> list[Path]:
    """A page of every kind, of surveys of every kind."""
    docs = desk.latest("kyodo_economic_security") / "data_docs"
    surveys = ("kyodo_economic_security", "nhanes2", "reuters_corporate_survey")
    return [
        *(desk.latest(survey) / "report.html" for survey in surveys),
        desk.places.releases_dir / "index.html",
        *(docs / f"{name}.html" for name in ("index", "records", "figures")),
    ]


def test_no_page_scrolls_sideways_and_no_heading_breaks_a_word(shipped: Shipped, offline: BrowserContext) -> None:
    page = offline.new_page()
    for path in _pages(shipped[0]):
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        for font in FONTS:
            page.evaluate("font => document.body.style.fontFamily = font", font)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, (path, font, width, wide)
                assert page.evaluate(BROKEN_WORDS) == [], (path, font, width)


def test_headings_follow_each_other_and_no_head_of_a_column_is_empty(shipped: Shipped, offline: BrowserContext) -> None:
    page = offline.new_page()
    for path in _pages(shipped[0]):
        page.goto(path.as_uri())
        levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(one => +one.tagName[1])")
        assert levels[0] == 1, path
        assert all(after <= before + 1 for before, after in pairwise(levels)), (path, levels)
        assert page.evaluate("[...document.querySelectorAll('th')].filter(one => !one.textContent.trim()).length") == 0
        lines = page.evaluate(
            "[...document.querySelectorAll('p a')].map(one => getComputedStyle(one).textDecorationLine)"
        )
        assert set(lines) <= {"underline"}, path


def test_the_finding_is_on_the_first_screen(shipped: Shipped, browser: Browser) -> None:
    said = {
        "kyodo_economic_security": "96 of 150 is 64\N{NO-BREAK SPACE}%.",
        "nhanes2": "Has a doctor ever said that you have diabetes?",
        "reuters_corporate_survey": "Question 2, Poll of August 2019, Non-manufacturers",
    }
    for dark in (False, True):
        context = browser.new_context(
            offline=True,
            viewport={"width": 1280, "height": 720},
            color_scheme="dark" if dark else "light",
            java_script_enabled=False,
        )
        for survey, words in said.items():
            page, complaints = _open(context, shipped[0].latest(survey) / "report.html")
            box = page.get_by_text(words).first.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] < 500, survey
            chart = page.get_by_role("img").first.bounding_box()
            assert chart is not None
            assert chart["y"] < 720, survey
            assert complaints == []
        context.close()
