"""Whether the same records give the same marts, to the last digit and row, however many threads DuckDB has.

The survey is that of benchmarks/ten_million.py, with fewer records: enough for several threads to share a scan and to
meet in another order each time. `python -m benchmarks.same_every_time` runs it; with --quick there are 500 records and
three runs.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import ten_million
from dagster_project.defs import dbt_project
from dagster_project.places import Places
from dagster_project.warehouse import open_warehouse

THREADS = (1, 2, 4)


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


def marts(places: Places, threads: int) -> dict[str, str]:
    """Builds tallies and marts, and gives for each mart a hash of its rows in their order."""
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
    """Build again and again, and print how many results each mart had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=300_000)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="whether it runs, with numbers that mean little")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.records, arguments.runs = 500, 3
    results: dict[str, set[str]] = defaultdict(set)
    with tempfile.TemporaryDirectory() as folder:
        places = Places(Path(folder) / "raw", Path(folder) / "output")
        ten_million.make(places, arguments.records)
        for threads in islice(cycle(THREADS), arguments.runs):
            for mart, found in marts(places, threads).items():
                results[mart].add(found)
            print(f"{threads} threads: at most {max(map(len, results.values()))} results for a mart", flush=True)
    for mart, different in results.items():
        print(f"{mart:16} {len(different)} results in {arguments.runs} runs of {arguments.records:,} records")


if __name__ == "__main__":
    main()
