"""Every benchmark still runs, at a size at which its numbers mean nothing."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from benchmarks import coverage, ten_million
from dagster_project.places import PROJECT_DIR, Places
from dagster_project.warehouse import open_warehouse

pytestmark = pytest.mark.slow
SCRIPTS = sorted(path.stem for path in (PROJECT_DIR / "benchmarks").glob("*.py"))


def printed(script: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """What the script prints with --quick."""
    monkeypatch.setattr(sys, "argv", [f"{script}.py", "--quick"])
    try:
        importlib.import_module(f"benchmarks.{script}").main()
    except SystemExit as ended:
        if "Rscript" in str(ended.code):
            pytest.skip(f"benchmarks/{script}.py ran as far as R: {ended.code}")
        if ended.code:
            pytest.fail(f"benchmarks/{script}.py --quick ended with {ended.code}")
    return capsys.readouterr().out


# coverage has a test of its own; the quick form of random_kills, which `make faults` runs, takes a minute and a half
@pytest.mark.parametrize("script", [script for script in SCRIPTS if script not in ("coverage", "random_kills")])
def test_every_benchmark_has_a_quick_form_that_prints_numbers(
    script: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert any(character.isdigit() for character in printed(script, capsys, monkeypatch))


def test_the_random_kills_can_be_started(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["random_kills.py", "--help"])
    with pytest.raises(SystemExit) as ended:
        importlib.import_module("benchmarks.random_kills").main()
    assert ended.value.code == 0
    assert "--quick" in capsys.readouterr().out


def test_the_tallies_of_the_large_survey_scan_its_records_once_and_count_each_in_every_table(tmp_path: Path) -> None:
    places = Places(tmp_path / "raw", tmp_path / "output")
    ten_million.make(places, 500)
    tables = ten_million.bare_statements(places).parts
    assert "cells" in ten_million.ours(places, ["tallies"]).parts
    assert ten_million.scans(places).besides["scans"] == 1
    with open_warehouse(places.work_database(ten_million.SURVEY), read_only=True) as connection:
        assert connection.execute("SELECT sum(n) FROM tallies.cells").fetchall() == [(500 * len(tables),)]


def test_the_coverage_counts_every_sample_for_every_method_of_a_design(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [line.split() for line in printed("coverage", capsys, monkeypatch).splitlines()]
    counted = [line for line in lines if len(line) == 6 and line[0] in ("beta", "logit", "mean", "wilson_effective")]
    assert len(counted) == 4 * len(coverage.SHARES)
    assert all(sum(map(float, numbers)) == 100 for _, _, *numbers in counted)
