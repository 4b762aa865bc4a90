"""From claims.yml to a record file: numbers that meet the claims, people with these numbers, and a last recount."""

from __future__ import annotations

import time
from pathlib import Path

from dagster_project.claims.decide.lots import CrossingError
from dagster_project.claims.decide.respondents import Filled, Respondents
from dagster_project.claims.decide.settled import ImpossibleError
from dagster_project.claims.decide.system import UndecidedError
from dagster_project.codebook import DESIGN_COLUMNS, Provenance, Records, SurveyFolder
from dagster_project.errors import InputError
from dagster_project.ingest.reconstruction.dealing import deal
from dagster_project.ingest.reconstruction.records import as_csv, read_csv
from dagster_project.ingest.reconstruction.recount import is_met
from dagster_project.ingest.reconstruction.said import Demands, read_what_is_said
from dagster_project.ingest.reconstruction.unmet import why_not

SECONDS = 60.0  # to find an example


def reconstruct(folder: SurveyFolder) -> Path:
    """Write the survey's one record file anew from its claims, and return its path.

    The claims are taken in the first reading that claims.yml declares, or else as printed. Raises `InputError` where
    the codebook does not say `reconstructed`, where the claims name no number of respondents, or where they cannot
    all be met.
    """
    _check_provenance(folder)
    records, said = _file_to_make(folder), read_what_is_said(folder)
    text = as_csv(folder.codebook, records, deal(folder.survey, _example(folder, said), said.questions))
    people = list(read_csv(folder.codebook, records, text, said.questions))
    questions = {question.id: question for question in said.questions}
    unmet = [claim.id for claim in said.claims if not is_met(claim, people, questions, folder.codebook.asked_exactly)]
    if unmet:
        raise InputError(f"{folder.folder}/claims.yml: the records made up do not give {', '.join(unmet)}.")
    path = folder.folder / records.files[0]
    try:
        path.write_bytes(text.encode(records.encoding))
    except UnicodeEncodeError as error:
        raise InputError(
            f"{folder.folder}: {error.object[error.start]!r} cannot be written in {records.encoding}; "
            "set records.encoding: utf-8 in survey.yml."
        ) from error
    return path


def _check_provenance(folder: SurveyFolder) -> None:
    provenance = folder.codebook.provenance
    if provenance is Provenance.published:
        raise InputError(
            f"{folder.folder}: this survey has no records, only published figures; to make some up, write in "
            "survey.yml `provenance: reconstructed`, a provenance_note, and the file to make under records."
        )
    if provenance is not Provenance.reconstructed:
        raise InputError(
            f"{folder.folder}: its provenance is {provenance}; only records that survey.yml calls reconstructed "
            "are ever made up."
        )


def _file_to_make(folder: SurveyFolder) -> Records:
    book = folder.codebook
    if book.records is None or len(book.records.files) != 1 or not book.records.files[0].endswith(".csv"):
        raise InputError(f"{folder.folder}: a reconstruction is one CSV file; name one under records.files.")
    design = [field for field in DESIGN_COLUMNS if field not in ("respondent", "wave")]
    if book.weighting or any(getattr(book, field) for field in design):
        raise InputError("a reconstruction has no weights, sample design or dispositions; take them out of survey.yml.")
    return book.records


def _example(folder: SurveyFolder, said: Demands) -> list[Filled]:
    """How many respondents of each kind meet the claims."""
    place = f"{folder.folder}/claims.yml"
    try:
        respondents = Respondents(
            said.claims,
            said.questions,
            said.orders,
            waves=said.waves,
            asked=folder.codebook.asked_exactly,
            none=said.none,
        )
        return respondents.example(time.monotonic() + SECONDS)
    except CrossingError as error:
        raise InputError(f"{place}: {error} for a reconstruction; take some out while the records are made.") from None
    except UndecidedError:
        raise InputError(
            f"{place}: whether records can meet all claims was not decided in {SECONDS:g} seconds; take some out while "
            "the records are made."
        ) from None
    except ImpossibleError as error:
        raise InputError(f"{place}: {why_not(folder.survey, error, folder.codebook.asked_exactly)}") from None
