"""How many wrong percentages the joint audit finds in tables that were really printed, and whether it says which.

For each question of the Reuters Corporate Survey whose figures can stand together, every printed percentage is made
wrong in turn, 3 points up and 3 points down where that stays within 0 to 100, and all figures of the question are
audited together. Counted are the wrong percentages that were found, those that stand in a repair of least weight, and
those that are the only repair there is. Run as

    .venv/bin/python benchmarks/planted_errors.py [QUESTION ...]

With --quick only the first percentage of the first question is made wrong.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from statistics import median

import duckdb

from dagster_project.audit.publication import Publication, read_publication
from dagster_project.claims import Audit, Claim, Finding, Kind, Repair, Severity, audit_claims, parse_figure
from dagster_project.claims.decide.components import components
from dagster_project.codebook import read_survey_folder
from dagster_project.ingest import write_claims, write_codebook
from dagster_project.places import PROJECT_DIR

SURVEY = "reuters_corporate_survey"
OFF_BY = 3


@dataclass(frozen=True)
class Planted:
    """What the audit said of one wrong percentage."""

    wave: str
    claim: str
    printed: str
    wrong: str
    found: bool
    undecided: bool
    in_a_repair: bool
    only_repair: bool
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help="all if none is named")
    parser.add_argument("--quick", action="store_true", help="whether it runs, with numbers that mean nothing")
    arguments = parser.parse_args()
    published = _published()
    results: list[Planted] = []
    for claims in components(published.claims, {question.id: question for question in published.questions}):
        question = next(claim.cell.question for claim in claims if claim.kind is Kind.PERCENTAGE)
        if arguments.questions and question not in arguments.questions:
            continue
        if _contradicted(audit_claims(claims, published.questions, names=published.names)):
            print(f"{question}: cannot be as it is printed, left out", flush=True)
            continue
        found = list(islice(_planted(claims, published), 2 if arguments.quick else None))
        results += found
        print(f"{question}: {_row(found)}", flush=True)
        for one in found:
            if not (one.found and one.in_a_repair):
                print(f"    {one.claim}: {one.printed} made {one.wrong}: {_why(one)}", flush=True)
        if arguments.quick:
            break
    _print_table(results)


def _published() -> Publication:
    with duckdb.connect() as connection:
        folder = read_survey_folder(PROJECT_DIR / "data" / "raw", SURVEY)
        write_codebook(connection, folder)
        write_claims(connection, folder)
        return read_publication(connection)


def _planted(claims: Sequence[Claim], published: Publication) -> Iterator[Planted]:
    for at, claim in enumerate(claims):
        if claim.kind is not Kind.PERCENTAGE or claim.figure.value is None:
            continue
        for wrong in (claim.figure.value + OFF_BY, claim.figure.value - OFF_BY):
            if 0 <= wrong <= 100:
                yield _plant(claims, at, wrong, published)


def _plant(claims: Sequence[Claim], at: int, wrong: Fraction, published: Publication) -> Planted:
    true = claims[at]
    text = f"{int(wrong)}%"
    spoilt = [*claims[:at], replace(true, figure=parse_figure(text, Kind.PERCENTAGE)), *claims[at + 1 :]]
    start = time.perf_counter()
    audit = audit_claims(spoilt, published.questions, names=published.names)
    seconds = time.perf_counter() - start
    least = [repair for one in _contradicted(audit) for repair in _of_least_weight(one)]
    every = [_changed(repair) for one in _contradicted(audit) for repair in one.repairs]
    return Planted(
        wave=true.cell.wave or "",
        claim=true.id,
        printed=true.figure.text,
        wrong=text,
        found=bool(_contradicted(audit)),
        undecided=any(one.severity is Severity.UNDECIDED for one in audit.findings),
        in_a_repair=any(true.id in repair for repair in least),
        only_repair=every == [{true.id}],
        seconds=seconds,
    )


def _contradicted(audit: Audit) -> list[Finding]:
    return [one for one in audit.findings if one.severity.is_contradicted]


def _of_least_weight(finding: Finding) -> list[set[str]]:
    """The claims of each repair that takes the least trust."""
    least = min((repair.weight for repair in finding.repairs), default=0)
    return [_changed(repair) for repair in finding.repairs if repair.weight == least]


def _changed(repair: Repair) -> set[str]:
    return {claim for one in repair.figures for claim in one.claims}


def _why(one: Planted) -> str:
    if one.undecided:
        return "undecided within the time limit"
    return "in no repair of least weight" if one.found else "not found, the wrong figures can stand together as well"


def _row(found: Sequence[Planted]) -> str:
    times = [one.seconds for one in found]
    counts = (len(found), _count(o.found for o in found), _count(o.in_a_repair for o in found))
    only = _count(one.only_repair for one in found)
    return " | ".join([*(f"{count:,}" for count in (*counts, only)), f"{median(times):.2f} | {max(times):.1f}"])


def _count(of: Iterable[bool]) -> int:
    return sum(of)


def _print_table(results: Sequence[Planted]) -> None:
    by_wave: dict[str, list[Planted]] = defaultdict(list)
    for one in results:
        by_wave[one.wave].append(one)
    print("\n| poll | planted | found | in a repair of least weight | the only repair | median s | worst s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for wave, found in by_wave.items():
        print(f"| {wave} | {_row(found)} |")
    print(f"| all | {_row(results)} |")


if __name__ == "__main__":
    main()
