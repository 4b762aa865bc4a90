"""What adds up to what in any survey, each law stated once.

A law is a row over counts of respondents: some of them, added up, are as many as some others, or at most as many. What
a count is, and which of them are spoken of at all, is the reader's business: `joint` reads the laws over the variables
behind claims, `respondents` over people who could have been, `disclosure` over the counts that a survey's tables show.

- nesting: answered <= routed <= all <= asked, and no count is above its base
- partition: who answered a single question gave exactly one of its answers; of a multiple one, an exclusive answer
  stands alone; missing answers come on top of those who answered
- net: several answers counted as one are as many as they are one by one; of a multiple question at most as many, and
  no fewer than each
- routing: a routed question is put to no more than gave the answers that lead to it
- subgroup: the groups by one question do not overlap; they add up where everybody is in one

The readers differ in one thing. Tables count everybody, each way not to answer and each way to be in no group, so that
the parts are the whole. Claims speak of some counts only: a count of which nobody speaks is some number from 0 on, so
what is left of a law is what holds whatever that number is (`_at_most`), and parts that need not be all are never more
than the whole (`are_all`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from dagster_project.claims.read.survey import Question

NESTING, PARTITION, NET = "nesting", "partition", "net"
ROUTING, SUBGROUP, ORDER = "routing", "subgroup", "order"
PLAINEST_FIRST = (NESTING, PARTITION, NET, ORDER, ROUTING, SUBGROUP)  # in which kinds of laws are told
NONE = "\0none"  # asked which ones of several, chose none; no code of a codebook has a NUL

C = TypeVar("C")
C_co = TypeVar("C_co", covariant=True)


@dataclass(frozen=True)
class Sum(Generic[C]):
    """sum(coefficient * count) is `limit`, or at most that. `kind` is the law that says so."""

    terms: tuple[tuple[C, int], ...]
    limit: int = 0
    is_equal: bool = True
    kind: str = field(default="", compare=False)


class Block(Protocol[C_co]):
    """One question in one column of its tables (all, a group, a wave), as far as a reader speaks of it."""

    @property
    def question(self) -> Question: ...

    @property
    def answered(self) -> C_co: ...

    @property
    def routed(self) -> C_co: ...

    @property
    def is_whole(self) -> bool:
        """Whether each way not to answer is among the question's missing codes."""

    def those(self, *answers: str) -> C_co | None:
        """Who gave one of these answers; None where the reader speaks of no such count."""


def nesting(narrow: C, wide: C) -> Iterator[Sum[C]]:
    """Everyone in the one is in the other."""
    return _at_most(NESTING, [narrow], [wide])


def divided(parts: Sequence[C], whole: C, *, are_all: bool = True, kind: str = PARTITION) -> Iterator[Sum[C]]:
    """Parts of which everybody is in one at most, and in one exactly where they are all that there are."""
    return _equal(kind, _others(parts, are_all=are_all), [whole])


def overlapping(whole: C, parts: Sequence[C | None], *, are_all: bool = True) -> Iterator[Sum[C]]:
    """Parts of which somebody can be in several; where they are all that there are, everybody is in one at least."""
    yield from _at_most(NET, [whole], _others(parts, are_all=are_all))
    for part in parts:
        yield from _at_most(NET, [part], [whole])


def partition(block: Block[C]) -> Iterator[Sum[C]]:
    """Who was led to the question answered it or is missing, and who answered gave its answers."""
    question, answered = block.question, block.answered
    missing = _together(block, question.missing)
    if missing or block.is_whole:
        yield from divided([answered, *missing], block.routed, are_all=block.is_whole)
    if question.single:
        options = _one_by_one(block, question.answers)
        if options:
            yield from divided(options, answered)
    else:
        yield from _several_answers(block)


def left_out(block: Block[C], led: C) -> Iterator[Sum[C]]:
    """Who was led to the question was asked it, unless a code says otherwise."""
    if block.question.not_asked:
        yield from divided([block.routed, *_together(block, block.question.not_asked)], led)


def _several_answers(block: Block[C]) -> Iterator[Sum[C]]:
    question, none = block.question, block.those(NONE)
    exclusive = [code for code in question.answers if code in question.exclusive]
    alone = [*_one_by_one(block, exclusive), *([] if none is None else [none])]
    others = _one_by_one(block, [code for code in question.answers if code not in exclusive])
    if alone:
        for other in others:
            yield from _at_most(PARTITION, [*alone, other], [block.answered])
    if len(alone) > 1:
        yield from _at_most(PARTITION, alone, [block.answered])
    yield from _at_most(PARTITION, [block.answered], [none, *(block.those(code) for code in question.answers)])


def net(block: Block[C], whole: C, answers: Sequence[str], within: Iterable[C] = ()) -> Iterator[Sum[C]]:
    """Those of one of several answers, `whole`, and these answers one by one; `within` are further nets of some."""
    question, members = block.question, [block.those(answer) for answer in answers]
    if question.single or not set(answers) & set(question.answers):
        yield from _equal(NET, [whole], members)
        return
    yield from overlapping(whole, members)
    for smaller in within:
        yield from _at_most(NET, [smaller], [whole])
    none = block.those(NONE)
    if none is not None:
        missing = [block.those(answer) for answer in answers if answer not in question.answers]
        rest = [block.those(answer) for answer in question.answers if answer not in answers]
        yield from _at_most(NET, [whole, none], [block.answered, *missing])
        yield from _at_most(NET, [block.answered], [none, whole, *rest])


def routing(routed: C, admitting: Sequence[C]) -> Iterator[Sum[C]]:
    """Who is led to a question gave one of the answers that lead there."""
    return _at_most(ROUTING, [routed], admitting)


def subgroup(parts: Sequence[C], whole: C, *, are_all: bool) -> Iterator[Sum[C]]:
    """Groups by one question and the whole of them; `are_all` where everybody is in one of these."""
    return divided(parts, whole, are_all=are_all, kind=SUBGROUP)


def same(group: C, answer: C) -> Iterator[Sum[C]]:
    """Who is in a group gave that answer to the group's question."""
    return _equal(SUBGROUP, [group], [answer])


def _together(block: Block[C], codes: Sequence[str]) -> list[C]:
    """The count of those who gave one of these codes; of a reader who has none, their counts one by one."""
    together = block.those(*codes) if codes else None
    return _one_by_one(block, codes) if together is None else [together]


def _one_by_one(block: Block[C], answers: Collection[str]) -> list[C]:
    """The counts of these answers that are spoken of."""
    return [count for answer in answers if (count := block.those(answer)) is not None]


def _others(parts: Sequence[C | None], *, are_all: bool) -> list[C | None]:
    """The parts, and those who may be in none of them, of whom nobody speaks."""
    return [*parts] if are_all else [*parts, None]


def _equal(kind: str, left: Sequence[C | None], right: Sequence[C | None]) -> Iterator[Sum[C]]:
    if None in left or None in right:
        yield from _at_most(kind, left, right)
        yield from _at_most(kind, right, left)
    else:
        for law in _at_most(kind, left, right):
            yield Sum(law.terms, kind=kind)


def _at_most(kind: str, left: Sequence[C | None], right: Sequence[C | None]) -> Iterator[Sum[C]]:
    """The left ones are together at most the right ones.

    Of whom nobody speaks are 0 or more: on the left the law holds without them, on the right it says nothing without.
    """
    if None not in right:
        added = [(count, 1) for count in left if count is not None]
        taken = [(count, -1) for count in right if count is not None]
        yield Sum((*added, *taken), is_equal=False, kind=kind)
