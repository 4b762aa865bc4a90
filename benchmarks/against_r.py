"""How far basecheck's numbers are from those of R's package survey on the same records.

Builds surveys of several designs by the pipeline's own steps, lets R compute every estimate of them (against_r.R) and
prints, for each statistic, how many values were compared and the largest relative difference. Exits 1 if one is above
1e-8 or is missing on one side only. Needs `Rscript` with the package survey. With --quick only a few made-up people are
built, under one design, and compared.

`logit` is compared with R's method xlogit, which is the same interval by its formula; R's own logit iterates (svyglm)
and stops at a tolerance of 1e-8 of the deviance.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from dagster_project.codebook import read_survey_folder
from dagster_project.defs import dbt_project
from dagster_project.disclosure import withhold_counts
from dagster_project.ingest import write_codebook, write_records, write_weights
from dagster_project.places import PROJECT_DIR, Places
from dagster_project.warehouse import open_warehouse

MOST = 1e-8
NO_R = "There is no Rscript: install R and its package survey (Debian: r-base-core, r-cran-survey)."
R_SIDE = Path(__file__).with_name("against_r.R")
KEY = ("question", "answer", "group_by", "group_value", "statistic", "p", "what")

# One statement per table that is compared; each gives the columns of KEY and the value. What compares groups goes here,
# with its rows on R's side.
SHARES = "(SELECT * FROM marts.toplines UNION ALL BY NAME SELECT * FROM marts.crosstabs)"
OURS = {
    "share": f"""
        SELECT question, answer, group_by, group_value, 'share' AS statistic, '' AS p, what, value
        FROM {SHARES} UNPIVOT INCLUDE NULLS (value FOR what IN (share, se, deff))""",
    "interval": """
        SELECT question, answer, group_by, group_value, 'interval ' || method AS statistic, '' AS p, what, value
        FROM marts.intervals UNPIVOT INCLUDE NULLS (value FOR what IN (low, high))""",
    "number": """
        SELECT question, '' AS answer, group_by, group_value, statistic, coalesce(p::VARCHAR, '') AS p, what, value
        FROM marts.quantities UNPIVOT INCLUDE NULLS (value FOR what IN (estimate, se, deff, ci_low, ci_high))""",
}

CODEBOOK = """
title: Made up to compare
source: {{name: a random generator, licence: none}}
universe: Nobody
provenance: collected
sample: probability
records: {{files: [records.csv], ignore_columns: [{ignored}]}}
respondent: id
minimum_base: 2
minimum_cell: 0
{design}
groups: [sex]
questions:
  - {{id: sex, text: Sex, type: single, options: {{f: Female, m: Male}}}}
  - {{id: works, text: In paid work, type: single, options: {{1: "Yes", 0: "No"}}}}
  - {{id: reads, text: Reads, type: multiple, columns: {{p: reads_p, r: reads_r}}, options: {{p: Papers, r: Radio}}}}
  - id: agree
    text: Do you agree
    type: single
    options: {{1: Not at all, 2: Hardly, 3: Rather, 4: Fully}}
    scores: {{1: 1, 2: 2, 3: 3, 4: 5}}
  - {{id: hours, text: Hours, type: quantity}}
  - {{id: pay, text: Pay, type: quantity, quantiles: [0.1, 0.5, 0.9]}}
"""
DESIGN_COLUMNS = {"w", "scaled", "h", "u", "N", "lone"}
SCORES = {"1": 1, "2": 2, "3": 3, "4": 5, "": ""}


@dataclass(frozen=True)
class Wanted:
    """An estimate asked of R: the question and answer as we name them, the column and code as the records do."""

    table: str
    question: str
    answer: str
    variable: str
    code: str
    p: str = ""


@dataclass(frozen=True)
class Compared:
    """A survey in both languages: the codebook's design and R's, and what is asked of it by which groups.

    `deff` is R's argument: TRUE for weights that sum to the universe, "replace" for any others.
    """

    name: str
    r_design: str
    wanted: list[Wanted]
    groups: list[tuple[str, str]]
    design: str = ""
    lonely: str = "fail"
    deff: str = "replace"
    people: list[dict[str, object]] = field(default_factory=list)  # none: a survey that ships


def made_up_people(count: int) -> list[dict[str, object]]:
    """Respondents in 4 strata of 3 to 8 unequal sampling units, whose members are alike."""
    dice = random.Random(1)
    units = {"north": 4, "south": 3, "west": 8, "east": 5}
    leaning = {(h, u): dice.uniform(-0.25, 0.25) for h, most in units.items() for u in range(1, most + 1)}
    people: list[dict[str, object]] = []
    for number in range(count):
        h = dice.choice(list(units))
        u = min(dice.randint(1, units[h]), dice.randint(1, units[h]))
        lean = leaning[h, u]
        agree = dice.choice(["1", "2", "3", "4", "4", ""]) if lean > 0 else dice.choice(["1", "1", "2", "3", ""])
        people.append(
            {
                "id": number,
                "w": (weight := dice.choice([50.5, 100, 225.25, 700])),
                "scaled": weight / 160,  # sums to about 1.7 times the respondents
                "h": h,
                "u": u,
                "N": 3 * units[h],
                "lone": "tiny" if (h, u) == ("west", 1) else h,
                "sex": dice.choice("fm"),
                "works": int(dice.random() < 0.6 + lean),
                "reads_p": int(dice.random() < 0.3 + lean),
                "reads_r": int(dice.random() < 0.1),
                "agree": agree,
                "score": SCORES[agree],
                "hours": "" if dice.random() < 0.1 else 5 * dice.randint(0, 8) + round(10 * lean),
                "pay": "" if dice.random() < 0.1 else round(dice.lognormvariate(3 + lean, 0.6), 2),
            }
        )
    return people


def surveys(count: int = 2000) -> list[Compared]:
    """The survey that ships, and so many made-up people under several designs."""
    zinc = Wanted("number", "zinc", "", "zinc", "", "0.25;0.5;0.75")
    of_nhanes = [Wanted("share", name, code, name, code) for name, code in (("highbp", "1"), ("diabetes", "1"))]
    groups = [("", ""), *(("region", code) for code in "1234"), *(("race", code) for code in "123")]
    nested = "svydesign(~psuid, strata = ~stratid, weights = ~finalwgt, data = people, nest = TRUE)"
    found = [Compared("nhanes2", nested, [*of_nhanes, zinc], groups, deff="TRUE")]
    wanted = [
        Wanted("share", "works", "1", "works", "1"),
        *(Wanted("share", "reads", code, f"reads_{code}", "1") for code in "pr"),
        *(Wanted("share", "agree", code, "agree", code) for code in "1234"),
        Wanted("number", "hours", "", "hours", "", "0.25;0.5;0.75"),
        Wanted("number", "pay", "", "pay", "", "0.1;0.5;0.9"),
        Wanted("number", "agree", "", "score", "", "0.5"),
    ]
    people = made_up_people(count)
    weight = "weight: w\nweights_sum_to: universe\n"
    full = weight + "stratum: h\nsampling_unit: u\n"
    lone = full.replace("stratum: h", "stratum: lone")
    for name, design, in_r, lonely in (
        ("plain", "", "~1, weights = ~ rep(1, nrow(people))", "fail"),
        ("weights", weight, "~1, weights = ~w", "fail"),
        ("unsaid", "weight: w\n", "~1, weights = ~w", "fail"),
        ("scaled", "weight: scaled\nweights_sum_to: respondents\n", "~1, weights = ~scaled", "fail"),
        ("strata", weight + "stratum: h\n", "~1, strata = ~h, weights = ~w", "fail"),
        ("full", full, "~u, strata = ~h, weights = ~w", "fail"),
        ("fpc", full + "population: N\n", "~u, strata = ~h, weights = ~w, fpc = ~N", "fail"),
        ("lone_average", lone + "lone_units: average\n", "~u, strata = ~lone, weights = ~w", "average"),
    ):
        r_design = f"svydesign({in_r}, data = people, nest = TRUE)"
        deff = "TRUE" if "universe" in design else "replace"
        groups = [("", ""), ("sex", "f"), ("sex", "m")]
        found.append(Compared(name, r_design, wanted, groups, design, lonely, deff, people))
    return found


def write_csv(path: Path, lines: list[dict[str, object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return path


def build(places: Places, survey: str, models: str) -> None:
    """dbt's models of that schema, or the end with what broke."""
    broken = [outcome for outcome in dbt_project.build(places, survey, models) if not outcome.passed]
    if broken:
        sys.exit(f"{survey}: {broken[0].name}: {broken[0].message}")


def our_numbers(places: Places, survey: str) -> dict[tuple[str, ...], float | None]:
    """The survey built from its codebook and records, and its numbers by KEY."""
    folder = read_survey_folder(places.raw_dir, survey)
    places.work_dir(survey).mkdir(parents=True)
    with open_warehouse(places.work_database(survey)) as connection:
        write_codebook(connection, folder)
        write_records(connection, folder)
        write_weights(connection, folder)
    build(places, survey, "tallies")
    with open_warehouse(places.work_database(survey)) as connection:
        withhold_counts(connection)
    build(places, survey, "marts")
    with duckdb.connect(str(places.work_database(survey)), read_only=True) as connection:
        lines = [line for statement in OURS.values() for line in connection.execute(statement).fetchall()]
    return {tuple(part or "" for part in line[:-1]): line[-1] for line in lines}


def r_numbers(folder: Path, survey: Compared, records: Path) -> dict[tuple[str, ...], float]:
    """What R says of the same records, by KEY. NaN where it says nothing."""
    wishes = [
        {**vars(wish), "group_by": group_by, "group_value": value}
        for wish in survey.wanted
        for group_by, value in survey.groups
    ]
    wanted, out = write_csv(folder / f"{survey.name}_wanted.csv", wishes), folder / f"{survey.name}_r.csv"
    command = ["Rscript", str(R_SIDE), str(records), survey.r_design, str(wanted), str(out), survey.lonely, survey.deff]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{survey.name}: R stopped: {done.stderr.strip()}")
    with out.open(encoding="utf-8") as file:
        return {tuple(line[name] for name in KEY): float(line["value"]) for line in csv.DictReader(file)}


def difference(ours: float | None, theirs: float) -> float:
    """The relative difference; infinite where only one of the two has a number."""
    if ours is None or math.isnan(theirs):
        return 0.0 if ours is None and math.isnan(theirs) else math.inf
    return abs(ours - theirs) / (max(abs(ours), abs(theirs)) or 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="whether it runs, with numbers that mean nothing")
    quick = parser.parse_args().quick
    has_r = shutil.which("Rscript") is not None
    if not (has_r or quick):
        sys.exit(NO_R)
    shipped = PROJECT_DIR / "data" / "raw"
    found: dict[tuple[str, str], list[tuple[float, str]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for survey in [one for one in surveys(200) if one.name == "full"] if quick else surveys():
            places = Places(folder / "raw" if survey.people else shipped, folder / "output")
            records = shipped / survey.name / f"{survey.name}.csv"
            if survey.people:
                home = places.raw_dir / survey.name
                home.mkdir(parents=True)
                used = set(survey.design.replace(":", " ").split())
                ignored = ", ".join(sorted({"score"} | (DESIGN_COLUMNS - used)))
                book = CODEBOOK.format(design=survey.design, ignored=ignored)
                (home / "survey.yml").write_text(book, encoding="utf-8")
                records = write_csv(home / "records.csv", survey.people)
            ours = our_numbers(places, survey.name)
            if not has_r:
                sys.exit(NO_R)
            for key, theirs in r_numbers(folder, survey, records).items():
                where = " ".join(filter(None, (survey.name, *key)))
                # only a quantity has a total; R gives that of a scale's scores as well
                if key in ours:
                    found[key[4], key[6]].append((difference(ours[key], theirs), where))
                elif key[4] != "total":
                    found[key[4], key[6]].append((math.inf, where))
    print(f"{'statistic':<20} {'number':<10} {'compared':>8} {'largest difference':>20}  where")
    for (statistic, what), values in sorted(found.items()):
        worst, where = max(values)
        print(f"{statistic:<20} {what:<10} {len(values):>8} {worst:>20.1e}  {where}")
    largest = max(worst for values in found.values() for worst, _ in values)
    print(
        f"{sum(map(len, found.values()))} values, the largest relative difference {largest:.1e}; {MOST:.0e} is allowed"
    )
    sys.exit(largest > MOST)


if __name__ == "__main__":
    main()
