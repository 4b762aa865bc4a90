"""The Dagster UI as `make ui` serves it: the lineage, a partition that is materialized, a failed check with its why."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import SHIPPED, Desk, Outcome

UI = "http://127.0.0.1:3000"
STEPS = ["ingest", "tallies", "marts", "audit", "release"]


@pytest.fixture(scope="module")
def output(shipped: tuple[Desk, Outcome], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shipped surveys' output, in which the article was checked last."""
    output = tmp_path_factory.mktemp("ui") / "output"
    shutil.copytree(shipped[0].places.output_dir, output, symlinks=True)
    # a check's page opens on the survey that was checked last
    assert Desk(SHIPPED, output).basecheck("run", "kyodo_economic_security").code == 0
    return output


@pytest.fixture(scope="module")
def ui(output: Path, browser: Browser) -> Iterator[Page]:
    """The UI over `output`, in a page; skipped where its port is taken."""
    if _answers():
        pytest.skip(f"{UI} is taken by another program")
    log = (output / "ui.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "dagster_project.defs.ui"],
        env={**os.environ, "BASECHECK_OUTPUT_DIR": str(output), "BASECHECK_RAW_DIR": str(SHIPPED)},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        deadline = time.monotonic() + 120
        while not _answers():
            assert time.monotonic() < deadline, Path(log.name).read_text()
            time.sleep(1)
        page = browser.new_page(viewport={"width": 1700, "height": 950})
        page.set_default_timeout(60_000)
        yield page
        assert "warning" not in Path(log.name).read_text().split("Serving dagster-webserver")[0].lower()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        log.close()


def _answers() -> bool:
    try:
        with urllib.request.urlopen(f"{UI}/server_info", timeout=2):
            return True
    except OSError:
        return False


def test_the_lineage_reads_from_left_to_right(ui: Page) -> None:
    ui.goto(f"{UI}/asset-groups/")
    ui.get_by_text("release", exact=True).last.wait_for()
    ui.wait_for_timeout(2000)
    places = []
    for step in STEPS:
        boxes = [node.bounding_box() for node in ui.get_by_text(step, exact=True).all()]
        places.append(max(box["x"] for box in boxes if box))
    assert places == sorted(places), dict(zip(STEPS, places, strict=True))


def test_a_failed_check_shows_why(ui: Page) -> None:
    ui.goto(f"{UI}/assets/findings?view=checks")
    ui.get_by_text("published_figures_agree").first.click()
    ui.get_by_text("what_is_contradicted").first.wait_for()
    assert "2 of 14 fail" in ui.inner_text("body")


def test_a_partition_can_be_materialized(ui: Page, output: Path) -> None:
    latest = output / "releases" / "nhanes2" / "latest"
    before = latest.resolve()
    ui.goto(f"{UI}/asset-groups/")
    ui.get_by_text("Materialize all").first.click()
    ui.get_by_text("Select a partition or create one").click()
    ui.locator("[role=menuitem], [class*=MenuItem]").filter(has_text="nhanes2").last.click()
    ui.keyboard.press("Escape")
    ui.get_by_role("button", name="Launch 1 run").click()
    deadline = time.monotonic() + 180
    while latest.resolve() == before:
        assert time.monotonic() < deadline, "no new release of nhanes2 came of the run"
        time.sleep(1)
    while True:
        ui.goto(f"{UI}/runs")
        ui.get_by_text("Created at").wait_for()
        ui.wait_for_timeout(2000)
        if "Started" not in ui.inner_text("body"):
            break
    assert ui.get_by_text("Failure").count() == 0
