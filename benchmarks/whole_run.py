"""What a whole run costs beside the bare imports of its parts, measured one after the other on the same machine.

Prints the floor (importing dagster, dagster-dbt, dbt and great-expectations in a fresh process), the whole
`basecheck run` on the shipped surveys, their ratio, and where the time of a further survey in the same process goes.
With --quick the commands that are timed do nothing, and the survey is run for the first time in its process.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from dagster_project.claims import SECONDS
from dagster_project.codebook import survey_names
from dagster_project.places import PROJECT_DIR, Places

SHIPPED = PROJECT_DIR / "data" / "raw"
SMALL = "kyodo_economic_security"
FLOOR = "import dagster, dagster_dbt, dbt.cli.main, great_expectations"
ROUNDS = 3


def seconds(*command: str, **environment: str) -> float:
    """Wall time of one process."""
    started = time.perf_counter()
    subprocess.run(command, env={**os.environ, **environment}, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def further_survey(output: Path, runs_before: int) -> dict[str, float]:
    """Seconds by step of a small survey's run after others in one process; `in all` is the whole of it."""
    from dagster_project.defs.home import prepare_home
    from dagster_project.defs.run import run_surveys

    places = Places(SHIPPED, output)
    prepare_home(places)
    marks: list[tuple[str, float]] = []
    runs = run_surveys(
        places,
        [SMALL] * (runs_before + 1),
        strict=False,
        audit_seconds=SECONDS,
        tell=lambda _, step: marks.append((step, time.perf_counter())),
    )
    for _ in range(runs_before):
        next(runs)
    marks.clear()
    started = time.perf_counter()
    next(runs)
    ended = time.perf_counter()
    steps = {"before the first step": marks[0][1] - started}
    for (step, at), (_, until) in zip(marks, [*marks[1:], ("", ended)], strict=True):
        steps[step] = until - at
    return {**steps, "in all": ended - started}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="whether it runs, with numbers that mean nothing")
    quick = parser.parse_args().quick
    command = str(Path(sys.executable).with_name("basecheck"))
    with tempfile.TemporaryDirectory() as folder:
        floors, runs = [], []
        for number in range(1 if quick else ROUNDS):
            floors.append(seconds(sys.executable, "-c", "pass" if quick else FLOOR))
            runs.append(seconds(command, "--help" if quick else "run", BASECHECK_OUTPUT_DIR=f"{folder}/{number}"))
        steps = further_survey(Path(folder) / "further", runs_before=0 if quick else 1)
    surveys = f"basecheck run, {len(survey_names(SHIPPED))} surveys"
    print(f"floor, the bare imports      {median(floors):6.1f} s  (of {', '.join(f'{one:.1f}' for one in floors)})")
    print(f"{surveys:<28} {median(runs):6.1f} s  (of {', '.join(f'{one:.1f}' for one in runs)})")
    print(f"ratio                        {median(runs) / median(floors):6.2f}")
    print("a further small survey in the same process:")
    for step, taken in steps.items():
        print(f"  {step:<26} {taken:6.2f} s")


if __name__ == "__main__":
    main()
