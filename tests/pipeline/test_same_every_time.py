"""The same records give the same release: on any number of threads, in any order, from any files; and what tells so."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from benchmarks import same_every_time, ten_million
from dagster_project.defs.declared import declared_tables
from dagster_project.places import PROJECT_DIR, Places
from dagster_project.release import compare
from tests.conftest import Desk, Outcome

SURVEY = """
title: Anybody
source: {name: a test, licence: none}
universe: Nobody
provenance: collected
sample: probability
records: {files: [FILES]}
weight: w
stratum: h
wave: year
waves: [{id: a}, {id: b}]
groups: [sex]
minimum_base: 2
minimum_cell: 0
missing: {refused: ["9"]}
questions:
  - {id: sex, text: Sex, type: single, options: {f: Female, m: Male}}
  - {id: works, text: In paid work, type: single, options: {1: "Yes", 0: "No"}, scores: {1: 0.1, 0: 0.7}}
  - {id: hours, text: How many hours, type: quantity, asked_if: {question: works, answers: [1]}}
  - {id: media, text: Which media, type: multiple, separator: ";", options: {p: Papers, r: Radio}}
"""
HEADER = "w,h,year,sex,works,hours,media\n"


def lines() -> list[str]:
    """Respondents with weights of 17 digits, some tiny and some huge, and numbers with digits too."""
    dice = random.Random(7)
    made = []
    for _ in range(400):
        works = dice.choice("1109")
        weight = dice.uniform(0.1, 5) * dice.choice([1, 1, 1, 1e-7, 1e7])
        hours = f"{dice.uniform(0, 60)!r}" if works == "1" else ""
        media = ";".join(code for code in "pr" if dice.random() < 0.5)
        made.append(
            f"{weight!r},{dice.choice('nsw')},{dice.choice('ab')},{dice.choice('fm')},{works},{hours},{media}\n"
        )
    return made


def run(desk: Desk, *, hash_seed: str) -> None:
    """The command in a process of its own, in which sets have another order."""
    subprocess.run(
        [sys.executable, "-m", "dagster_project.cli", "run", "anybody"],
        env={
            **os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(PROJECT_DIR),
            "BASECHECK_RAW_DIR": str(desk.places.raw_dir), "BASECHECK_OUTPUT_DIR": str(desk.places.output_dir),
        },
        check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(scope="module")
def anybody(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, list[str]]:
    """A survey that was released twice, then with its records shuffled and in two files; and the releases' names."""
    folder = tmp_path_factory.mktemp("anybody")
    desk = Desk(folder / "raw", folder / "output")
    records = lines()
    desk.survey("anybody", {"survey.yml": SURVEY.replace("FILES", "a.csv"), "a.csv": HEADER + "".join(records)})
    names = []
    for seed in ("1", "2", "3"):
        if seed == "3":
            random.Random(8).shuffle(records)
            desk.survey(
                "anybody",
                {
                    "survey.yml": SURVEY.replace("FILES", "b.csv, a.csv"),
                    "a.csv": HEADER + "".join(records[:150]),
                    "b.csv": HEADER + "".join(records[150:]),
                },
            )
        run(desk, hash_seed=seed)
        names.append(desk.latest("anybody").resolve().name)
    return desk, names


def verify(desk: Desk, *names: str) -> Outcome:
    return desk.basecheck("verify", names[0], "--against", names[1])


def test_two_runs_of_one_input_give_the_same_release(anybody: tuple[Desk, list[str]]) -> None:
    desk, names = anybody
    told = verify(desk, names[0], names[1])
    assert told.code == 0, told.out
    assert told.out.endswith("Inputs: the same\nTables: the same\nFiles: the same\n")


def test_shuffled_records_in_other_files_give_the_same_marts(anybody: tuple[Desk, list[str]]) -> None:
    desk, names = anybody
    told = verify(desk, "anybody", names[0])
    assert told.code == 1
    assert "  a.csv: another content\n  b.csv: only here\n" in told.out
    assert "marts." not in told.out


def test_sums_of_weights_are_those_of_exact_fractions_and_groups_add_up_to_the_last_digit(
    anybody: tuple[Desk, list[str]],
) -> None:
    desk, _ = anybody
    exact: dict[tuple[str, str], list[Fraction]] = {}
    for line in lines():
        weight, _, _, sex, works, *_ = line.split(",")
        of_group = exact.setdefault((works, sex), [Fraction(0), Fraction(0)])
        of_group[0] += Fraction(weight)
        of_group[1] += Fraction(weight) ** 2
    with duckdb.connect(str(desk.places.work_database("anybody")), read_only=True) as connection:
        [(w_unit, w2_unit)] = connection.execute("SELECT w_unit, w2_unit FROM raw.weight_units").fetchall()
        sums = connection.execute(
            """SELECT answer, group_by, coalesce(group_value, ''), sum(w), sum(w2) FROM tallies.tallies
            WHERE question = 'works' GROUP BY ALL"""
        ).fetchall()
    by_answer: dict[tuple[str, str | None], list[int]] = {}
    for answer, group_by, group, w, w2 in sums:
        if group_by == "sex":
            for sum_, unit, wanted in zip((int(w), int(w2)), (w_unit, w2_unit), exact[answer, group], strict=True):
                assert abs(sum_ * Fraction(unit) / wanted - 1) < Fraction(1, 10**12)
        together = by_answer.setdefault((answer, group_by), [0, 0])
        together[:] = [together[0] + int(w), together[1] + int(w2)]
    for (answer, group_by), together in by_answer.items():
        assert together == by_answer[answer, None], (answer, group_by)


def test_the_marts_are_the_same_on_any_number_of_threads(tmp_path: Path) -> None:
    places = Places(tmp_path / "raw", tmp_path / "output")
    ten_million.make(places, 150_000)  # more than DuckDB leaves to one thread
    one, *others = (same_every_time.marts(places, threads) for threads in same_every_time.THREADS)
    assert [other for other in others if other != one] == []


def test_every_exported_table_has_an_order_in_which_no_two_rows_are_alike(shipped: tuple[Desk, Outcome]) -> None:
    desk, _ = shipped
    exported = [table for table in declared_tables() if table.schema in ("marts", "audit")]
    assert not [table.address for table in exported if not table.key]
    for survey in ("nhanes2", "kyodo_economic_security", "reuters_corporate_survey"):
        with desk.released(survey) as connection:
            for table in exported:
                key = ", ".join(f'"{name}"' for name in table.key)
                if (table.schema, table.name) in connection.execute(
                    "SELECT schema_name, table_name FROM duckdb_tables()"
                ).fetchall():
                    alike = f"SELECT {key} FROM {table.address} GROUP BY ALL HAVING count(*) > 1"
                    assert connection.execute(alike).fetchall() == [], table.address


# What `basecheck verify` says


@pytest.fixture
def changed(anybody: tuple[Desk, list[str]], tmp_path: Path) -> Path:
    """A copy of the first release elsewhere, to change something in."""
    desk, names = anybody
    return Path(shutil.copytree(desk.places.releases_dir / "anybody" / names[0], tmp_path / "changed"))


def test_a_number_that_was_changed_is_named_by_its_row_and_column(
    anybody: tuple[Desk, list[str]], changed: Path
) -> None:
    desk, names = anybody
    with duckdb.connect(str(changed / "survey.duckdb")) as connection:
        connection.execute("UPDATE marts.toplines SET share = 0.5, n = 7 WHERE question = 'works' AND answer = '0'")
        connection.execute("DELETE FROM marts.bases WHERE question = 'sex' AND group_by = 'wave' AND group_value = 'a'")
        connection.execute("DROP TABLE audit.findings")
    (changed / "report.html").write_text("another", encoding="utf-8")
    (changed / "more.txt").touch()
    told = verify(desk, names[0], str(changed))
    assert told.code == 1
    assert told.out.splitlines()[3:] == [
        "Inputs: the same",
        "Tables: differ",
        "  audit.findings: only here",
        "  marts.bases: 3 rows only here: sex / wave / a / all; sex / wave / a / answered; sex / wave / a / routed",
        "  marts.toplines: 1 rows differ in n, share: works / 2 / 0 / valid",
        "Files: differ",
        "  more.txt: only there",
        "  report.html: another content",
    ]


def test_rows_in_another_order_are_told(anybody: tuple[Desk, list[str]], changed: Path) -> None:
    desk, names = anybody
    with duckdb.connect(str(changed / "survey.duckdb")) as connection:
        connection.execute("CREATE OR REPLACE TABLE marts.toplines AS FROM marts.toplines ORDER BY answer")
    here = desk.places.releases_dir / "anybody" / names[0]
    assert compare(here, changed, declared_tables()).tables == ["marts.toplines: the same rows in another order"]


@pytest.mark.parametrize("named", ["anybody", "anybody/latest", "FOLDER", "FOLDER/report.html", "HOME", "NAME"])
def test_a_release_is_found_by_every_name_that_a_person_has_for_it(anybody: tuple[Desk, list[str]], named: str) -> None:
    desk, names = anybody
    home = desk.places.releases_dir / "anybody"
    named = named.replace("FOLDER", str(home / "latest")).replace("HOME", str(home)).replace("NAME", names[2])
    assert verify(desk, named, "latest").code == 0


@pytest.mark.parametrize(
    ("against", "told"),
    [
        ("nothing", "'nothing' is no release; give a survey, a release's folder, or one of these: anybody/2"),
        ("OTHER", "only releases of one survey can be compared."),
        ("BROKEN", "DuckDB cannot open this release"),
    ],
)
def test_what_cannot_be_compared_is_one_message(
    anybody: tuple[Desk, list[str]], small_release: Desk, tmp_path: Path, against: str, told: str
) -> None:
    desk, _ = anybody
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "survey.duckdb").write_text("no database", encoding="utf-8")
    against = against.replace("OTHER", str(small_release.latest("small"))).replace("BROKEN", str(broken))
    outcome = verify(desk, "anybody", against)
    assert (outcome.code, outcome.out) == (2, "")
    assert told in outcome.err
    assert outcome.err.count("\n") == 1
