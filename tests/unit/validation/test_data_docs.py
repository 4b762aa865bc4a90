"""Data Docs as files: whole, without a network, escaped once, with our sentences and without anyone's answer."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import BrowserContext
from right_survey import build

from dagster_project.validation import Suite, build_data_docs, run_suite

pytestmark = pytest.mark.slow
HOSTILE = "<script>alert(1)</script>"
MARK = "marker-7f3a"


@pytest.fixture(scope="module")
def site(suites: dict[str, Suite], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of a survey that fails here and there, under a hostile title."""
    folder = tmp_path_factory.mktemp("data_docs") / "site"
    with build() as connection:
        connection.execute(
            f"UPDATE records.records SET smokes = '7', remark = '{MARK}', respondent = '{MARK}' WHERE source_line = 3; "
            "UPDATE marts.toplines SET percent_text = '51' WHERE question = 'brand'; "
            "ALTER TABLE marts.crosstabs DROP COLUMN share"
        )
        validations = [(suite, run_suite(connection, suite).validation) for suite in suites.values()]
        hostile = copy.deepcopy(validations)
        hostile[0][1]["results"][0]["expectation_config"]["kwargs"]["partition"] = [HOSTILE, "R&D"]
        hostile[-1][1]["results"][-1]["expectation_config"]["kwargs"]["column"] = HOSTILE
    assert build_data_docs(hostile, folder, f"Survey {HOSTILE}") == folder / "index.html"
    return folder


def test_there_is_a_page_for_each_suite_and_every_link_leads_somewhere(site: Path, suites: dict[str, Suite]) -> None:
    assert {path.name for path in site.iterdir()} == {"index.html", "style.css", *(f"{name}.html" for name in suites)}
    for page in site.glob("*.html"):
        for target in re.findall(r'(?:href|src)="([^"]*)"', page.read_text(encoding="utf-8")):
            name, _, anchor = target.partition("#")
            assert target in ("data:,", "../report.html") or not name or (site / name).exists(), (
                f"{page.name}: {target}"
            )
            assert not anchor or f'id="{anchor}"' in page.read_text(encoding="utf-8")


def test_nothing_is_loaded_from_another_host_and_no_script_runs(site: Path) -> None:
    for page in site.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "http" not in text.replace("http-equiv", ""), page.name
        assert "default-src 'none'" in text, page.name
        assert "<script" not in text.lower(), page.name


def test_names_are_escaped_exactly_once(site: Path) -> None:
    escaped = "&lt;script&gt;alert(1)&lt;/script&gt;"
    assert f"Survey {escaped}" in (site / "index.html").read_text(encoding="utf-8")
    assert f"{escaped}, R&amp;D" in (site / "bases.html").read_text(encoding="utf-8")
    assert escaped in (site / "toplines.html").read_text(encoding="utf-8")
    for page in site.glob("*.html"):
        assert "&amp;lt;" not in page.read_text(encoding="utf-8")


def test_our_sentences_and_reasons_are_shown(site: Path) -> None:
    def words(name: str) -> str:
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", (site / name).read_text(encoding="utf-8")))

    toplines = words("toplines.html")
    assert "percent_text must be w over w_base as a percentage, rounded half up, from sums of weights." in toplines
    assert "For each question, group_by, group_value , the parts ( n ) must sum to their base ." in toplines
    assert "2 of 6 fail" in toplines
    assert "23 of 40 is 58 and not 57" in toplines
    assert "Every answer to smokes must be a code that the codebook lists for it." in words("records.html")
    assert "raised an exception" in words("crosstabs.html")
    index = words("index.html")
    assert "Toplines: each question in the whole sample marts.toplines 18 17 count_base_and_percentage_agree" in index


def test_no_answer_no_path_and_no_traceback_is_shown(site: Path) -> None:
    for page in site.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert MARK not in text
        assert "Traceback" not in text
        assert "site-packages" not in text


def test_building_again_replaces_what_was_there(
    tmp_path: Path, survey: duckdb.DuckDBPyConnection, suites: dict[str, Suite]
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "old.html").write_text("old")
    run = run_suite(survey, suites["bases"])
    build_data_docs([(suites["bases"], run.validation)], tmp_path / "docs", "S")
    assert {path.name for path in (tmp_path / "docs").iterdir()} == {"index.html", "bases.html", "style.css"}


def test_the_pages_open_from_disk_without_a_network_or_a_console_message(site: Path, offline: BrowserContext) -> None:
    page = offline.new_page()
    told: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("dialog", lambda dialog: told.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    for path in sorted(site.glob("*.html")):
        page.goto(path.as_uri())
        assert page.locator("table").count() >= 1
        assert page.locator("h1").bounding_box() is not None
    assert told == []
    assert {url.split(":")[0] for url in asked} <= {"file", "data"}
