"""What every kind of test uses: the command as a person runs it, and small surveys in a temporary raw folder."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import shutil
import socket
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from dagster_project import cli
from dagster_project.codebook import survey_names
from dagster_project.places import PROJECT_DIR, Places

# Debian's Chromium, driven by Playwright.
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip  # noqa: E501
SHIPPED = PROJECT_DIR / "data" / "raw"


# In which order two workers take the modules of tests: the longest first, that none is left alone with it at the end.
ORDER = ("browser/test_dagster_ui.py", "faults", "pipeline", "browser", "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    items.sort(key=lambda item: [item.path.is_relative_to(here / place) for place in ORDER].index(True))
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


def pytest_sessionfinish() -> None:
    gc.unfreeze()  # a run in this process holds what there is to the end; the fixtures of tests are let go before it


@dataclass(frozen=True)
class Outcome:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nothing listens on."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [probe.getsockname()[1] for probe in probes]


class Desk:
    """A raw folder and an output folder of a test's own, and the command run on them."""

    def __init__(self, raw: Path, output: Path) -> None:
        self.places = Places(raw, output)

    @property
    def environment(self) -> dict[str, str]:
        """That of a process of its own which works on these folders."""
        of_folders = {
            "BASECHECK_RAW_DIR": str(self.places.raw_dir),
            "BASECHECK_OUTPUT_DIR": str(self.places.output_dir),
        }
        return os.environ | of_folders

    def basecheck(self, *arguments: str) -> Outcome:
        """Run the command in this process, as its console script does."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            patch.setenv("BASECHECK_RAW_DIR", str(self.places.raw_dir))
            patch.setenv("BASECHECK_OUTPUT_DIR", str(self.places.output_dir))
            patch.setenv("COLUMNS", "200")
            patch.setattr(sys, "argv", ["basecheck", *arguments])
            try:
                cli.main()
                code = 0
            except SystemExit as ended:
                code = int(ended.code or 0)
        return Outcome(code, out.getvalue(), err.getvalue())

    def survey(self, name: str, files: Mapping[str, str | bytes]) -> Path:
        """Write a survey's folder."""
        folder = self.places.raw_dir / name
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            data = content if isinstance(content, bytes) else textwrap.dedent(content).lstrip("\n").encode()
            (folder / file).write_bytes(data)
        return folder

    def copy_to(self, folder: Path) -> Desk:
        """A desk with the same surveys, results and history, to change one without the other."""
        shutil.copytree(self.places.raw_dir, folder / "raw")
        shutil.copytree(self.places.output_dir, folder / "output", symlinks=True)
        return Desk(folder / "raw", folder / "output")

    def latest(self, survey: str) -> Path:
        """The survey's latest release."""
        return self.places.releases_dir / survey / "latest"

    def released(self, survey: str) -> duckdb.DuckDBPyConnection:
        """The latest release's database, read-only."""
        return duckdb.connect(str(self.latest(survey) / "survey.duckdb"), read_only=True)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "raw", tmp_path / "output")


def run_once(desk: Desk, *names: str, files: Mapping[str, Mapping[str, str]]) -> Outcome:
    """What `basecheck run` says of a desk with these files; the worker that asks first runs it for all workers."""
    told = desk.places.output_dir.with_suffix(".json")
    with FileLock(told.with_suffix(".lock")):
        if not told.exists():
            for survey, contents in files.items():
                desk.survey(survey, contents)
            told.write_text(json.dumps(asdict(desk.basecheck("run", *names))), encoding="utf-8")
    return Outcome(**json.loads(told.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A temporary folder that all workers of pytest-xdist have in common."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def shipped(shared_folder: Path) -> tuple[Desk, Outcome]:
    """The surveys of this repository, run once by the real command; a test that writes there takes a copy."""
    desk = Desk(SHIPPED, shared_folder / "shipped")
    # the article's survey last: the UI shows the checks of the survey that was checked last
    names = sorted(survey_names(SHIPPED), key=lambda name: name == "kyodo_economic_security")
    return desk, run_once(desk, *names, files={})


SMALL_SURVEY = """
title: Small survey
source: {name: a test, licence: none}
universe: Twelve people
asked: 20
provenance: synthetic
provenance_note: Made up by a test.
records: {files: [records.csv]}
respondent: id
groups: [sex]
minimum_base: 2
minimum_cell: 0
missing: {refused: ["9"]}
questions:
  - {id: sex, text: Sex, type: single, options: {f: Female, m: Male}}
  - {id: works, text: In paid work, type: single, options: {1: "Yes", 0: "No"}}
  - id: hours
    text: How many hours a week?
    type: quantity
    asked_if: {question: works, answers: [1]}
  - id: media
    text: Which media do you use?
    type: multiple
    separator: ";"
    options: {p: Papers, r: Radio, n: None of them}
    exclusive: [n]
"""
SMALL_RECORDS = """
id,sex,works,hours,media
1,f,1,40,p
2,f,1,20,p;r
3,f,0,,r
4,f,1,9,n
5,f,9,,p
6,f,0,,
7,m,1,38,p;r
8,m,1,,p
9,m,0,,r
10,m,0,,r
11,m,,,p
12,m,1,12,p
"""


@pytest.fixture
def small(desk: Desk) -> Desk:
    """A survey with routing, a group, missing codes of two kinds and a question with several answers."""
    desk.survey("small", {"survey.yml": SMALL_SURVEY, "records.csv": SMALL_RECORDS})
    return desk


@pytest.fixture(scope="session")
def small_release(shared_folder: Path) -> Desk:
    """The small survey, run once to a good release; a test that writes there takes a copy."""
    desk = Desk(shared_folder / "small_raw", shared_folder / "small")
    outcome = run_once(desk, files={"small": {"survey.yml": SMALL_SURVEY, "records.csv": SMALL_RECORDS}})
    assert outcome.code == 0, outcome.out + outcome.err
    return desk


@pytest.fixture
def released(small_release: Desk, tmp_path: Path) -> Desk:
    """The small survey with a good release, to do anything with."""
    return small_release.copy_to(tmp_path)


@pytest.fixture
def edit() -> Callable[[Path, str, str], None]:
    """Replace a text that stands in a file exactly once."""

    def replace(path: Path, old: str, new: str) -> None:
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    return replace


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; a test that asks for it fails without it in CI and says so elsewhere."""
    if CHROMIUM is None:
        message = "there is no chromium to open pages with; install Debian's package chromium, as .ci/run does"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def offline(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without a network."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 1000})
    yield context
    context.close()
