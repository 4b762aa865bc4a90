"""The `basecheck` command: what people type. Each command calls a room and prints; what is heavy is imported inside."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dagster_project.collector import held_to_the_end
from dagster_project.errors import InputError
from dagster_project.places import Places
from dagster_project.stopping import Came, Stopped, stoppable

if TYPE_CHECKING:
    from rich.console import Console

    from dagster_project.claims.answer import Reply
    from dagster_project.defs.run import SurveyRun

OK, GATE_FAILED, WRONG_INPUT, CONDITIONAL = 0, 1, 2, 3
DIFFERENT = 1
LEAVES_WITH = {"impossible": GATE_FAILED, "undecided": GATE_FAILED, "conditional": CONDITIONAL}
MOST_REASONS = 5  # printed of a run; the tables hold them all
COLOURS = {"impossible": "red", "undecided": "yellow", "conditional": "yellow", "possible": "green"}

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Survey records to audited tables, and a verdict on every published figure.",
)
Surveys = Annotated[list[str] | None, typer.Argument(metavar="[SURVEY]...", help="Folders of data/raw; all if none.")]


@app.command()
def run(
    surveys: Surveys = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="A published figure that is not possible, or not surely, fails the run."),
    ] = False,
    audit_seconds: Annotated[
        float | None,
        typer.Option(
            min=0.001,
            metavar="SECONDS",
            help="How long figures that hang together may take; then they are undecided (30).",
        ),
    ] = None,
) -> None:
    """Run surveys from their folders to their releases."""
    places = Places.from_environment()
    names = _chosen(places, surveys)
    console = _console()
    results: list[SurveyRun] = []
    readable = [name for name in names if _readable(places, name, results)]
    try:
        with stoppable("The run") as came:
            if readable:
                results.extend(_runs(console, places, readable, strict, audit_seconds, came))
    finally:
        if results:
            results.sort(key=lambda result: names.index(result.survey))
            _print_results(console, places, results)
    if any(result.mend for result in results):
        raise typer.Exit(WRONG_INPUT)
    if not all(result.succeeded for result in results):
        raise typer.Exit(GATE_FAILED)


@app.command()
def claim(
    text: Annotated[
        str,
        typer.Argument(help='Figures in a sentence: "96 of about 150 is 42%"; a table; - reads standard input.'),
    ],
    rounding: Annotated[
        str, typer.Option(metavar="RULE", help="How percentages were rounded; a half either way, if not given.")
    ] = "either_half",
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
) -> None:
    """Say at once whether figures can stand together; without any records."""
    from dagster_project.claims.answer import answer_claim

    try:
        answer = answer_claim(sys.stdin.read() if text == "-" else text, rounding)
    except ValueError as error:
        raise InputError(str(error)) from error
    if as_json:
        print(json.dumps(answer.as_dict(), ensure_ascii=False, indent=2))
    else:
        _print_answer(answer)
    raise typer.Exit(LEAVES_WITH.get(answer.verdict, OK))


@app.command()
def new(
    survey: Annotated[str, typer.Argument(help="The new survey's name: small letters, digits and _.")],
    source: Annotated[Path, typer.Option("--from", help="A file of records; docs/survey.md lists the formats.")],
) -> None:
    """Make a survey's folder from a record file, with a survey.yml to complete."""
    from dagster_project.ingest import propose

    folder = propose(Places.from_environment().raw_dir, survey, source)
    print(f"{folder}: look through survey.yml, where every guess and every gap is marked with TODO, then:")
    print(f"  basecheck run {survey}")


@app.command()
def reconstruct(survey: Annotated[str, typer.Argument(help="A survey whose records are not public.")]) -> None:
    """Make up records that meet every published figure, for a survey that says its records are reconstructed."""
    from dagster_project.codebook import read_survey_folder
    from dagster_project.ingest import reconstruct as reconstruct_records

    path = reconstruct_records(read_survey_folder(Places.from_environment().raw_dir, survey))
    print(f"{path}: written anew from the published figures. These records are a reconstruction, not data.")


@app.command()
def sql(
    surveys: Surveys = None,
    statement: Annotated[
        str | None, typer.Option("--command", "-c", help="One statement, instead of a prompt.")
    ] = None,
) -> None:
    """Query the latest releases, read-only: each survey is a database of its own, as nhanes2.marts.toplines."""
    from dagster_project.release.query import open_releases, prompt

    places = Places.from_environment()
    with open_releases(places.releases_dir, surveys or []) as connection:
        if statement is not None:
            prompt(connection, iter([statement]))
        else:
            prompt(connection, _typed())


@app.command()
def verify(
    release: Annotated[str, typer.Argument(help="A survey, for its latest release; or a release's name or folder.")],
    against: Annotated[
        str, typer.Option("--against", metavar="RELEASE", help="Another release of the survey: by name or folder.")
    ],
) -> None:
    """Say what differs between two releases of a survey: inputs, tables row by row, files."""
    from dagster_project.defs.declared import declared_tables
    from dagster_project.release import compare, find_release

    places = Places.from_environment()
    here = find_release(places.releases_dir, release)
    there = find_release(places.releases_dir, against, here.parent.name)
    found = compare(here, there, declared_tables())
    print(f"here:  {here}\nthere: {there}\nTimes and the releases' names are set aside.")
    for title, lines in (("Inputs", found.inputs), ("Tables", found.tables), ("Files", found.files)):
        print(f"{title}: {'differ' if lines else 'the same'}")
        for line in lines:
            print(f"  {line}")
    raise typer.Exit(OK if found.are_same else DIFFERENT)


def main() -> None:
    """The console script: an `InputError` becomes a line on the error stream and exit code 2."""
    try:
        app()
    except InputError as error:
        told = f"basecheck: {_printable(str(error))}"
        print(_wrapped(told) if sys.stderr.isatty() else told, file=sys.stderr)
        sys.exit(WRONG_INPUT)
    except Stopped as stop:
        print(f"basecheck: {stop}", file=sys.stderr)
        sys.exit(stop.exit_code)


def _print_answer(answer: Reply) -> None:
    """The verdict on a line of its own, then why, then what would mend it, wrapped at words."""
    typer.secho(_wrapped(answer.headline), fg=COLOURS.get(answer.verdict), bold=True)
    print(_wrapped(answer.message))
    for repair in answer.repairs:
        print(_wrapped(f"- {repair}", indent="  "))


def _wrapped(text: str, indent: str = "") -> str:
    """Lines as wide as the terminal, or of 80 characters; only a word that is longer by itself goes over."""
    return textwrap.fill(
        text,
        shutil.get_terminal_size().columns,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _chosen(places: Places, surveys: Sequence[str] | None) -> list[str]:
    from dagster_project.codebook import survey_names

    names = survey_names(places.raw_dir)
    if not names:
        raise InputError(
            f"{places.raw_dir}: no survey here. A survey is a folder with a survey.yml and record files; "
            "`basecheck new` makes one."
        )
    for survey in surveys or []:
        if survey not in names:
            raise InputError(f"{places.raw_dir / survey}: there is no such survey (folders found: {', '.join(names)}).")
    return list(dict.fromkeys(surveys)) if surveys else names


def _readable(places: Places, survey: str, results: list[SurveyRun]) -> bool:
    """Whether the folder can be read; what cannot is told at once, without starting anything for it."""
    from dagster_project.codebook import read_survey_folder

    try:
        read_survey_folder(places.raw_dir, survey)
    except InputError as error:
        from dagster_project.defs.run import SurveyRun

        results.append(SurveyRun(survey, succeeded=False, mend=str(error)))
        return False
    return True


def _runs(
    console: Console, places: Places, surveys: Sequence[str], strict: bool, audit_seconds: float | None, came: Came
) -> Iterator[SurveyRun]:
    """What becomes of each survey, told on the way."""
    from dagster_project.defs.home import prepare_home

    prepare_home(places)
    console.print("Loading Dagster and dbt …")
    with _progress(console) as tell:
        with held_to_the_end("imports"):
            from dagster_project.claims import SECONDS
            from dagster_project.defs.run import run_surveys

        seconds = audit_seconds or SECONDS
        yield from run_surveys(places, surveys, strict=strict, audit_seconds=seconds, tell=tell, came=came)


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[str, str], None]]:
    """A live line on a terminal, a line per step elsewhere."""
    if not console.is_terminal:
        yield lambda survey, step: console.print(f"{survey}: {_words(step)}")
        return
    with console.status("") as status:
        yield lambda survey, step: status.update(f"{survey}: {_words(step)} …")


def _words(step: str) -> str:
    return step.removeprefix("dbt_").replace("_gate", ": checks").replace("_", " ")


def _print_results(console: Console, places: Places, results: Sequence[SurveyRun]) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("Survey", min_width=max(len(result.survey) for result in results))
    table.add_column("Result")
    for name in ("Records", "Rejects", "Checks failed", "Impossible"):
        table.add_column(name, justify="right")
    for result in results:
        table.add_row(
            result.survey,
            "released" if result.succeeded else "failed",
            _number(result.records),
            _number(result.rejects),
            _of(len(result.failed_checks), result.checks),
            f"{_of(result.impossible, result.figures)} figures" if result.figures else "",
        )
    console.print()
    console.print(table)
    for result in results:
        console.print()
        console.print(f"[bold]{result.survey}[/bold]")
        for line in _lines(result, places):
            console.print(f"  {escape(_printable(line))}")


def _lines(result: SurveyRun, places: Places) -> Iterator[str]:
    """What a person has to know of one survey's run, and where its report is."""
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
    yield from result.contradictions
    report = places.releases_dir / result.survey / "latest" / "report.html"
    if result.succeeded:
        yield f"Report: {report}"
    elif report.exists():
        yield f"Nothing was released; the last release stays: {report}"
    else:
        yield "Nothing was released."


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


def _printable(text: str) -> str:
    """Text of somebody's file, as a terminal may get it: signs that steer it, or turn the text, by their names."""
    return "".join(sign if sign.isprintable() or sign in "\n " else repr(sign)[1:-1] for sign in text)


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _of(part: int, whole: int | None) -> str:
    return f"{part:,} of {whole:,}" if whole else ""


def _typed() -> Iterator[str]:
    """Statements as a person types them, each ended by a semicolon; an empty line or the end of input ends."""
    lines: list[str] = []
    while True:
        try:
            line = input("      -> " if lines else "basecheck> ")
        except EOFError:
            return
        if not line.strip() and not lines:
            return
        lines.append(line)
        if line.rstrip().endswith(";"):
            yield "\n".join(lines)
            lines = []


if __name__ == "__main__":
    main()
