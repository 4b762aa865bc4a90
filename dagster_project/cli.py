"""The `basecheck` command: what people type. Each command calls a room and prints; what is heavy is imported inside."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dagster_project.collector import held_to_the_end
from dagster_project.errors import InputError
from dagster_project.places import Places
from dagster_project.printed import printable, wrapped
from dagster_project.stopping import Came, Stopped, stoppable

if TYPE_CHECKING:
    from rich.console import Console

    from dagster_project.claims.answer import Reply
    from dagster_project.defs.run import SurveyRun

COMPLETING = "_BASECHECK_COMPLETE"  # set by a shell that asks what could follow
OK, GATE_FAILED, WRONG_INPUT, CONDITIONAL = 0, 1, 2, 3
DIFFERENT = 1
LEAVES_WITH = {"impossible": GATE_FAILED, "undecided": GATE_FAILED, "conditional": CONDITIONAL}
COLOURS = {"impossible": "red", "undecided": "yellow", "conditional": "yellow", "possible": "green"}

app = typer.Typer(
    no_args_is_help=True,
    add_completion=COMPLETING in os.environ,  # its options cost every command some hundredths of a second
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Survey records to audited tables, and a verdict on every published figure.",
    epilog="""Examples:

    basecheck claim "96 of about 150 is 42%"

    basecheck new my_survey --from answers.csv

    basecheck run my_survey

    basecheck open my_survey""",
)


def _names(typed: str) -> list[str]:
    """The surveys that a shell may complete what was typed to."""
    from dagster_project.codebook import survey_names

    return [name for name in survey_names(Places.from_environment().raw_dir) if name.startswith(typed)]


Surveys = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SURVEY]...", help="Folders of data/raw; all if none.", autocompletion=_names),
]


@app.callback(invoke_without_command=True)
def basecheck(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Survey records to audited tables, and a verdict on every published figure."""
    if version:
        from importlib.metadata import version as installed

        print(f"basecheck {installed('basecheck')}")
        raise typer.Exit


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
    from dagster_project import terminal

    places = Places.from_environment()
    names = _chosen(places, surveys)
    results: list[SurveyRun] = []
    readable = [name for name in names if _readable(places, name, results)]
    with terminal.console() as console:
        try:
            with stoppable("The run") as came:
                if readable:
                    results.extend(_runs(console, places, readable, strict, audit_seconds, came))
        finally:
            if results:
                results.sort(key=lambda result: names.index(result.survey))
                terminal.print_results(console, places, results)
    if any(result.mend for result in results):
        raise typer.Exit(WRONG_INPUT)
    if not all(result.succeeded for result in results):
        raise typer.Exit(GATE_FAILED)


@app.command("open")
def open_report(
    survey: Annotated[
        str | None, typer.Argument(help="A survey that was released; all releases if none.", autocompletion=_names)
    ] = None,
) -> None:
    """Open a survey's latest report in the browser, or the index of all releases."""
    import webbrowser

    releases = Places.from_environment().releases_dir
    page = releases / survey / "latest" / "report.html" if survey else releases / "index.html"
    if not page.is_file():
        what = f"{survey} was not released yet; `basecheck run {survey}`" if survey else "nothing was released yet"
        raise InputError(f"{page}: {what}.")
    if not webbrowser.open(page.as_uri()):
        print("No browser was found; this is the page:")
    print(page)


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
    title: Annotated[str | None, typer.Option(help="The survey's name.")] = None,
    made_by: Annotated[str | None, typer.Option("--source", help="Who made it.")] = None,
    licence: Annotated[str | None, typer.Option(help="Under which licence the records may be used.")] = None,
    universe: Annotated[str | None, typer.Option(help="Who the survey is about.")] = None,
    weight: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column of the weights, or none.")] = None,
    missing: Annotated[
        list[str] | None,
        typer.Option(metavar="[COLUMN:]CODE=KIND", help="dont_know, refused, not_asked, no_answer or answer."),
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Of a text file: cp932, cp1252, …")] = None,
    delimiter: Annotated[str | None, typer.Option(help="Of a text file: one sign, or whitespace.")] = None,
    decimal_mark: Annotated[str | None, typer.Option(metavar="SIGN", help="A point or a comma.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Of a workbook: the sheet with the records.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; what is open stays open.")] = False,
) -> None:
    """Make a survey's folder from a record file, with a survey.yml that says what was decided and what is open."""
    from dagster_project import terminal
    from dagster_project.ingest import Said, propose
    from dagster_project.ingest.proposal.written import FACTS

    facts = {name: text for name, text in zip(FACTS, (title, made_by, licence, universe), strict=True) if text}
    if not yes:
        facts |= _asked({name: meaning for name, meaning in FACTS.items() if name not in facts})
    given = {"encoding": encoding, "delimiter": delimiter, "decimal_mark": decimal_mark, "sheet": sheet}
    options = {name: value for name, value in given.items() if value}
    said = Said(facts, weight, _kinds(missing or []), options)
    made = propose(Places.from_environment().raw_dir, survey, source, said)
    with terminal.console() as console:
        terminal.print_proposal(console, made)


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


class Shell(StrEnum):
    """The shells that complete commands."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


@app.command()
def completion(shell: Annotated[Shell, typer.Argument(help="The shell that you type in.")]) -> None:
    """Print what makes a shell complete commands and surveys: eval "$(basecheck completion bash)"."""
    from typer.completion import get_completion_script  # type: ignore[attr-defined]  # what typer's own option prints

    print(get_completion_script(prog_name="basecheck", complete_var=COMPLETING, shell=shell.value))


def main() -> None:
    """The console script: an `InputError` becomes a line on the error stream and exit code 2."""
    try:
        app()
    except InputError as error:
        message, code = printable(str(error)), WRONG_INPUT
    except Stopped as stop:
        message, code = str(stop), stop.exit_code
    else:
        return
    # outside of what was raised, which would keep connections open to the very end, and DuckDB would tell of them
    told = f"basecheck: {message}"
    print(wrapped(told) if sys.stderr.isatty() else told, file=sys.stderr)
    sys.exit(code)


def _kinds(said: Sequence[str]) -> dict[str, str]:
    """What `--missing` says, code by code."""
    from dagster_project.ingest.proposal.missing_codes import KINDS

    kinds: dict[str, str] = {}
    for one in said:
        code, _, kind = one.rpartition("=")
        if not code or kind not in KINDS:
            raise InputError(f"--missing {one}: write 98=KIND or column:98=KIND; KIND is {', '.join(KINDS)}.")
        kinds[code] = kind
    return kinds


def _asked(facts: Mapping[str, str]) -> dict[str, str]:
    """What a person answers on a terminal; what is left blank, and all elsewhere, stays open."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return {}
    answers = {
        name: typer.prompt(f"{name} ({meaning})", default="", show_default=False) for name, meaning in facts.items()
    }
    return {name: answer for name, answer in answers.items() if answer}


def _print_answer(answer: Reply) -> None:
    """The verdict on a line of its own, then why, then what would mend it, wrapped at words."""
    typer.secho(wrapped(answer.headline), fg=COLOURS.get(answer.verdict), bold=True)
    print(wrapped(answer.message))
    for repair in answer.repairs:
        print(wrapped(f"- {repair}", indent="  "))


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
    from dagster_project.terminal import progress

    prepare_home(places)
    with progress(console, surveys) as tell:
        with held_to_the_end("imports"):
            from dagster_project.claims import SECONDS
            from dagster_project.defs.run import run_surveys

        seconds = audit_seconds or SECONDS
        yield from run_surveys(places, surveys, strict=strict, audit_seconds=seconds, tell=tell, came=came)


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
