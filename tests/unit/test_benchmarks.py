"""The benchmarks of tallies and of intervals still run, at a size at which their numbers mean nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import coverage, ten_million
from dagster_project.places import Places
from dagster_project.warehouse import open_warehouse


def test_the_tallies_of_the_large_survey_scan_its_records_once_and_count_each_in_every_table(tmp_path: Path) -> None:
    places = Places(tmp_path / "raw", tmp_path / "output")
    ten_million.make(places, 500)
    tables = ten_million.bare_statements(places).parts
    assert "cells" in ten_million.ours(places, ["tallies"]).parts
    assert ten_million.scans(places).besides["scans"] == 1
    with open_warehouse(places.work_database(ten_million.SURVEY), read_only=True) as connection:
        assert connection.execute("SELECT sum(n) FROM tallies.cells").fetchall() == [(500 * len(tables),)]


def test_the_coverage_counts_every_sample_for_every_method_of_a_design(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["coverage.py", "--samples", "2"])
    coverage.main()
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    counted = [line for line in lines if len(line) == 6 and line[0] in ("beta", "logit", "mean", "wilson_effective")]
    assert len(counted) == 4 * len(coverage.SHARES)
    assert all(sum(map(float, numbers)) == 100 for _, _, *numbers in counted)
