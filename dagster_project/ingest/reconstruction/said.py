"""What claims.yml and survey.yml say that records made up have to meet, and what they cannot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from dagster_project.claims import BaseRule, Cell, Claim, Kind, Order, Question, parse_figure
from dagster_project.codebook import AnswerKind, ClaimEntry, Codebook, SurveyFolder
from dagster_project.codebook import Question as QuestionEntry
from dagster_project.errors import InputError


@dataclass(frozen=True)
class Demands:
    """The claims and orders, the questions as records made up can have them, and the waves, where records tell them.

    `none` are the questions with several answers of which a record can say that none was chosen.
    """

    claims: Sequence[Claim]
    orders: Sequence[Order]
    questions: Sequence[Question]
    waves: Sequence[str]
    none: Sequence[str]


def read_what_is_said(folder: SurveyFolder) -> Demands:
    """All that is said, the claims in their first reading. Raises `InputError` at what no records could meet."""
    book, published = folder.codebook, folder.published
    if published is None:
        raise InputError(f"{folder.folder}: there is no claims.yml to reconstruct records from.")
    entries = published.under(published.readings[0]) if published.readings else published.claims
    claims = [_claim(book, entry) for entry in entries]
    for check in (_check_waves, _check_sizes, _check_groups):
        check(folder, claims)
    return Demands(
        claims,
        [Order(order.id, order.greater, order.smaller) for order in published.orders],
        [_question(book, question, claims) for question in book.questions],
        _waves(book),
        [question.id for question in book.questions if question.columns is not None],
    )


def _waves(book: Codebook) -> list[str]:
    return [wave.id for wave in book.waves] if book.wave else []


def _claim(book: Codebook, entry: ClaimEntry) -> Claim:
    question = book.question(entry.question) if entry.question else None
    wave = entry.wave or (question.wave if question is not None and book.wave else None)
    group = (entry.group.question, entry.group.answer) if entry.group else None
    figure = parse_figure(entry.figure, entry.kind, hedge=entry.hedge, low=entry.low, high=entry.high)
    return Claim(entry.id, figure, Cell(entry.question, entry.option, group, wave), entry.base)


def _question(book: Codebook, entry: QuestionEntry, claims: Sequence[Claim]) -> Question:
    rule = entry.asked_if
    return Question(
        entry.id,
        tuple(entry.options),
        single=not entry.type.traits.takes_several,
        missing=() if entry.complete else _missing(book, entry, claims),
        exclusive=tuple(entry.exclusive),
        complete=entry.complete,
        asked_if=None if rule is None else (rule.question, tuple(code for code in rule.answers if code)),
        wave=entry.wave if book.wave else None,
        nets={code: tuple(net.options) for code, net in entry.nets.items()},
    )


def _missing(book: Codebook, entry: QuestionEntry, claims: Sequence[Claim]) -> tuple[str, ...]:
    """The codes of missing answers that may be written.

    Everybody answers where survey.yml declares none and no claim speaks of one; what is asked for in numbers or words
    nobody answers, since none are made up.
    """
    codes = [code for code, kind in book.missing_codes(entry).items() if _can_stand(entry, code, kind)]
    claimed = {claim.cell.answer for claim in claims if claim.cell.question == entry.id}
    declared = (entry.missing or book.missing).codes()
    return tuple(codes) if declared or not entry.options or claimed.intersection(codes) else ()


def _can_stand(entry: QuestionEntry, code: str, kind: AnswerKind) -> bool:
    """Whether the question's cells can hold the code as a missing answer of somebody who was asked."""
    says_none = code == "" and entry.columns is not None and "" in entry.not_selected
    return kind is not AnswerKind.not_asked and not says_none


def _check_waves(folder: SurveyFolder, claims: Sequence[Claim]) -> None:
    of_wave = [claim.id for claim in claims if claim.cell.wave is not None]
    if of_wave and not folder.codebook.wave:
        raise InputError(
            f"{folder.folder}/claims.yml: {', '.join(of_wave)} speak of a wave, and the records have no column that "
            "tells waves apart; name one under wave in survey.yml."
        )
    if folder.codebook.wave and not of_wave:
        raise InputError(f"{folder.folder}/claims.yml: no claim speaks of a wave; take wave out of survey.yml.")


def _check_sizes(folder: SurveyFolder, claims: Sequence[Claim]) -> None:
    """Raise `InputError` unless the claims say how many responded, of all waves or of each, and say one number."""
    said: dict[str | None, set[int]] = defaultdict(set)
    for claim in claims:
        if _is_size(claim) and claim.figure.value is not None:
            said[claim.cell.wave].add(int(claim.figure.value))
    waves = _waves(folder.codebook)
    if None not in said and not (waves and said.keys() >= {*waves}):
        raise InputError(
            f"{folder.folder}/claims.yml: no claim says how many responded (kind: base, base: all), in the first "
            "reading if there is one."
        )
    several = next((sizes for sizes in said.values() if len(sizes) > 1), None)
    if several:
        raise InputError(
            f"{folder.folder}/claims.yml: the claims give several numbers of respondents: {sorted(several)}."
        )


def _is_size(claim: Claim) -> bool:
    """Whether it says how many responded; with no question named, who answered is who responded."""
    of_all = claim.cell == Cell(wave=claim.cell.wave)
    return of_all and claim.kind is Kind.BASE and claim.base in (BaseRule.all, BaseRule.answered)


def _check_groups(folder: SurveyFolder, claims: Sequence[Claim]) -> None:
    of_group = [claim for claim in claims if claim.cell.group is not None and claim.kind is not Kind.BASE]
    nameless = [claim.id for claim in of_group if claim.cell.answer is None]
    if nameless:
        raise InputError(
            f"{folder.folder}/claims.yml: {', '.join(nameless)} speak of a group and name no option, which no "
            "reconstruction meets; take them out while the records are made."
        )
