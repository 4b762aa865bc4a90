"""What a run shows in a terminal: where it is, while it runs, and what a person reads of it afterwards."""

from __future__ import annotations

import io
import os
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from dagster_project.places import Places
from dagster_project.printed import printable, wrapped

if TYPE_CHECKING:
    from dagster_project.defs.run import SurveyRun
    from dagster_project.ingest.proposal import Proposed

MOST_REASONS = 5  # printed of a run; the tables hold them all
HANGING = 4


@contextmanager
def console() -> Iterator[Console]:
    """A console on a descriptor of its own: Dagster takes those of the process while a step runs."""
    try:
        descriptor = os.dup(sys.stdout.fileno())
    except (AttributeError, io.UnsupportedOperation):  # the output is no file, as under a test
        yield Console(highlight=False)
        return
    sys.stdout.flush()
    with os.fdopen(descriptor, "w", encoding=sys.stdout.encoding, errors=sys.stdout.errors, buffering=1) as output:
        yield Console(file=output, highlight=False)


@contextmanager
def progress(console: Console, surveys: Sequence[str]) -> Iterator[Callable[[str, str], None]]:
    """A live line on a terminal: which survey of how many, its step, the time so far. Elsewhere a line a step."""
    if not console.is_terminal:
        yield lambda survey, step: console.print(f"{survey}: {_words(step)}", soft_wrap=True)
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    line = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True
    )
    with line:
        task = line.add_task("loading Dagster and dbt")
        many = len(surveys)

        def tell(survey: str, step: str) -> None:
            which = f"{surveys.index(survey) + 1} of {many}  " if many > 1 else ""
            line.update(task, description=f"{which}{survey}: {_words(step)}")

        yield tell


def print_results(console: Console, places: Places, results: Sequence[SurveyRun]) -> None:
    """A table of the surveys, then of each what a person has to know, and where its report is."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("Survey", overflow="fold", min_width=min(24, max(len(result.survey) for result in results)))
    table.add_column("Result")
    for name in ("Records", "Rejects", "Checks failed", "Impossible"):
        table.add_column(name, justify="right")
    for result in results:
        table.add_row(
            result.survey,
            Text("released", "green") if result.succeeded else Text("failed", "red"),
            _number(result.records),
            _number(result.rejects),
            _of(len(result.failed_checks), result.checks),
            f"{_of(result.impossible, result.figures)} figures" if result.figures else "",
        )
    console.print()
    console.print(table, soft_wrap=not console.is_terminal)
    for result in results:
        console.print()
        console.print(f"[bold]{escape(result.survey)}[/bold]")
        for line in _lines(result, places):
            _print(console, line)
        for told in result.contradictions:
            _print(console, f"{told.finding}: {told.statement} ({_report(result, places).name}#{told.finding})")
        for name, path in _paths(result, places):
            # a path is one word, however long: broken by a terminal, and not by us, it can still be copied
            console.print(f"  {name}: {escape(str(path))}", soft_wrap=True)


def print_proposal(console: Console, made: Proposed) -> None:
    """What was found, column by column, with what speaks for it, and what is open."""
    proposal = made.proposal
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("Column", "Is", "What stands there", "Because"):
        table.add_column(name, overflow="fold", max_width=48)
    for row in proposal.found():
        table.add_row(*(escape(printable(cell)) for cell in row))
    console.print(table)
    for note in [*proposal.notes, *proposal.roles.notes]:
        print(printable(f"Note: {note}."))
    is_open = proposal.open_questions()
    print(f"{made.folder}: survey.yml says what was decided, and why.{' Open in it:' if is_open else ''}")
    for question in is_open:
        print(printable(f"  - {question}"))
    print(f"Look through it, then:\n  basecheck run {made.folder.name}")


def _print(console: Console, line: str) -> None:
    """A line, on a terminal wrapped at words under its own beginning; elsewhere as it is."""
    text = f"  {printable(line)}"
    if console.is_terminal:
        text = wrapped(text, indent=" " * HANGING, width=console.width)
    console.print(escape(text), soft_wrap=True)


def _lines(result: SurveyRun, places: Places) -> Iterator[str]:
    """What a person has to know of one survey's run."""
    if result.mend:
        yield f"To mend: {result.mend}"
    for message in result.broken:
        yield f"Broken: {message}"
    for check in result.failed_checks:
        word = "Failed" if check.is_error else "Warning"
        named = f": {textwrap.shorten(check.failing, 120, placeholder=' …')}" if check.failing else ""
        yield f"{word}: {check.check} of {check.asset}: {check.observed}{named}"
    yield from _reasons(result, places)
    if result.figures:
        yield f"Published figures: {result.verdicts}."
    if not result.succeeded and not _report(result, places).exists():
        yield "Nothing was released."


def _paths(result: SurveyRun, places: Places) -> Iterator[tuple[str, str]]:
    """Where the report is that a person opens next, and what it is."""
    report = _report(result, places)
    if result.succeeded:
        yield "Report", str(report)
    elif report.exists():
        yield "Nothing was released; the last release stays", str(report)


def _report(result: SurveyRun, places: Places) -> Path:
    return places.releases_dir / result.survey / "latest" / "report.html"


def _reasons(result: SurveyRun, places: Places) -> Iterator[str]:
    """Why lines were rejected or answers set aside, the most frequent first, and where all of them are."""
    for reason in result.reasons[:MOST_REASONS]:
        lines = f"{reason['lines']:,} line{'s' * (reason['lines'] > 1)}"
        column = f"{reason['column_name']}: " if reason["column_name"] else ""
        where = f"first on line {reason['first_line']} of {reason['first_file']}"
        yield f"{lines} made {reason['becomes']}: {column}{reason['reason']} ({where})"
    if len(result.reasons) > MOST_REASONS:
        yield f"{len(result.reasons) - MOST_REASONS:,} further reasons are in raw.reasons."
    if result.reasons:
        yield f"Line by line: raw.rejects and raw.set_aside in {places.work_database(result.survey)}"


def _words(step: str) -> str:
    return step.removeprefix("dbt_").replace("_gate", ": checks").replace("_", " ")


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _of(part: int, whole: int | None) -> str:
    return f"{part:,} of {whole:,}" if whole else ""
