"""Which claims have to do with each other: what hangs together is judged together, everything else apart.

Two claims hang together where a chain of hidden counts and bases leads from one to the other: the same question in the
same wave, a question and the one that routes to it, groups and the question they are answers of. Everything hangs
together at the bases of the whole survey, who was asked and who responded; but where such a base is printed without a
hedge, it is a number and not a link, and every part gets a claim of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from dagster_project.claims.read.bases import BaseRule
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.survey import Claim, Order, Question

_Node = tuple[str | None, str]  # wave and question


def components(
    claims: Sequence[Claim], questions: Mapping[str, Question] | None = None, orders: Iterable[Order] = ()
) -> list[list[Claim]]:
    """The claims in parts that can be judged apart, all in the order given; a base may stand in several parts."""
    bases, cells = _apart(claims)
    nodes = {claim.id: _node(claim) for claim in cells}
    links = _Links(nodes.values())
    for claim in cells:
        links.join(nodes[claim.id], *_linked(claim, questions or {}))
    for order in orders:
        links.join(*(nodes[claim] for claim in (order.greater, order.smaller) if claim in nodes))
    for wave in _waves_of_unplain(bases):
        links.join(*(node for node in nodes.values() if node[0] == wave))
    return _in_order(claims, _parts(nodes, bases, links))


def _apart(claims: Iterable[Claim]) -> tuple[list[Claim], list[Claim]]:
    """The bases of the survey, and everything else."""
    of: dict[bool, list[Claim]] = {True: [], False: []}
    for claim in claims:
        of[_is_of_survey(claim)].append(claim)
    return of[True], of[False]


def _parts(nodes: Mapping[str, _Node], bases: Sequence[Claim], links: "_Links") -> Iterable[set[str]]:
    """The ids of the claims whose nodes hang together, each part with all bases of its wave."""
    parts: dict[_Node, set[str]] = defaultdict(set)
    roots: dict[str | None, set[_Node]] = defaultdict(set)
    for claim_id, node in nodes.items():
        parts[links.root(node)].add(claim_id)
        roots[node[0]].add(links.root(node))
    for base in bases:
        wave = base.cell.wave
        for root in roots[wave] or {(wave, "")}:
            parts[root].add(base.id)
    return parts.values()


def _in_order(claims: Sequence[Claim], parts: Iterable[set[str]]) -> list[list[Claim]]:
    place = {claim.id: n for n, claim in enumerate(claims)}
    places = sorted((sorted(place[claim_id] for claim_id in part) for part in parts), key=itemgetter(0))
    return [[claims[n] for n in part] for part in places]


def _waves_of_unplain(bases: Sequence[Claim]) -> list[str | None]:
    """The waves whose bases are not all printed as one number."""
    waves: dict[str | None, list[Claim]] = defaultdict(list)
    for base in bases:
        waves[base.cell.wave].append(base)
    return [wave for wave, of_wave in waves.items() if not _is_plain(of_wave)]


def _node(claim: Claim) -> _Node:
    return claim.cell.wave, claim.cell.question or f" {claim.id}"


def _is_of_survey(claim: Claim) -> bool:
    """A base of the whole survey or of a group in it, rather than of one question."""
    return claim.kind is Kind.BASE and (claim.base in (BaseRule.asked, BaseRule.all) or claim.cell.question is None)


def _linked(claim: Claim, questions: Mapping[str, Question]) -> Iterable[_Node]:
    question = questions.get(claim.cell.question or "")
    if question is not None and question.asked_if is not None:
        yield claim.cell.wave, question.asked_if[0]
    if claim.cell.group is not None:
        yield claim.cell.wave, claim.cell.group[0]


def _is_plain(bases: Sequence[Claim]) -> bool:
    """Whether each base is printed as one number, the same wherever it is said."""
    said = {(base.cell.group, base.base): base.figure.interval for base in bases}
    return all(b.figure.interval.is_point and b.figure.interval == said[b.cell.group, b.base] for b in bases)


class _Links:
    """Which nodes hang together (union-find). What is joined to a node that nobody claims anything of is left out."""

    def __init__(self, nodes: Iterable[_Node]) -> None:
        self.above = {node: node for node in nodes}

    def root(self, node: _Node) -> _Node:
        while self.above[node] != node:
            node = self.above[node]
        return node

    def join(self, *nodes: _Node) -> None:
        known = [self.root(node) for node in nodes if node in self.above]
        for root in known[1:]:
            self.above[self.root(root)] = self.root(known[0])
