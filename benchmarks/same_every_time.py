"""Whether the same records give the same release, whatever happens around them.

A survey with weights of 17 digits, strata, waves, groups, routing, claims and three record files is run again and again
on 1, 2 and 4 threads of DuckDB. Each release is compared with the first as `basecheck verify --against` does: the
database's rows in their order, CSV, Parquet's values, report and JSON-LD. Every fourth run has its records shuffled and
split into files anew: there the marts must be the same. `python -m benchmarks.same_every_time` runs it; with --quick
there are 60 records and three runs.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import ten_million
from dagster_project.claims import SECONDS
from dagster_project.defs import dbt_project
from dagster_project.defs.declared import declared_tables
from dagster_project.defs.home import prepare_home
from dagster_project.defs.run import run_surveys
from dagster_project.places import Places
from dagster_project.release import compare
from dagster_project.warehouse import open_warehouse

THREADS = (1, 2, 4)
NAME = "anybody"
# said to be collected, since records that say they are made up have no statistics of chance to compare
SURVEY = """\
title: Nobody, made up by a benchmark
source: {name: benchmarks/same_every_time.py, licence: none}
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
CLAIMS = """\
publication: {title: A column}
claims:
  - {id: A, figure: 42%, kind: percentage, question: works, option: "1", base: answered, of: who work}
  - {id: B, figure: 43%, kind: percentage, question: works, option: "0", base: answered, of: who do not}
"""
HEADER = "w,h,year,sex,works,hours,media\n"


def lines(count: int) -> list[str]:
    """Respondents with weights of 17 digits, some tiny and some huge, and numbers with digits too."""
    dice = random.Random(7)
    made = []
    for _ in range(count):
        works = dice.choice("1109")
        weight = dice.uniform(0.1, 5) * dice.choice([1, 1, 1, 1e-7, 1e7])
        hours = f"{dice.uniform(0, 60)!r}" if works == "1" else ""
        media = ";".join(code for code in "pr" if dice.random() < 0.5)
        made.append(
            f"{weight!r},{dice.choice('nsw')},{dice.choice('ab')},{dice.choice('fm')},{works},{hours},{media}\n"
        )
    return made


def survey_files(records: Sequence[str], ends: Sequence[int]) -> dict[str, str]:
    """The survey's files, the records split after the numbers of lines in `ends`."""
    starts = [0, *ends]
    parts = {
        f"{letter}.csv": HEADER + "".join(records[start:end])
        for letter, start, end in zip("abcdefgh", starts, [*ends, len(records)], strict=False)
    }
    return {"survey.yml": SURVEY.replace("FILES", ", ".join(reversed(parts))), "claims.yml": CLAIMS, **parts}


@contextmanager
def threads_of_duckdb(threads: int) -> Iterator[None]:
    """Every database that this process opens meanwhile has so many threads."""
    connect = duckdb.connect

    def with_threads(*arguments: Any, config: Mapping[str, Any] | None = None, **named: Any) -> Any:
        return connect(*arguments, config={**(config or {}), "threads": threads}, **named)

    duckdb.connect = with_threads
    try:
        yield
    finally:
        duckdb.connect = connect


def release(places: Places, files: Mapping[str, str], threads: int) -> Path:
    """A whole run of these files, from the folder to its release."""
    folder = places.raw_dir / NAME
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    with threads_of_duckdb(threads):
        [run] = run_surveys(places, [NAME], strict=False, audit_seconds=SECONDS, tell=lambda *_: None)
    assert run.succeeded, run
    return (places.releases_dir / NAME / "latest").resolve()


def differences(first: Path, other: Path, *, same_input: bool) -> list[str]:
    """What differs that should not: anything, or of other files with the same records anything in the marts."""
    found = compare(first, other, declared_tables())
    if same_input:
        return [*found.inputs, *found.tables, *found.files]
    return [line for line in found.tables if line.startswith("marts.")]


def marts(places: Places, threads: int) -> dict[str, str]:
    """Builds tallies and marts of benchmarks/ten_million.py's survey, and gives for each mart a hash of its rows."""
    with threads_of_duckdb(threads):
        for step in ("tallies", "marts"):
            broken = [one.message for one in dbt_project.build(places, ten_million.SURVEY, step) if not one.passed]
            assert not broken, broken
        with open_warehouse(places.work_database(ten_million.SURVEY), read_only=True) as connection:
            tables = connection.execute(
                "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'marts' ORDER BY ALL"
            ).fetchall()
            return {
                name: hashlib.sha256(repr(connection.execute(f"FROM marts.{name}").fetchall()).encode()).hexdigest()
                for (name,) in tables
            }


def main() -> None:
    """Run again and again, and print how many releases differ from the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="whether it runs, with numbers that mean little")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.records, arguments.runs = 60, 3
    dice = random.Random(8)
    records = lines(arguments.records)
    third = arguments.records // 3
    counts = {True: [0, 0], False: [0, 0]}  # by whether the input is the first one: runs, and those that differ
    with tempfile.TemporaryDirectory() as folder:
        places = Places(Path(folder) / "raw", Path(folder) / "output")
        prepare_home(places)
        first = release(places, survey_files(records, [third, 2 * third]), THREADS[0])
        for number, threads in zip(range(1, arguments.runs), cycle(THREADS[1:] + THREADS[:1]), strict=False):
            same_input = number % 4 != 2
            files = survey_files(records, [third, 2 * third])
            if not same_input:
                ends = sorted(dice.sample(range(1, arguments.records), dice.randint(1, 6)))
                files = survey_files(dice.sample(records, len(records)), ends)
            found = differences(first, release(places, files, threads), same_input=same_input)
            counts[same_input][0] += 1
            counts[same_input][1] += bool(found)
            told = "; ".join(found) or "no difference"
            print(f"{threads} threads, {'the same' if same_input else 'shuffled'}: {told}", flush=True)
    for same_input, (runs, differ) in counts.items():
        what = "releases of the same input" if same_input else "marts of the records shuffled and split anew"
        print(f"{what}: {differ} of {runs} differ from the first; {arguments.records:,} records, threads {THREADS}")


if __name__ == "__main__":
    main()
