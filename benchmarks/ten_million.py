"""What the tallies and marts of ten million records cost, beside a bare GROUP BY in DuckDB and beside R.

The survey is made up: a sample in 50 strata of 20 unequal sampling units, weighted, with 12 questions and 3 group
variables. Its codebook goes through the project's own steps; its records are made in the database, in the table that
the ingest makes for that codebook. Every measurement is a process of its own, one after the other, and the rounds
alternate between ours and the bare one, and then between exact sums of weights and floating-point ones. R is given a
cut of the same records as a CSV file. With --quick there are 500 records, one round in this process, and no R.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from dagster_project.codebook import read_survey_folder
from dagster_project.ingest import write_codebook, write_records, write_weights
from dagster_project.places import Places
from dagster_project.warehouse import open_warehouse

SURVEY = "ten_million"
STRATA, UNITS_EACH = 50, 20
GROUPS = {"sex": 2, "schooling": 4, "age": 6}
SINGLES = {"q01": 2, "q02": 2, "q03": 3, "q04": 3, "q05": 4, "q06": 4, "q07": 5, "q08": 5, "q09": 5, "q10": 6}
MULTIPLE, CHOICES = "q11", 5
QUANTITY = "q12"
QUESTIONS = [*GROUPS, *SINGLES, MULTIPLE, QUANTITY]
DESIGN = ("stratum", "sampling_unit")
SUMS = "count(*) AS n, sum(weight) AS w, sum(weight * weight) AS w2"


@dataclass(frozen=True)
class Measured:
    """Seconds in all and by part, and numbers that are told besides."""

    seconds: float
    parts: dict[str, float]
    besides: dict[str, float] = field(default_factory=dict)


def codebook() -> str:
    """The survey.yml: q02 is routed by q01, q07 is a scale with a net, all but the groups have don't-knows."""
    questions = [
        {"id": name, "text": name, "type": "single", "options": _options(many), "missing": {}}
        for name, many in GROUPS.items()
    ]
    for name, many in SINGLES.items():
        question: dict[str, Any] = {"id": name, "text": name, "type": "single", "options": _options(many)}
        if name == "q02":
            question |= {"asked_if": {"question": "q01", "answers": ["1"]}, "base": "routed"}
        if name == "q07":
            question |= {
                "scores": {code: float(code) for code in _options(many)},
                "nets": {"top": {"label": "Top two", "options": ["4", "5"]}},
            }
        questions.append(question)
    questions.append(
        {"id": MULTIPLE, "text": MULTIPLE, "type": "multiple", "separator": ";", "options": _options(CHOICES)}
    )
    questions.append({"id": QUANTITY, "text": "Hours worked last week", "type": "quantity"})
    book = {
        "title": "Ten million made-up records",
        "source": {"name": "benchmarks/ten_million.py", "licence": "none"},
        "universe": "Nobody",
        "provenance": "collected",
        "sample": "probability",
        "records": {"files": ["records.csv"]},
        "weight": "weight", "stratum": "stratum", "sampling_unit": "sampling_unit",
        "groups": list(GROUPS),
        "missing": {"dont_know": ["98"], "refused": ["99"]},
        "questions": questions,
    }  # fmt: skip
    return json.dumps(book, indent=1)  # which is YAML too


def _options(many: int) -> dict[str, str]:
    return {str(code): f"Option {code}" for code in range(1, many + 1)}


def make(places: Places, records: int) -> None:
    """The survey's folder with a record file of one line, and its database with that many records."""
    home = places.raw_dir / SURVEY
    home.mkdir(parents=True)
    (home / "survey.yml").write_text(codebook(), encoding="utf-8")
    columns = ["weight", *DESIGN, *QUESTIONS]
    lines = (",".join(columns), ",".join("1" for _ in columns))
    (home / "records.csv").write_text("\n".join(lines), encoding="utf-8")
    folder = read_survey_folder(places.raw_dir, SURVEY)
    places.work_dir(SURVEY).mkdir(parents=True)
    connection = open_warehouse(places.work_database(SURVEY))
    write_codebook(connection, folder)
    connection.close()
    connection = open_warehouse(places.work_database(SURVEY))
    write_records(connection, folder)
    connection.execute("TRUNCATE records.records")
    connection.execute(f"INSERT INTO records.records BY NAME {_drawn(records)}")
    connection.execute("UPDATE raw.files SET rows_read = $1, rows_accepted = $1, rows_responded = $1", [records])
    write_weights(connection, folder)
    connection.close()


def _drawn(records: int) -> str:
    """SQL of the records, in no order of their units: answers differ by unit, weights by stratum and group."""
    numbered = ", ".join(f"{_number(name, many)} AS {name}_number" for name, many in (GROUPS | SINGLES).items())
    coded = ", ".join(f"{_coded(name, many)} AS {name}" for name, many in (GROUPS | SINGLES).items())
    chosen = ", ".join(
        f"CASE WHEN hash(i * 1000 + {500 + one}) % {one + 2} = 0 THEN '{one}'::records.{MULTIPLE} END"
        for one in range(1, CHOICES + 1)
    )
    return f"""
        WITH drawn AS (
            SELECT i, floor({STRATA * UNITS_EACH} * chance * (1 + chance) / 2)::INTEGER AS unit
            FROM (SELECT i, {_chance("i", 700)} AS chance FROM range({records}) AS numbers (i))
        ), numbered AS (
            SELECT i, unit, unit // {UNITS_EACH} AS place, hash(i * 1000 + 602) % 10 AS heap, {numbered} FROM drawn
        ), coded AS (
            SELECT i, unit, place, heap, {coded}, sex_number * age_number + 2 * schooling_number AS rare FROM numbered
        )
        SELECT * EXCLUDE (i, unit, place, heap, rare) REPLACE (CASE WHEN q01 = '1' THEN q02 END AS q02),
            'records.csv' AS source_file, i + 2 AS source_line, 'stratum ' || place AS stratum,
            'unit ' || unit AS sampling_unit, (0.5 + place % 7 * 0.3) * (0.8 + 0.05 * rare) AS weight,
            CASE WHEN hash(i * 1000 + 550) % 33 = 0 THEN ['98'::records.{MULTIPLE}]
                ELSE list_filter([{chosen}], lambda one: one IS NOT NULL) END AS {MULTIPLE},
            CASE WHEN hash(i * 1000 + 603) % 25 > 0 THEN  -- from 0 to 74 hours, with heaps at 40, 38 and 20
                CASE WHEN heap < 3 THEN 40 WHEN heap = 3 THEN 38 WHEN heap = 4 THEN 20
                    ELSE hash(i * 1000 + 600) % 40 + hash(i * 1000 + 601) % 36 END
            END::DOUBLE AS {QUANTITY},
            CASE WHEN hash(i * 1000 + 603) % 25 = 0 THEN '98' END AS {QUANTITY}__missing
        FROM coded"""


def _chance(of: str, about: int) -> str:
    return f"(hash({of} * 1000 + {about}) % 1000003) / 1000003"


def _number(name: str, many: int) -> str:
    """Which of its answers, from 1 on; of a question that is no group one in 25 has the code 98 or 99 behind them."""
    at = QUESTIONS.index(name)
    answer = (
        f"1 + least(floor({many} * pow({_chance('i', at)}, 0.7 + 0.6 * {_chance('unit', at)}))::INTEGER, {many - 1})"
    )
    if name in GROUPS:
        return answer
    return f"CASE WHEN hash(i * 1000 + {900 + at}) % 25 = 0 THEN {many + 1} + (hash(i) % 2)::INTEGER ELSE {answer} END"


def _coded(name: str, many: int) -> str:
    codes = [*_options(many), *([] if name in GROUPS else ["98", "99"])]
    listed = ", ".join(f"'{code}'" for code in codes)
    return f"([{listed}]::records.{name}[])[{name}_number]"


# each of what follows is measured in a process of its own


def bare_statements(places: Places) -> Measured:
    """A GROUP BY for every question, in all and by every group variable, each a statement of its own."""
    connection = open_warehouse(places.work_database(SURVEY), read_only=True)
    parts = {}
    for question in QUESTIONS:
        for group in (None, *(group for group in GROUPS if group != question)):
            started = time.perf_counter()
            keys = ", ".join([*DESIGN, question, *([group] if group else [])])
            table = f"{question}_{group or 'whole'}"
            connection.execute(
                f"CREATE TEMP TABLE {table} AS SELECT {keys}, {SUMS} FROM records.records GROUP BY {keys}"
            )
            parts[table] = time.perf_counter() - started
    return Measured(sum(parts.values()), parts)


def bare_sets(places: Places) -> Measured:
    """The same in one statement of grouping sets."""
    connection = open_warehouse(places.work_database(SURVEY), read_only=True)
    sets = [
        f"({', '.join([*DESIGN, question, *([group] if group else [])])})"
        for question in QUESTIONS
        for group in (None, *(group for group in GROUPS if group != question))
    ]
    columns = ", ".join(QUESTIONS)
    started = time.perf_counter()
    connection.execute(
        f"CREATE TEMP TABLE grouped AS SELECT {', '.join(DESIGN)}, {columns}, grouping_id({columns}) AS which, {SUMS} "
        f"FROM records.records GROUP BY GROUPING SETS ({', '.join(sets)})"
    )
    return Measured(time.perf_counter() - started, {})


def ours(places: Places, steps: Sequence[str] = ("tallies", "marts")) -> Measured:
    """Tallies and all marts by dbt. The seconds are those of the models; tests and dbt's own work are told apart."""
    from dagster_project.defs import dbt_project

    dbt_project.manifest_json()
    results = []
    started = time.perf_counter()
    for step in steps:
        results += dbt_project.build(places, SURVEY, step)
    wall = time.perf_counter() - started
    failed = [result for result in results if not result.passed]
    if failed:
        raise SystemExit("\n".join(f"{result.name}: {result.message or result.failures}" for result in failed))
    parts = {result.name: result.seconds for result in results if not result.is_test}
    tests = sum(result.seconds for result in results if result.is_test)
    seconds = sum(parts.values())
    return Measured(seconds, parts, {"tests": tests, "dbt besides": wall - seconds - tests})


def scans(places: Places) -> Measured:
    """How often the compiled query of tallies.cells scans the records, by EXPLAIN ANALYZE. Needs `ours` before it."""
    connection = open_warehouse(places.work_database(SURVEY), read_only=True)
    started = time.perf_counter()
    row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT json) {_compiled_cells(places)}").fetchone()
    assert row is not None
    operators = list(_operators(json.loads(row[1])))
    found = sum("records.records" in str(one.get("extra_info", {}).get("Table", "")) for one in operators)
    rows = connection.execute("SELECT count(*) FROM tallies.cells").fetchone()
    tallies = connection.execute("SELECT count(*) FROM tallies.tallies").fetchone()
    values = connection.execute("SELECT count(*) FROM tallies.values").fetchone()
    counted = {"cells": rows, "tallies": tallies, "values": values}
    return Measured(
        time.perf_counter() - started, {}, {"scans": found, **{name: row[0] for name, row in counted.items() if row}}
    )


def exact(places: Places) -> Measured:
    """The compiled query of tallies.cells by itself. Needs `ours` before it."""
    return _timed(places, _compiled_cells(places))


def doubles(places: Places) -> Measured:
    """The same with floating-point sums of the weights, and of their squares, in place of the exact ones."""
    query, replaced = re.subn(r"\((.+) / units\.w2?_unit\)::\w+ as", r"\1 as", _compiled_cells(places))
    assert replaced == 2, query
    return _timed(places, query.replace("::bignum", "::double"))


def _timed(places: Places, query: str) -> Measured:
    connection = open_warehouse(places.work_database(SURVEY), read_only=True)
    started = time.perf_counter()
    connection.execute(f"CREATE TEMP TABLE counted AS {query}")
    return Measured(time.perf_counter() - started, {})


def _compiled_cells(places: Places) -> str:
    [compiled] = (places.work_dir(SURVEY) / "dbt" / "compiled").rglob("tallies/cells.sql")
    return compiled.read_text(encoding="utf-8")


def _operators(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "extra_info" in node:
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _operators(part)


R_SCRIPT = """
suppressMessages(library(survey))
options(survey.lonely.psu = "fail")
say <- function(what, taken) cat(what, taken[["elapsed"]], "\\n")
say("reading", system.time(records <- read.csv(commandArgs(TRUE)[1], stringsAsFactors = TRUE)))
groups <- strsplit(commandArgs(TRUE)[2], ",")[[1]]
singles <- strsplit(commandArgs(TRUE)[3], ",")[[1]]
choices <- grep("^q11_", names(records), value = TRUE)
for (name in c(groups, singles)) records[[name]] <- factor(records[[name]])
say("design", system.time(
  design <- svydesign(ids = ~sampling_unit, strata = ~stratum, weights = ~weight, data = records, nest = TRUE)))
formulas <- c(lapply(singles, function(name) as.formula(paste0("~", name))),
              list(as.formula(paste0("~", paste(choices, collapse = "+"))), ~q12))
say("whole", system.time(for (one in formulas) svymean(one, design, na.rm = TRUE)))
for (group in groups) say(group, system.time(
  for (one in formulas) svyby(one, as.formula(paste0("~", group)), design, svymean, na.rm = TRUE)))
"""


def in_r(places: Places) -> Measured:
    """The shares, and the mean of the quantity, in R's survey, in all and by the groups. No quantiles, no tests."""
    cut = places.output_dir / "cut.csv"
    connection = open_warehouse(places.work_database(SURVEY), read_only=True)
    singles = ", ".join(f"CASE WHEN {name} NOT IN ('98', '99') THEN {name} END AS {name}" for name in SINGLES)
    choices = ", ".join(
        f"CASE WHEN NOT list_contains({MULTIPLE}, '98') THEN list_contains({MULTIPLE}, '{code}')::INTEGER END "
        f"AS {MULTIPLE}_{code}"
        for code in _options(CHOICES)
    )
    connection.execute(
        f"COPY (SELECT weight, {', '.join((*DESIGN, *GROUPS))}, {singles}, {choices}, {QUANTITY} FROM records.records) "
        f"TO '{cut}' (HEADER)"
    )
    connection.close()
    started = time.perf_counter()
    done = subprocess.run(
        ["Rscript", "-e", R_SCRIPT, str(cut), ",".join(GROUPS), ",".join(SINGLES)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    seconds = time.perf_counter() - started
    lines = (line.split() for line in done.stdout.splitlines())
    return Measured(seconds, {line[0]: float(line[1]) for line in lines if len(line) == 2})


MEASURED: dict[str, Callable[[Places], Measured]] = {
    one.__name__: one for one in (bare_statements, bare_sets, ours, scans, exact, doubles, in_r)
}


Run = Callable[[str, Path], tuple[Measured, float, float]]


def run(name: str, home: Path) -> tuple[Measured, float, float]:
    """What a fresh process measured, its processor time in seconds and the most memory that it held, in GiB."""
    done = subprocess.run(
        [sys.executable, __file__, "--measure", name, "--folder", str(home)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    measured, processor, gib = json.loads(done.stdout.splitlines()[-1])
    return Measured(**measured), processor, gib


def run_here(name: str, home: Path) -> tuple[Measured, float, float]:
    """The same of this process, with all that it did before."""
    measured = MEASURED[name](Places(home / "raw", home / "output"))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(one.ru_utime + one.ru_stime for one in used)
    return measured, processor, max(one.ru_maxrss for one in used) / 2**20


def _compare(home: Path, rounds: int, run: Run) -> None:
    """Ours beside the bare forms, round after round; the medians."""
    taken: dict[str, list[float]] = {name: [] for name in ("bare_statements", "bare_sets", "ours")}
    worked: dict[str, list[float]] = {name: [] for name in taken}
    most = dict.fromkeys(taken, 0.0)
    last: dict[str, Measured] = {}
    ratios, ratios_worked = [], []
    for number in range(rounds):
        for name in taken:
            measured, processor, gib = run(name, home)
            taken[name].append(measured.seconds)
            worked[name].append(processor)
            most[name] = max(most[name], gib)
            last[name] = measured
            print(f"round {number + 1}  {_line(name, measured, processor, gib)}", flush=True)
        bare = min(("bare_statements", "bare_sets"), key=lambda name: taken[name][-1])
        ratios.append(taken["ours"][-1] / taken[bare][-1])
        ratios_worked.append(worked["ours"][-1] / min(worked["bare_statements"][-1], worked["bare_sets"][-1]))
        of_questions = sum(
            seconds for name, seconds in last["bare_statements"].parts.items() if name.split("_")[0] not in GROUPS
        )
        besides = ", ".join(f"{what} {seconds:.1f} s" for what, seconds in last["ours"].besides.items())
        print(
            f"         ratio {ratios[-1]:.2f}, of processor time {ratios_worked[-1]:.2f}; the 12 questions' statements "
            f"alone {of_questions:.1f} s; not in ours: {besides}",
            flush=True,
        )
    print(f"median ratio of ours to the faster bare form  {median(ratios):.2f}")
    print(f"  of the processes' processor time, dbt's start and its tests included  {median(ratios_worked):.2f}")
    for name in taken:
        print(f"{name:16} median {median(taken[name]):7.1f} s, at most {most[name]:.2f} GiB")
    print("seconds by model, last round:")
    for model, seconds in last["ours"].parts.items():
        print(f"  {model:16} {seconds:7.2f}")
    _compare_sums(home, rounds, run)
    counted, _, _ = run("scans", home)
    print(", ".join(f"{name}: {number:.0f}" for name, number in counted.besides.items()))
    if counted.besides["scans"] != 1:
        raise SystemExit("tallies.cells does not scan the records exactly once")


def _compare_sums(home: Path, rounds: int, run: Run) -> None:
    """What it costs that sums of weights are exact, by the processor time of the scan; the least of the rounds."""
    least = dict.fromkeys(("exact", "doubles"), float("inf"))
    for number in range(rounds):
        for name in least:
            measured, processor, gib = run(name, home)
            least[name] = min(least[name], processor)
            print(f"round {number + 1}  {_line(name, measured, processor, gib)}", flush=True)
    print(f"exact sums to floating-point ones, of processor time  {least['exact'] / least['doubles']:.2f}", flush=True)


def _line(name: str, measured: Measured, processor: float, gib: float) -> str:
    return f"{name:16} {measured.seconds:7.1f} s  processor {processor:7.1f} s  {gib:5.2f} GiB"


def main() -> None:
    """Make the survey, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--r-records", type=int, default=1_000_000, help="of the cut that R gets; 0 leaves R out")
    parser.add_argument("--quick", action="store_true", help="whether it runs, with numbers that mean nothing")
    parser.add_argument("--measure", choices=MEASURED, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measured, processor, gib = run_here(arguments.measure, arguments.folder)
        print(json.dumps([vars(measured), processor, gib]))
        return
    if arguments.quick:
        arguments.records, arguments.rounds, arguments.r_records = 500, 1, 0
    with tempfile.TemporaryDirectory() as folder:
        for name, records in (("all", arguments.records), ("cut", arguments.r_records)):
            if not records:
                continue
            home = Path(folder) / name
            make(Places(home / "raw", home / "output"), records)
            print(f"{records:,} records", flush=True)
            if name == "all":
                _compare(home, arguments.rounds, run_here if arguments.quick else run)
                continue
            for one in ("ours", "in_r"):
                measured, processor, gib = run(one, home)
                parts = ", ".join(f"{part} {seconds:.1f}" for part, seconds in measured.parts.items())
                print(f"{_line(one, measured, processor, gib)}  ({parts})", flush=True)


if __name__ == "__main__":
    main()
