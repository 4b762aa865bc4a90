"""How many of the 95 % intervals of a share hold the true share, over stratified cluster samples of a known population.

The population is made up once: 15 strata of 30 to 60 clusters of unequal size, with shares near 0.5, 0.1 and 0.02 that
differ by cluster. From each stratum 4 clusters are drawn without putting back, each as likely as the others, and 20
people of each; a weight is one over the chance to be drawn. That is 60 sampling units, 45 degrees of freedom and some
1,200 respondents, as in a small household survey. No finite population correction is claimed.

The first sample is built by dbt; for the others the SQL that dbt compiled is run again, as it stands. With --quick
there are two.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.codebook import read_survey_folder
from dagster_project.defs import dbt_project
from dagster_project.ingest import write_codebook, write_records
from dagster_project.places import Places
from dagster_project.warehouse import open_warehouse

if TYPE_CHECKING:
    import duckdb
    import numpy as np

SURVEY = "coverage"
SHARES = {"half": 0.5, "tenth": 0.1, "fiftieth": 0.02}
STRATA, CLUSTERS_DRAWN, PEOPLE_DRAWN = 15, 4, 20
CORRELATION = 0.03  # of two people of one cluster, beyond what their stratum makes alike
SEED = 20261122
CODEBOOK: dict[str, Any] = {
    "title": "Samples of a known population",
    "source": {"name": "benchmarks/coverage.py", "licence": "none"},
    "universe": "A made-up population",
    "provenance": "collected",
    "sample": "probability",
    "records": {"files": ["records.csv"]},
    "weight": "weight", "stratum": "stratum", "sampling_unit": "sampling_unit",
    "minimum_base": 0, "minimum_cell": 0,
    "questions": [
        {"id": name, "text": name, "type": "single", "options": {"1": "Yes", "0": "No"}} for name in SHARES
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Cluster:
    """The answers of a cluster's people, one row each, 1 for yes."""

    stratum: int
    answers: np.ndarray[Any, Any]


def population(random: np.random.Generator) -> list[Cluster]:
    """All clusters. A stratum's shares lie around the population's, a cluster's around its stratum's (a beta law)."""
    import numpy as np

    clusters = []
    for stratum in range(STRATA):
        tilt = random.normal(0, 0.3, len(SHARES))  # of the stratum's odds
        odds = np.array([share / (1 - share) for share in SHARES.values()]) * np.exp(tilt)
        chances = odds / (1 + odds)
        for _ in range(random.integers(30, 61)):
            people = int(np.clip(np.round(random.lognormal(np.log(80), 0.4)), PEOPLE_DRAWN + 10, 400))
            of_cluster = random.beta(chances * (1 / CORRELATION - 1), (1 - chances) * (1 / CORRELATION - 1))
            clusters.append(Cluster(stratum, (random.random((people, len(SHARES))) < of_cluster).astype(int)))
    return clusters


Record = tuple[float, str, str, str, str, str]


def sample(clusters: list[Cluster], random: np.random.Generator) -> Iterator[Record]:
    """One sample's records: weight, stratum, sampling unit, and the answers' codes."""
    for stratum in range(STRATA):
        of_stratum = [number for number, cluster in enumerate(clusters) if cluster.stratum == stratum]
        for number in random.choice(of_stratum, CLUSTERS_DRAWN, replace=False):
            answers = clusters[number].answers
            weight = len(of_stratum) / CLUSTERS_DRAWN * len(answers) / PEOPLE_DRAWN
            for person in random.choice(len(answers), PEOPLE_DRAWN, replace=False):
                half, tenth, fiftieth = (str(answer) for answer in answers[person])
                yield weight, f"h{stratum}", f"u{number}", half, tenth, fiftieth


def first_build(places: Places, records: list[Record]) -> list[tuple[str, str]]:
    """Build one sample as any survey is built; the tables that intervals need, in dbt's order, each with its SQL."""
    home = places.raw_dir / SURVEY
    home.mkdir(parents=True)
    (home / "survey.yml").write_text(json.dumps(CODEBOOK), encoding="utf-8")  # which is YAML too
    header = ("weight", "stratum", "sampling_unit", *SHARES)
    lines = [",".join(str(value) for value in line) for line in (header, *records)]
    (home / "records.csv").write_text("\n".join(lines), encoding="utf-8")
    folder = read_survey_folder(places.raw_dir, SURVEY)
    places.work_dir(SURVEY).mkdir(parents=True)
    for write in (write_codebook, write_records):
        connection = open_warehouse(places.work_database(SURVEY))
        write(connection, folder)
        connection.close()
    results = [result for step in ("tallies", "marts") for result in dbt_project.build(places, SURVEY, step)]
    failed = [result for result in results if not result.passed]
    if failed:
        raise SystemExit("\n".join(f"{result.name}: {result.message or result.failures}" for result in failed))
    parents = dbt_project.manifest_json()["parent_map"]
    needed, ahead = set(), [next(one.unique_id for one in results if one.name == "intervals")]
    while ahead:
        needed.add(ahead[-1])
        ahead += [parent for parent in parents.get(ahead.pop(), []) if parent not in needed]
    nodes = dbt_project.manifest_json()["nodes"]
    return [
        (f"{nodes[result.unique_id]['schema']}.{result.name}", result.sql)
        for result in results
        if not result.is_test and result.unique_id in needed
    ]


def rebuild(connection: duckdb.DuckDBPyConnection, records: list[Record], tables: list[tuple[str, str]]) -> None:
    """Put another sample in the place of the last one, and its tables too."""
    names = ("weight", "stratum", "sampling_unit", *SHARES)
    columns = ", ".join(f"unnest(${name}) AS {name}" for name in names)
    by_name = dict(zip(names, (list(values) for values in zip(*records, strict=True)), strict=True))
    connection.execute("TRUNCATE records.records")
    connection.execute(f"INSERT INTO records.records BY NAME SELECT {columns}", by_name)
    for table, query in tables:
        connection.execute(f"CREATE OR REPLACE TABLE {table} AS {query}")


def main() -> None:
    """Draw the samples, count the intervals that hold the true share, and print the counts."""
    import numpy as np

    from dagster_project.sql_functions import FUNCTIONS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--quick", action="store_true", help="whether it runs, with numbers that mean nothing")
    arguments = parser.parse_args()
    samples = 2 if arguments.quick else arguments.samples
    random = np.random.default_rng(SEED)
    clusters = population(random)
    people = np.concatenate([cluster.answers for cluster in clusters])
    true = dict(zip(SHARES, people.mean(axis=0), strict=True))
    print(
        f"{len(people):,} people in {len(clusters)} clusters; true shares "
        + ", ".join(f"{share:.4f}" for share in true.values())
    )
    counts: dict[tuple[str, str], list[int]] = {}  # of a method and question: intervals that hold, below, above, none
    deffs: dict[str, list[float]] = {name: [] for name in SHARES}
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        places = Places(Path(folder) / "raw", Path(folder) / "output")
        tables = first_build(places, list(sample(clusters, random)))
        connection = open_warehouse(places.work_database(SURVEY))
        for function, parameters, returns in FUNCTIONS:
            connection.create_function(function.__name__, function, list(parameters), returns)
        for number in range(samples):
            rebuild(connection, list(sample(clusters, random)), tables)
            for question, method, low, high in connection.execute(
                "SELECT question, method, low, high FROM marts.intervals WHERE answer = '1' AND "
                "coalesce(not_computed, '') <> 'for a sample without weights and design only'"
            ).fetchall():
                count = counts.setdefault((method, question), [0, 0, 0, 0])
                which = 3 if low is None else 1 if true[question] > high else 2 if true[question] < low else 0
                count[which] += 1
            for question, deff in connection.execute(
                "SELECT question, deff FROM marts.estimates WHERE answer = '1' AND deff IS NOT NULL"
            ).fetchall():
                deffs[question].append(deff)
            if number % 100 == 99:
                print(f"{number + 1} samples, {time.perf_counter() - started:.0f} s", flush=True)
        connection.close()
    print("mean design effects: " + ", ".join(f"{name} {np.mean(found):.2f}" for name, found in deffs.items()))
    print("in %: the interval holds the true share, lies below it, above it, is not computed")
    print(f"{'method':18}{'share':>8}{'holds':>8}{'below':>8}{'above':>8}{'none':>8}")
    for (method, question), count in sorted(counts.items()):
        print(f"{method:18}{true[question]:8.3f}" + "".join(f"{100 * one / samples:8.1f}" for one in count))
    worst = max(counts, key=lambda key: abs(counts[key][0] / samples - 0.95))
    print(
        f"farthest from 95 %: {worst[0]} at a share of {true[worst[1]]:.3f}, {100 * counts[worst][0] / samples:.1f} %"
    )


if __name__ == "__main__":
    main()
