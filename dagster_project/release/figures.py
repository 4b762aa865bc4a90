"""The report's central section: what the audit says of the published figures, in reading order and in sentences.

What is possible was decided by `claims` and stored by the audit; the records' own tables belong to `report`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import duckdb

from dagster_project.claims import CONTRADICTED, WIDEST_FIRST, BaseRule, Severity, listed
from dagster_project.release.stored import (
    Row,
    claims_of,
    grouped,
    stored_rows,
    things_printed,
    web_address,
)

SEVERITY_WORDS = {
    Severity.PROVED_IMPOSSIBLE.value: "No reading that was tried makes these figures fit.",
    Severity.IMPOSSIBLE_AS_LABELLED.value: "A reading that changes no figure makes them fit.",
    Severity.UNDECIDED.value: "The search ran into its time limit. Nothing is claimed of these figures: "
    "they may be possible, or not.",
    Severity.NEEDS_AN_ASSUMPTION.value: "Possible, if a reader takes for granted what the text does not say.",
}
# How many figures have a verdict, as parts of one sentence: one figure, and several.
_VERDICTS = {
    Severity.UNDECIDED.value: ("is undecided, because the search ran into its time limit",
                               "are undecided, because the search ran into its time limit"),
    Severity.NEEDS_AN_ASSUMPTION.value: ("stands only under an assumption", "stand only under an assumption"),
    Severity.REPRODUCED.value: ("is given by the records", "are given by the records"),
    Severity.CONSISTENT.value: ("fits what else is printed", "fit what else is printed"),
    Severity.NOT_CHECKABLE.value: ("cannot be checked from what is printed", "cannot be checked from what is printed"),
}  # fmt: skip
SHORT_LIST = 40  # so many figures are read as one list
_NAMED_IN_A_HEADING = 6
_PLACES_IN_A_CAPTION = 3


@dataclass(frozen=True)
class FindingCard:
    """A finding with everything that is said of it; `message` without the readings that stand below it.

    `repairs` is a list of choices, each the figures that change together.
    """

    finding: str
    heading: str
    place: str | None
    severity: str
    message: str
    figures: Sequence[Row]
    repairs: Sequence[Sequence[Row]]
    readings: Sequence[Row]
    declared: Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class PrintedQuestion:
    """One question's figures: as a table where they make one (options down, groups across), else as a list.

    The rows of a table are the bases, then the options; a cell holds the figures that are printed for it.
    """

    text: str
    where: str | None
    columns: Sequence[str]
    bases: Sequence[tuple[str, Sequence[Sequence[Row]]]]
    options: Sequence[tuple[str, Sequence[Sequence[Row]]]]
    listed: Sequence[Row]


@dataclass(frozen=True)
class FigureGroup:
    """The figures of one wave, or of one question of a survey without waves."""

    name: str
    address: str | None
    figures: int
    contradicted: int
    undecided: int
    reproduced: int
    questions: Sequence[PrintedQuestion]


def verdict(figures: Sequence[Row]) -> str:
    """One sentence on all figures."""
    if not figures:
        return "No published figures were given to audit."
    counts = Counter(figure["verdict"] for figure in figures)
    contradicted = sum(counts.pop(severity, 0) for severity in CONTRADICTED)
    parts = []
    if contradicted:
        parts.append(f"{contradicted:,} cannot stand {'together ' if contradicted > 1 else ''}as printed")
    for severity, (of_one, of_several) in _VERDICTS.items():
        if n := counts.pop(severity, 0):
            parts.append(f"{n:,} {of_one if n == 1 else of_several}")
    parts += [f"{n:,} {'is' if n == 1 else 'are'} {other}" for other, n in sorted(counts.items())]
    audited = (
        "1 published figure was audited" if len(figures) == 1 else f"{len(figures):,} published figures were audited"
    )
    return f"{audited}: {listed(parts)}."


def statements_verdict(statements: Collection[str], findings: Iterable[Row]) -> str | None:
    """One sentence on the whole statements, which are audited apart from the figures."""
    if not statements:
        return None
    broken = sum(finding["claims"] in statements and finding["severity"] in CONTRADICTED for finding in findings)
    if len(statements) == 1:
        return f"1 statement was audited by itself: it {'cannot stand as it is' if broken else 'is not contradicted'}."
    outcome = f"{broken:,} cannot stand as they are" if broken else "none is contradicted"
    return f"{len(statements):,} statements were audited by themselves: {outcome}."


def caught(power: float | None) -> str:
    """A finding's power in words: how many wrong values it would have noticed."""
    if power is None:
        return ""
    of_hundred = int(round(100 * power, 6))  # down, so that 99.6 is not sold as all
    if power <= 0:
        return "nothing would have been noticed"
    if power >= 1:
        return "would have caught every wrong value"
    return f"would have caught {of_hundred or 'fewer than 1'} of 100 wrong values"


def finding_cards(
    connection: duckdb.DuckDBPyConnection,
    findings: Iterable[Row],
    readings: Iterable[Row],
    figures: Sequence[Row],
    waves: Mapping[str, Row],
) -> list[FindingCard]:
    """The findings that need more than a line in a table."""
    repairs = grouped(
        stored_rows(connection, "SELECT * FROM audit.repairs ORDER BY finding, repair, claims"), "finding"
    )
    by_finding = grouped(readings, "finding")
    printed = things_printed(connection, figures)
    statements = printed.keys() - {figure["claim"] for figure in figures}
    cards = []
    for finding in findings:
        severity = finding["severity"]
        if severity not in SEVERITY_WORDS:
            continue
        name, claims = finding["finding"], claims_of(finding)
        its_figures = [printed[claim] for claim in claims if claim in printed]
        its_readings = [one for one in by_finding.get(name, []) if one["source"] != "declared"]
        its_waves = {figure["wave"] for figure in its_figures}
        wave = its_waves.pop() if len(its_waves) == 1 else None
        cards.append(
            FindingCard(
                finding=name,
                heading=_heading(claims, severity, statements),
                place=_wave_name(waves[wave]) if wave and wave in waves else None,
                severity=severity,
                message=_without_readings(finding["message"], its_readings),
                figures=its_figures,
                repairs=list(grouped(repairs.get(name, []), "repair").values()),
                readings=its_readings,
                declared=grouped((one for one in by_finding.get(name, []) if one["source"] == "declared"), "title"),
            )
        )
    return cards


def _heading(claims: Sequence[str], severity: str, statements: Collection[str]) -> str:
    several = len(claims) > 1
    if not claims:
        who = "The publication"
    elif len(claims) > _NAMED_IN_A_HEADING:
        who = f"{len(claims):,} figures, {claims[0]} to {claims[-1]},"
    else:
        who = f"{'Statement ' if claims[0] in statements else ''}{listed(claims)}"
    if severity == Severity.UNDECIDED.value:
        return f"{who} {'are' if several else 'is'} undecided"
    if severity == Severity.NEEDS_AN_ASSUMPTION.value:
        return f"{who} {'need' if several else 'needs'} an assumption" if claims else f"{who} leaves something open"
    return f"{who} cannot stand{' together' if several else ''}"


def _without_readings(message: str, readings: Iterable[Row]) -> str:
    """A finding's message ends with its readings, which the card lists by themselves."""
    for reading in readings:
        message = message.replace(reading["message"], "")
    return " ".join(message.split())


# Every figure


def judged_figures(figures: Iterable[Row], findings: Iterable[Row]) -> list[Row]:
    """The figures, each with what it could be given all others (`could_be`) and the card that tells of it (`card`)."""
    told: dict[tuple[str, str], str] = {}
    for finding in findings:
        for claim in claims_of(finding):
            told.setdefault((claim, finding["severity"]), finding["finding"])
    return [
        {
            **figure,
            "could_be": _could_be(figure),
            "card": told.get((figure["claim"], figure["verdict"])) if figure["verdict"] in SEVERITY_WORDS else None,
        }
        for figure in figures
    ]


def _could_be(figure: Row) -> str | None:
    """What a figure could be, or None where that is what is printed, or is not known."""
    low, high = figure["fits_low"], figure["fits_high"]
    if low is None:
        return None
    within = figure["low"] <= low and high is not None and (figure["high"] is None or high <= figure["high"])
    if (low, high) == (figure["low"], figure["high"]) or (within and figure["hedge"] == "none"):
        return None
    sign = " %" if figure["kind"] == "percentage" else ""
    first = _decimal(low, ROUND_FLOOR)
    if high is None:
        return f"{first}{sign} or more"
    last = _decimal(high, ROUND_CEILING)
    return f"{first}{sign}" if first == last else f"{first} to {last}{sign}"


def _decimal(value: Decimal, rounding: str) -> str:
    """An end of a range without zeros at its end; one that has no end is cut so that the range only grows."""
    text = f"{value.quantize(Decimal('0.01'), rounding=rounding):,f}"
    return text.rstrip("0").rstrip(".")


def figure_groups(
    connection: duckdb.DuckDBPyConnection, figures: Sequence[Row], waves: Mapping[str, Row]
) -> list[FigureGroup]:
    """Many figures by wave, or by question where there are no waves; in the codebook's order."""
    labels = {
        (one["question"], one["answer"]): (one["position"], one["answer_label"] or one["answer"])
        for one in stored_rows(connection, "SELECT * FROM raw.answers ORDER BY question, position")
    }
    texts = {
        one["question"]: one["question_text"]
        for one in stored_rows(connection, "SELECT * FROM raw.questions ORDER BY position")
    }
    by_wave = grouped(figures, "wave")
    if set(by_wave) != {None}:
        order = sorted(by_wave, key=lambda wave: waves[wave]["position"] if wave in waves else len(waves) + 1)
        return [
            _group(
                _wave_name(waves[wave]) if wave in waves else "Of no single wave",
                web_address(waves[wave]["url"]) if wave in waves else None,
                by_wave[wave],
                _questions(by_wave[wave], texts, labels),
            )
            for wave in order
        ]
    return [
        _group(one.text, None, its_figures, [one])
        for one, its_figures in ((_questions(of, texts, labels)[0], of) for of in _by_question(figures, texts).values())
    ]


def _wave_name(wave: Row) -> str:
    return str(wave["label"] or wave["wave"])


def _group(name: str, address: str | None, figures: Sequence[Row], questions: Sequence[PrintedQuestion]) -> FigureGroup:
    return FigureGroup(
        name=name,
        address=address,
        figures=len(figures),
        contradicted=sum(figure["verdict"] in CONTRADICTED for figure in figures),
        undecided=sum(figure["verdict"] == Severity.UNDECIDED.value for figure in figures),
        reproduced=sum(bool(figure["reproduced"]) for figure in figures),
        questions=questions,
    )


def _by_question(figures: Iterable[Row], texts: Mapping[str, str]) -> dict[str | None, list[Row]]:
    """In the codebook's order, figures of no question last."""
    of = grouped(figures, "question")
    return {question: of[question] for question in [*(q for q in texts if q in of), *(q for q in of if q not in texts)]}


def _questions(
    figures: Iterable[Row], texts: Mapping[str, str], labels: Mapping[tuple[str, str], tuple[int, str]]
) -> list[PrintedQuestion]:
    return [
        _question(texts.get(question or "", "Of no single question"), of, labels)
        for question, of in _by_question(figures, texts).items()
    ]


def _question(text: str, figures: Sequence[Row], labels: Mapping[tuple[str, str], tuple[int, str]]) -> PrintedQuestion:
    cells: dict[tuple[tuple[str, str], tuple[str, str]], list[Row]] = defaultdict(list)
    for figure in figures:
        row = ("base", figure["base"] or "") if figure["answer"] is None else ("option", figure["answer"])
        cells[row, (figure["group_by"] or "", figure["group_value"] or "")].append(figure)
    places = [place for place in dict.fromkeys(figure["where_printed"] for figure in figures) if place]
    if not _is_a_table(figures, cells.values()) or len(places) > _PLACES_IN_A_CAPTION:
        return PrintedQuestion(text, None, [], [], [], figures)

    def place_of(question: str, answer: str) -> tuple[int, str]:
        return labels.get((question, answer), (len(labels), answer))

    columns = sorted({column for _, column in cells}, key=lambda one: (one != ("", ""), one[0], place_of(*one)))
    question = figures[0]["question"]

    def lines(kind: str) -> list[tuple[str, list[list[Row]]]]:
        found = {name for (of, name), _ in cells if of == kind}
        ranked = (
            sorted(found, key=lambda name: WIDEST_FIRST.index(BaseRule(name)))
            if kind == "base"
            else sorted(found, key=lambda name: place_of(question, name))
        )
        return [
            (
                BaseRule(name).words.title if kind == "base" else place_of(question, name)[1],
                [cells.get(((kind, name), column), []) for column in columns],
            )
            for name in ranked
        ]

    return PrintedQuestion(
        text=text,
        where=listed(places) if places else None,
        columns=[place_of(*column)[1] if column != ("", "") else "All" for column in columns],
        bases=lines("base"),
        options=lines("option"),
        listed=[],
    )


def _is_a_table(figures: Sequence[Row], cells: Collection[Sequence[Row]]) -> bool:
    """Whether the figures of one question are: more than one cell, each with one figure of a kind, over one base."""
    bases = [figure for figure in figures if figure["answer"] is None]
    shares = [figure for figure in figures if figure["answer"] is not None]
    return (
        len(cells) > 1
        and all(figure["question"] for figure in figures)
        and all(figure["kind"] == "base" and figure["base"] in WIDEST_FIRST for figure in bases)
        and len({figure["base"] for figure in shares}) <= 1
        and all(len({(one["kind"], one["figure"]) for one in of}) == len({one["kind"] for one in of}) for of in cells)
    )
