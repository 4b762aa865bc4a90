"""Whatever a user can get wrong: one message that names the place and the mend, exit code 2, the last release kept."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.places import SUITES_DIR
from tests.conftest import SMALL_RECORDS, SMALL_SURVEY, Desk

Break = Callable[[Path], None]


def _write(name: str, content: str | bytes) -> Break:
    def write(folder: Path) -> None:
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)

    return write


def _write_table(table: str) -> Break:
    def write(folder: Path) -> None:
        (folder / "claims.yml").write_text("publication: {title: t}\n")
        (folder / "claims.csv").write_text(table)

    return write


def _remove(name: str) -> Break:
    return lambda folder: (folder / name).unlink()


def _cut_gzip(folder: Path) -> None:
    (folder / "survey.yml").write_text(SMALL_SURVEY.replace("records.csv", "records.csv.gz"))
    (folder / "records.csv.gz").write_bytes(gzip.compress(SMALL_RECORDS.strip().encode() * 50)[:-20])


FAULTS: dict[str, tuple[Break, str]] = {
    "no survey.yml": (_remove("survey.yml"), "survey.yml: this file is missing"),
    "a survey.yml that is no YAML": (_write("survey.yml", "title: [\n"), "survey.yml:2: not valid YAML"),
    "an unknown field": (
        _write("survey.yml", SMALL_SURVEY.lstrip() + "wieght: w\n"),
        "survey.yml:26: wieght: no such field",
    ),
    "no record file": (_remove("records.csv"), "records.csv: this record file is missing"),
    "an empty record file": (_write("records.csv", ""), "records.csv: this record file is empty"),
    "a header that does not match": (
        _write("records.csv", SMALL_RECORDS.strip().replace("works", "Works")),
        "records.csv:1: the header lacks 'works'",
    ),
    "a zip named csv": (_write("records.csv", b"PK\x03\x04 and so on"), "a zip archive or an Excel workbook"),
    "a cut gzip": (_cut_gzip, "records.csv.gz: the compressed file is damaged or cut off"),
    "another encoding": (
        _write("records.csv", SMALL_RECORDS.strip().encode() + "\n13,f,1,ü,p\n".encode("latin-1")),
        "records.csv:14: byte 0xFC of this line is not utf-8",
    ),
    "an unclosed quote": (
        _write("records.csv", SMALL_RECORDS.strip() + '\n13,f,1,1,"p\n14,f,1,1,p\n'),
        "records.csv:14",
    ),
    "a claim that is no figure": (
        _write("claims.yml", "publication: {title: t}\nclaims:\n  - {id: A, figure: lots, kind: count, of: x}\n"),
        "claims.yml:3: claims[1].figure",
    ),
    "bounds that contradict each other": (
        _write(
            "claims.yml",
            "publication: {title: t}\nclaims:\n  - {id: A, figure: 8, kind: count, low: 9, high: 7, of: x}\n",
        ),
        "claims.yml:3: claims[1].low: the bounds of '8' contradict each other",
    ),
    "a column that no claim has": (
        _write_table("figure,kynd\n8,count\n"),
        "claims.csv:1: no claim has a column 'kynd'",
    ),
    "a ragged row of claims": (
        _write_table("figure,kind\n8,count,x\n"),
        "claims.csv:2: 3 fields where the header has 2",
    ),
    "an option that nobody has in a row of claims": (
        _write_table("question,option,figure,kind\nsex,x,8%,percentage\n"),
        "claims.csv:2: column option: 'x' is no option of question sex.",
    ),
    "a row of claims without a figure": (
        _write_table("figure,kind\nlots,count\n"),
        "claims.csv:2: column figure: 'lots' is no figure",
    ),
    "a row of claims over 100 percent": (
        _write_table("question,option,figure,kind\nsex,f,104%,percentage\n"),
        "claims.csv:2: column figure: '104%' is over 100 %",
    ),
    "a table of claims alone": (
        _write("claims.csv", "figure,kind\n8,count\n"),
        "claims.csv: there is no claims.yml beside it",
    ),
    "published figures with records": (
        _write("survey.yml", SMALL_SURVEY.lstrip().replace("provenance: synthetic", "provenance: published")),
        "survey.yml:7: records: a survey whose provenance is published has no records",
    ),
    "neither records nor a word that there are none": (
        _write("survey.yml", SMALL_SURVEY.lstrip().replace("records: {files: [records.csv]}\n", "")),
        "survey.yml:5: provenance: synthetic records need the field records",
    ),
}


@pytest.fixture(scope="module")
def released_once(small_release: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One desk for all faults, with a good release of the small survey."""
    return small_release.copy_to(tmp_path_factory.mktemp("faults"))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda name: name.replace(" ", "-"))
def test_a_fault_gets_one_clear_message_and_the_last_release_stays(released_once: Desk, fault: str) -> None:
    desk = released_once
    for path in (desk.places.raw_dir / "small").iterdir():
        path.unlink()
    folder = desk.survey("small", {"survey.yml": SMALL_SURVEY, "records.csv": SMALL_RECORDS})
    before = desk.latest("small").resolve()
    break_it, message = FAULTS[fault]
    break_it(folder)
    outcome = desk.basecheck("run")
    assert outcome.code == 2, outcome.out
    told = [line for line in outcome.out.splitlines() if "To mend:" in line]
    assert len(told) == 1
    assert message in told[0]
    assert "Traceback" not in outcome.out + outcome.err
    assert desk.latest("small").resolve() == before
    assert not list(before.parent.glob(".building-*"))


def test_a_survey_that_fails_does_not_stop_the_others(desk: Desk) -> None:
    desk.survey("a_broken", {"survey.yml": "title: x\n"})
    desk.survey("small", {"survey.yml": SMALL_SURVEY, "records.csv": SMALL_RECORDS})
    outcome = desk.basecheck("run")
    assert outcome.code == 2
    assert "a_broken" in outcome.out
    assert desk.latest("small").exists()
    assert not desk.latest("a_broken").exists()


def _cut(suites: Path) -> None:
    suite = suites / "bases.json"
    suite.write_text(suite.read_text()[:-30])


def _without_a_reason(suites: Path) -> None:
    suite = suites / "bases.json"
    suite.write_text(suite.read_text().replace('"reason"', '"season"', 1))


def _of_another_name(suites: Path) -> None:
    (suites / "basics.json").write_text((suites / "bases.json").read_text().replace('"bases"', '"basics"', 1))


BAD_SUITES: dict[str, tuple[Break, str]] = {
    "no JSON": (_cut, "bases.json, line 84, column 19: this is not JSON"),
    "no reason": (_without_a_reason, 'bases.json, expectation 1: "meta.reason" must be a sentence'),
    "missing": (_remove("bases.json"), "expectations/bases.json: this suite is missing"),
    "of no gate": (
        _of_another_name,
        "expectations/basics.json: this suite belongs to no gate",
    ),
}


@pytest.mark.parametrize("fault", BAD_SUITES, ids=lambda name: name.replace(" ", "-"))
def test_a_suite_that_is_not_right_is_named_before_anything_is_run(
    fault: str, small: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suites = tmp_path / "expectations"
    shutil.copytree(SUITES_DIR, suites)
    breaks, message = BAD_SUITES[fault]
    breaks(suites)
    monkeypatch.setattr("dagster_project.defs.build.SUITES_DIR", suites)
    outcome = small.basecheck("run")
    assert outcome.code == 2
    assert message in outcome.err
    assert outcome.err.count("\n") == 1
    assert not small.places.work_database("small").exists()


def test_an_unknown_survey_is_named_with_those_there_are(small: Desk) -> None:
    outcome = small.basecheck("run", "smal")
    assert outcome.code == 2
    assert "there is no such survey (folders found: small)" in outcome.err


def test_a_raw_folder_without_surveys_says_what_a_survey_is(desk: Desk) -> None:
    outcome = desk.basecheck("run")
    assert outcome.code == 2
    assert "no survey here" in outcome.err


def test_an_output_folder_that_cannot_be_made_is_named(small: Desk, tmp_path: Path) -> None:
    (tmp_path / "output").write_text("a file in the way")
    outcome = small.basecheck("run")
    assert outcome.code == 2
    assert "BASECHECK_OUTPUT_DIR" in outcome.err
    assert "Traceback" not in outcome.err


def test_a_database_locked_by_another_program_is_named(small: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dagster_project.warehouse.LOCK_WAIT_SECONDS", 0.5)
    database = small.places.work_database("small")
    database.parent.mkdir(parents=True)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import duckdb; c = duckdb.connect({str(database)!r}); print('held', flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        outcome = small.basecheck("run")
    finally:
        holder.communicate(b"\n")
    assert outcome.code == 2, outcome.out
    assert f"process {holder.pid} has this database open" in outcome.out


def test_a_work_file_that_is_no_database_is_named(small: Desk) -> None:
    database = small.places.work_database("small")
    database.parent.mkdir(parents=True)
    database.write_text("this is no database" * 1000)
    outcome = small.basecheck("run")
    assert outcome.code == 2, outcome.out
    assert "DuckDB cannot open this file" in outcome.out
