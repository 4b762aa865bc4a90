"""The Dagster UI as `make ui` serves it: the lineage, a partition that is materialized, a failed check with its why."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import SHIPPED, Desk, Outcome, free_ports

STEPS = ["ingest", "tallies", "marts", "audit", "release"]


@pytest.fixture(scope="module")
def output(shipped: tuple[Desk, Outcome], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shipped surveys' output."""
    output = tmp_path_factory.mktemp("ui") / "output"
    shutil.copytree(shipped[0].places.output_dir, output, symlinks=True)
    return output


@pytest.fixture(scope="module")
def url() -> str:
    return f"http://127.0.0.1:{free_ports(1)[0]}"


@pytest.fixture(scope="module")
def releases() -> str:
    return f"http://127.0.0.1:{free_ports(1)[0]}"


@pytest.fixture(scope="module")
def ui(output: Path, browser: Browser, url: str, releases: str) -> Iterator[Page]:
    """The UI over `output`, in a page."""
    environment = {
        "BASECHECK_OUTPUT_DIR": str(output),
        "BASECHECK_RAW_DIR": str(SHIPPED),
        "BASECHECK_UI_PORT": url.rpartition(":")[2],
        "BASECHECK_RELEASES_PORT": releases.rpartition(":")[2],
    }
    log = (output / "ui.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "dagster_project.defs.ui"],
        env=os.environ | environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        deadline = time.monotonic() + 120
        while not _answers(url):
            assert process.poll() is None, Path(log.name).read_text()
            assert time.monotonic() < deadline, Path(log.name).read_text()
            time.sleep(1)
        page = browser.new_page(viewport={"width": 1700, "height": 950}, base_url=url)
        page.set_default_timeout(60_000)
        yield page
        assert "warning" not in Path(log.name).read_text().split("Serving dagster-webserver")[0].lower()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        log.close()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/server_info", timeout=2):
            return True
    except OSError:
        return False


def test_the_lineage_reads_from_left_to_right(ui: Page) -> None:
    ui.goto("/asset-groups/")
    ui.get_by_text("release", exact=True).last.wait_for()
    ui.wait_for_timeout(2000)
    places = []
    for step in STEPS:
        boxes = [node.bounding_box() for node in ui.get_by_text(step, exact=True).all()]
        places.append(max(box["x"] for box in boxes if box))
    assert places == sorted(places), dict(zip(STEPS, places, strict=True))


LAUNCH = 'mutation { wipeAssets(assetPartitionRanges: [{assetKey: {path: ["release"]}}]) { __typename } }'


def _status(address: str, data: bytes | None = None, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data, named), timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_no_page_of_the_web_steers_the_ui_or_reads_a_release(ui: Page, url: str, releases: str) -> None:
    asked, json_text = f"{url}/graphql", "application/json"
    query, wipe = json.dumps({"query": "{ version }"}).encode(), json.dumps({"query": LAUNCH}).encode()
    assert _status(asked, query, Content_Type=json_text) == 200
    assert _status(asked, wipe, Content_Type=json_text, Origin="http://attacker.example") == 403
    assert _status(asked, wipe, Content_Type=json_text, Host="attacker.example") == 403
    assert _status(f"{asked}?{urllib.parse.urlencode({'query': LAUNCH})}") == 405
    assert _status(f"{asked}?{urllib.parse.urlencode({'query': LAUNCH})}", b"", Content_Type="text/plain") == 415
    assert _status(asked, urllib.parse.urlencode({"query": LAUNCH}).encode()) == 415
    assert _status(f"{releases}/nhanes2/latest/report.html") == 200
    assert _status(f"{releases}/nhanes2/latest/report.html", Host="attacker.example") == 403
    ui.goto("/assets/release")
    expect(ui.get_by_text("Latest materialization").or_(ui.get_by_text("Materialized")).first).to_be_visible()


def test_a_failed_check_shows_why(ui: Page, releases: str) -> None:
    ui.goto("/assets/findings?view=checks")
    ui.get_by_text("published_figures_agree").first.click()
    ui.get_by_text("what_is_contradicted").first.wait_for()
    assert "4 of 12 fail: “96 of around 150 is 42 percent” cannot be: 96 of 150 is 64 %" in ui.inner_text("body")
    link = ui.get_by_role("link", name="latest/report.html#F01").first
    ui.goto(f"{releases}{urllib.parse.urlparse(link.get_attribute('href')).path}#F01")
    assert "96 of 150 is 64\N{NO-BREAK SPACE}%" in ui.locator("#F01").inner_text()


def test_a_run_of_the_command_line_stands_under_its_job(ui: Page, url: str) -> None:
    asked = "{ repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name runs { status } } } } } }"
    request = urllib.request.Request(
        f"{url}/graphql", json.dumps({"query": asked}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        [repository] = json.load(answer)["data"]["repositoriesOrError"]["nodes"]
    runs = {job["name"]: [run["status"] for run in job["runs"]] for job in repository["jobs"]}
    assert runs["survey"] == ["SUCCESS"] * 3
    ui.goto("/overview/activity/timeline")
    expect(ui.get_by_text("survey", exact=True).first).to_be_visible(timeout=60_000)


def test_a_partition_can_be_materialized(ui: Page, output: Path) -> None:
    latest = output / "releases" / "nhanes2" / "latest"
    before = latest.resolve()
    ui.goto("/asset-groups/")
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
        ui.goto("/runs")
        ui.get_by_text("Created at").wait_for()
        ui.wait_for_timeout(2000)
        if "Started" not in ui.inner_text("body"):
            break
    assert ui.get_by_text("Failure").count() == 0
