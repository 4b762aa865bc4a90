"""Records made up so that they meet every published figure, for a survey whose own records are not public.

They prove that a reading is possible and let the pipeline run on it; they are no data. Everything is counted out from
claims.yml and spread over the respondents by a fixed rule, so the same files always give the same records.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from dagster_project.claims import BaseRule, Figure, Kind, counts_possible, parse_figure
from dagster_project.codebook import (
    DESIGN_COLUMNS,
    ClaimEntry,
    Codebook,
    Provenance,
    Question,
    Records,
    SurveyFolder,
)
from dagster_project.errors import InputError

Answers = list[list[str]]  # per respondent the chosen codes; none for a question not asked


def reconstruct(folder: SurveyFolder) -> Path:
    """Write the survey's one record file anew from its claims, and return its path.

    The claims are taken in the first reading that claims.yml declares, or else as printed. Raises `InputError` where
    the codebook does not say `reconstructed`, where the claims name no number of respondents, or where they cannot
    all be met.
    """
    book = folder.codebook
    if book.provenance is Provenance.published:
        raise InputError(
            f"{folder.folder}: this survey has no records, only published figures; to make some up, write in "
            "survey.yml `provenance: reconstructed`, a provenance_note, and the file to make under records."
        )
    if book.provenance is not Provenance.reconstructed:
        raise InputError(
            f"{folder.folder}: its provenance is {book.provenance}; only records that survey.yml calls reconstructed "
            "are ever made up."
        )
    if folder.published is None:
        raise InputError(f"{folder.folder}: there is no claims.yml to reconstruct records from.")
    records = book.records
    if records is None or len(records.files) != 1 or not records.files[0].endswith(".csv"):
        raise InputError(f"{folder.folder}: a reconstruction is one CSV file; name one under records.files.")
    readings = folder.published.readings
    claims = folder.published.under(readings[0]) if readings else folder.published.claims
    path = folder.folder / records.files[0]
    try:
        path.write_bytes(_csv(book, records, _answers(folder, claims)).encode(records.encoding))
    except UnicodeEncodeError as error:
        raise InputError(
            f"{folder.folder}: {error.object[error.start]!r} cannot be written in {records.encoding}; "
            "set records.encoding: utf-8 in survey.yml."
        ) from error
    return path


def _answers(folder: SurveyFolder, claims: Sequence[ClaimEntry]) -> dict[str, Answers]:
    size = _respondents(folder, claims)
    _refuse_what_is_never_met(folder, claims)
    answers: dict[str, Answers] = {}
    for question in folder.codebook.questions:
        asked = _asked(question, answers, size)
        _check_bases(folder, question, claims, len(asked), size)
        if not question.options:
            answers[question.id] = [[] for _ in range(size)]
            continue
        wanted = _wanted(folder, question, claims, len(asked), size)
        try:
            by_place = (_exclusive if question.type.traits.takes_one else _multiple)(question, wanted, len(asked))
        except ValueError as error:
            named = ", ".join(c.id for c in claims if c.question == question.id and c.option is not None)
            raise InputError(f"{folder.folder}/claims.yml: {named or question.id} cannot be met: {error}") from error
        order = sorted(asked, key=lambda at, of=question.id: _shuffle(folder.survey, of, at))  # type: ignore[misc]
        chosen: Answers = [[] for _ in range(size)]
        for at, codes in zip(order, by_place, strict=True):
            chosen[at] = codes
        answers[question.id] = chosen
    return answers


def _respondents(folder: SurveyFolder, claims: Sequence[ClaimEntry]) -> int:
    rules = (BaseRule.all, BaseRule.answered)
    stated = [c for c in claims if c.kind is Kind.BASE and c.base in rules and c.question is None and c.group is None]
    if not stated:
        raise InputError(
            f"{folder.folder}/claims.yml: no claim says how many responded (kind: base, base: all), in the first "
            "reading if there is one."
        )
    sizes = {int(figure.value) for figure in map(_figure, stated) if figure.value is not None}
    if len(sizes) != 1:
        raise InputError(
            f"{folder.folder}/claims.yml: the claims give several numbers of respondents: {sorted(sizes)}."
        )
    return sizes.pop()


def _refuse_what_is_never_met(folder: SurveyFolder, claims: Sequence[ClaimEntry]) -> None:
    options = {question.id: question.options for question in folder.codebook.questions}
    unmet = {
        "a group": [claim.id for claim in claims if claim.group is not None],
        "a wave": [claim.id for claim in claims if claim.wave is not None],
        "a missing answer or a net": [
            claim.id for claim in claims if claim.question and claim.option not in (None, *options[claim.question])
        ],
    }
    for what, named in unmet.items():
        if named:
            raise InputError(
                f"{folder.folder}/claims.yml: {', '.join(named)} speak of {what}, which no reconstruction meets; take "
                "them out while the records are made."
            )


def _check_bases(folder: SurveyFolder, question: Question, claims: Sequence[ClaimEntry], asked: int, size: int) -> None:
    """Raise `InputError` at a claim of a question's base that those asked, or all respondents, are not."""
    for claim in claims:
        if claim.kind is not Kind.BASE or claim.question != question.id or claim.base is BaseRule.asked:
            continue
        base = size if claim.base is BaseRule.all else asked
        if not _figure(claim).interval.contains(base):
            raise InputError(
                f"{folder.folder}/claims.yml: {claim.id} gives question {question.id} the base {claim.figure!r}, and "
                f"the other claims make it {base}."
            )


def _wanted(
    folder: SurveyFolder, question: Question, claims: Sequence[ClaimEntry], asked: int, size: int
) -> Mapping[str, int]:
    """How many are to choose each claimed option: a number that every claim about it allows, nearest to the first."""
    wanted: dict[str, int] = {}
    for code in question.options:
        about = [c for c in claims if c.question == question.id and c.option == code and c.group is None]
        figures = [(claim, _figure(claim)) for claim in about]
        fitting = [
            count
            for count in range(asked + 1)
            if all(_allows(folder, claim, figure, count, asked, size) for claim, figure in figures)
        ]
        if not fitting:
            named = ", ".join(claim.id for claim in about)
            raise InputError(
                f"{folder.folder}/claims.yml: no number of the {asked} respondents asked {question.id} can be what "
                f"{named} say of option {code!r}; run `basecheck run {folder.survey}` to see why."
            )
        if figures:
            wanted[code] = min(fitting, key=lambda count, of=figures: _distance(count, of, asked))  # type: ignore[misc]
    return wanted


def _allows(folder: SurveyFolder, claim: ClaimEntry, figure: Figure, count: int, asked: int, size: int) -> bool:
    if figure.kind is Kind.COUNT:
        return figure.interval.contains(count)
    base = {BaseRule.asked: folder.codebook.asked or size, BaseRule.all: size}.get(
        claim.base or BaseRule.answered, asked
    )
    return not counts_possible(figure.interval, base).intersect(figure.interval.point(count)).is_empty


def _distance(count: int, figures: Iterable[tuple[ClaimEntry, Figure]], asked: int) -> float:
    """How far a count is from the middle of what the narrowest claim says."""
    values = [f.value * (1 if f.kind is Kind.COUNT else asked / 100) for _, f in figures if f.value is not None]
    return float(abs(count - values[-1])) if values else 0.0


def _exclusive(question: Question, wanted: Mapping[str, int], asked: int) -> Answers:
    """One option each: those claimed first, and the rest even over the options that nothing is said of."""
    rest = asked - sum(wanted.values())
    open_options = [code for code in question.options if code not in wanted]
    if rest < 0 or (rest > 0 and not open_options):
        raise ValueError(f"question {question.id}: the counts {dict(wanted)} do not make {asked} respondents.")
    places = [[code] for code, count in wanted.items() for _ in range(count)]
    return places + [[open_options[at % len(open_options)]] for at in range(rest)]


def _multiple(question: Question, wanted: Mapping[str, int], asked: int) -> Answers:
    """The exclusive options alone, the others spread one after the other, and nobody without an answer."""
    places: Answers = [[code] for code in question.exclusive for _ in range(wanted.get(code, 0))]
    mixing = asked - len(places)
    others: Answers = [[] for _ in range(max(mixing, 0))]
    at = 0
    for code, count in wanted.items():
        if code in question.exclusive:
            continue
        if count > mixing:
            raise ValueError(f"question {question.id}: {count} cannot choose {code!r} among {mixing} respondents.")
        for _ in range(count):
            others[at % mixing].append(code)
            at += 1
    free = [code for code in question.options if code not in wanted and code not in question.exclusive]
    for codes in others:
        if not codes:
            if not free:
                raise ValueError(f"question {question.id}: some respondents would have no answer at all.")
            codes.append(free[0])
    in_order = list(question.options)
    return places + [sorted(codes, key=in_order.index) for codes in others]


def _asked(question: Question, answers: Mapping[str, Answers], size: int) -> list[int]:
    rule = question.asked_if
    if rule is None:
        return list(range(size))
    return [at for at in range(size) if set(answers[rule.question][at]) & set(rule.answers)]


def _csv(book: Codebook, records: Records, answers: Mapping[str, Answers]) -> str:
    if book.weighting or any(getattr(book, field) for field in DESIGN_COLUMNS if field != "respondent"):
        raise InputError(
            "a reconstruction has no weights, sample design, waves or dispositions; take them out of survey.yml."
        )
    size = len(next(iter(answers.values())))
    columns: dict[str, list[str]] = {}
    if book.respondent:
        columns[book.respondent] = [f"r{at:0{len(str(size))}d}" for at in range(1, size + 1)]
    for question in book.questions:
        chosen = answers[question.id]
        if question.columns is None:
            columns[question.source_columns()[0]] = [(question.separator or "").join(codes) for codes in chosen]
            continue
        for code, column in question.columns.items():
            marks = [question.selected[0] if code in codes else question.not_selected[0] for codes in chosen]
            columns[column] = [mark if codes else "" for mark, codes in zip(marks, chosen, strict=True)]
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=records.delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return stream.getvalue()


def _figure(claim: ClaimEntry) -> Figure:
    return parse_figure(claim.figure, claim.kind, hedge=claim.hedge, low=claim.low, high=claim.high)


def _shuffle(survey: str, question: str, at: int) -> bytes:
    """A fixed order of the respondents, another one for each question, so that answers are not tied together."""
    return hashlib.sha256(f"{survey} {question} {at}".encode()).digest()
