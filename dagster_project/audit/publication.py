"""The published claims and the questions they are about, as the tables of `raw` hold them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import duckdb

from dagster_project.claims import Antecedent, BaseRule, Cell, Claim, Kind, Names, Order, Question, parse_figure
from dagster_project.codebook import QuestionType


@dataclass(frozen=True)
class PublishedFigure:
    """One claim as its row says, with its figure read. `weighted` is None where nobody says whether it is."""

    position: int
    hedge: str | None
    weighted: bool | None
    claim: Claim
    of_what: str
    where_printed: str | None

    @property
    def id(self) -> str:
        return self.claim.id


@dataclass(frozen=True)
class PublishedStatement:
    """A sentence that is judged besides the figures: a whole statement, an order or a change over time."""

    id: str
    what: str
    text: str
    where_printed: str | None


@dataclass(frozen=True)
class DeclaredReading:
    """A reading of claims.yml: its words, and for each changed claim its kind and base."""

    text: str
    changes: Mapping[str, tuple[str | None, BaseRule | None]]

    def of(self, figures: Sequence[PublishedFigure]) -> list[Claim]:
        """The claims as this reading takes them."""
        return [self._taken(figure) for figure in figures]

    def _taken(self, figure: PublishedFigure) -> Claim:
        claim = figure.claim
        if claim.id not in self.changes:
            return claim
        kind, base = self.changes[claim.id]
        changed = replace(claim, base=base or claim.base)
        if kind is None or Kind(kind) is claim.kind:
            return changed
        read = parse_figure(claim.figure.text, Kind(kind), hedge=figure.hedge)
        cell = Cell(wave=claim.cell.wave, group=claim.cell.group) if read.kind is Kind.BASE else claim.cell
        return replace(changed, figure=read, cell=cell)


@dataclass(frozen=True)
class Publication:
    """Everything that was published about a survey, and what its codebook says of the questions."""

    figures: Sequence[PublishedFigure]
    questions: Sequence[Question]
    names: Names
    orders: Sequence[Order]
    readings: Sequence[DeclaredReading]
    statements: Sequence[PublishedStatement]
    changes: Sequence[tuple[str, str, str, str]]  # its id, its text, the earlier claim and the later
    antecedents: Mapping[str, Sequence[Antecedent]]
    discloses: Sequence[str] = field(default=())
    sha256: str | None = None

    @property
    def claims(self) -> list[Claim]:
        return [figure.claim for figure in self.figures]


def read_publication(connection: duckdb.DuckDBPyConnection) -> Publication:
    """What `raw` holds of the published figures; without any, a publication of none."""
    publication = connection.execute("SELECT claims_sha256, discloses FROM raw.publication").fetchone()
    orders = connection.execute("SELECT ordering, greater, smaller, text FROM raw.orders ORDER BY position").fetchall()
    changes = connection.execute(
        "SELECT change, figure, from_claim, to_claim FROM raw.changes ORDER BY position"
    ).fetchall()
    statements = connection.execute(
        """SELECT statement, 'statement' AS what, text, where_printed, position FROM raw.statements
        UNION ALL SELECT ordering, 'order', text, where_printed, position FROM raw.orders
        UNION ALL SELECT change, 'change', if(contains(text, figure), text, format('{} ({})', text, figure)),
            where_printed, position FROM raw.changes
        ORDER BY what DESC, position"""
    ).fetchall()
    antecedents: dict[str, list[Antecedent]] = defaultdict(list)
    for claim, base, question, answer in connection.execute(
        "SELECT claim, base, question, answer FROM raw.antecedents ORDER BY claim, position"
    ).fetchall():
        antecedents[claim].append(Antecedent(_base_rule(base), question, answer))
    return Publication(
        figures=_figures(connection),
        questions=_questions(connection),
        names=_names(connection),
        orders=[Order(*order) for order in orders],
        readings=_readings(connection),
        statements=[PublishedStatement(*one) for *one, _ in statements],
        changes=[(change, text, earlier, later) for change, text, earlier, later in changes],
        antecedents=antecedents,
        discloses=publication[1] if publication else (),
        sha256=publication[0] if publication else None,
    )


def _figures(connection: duckdb.DuckDBPyConnection) -> list[PublishedFigure]:
    rows = connection.execute(
        """SELECT claim, claims.position, figure, kind, hedge, low, high,
            claims.question, answer, group_by, group_value, claims.wave,
            -- a share of a question is one of the base that its published shares have, where that is not who answered
            coalesce(base, if(kind = 'percentage', nullif(questions.base_rule, 'answered'), NULL)) AS base,
            weighted, of_what, where_printed
        FROM raw.claims AS claims LEFT JOIN raw.questions AS questions ON claims.question = questions.question
        ORDER BY claims.position"""
    ).fetchall()
    figures = []
    for claim, position, text, kind, hedge, low, high, question, answer, by, group, wave, base, weighted, *rest in rows:
        figure = parse_figure(text, Kind(kind), hedge=hedge, low=low, high=high)
        cell = Cell(question, answer, None if by is None else (by, group), wave)
        is_weighted = bool(weighted) and figure.kind is Kind.PERCENTAGE
        said = Claim(claim, figure, cell, _base_rule(base), weighted=is_weighted)
        figures.append(PublishedFigure(position, hedge, weighted, said, *rest))
    return figures


def _questions(connection: duckdb.DuckDBPyConnection) -> list[Question]:
    answers: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for question, answer, kind, exclusive in connection.execute(
        "SELECT question, answer, kind, coalesce(exclusive, false) FROM raw.answers ORDER BY question, position"
    ).fetchall():
        if kind != "not_asked":
            answers[question]["valid" if kind == "valid" else "missing"].append(answer)
        if exclusive:
            answers[question]["exclusive"].append(answer)
    routing: dict[str, tuple[str, list[str]]] = {}
    for question, asker, answer in connection.execute(
        "SELECT question, asked_if_question, asked_if_answer FROM raw.routing"
    ).fetchall():
        routing.setdefault(question, (asker, []))[1].append(answer)
    nets: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for question, net, members in connection.execute(
        "SELECT question, net, list(answer) FROM raw.nets GROUP BY question, net"
    ).fetchall():
        nets[question][net] = tuple(members)
    questions = []
    for question, kind, complete in connection.execute(
        "SELECT question, type, coalesce(complete, false) FROM raw.questions ORDER BY position"
    ).fetchall():
        of = answers[question]
        asked_if = routing.get(question)
        questions.append(
            Question(
                question,
                tuple(of["valid"]),
                single=QuestionType(kind).traits.takes_one,
                missing=tuple(of["missing"]),
                exclusive=tuple(of["exclusive"]),
                complete=complete,
                asked_if=None if asked_if is None else (asked_if[0], tuple(asked_if[1])),
                nets=nets[question],
            )
        )
    return questions


def _names(connection: duckdb.DuckDBPyConnection) -> Names:
    questions = connection.execute("SELECT question, question_text FROM raw.questions").fetchall()
    answers = connection.execute(
        "SELECT question, answer, answer_label FROM raw.answers UNION SELECT question, net, net_label FROM raw.nets"
    ).fetchall()
    waves = connection.execute("SELECT wave, label FROM raw.waves WHERE label IS NOT NULL").fetchall()
    return Names(dict(questions), {(question, answer): label for question, answer, label in answers}, dict(waves))


def _readings(connection: duckdb.DuckDBPyConnection) -> list[DeclaredReading]:
    readings: dict[tuple[int, str], dict[str, tuple[str | None, BaseRule | None]]] = {}
    for position, text, claim, kind, base in connection.execute(
        "SELECT position, text, claim, kind, base FROM raw.readings ORDER BY position"
    ).fetchall():
        readings.setdefault((position, text), {})[claim] = (kind, _base_rule(base))
    return [DeclaredReading(text, changes) for (_, text), changes in readings.items()]


def _base_rule(stored: str | None) -> BaseRule | None:
    return None if stored is None else BaseRule(stored)
