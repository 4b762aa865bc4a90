"""What a run costs beside the bare imports of its parts, measured one after the other on the same machine.

Prints the floor (importing dagster, dagster-dbt, dbt and great-expectations in a fresh process), `basecheck run` of one
small survey and of the shipped ones, each in a fresh process with an empty output folder and their ratio to the floor;
then many small surveys, one after the other in one process, with what that process holds in memory. What it printed is
written as JSON beside the machine's description. With --quick the commands that are timed do nothing, and three surveys
are run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from dagster_project.claims import SECONDS
from dagster_project.codebook import survey_names
from dagster_project.places import PROJECT_DIR, Places

SHIPPED = PROJECT_DIR / "data" / "raw"
SMALL = "kyodo_economic_security"
FLOOR = "import dagster, dagster_dbt, dbt.cli.main, great_expectations"
ROUNDS = 5
MANY = 1000
RESULTS = Path(__file__).with_suffix(".json")
PACKAGES = ("basecheck", "dagster", "dagster-dbt", "dbt-core", "dbt-duckdb", "duckdb", "great-expectations")
CODEBOOK = {
    "title": "A small survey",
    "source": {"name": "made up", "licence": "none"},
    "universe": "Twelve people",
    "asked": 20,
    "provenance": "collected",
    "sample": "probability",
    "records": {"files": ["records.csv"]},
    "respondent": "id",
    "groups": ["sex"],
    "minimum_base": 2,
    "questions": [
        {"id": "sex", "text": "Sex", "type": "single", "options": {"f": "Female", "m": "Male"}},
        {"id": "works", "text": "In paid work", "type": "single", "options": {"1": "Yes", "0": "No"}},
        {
            "id": "hours",
            "text": "Hours a week",
            "type": "quantity",
            "asked_if": {"question": "works", "answers": ["1"]},
        },
    ],
}


@dataclass(frozen=True)
class Cost:
    """What one process, or a part of one, took: by the clock, and of all processors together."""

    wall: float
    processor: float


def cost(*command: str, **environment: str) -> Cost:
    """What a process takes from its start to its end."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env={**os.environ, **environment}, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def typical(costs: Sequence[Cost]) -> Cost:
    """The medians."""
    return Cost(median(one.wall for one in costs), median(one.processor for one in costs))


def make_surveys(raw_dir: Path, count: int) -> list[str]:
    """Small surveys, each with records of its own."""
    names = [f"small_{number:04}" for number in range(count)]
    for number, name in enumerate(names):
        draw = random.Random(number)
        people = [(at, draw.choice("fm"), draw.randint(0, 1), draw.randint(5, 45)) for at in range(12)]
        lines = [f"{at},{sex},{works},{hours if works else ''}" for at, sex, works, hours in people]
        folder = raw_dir / name
        folder.mkdir(parents=True)
        (folder / "survey.yml").write_text(json.dumps(CODEBOOK), encoding="utf-8")  # which is YAML too
        (folder / "records.csv").write_text("\n".join(["id,sex,works,hours", *lines]) + "\n", encoding="utf-8")
    return names


@dataclass(frozen=True)
class ManyRuns:
    """Surveys one after the other in one process: the medians of the first and last hundred after the first three."""

    surveys: int
    first: Cost
    last: Cost
    steps: Mapping[str, float]
    megabytes_early: int
    megabytes_late: int


def many_runs(folder: Path, count: int) -> ManyRuns:
    """Run them in this process; `steps` are the last one's, in seconds."""
    from dagster_project.defs.home import prepare_home
    from dagster_project.defs.run import run_surveys

    places = Places(folder / "raw", folder / "output")
    names = make_surveys(places.raw_dir, count)
    prepare_home(places)
    marks: list[tuple[str, float]] = []
    costs: list[Cost] = []
    megabytes: list[int] = []
    started, worked = time.perf_counter(), time.process_time()
    for run in run_surveys(
        places,
        names,
        strict=False,
        audit_seconds=SECONDS,
        tell=lambda _, step: marks.append((step, time.perf_counter())),
    ):
        if not run.succeeded:
            raise SystemExit(f"{run.survey}: {run.mend or run.broken or run.failed_checks}")
        costs.append(Cost(time.perf_counter() - started, time.process_time() - worked))
        megabytes.append(_megabytes())
        steps = {"before the first step": marks[0][1] - started} | {
            step: until - at
            for (step, at), (_, until) in zip(marks, [*marks[1:], ("", time.perf_counter())], strict=True)
        }
        marks.clear()
        started, worked = time.perf_counter(), time.process_time()
    warm = costs[3:] or costs
    return ManyRuns(
        count, typical(warm[:100]), typical(warm[-100:]), steps, megabytes[min(9, count - 1)], megabytes[-1]
    )


def _megabytes() -> int:
    """What this process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() // 2**20


def machine() -> dict[str, object]:
    """What it was measured on."""
    described = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "processor": next((line.split(": ")[1] for line in described if line.startswith("model name")), "unknown"),
        "memory_gib": round(memory / 2**30, 1),
        "load_before": os.getloadavg()[0],
        "system": platform.platform(),
        "python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
    }


def main() -> None:
    """Measure, print, and write down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="whether it runs, with numbers that mean nothing")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--surveys", type=int, default=MANY)
    arguments = parser.parse_args()
    quick = arguments.quick
    on = machine()
    command = str(Path(sys.executable).with_name("basecheck"))
    ours = {
        "floor, the bare imports": (sys.executable, "-c", "pass" if quick else FLOOR),
        "basecheck run, one small survey": (command, *(["--help"] if quick else ["run", SMALL])),
        f"basecheck run, {len(survey_names(SHIPPED))} surveys": (command, "--help" if quick else "run"),
    }
    taken: dict[str, list[Cost]] = {name: [] for name in ours}
    with tempfile.TemporaryDirectory() as folder:
        if not quick:
            cost(command, "run", SMALL, BASECHECK_OUTPUT_DIR=f"{folder}/first")  # dbt is parsed once for each project
        for number in range(1 if quick else arguments.rounds):
            for name, parts in ours.items():
                taken[name].append(cost(*parts, BASECHECK_OUTPUT_DIR=f"{folder}/{number} {len(name)}"))
        many = many_runs(Path(folder) / "many", 3 if quick else arguments.surveys)
    medians = {name: typical(costs) for name, costs in taken.items()}
    floor = next(iter(medians.values()))
    print(f"{'':<34}{'wall':>9}{'processor':>12}{'ratio':>8}")
    for name, one in medians.items():
        ratio = one.processor / floor.processor
        print(f"{name:<34}{one.wall:>7.2f} s{one.processor:>10.2f} s{ratio:>8.2f}")
    for name, one in (("a further small survey, at first", many.first), ("and at last", many.last)):
        print(f"{name:<34}{one.wall:>7.2f} s{one.processor:>10.2f} s")
    print(
        f"of {many.surveys} in one process, which holds {many.megabytes_early} MB early, {many.megabytes_late} MB late:"
    )
    for step, seconds in many.steps.items():
        print(f"  {step:<32}{seconds:>7.2f} s")
    if not quick:
        measured = {"processes": {name: asdict(one) for name, one in medians.items()}, "many": asdict(many)}
        written = {"day": dt.datetime.now(dt.UTC).date().isoformat(), "machine": on, **measured}
        RESULTS.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
