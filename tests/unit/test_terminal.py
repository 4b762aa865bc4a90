"""What a run shows in a terminal: a line that lives while Dagster has the output, and words that are not broken."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from dagster_project.audit import Contradiction
from dagster_project.defs.run import SurveyRun
from dagster_project.places import Places
from dagster_project.terminal import print_results

TAKES_THE_OUTPUT_AWAY = """
import os, time
from dagster_project.terminal import console, progress
with console() as shown, progress(shown, ["first", "second"]) as tell:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    tell("second", "records_gate")
    time.sleep(0.3)
"""


def test_the_line_lives_while_the_output_is_taken_away() -> None:
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(
        [sys.executable, "-c", TAKES_THE_OUTPUT_AWAY], stdout=theirs, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:  # how a terminal says that nobody writes to it any more
            pass
    os.close(ours)
    assert process.returncode == 0
    assert b"2 of 2  second: records: checks" in shown
    assert b"0:00:0" in shown.partition(b"second: records: checks")[2]


def shown(result: SurveyRun, places: Places, *, columns: int, terminal: bool = True) -> list[str]:
    output = io.StringIO()
    console = Console(file=output, force_terminal=terminal, width=columns, color_system=None, highlight=False)
    print_results(console, places, [result])
    return output.getvalue().splitlines()


@pytest.fixture
def contradicted() -> SurveyRun:
    statement = "“96 of around 150 is 42 percent” cannot be: 96 of 150 is 64 %; [red]42 % of 150 is 63."
    return SurveyRun(
        "made_up",
        succeeded=True,
        records=96,
        rejects=0,
        checks=106,
        figures=12,
        impossible=4,
        verdicts="4 impossible, 8 possible",
        contradictions=[Contradiction("F01", ["A"], statement, statement)],
    )


def test_what_a_person_reads_is_wrapped_at_words(contradicted: SurveyRun, tmp_path: Path) -> None:
    lines = shown(contradicted, Places(tmp_path, tmp_path), columns=40)
    [first] = [n for n, line in enumerate(lines) if line.startswith("  F01: ")]
    assert [line.rstrip() for line in lines[first : first + 4]] == [
        "  F01: “96 of around 150 is 42 percent”",
        "    cannot be: 96 of 150 is 64 %;",
        "    [red]42 % of 150 is 63.",
        "    (report.html#F01)",
    ]


def test_a_path_is_one_line_however_narrow_the_terminal(contradicted: SurveyRun, tmp_path: Path) -> None:
    report = tmp_path / "releases" / "made_up" / "latest" / "report.html"
    assert f"  Report: {report}" in shown(contradicted, Places(tmp_path, tmp_path), columns=20)


def test_in_a_pipe_a_finding_is_one_line(contradicted: SurveyRun, tmp_path: Path) -> None:
    lines = shown(contradicted, Places(tmp_path, tmp_path), columns=40, terminal=False)
    told = f"  F01: {contradicted.contradictions[0].statement} (report.html#F01)"
    assert told in lines
